//! A part as ranks of items: boxes, and where lines and labels pass.

use super::parts::Part;
use super::scale::Scale;

/// What lies in a rank.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) rank: usize,
    /// What it takes on either side of `x`.
    pub(super) left: i64,
    pub(super) right: i64,
    pub(super) x: i64,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Box,
    /// A line passes.
    Line,
    /// A line passes, with a label on its right.
    Label,
}

/// Two items of neighbouring ranks, joined by a piece of a line.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    pub(super) upper: usize,
    pub(super) lower: usize,
}

/// A part of the graph, its lines cut at each rank.
pub(super) struct Layered {
    pub(super) part: Part,
    /// First the boxes, as in the part.
    pub(super) items: Vec<Item>,
    pub(super) segments: Vec<Segment>,
    /// Items from left to right.
    pub(super) ranks: Vec<Vec<usize>>,
    /// For each link the items that its line goes through, from above to below.
    pub(super) chains: Vec<Vec<usize>>,
}

impl Layered {
    pub(super) fn new(part: Part, ranks: &[u32], scale: &Scale) -> Self {
        let mut items: Vec<Item> = part
            .boxes
            .iter()
            .zip(ranks)
            .map(|(&node, &rank)| Item {
                kind: Kind::Box,
                rank: rank as usize,
                left: scale.boxes[node].0 / 2,
                right: scale.boxes[node].0 - scale.boxes[node].0 / 2,
                x: 0,
            })
            .collect();
        for &(node, edge) in &part.loops {
            items[node].right += scale.edge + scale.labels[edge].map_or(0, |(width, _)| scale.edge + width);
        }
        let mut segments = Vec::new();
        let mut chains = Vec::new();
        for link in &part.links {
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
        }
    }

    /// The least distance from one item to its right neighbour.
    pub(super) fn separation(&self, left: usize, right: usize, scale: &Scale) -> i64 {
        let (left, right) = (&self.items[left], &self.items[right]);
        let both_boxes = left.kind == Kind::Box && right.kind == Kind::Box;
        left.right + right.left + if both_boxes { scale.node } else { scale.edge }
    }
}
