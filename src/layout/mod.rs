//! Drawing a directed graph in layers, from the top down: sizes and weighted edges in, boxes and routes out.
//!
//! Knows neither profiles nor terminals nor any picture format: a unit is a cell, a pixel, whatever the caller takes.
//! No clock and no randomness: the same input gives the same drawing. No input makes it panic, recurse or run away: each
//! stage has a budget of work, and can be interrupted with a drawing that is valid, only less good.
//!
//! ```text
//! edges ──parts──▶ connected parts, each without cycles ──ranks──▶ a rank for each box
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

/// Width and height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// A place; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A line that is wanted between two boxes.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Where it begins: an index of the boxes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// How much shorter and straighter than others it is wanted.
    pub weight: u32,
    /// The least number of ranks from one end to the other, at least 1.
    pub min_ranks: u32,
    /// The room that its label takes, if it has one.
    pub label: Option<Size>,
}

/// The least distances.
#[derive(Clone, Copy, Debug)]
pub struct Spacing {
    /// Between boxes of a rank.
    pub node: f64,
    /// Between lines, labels, and these and boxes, of a rank.
    pub edge: f64,
    /// Between ranks.
    pub rank: f64,
}

/// A box in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// As was asked for, or 0 if that was no size.
    pub width: f64,
    /// As was asked for, or 0 if that was no size.
    pub height: f64,
    /// Which of [`Drawing::ranks`] it lies in.
    pub rank: usize,
}

/// Where everything is. If all sizes and distances are whole numbers, so are all coordinates but the middles of labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// What all of it takes, from (0, 0).
    pub size: Size,
    /// As the sizes that came in.
    pub boxes: Vec<Placed>,
    /// For each edge the corners of its line, in its own direction: from the border of `from` to that of `to`. It is
    /// vertical inside the bands of [`Drawing::ranks`] and slanted only between them. An edge from a box to itself is a
    /// loop on its right. An edge that names no box has no points.
    pub routes: Vec<Vec<Point>>,
    /// For each edge the middle of its label, which is to the right of its line.
    pub labels: Vec<Option<Point>>,
    /// Upper and lower side of the band of each rank, also of those that only lines and labels are in.
    pub ranks: Vec<(f64, f64)>,
}

/// Steps for each stage, of a few nanoseconds each: only graphs much denser than those of profiles take as many.
const BUDGET: u64 = 8_000_000;
/// How many ranks all lines together pass, before the longest go around everything else.
const LINES: usize = 50_000;
/// Orders that cross as little as each other and are tried out, at most.
const CANDIDATES: usize = 4;
/// Items in all of them.
const EFFORT: usize = 1_500;

/// Places boxes of the sizes `nodes`, so that most edges point downwards, few cross, and none runs through a box that
/// it does not belong to. Invalid sizes (negative, not a number) count as 0.
pub fn layout(nodes: &[Size], edges: &[Edge], spacing: Spacing) -> Drawing {
    let scale = Scale::new(nodes, edges, spacing);
    // Between any two ranks of boxes is one for labels, if there are any.
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
