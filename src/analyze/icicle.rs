//! The layout of a flame graph: rows of tiles, each below the one that it is part of and as wide as its weight.
//!
//! Widths are whole cells of whatever displays it: the edges of a tile are its exact edges, rounded down, so that
//! siblings do not drift and no tile extends beyond the one above. Siblings narrower than a cell are merged
//! into one tile that says how many they are. Only visible tiles are visited: siblings are sorted by size,
//! so the first that is too small ends the search.

use super::call_tree::{CallTree, TreeNodeId};

/// What a tile stands for: a function as it is called there, or siblings too small to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A context with its subtree.
    One(TreeNodeId),
    /// Adjacent siblings, merged.
    Many {
        /// The first.
        first: TreeNodeId,
        /// One past the last context of the last one's subtree.
        end: TreeNodeId,
        /// The number of siblings.
        count: u32,
        /// The sum of their weights.
        weight: u64,
    },
}

impl Part {
    /// The whole tree.
    pub const ROOT: Self = Self::One(TreeNodeId::ROOT);

    /// Its first context.
    pub fn first(self) -> TreeNodeId {
        match self {
            Self::One(id) => id,
            Self::Many { first, .. } => first,
        }
    }

    /// One past the last context of its subtree.
    pub fn end(self, tree: &CallTree) -> TreeNodeId {
        match self {
            Self::One(id) => tree.get(id).end,
            Self::Many { end, .. } => end,
        }
    }

    /// Whether a context is in it.
    pub fn contains(self, tree: &CallTree, id: TreeNodeId) -> bool {
        (self.first()..self.end(tree)).contains(&id)
    }

    /// The size to draw.
    pub fn weight(self, tree: &CallTree) -> u64 {
        match self {
            Self::One(id) => tree.get(id).weight,
            Self::Many { weight, .. } => weight,
        }
    }
}

/// A part with its place in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tile {
    /// What it stands for.
    pub part: Part,
    /// Its first cell.
    pub from: u32,
    /// One past its last cell; equal to `from` for merged siblings that have no cell to themselves.
    pub to: u32,
    /// The index, in the row above, of the tile that it is part of; 0 in the first row.
    pub above: usize,
    /// Its exact left edge: the weight of everything to its left.
    at: u64,
}

/// A flame graph laid out: rows of tiles, the root first.
#[derive(Clone, Debug, Default)]
pub struct Icicle {
    tiles: Vec<Tile>,
    /// Where each row begins in `tiles`, plus the end of the last.
    rows: Vec<usize>,
}

/// The number of tiles after which no further row is laid out: to see deeper stacks, zoom in.
const MAX_TILES: usize = 1 << 18;

impl Icicle {
    /// Lays out a part and its subtree, `width` cells wide; the part is the only tile of the first row.
    pub fn new(tree: &CallTree, part: Part, width: u32) -> Self {
        let scale = Scale {
            weight: part.weight(tree),
            width,
        };
        let root = Tile {
            part,
            from: 0,
            to: width,
            above: 0,
            at: 0,
        };
        let mut icicle = Self {
            tiles: vec![root],
            rows: vec![0],
        };
        if matches!(part, Part::Many { .. }) {
            icicle.rows.push(1);
            icicle.members(tree, scale, root);
        }
        while icicle.tiles.len() < MAX_TILES {
            let (from, to) = (icicle.rows[icicle.rows.len() - 1], icicle.tiles.len());
            if from == to {
                break;
            }
            icicle.rows.push(to);
            for at in from..to {
                if let (Part::One(id), tile) = (icicle.tiles[at].part, icicle.tiles[at])
                    && tile.from < tile.to
                {
                    let context = tree.get(id);
                    let children = Part::Many {
                        first: TreeNodeId(id.0 + 1),
                        end: context.end,
                        count: context.children,
                        weight: context.weight - context.own,
                    };
                    icicle.below(tree, scale, tile, at - from, children);
                }
            }
        }
        icicle
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// True before anything was laid out.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tiles of a row, from left to right; empty below the last row.
    pub fn row(&self, row: usize) -> &[Tile] {
        match (self.rows.get(row), self.rows.get(row + 1)) {
            (Some(&from), Some(&to)) => &self.tiles[from..to],
            _ => &[],
        }
    }

    /// The cells in which a tile is visible: its own; if it has none, the last of the tile before it, if that has others.
    pub fn cells(&self, row: usize, at: usize) -> std::ops::Range<u32> {
        let tiles = self.row(row);
        let tile = &tiles[at];
        let before = at.checked_sub(1).map(|before| &tiles[before]);
        let has_room = before.is_some_and(|before| before.to == tile.from && before.to - before.from > 1);
        if tile.from == tile.to && has_room {
            tile.from - 1..tile.from
        } else {
            tile.from..tile.to
        }
    }

    /// The index of the tile visible in a cell.
    pub fn hit(&self, row: usize, cell: u32) -> Option<usize> {
        // The later tile is drawn over the earlier one.
        let last = self.row(row).partition_point(|tile| tile.from <= cell + 1);
        (last.saturating_sub(3)..last)
            .rev()
            .find(|&at| self.cells(row, at).contains(&cell))
    }

    /// The lowest tile that contains a context, as (row, index); `None` if it is not in the picture.
    pub fn locate(&self, tree: &CallTree, id: TreeNodeId) -> Option<(usize, usize)> {
        let tile_of = |row: usize| {
            let tiles = self.row(row);
            let at = tiles.partition_point(|tile| tile.part.first() <= id).checked_sub(1)?;
            tiles[at].part.contains(tree, id).then_some((row, at))
        };
        (0..self.len()).map_while(tile_of).last()
    }

    /// The index, in the row below, of a tile's first part.
    pub fn first_below(&self, row: usize, at: usize) -> Option<usize> {
        let below = self.row(row + 1);
        let first = below.partition_point(|tile| tile.above < at);
        below.get(first).is_some_and(|tile| tile.above == at).then_some(first)
    }

    /// Adds the siblings below a tile: one by one as long as each fills a cell, the others merged.
    fn below(&mut self, tree: &CallTree, scale: Scale, tile: Tile, above: usize, siblings: Part) {
        let Part::Many {
            mut first,
            end,
            mut count,
            mut weight,
        } = siblings
        else {
            return;
        };
        let mut at = tile.at;
        while count > 0 {
            let sibling = tree.get(first);
            if !scale.fills_a_cell(sibling.weight) {
                break;
            }
            let behind = at + sibling.weight;
            self.tiles.push(Tile {
                part: Part::One(first),
                from: scale.cell(at),
                to: scale.cell(behind),
                above,
                at,
            });
            (first, at) = (sibling.end, behind);
            (count, weight) = (count - 1, weight - sibling.weight);
        }
        if count > 0 {
            // Without weight, it is where the tile above is.
            let (from, to) = (scale.cell(at).max(tile.from), scale.cell(at + weight).max(tile.from));
            self.tiles.push(Tile {
                part: merged(first, end, count, weight),
                from,
                // If there is nothing else, there is room for a mark.
                to: if from < tile.to { to.max(from + 1) } else { to },
                above,
                at,
            });
        }
    }

    /// Adds the row below merged siblings that fill the whole width: if not even the largest fills a cell, those that
    /// share one are merged, so that each zoom leads further.
    fn members(&mut self, tree: &CallTree, scale: Scale, tile: Tile) {
        let Part::Many {
            first,
            end,
            count,
            weight,
        } = tile.part
        else {
            return;
        };
        if scale.fills_a_cell(tree.get(first).weight) || scale.width < 2 {
            return self.below(tree, scale, tile, 0, tile.part);
        }
        // Without weight, they share the width evenly.
        let by_count = Scale {
            weight: u64::from(count),
            width: scale.width,
        };
        let (scale, has_weight) = if weight > 0 { (scale, true) } else { (by_count, false) };
        let (mut at, mut group_at) = (0, 0);
        let mut group: Option<(TreeNodeId, u32, u64)> = None;
        let mut push = |(first, count, weight), end, from: u64, to: u64| {
            self.tiles.push(Tile {
                part: merged(first, end, count, weight),
                from: scale.cell(from),
                to: scale.cell(to),
                above: 0,
                at: if has_weight { from } else { 0 },
            });
        };
        for id in tree.siblings(first, end) {
            let weight = tree.get(id).weight;
            group = match group {
                Some((first, count, sum)) if scale.cell(at) == scale.cell(group_at) => {
                    Some((first, count + 1, sum + weight))
                }
                full => {
                    if let Some(full) = full {
                        push(full, id, group_at, at);
                    }
                    group_at = at;
                    Some((id, 1, weight))
                }
            };
            at += if has_weight { weight } else { 1 };
        }
        if let Some(group) = group {
            push(group, end, group_at, at);
        }
    }
}

fn merged(first: TreeNodeId, end: TreeNodeId, count: u32, weight: u64) -> Part {
    match count {
        1 => Part::One(first),
        _ => Part::Many {
            first,
            end,
            count,
            weight,
        },
    }
}

/// Converts weights to cells.
#[derive(Clone, Copy)]
struct Scale {
    weight: u64,
    width: u32,
}

impl Scale {
    fn cell(self, at: u64) -> u32 {
        (u128::from(at) * u128::from(self.width) / u128::from(self.weight.max(1))) as u32
    }

    fn fills_a_cell(self, weight: u64) -> bool {
        u128::from(weight) * u128::from(self.width) >= u128::from(self.weight.max(1))
    }
}
