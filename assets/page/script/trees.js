// Call trees: the one of the data, what filters leave of it, and both turned round. A tree is lists over its nodes, in the
// order of a walk: names, depths, parents, children, the last node below each. A name below 0 stands for that many contexts
// that are too small. For each sample type there are sums: `cum`, and `weight`, which is that without regard to signs, so that
// the parts fill the whole; `own` and `ownWeight` are what ends there.

function planted(name, depth) {
  const tree = { name, depth, parent: [], children: name.map(() => []), end: [], sums: [] };
  const path = [];
  depth.forEach((deep, node) => {
    for (let old = path.length - 1; old >= deep; old--) tree.end[path[old]] = node;
    path.length = Math.min(path.length, deep);
    tree.parent.push(deep ? path[deep - 1] : 0);
    if (deep) tree.children[path[deep - 1]].push(node);
    path[deep] = node;
  });
  for (const node of path) tree.end[node] = depth.length;
  return tree;
}

function addUp(tree, own) {
  const sum = [...own];
  for (let node = sum.length - 1; node > 0; node--) sum[tree.parent[node]] += sum[node];
  return sum;
}

const whole = planted(data.tree.name, data.tree.depth);
for (const type of types) {
  const sums = { cum: type.cum, own: whole.name.map(() => 0), ownWeight: whole.name.map(() => 0) };
  for (let at = 0; at < type.own.length; at += 2) {
    const [node, value] = [type.own[at], type.own[at + 1]];
    // Of what is too small it is said how wide it is.
    sums.own[node] = whole.name[node] < 0 ? type.cum[node] : value;
    sums.ownWeight[node] = Math.abs(value);
    if (value < 0) type.differs = true;
  }
  sums.weight = addUp(whole, sums.ownWeight);
  whole.sums.push(sums);
  type.byName = new Map(type.rows.map((row) => [row[0], row]));
}

// A tree of stacks: pairs of a list of names, outermost first, and the node of the whole tree that has their values.
function grown(stacks) {
  const nodes = [{ name: 0, below: new Map(), from: [] }];
  for (const [path, from] of stacks) {
    let at = nodes[0];
    for (const name of path) {
      const key = Math.max(name, -1);
      if (!at.below.has(key)) {
        at.below.set(key, { name: 0, below: new Map(), from: [] });
        nodes.push(at.below.get(key));
      }
      at = at.below.get(key);
      at.name = name < 0 ? at.name + name : name;
    }
    at.from.push(from);
  }
  const [name, depth, sources] = [[], [], []];
  const todo = [[nodes[0], 0]];
  while (todo.length) {
    const [node, deep] = todo.pop();
    name.push(node.name);
    depth.push(deep);
    sources.push(node.from);
    for (const child of [...node.below.values()].reverse()) todo.push([child, deep + 1]);
  }
  const tree = planted(name, depth);
  tree.sums = whole.sums.map((sums) => {
    const of = (part) => sources.map((from) => from.reduce((sum, node) => sum + sums[part][node], 0));
    const [own, ownWeight] = [of("own"), of("ownWeight")];
    return { own, ownWeight, cum: addUp(tree, own), weight: addUp(tree, ownWeight) };
  });
  return tree;
}

// The stacks that filters leave: each focus must be in them, what is hidden is taken out, and so is what is not shown if
// anything is.
function* stacks() {
  const { focus, hide, show } = state;
  for (let node = 0; node < whole.name.length; node++) {
    if (whole.sums.every((sums) => !sums.ownWeight[node])) continue;
    const path = [];
    for (let at = node; at; at = whole.parent[at]) path.push(whole.name[at]);
    if (!focus.every((name) => path.includes(name))) continue;
    const left = path.filter((name) => !hide.includes(name) && (!show.length || show.includes(name))).reverse();
    if (left.length || !path.length) yield [left, node];
  }
}

// What the tree holds at the moment that is picked: the last one's sums, or those that end in contexts, added up.
const lastSums = whole.sums;

function sumsAt(moment) {
  return types.map((_, type) => {
    const own = whole.name.map(() => 0);
    const pairs = moments.stacks[type][moment];
    for (let at = 0; at < pairs.length; at += 2) own[pairs[at]] += pairs[at + 1];
    const ownWeight = own.map(Math.abs);
    return { own, ownWeight, cum: addUp(whole, own), weight: addUp(whole, ownWeight) };
  });
}

const isFiltered = () => state.focus.length + state.hide.length + state.show.length > 0;

// Trees that were made already.
const made = new Map();

function kept(key, make) {
  const { focus, hide, show } = state;
  const whose = JSON.stringify([key, focus, hide, show]);
  if (!made.has(whose)) {
    if (made.size > 20) made.clear();
    made.set(whose, make());
  }
  return made.get(whose);
}

// What filters leave, from callers to callees.
const left = () => (isFiltered() ? kept("left", () => grown(stacks())) : whole);

// What the flame graph is of, and what is above it: callers, for a pivot.
function flames() {
  if (state.way === "callers") return { tree: kept("callers", () => grown([...stacks()].map(([path, node]) => [path.reverse(), node]))) };
  if (state.way !== "pivot") return { tree: left() };
  const name = state.selected;
  const [callees, callers] = kept(["pivot", name], () => {
    const [below, above] = [[], []];
    for (const [path, node] of stacks()) {
      const at = path.indexOf(name);
      if (at < 0) continue;
      below.push([path.slice(at), node]);
      above.push([path.slice(0, at + 1).reverse(), node]);
    }
    return [grown(below), grown(above)];
  });
  return { tree: callees, above: callers };
}

// The rows of the table: the data's, or what the filters leave of them, a function once for a stack.
function rowsOf(type) {
  if (!isFiltered() && isLast()) return types[type].rows;
  return kept(["rows", type], () => {
    const tree = left();
    const { own, cum } = tree.sums[type];
    const rows = new Map();
    const ends = new Map();
    tree.name.forEach((name, node) => {
      if (!node || name < 0) return;
      if (!rows.has(name)) rows.set(name, [name, 0, 0, (types[type].byName.get(name) || [])[3] || 0]);
      const row = rows.get(name);
      row[1] += own[node];
      if (node < (ends.get(name) ?? 0)) return;
      ends.set(name, tree.end[node]);
      row[2] += cum[node];
    });
    // Without filters it is known what the largest functions held, be it in stacks too small for the tree. These are in no
    // sum over its contexts: the sum is at least what the function holds itself.
    if (!isFiltered()) {
      for (const [name, values] of heldOver) {
        const value = values[type] ? values[type][state.moment] : 0;
        if (!value) continue;
        const [, , cum, inline] = rows.get(name) || [name, 0, 0, 0];
        rows.set(name, [name, value, Math.max(cum, value), inline]);
      }
    }
    return [...rows.values()].filter((row) => row[1] || row[2]);
  });
}

// What of them a function has.
const rowOf = (type, name) => (isFiltered() || !isLast() ? rowsOf(type).find((row) => row[0] === name) : types[type].byName.get(name));

// What all of a sample type holds at the moment that is picked.
const totalAt = (type) => (isLast() ? types[type].total : (moments.totals[type] || [])[state.moment] || 0);

const nameOf = (tree, node) => (node === 0 ? "all" : tree.name[node] < 0 ? `${-tree.name[node]} smaller frames` : names[tree.name[node]]);

// Who calls a function and whom it calls, each sample once for a call, as `peek` counts them.
function calls(name) {
  const tree = left();
  const { cum } = tree.sums[state.type];
  const sums = [new Map(), new Map()];
  const inside = new Map();
  const add = (which, other, node) => {
    // What a recursion passes a second time is counted already.
    const end = inside.get(`${which} ${other}`) ?? -1;
    if (node < end) return;
    inside.set(`${which} ${other}`, tree.end[node]);
    sums[which].set(other, (sums[which].get(other) || 0) + cum[node]);
  };
  tree.name.forEach((own, node) => {
    if (!node || own < 0) return;
    const above = tree.parent[node];
    if (own === name && above) add(0, tree.name[above], node);
    if (above && tree.name[above] === name) add(1, own, node);
  });
  return sums.map((sum) => [...sum].filter(([, value]) => value).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]) || (names[a[0]] < names[b[0]] ? -1 : 1)));
}
