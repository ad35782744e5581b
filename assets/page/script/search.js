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
  const tree = left();
  const { weight, cum } = tree.sums[state.type];
  const known = rowsOf(state.type).filter((row) => state.hits.has(row[0])).length;
  let [sum, value, behind] = [0, 0, -1];
  tree.depth.forEach((depth, node) => {
    if (behind >= 0 && depth > behind) return;
    behind = -1;
    if (!node || !state.hits.has(tree.name[node])) return;
    behind = depth;
    sum += weight[node];
    value += cum[node];
  });
  $("matches").textContent = known ? `${known} function${known === 1 ? "" : "s"}: ${label(value)}, ${percent(sum, weight[0])}` : "nothing matches";
}

function nextMatch(by) {
  const rows = order(rowsOf(state.type).filter((row) => state.hits.has(row[0]))).map((row) => row[0]);
  if (!rows.length) return;
  const at = rows.indexOf(state.selected);
  select(rows[(at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by + rows.length) % rows.length]);
  reveal();
}

