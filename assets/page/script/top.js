// The table.

function order(rows) {
  const key = { flat: 1, cum: 2 }[state.by];
  if (state.by === "delta") {
    const sorted = [...rows].sort((a, b) => Math.abs(changeOf(b[0])) - Math.abs(changeOf(a[0])) || b[1] - a[1]);
    return state.down ? sorted : sorted.reverse();
  }
  const text = (a, b) => (names[a[0]] < names[b[0]] ? -1 : names[a[0]] > names[b[0]] ? 1 : 0);
  const size = (row, at) => Math.abs(row[at]);
  const sorted = [...rows].sort((a, b) => (key && size(b, key) - size(a, key)) || text(a, b) || size(b, 3 - key) - size(a, 3 - key));
  return state.down === (state.by !== "name") ? sorted : sorted.reverse();
}

const IS_NARROW = matchMedia("(max-width: 600px)");

function drawTop() {
  const type = types[state.type];
  const rows = rowsOf(state.type);
  const total = totalAt(state.type);
  const shown = state.search ? rows.filter((row) => state.hits.has(row[0])) : rows;
  const largest = rows.reduce((most, row) => Math.max(most, Math.abs(row[state.by === "cum" ? 2 : 1])), 0);
  // What the other columns take, about.
  const [room, letter] = IS_NARROW.matches ? [(innerWidth - 195) * 0.9, LETTER] : [$("top").clientWidth - (moments ? 690 : 570), TEXT_LETTER];
  let sum = 0;
  const made = document.createDocumentFragment();
  for (const row of order(shown)) {
    sum += row[1];
    const line = element("tr");
    line.dataset.name = row[0];
    for (const text of [label(row[1]), percent(row[1], total), percent(sum, total), label(row[2]), percent(row[2], total)]) line.append(element("td", text));
    const bar = element("td");
    const height = Math.abs(row[state.by === "cum" ? 2 : 1]);
    if (height) bar.append(element("i"));
    if (height) bar.firstChild.style.setProperty("--share", height / largest);
    const name = element("td");
    // Where there is little room it is for the end of a name, which tells more than its beginning.
    const told = fitting(names[row[0]], room, letter);
    if (told !== names[row[0]]) name.title = names[row[0]];
    marked(name, told);
    if (row[3]) name.append(" ", element("small", row[3] === 1 ? "(partial-inline)" : "(inline)"));
    line.append(bar, ...(moments ? cellsOverTime(row[0]) : []), name);
    made.append(line);
  }
  $("rows").replaceChildren(made);
  for (const head of document.querySelectorAll("th[data-by]")) {
    if (head.dataset.by === state.by && !head.textContent.endsWith("%")) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  const rest = type.left_out && !isFiltered() && isLast() ? `${type.left_out} functions that hold less are not listed.` : "";
  $("rest").textContent = rows.length ? rest : nothing();
  mark();
}

function sortBy(by) {
  state.down = by === state.by ? !state.down : by !== "name";
  state.by = by;
  drawTop();
  keep();
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

