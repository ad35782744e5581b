//! A graph drawn in cells: boxes in ranks, and lines between them that run upright and level only.
//!
//! `layout` decides the order in the ranks and about where things stand. Here they get whole cells:
//!
//! ```text
//! layout ──columns──▶ an x for each box and each place where a line passes a rank
//!        ──tracks──▶ the rows between two ranks, so that level runs do not share one ──labels──▶ values beside lines
//!        ──ink──▶ the part in view as box characters
//! ```
//!
//! Pure, and knows neither profiles nor the terminal's library. Coordinates are cells from the upper left corner.

mod columns;
mod glyphs;
mod ink;
mod labels;
mod tracks;

#[cfg(test)]
mod laws;

use crate::layout;
use tracks::Crossing;

pub(super) use glyphs::{Side, Weight, border, port};
pub(super) use ink::{Ink, Stroke};

/// A cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Spot {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// A rectangle of cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Area {
    pub(super) fn right(&self) -> i32 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> i32 {
        self.y + self.height
    }

    pub(super) fn middle(&self) -> Spot {
        Spot {
            x: self.x + self.width / 2,
            y: self.y + (self.height - 1) / 2,
        }
    }

    pub(super) fn contains(&self, spot: Spot) -> bool {
        (self.x..self.right()).contains(&spot.x) && (self.y..self.bottom()).contains(&spot.y)
    }

    /// Whether they have a cell in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// A line that is wanted between two boxes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// Indices of the boxes.
    pub(super) from: usize,
    pub(super) to: usize,
    /// How much straighter than others it is wanted.
    pub(super) weight: u32,
    /// How many cells its label takes; 0 for none.
    pub(super) label: i32,
}

/// A line as it is drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    /// Its corners from above to below, the first in the lower border of a box, the last in the upper border of
    /// another. Empty where there is no line: from a box to itself.
    pub(super) corners: Vec<Spot>,
    /// Where its arrow head is, just outside of a box, and whether it points upwards.
    pub(super) head: Spot,
    pub(super) is_upward: bool,
}

/// Where everything is.
#[derive(Clone, Debug, Default)]
pub(super) struct Canvas {
    pub(super) width: i32,
    pub(super) height: i32,
    /// As the sizes that came in.
    pub(super) boxes: Vec<Area>,
    /// The boxes of each rank from left to right.
    pub(super) ranks: Vec<Vec<usize>>,
    /// As the links that came in.
    pub(super) paths: Vec<Path>,
    /// For each link the first cell of its label, if there is room for it.
    pub(super) labels: Vec<Option<Spot>>,
}

/// The least number of rows between two ranks: a line and its head.
const GAP: i32 = 2;

/// What `layout` is asked for, in cells.
const SPACING: layout::Spacing = layout::Spacing {
    node: 3.0,
    edge: 2.0,
    rank: 2.0,
};

impl Canvas {
    /// Draws boxes of these sizes (width, height) with these links. Links come in the order in which they get room for
    /// their labels.
    pub(super) fn new(sizes: &[(i32, i32)], links: &[Link]) -> Self {
        let boxes: Vec<layout::Size> = sizes
            .iter()
            .map(|&(width, height)| layout::Size {
                width: f64::from(width),
                height: f64::from(height),
            })
            .collect();
        let edges: Vec<layout::Edge> = links
            .iter()
            .map(|link| layout::Edge {
                from: link.from,
                to: link.to,
                weight: link.weight,
                min_ranks: 1,
                label: None,
            })
            .collect();
        let drawing = layout::layout(&boxes, &edges, SPACING);
        let columns = columns::assign(sizes, links, &drawing);
        Self::from_columns(sizes, links, columns)
    }

    /// Gives the ranks their rows.
    fn from_columns(sizes: &[(i32, i32)], links: &[Link], columns: columns::Columns) -> Self {
        let depth = columns.ranks.len();
        let mut heights = vec![0; depth];
        for (at, &rank) in columns.rank_of.iter().enumerate() {
            heights[rank] = sizes[at].1.max(heights[rank]);
        }
        // Each gap's lines with their tracks.
        let mut gaps: Vec<(Vec<usize>, Vec<Crossing>)> = vec![Default::default(); depth];
        let mut rises = vec![false; depth];
        for (at, strand) in columns.strands.iter().enumerate() {
            for (step, pair) in strand.xs.windows(2).enumerate() {
                let (lines, crossings) = &mut gaps[strand.top_rank + step];
                lines.push(at);
                crossings.push(Crossing {
                    top: pair[0],
                    bottom: pair[1],
                });
            }
            if strand.is_upward {
                rises[strand.top_rank] = true;
            }
        }
        let mut tops = vec![0; depth];
        let mut track_rows: Vec<Vec<i32>> = columns
            .strands
            .iter()
            .map(|strand| vec![0; strand.xs.len().saturating_sub(1)])
            .collect();
        let mut y = 0;
        for rank in 0..depth {
            tops[rank] = y;
            y += heights[rank];
            let (lines, crossings) = &gaps[rank];
            let (tracks, count) = tracks::assign(crossings);
            let first = y + i32::from(rises[rank]);
            for (&line, track) in lines.iter().zip(tracks) {
                let step = rank - columns.strands[line].top_rank;
                track_rows[line][step] = first + track.unwrap_or(0) as i32;
            }
            if rank + 1 < depth {
                y = (first + count as i32 + 1).max(y + GAP);
            }
        }
        let boxes: Vec<Area> = sizes
            .iter()
            .enumerate()
            .map(|(at, &(width, height))| Area {
                x: columns.lefts[at],
                y: tops[columns.rank_of[at]],
                width,
                height,
            })
            .collect();
        let paths: Vec<Path> = columns
            .strands
            .iter()
            .zip(&track_rows)
            .map(|(strand, rows)| path(strand, rows, &boxes))
            .collect();
        let lengths: Vec<i32> = links.iter().map(|link| link.label).collect();
        let labels = labels::place(&boxes, &paths, &lengths);
        let ends = boxes.iter().map(Area::right);
        let corners = paths.iter().flat_map(|path| &path.corners).map(|corner| corner.x + 1);
        let label_ends = labels
            .iter()
            .zip(&lengths)
            .filter_map(|(label, length)| label.map(|spot| spot.x + length));
        Self {
            width: ends.chain(corners).chain(label_ends).max().unwrap_or(0),
            height: y,
            boxes,
            ranks: columns.ranks,
            paths,
            labels,
        }
    }

    /// The box at a cell.
    pub(super) fn box_at(&self, spot: Spot) -> Option<usize> {
        self.boxes.iter().position(|area| area.contains(spot))
    }
}

/// The corners of a line, given the rows of its level runs.
fn path(strand: &columns::Strand, rows: &[i32], boxes: &[Area]) -> Path {
    let (Some(&first), Some(&last)) = (strand.xs.first(), strand.xs.last()) else {
        return Path::default();
    };
    let (upper, lower) = (&boxes[strand.upper], &boxes[strand.lower]);
    let mut corners = vec![Spot {
        x: first,
        y: upper.bottom() - 1,
    }];
    for (pair, &y) in strand.xs.windows(2).zip(rows) {
        if pair[0] != pair[1] {
            corners.extend([Spot { x: pair[0], y }, Spot { x: pair[1], y }]);
        }
    }
    corners.push(Spot { x: last, y: lower.y });
    let head = if strand.is_upward {
        Spot {
            x: first,
            y: upper.bottom(),
        }
    } else {
        Spot {
            x: last,
            y: lower.y - 1,
        }
    };
    Path {
        corners,
        head,
        is_upward: strand.is_upward,
    }
}
