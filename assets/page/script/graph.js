// The graph.

const boxes = (svg) => [...svg.querySelectorAll(".node")];
const extents = svgs.map((svg) => (svg.getAttribute("viewBox") || "0 0 1 1").split(" ").map(Number));
// How much of the profile each graph has.
const captions = [];
const seen = extents.map((box) => [...box]);

// The address is told of what is in view when that stays for a moment.
let looked;

function look(at, box) {
  seen[at] = box;
  svgs[at].setAttribute("viewBox", box.map((side) => Math.round(side * 100) / 100).join(" "));
  clearTimeout(looked);
  looked = setTimeout(keep, 200);
}

function scaleGraph(factor, x, y) {
  const svg = svgs[state.type];
  if (!svg) return;
  const area = svg.getBoundingClientRect();
  const [left, top, width, height] = seen[state.type];
  // The picture keeps its shape, in the middle of its area.
  const unit = Math.max(width / area.width, height / area.height);
  const px = left + width / 2 + ((x ?? area.left + area.width / 2) - area.left - area.width / 2) * unit;
  const py = top + height / 2 + ((y ?? area.top + area.height / 2) - area.top - area.height / 2) * unit;
  const by = Math.min(Math.max(factor, 20 / width), (4 * Math.max(...extents[state.type].slice(2))) / width);
  look(state.type, [px - (px - left) * by, py - (py - top) * by, width * by, height * by]);
}

function panGraph(dx, dy) {
  const svg = svgs[state.type];
  if (!svg) return;
  const area = svg.getBoundingClientRect();
  const [left, top, width, height] = seen[state.type];
  const unit = Math.max(width / area.width, height / area.height);
  look(state.type, [left - dx * unit, top - dy * unit, width, height]);
}

// Moves the graph so that a function is in its middle, if it is not in view.
function revealBox(name) {
  const svg = svgs[state.type];
  const box = svg && boxes(svg)[types[state.type].graph.indexOf(name)];
  if (!box) return;
  const [area, of] = [box.getBoundingClientRect(), $("graph").getBoundingClientRect()];
  const inside = area.left >= of.left && area.right <= of.right && area.top >= of.top && area.bottom <= of.bottom;
  if (!inside) panGraph(of.left + of.width / 2 - area.left - area.width / 2, of.top + of.height / 2 - area.top - area.height / 2);
}

// Shows the box of a function as large as it was drawn, or larger.
function closeUp(name, scale = 1) {
  const svg = svgs[state.type];
  const box = svg && boxes(svg)[types[state.type].graph.indexOf(name)];
  if (!box) return;
  const area = svg.getBoundingClientRect();
  const { x, y, width, height } = box.getBBox();
  const [w, h] = [area.width / scale, area.height / scale];
  look(state.type, [x + width / 2 - w / 2, y + height / 2 - h / 2, w, h]);
}

// The graph of each type begins at its heaviest box, at a size that can be read.
const begun = new Set();

// Shows the part of the graph that an address names.
function lookAgain(text) {
  const box = (text || "").split(" ").map(Number);
  if (!svgs[state.type] || box.length !== 4 || box.some((side) => !Number.isFinite(side)) || box[2] <= 0 || box[3] <= 0) return;
  begun.add(state.type);
  look(state.type, box);
}

const READABLE = 11;

function begin() {
  const [at, type] = [state.type, types[state.type]];
  if (state.view !== "graph" || begun.has(at) || !svgs[at] || !type.graph.length) return;
  begun.add(at);
  const own = (name) => Math.abs((type.byName.get(name) || [0, 0])[1]);
  const sizes = [...svgs[at].querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize));
  closeUp(type.graph.reduce((best, name) => (own(name) > own(best) ? name : best)), Math.max(1, READABLE / Math.min(...sizes)));
}

function drawGraph() {
  $("caption").textContent = captions[state.type] || "";
  svgs.forEach((svg, at) => svg.toggleAttribute("hidden", at !== state.type));
  for (const old of $("graph").querySelectorAll(".nothing")) old.remove();
  const type = types[state.type];
  if (type.differs && svgs[state.type]) {
    boxes(svgs[state.type]).forEach((box, at) => change(box, (type.byName.get(type.graph[at]) || [0, 0, 0])[2]));
  }
  if (!svgs[state.type] || !type.graph.length) $("graph").append(element("p", nothing(), "nothing"));
}

function nothing() {
  const others = types.filter((type) => type.total !== 0).map((type) => type.name);
  const { name } = types[state.type];
  if (isFiltered()) return "The filters leave nothing: C clears them.";
  return `Nothing is left of ${name}. ${others.length ? `There is something in ${others.join(", ")}.` : ""}`;
}

