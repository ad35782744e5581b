//! What holds for every drawing.

use std::collections::HashMap;

use super::ink::Stroke;
use super::{Area, Canvas, Ink, Link, Path, Spot, Weight};

/// Knuth's MMIX generator: the same graphs on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

type Sketch = (Vec<(i32, i32)>, Vec<Link>);

/// A graph whose boxes are as wide as their links need.
fn graph(ends: &[(usize, usize)], names: impl Fn(usize) -> i32, count: usize) -> Sketch {
    let links: Vec<Link> = ends
        .iter()
        .enumerate()
        .map(|(at, &(from, to))| Link {
            from,
            to,
            weight: 1 + at as u32 % 7,
            label: 6,
        })
        .collect();
    let sizes = (0..count).map(|node| {
        let touching = |end: fn(&Link) -> usize| links.iter().filter(|link| end(link) == node).count() as i32;
        let most = touching(|link| link.from) + touching(|link| link.to);
        (names(node).max(2 * most + 3), 4)
    });
    (sizes.collect(), links)
}

fn random(seed: u64) -> Sketch {
    let mut random = Random(seed);
    let count = 1 + random.below(40);
    let ends: Vec<(usize, usize)> = (0..random.below(60))
        .map(|_| (random.below(count), random.below(count)))
        .collect();
    let names: Vec<i32> = (0..count).map(|_| 8 + random.below(24) as i32).collect();
    graph(&ends, |node| names[node], count)
}

/// Every cell of a line but those in the borders of its boxes, each with whether the line goes on level or upright.
fn cells(path: &Path) -> Vec<(Spot, bool, bool)> {
    let mut cells: HashMap<(i32, i32), (bool, bool)> = HashMap::new();
    for run in path.corners.windows(2) {
        let (a, b) = (run[0], run[1]);
        assert!(a.x == b.x || a.y == b.y, "a run is level or upright");
        for y in a.y.min(b.y)..=a.y.max(b.y) {
            for x in a.x.min(b.x)..=a.x.max(b.x) {
                let cell = cells.entry((x, y)).or_default();
                cell.0 |= a.y == b.y;
                cell.1 |= a.x == b.x;
            }
        }
    }
    for end in [path.corners.first(), path.corners.last()].into_iter().flatten() {
        cells.remove(&(end.x, end.y));
    }
    cells
        .into_iter()
        .map(|((x, y), (level, upright))| (Spot { x, y }, level, upright))
        .collect()
}

/// Cells that two lines share other than by crossing.
fn clashes(canvas: &Canvas) -> usize {
    let mut seen: HashMap<(i32, i32), Vec<(bool, bool)>> = HashMap::new();
    for path in &canvas.paths {
        for (spot, level, upright) in cells(path) {
            seen.entry((spot.x, spot.y)).or_default().push((level, upright));
        }
    }
    let is_crossing = |uses: &[(bool, bool)]| {
        matches!(
            uses,
            [_] | [(true, false), (false, true)] | [(false, true), (true, false)]
        )
    };
    seen.values().filter(|uses| !is_crossing(uses)).count()
}

fn check(canvas: &Canvas, sketch: &Sketch, what: &str) {
    let (sizes, links) = sketch;
    let paper = Area {
        width: canvas.width,
        height: canvas.height,
        ..Area::default()
    };
    let is_within =
        |area: &Area| area.x >= 0 && area.y >= 0 && area.right() <= paper.right() && area.bottom() <= paper.bottom();
    for (at, area) in canvas.boxes.iter().enumerate() {
        assert_eq!((area.width, area.height), sizes[at], "{what}: box {at} has its size");
        assert!(is_within(area), "{what}: {area:?} is on the paper");
        let meets = canvas.boxes[..at].iter().position(|other| other.meets(area));
        assert_eq!(meets, None, "{what}: box {at} lies on another");
        assert_eq!(canvas.box_at(area.middle()), Some(at));
    }
    let mut ranked: Vec<usize> = canvas.ranks.concat();
    ranked.sort_unstable();
    assert_eq!(
        ranked,
        (0..sizes.len()).collect::<Vec<_>>(),
        "{what}: every box has a rank"
    );
    let cells_of: Vec<_> = canvas.paths.iter().map(cells).collect();
    for (at, (path, link)) in canvas.paths.iter().zip(links).enumerate() {
        let what = format!("{what}: line {at} {link:?} {path:?}");
        if link.from == link.to {
            assert!(path.corners.is_empty(), "{what}");
            continue;
        }
        let (upper, lower) = if path.is_upward {
            (link.to, link.from)
        } else {
            (link.from, link.to)
        };
        let (first, last) = (path.corners[0], path.corners[path.corners.len() - 1]);
        let (upper, lower) = (&canvas.boxes[upper], &canvas.boxes[lower]);
        assert!(
            upper.contains(first) && first.y == upper.bottom() - 1,
            "{what} begins at its box"
        );
        assert!(lower.contains(last) && last.y == lower.y, "{what} ends at its box");
        for (spot, ..) in &cells_of[at] {
            let hit = canvas.box_at(*spot);
            assert_eq!(hit, None, "{what} runs through a box");
        }
    }
    for (at, label) in canvas.labels.iter().enumerate() {
        let Some(spot) = label else { continue };
        let area = Area {
            x: spot.x,
            y: spot.y,
            width: links[at].label,
            height: 1,
        };
        assert!(is_within(&area), "{what}: label {at} is on the paper");
        let other = canvas.boxes.iter().position(|other| other.meets(&area));
        assert_eq!(other, None, "{what}: label {at} lies on a box");
        for (other, cells) in cells_of.iter().enumerate().filter(|(other, _)| *other != at) {
            let hit = cells.iter().find(|(spot, ..)| area.contains(*spot));
            assert_eq!(hit, None, "{what}: label {at} lies on line {other}");
        }
    }
}

#[test]
fn boxes_lines_and_labels_keep_clear_of_each_other() {
    for seed in 0..150 {
        let sketch = random(seed);
        let canvas = Canvas::new(&sketch.0, &sketch.1);
        check(&canvas, &sketch, &format!("seed {seed}"));
        assert_eq!(
            clashes(&canvas),
            0,
            "seed {seed}: lines share cells only where they cross"
        );
        let again = Canvas::new(&sketch.0, &sketch.1);
        assert_eq!(
            format!("{canvas:?}"),
            format!("{again:?}"),
            "seed {seed}: the same each time"
        );
    }
}

/// A drawing as text, boxes as their numbers; the first line is strong, the third dotted.
fn text(canvas: &Canvas) -> String {
    let view = Area {
        width: canvas.width,
        height: canvas.height,
        ..Area::default()
    };
    let ink = Ink::new(canvas, view, |at| Stroke {
        weight: if at == 0 { Weight::Heavy } else { Weight::Light },
        is_dotted: at == 2,
    });
    let cell = |x: i32, y: i32| match canvas.box_at(Spot { x, y }) {
        Some(at) => char::from_digit(at as u32 % 36, 36).unwrap_or('?'),
        None => ink.get(Spot { x, y }).map_or(' ', |(glyph, _)| glyph),
    };
    let rows = (0..canvas.height).map(|y| (0..canvas.width).map(|x| cell(x, y)).collect::<String>());
    rows.map(|row| format!("{}\n", row.trim_end())).collect()
}

#[test]
fn a_drawing_is_what_a_person_would_draw() {
    // Straight on, past a rank, to the side, in a circle, to itself.
    let ends = [(0, 1), (1, 2), (0, 2), (1, 3), (3, 0), (2, 2), (4, 3), (4, 1), (4, 5)];
    let (sizes, links) = graph(&ends, |_| 9, 6);
    let drawn = text(&Canvas::new(&sizes, &links));
    let wanted = [
        "            444444444",
        "            444444444",
        "            444444444",
        "            444444444",
        "       ╭─────╯  │  ╰───╮",
        "       ▼        ▼      │",
        "555555555   333333333  │",
        "555555555   333333333  │",
        "555555555   333333333  │",
        "555555555   333333333  │",
        "             │  ▲      │",
        "            ╭╯  │      │",
        "            ▼   │      │",
        "     000000000  │      │",
        "     000000000  │      │",
        "     000000000  │      │",
        "     000000000  │      │",
        "         ┊  ┃   │   ╭──╯",
        "         ┊  ▼   │   ▼",
        "         ┊ 11111111111",
        "         ┊ 11111111111",
        "         ┊ 11111111111",
        "         ┊ 11111111111",
        "         ┊  │",
        "         ▼  ▼",
        "    22222222222",
        "    22222222222",
        "    22222222222",
        "    22222222222",
    ];
    assert_eq!(drawn.lines().collect::<Vec<_>>(), wanted, "\n{drawn}");
}
