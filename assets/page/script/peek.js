// What is told of a function: a line below everything, and the panel with its callers and callees.

// How much there is of a sample type; in a comparison, how much more or less.
function totalOf(at) {
  const { cum } = whole.sums[at];
  return data.compares || types[at].differs ? signed(cum[0], label(cum[0], types[at])) : label(totalAt(at), types[at]);
}

// What is known of a function, in all sample types; and of one frame of it.
function tell(name, frame) {
  const detail = $("detail");
  detail.replaceChildren();
  if (name < 0 && !frame) {
    types.forEach((type, at) => {
      const total = element("span", `${type.name} ${totalOf(at)}`, at === state.type ? "on" : "");
      // A phone has room for one.
      if (IS_NARROW.matches && at === state.type) detail.prepend(total);
      else detail.append(total);
    });
    return detail.append(element("br"), types[state.type].help);
  }
  detail.append(element("b", name < 0 ? nameOf(frame.tree, frame.node) : names[name]), element("br"));
  if (frame) {
    const { cum, own } = frame.tree.sums[state.type];
    const flat = state.way === "callees" ? `flat ${label(own[frame.node])} cum ` : "";
    detail.append(element("span", `this frame: ${flat}${label(cum[frame.node])} (${percent(cum[frame.node])})`, "on"));
  }
  types.forEach((type, at) => {
    const row = rowOf(at, name);
    if (!row) return;
    const text = `${type.name}: flat ${label(row[1], type)} (${percent(row[1], totalAt(at))}), cum ${label(row[2], type)} (${percent(row[2], totalAt(at))})`;
    detail.append(element("span", text, at === state.type && !frame ? "on" : ""));
  });
  if ((isFiltered() || !isLast()) && !frame && !rowOf(state.type, name)) detail.append(element("span", takenOut()));
}

function select(name) {
  state.selected = name;
  tell(name);
  peek();
  mark();
  keep();
}

const takenOut = () => (isFiltered() ? "The filters take it out." : "It holds nothing at this moment.");

// How many callers and callees are listed.
const MOST_CALLS = 30;

function peek() {
  const panel = $("peek");
  const wasHidden = panel.hidden;
  panel.hidden = state.selected < 0;
  // The view beside it has another width now.
  if (panel.hidden !== wasHidden && state.view === "flame") drawFlame();
  if (panel.hidden !== wasHidden && state.view === "top") drawTop();
  if (panel.hidden) return;
  const width = panel.clientWidth - 22;
  $("whose").textContent = fitting(names[state.selected], width, TEXT_LETTER);
  $("whose").title = names[state.selected];
  for (const button of $("sift").children) {
    const list = state[button.dataset.sift];
    const isOn = list ? list.includes(state.selected) : state.view === "flame" && state.way === "pivot";
    button.setAttribute("aria-pressed", isOn);
  }
  const row = rowOf(state.type, state.selected);
  const isOut = !row && (isFiltered() || !isLast());
  for (const [at, found] of calls(state.selected).entries()) {
    const list = $(["callers", "callees"][at]);
    list.replaceChildren();
    for (const [other, value] of found.slice(0, MOST_CALLS)) {
      const line = element("li");
      const values = `${label(value)} ${percent(value, row ? row[2] : undefined)}`;
      const go = element("button", fitting(names[other], width - (values.length + 1) * TEXT_LETTER, TEXT_LETTER));
      go.title = names[other];
      go.addEventListener("click", () => {
        select(other);
        if (state.view === "flame" && state.way === "pivot") drawFlame();
        reveal();
      });
      line.append(go, element("span", values));
      list.append(line);
    }
    if (!found.length) list.append(element("li", isOut ? takenOut() : at ? "none: everything is its own" : "none: stacks begin here", "none"));
    if (found.length > MOST_CALLS) list.append(element("li", `${found.length - MOST_CALLS} more`, "none"));
  }
}

// Filters: what is done with the selected function, and what is in force.

function sift(how, name = state.selected) {
  if (name < 0 || !data.adds) return;
  const list = state[how];
  state[how] = list.includes(name) ? list.filter((other) => other !== name) : [...list, name];
  [state.zoom, state.cursor] = [0, -1];
  draw();
  keep("push");
}

function clearFilters() {
  [state.focus, state.hide, state.show, state.zoom, state.cursor] = [[], [], [], 0, -1];
  draw();
  keep("push");
}

function drawFilters() {
  const chips = $("filters");
  chips.hidden = !isFiltered();
  chips.replaceChildren();
  for (const how of ["focus", "hide", "show"]) {
    for (const name of state[how]) {
      const chip = element("button", `${how} ${fitting(names[name], 220)} ×`);
      chip.title = `${names[name]}: end this filter`;
      chip.addEventListener("click", () => sift(how, name));
      chips.append(chip);
    }
  }
  if (chips.hidden) return;
  const all = element("button", "clear");
  all.title = "End all filters ( C )";
  all.addEventListener("click", clearFilters);
  const { cum } = left().sums[state.type];
  chips.append(all, element("span", `${label(cum[0])} of ${label(whole.sums[state.type].cum[0])} left`));
  chips.lastChild.title = "Frames too small for the flame graph are not counted";
}

// Puts the marks of selection, search and filters on what is drawn.
function mark() {
  const { selected, hits, search } = state;
  for (const view of VIEWS) $(view).classList.toggle("searching", Boolean(search));
  if (state.view === "graph") {
    boxes(svgs[state.type] || $("graph")).forEach((box, index) => {
      const name = types[state.type].graph[index];
      box.classList.toggle("selected", name === selected);
      box.classList.toggle("hit", hits.has(name));
    });
  }
  for (const { tile, tree, node, kind } of tilesDrawn) {
    const name = node && kind !== "more" ? tree.name[node] : -1;
    tile.classList.toggle("selected", name >= 0 && name === selected);
    tile.classList.toggle("hit", hits.has(name));
    tile.classList.toggle("cursor", tilesDrawn[state.cursor]?.tile === tile);
  }
  for (const row of $("rows").children) {
    row.classList.toggle("selected", Number(row.dataset.name) === selected);
    row.toggleAttribute("aria-current", Number(row.dataset.name) === selected);
  }
}
