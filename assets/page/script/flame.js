// The flame graph: the frames that are wide enough to be seen, callers above callees, or the other way round, or the
// selected function with its callers above it and its callees below.

const ROW = 21;
// What of a tile's width is no room for letters.
const EDGES = 9;
const WAYS = ["callees", "callers", "pivot"];
// What is drawn: for each tile its tree, its node, its row, and where it begins and ends, of 1.
let tilesDrawn = [];

function drawFlame() {
  if (state.way === "pivot" && state.selected < 0) state.selected = heaviest();
  const tiles = $("tiles");
  const { tree, above } = flames();
  const { weight } = tree.sums[state.type];
  if (!weight[state.zoom] || state.way === "pivot") state.zoom = 0;
  tiles.replaceChildren();
  tilesDrawn = [];
  for (const button of $("ways").children) button.setAttribute("aria-pressed", button.dataset.way === state.way);
  $("out").disabled = state.zoom === 0;
  if (!weight[0]) {
    tiles.style.height = "";
    return tiles.append(element("p", nothing(), "nothing"));
  }
  // Callers first, as what is drawn of them says in which row the function is.
  const places = above ? layOut(above, 0) : [];
  const rows = places.reduce((most, place) => Math.max(most, place.row), 0);
  for (const place of places) place.row = rows - place.row;
  // The function itself is that of the callees.
  const shown = places.filter((place) => place.row !== rows);
  for (const place of layOut(tree, state.zoom)) shown.push({ ...place, row: place.row + rows });
  const width = tiles.clientWidth || 1000;
  const fragment = document.createDocumentFragment();
  tilesDrawn = shown.map((place) => ({ ...place, tile: fragment.appendChild(tileFor(place, width)) }));
  tilesDrawn.forEach(({ tile }, at) => (tile.dataset.at = at));
  tiles.append(fragment);
  tiles.style.height = `${(shown.reduce((most, place) => Math.max(most, place.row), 0) + 1) * ROW}px`;
  mark();
  if (above) $("flame").scrollTop = Math.max(0, (rows - 8) * ROW);
}

// Where the frames of a tree are that are wide enough, from a node on; what is above that one is as wide as it.
function layOut(tree, from) {
  const { weight } = tree.sums[state.type];
  const width = $("tiles").clientWidth || 1000;
  const places = [];
  const path = [];
  for (let node = from; node !== 0; ) path.unshift((node = tree.parent[node]));
  path.forEach((node, row) => places.push({ tree, node, row, from: 0, size: 1, kind: node === 0 ? "root above" : "above" }));
  const unit = 1 / (weight[from] || 1);
  const todo = [[from, path.length, 0]];
  while (todo.length) {
    const [node, row, start] = todo.pop();
    const kind = node === 0 ? "root" : tree.name[node] < 0 ? "more" : "";
    places.push({ tree, node, row, from: start, size: weight[node] * unit || 1, kind });
    const below = tree.children[node].filter((child) => weight[child] > 0).sort((a, b) => weight[b] - weight[a]);
    let at = start;
    // The root of a pivot is the function, which its tree has a frame for.
    for (const [index, child] of below.entries()) {
      if (weight[child] * unit * width < 1) {
        const rest = below.slice(index);
        const size = rest.reduce((sum, other) => sum + weight[other], 0) * unit;
        if (size * width >= 1) places.push({ tree, node: child, row: row + 1, from: at, size, kind: "more", count: rest.length });
        break;
      }
      todo.push([child, row + 1, at]);
      at += weight[child] * unit;
    }
  }
  // In a pivot nothing is "all".
  if (state.way !== "pivot") return places;
  return places.filter((place) => place.node !== 0).map((place) => ({ ...place, row: place.row - 1 }));
}

// What stands in a tile: the name, with value and share, or the share alone, where that costs no more of the name than its
// import path.
function told(name, values, width) {
  for (const value of values) {
    const room = width - value.length * DIGIT - LETTER;
    const text = room > 0 ? fitting(name, room) : "…";
    if (!text.startsWith("…") && widthOf(text) <= room && text.length >= name.length - startOf(name)) return [text, value];
  }
  return [fitting(name, width), ""];
}

function tileFor({ tree, node, row, from, size, kind, count }, width) {
  const { cum } = tree.sums[state.type];
  const name = count ? `${count} smaller frames` : nameOf(tree, node);
  const values = count ? [] : [` ${label(cum[node])} (${percent(cum[node])})`, ` ${percent(cum[node])}`];
  const [text, value] = size * width > 28 ? told(name, values, size * width - EDGES) : ["", ""];
  const tile = element("div", text, `tile ${kind}`);
  tile.title = name + (values[0] || "");
  if (value) tile.dataset.value = value;
  tile.style.left = `${from * 100}%`;
  tile.style.width = `${size * 100}%`;
  tile.style.top = `${row * ROW}px`;
  tile.style.setProperty("--hue", hue(name));
  if (size * width < 9) tile.classList.add("thin");
  if (cum[node] < 0 && !count) tile.classList.add("negative");
  if (types[state.type].differs && node && !count) change(tile, cum[node]);
  return tile;
}

// In a comparison: more or less, and how much.
function change(shape, value) {
  const all = whole.sums[state.type].weight[0];
  shape.style.setProperty("--hue", value < 0 ? 140 : 5);
  shape.style.setProperty("--much", Math.min(1, (4 * Math.abs(value)) / (all || 1)));
  shape.classList.add("change");
}

// The function that holds most itself.
function heaviest() {
  const rows = rowsOf(state.type);
  return rows.length ? rows.reduce((best, row) => (Math.abs(row[1]) > Math.abs(best[1]) ? row : best))[0] : -1;
}

function setWay(way) {
  if (!data.adds) return;
  [state.way, state.zoom, state.cursor] = [way, 0, -1];
  if (state.view !== "flame") return setView("flame");
  draw();
  keep("push");
}

function zoom(node, then) {
  state.zoom = node;
  state.cursor = -1;
  drawFlame();
  if (then) point(tilesDrawn.find((place) => place.node === then && place.kind !== "more"));
  keep("push");
  $("flame").scrollTop = Math.max(0, (flames().tree.depth[node] - 3) * ROW);
}

// Zooms out by one.
const outOf = () => flames().tree.parent[state.zoom];

// What a click does: it selects, and goes closer; in a pivot, it turns about another function.
function enter(place) {
  const { tree, node, kind } = place;
  // Frames that are too small are found by going closer to what they are in.
  const closer = kind === "more" ? tree.parent[node] : node;
  if (closer && tree.name[closer] >= 0) state.selected = tree.name[closer];
  if (state.way === "pivot") {
    drawFlame();
    keep("push");
  } else {
    zoom(closer);
  }
  peek();
  tell(state.selected, closer ? { tree, node: closer } : undefined);
}

function point(place) {
  if (!place || place.kind === "more") return;
  const { tree, node } = place;
  state.cursor = tilesDrawn.indexOf(place);
  // A pivot turns when one goes in.
  if (node !== 0 && state.way !== "pivot") state.selected = tree.name[node];
  mark();
  peek();
  keep();
  tell(node === 0 ? -1 : tree.name[node], { tree, node });
  place.tile.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function moveInFlame(to) {
  const place = tilesDrawn[state.cursor];
  if (!place) return point(tilesDrawn.find(({ kind, node, tree }) => kind !== "more" && tree === flames().tree && (state.way === "pivot" || node === state.zoom)));
  const middle = place.from + place.size / 2;
  const row = place.row + { up: -1, down: 1, left: 0, right: 0 }[to];
  const beside = tilesDrawn.filter((other) => other.row === row && other.kind !== "more").sort((a, b) => a.from - b.from);
  if (to === "left" || to === "right") return point(beside[beside.indexOf(place) + (to === "left" ? -1 : 1)]);
  const touches = ({ from, size }) => from < place.from + place.size - 1e-9 && place.from < from + size - 1e-9;
  const over = beside.find(({ from, size }) => from <= middle && middle <= from + size);
  // Towards the narrow end the largest, towards the wide end the one that it is in.
  const isIn = over && over.size >= place.size - 1e-9;
  point(isIn ? over : beside.filter(touches).sort((a, b) => b.size - a.size)[0]);
}

// Goes to the heaviest frame of a function, zoomed out as far as it takes to see it.
function revealFrame(name) {
  if (state.way === "pivot") return;
  const { tree } = flames();
  const { weight } = tree.sums[state.type];
  let best = -1;
  tree.name.forEach((other, node) => {
    if (node && other === name && (best < 0 || weight[node] > weight[best])) best = node;
  });
  if (best < 0 || !weight[best]) return;
  if (!tilesDrawn.some((place) => place.node === best && place.kind !== "more")) {
    let from = best;
    while (from && weight[best] * $("tiles").clientWidth < 40 * weight[tree.parent[from]]) from = tree.parent[from];
    zoom(tree.parent[from]);
  }
  state.cursor = tilesDrawn.findIndex((place) => place.node === best && place.kind !== "more");
  mark();
  tilesDrawn[state.cursor]?.tile.scrollIntoView({ block: "nearest", inline: "nearest" });
}
