//! Draws a directed graph in layers, from the top down: sizes and weighted edges in, boxes and routes out.
//!
//! Knows neither profiles nor terminals nor any picture format: a unit is a cell, a pixel, whatever the caller uses.
//! No clock and no randomness: the same input gives the same drawing. No input makes it panic, recurse or run away: each
//! stage has a budget of steps, after which the drawing is valid, only less good.
//!
//! ```text
//! edges ──parts──▶ connected components, made acyclic ──ranks──▶ a rank for each box
//!     ──layered──▶ lines and labels as items of the ranks they cross ──order──▶ items from left to right
//!     ──position──▶ x ──pack──▶ parts side by side ──routes──▶ y, and lines from box to box
//! ```
//!
//! Source: E. R. Gansner, E. Koutsofios, S. C. North, K.-P. Vo, "A Technique for Drawing Directed Graphs", 1993.

mod curve;
mod layered;
mod order;
mod pack;
mod parts;
mod ports;
mod position;
mod ranks;
mod routes;
mod scale;
mod simplex;

pub use curve::curve;
use layered::Layered;
use scale::Scale;

/// A width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// A point; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A line to draw between two boxes.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Where it begins, as an index of the boxes.
    pub from: usize,
    /// Where it ends, as an index of the boxes.
    pub to: usize,
    /// How important it is that it is short and straight, compared with others.
    pub weight: u32,
    /// The least number of ranks from one end to the other, at least 1.
    pub min_ranks: u32,
    /// The size of its label, if it has one.
    pub label: Option<Size>,
}

/// The least distances between things.
#[derive(Clone, Copy, Debug)]
pub struct Spacing {
    /// Between boxes of the same rank.
    pub node: f64,
    /// Between lines, labels and boxes of the same rank, except between boxes.
    pub edge: f64,
    /// Between ranks.
    pub rank: f64,
}

/// A box at its position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// The width that was asked for; 0 if that was invalid.
    pub width: f64,
    /// The height that was asked for; 0 if that was invalid.
    pub height: f64,
    /// Its row of [`Drawing::ranks`].
    pub rank: usize,
}

/// The result: where everything is. If all sizes and distances are integers, so are all coordinates except the middles
/// of labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// The size of the whole drawing, which begins at (0, 0).
    pub size: Size,
    /// The boxes, in the order of the sizes that were passed in.
    pub boxes: Vec<Placed>,
    /// For each edge the corners of its line, from the border of `from` to that of `to`. It is
    /// vertical inside the bands of [`Drawing::ranks`] and slanted only between them. An edge from a box to itself is a
    /// loop on its right. An edge with an invalid index has no points.
    pub routes: Vec<Vec<Point>>,
    /// For each edge with a label the middle of the label, which is to the right of its line.
    pub labels: Vec<Option<Point>>,
    /// Upper and lower edge of the band of each rank, including ranks with only lines and labels.
    pub ranks: Vec<(f64, f64)>,
}

/// Steps for each stage, of a few nanoseconds each: only graphs much denser than those of profiles need as many.
const BUDGET: u64 = 8_000_000;
/// How many ranks all lines together may pass before the longest go around everything else.
const LINES: usize = 50_000;
/// How many orders with equally few crossings are tried out.
const CANDIDATES: usize = 4;
/// The most items in all of these together.
const EFFORT: usize = 1_500;

/// Places boxes of the sizes `nodes` so that most edges point downwards, few cross, and none runs through a box that
/// it does not belong to. Invalid sizes (negative, not a number) count as 0.
pub fn layout(nodes: &[Size], edges: &[Edge], spacing: Spacing) -> Drawing {
    let scale = Scale::new(nodes, edges, spacing);
    // With labels, there is a rank for them between any two ranks of boxes.
    let step = if edges.iter().any(|edge| edge.label.is_some()) {
        2
    } else {
        1
    };
    let mut room = LINES;
    let mut parts: Vec<Layered> = Vec::new();
    for part in parts::connected(nodes.len(), edges) {
        let ranks = ranks::assign(&part, step, BUDGET);
        let layered = Layered::new(part, &ranks, &scale, room);
        room = room.saturating_sub(layered.items.len() - layered.part.boxes.len());
        parts.push(layered);
    }
    let total: usize = parts.iter().map(|part| part.items.len()).sum();
    for layered in &mut parts {
        let budget = BUDGET * layered.items.len() as u64 / total as u64;
        let wanted = (EFFORT / layered.items.len()).clamp(1, CANDIDATES);
        let orders = order::arrange(layered, wanted, budget);
        let placed = orders
            .into_iter()
            .map(|ranks| (position::place(layered, &ranks, &scale, budget), ranks));
        if let Some(((_, xs), ranks)) = placed.min_by(|((one, _), _), ((other, _), _)| one.total_cmp(other)) {
            layered.settle(ranks, &xs);
        }
    }
    pack::side_by_side(&mut parts, &scale);
    routes::draw(&parts, nodes, edges, &scale)
}
