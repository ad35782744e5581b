"use strict";
// The page of one profile: its data is in #data, its graphs are drawn already. Texts of the profile reach the document
// through textContent and title alone. The files of this folder are one script, in the order in which the page names them.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const { names, types } = data;
const svgs = [...document.querySelectorAll("#graph > svg")];
const VIEWS = ["flame", "graph", "top"];
// What is looked at. `way` says what the flame graph is of; `focus`, `hide` and `show` are lists of names.
const state = {
  type: data.first, view: "flame", selected: -1, zoom: 0, cursor: -1, by: data.by, down: true, search: null, hits: new Set(),
  way: "callees", focus: [], hide: [], show: [],
};

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

function percent(value, total = totalAt(state.type)) {
  const ratio = total === 0 ? 0 : Math.abs((value / total) * 100);
  if (ratio >= 99.95 && ratio <= 100.05) return "100%";
  if (ratio >= 1) return fixed(ratio) + "%";
  if (ratio >= 0.0001 || ratio === 0) return String(Number(ratio.toPrecision(2))) + "%";
  return ratio.toExponential(1).replace(".0e", "e").replace(/e-(\d)$/, "e-0$1") + "%";
}

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

// How wide a letter is, about: in the tiles, where a digit is wider, and in texts.
const LETTER = 6.6;
const DIGIT = 7.2;
const TEXT_LETTER = 7.7;

// How wide a label is: an ellipsis takes more than a letter.
const widthOf = (text, letter = LETTER) => (text.length + (text.includes("…") ? 1 : 0)) * letter;

// Where a name begins behind its import path; a version alone says too little.
function startOf(name) {
  const plain = name.split(/[([<\s]/)[0];
  const start = plain.lastIndexOf("/") + 1;
  return start && /^v\d+(\.|$)/.test(plain.slice(start)) ? plain.lastIndexOf("/", start - 2) + 1 : start;
}

// A name in its width: without its import path, then without package, then without receiver, before it is cut.
function fitting(name, width, letter = LETTER) {
  if (widthOf(name, letter) <= width) return name;
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
  return labels.find((text) => widthOf(text, letter) <= width) || short.slice(words.at(-1));
}
