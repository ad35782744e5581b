// The graph.

const boxes = (svg) => [...svg.querySelectorAll(".node")];
// As they were drawn, and as the filters leave them.
const drawnExtents = svgs.map((svg) => (svg.getAttribute("viewBox") || "0 0 1 1").split(" ").map(Number));
const extents = drawnExtents.map((box) => [...box]);
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
  if (!svg || state.view !== "graph") return;
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

// The box of a function in the graph in front, unless the filters take it out.
function boxOf(name) {
  const at = svgs[state.type] ? types[state.type].graph.indexOf(name) : -1;
  const item = at >= 0 ? partsOf(state.type).items[at] : undefined;
  return item?.isOut ? undefined : item;
}

// Moves the graph so that a function is in its middle, if it is not in view.
function revealBox(name) {
  const box = boxOf(name)?.group;
  if (!box) return;
  const [area, of] = [box.getBoundingClientRect(), svgs[state.type].getBoundingClientRect()];
  const inside = area.left >= of.left && area.right <= of.right && area.top >= of.top && area.bottom <= of.bottom;
  if (!inside) panGraph(of.left + of.width / 2 - area.left - area.width / 2, of.top + of.height / 2 - area.top - area.height / 2);
}

// Shows a place of the graph in the middle, so large that a cell of the picture is `scale` of the screen.
function centre(x, y, scale) {
  const area = svgs[state.type].getBoundingClientRect();
  const [w, h] = [area.width / scale, area.height / scale];
  look(state.type, [x - w / 2, y - h / 2, w, h]);
}

// Shows the box of a function as large as it was drawn, or larger.
function closeUp(name, scale = 1) {
  const item = boxOf(name);
  if (!item) return;
  const { x, y, width, height } = areaOf(item);
  centre(x + width / 2, y + height / 2, scale);
}

// With which filters the graph of each type was brought into view.
const begun = new Map();

// Shows the part of the graph that an address names.
function lookAgain(text) {
  const box = (text || "").split(" ").map(Number);
  if (!svgs[state.type] || box.length !== 4 || box.some((side) => !Number.isFinite(side)) || box[2] <= 0 || box[3] <= 0) return;
  begun.set(state.type, filterKey());
  look(state.type, box);
}

// When a view gets another size, as the panel opens, the graph keeps its scale and its middle, unless all of it is shown.
let graphArea;
new ResizeObserver(() => {
  const svg = svgs[state.type];
  const { width, height } = svg && state.view === "graph" ? svg.getBoundingClientRect() : { width: 0 };
  if (!width || !height) return;
  const before = graphArea;
  graphArea = { width, height, type: state.type };
  const [left, top, w, h] = seen[state.type];
  if (before?.type !== state.type || String(seen[state.type]) === String(extents[state.type])) return;
  const unit = Math.max(w / before.width, h / before.height);
  const [wider, higher] = [width * unit - w, height * unit - h];
  if (Math.abs(wider) + Math.abs(higher) > 1) look(state.type, [left - wider / 2, top - higher / 2, w + wider, h + higher]);
}).observe($("graph"));

const READABLE = 11;

// Brings a graph into view: all of it where that can be read, else the box that was chosen or the heaviest.
function begin() {
  const [at, type] = [state.type, types[state.type]];
  if (state.view !== "graph" || !svgs[at] || !type.graph.length || begun.get(at) === filterKey()) return;
  const isFirst = !begun.has(at);
  begun.set(at, filterKey());
  const area = svgs[at].getBoundingClientRect();
  const [, , width, height] = extents[at];
  const least = Math.max(1, READABLE / Math.min(...partsOf(at).items.flatMap(({ texts }) => texts.map(({ size }) => size))));
  const whole = Math.min(area.width / width, area.height / height);
  if (whole >= least) return centre(width / 2, height / 2, least);
  const own = (name) => (boxOf(name) ? Math.abs((rowOf(at, name) || [0, 0])[1]) : -1);
  const heaviest = type.graph.reduce((best, name) => (own(name) > own(best) ? name : best));
  closeUp(!isFirst && boxOf(state.selected) ? state.selected : heaviest, least);
}

function drawGraph() {
  siftGraph();
  const said = !isFiltered() && !isLast() ? "Values are those of the moment, boxes, sizes and colours those of the last" : isFiltered() ? "Filtered: values are those of what is left, sizes and colours those of all" : captions[state.type];
  $("caption").textContent = said || "";
  svgs.forEach((svg, at) => svg.toggleAttribute("hidden", at !== state.type));
  for (const old of $("graph").querySelectorAll(".nothing")) old.remove();
  const type = types[state.type];
  if (type.differs && svgs[state.type]) {
    boxes(svgs[state.type]).forEach((box, at) => change(box, (type.byName.get(type.graph[at]) || [0, 0, 0])[2]));
  }
  if (!type.graph.some((name) => boxOf(name))) $("graph").append(element("p", nothing(), "nothing"));
}

function nothing() {
  const others = types.filter((type) => type.total !== 0).map((type) => type.name);
  const { name } = types[state.type];
  if (isFiltered()) return "The filters leave nothing: C clears them.";
  return `Nothing is left of ${name}. ${others.length ? `There is something in ${others.join(", ")}.` : ""}`;
}

