// Which type, which view.

function reveal() {
  if (state.selected < 0) return;
  ({ graph: revealBox, flame: revealFrame, top: revealRow })[state.view](state.selected);
}

function draw() {
  for (const tab of $("types").children) tab.setAttribute("aria-selected", Number(tab.dataset.type) === state.type);
  for (const tab of $("views").children) tab.setAttribute("aria-selected", tab.dataset.view === state.view);
  for (const view of VIEWS) $(view).hidden = view !== state.view;
  // What is around a view says how large it is.
  $("peek").hidden = state.selected < 0;
  drawFilters();
  drawTimeline();
  drawGraph();
  begin();
  if (state.view === "flame") drawFlame();
  if (state.view === "top") drawTop();
  if (state.view === "graph") mark();
  if (state.search) count();
  tell(state.selected);
  peek();
  // In a comparison: what has come less what has gone, and both together.
  const { cum, weight } = whole.sums[state.type];
  $("net").textContent = data.compares || types[state.type].differs ? `net ${cum[0] > 0 ? "+" : ""}${label(cum[0])}, gross ${label(weight[0])}` : "";
  reveal();
}

// What is looked at is kept in the address, so that reloading, going back and a link lead to it.

let isRestoring = false;
const FILTERS = ["focus", "hide", "show"];

function keep(how = "replace") {
  if (isRestoring) return;
  const parts = { view: state.view, type: types[state.type].name };
  if (state.way !== WAYS[0]) parts.way = state.way;
  if (!isLast()) parts.moment = state.moment + 1;
  if (state.by !== data.by || !state.down) parts.sort = `${state.down ? "" : "-"}${state.by}`;
  if (state.selected >= 0) parts.at = names[state.selected];
  if (state.zoom) parts.zoom = state.zoom;
  if (state.view === "graph" && begun.has(state.type)) parts.box = seen[state.type].map(Math.round).join(" ");
  if ($("search").value) parts.find = $("search").value;
  const list = new URLSearchParams(parts);
  for (const how of FILTERS) for (const name of state[how]) list.append(how, names[name]);
  const hash = `#${list}`;
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
  state.way = data.adds && WAYS.includes(parts.get("way")) ? parts.get("way") : WAYS[0];
  for (const how of FILTERS) state[how] = data.adds ? parts.getAll(how).map((name) => names.indexOf(name)).filter((name) => name >= 0) : [];
  const sort = /^(-?)(flat|cum|name|delta)$/.exec(parts.get("sort"));
  [state.by, state.down] = sort ? [sort[2], !sort[1]] : [data.by, true];
  const moment = Number(parts.get("moment")) - 1;
  pick(Number.isInteger(moment) && moment >= 0 && moment < lastMoment ? moment : lastMoment);
  const zoomed = Number(parts.get("zoom"));
  // What is no frame of it is undone when it is drawn.
  state.zoom = Number.isInteger(zoomed) && zoomed > 0 ? zoomed : 0;
  state.cursor = -1;
  const found = parts.get("find") || "";
  if (found !== $("search").value) {
    $("search").value = found;
    search(found);
  }
  if (state.view === "graph") lookAgain(parts.get("box"));
  draw();
  isRestoring = false;
}

function setType(type) {
  if (!types[type]) return;
  state.type = type;
  state.cursor = -1;
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
  } else if (state.view === "flame" && state.zoom) zoom(outOf());
  else if (state.view === "flame" && state.way === "pivot") setWay(WAYS[0]);
  else select(-1);
}

