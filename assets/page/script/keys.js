const COLUMNS = ["flat", "cum", "name"];
if (moments) {
  const head = document.querySelector("th[data-by=name]");
  const [delta, trend] = [element("th", "Δ", "delta"), element("th", "trend", "trend")];
  delta.dataset.by = "delta";
  delta.title = "How much more it holds than at the first moment";
  head.before(delta, trend);
  document.querySelector("#top table").classList.add("timed");
  COLUMNS.push("delta");
  $("timeline").hidden = false;
}
const KEYS = {
  g: () => setView("graph"), f: () => setView("flame"), t: () => setView("top"),
  i: () => sibling([["inuse", "alloc"]]), o: () => sibling([["space", "objects"]]),
  d: () => setWay(WAYS[(WAYS.indexOf(state.way) + 1) % WAYS.length]),
  F: () => sift("focus"), H: () => sift("hide"), S: () => sift("show"), C: clearFilters, p: () => setWay("pivot"),
  n: () => nextMatch(1), N: () => nextMatch(-1), s: () => sortBy(COLUMNS[(COLUMNS.indexOf(state.by) + 1) % COLUMNS.length]),
  ",": () => goTo(state.moment - 1), ".": () => goTo(state.moment + 1), "<": () => goTo(0), ">": () => goTo(lastMoment),
  "/": () => $("search").focus(), "?": () => $("keys").showModal(), Escape: back,
  Backspace: () => state.view === "flame" && state.zoom && zoom(outOf()),
  Enter: () => {
    if (state.view === "graph") closeUp(state.selected);
    const place = state.view === "flame" && tilesDrawn[state.cursor];
    if (place && state.way === "pivot") enter(place);
    else if (place) zoom(place.node, place.node);
  },
  "+": () => scaleGraph(1 / 1.25), "=": () => scaleGraph(1 / 1.25), "-": () => scaleGraph(1.25), 0: () => fit(),
};
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", k: "up", j: "down", h: "left", l: "right" };
const PAN = { up: [0, 60], down: [0, -60], left: [60, 0], right: [-60, 0] };

function fit() {
  if (svgs[state.type] && state.view === "graph") look(state.type, [...extents[state.type]]);
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
  // The slider has arrows of its own.
  if (event.target === $("moment") && (event.key.startsWith("Arrow") || /^(Home|End|Page)/.test(event.key))) return;
  const act = ARROWS[event.key] ? () => arrow(ARROWS[event.key]) : /^[1-9]$/.test(event.key) ? () => setType(event.key - 1) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

types.forEach((type, at) => {
  const tab = element("button", type.name);
  tab.prepend(element("span", `${at + 1} `, "number"));
  tab.setAttribute("role", "tab");
  tab.dataset.type = at;
  tab.title = `${totalOf(at)}${type.help ? `: ${type.help}` : ""}`;
  tab.addEventListener("click", () => setType(at));
  $("types").append(tab);
});
$("compares").textContent = data.compares;
if (moments) data.facts.push(`${lastMoment + 1} moments, ${moments.clock[0]} to ${moments.clock[lastMoment]}`);
$("facts").textContent = $("facts").title = data.facts.join("  ·  ");
for (const tab of $("views").children) tab.addEventListener("click", () => setView(tab.dataset.view));
$("search").addEventListener("input", (event) => search(event.target.value));
for (const what of ["pointerdown", "pointermove"]) {
  $("strip").addEventListener(what, (event) => {
    if (!event.buttons) return;
    $("strip").setPointerCapture(event.pointerId);
    goTo(momentAt(event.clientX));
  });
}
$("moment").addEventListener("input", (event) => goTo(Number(event.target.value)));
// The profile, if it is in the page.
if ($("profile").textContent.trim()) {
  $("save").hidden = false;
  $("save").addEventListener("click", () => {
    const bytes = Uint8Array.from(atob($("profile").textContent), (char) => char.charCodeAt(0));
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    link.download = `${document.title.replace(/[^\w.-]+/g, "_") || "profile"}.pb.gz`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}
$("fold").addEventListener("click", () => {
  const isFolded = document.body.classList.toggle("folded");
  $("fold").setAttribute("aria-expanded", !isFolded);
  $("fold").textContent = isFolded ? "unfold" : "fold";
  if (state.view === "flame") drawFlame();
});
$("ask").addEventListener("click", () => $("keys").showModal());
$("closer").addEventListener("click", () => scaleGraph(1 / 1.25));
$("farther").addEventListener("click", () => scaleGraph(1.25));
$("fit").addEventListener("click", fit);
$("out").addEventListener("click", () => zoom(outOf()));
for (const button of $("ways").children) button.addEventListener("click", () => setWay(button.dataset.way));
for (const button of $("sift").children) {
  button.addEventListener("click", () => (button.dataset.sift === "pivot" ? setWay("pivot") : sift(button.dataset.sift)));
}
// Means do not add up, so that nothing can be left out of them or turned round.
if (!data.adds) [$("ways").hidden, $("sift").hidden] = [true, true];
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

const placeOf = (event) => tilesDrawn[event.target.closest(".tile")?.dataset.at];
$("tiles").addEventListener("click", (event) => {
  const place = placeOf(event);
  if (place) enter(place);
});
$("tiles").addEventListener("mouseover", (event) => {
  const place = placeOf(event);
  if (place && place.kind !== "more") tell(place.node ? place.tree.name[place.node] : -1, place);
});
$("tiles").addEventListener("mouseleave", () => tell(state.selected));

svgs.forEach((svg, at) => {
  // It would be told wherever the pointer is; those who do not see the graph have it as its label.
  const title = svg.querySelector(":scope > title");
  captions[at] = title?.textContent.replace(/^[^:]*: /, "") || "";
  title?.remove();
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
  resized = setTimeout(() => {
    if (state.view === "flame") drawFlame();
    if (state.view === "top") drawTop();
  }, 60);
});

addEventListener("popstate", restore);
addEventListener("hashchange", restore);
restore();
