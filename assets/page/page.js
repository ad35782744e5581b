"use strict";
// The page of one profile: its data is in #data, its graphs are drawn already. Texts of the profile reach the document
// through textContent and title alone.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const { names, types } = data;
const svgs = [...document.querySelectorAll("#graph > svg")];
const VIEWS = ["flame", "graph", "top"];
const state = { type: data.first, view: "flame", selected: -1, zoom: 0, cursor: -1, by: data.by, down: true, search: null, hits: new Set() };

function element(tag, text, kind) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

// Numbers, as every report of heaptui writes them.

function fixed(value) {
  // Of two equally near numbers the even one; toFixed takes the larger.
  const tie = Math.abs(value * 8) % 4 === 1;
  return (tie ? value - Math.sign(value) / 1024 : value).toFixed(2);
}

function label(value, type = types[state.type]) {
  let [unit, factor] = type.least;
  for (const [name, size] of type.units) if (Math.abs(value) / size >= 1) [unit, factor] = [name, size];
  const digits = fixed(value / factor).replace(/\.00$/, "");
  return digits === "0" || digits === "-0" ? "0" : digits + unit;
}

function percent(value, total = types[state.type].total) {
  const ratio = total === 0 ? 0 : Math.abs((value / total) * 100);
  if (ratio >= 99.95 && ratio <= 100.05) return "100%";
  if (ratio >= 1) return fixed(ratio) + "%";
  if (ratio >= 0.0001 || ratio === 0) return String(Number(ratio.toPrecision(2))) + "%";
  return ratio.toExponential(1).replace(".0e", "e").replace(/e-(\d)$/, "e-0$1") + "%";
}

// The call tree: nodes in the order of a walk, each with how deep it is. One whose name is below 0 stands for that many
// that are too small.

const tree = { parent: [], children: [], end: [] };
{
  const path = [];
  data.tree.depth.forEach((depth, node) => {
    for (let old = path.length - 1; old >= depth; old--) tree.end[path[old]] = node;
    path.length = Math.min(path.length, depth);
    tree.children.push([]);
    tree.parent.push(depth ? path[depth - 1] : 0);
    if (depth) tree.children[path[depth - 1]].push(node);
    path[depth] = node;
  });
  for (const node of path) tree.end[node] = data.tree.depth.length;
}
for (const type of types) {
  type.flat = new Map();
  for (let at = 0; at < type.own.length; at += 2) type.flat.set(type.own[at], type.own[at + 1]);
  // How wide a frame is: what it holds without regard to signs, so that the parts fill the whole.
  type.weight = type.cum.map((_, node) => Math.abs(type.flat.get(node) || 0));
  for (let node = type.weight.length - 1; node > 0; node--) type.weight[tree.parent[node]] += type.weight[node];
  type.byName = new Map(type.rows.map((row) => [row[0], row]));
  type.differs = type.own.some((value, at) => at % 2 && value < 0);
}

const nameOf = (node) => (node === 0 ? "all" : data.tree.name[node] < 0 ? `${-data.tree.name[node]} smaller frames` : names[data.tree.name[node]]);

function hue(name) {
  const plain = name.split(/[([<\s]/)[0];
  const start = plain.lastIndexOf("/") + 1;
  const dot = plain.slice(start).search(/\.|::/);
  let hash = 7;
  for (const char of dot < 0 ? plain : plain.slice(0, start + dot)) hash = (hash * 31 + char.codePointAt(0)) % 9973;
  return hash % 360;
}

// Marks what matches the search in a name.
function marked(into, text) {
  const found = state.search && state.search.exec(text);
  if (!found || !found[0]) return into.append(text);
  into.append(text.slice(0, found.index), element("mark", found[0]), text.slice(found.index + found[0].length));
}

// What is known of a function, in all sample types.
function tell(name, node) {
  const detail = $("detail");
  detail.replaceChildren();
  if (name < 0 && node === undefined) {
    types.forEach((type, at) => detail.append(element("span", `${type.name} ${label(type.total, type)}`, at === state.type ? "on" : "")));
    return detail.append(element("br"), types[state.type].help);
  }
  detail.append(element("b", name < 0 ? nameOf(node) : names[name]), element("br"));
  if (node !== undefined) {
    const { cum, flat } = types[state.type];
    detail.append(element("span", `this frame: flat ${label(flat.get(node) || 0)} cum ${label(cum[node])} (${percent(cum[node])})`, "on"));
  }
  types.forEach((type, at) => {
    const row = type.byName.get(name);
    if (!row) return;
    const text = `${type.name}: flat ${label(row[1], type)} (${percent(row[1], type.total)}), cum ${label(row[2], type)} (${percent(row[2], type.total)})`;
    detail.append(element("span", text, at === state.type && node === undefined ? "on" : ""));
  });
}

function select(name) {
  state.selected = name;
  tell(name);
  peek();
  mark();
  keep();
}

// Who calls the selected function and whom it calls, each sample once for a call, as `peek` counts them.

function calls(name) {
  const { cum } = types[state.type];
  const sums = [new Map(), new Map()];
  const inside = new Map();
  const add = (which, other, node) => {
    // What a recursion passes a second time is counted already.
    const end = inside.get(`${which} ${other}`) ?? -1;
    if (node < end) return;
    inside.set(`${which} ${other}`, tree.end[node]);
    sums[which].set(other, (sums[which].get(other) || 0) + cum[node]);
  };
  data.tree.name.forEach((own, node) => {
    if (!node || own < 0) return;
    const above = tree.parent[node];
    if (own === name && above) add(0, data.tree.name[above], node);
    if (above && data.tree.name[above] === name) add(1, own, node);
  });
  return sums.map((sum) => [...sum].filter(([, value]) => value).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]) || (names[a[0]] < names[b[0]] ? -1 : 1)));
}

// How many callers and callees are listed.
const MOST_CALLS = 30;

function peek() {
  const panel = $("peek");
  panel.hidden = state.selected < 0;
  if (panel.hidden) return;
  const row = types[state.type].byName.get(state.selected);
  for (const [at, found] of calls(state.selected).entries()) {
    const list = $(["callers", "callees"][at]);
    list.replaceChildren();
    for (const [other, value] of found.slice(0, MOST_CALLS)) {
      const line = element("li");
      const go = element("button", fitting(names[other], 230));
      go.title = names[other];
      go.addEventListener("click", () => {
        select(other);
        reveal();
      });
      line.append(go, element("span", `${label(value)} ${percent(value, row ? row[2] : undefined)}`));
      list.append(line);
    }
    if (!found.length) list.append(element("li", at ? "none: everything is its own" : "none: stacks begin here", "none"));
    if (found.length > MOST_CALLS) list.append(element("li", `${found.length - MOST_CALLS} more`, "none"));
  }
}

// Puts the marks of selection and search on what is drawn.
function mark() {
  const { selected, hits, search } = state;
  for (const view of VIEWS) $(view).classList.toggle("searching", Boolean(search));
  svgs.forEach((svg, at) => boxes(svg).forEach((box, index) => {
    const name = types[at].graph[index];
    box.classList.toggle("selected", name === selected);
    box.classList.toggle("hit", hits.has(name));
  }));
  for (const tile of $("tiles").children) {
    const name = data.tree.name[tile.dataset.node];
    tile.classList.toggle("selected", name >= 0 && name === selected);
    tile.classList.toggle("hit", hits.has(name));
    tile.classList.toggle("cursor", Number(tile.dataset.node) === state.cursor && !tile.classList.contains("more"));
  }
  for (const row of $("rows").children) {
    row.classList.toggle("selected", Number(row.dataset.name) === selected);
    row.toggleAttribute("aria-current", Number(row.dataset.name) === selected);
  }
}

// The graph.

const boxes = (svg) => [...svg.querySelectorAll(".node")];
const whole = svgs.map((svg) => (svg.getAttribute("viewBox") || "0 0 1 1").split(" ").map(Number));
const seen = whole.map((box) => [...box]);

function look(at, box) {
  seen[at] = box;
  svgs[at].setAttribute("viewBox", box.map((side) => Math.round(side * 100) / 100).join(" "));
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
  const by = Math.min(Math.max(factor, 20 / width), (4 * Math.max(...whole[state.type].slice(2))) / width);
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
  svgs.forEach((svg, at) => svg.toggleAttribute("hidden", at !== state.type));
  for (const old of $("graph").querySelectorAll(".nothing")) old.remove();
  if (!svgs[state.type] || !types[state.type].graph.length) $("graph").append(element("p", nothing(), "nothing"));
}

function nothing() {
  const others = types.filter((type) => type.total !== 0).map((type) => type.name);
  const { name } = types[state.type];
  return `Nothing is left of ${name}. ${others.length ? `There is something in ${others.join(", ")}.` : ""}`;
}

// The flame graph: the frames that are wide enough to be seen.

const ROW = 21;
let rowsOfTiles = [];

function drawFlame() {
  const tiles = $("tiles");
  const { weight, cum, total } = types[state.type];
  tiles.replaceChildren();
  rowsOfTiles = [];
  $("out").disabled = state.zoom === 0;
  if (!weight[0]) return tiles.append(element("p", nothing(), "nothing"));
  const width = tiles.clientWidth || 1000;
  const made = document.createDocumentFragment();
  const put = (node, depth, from, size, kind, count) => {
    const name = count ? `${count} smaller frames` : nameOf(node);
    const value = count ? "" : ` ${label(cum[node])} (${percent(cum[node])})`;
    const tile = element("div", size * width > 28 ? fitting(name, size * width) : "", `tile ${kind}`);
    tile.title = name + value;
    if ((name.length + value.length + 3) * LETTER < size * width) tile.dataset.value = value;
    tile.dataset.node = node;
    tile.style.left = `${from * 100}%`;
    tile.style.width = `${size * 100}%`;
    tile.style.top = `${depth * ROW}px`;
    tile.style.setProperty("--hue", hue(name));
    if (size * width < 9) tile.classList.add("thin");
    if (cum[node] < 0 && !count) tile.classList.add("negative");
    // In a comparison: more or less, and how much.
    if (types[state.type].differs && node && !count) {
      tile.style.setProperty("--hue", cum[node] < 0 ? 140 : 5);
      tile.style.setProperty("--much", Math.min(1, (4 * Math.abs(cum[node])) / (weight[0] || 1)));
      tile.classList.add("change");
    }
    made.append(tile);
    if (!count) (rowsOfTiles[depth] ||= []).push(node);
  };
  const above = [];
  for (let node = state.zoom; node !== 0; ) above.unshift((node = tree.parent[node]));
  above.forEach((node, depth) => put(node, depth, 0, 1, node === 0 ? "root above" : "above"));
  const unit = 1 / (weight[state.zoom] || 1);
  const todo = [[state.zoom, above.length, 0]];
  while (todo.length) {
    const [node, depth, from] = todo.pop();
    const kind = node === 0 ? "root" : data.tree.name[node] < 0 ? "more" : "";
    put(node, depth, from, weight[node] * unit || 1, kind);
    const below = tree.children[node].filter((child) => weight[child] > 0).sort((a, b) => weight[b] - weight[a]);
    let at = from;
    for (const [index, child] of below.entries()) {
      if (weight[child] * unit * width < 1) {
        const rest = below.slice(index);
        const size = rest.reduce((sum, other) => sum + weight[other], 0) * unit;
        if (size * width >= 1) put(child, depth + 1, at, size, "more", rest.length);
        break;
      }
      todo.push([child, depth + 1, at]);
      at += weight[child] * unit;
    }
  }
  tiles.append(made);
  tiles.style.height = `${rowsOfTiles.length * ROW}px`;
  mark();
}

// Cells of a letter, about.
const LETTER = 6.6;

// Where a name begins behind its import path; a version alone says too little.
function startOf(name) {
  const plain = name.split(/[([<\s]/)[0];
  const start = plain.lastIndexOf("/") + 1;
  return start && /^v\d+(\.|$)/.test(plain.slice(start)) ? plain.lastIndexOf("/", start - 2) + 1 : start;
}

// A name in its width: without its import path, then without package, then without receiver, before it is cut.
function fitting(name, width) {
  if (name.length * LETTER <= width) return name;
  const short = name.slice(startOf(name));
  const words = [0];
  let depth = 0;
  [...short].forEach((char, at) => {
    if ("([{<".includes(char)) depth++;
    else if (")]}>".includes(char)) depth--;
    // What the compiler calls a closure belongs to the word before.
    else if (char === "." && !depth && !/^(func|gowrap|deferwrap)?[\d-]*(\.|$)/.test(short.slice(at + 1))) words.push(at + 1);
  });
  const labels = words.map((at) => (at ? "…" : "") + short.slice(at));
  return labels.find((text) => text.length * LETTER <= width) || short.slice(words.at(-1));
}

function zoom(node, cursor = -1) {
  state.zoom = node;
  state.cursor = cursor;
  drawFlame();
  keep("push");
  $("flame").scrollTop = Math.max(0, (depthOf(node) - 3) * ROW);
}

const depthOf = (node) => data.tree.depth[node];

function point(node) {
  if (node === undefined || data.tree.name[node] < 0) return;
  state.cursor = node;
  if (node !== 0) state.selected = data.tree.name[node];
  mark();
  peek();
  keep();
  tell(node === 0 ? -1 : state.selected, node);
  const tile = $("tiles").querySelector(".cursor");
  if (tile) tile.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function moveInFlame(key) {
  if (state.cursor < 0) return point(state.zoom);
  const { cursor } = state;
  const { weight } = types[state.type];
  const row = rowsOfTiles[depthOf(cursor)] || [];
  const order = [...row].sort((a, b) => place(a) - place(b));
  const at = order.indexOf(cursor);
  if (key === "up") return point(tree.parent[cursor]);
  if (key === "left") return point(order[at - 1]);
  if (key === "right") return point(order[at + 1]);
  const below = new Set(rowsOfTiles[depthOf(cursor) + 1]);
  const children = tree.children[cursor].filter((child) => below.has(child));
  point(children.sort((a, b) => weight[b] - weight[a])[0]);
}

const place = (node) => {
  const tile = $("tiles").querySelector(`[data-node="${node}"]:not(.more)`);
  return tile ? parseFloat(tile.style.left) : 0;
};

// Goes to the heaviest frame of a function, zoomed out as far as it takes to see it.
function revealFrame(name) {
  const { weight } = types[state.type];
  let best = -1;
  data.tree.name.forEach((other, node) => {
    if (node && other === name && (best < 0 || weight[node] > weight[best])) best = node;
  });
  if (best < 0) return;
  const shown = rowsOfTiles[depthOf(best)] || [];
  if (!shown.includes(best)) {
    let from = best;
    while (from && weight[best] * $("tiles").clientWidth < 40 * weight[tree.parent[from]]) from = tree.parent[from];
    zoom(tree.parent[from]);
  }
  state.cursor = best;
  mark();
  const tile = $("tiles").querySelector(".cursor");
  if (tile) tile.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// The table.

function order(rows) {
  const key = { flat: 1, cum: 2 }[state.by];
  const text = (a, b) => (names[a[0]] < names[b[0]] ? -1 : names[a[0]] > names[b[0]] ? 1 : 0);
  const size = (row, at) => Math.abs(row[at]);
  const sorted = [...rows].sort((a, b) => (key && size(b, key) - size(a, key)) || text(a, b) || size(b, 3 - key) - size(a, 3 - key));
  return state.down === (state.by !== "name") ? sorted : sorted.reverse();
}

function drawTop() {
  const type = types[state.type];
  const shown = state.search ? type.rows.filter((row) => state.hits.has(row[0])) : type.rows;
  const largest = type.rows.reduce((most, row) => Math.max(most, Math.abs(row[state.by === "cum" ? 2 : 1])), 0);
  let sum = 0;
  const made = document.createDocumentFragment();
  for (const row of order(shown)) {
    sum += row[1];
    const line = element("tr");
    line.dataset.name = row[0];
    for (const text of [label(row[1]), percent(row[1]), percent(sum), label(row[2]), percent(row[2])]) line.append(element("td", text));
    const bar = element("td");
    if (largest) bar.append(element("i"));
    if (largest) bar.firstChild.style.setProperty("--share", Math.abs(row[state.by === "cum" ? 2 : 1]) / largest);
    const name = element("td");
    marked(name, names[row[0]]);
    if (row[3]) name.append(" ", element("small", row[3] === 1 ? "(partial-inline)" : "(inline)"));
    line.append(bar, name);
    made.append(line);
  }
  $("rows").replaceChildren(made);
  for (const head of document.querySelectorAll("th[data-by]")) {
    if (head.dataset.by === state.by && !head.textContent.endsWith("%")) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  const rest = type.left_out ? `${type.left_out} functions that hold less are not listed.` : "";
  $("rest").textContent = type.rows.length ? rest : nothing();
  mark();
}

function sortBy(by) {
  state.down = by === state.by ? !state.down : by !== "name";
  state.by = by;
  drawTop();
}

function step(by) {
  const rows = [...$("rows").children];
  const at = rows.findIndex((row) => row.classList.contains("selected"));
  const next = rows[Math.min(Math.max(at < 0 && by < 0 ? rows.length - 1 : at + by, 0), rows.length - 1)];
  if (next) select(Number(next.dataset.name));
  revealRow();
}

function revealRow() {
  const row = $("rows").querySelector(".selected");
  if (row) row.scrollIntoView({ block: "center" });
}

// Search.

function search(text) {
  const field = $("search");
  const matches = $("matches");
  field.removeAttribute("aria-invalid");
  matches.classList.remove("bad");
  matches.textContent = "";
  state.search = null;
  state.hits = new Set();
  try {
    if (text) state.search = new RegExp(text, text === text.toLowerCase() ? "iu" : "u");
  } catch (error) {
    field.setAttribute("aria-invalid", "true");
    matches.classList.add("bad");
    matches.textContent = "no regular expression";
  }
  if (state.search) {
    names.forEach((name, at) => state.search.test(name) && state.hits.add(at));
    count();
  }
  // The other tabs are drawn when they come to the front.
  if (state.view === "top") drawTop();
  else mark();
  keep();
}

// What share goes through frames that match, each sample once.
function count() {
  const { weight, cum, byName } = types[state.type];
  let [sum, value, behind] = [0, 0, -1];
  data.tree.depth.forEach((depth, node) => {
    if (behind >= 0 && depth > behind) return;
    behind = -1;
    if (!node || !state.hits.has(data.tree.name[node])) return;
    behind = depth;
    sum += weight[node];
    value += cum[node];
  });
  const known = [...state.hits].filter((name) => byName.has(name)).length;
  $("matches").textContent = known ? `${known} function${known === 1 ? "" : "s"}: ${label(value)}, ${percent(sum, weight[0])}` : "nothing matches";
}

function nextMatch(by) {
  const rows = order(types[state.type].rows.filter((row) => state.hits.has(row[0]))).map((row) => row[0]);
  if (!rows.length) return;
  const at = rows.indexOf(state.selected);
  select(rows[(at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by + rows.length) % rows.length]);
  reveal();
}

// Which type, which view.

function reveal() {
  if (state.selected < 0) return;
  ({ graph: revealBox, flame: revealFrame, top: revealRow })[state.view](state.selected);
}

function draw() {
  for (const tab of $("types").children) tab.setAttribute("aria-selected", Number(tab.dataset.type) === state.type);
  for (const tab of $("views").children) tab.setAttribute("aria-selected", tab.dataset.view === state.view);
  for (const view of VIEWS) $(view).hidden = view !== state.view;
  drawGraph();
  begin();
  if (state.view === "flame") drawFlame();
  drawTop();
  if (state.search) count();
  tell(state.selected);
  peek();
  // In a comparison: what has come less what has gone, and both together.
  const { differs, cum, weight } = types[state.type];
  $("net").textContent = differs ? `net ${cum[0] > 0 ? "+" : ""}${label(cum[0])}, gross ${label(weight[0])}` : "";
  reveal();
}

// What is looked at is kept in the address, so that reloading, going back and a link lead to it.

let isRestoring = false;

function keep(how = "replace") {
  if (isRestoring) return;
  const parts = { view: state.view, type: types[state.type].name };
  if (state.selected >= 0) parts.at = names[state.selected];
  if (state.zoom) parts.zoom = state.zoom;
  if ($("search").value) parts.find = $("search").value;
  const hash = `#${new URLSearchParams(parts)}`;
  if (hash === location.hash) return;
  history[how === "push" ? "pushState" : "replaceState"](null, "", hash);
}

function restore() {
  const parts = new URLSearchParams(location.hash.slice(1));
  isRestoring = true;
  if (VIEWS.includes(parts.get("view"))) state.view = parts.get("view");
  const type = types.findIndex((one) => one.name === parts.get("type"));
  if (type >= 0) state.type = type;
  state.selected = names.indexOf(parts.get("at"));
  const zoomed = Number(parts.get("zoom"));
  state.zoom = Number.isInteger(zoomed) && zoomed > 0 && zoomed < tree.parent.length && types[state.type].weight[zoomed] ? zoomed : 0;
  state.cursor = -1;
  const found = parts.get("find") || "";
  if (found !== $("search").value) {
    $("search").value = found;
    search(found);
  }
  draw();
  isRestoring = false;
}

function setType(type) {
  if (!types[type]) return;
  state.type = type;
  if (!types[type].weight[state.zoom]) [state.zoom, state.cursor] = [0, -1];
  draw();
  keep("push");
}

function setView(view) {
  state.view = view;
  draw();
  keep("push");
  $(view).focus({ preventScroll: true });
}

function sibling(pairs) {
  const { name } = types[state.type];
  for (const [a, b] of pairs) {
    const other = name.includes(a) ? name.replace(a, b) : name.includes(b) ? name.replace(b, a) : "";
    const at = types.findIndex((type) => type.name === other);
    if (at >= 0) return setType(at);
  }
}

function back() {
  if (state.search || $("search").value) {
    $("search").value = "";
    search("");
    if (state.view === "flame") drawFlame();
  } else if (state.view === "flame" && state.zoom) zoom(tree.parent[state.zoom]);
  else select(-1);
}

const COLUMNS = ["flat", "cum", "name"];
const KEYS = {
  g: () => setView("graph"), f: () => setView("flame"), t: () => setView("top"),
  i: () => sibling([["inuse", "alloc"]]), o: () => sibling([["space", "objects"]]),
  n: () => nextMatch(1), N: () => nextMatch(-1), s: () => sortBy(COLUMNS[(COLUMNS.indexOf(state.by) + 1) % 3]),
  "/": () => $("search").focus(), "?": () => $("keys").showModal(), Escape: back,
  Backspace: () => state.view === "flame" && state.zoom && zoom(tree.parent[state.zoom]),
  Enter: () => {
    if (state.view === "graph") closeUp(state.selected);
    if (state.view === "flame" && state.cursor >= 0) zoom(state.cursor, state.cursor);
  },
  "+": () => scaleGraph(1 / 1.25), "=": () => scaleGraph(1 / 1.25), "-": () => scaleGraph(1.25), 0: () => fit(),
};
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", k: "up", j: "down", h: "left", l: "right" };
const PAN = { up: [0, 60], down: [0, -60], left: [60, 0], right: [-60, 0] };

function fit() {
  if (svgs[state.type]) look(state.type, [...whole[state.type]]);
}

function arrow(to) {
  if (state.view === "flame") moveInFlame(to);
  else if (state.view === "graph") panGraph(...PAN[to]);
  else if (to === "up" || to === "down") step(to === "up" ? -1 : 1);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  if (event.target === $("search")) {
    if (event.key === "Escape") back();
    if (event.key === "Enter") nextMatch(event.shiftKey ? -1 : 1);
    if (event.key === "Escape" || event.key === "Enter") $(state.view).focus({ preventScroll: true });
    return;
  }
  if (event.target.tagName === "BUTTON" && (event.key === "Enter" || event.key === " ")) return;
  const act = ARROWS[event.key] ? () => arrow(ARROWS[event.key]) : /^[1-9]$/.test(event.key) ? () => setType(event.key - 1) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

types.forEach((type, at) => {
  const tab = element("button", `${at + 1} ${type.name}`);
  tab.setAttribute("role", "tab");
  tab.dataset.type = at;
  tab.title = `${label(type.total, type)}${type.help ? `: ${type.help}` : ""}`;
  tab.addEventListener("click", () => setType(at));
  $("types").append(tab);
});
$("facts").textContent = data.facts.join("  ·  ");
for (const tab of $("views").children) tab.addEventListener("click", () => setView(tab.dataset.view));
$("search").addEventListener("input", (event) => {
  search(event.target.value);
  if (state.view === "flame") mark();
});
$("ask").addEventListener("click", () => $("keys").showModal());
$("closer").addEventListener("click", () => scaleGraph(1 / 1.25));
$("farther").addEventListener("click", () => scaleGraph(1.25));
$("fit").addEventListener("click", fit);
$("out").addEventListener("click", () => zoom(tree.parent[state.zoom]));
for (const head of document.querySelectorAll("th[data-by]")) {
  head.tabIndex = 0;
  head.addEventListener("click", () => sortBy(head.dataset.by));
  head.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    sortBy(head.dataset.by);
  });
}
$("rows").addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  if (row) select(Number(row.dataset.name));
});

const tileOf = (event) => event.target.closest(".tile");
$("tiles").addEventListener("click", (event) => {
  const tile = tileOf(event);
  if (!tile) return;
  const node = Number(tile.dataset.node);
  // Frames that are too small are found by going closer to what they are in.
  const closer = tile.classList.contains("more") ? tree.parent[node] : node;
  if (closer) state.selected = data.tree.name[closer];
  zoom(closer);
  peek();
  tell(state.selected, closer);
});
$("tiles").addEventListener("mouseover", (event) => {
  const tile = tileOf(event);
  if (!tile) return;
  const node = Number(tile.dataset.node);
  if (!tile.classList.contains("more")) tell(node ? data.tree.name[node] : -1, node);
});
$("tiles").addEventListener("mouseleave", () => tell(state.selected));

svgs.forEach((svg, at) => {
  // It would be told wherever the pointer is; those who do not see the graph have it as its label.
  svg.querySelector(":scope > title")?.remove();
  let held = null;
  boxes(svg).forEach((box, index) => {
    box.dataset.name = types[at].graph[index];
    box.addEventListener("dblclick", () => closeUp(types[at].graph[index]));
    box.addEventListener("click", () => held && held.moved || select(types[at].graph[index]));
  });
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    scaleGraph(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 300), event.clientX, event.clientY);
  }, { passive: false });
  // Two fingers zoom.
  const fingers = new Map();
  const apart = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y) || 1;
  };
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    held = { x: event.clientX, y: event.clientY, moved: false, down: true };
  });
  svg.addEventListener("pointermove", (event) => {
    if (fingers.has(event.pointerId) && fingers.size === 2) {
      const before = apart();
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const [a, b] = [...fingers.values()];
      held.moved = true;
      return scaleGraph(before / apart(), (a.x + b.x) / 2, (a.y + b.y) / 2);
    }
    if (!held || !held.down) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    if (!held.moved) svg.setPointerCapture(event.pointerId);
    held.moved = true;
    svg.classList.add("held");
    panGraph(dx, dy);
    [held.x, held.y] = [event.clientX, event.clientY];
  });
  const release = (event) => {
    fingers.delete(event.pointerId);
    if (held) held.down = false;
    svg.classList.remove("held");
  };
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
});
let resized;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => state.view === "flame" && drawFlame(), 60);
});

addEventListener("popstate", restore);
addEventListener("hashchange", restore);
restore();
