// What filters leave of a graph: its boxes with their values, the calls between them, and no room where others were. It
// is not laid out anew: everything keeps its order, so that it is found again.

// The parts of each graph as they were drawn, once they are asked for.
const drawnParts = [];

function partsOf(at) {
  if (drawnParts[at]) return drawnParts[at];
  const { graph, lines: ends } = types[at];
  const number = (shape, name) => Number(shape.getAttribute(name));
  const textsOf = (group) => [...group.querySelectorAll("text")].map((text) => (
    { text, said: text.textContent, x: number(text, "x"), y: number(text, "y"), size: number(text, "font-size") }
  ));
  const titleOf = (group) => ({ title: group.querySelector("title"), titled: group.querySelector("title")?.textContent || "" });
  const items = [...svgs[at].querySelectorAll(".node, .tag")].map((group, owner) => {
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => number(group.querySelector("rect"), name));
    return { group, owner, x, y, width, height, texts: textsOf(group), ...titleOf(group), isTag: owner >= graph.length, moved: [0, 0] };
  });
  const lines = [...svgs[at].querySelectorAll(".edge")].map((group, line) => {
    const [from, to] = [items[ends[2 * line]], items[ends[2 * line + 1]]];
    // A tag belongs to a function, or to a tag that does.
    if (to.isTag) to.owner = from.owner;
    const paths = [...group.querySelectorAll("path")].map((path) => ({ path, steps: path.getAttribute("d") }));
    return { group, from, to, paths, texts: textsOf(group), ...titleOf(group) };
  });
  return (drawnParts[at] = { items, lines, nameOf: (item) => graph[item.owner] });
}

const filterKey = () => JSON.stringify([state.focus, state.hide, state.show]);
// The filters, and the moment, that each graph shows.
const siftKey = () => filterKey() + (isLast() ? "" : state.moment);
const siftedBy = svgs.map(() => "[[],[],[]]");

// Makes the graph in front show what the filters leave.
function siftGraph() {
  const at = state.type;
  if (!svgs[at] || siftedBy[at] === siftKey()) return;
  siftedBy[at] = siftKey();
  for (const bridge of svgs[at].querySelectorAll(".bridge")) bridge.remove();
  const { items, lines, nameOf } = partsOf(at);
  const rows = isFiltered() || !isLast() ? new Map(rowsOf(at).map((row) => [row[0], row])) : null;
  const calls = rows && callsAmong(new Set(types[at].graph));
  for (const item of items) {
    const row = rows?.get(nameOf(item));
    const whole = types[at].byName.get(nameOf(item));
    // How a function's own memory is made up is known of all of it alone.
    item.isOut = Boolean(rows) && (!row || (item.isTag && Math.abs(row[1] - whole?.[1]) > Math.abs(row[1]) / 1000));
    item.group.classList.toggle("out", item.isOut);
    if (!item.isTag) revalue(item, item.isOut ? null : row);
  }
  for (const line of lines) {
    const value = line.to.isTag ? undefined : calls?.get(`${nameOf(line.from)} ${nameOf(line.to)}`);
    line.isOut = line.from.isOut || line.to.isOut || (Boolean(calls) && !line.to.isTag && !value);
    line.group.classList.toggle("out", line.isOut);
    const said = line.texts[0]?.said;
    say(line, [value === undefined ? said : label(value) + (said?.match(/ \(inline\)$/) || "")]);
    if (line.title) line.title.textContent = value === undefined ? line.titled : line.titled.replace(/\([^()]*\)$/, `(${label(value)})`);
    calls?.delete(`${nameOf(line.from)} ${nameOf(line.to)}`);
  }
  // From moment to moment boxes stay where they are.
  moveTogether(at, isFiltered());
  if (state.hide.length || state.show.length) bridge(at, calls);
}

// What goes from one function to another, with none between them that the graph has, each sample once for a call.
function callsAmong(known, tree = left()) {
  const { cum } = tree.sums[state.type];
  const [nearest, inside, sums] = [[], new Map(), new Map()];
  tree.name.forEach((name, node) => {
    const above = node ? nearest[tree.parent[node]] : 0;
    nearest[node] = node && known.has(name) ? node : above;
    if (!above || nearest[node] !== node) return;
    const call = `${tree.name[above]} ${name}`;
    if (node < (inside.get(call) ?? 0)) return;
    inside.set(call, tree.end[node]);
    sums.set(call, (sums.get(call) || 0) + cum[node]);
  });
  return sums;
}

// Puts other words into the last lines of a box or an arrow, narrower where there is no room for them.
function say({ texts, width }, lines, from = 0) {
  texts.slice(from).forEach(({ text, said, size }, line) => {
    const words = lines[line] ?? (from ? "" : said);
    if (text.textContent === words) return;
    text.textContent = words;
    const room = (width || Infinity) - 10;
    const isLong = words !== said && words.length * size * 0.602 > room;
    if (isLong) [text.setAttribute("textLength", room), text.setAttribute("lengthAdjust", "spacingAndGlyphs")];
    else [text.removeAttribute("textLength"), text.removeAttribute("lengthAdjust")];
  });
}

// What a box says of a function: as it was drawn, or for the row of the table that the filters leave.
function revalue(item, row) {
  const { texts, title, titled } = item;
  const from = texts.length - (texts.at(-1)?.said.startsWith("of ") ? 2 : 1);
  const [own, all] = row ? [row[1] ? `${label(row[1])} (${percent(row[1])})` : "0", `of ${label(row[2])} (${percent(row[2])})`] : [];
  const values = row && (row[1] === row[2] ? [own] : [own, all]);
  const lines = values && from === texts.length - 1 ? [values.join(" ")] : values;
  say(item, lines || texts.slice(from).map(({ said }) => said), from);
  if (title) title.textContent = row ? `${titled.split("\n")[0].replace(/ \([^()]*\)$/, "")}\n${values.join(" ")}` : titled;
}

// How much room there is around boxes and lines, and what is left of a gap that nothing is in.
const [AROUND, BELOW, GAP] = [10, 22, 14];

// How places move on an axis when what none of these spans is on is taken out; and how long it is then.
function packed(spans) {
  const gaps = [];
  let end = -Infinity;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    if (from - end > GAP) gaps.push([end, from]);
    end = Math.max(end, to);
  }
  const start = spans.length ? spans[0][0] : 0;
  const move = (place) => gaps.slice(1).reduce((sum, [from, to]) => (
    sum - Math.min(Math.max(place - from, 0), to - from) * (1 - GAP / (to - from))
  ), place) - start;
  return { move, length: Math.max(1, move(end)) };
}

function moveTogether(at, isSifted) {
  const { items, lines } = partsOf(at);
  const numbers = (steps) => steps.match(/-?[\d.]+/g).map(Number);
  const [across, down] = [[], []];
  for (const { x, y, width, height } of items.filter(({ isOut }) => !isOut)) {
    across.push([x - AROUND, x + width + AROUND]);
    down.push([y - BELOW, y + height + BELOW]);
  }
  for (const { paths, texts } of lines.filter(({ isOut }) => !isOut)) {
    numbers(paths[0].steps).forEach((place, index) => index % 2 || across.push([place - AROUND, place + AROUND]));
    for (const { x, y, size, text } of texts) {
      const half = text.textContent.length * size * 0.301;
      across.push([x - half, x + half]);
      down.push([y - size, y + size / 2]);
    }
  }
  const axes = [packed(across), packed(down)];
  const [right, below] = isSifted ? axes.map(({ move }) => move) : [(x) => x, (y) => y];
  const shift = (shape, [dx, dy]) => (dx || dy ? shape.setAttribute("transform", `translate(${dx} ${dy})`) : shape.removeAttribute("transform"));
  for (const item of items) {
    item.moved = [right(item.x) - item.x, below(item.y) - item.y];
    shift(item.group, item.moved);
  }
  for (const { paths, texts } of lines) {
    for (const { path, steps } of paths) {
      let index = 0;
      path.setAttribute("d", !isSifted ? steps : steps.replace(/-?[\d.]+/g, (number) => (index++ % 2 ? below : right)(Number(number)).toFixed(1)));
    }
    for (const { text, x, y } of texts) shift(text, [right(x) - x, below(y) - y]);
  }
  extents[at] = isSifted ? [0, 0, axes[0].length, axes[1].length] : [...drawnExtents[at]];
}

// Where a box or a tag is now.
const areaOf = ({ x, y, width, height, moved }) => ({ x: x + moved[0], y: y + moved[1], width, height });

// Draws calls that there are because what is between them is taken out.
function bridge(at, calls) {
  const { items, nameOf } = partsOf(at);
  const before = callsAmong(new Set(types[at].graph), whole);
  const boxesOf = new Map(items.filter(({ isTag, isOut }) => !isTag && !isOut).map((item) => [nameOf(item), item]));
  for (const [call, value] of calls) {
    const [from, to] = call.split(" ").map((name) => boxesOf.get(Number(name)));
    if (!from || !to || from === to || !value || before.has(call)) continue;
    const [upper, lower] = [areaOf(from), areaOf(to)];
    const isDown = upper.y + upper.height <= lower.y;
    const [x, y] = [upper.x + upper.width / 2, upper.y + (isDown ? upper.height : 0)];
    const [endX, endY] = [lower.x + lower.width / 2, lower.y + (isDown ? 0 : lower.height)];
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("class", "edge bridge");
    stroke(group, `M${x} ${y}L${endX} ${endY}`, "call");
    const said = document.createElementNS(SVG, "text");
    for (const [name, of] of Object.entries({ x: (x + endX) / 2, y: (y + endY) / 2, "font-size": 15 })) said.setAttribute(name, of);
    said.textContent = label(value);
    const title = document.createElementNS(SVG, "title");
    title.textContent = `${names[nameOf(from)]} -> ${names[nameOf(to)]} (${label(value)}), over what is taken out`;
    group.prepend(title);
    group.append(said);
    svgs[at].insertBefore(group, items[0].group);
  }
}
