//! A component as ranks of items: boxes, and the places where lines and labels pass.

use super::parts::{Link, Part};
use super::scale::Scale;

/// An item of a rank.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) rank: usize,
    /// How far it extends on either side of `x`.
    pub(super) left: i64,
    pub(super) right: i64,
    pub(super) x: i64,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Box,
    /// A line passes.
    Line,
    /// A line with a label on its right passes.
    Label,
}

/// A piece of a line between two items of neighbouring ranks.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    pub(super) upper: usize,
    pub(super) lower: usize,
    pub(super) weight: i64,
}

/// A component of the graph, its lines cut at each rank.
pub(super) struct Layered {
    pub(super) part: Part,
    /// The boxes first, in the component's order.
    pub(super) items: Vec<Item>,
    pub(super) segments: Vec<Segment>,
    /// The items of each rank, from left to right.
    pub(super) ranks: Vec<Vec<usize>>,
    /// For each link the items that its line passes, from top to bottom: only its two boxes if it goes around.
    pub(super) chains: Vec<Vec<usize>>,
    /// For each link whether it goes around everything else, because it would pass too many ranks.
    pub(super) goes_around: Vec<bool>,
}

impl Layered {
    /// Cuts the lines of a component into items: at most `room` of them, the lines that pass the fewest ranks first.
    pub(super) fn new(part: Part, ranks: &[usize], scale: &Scale, room: usize) -> Self {
        let mut items: Vec<Item> = part
            .boxes
            .iter()
            .zip(ranks)
            .map(|(&node, &rank)| Item {
                kind: Kind::Box,
                rank,
                left: scale.boxes[node].0 / 2,
                right: scale.boxes[node].0 - scale.boxes[node].0 / 2,
                x: 0,
            })
            .collect();
        for &(node, edge) in &part.loops {
            items[node].right += scale.edge + scale.labels[edge].map_or(0, |(width, _)| scale.edge + width);
        }
        let passed = |link: &Link| ranks[link.lower] - ranks[link.upper] - 1;
        let mut by_length: Vec<usize> = (0..part.links.len()).collect();
        by_length.sort_by_key(|&index| passed(&part.links[index]));
        let mut goes_around = vec![false; part.links.len()];
        let mut taken = 0;
        for index in by_length {
            taken += passed(&part.links[index]);
            goes_around[index] = taken > room;
        }
        let mut segments = Vec::new();
        let mut chains = Vec::new();
        for (link, &goes_around) in part.links.iter().zip(&goes_around) {
            if goes_around {
                chains.push(vec![link.upper, link.lower]);
                continue;
            }
            let (top, bottom) = (items[link.upper].rank, items[link.lower].rank);
            // The odd rank nearest to the middle: only labels and lines are there.
            let middle = (top + bottom) / 2;
            let label_rank = middle.saturating_sub(1 - middle % 2);
            let mut chain = vec![link.upper];
            for rank in top + 1..bottom {
                let label = scale.labels[link.edge].filter(|_| rank == label_rank);
                chain.push(items.len());
                items.push(Item {
                    kind: if label.is_some() { Kind::Label } else { Kind::Line },
                    rank,
                    left: 0,
                    right: label.map_or(0, |(width, _)| scale.edge + width),
                    x: 0,
                });
            }
            chain.push(link.lower);
            segments.extend(chain.windows(2).map(|pair| Segment {
                upper: pair[0],
                lower: pair[1],
                weight: link.weight,
            }));
            chains.push(chain);
        }
        let depth = items.iter().map(|item| item.rank + 1).max().unwrap_or(0);
        let mut ranks = vec![Vec::new(); depth];
        for (index, item) in items.iter().enumerate() {
            ranks[item.rank].push(index);
        }
        Layered {
            part,
            items,
            segments,
            ranks,
            chains,
            goes_around,
        }
    }

    /// Sets the order and the x of the items.
    pub(super) fn settle(&mut self, ranks: Vec<Vec<usize>>, xs: &[i64]) {
        self.ranks = ranks;
        for (item, &x) in self.items.iter_mut().zip(xs) {
            item.x = x;
        }
    }

    /// The least distance between an item and its right neighbour.
    pub(super) fn separation(&self, left: usize, right: usize, scale: &Scale) -> i64 {
        let (left, right) = (&self.items[left], &self.items[right]);
        let both_boxes = left.kind == Kind::Box && right.kind == Kind::Box;
        left.right + right.left + if both_boxes { scale.node } else { scale.edge }
    }
}

/// For each of `count` items its position in its rank.
pub(super) fn places(ranks: &[Vec<usize>], count: usize) -> Vec<usize> {
    let mut places = vec![0; count];
    for (place, &item) in ranks.iter().flat_map(|rank| rank.iter().enumerate()) {
        places[item] = place;
    }
    places
}
