//! What holds for every drawing of a graph: tables of graphs in, laws over boxes, routes and labels out.

use heaptui::layout::{Drawing, Edge, Point, Size, Spacing, curve, layout};

const SPACING: Spacing = Spacing {
    node: 24.0,
    edge: 12.0,
    rank: 48.0,
};
const CELLS: Spacing = Spacing {
    node: 3.0,
    edge: 2.0,
    rank: 4.0,
};

struct Graph {
    sizes: Vec<Size>,
    edges: Vec<Edge>,
}

/// The same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn edge(from: usize, to: usize) -> Edge {
    Edge {
        from,
        to,
        weight: 1,
        min_ranks: 1,
        label: None,
    }
}

fn graph(nodes: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Graph {
    Graph {
        sizes: (0..nodes)
            .map(|node| Size {
                width: 20.0 + (node * 37 % 11) as f64 * 10.0,
                height: 16.0 + (node % 3) as f64 * 12.0,
            })
            .collect(),
        edges: pairs.into_iter().map(|(from, to)| edge(from, to)).collect(),
    }
}

fn labelled(mut graph: Graph) -> Graph {
    for (index, edge) in graph.edges.iter_mut().enumerate() {
        edge.label = (index % 4 != 3).then_some(Size {
            width: 30.0 + (index % 5) as f64 * 7.0,
            height: 10.0,
        });
    }
    graph
}

fn random(seed: u64) -> Graph {
    let mut dice = Dice(seed);
    let nodes = 1 + dice.below(24) as usize;
    let edges = dice.below(2 * nodes as u64 + 8);
    let pairs: Vec<(usize, usize)> = (0..edges)
        .map(|_| (dice.below(nodes as u64) as usize, dice.below(nodes as u64) as usize))
        .collect();
    let mut graph = graph(nodes, pairs);
    for size in &mut graph.sizes {
        size.width = (dice.below(1200) as f64) / 7.0;
        size.height = dice.below(60) as f64;
    }
    for edge in &mut graph.edges {
        edge.weight = 1 + dice.below(100) as u32;
        edge.min_ranks = 1 + (dice.below(8) / 7) as u32;
    }
    if seed.is_multiple_of(3) { labelled(graph) } else { graph }
}

/// Whether a piece of a line is inside a box, its border left out.
fn enters(start: Point, end: Point, left: f64, top: f64, right: f64, bottom: f64) -> bool {
    if right - left < 1e-5 || bottom - top < 1e-5 {
        return false;
    }
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for (at, step, low, high) in [
        (start.x, end.x - start.x, left, right),
        (start.y, end.y - start.y, top, bottom),
    ] {
        if step == 0.0 {
            if at <= low + 1e-6 || at >= high - 1e-6 {
                return false;
            }
        } else {
            let (near, far) = ((low + 1e-6 - at) / step, (high - 1e-6 - at) / step);
            from = from.max(near.min(far));
            to = to.min(near.max(far));
        }
    }
    from < to
}

/// Everything that is wrong with a drawing, in words.
fn faults(graph: &Graph, drawing: &Drawing, spacing: Spacing) -> Vec<String> {
    let mut found = Vec::new();
    let mut wrong = |holds: bool, what: &dyn Fn() -> String| {
        if !holds {
            found.push(what());
        }
    };
    let Size { width, height } = drawing.size;
    let inside = |x: f64, y: f64| (-1e-6..=width + 1e-6).contains(&x) && (-1e-6..=height + 1e-6).contains(&y);
    let boxes = &drawing.boxes;
    wrong(boxes.len() == graph.sizes.len(), &|| "not every box is placed".into());
    wrong(drawing.routes.len() == graph.edges.len(), &|| {
        "not every edge has a route".into()
    });
    for (index, (placed, size)) in boxes.iter().zip(&graph.sizes).enumerate() {
        wrong((placed.width, placed.height) == (size.width, size.height), &|| {
            format!("box {index} has another size")
        });
        let (right, bottom) = (placed.x + placed.width, placed.y + placed.height);
        wrong(inside(placed.x, placed.y) && inside(right, bottom), &|| {
            format!("box {index} is outside")
        });
        let (upper, lower) = drawing.ranks[placed.rank];
        wrong(placed.y >= upper && bottom <= lower, &|| {
            format!("box {index} is not in its rank")
        });
    }
    let mut by_rank = vec![Vec::new(); drawing.ranks.len()];
    for placed in boxes {
        by_rank[placed.rank].push(placed);
    }
    for rank in &mut by_rank {
        rank.sort_by(|one, other| one.x.total_cmp(&other.x));
        for pair in rank.windows(2) {
            let apart = pair[0].x + pair[0].width + spacing.node <= pair[1].x + 1e-6;
            wrong(apart, &|| {
                format!("{:?} and {:?} overlap or are too near", pair[0], pair[1])
            });
        }
    }
    for pair in drawing.ranks.windows(2) {
        wrong(pair[0].1 <= pair[1].0, &|| "ranks overlap".into());
    }
    for (index, (edge, route)) in graph.edges.iter().zip(&drawing.routes).enumerate() {
        let on_border = |point: Point, node: usize| {
            let placed = &boxes[node];
            let (x, y) = (point.x - placed.x, point.y - placed.y);
            let within = (-1e-6..=placed.width + 1e-6).contains(&x) && (-1e-6..=placed.height + 1e-6).contains(&y);
            let touches = [x, x - placed.width, y, y - placed.height]
                .iter()
                .any(|distance| distance.abs() < 1e-6);
            within && touches
        };
        let (Some(&first), Some(&last)) = (route.first(), route.last()) else {
            wrong(false, &|| format!("edge {index} has no points"));
            continue;
        };
        wrong(on_border(first, edge.from), &|| {
            format!("edge {index} begins off its box")
        });
        wrong(on_border(last, edge.to), &|| format!("edge {index} ends off its box"));
        wrong(route.iter().all(|point| inside(point.x, point.y)), &|| {
            format!("edge {index} goes outside")
        });
        if edge.from != edge.to {
            let rank = |node: usize| boxes[node].rank;
            wrong(rank(edge.from) != rank(edge.to), &|| {
                format!("edge {index} stays in its rank")
            });
        }
        let mut lines = vec![route.clone()];
        // The curve, as many short pieces.
        let mut flat = vec![first];
        for [one, two, end] in curve(route) {
            let start = flat[flat.len() - 1];
            for step in 1..=8 {
                let (t, s) = (f64::from(step) / 8.0, 1.0 - f64::from(step) / 8.0);
                let mix = |a: f64, b: f64, c: f64, d: f64| {
                    s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
                };
                flat.push(Point {
                    x: mix(start.x, one.x, two.x, end.x),
                    y: mix(start.y, one.y, two.y, end.y),
                });
            }
        }
        wrong(flat.last() == Some(&last), &|| {
            format!("the curve of edge {index} ends elsewhere")
        });
        lines.push(flat);
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            let (top, bottom) = (pair[0].y.min(pair[1].y), pair[0].y.max(pair[1].y));
            let first = drawing.ranks.partition_point(|band| band.1 < top);
            let end = drawing.ranks.partition_point(|band| band.0 <= bottom);
            for placed in by_rank[first..end.max(first)].iter().flatten() {
                let (right, bottom) = (placed.x + placed.width, placed.y + placed.height);
                let through = enters(pair[0], pair[1], placed.x, placed.y, right, bottom);
                wrong(!through, &|| format!("edge {index} runs through {placed:?}"));
            }
        }
        let label = drawing.labels[index];
        wrong(label.is_some() == edge.label.is_some(), &|| {
            format!("edge {index} has no label, or one too many")
        });
    }
    // A label meets no box, no other label and no line.
    let labels: Vec<(usize, [f64; 4])> = graph
        .edges
        .iter()
        .zip(&drawing.labels)
        .enumerate()
        .filter_map(|(index, (edge, middle))| {
            let (size, middle) = (edge.label?, (*middle)?);
            let (x, y) = (middle.x - size.width / 2.0, middle.y - size.height / 2.0);
            Some((index, [x, y, x + size.width, y + size.height]))
        })
        .collect();
    for (place, &(index, [left, top, right, bottom])) in labels.iter().enumerate() {
        wrong(inside(left, top) && inside(right, bottom), &|| {
            format!("label {index} is outside")
        });
        let free = |other: [f64; 4]| {
            right <= other[0] + 1e-6 || other[2] <= left + 1e-6 || bottom <= other[1] + 1e-6 || other[3] <= top + 1e-6
        };
        for (node, placed) in boxes.iter().enumerate() {
            let sides = [placed.x, placed.y, placed.x + placed.width, placed.y + placed.height];
            wrong(free(sides), &|| format!("label {index} covers box {node}"));
        }
        for (other, sides) in &labels[place + 1..] {
            wrong(free(*sides), &|| format!("labels {index} and {other} overlap"));
        }
        for (other, route) in drawing.routes.iter().enumerate() {
            let crossed = route
                .windows(2)
                .any(|pair| enters(pair[0], pair[1], left, top, right, bottom));
            wrong(!crossed, &|| format!("edge {other} runs through label {index}"));
        }
    }
    found
}

fn check(name: &str, graph: &Graph, spacing: Spacing) -> Drawing {
    let drawing = layout(&graph.sizes, &graph.edges, spacing);
    let found = faults(graph, &drawing, spacing);
    assert!(
        found.is_empty(),
        "{name}: {} faults\n{}",
        found.len(),
        found[..found.len().min(20)].join("\n")
    );
    assert_eq!(
        drawing,
        layout(&graph.sizes, &graph.edges, spacing),
        "{name}: not the same again"
    );
    drawing
}

fn corners() -> Vec<(&'static str, Graph)> {
    let ring = |count: usize| graph(count, (0..count).map(move |node| (node, (node + 1) % count)));
    vec![
        ("nothing", graph(0, [])),
        ("one box", graph(1, [])),
        ("boxes without edges", graph(7, [])),
        ("one edge", graph(2, [(0, 1)])),
        ("a loop", graph(1, [(0, 0)])),
        (
            "loops and an edge",
            graph(3, [(0, 0), (0, 0), (0, 1), (1, 1), (2, 2), (0, 0)]),
        ),
        ("parallel edges", graph(2, [(0, 1), (0, 1), (0, 1), (0, 1)])),
        ("there and back", graph(2, [(0, 1), (1, 0)])),
        (
            "there and back twice",
            graph(3, [(0, 1), (1, 0), (1, 0), (0, 1), (1, 2), (2, 0)]),
        ),
        ("a ring of 3", ring(3)),
        ("a ring of 40", ring(40)),
        (
            "a long edge beside a chain",
            graph(9, (0..8).map(|node| (node, node + 1)).chain([(0, 8), (0, 7), (8, 0)])),
        ),
        ("two parts", graph(6, [(0, 1), (1, 2), (3, 4), (4, 5), (3, 5)])),
        (
            "parts of different depth",
            graph(9, [(0, 1), (1, 2), (2, 3), (3, 4), (6, 7), (6, 8)]),
        ),
        ("all to all", graph(9, (0..81).map(|pair| (pair / 9, pair % 9)))),
        ("a full box", graph(40, (1..40).flat_map(|node| [(0, node), (node, 0)]))),
        ("a tree", graph(63, (1..63).map(|node| ((node - 1) / 2, node)))),
        (
            "a tree upside down",
            graph(63, (1..63).map(|node| (node, (node - 1) / 2))),
        ),
        ("two sides", graph(16, (0..64).map(|pair| (pair / 8, 8 + pair % 8)))),
    ]
}

#[test]
fn corner_cases_are_drawn() {
    for (name, graph) in corners() {
        check(name, &graph, SPACING);
        check(name, &graph, CELLS);
        check(name, &labelled(graph), SPACING);
    }
}

#[test]
fn random_multigraphs_are_drawn() {
    for seed in 0..300 {
        check(&format!("random graph {seed}"), &random(seed), SPACING);
    }
}

/// Chains, stars and thickets that no screen is for: each has more to try than it is worth.
#[test]
fn large_graphs_are_drawn() {
    let mut dice = Dice(7);
    let mut pairs = |nodes: u64, count: usize| -> Vec<(usize, usize)> {
        (0..count)
            .map(|_| (dice.below(nodes) as usize, dice.below(nodes) as usize))
            .collect()
    };
    let thicket = pairs(80, 300);
    let sparse = pairs(300, 350);
    let chain = |count: usize| (1..count).map(|node| (node - 1, node));
    // More lines pass more ranks than are drawn in between: some go around.
    let long = chain(300).chain((0..300).map(|node| (node % 50, 299 - node % 47)));
    let table = [
        ("80 boxes, 300 edges", graph(80, thicket)),
        ("300 boxes, 350 edges", graph(300, sparse)),
        ("a chain of 2000", graph(2000, chain(2000))),
        ("a star of 500", graph(500, (1..500).map(|node| (0, node)))),
        ("600 boxes alone", graph(600, [])),
        ("a chain with long edges", graph(300, long)),
    ];
    for (name, graph) in table {
        check(name, &graph, SPACING);
    }
}

/// What is no size is 0, what is no box has no line, and what is larger than anything is not taken for so large.
#[test]
fn what_makes_no_sense_is_drawn_too() {
    let strange = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -5.0,
        0.0,
        -0.0,
        1e300,
        1e-300,
        f64::MIN_POSITIVE,
        7.5,
    ];
    for (index, &one) in strange.iter().enumerate() {
        for &other in &strange {
            let mut graph = labelled(graph(
                6,
                [(0, 1), (1, 2), (2, 0), (0, 2), (3, 3), (4, 5), (4, 5), (0, 9), (9, 9)],
            ));
            graph.sizes[index % 6] = Size {
                width: one,
                height: other,
            };
            graph.edges[index % 7].label = Some(Size {
                width: other,
                height: one,
            });
            graph.edges[0].weight = [0, u32::MAX][index % 2];
            graph.edges[1].min_ranks = [0, u32::MAX][index % 2];
            let spacing = Spacing {
                node: one,
                edge: other,
                rank: one,
            };
            let Drawing {
                size,
                boxes,
                routes,
                labels,
                ranks,
            } = layout(&graph.sizes, &graph.edges, spacing);
            let corners = boxes
                .iter()
                .flat_map(|placed| [placed.x, placed.y, placed.width, placed.height]);
            let points = routes
                .iter()
                .flatten()
                .chain(labels.iter().flatten())
                .flat_map(|point| [point.x, point.y]);
            let bands = ranks.iter().flat_map(|band| [band.0, band.1]);
            let all: Vec<f64> = corners
                .chain(points)
                .chain(bands)
                .chain([size.width, size.height])
                .collect();
            assert!(
                all.iter().all(|at| at.is_finite() && *at >= 0.0),
                "{one} {other}: {all:?}"
            );
            assert_eq!(
                routes.iter().filter(|route| route.is_empty()).count(),
                2,
                "{one} {other}: the edges to no box"
            );
        }
    }
}

/// Graphs with one best drawing.
#[test]
fn what_can_be_straight_is_straight() {
    let bends = |drawing: &Drawing| drawing.routes.iter().map(|route| route.len() - 2).sum::<usize>();
    let table = [
        ("a chain", graph(9, (0..8).map(|node| (node, node + 1))), 0),
        (
            "a chain and a long edge",
            graph(9, (0..8).map(|node| (node, node + 1)).chain([(0, 8)])),
            0,
        ),
        ("a square", graph(4, [(0, 1), (0, 2), (1, 3), (2, 3)]), 0),
        ("two sides, straightened", graph(6, [(0, 5), (1, 4), (2, 3)]), 0),
    ];
    for (name, mut graph, wanted) in table {
        graph.sizes.fill(Size {
            width: 60.0,
            height: 20.0,
        });
        assert_eq!(bends(&check(name, &graph, SPACING)), wanted, "{name}");
    }
}

#[test]
fn whole_sizes_give_whole_coordinates() {
    for seed in 0..40 {
        let mut graph = random(seed * 2 + 1);
        graph.sizes.iter_mut().for_each(|size| size.width = size.width.floor());
        let drawing = check("whole sizes", &graph, CELLS);
        let corners = drawing.boxes.iter().flat_map(|placed| [placed.x, placed.y]);
        let bends = drawing.routes.iter().flatten().flat_map(|point| [point.x, point.y]);
        let labels = drawing.ranks.iter().flat_map(|band| [band.0, band.1]);
        assert!(
            corners.chain(bends).chain(labels).all(|at| at.fract() == 0.0),
            "graph {seed}"
        );
    }
}
