// A session over time: a strip with total, resident memory and goroutines, each to its own height, and what rows held.

const SVG = "http://www.w3.org/2000/svg";
const { moments } = data;
const lastMoment = moments ? moments.clock.length - 1 : -1;
const heldOver = new Map(moments ? moments.rows : []);

state.moment = lastMoment;

const isLast = () => !moments || state.moment === lastMoment;

// A line through values over the session, in a box of a size; gaps where there is none.
function curve(values, width, height, most) {
  const all = moments.seconds.at(-1) || 1;
  let isOn = false;
  const steps = values.map((value, at) => {
    if (value === null) return (isOn = false), "";
    const x = lastMoment ? (moments.seconds[at] / all) * width : width / 2;
    const step = `${isOn ? "L" : "M"}${x.toFixed(1)} ${(height - (most ? value / most : 0) * height).toFixed(1)}`;
    isOn = true;
    return step;
  });
  return steps.join("");
}

function drawing(width, height, kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 -2 ${width} ${height + 4}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

function stroke(svg, steps, kind) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", steps);
  path.setAttribute("class", kind);
  svg.append(path);
}

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
const totals = () => moments.totals[state.type] || moments.clock.map(() => 0);
const bytes = (value) => label(value, types.find((type) => type.units.some(([unit]) => unit === "MB")) || types[state.type]);
const signed = (value, text) => (value > 0 ? `+${text}` : text);

function drawTimeline() {
  if (!moments) return;
  const at = state.moment;
  const svg = drawing(1000, 60, "strip");
  stroke(svg, curve(moments.goroutines, 1000, 60, largest(moments.goroutines)), "goroutines");
  stroke(svg, curve(moments.resident, 1000, 60, largest(moments.resident)), "resident");
  stroke(svg, curve(totals(), 1000, 60, largest(totals())), "total");
  const x = lastMoment ? (moments.seconds[at] / (moments.seconds.at(-1) || 1)) * 1000 : 500;
  stroke(svg, `M${x} -2V62`, "here");
  $("strip").replaceChildren(svg);
  const slider = $("moment");
  [slider.max, slider.value] = [lastMoment, at];
  const total = totals();
  const said = [
    ["", `${moments.clock[at] || ""}, moment ${at + 1} of ${lastMoment + 1}`],
    ["total", `${types[state.type].name} ${label(total[at])} (${signed(total[at] - total[0], label(total[at] - total[0]))} since the first)`],
  ];
  if (moments.resident[at] !== null) said.push(["resident", `rss ${bytes(moments.resident[at])}`]);
  if (moments.goroutines[at] !== null) said.push(["goroutines", `${moments.goroutines[at]} goroutines`]);
  if (!isLast() && state.view === "graph") said.push(["", "boxes are those of the last moment"]);
  $("told").replaceChildren(...said.map(([kind, text]) => element("span", text, kind)));
  slider.setAttribute("aria-valuetext", said.map(([, text]) => text).join("; "));
}

// The moment that is nearest to a place on the strip.
function momentAt(x) {
  const { left: start, width } = $("strip").getBoundingClientRect();
  const seconds = ((x - start) / width) * (moments.seconds.at(-1) || 1);
  const off = (at) => Math.abs(moments.seconds[at] - seconds);
  return moments.seconds.reduce((best, _, at) => (off(at) < off(best) ? at : best), 0);
}

function goTo(at) {
  if (!moments) return;
  const moment = Math.min(Math.max(at, 0), lastMoment);
  if (moment === state.moment) return;
  pick(moment);
  state.cursor = -1;
  draw();
  keep();
}

// Makes everything be of a moment.
function pick(moment) {
  state.moment = moment;
  whole.sums = isLast() ? lastSums : sumsAt(moment);
  made.clear();
}

const heldBy = (name) => (heldOver.get(name) || [])[state.type] || null;

// How much a function has grown since the first moment, and its trend.
function cellsOverTime(name) {
  const values = heldBy(name);
  const [delta, trend] = [element("td", undefined, "delta"), element("td", undefined, "trend")];
  if (values && !isFiltered()) {
    const change = values[state.moment] - values[0];
    delta.textContent = change ? signed(change, label(change)) : "0";
    const svg = drawing(80, 14, "spark");
    stroke(svg, curve(values, 80, 14, largest(values)), "total");
    trend.append(svg);
  }
  return [delta, trend];
}

const changeOf = (name) => {
  const values = heldBy(name);
  return values ? values[state.moment] - values[0] : 0;
};
