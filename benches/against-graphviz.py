#!/usr/bin/env python3
"""heaptui's layered layout against Graphviz `dot`: the same boxes and edges, in one run.

  benches/against-graphviz.py [--heaptui PATH] [--layout PATH] [--dot PATH] [--labels] [--cells] [--option=-nodecount=200 ...] PROFILE|DIR ...

Graphs are what `heaptui dot` writes for each profile (each file of a DIR that is one), its nodelets included and its
legend left out. Both get boxes of the same size: 8 px for each letter of the full name, up to 40, and 36 px high; with --cells
2 + up to 28 letters wide and 3 high, 4 for longer names. Spacing is 24 px between boxes, 12 between lines, 48 between ranks (cells:
3, 2 and 4); edges have the weights that pprof gives them, and with --labels room for their label (8 px a letter, 16 high).

For each graph, heaptui / dot:
  cross  pairs of lines that cross, each crossing counted; lines from or to the same box may meet at that box, but not elsewhere
  routed the same, dot's lines drawn the way heaptui's are: through where they pass each rank, straight in between, their ends
         spread on the sides of boxes in the order of where they go. Its splines touch more than they must, so this is dot's order at its best.
  thru   pairs of a line and a box that it has nothing to do with, and runs through
  lap    pairs of boxes that overlap
  len    sum of the lengths of all lines, as a ratio (first against splines, then against the routed ones)
  area   of the bounding box of all boxes and lines, as a ratio
  ms     heaptui: best of five in one process; dot: best of three, a process each
The last line has the sums, and ratios of sums. Exits with 1 if these are over what issue 5 asks for: crossings 1.1 (of `routed`, which is the
stricter), length 1.1, area 1.15, no box run through, none overlapping, 20 ms for each graph of up to 80 nodes.
`layout` is `cargo build --release --example layout`.
"""
import argparse, collections, itertools, json, math, pathlib, re, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINE = re.compile(r'^(N\w+)(?: -> (N\w+))? \[(.*)\]$')
FIELD = re.compile(r'(\w+) ?= ?(?:"((?:[^"\\]|\\.)*)"|(\S+))')
ATTEMPTS, PIECES = 3, 12


def graph_of(profile, args):
    """Sizes of nodes, and edges as (from, to, weight, label size or None); None if there is no graph."""
    run = subprocess.run([args.heaptui, "dot", *args.option, str(profile)], capture_output=True, text=True, errors="replace")
    if run.returncode:
        return None
    nodes, edges, index = [], [], {}
    for line in run.stdout.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        start, end, rest = match.groups()
        fields = {key: quoted or bare for key, quoted, bare in FIELD.findall(rest)}
        if end is None:
            name = fields.get("tooltip", "") if not start.startswith("NN") else fields["label"]
            name = re.sub(r" \([^()]*\)$", "", name)
            index[start] = len(nodes)
            if args.cells:
                nodes.append((2 + max(1, min(len(name), 28)), 3 if len(name) <= 28 else 4))
            else:
                nodes.append((8 * max(1, min(len(name), 40)), 36))
        else:
            text = fields.get("label", "").strip()
            size = (8 * len(text), 16) if not args.cells else (len(text), 1)
            edges.append((index[start], index[end], int(fields.get("weight", 1)), size if args.labels else None))
    return nodes, edges


def ours(nodes, edges, spacing, args):
    text = ["spacing %g %g %g" % spacing] + ["node %g %g" % size for size in nodes]
    text += ["edge %d %d %d" % edge[:3] + (" %g %g" % edge[3] if edge[3] else "") for edge in edges]
    run = subprocess.run([args.layout], input="\n".join(text), capture_output=True, text=True, check=True)
    boxes, lines, ms = [], [], 0
    for word, *rest in map(str.split, run.stdout.splitlines()):
        numbers = list(map(float, rest))
        if word == "ms":
            ms = numbers[0]
        elif word == "node":
            boxes.append(tuple(numbers[:4]))
        elif word == "edge":
            lines.append(list(zip(numbers[::2], numbers[1::2])))
    return boxes, lines, ms


def graphviz(nodes, edges, spacing, args):
    """Boxes, splines as short straight pieces, milliseconds."""
    text = ["digraph { graph [nodesep=%f ranksep=%f] node [shape=box fixedsize=true label=\"\"] edge [dir=none]" % (spacing[0] / 72, spacing[2] / 72)]
    text += ["%d [width=%f height=%f]" % (number, size[0] / 72, size[1] / 72) for number, size in enumerate(nodes)]
    for number, (start, end, weight, label) in enumerate(edges):
        room = "" if not label else " label=<<table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"0\" fixedsize=\"true\" width=\"%d\" height=\"%d\"><tr><td></td></tr></table>>" % label
        text.append("%d -> %d [weight=%d id=%d%s]" % (start, end, weight, number, room))
    text = "\n".join(text) + "}"
    ms = math.inf
    for _ in range(ATTEMPTS):
        begin = time.perf_counter()
        run = subprocess.run([args.dot, "-Tjson"], input=text, capture_output=True, text=True, check=True)
        ms = min(ms, (time.perf_counter() - begin) * 1e3)
    answer = json.loads(run.stdout)
    boxes, lines = [None] * len(nodes), [None] * len(edges)
    for node in answer["objects"]:
        x, y = map(float, node["pos"].split(","))
        width, height = nodes[int(node["name"])]
        boxes[int(node["name"])] = (x - width / 2, -y - height / 2, width, height)
    for edge in answer["edges"]:
        points = [tuple(map(float, pair.split(","))) for pair in edge["pos"].split()]
        points = [(x, -y) for x, y in points]
        line = [points[0]]
        for a, b, c, d in zip(points[::3], points[1::3], points[2::3], points[3::3]):
            for step in range(1, PIECES + 1):
                t = step / PIECES
                s = 1 - t
                line.append(tuple(s**3 * p + 3 * s * s * t * q + 3 * s * t * t * r + t**3 * u for p, q, r, u in zip(a, b, c, d)))
        lines[int(edge["id"])] = line
    return boxes, lines, ms


def rerouted(boxes, lines, edges):
    """The lines through the same places of each rank, upright inside ranks and straight between them."""
    middles = sorted({round(y + height / 2, 3) for _, y, _, height in boxes})
    ranks = []
    for middle in middles:
        if not ranks or middle - ranks[-1][-1] > 1:
            ranks.append([middle])
        else:
            ranks[-1].append(middle)
    bands = []
    for rank in ranks:
        inside = [box for box in boxes if any(abs(box[1] + box[3] / 2 - middle) < 0.01 for middle in rank)]
        bands.append((min(box[1] for box in inside), max(box[1] + box[3] for box in inside)))
    rank_of = [min(range(len(ranks)), key=lambda rank: abs(ranks[rank][0] - box[1] - box[3] / 2)) for box in boxes]
    inner, ends = [], collections.defaultdict(list)
    for number, ((start, end, *_), line) in enumerate(zip(edges, lines)):
        upper, lower = (start, end) if rank_of[start] <= rank_of[end] else (end, start)
        path = line if rank_of[start] <= rank_of[end] else line[::-1]
        places = []
        for rank in range(rank_of[upper] + 1, rank_of[lower]):
            y = (bands[rank][0] + bands[rank][1]) / 2
            crossing = [(a, b) for a, b in zip(path, path[1:]) if min(a[1], b[1]) <= y <= max(a[1], b[1])]
            (x1, y1), (x2, y2) = crossing[0] if crossing else (path[0], path[-1])
            places.append((x1 + (x2 - x1) * ((y - y1) / (y2 - y1) if y2 != y1 else 0.5), rank))
        inner.append((upper, lower, places))
        if rank_of[upper] != rank_of[lower]:
            middle = lambda box: box[0] + box[2] / 2
            ends[upper, "below"].append((places[0][0] if places else middle(boxes[lower]), number))
            ends[lower, "above"].append((places[-1][0] if places else middle(boxes[upper]), number))
    port = {}
    for (node, side), wanted in ends.items():
        for place, (_, number) in enumerate(sorted(wanted)):
            port[number, side] = boxes[node][0] + boxes[node][2] * (place + 1) / (len(wanted) + 1)
    answer = []
    for number, ((upper, lower, places), line) in enumerate(zip(inner, lines)):
        if rank_of[upper] == rank_of[lower]:
            answer.append(line)
            continue
        route = [(port[number, "below"], boxes[upper][1] + boxes[upper][3]), (port[number, "below"], bands[rank_of[upper]][1])]
        for x, rank in places:
            route += [(x, bands[rank][0]), (x, bands[rank][1])]
        route += [(port[number, "above"], bands[rank_of[lower]][0]), (port[number, "above"], boxes[lower][1])]
        answer.append(route)
    return answer


def pieces_of(lines):
    for number, line in enumerate(lines):
        for a, b in zip(line, line[1:]):
            if a != b:
                yield number, a, b


def crossings(boxes, lines, edges):
    side = 100.0
    cells = collections.defaultdict(list)
    pieces = list(pieces_of(lines))
    for place, (_, a, b) in enumerate(pieces):
        # The cells along the piece: all columns of each row that it is in.
        low, high = sorted((a, b), key=lambda point: point[1])
        for row in range(math.floor(low[1] / side), math.floor(high[1] / side) + 1):
            if high[1] > low[1]:
                clip = lambda y: low[0] + (high[0] - low[0]) * (min(max(y, low[1]), high[1]) - low[1]) / (high[1] - low[1])
                ends = clip(row * side), clip((row + 1) * side)
            else:
                ends = low[0], high[0]
            for column in range(math.floor(min(ends) / side), math.floor(max(ends) / side) + 1):
                cells[row, column].append(place)
    tested, count = set(), 0
    turn = lambda a, b, c: (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    for inside in cells.values():
        for one, other in itertools.combinations(inside, 2):
            (m, a, b), (n, c, d) = pieces[one], pieces[other]
            if m == n or max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]) or max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
                continue
            p, q, r, s = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
            if not (p * q < 0 and r * s < 0) or (one, other) in tested:
                continue
            tested.add((one, other))
            shared = set(edges[m][:2]) & set(edges[n][:2])
            if shared:
                t = r / (r - s)
                x, y = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
                if any(-NEAR <= x - boxes[node][0] <= boxes[node][2] + NEAR and -NEAR <= y - boxes[node][1] <= boxes[node][3] + NEAR for node in shared):
                    continue
            count += 1
    return count


# How near to a box lines that belong to it may meet.
NEAR = 24


def through(boxes, lines, edges):
    found = set()
    for number, (x1, y1), (x2, y2) in pieces_of(lines):
        for node, (left, top, width, height) in enumerate(boxes):
            if node in edges[number][:2] or (number, node) in found:
                continue
            if max(x1, x2) <= left + 0.5 or min(x1, x2) >= left + width - 0.5 or max(y1, y2) <= top + 0.5 or min(y1, y2) >= top + height - 0.5:
                continue
            begin, end = 0.0, 1.0
            for at, step, low, high in ((x1, x2 - x1, left + 0.5, left + width - 0.5), (y1, y2 - y1, top + 0.5, top + height - 0.5)):
                if step:
                    one, other = sorted(((low - at) / step, (high - at) / step))
                    begin, end = max(begin, one), min(end, other)
            if begin < end:
                found.add((number, node))
    return len(found)


def overlaps(boxes):
    apart = lambda a, b: a[0] + a[2] <= b[0] + 0.01 or b[0] + b[2] <= a[0] + 0.01 or a[1] + a[3] <= b[1] + 0.01 or b[1] + b[3] <= a[1] + 0.01
    return sum(not apart(a, b) for a, b in itertools.combinations(boxes, 2))


def length(lines):
    return sum(math.dist(a, b) for _, a, b in pieces_of(lines))


def area(boxes, lines):
    corners = [point for line in lines for point in line] + [(x, y) for x, y, _, _ in boxes] + [(x + w, y + h) for x, y, w, h in boxes]
    xs, ys = zip(*corners)
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profiles", nargs="+", type=pathlib.Path)
    parser.add_argument("--heaptui", default=ROOT / "target/release/heaptui")
    parser.add_argument("--layout", default=ROOT / "target/release/examples/layout")
    parser.add_argument("--dot", default="dot")
    parser.add_argument("--labels", action="store_true")
    parser.add_argument("--cells", action="store_true")
    parser.add_argument("--option", action="append", default=[], help="for `heaptui dot`")
    args = parser.parse_args()
    spacing = (3, 2, 4) if args.cells else (24, 12, 48)
    files = [file for path in args.profiles for file in (sorted(path.rglob("*")) if path.is_dir() else [path]) if file.is_file()]
    row = "%-44s %5s %5s %6s %6s %6s %5s %5s %5s %5s %5s %5s %6s %6s"
    print(row % ("graph", "nodes", "edges", "cross", "/dot", "routed", "thru", "/dot", "lap", "len", "len", "area", "ms", "/dot"))
    sums = collections.Counter()
    slow, seen = 0, set()
    for file in files:
        graph = graph_of(file, args)
        if graph is None or not graph[1] or repr(graph) in seen:
            continue
        seen.add(repr(graph))
        nodes, edges = graph
        boxes, lines, ms = ours(nodes, edges, spacing, args)
        other, splines, other_ms = graphviz(nodes, edges, spacing, args)
        straight = rerouted(other, splines, edges)
        figures = collections.Counter(
            nodes=len(nodes), edges=len(edges),
            cross=crossings(boxes, lines, edges), cross_dot=crossings(other, splines, edges), cross_routed=crossings(other, straight, edges),
            thru=through(boxes, lines, edges), thru_dot=through(other, splines, edges), lap=overlaps(boxes),
            len=length(lines), len_dot=length(splines), len_routed=length(straight),
            area=area(boxes, lines), area_dot=area(other, splines), ms=ms, ms_dot=other_ms)
        sums.update(figures)
        slow = max(slow, ms if len(nodes) <= 80 else 0)
        show(row, "/".join(file.parts[-2:]), figures)
    show(row, "sum", sums)
    holds = (sums["cross"] <= 1.1 * sums["cross_routed"] and sums["len"] <= 1.1 * min(sums["len_dot"], sums["len_routed"])
             and sums["area"] <= 1.15 * sums["area_dot"] and not sums["thru"] and not sums["lap"] and slow < 20)
    print("slowest with up to 80 nodes: %.1f ms; %s" % (slow, "holds" if holds else "DOES NOT HOLD"))
    return 0 if holds else 1


def show(row, name, f):
    ratio = lambda a, b: "%.2f" % (a / b if b else 1)
    print(row % (name[-44:], f["nodes"], f["edges"], f["cross"], f["cross_dot"], f["cross_routed"], f["thru"], f["thru_dot"], f["lap"],
                 ratio(f["len"], f["len_dot"]), ratio(f["len"], f["len_routed"]), ratio(f["area"], f["area_dot"]), "%.2f" % f["ms"], "%.1f" % f["ms_dot"]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
