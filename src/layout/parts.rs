//! Connected components, made acyclic.

use super::Edge;

/// A connected component.
pub(super) struct Part {
    /// Indices of the boxes in the input, ascending. Links refer to positions in this list.
    pub(super) boxes: Vec<usize>,
    /// Acyclic edges, from upper to lower box.
    pub(super) links: Vec<Link>,
    /// Edges from a box to itself, as (position of the box, index of the edge).
    pub(super) loops: Vec<(usize, usize)>,
}

/// An edge that points downwards.
pub(super) struct Link {
    /// Index of the edge in the input.
    pub(super) edge: usize,
    pub(super) upper: usize,
    pub(super) lower: usize,
    /// Whether the edge itself leads from `lower` to `upper`.
    pub(super) reversed: bool,
    pub(super) weight: i64,
    /// The least number of ranks from `upper` to `lower`.
    pub(super) span: u32,
}

/// Greater weights count as this.
const HEAVIEST: u32 = 10_000;
/// Greater spans, in ranks, count as this.
const FARTHEST: u32 = 100;

/// The connected components of `count` boxes, ordered by their first box.
pub(super) fn connected(count: usize, edges: &[Edge]) -> Vec<Part> {
    let exists = |edge: &Edge| edge.from < count && edge.to < count;
    let mut touching = vec![Vec::new(); count];
    for (index, edge) in edges.iter().enumerate().filter(|(_, edge)| exists(edge)) {
        touching[edge.from].push(index);
        if edge.from != edge.to {
            touching[edge.to].push(index);
        }
    }
    // The component of each box, then its position in it.
    let mut part_of = vec![usize::MAX; count];
    let mut parts = Vec::new();
    for first in 0..count {
        if part_of[first] != usize::MAX {
            continue;
        }
        part_of[first] = parts.len();
        let mut boxes = vec![first];
        let mut next = 0;
        while let Some(&at) = boxes.get(next) {
            next += 1;
            for &edge in &touching[at] {
                let other = edges[edge].from + edges[edge].to - at;
                if part_of[other] == usize::MAX {
                    part_of[other] = parts.len();
                    boxes.push(other);
                }
            }
        }
        boxes.sort_unstable();
        parts.push(Part {
            boxes,
            links: Vec::new(),
            loops: Vec::new(),
        });
    }
    let mut place = vec![0; count];
    for part in &parts {
        for (index, &node) in part.boxes.iter().enumerate() {
            place[node] = index;
        }
    }
    for (index, edge) in edges.iter().enumerate().filter(|(_, edge)| exists(edge)) {
        let part = &mut parts[part_of[edge.from]];
        if edge.from == edge.to {
            part.loops.push((place[edge.from], index));
            continue;
        }
        part.links.push(Link {
            edge: index,
            upper: place[edge.from],
            lower: place[edge.to],
            reversed: false,
            weight: i64::from(edge.weight.clamp(1, HEAVIEST)),
            span: edge.min_ranks.clamp(1, FARTHEST),
        });
    }
    parts.iter_mut().for_each(cut_cycles);
    parts
}

/// Reverses the links that lead back to a box on the current path of a depth-first walk from the sources.
fn cut_cycles(part: &mut Part) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Open,
        Done,
    }
    let count = part.boxes.len();
    let mut below = vec![Vec::new(); count];
    let mut is_source = vec![true; count];
    for (index, link) in part.links.iter().enumerate() {
        below[link.upper].push(index);
        is_source[link.lower] = false;
    }
    let mut seen = vec![Seen::Not; count];
    let (sources, others): (Vec<usize>, Vec<usize>) = (0..count).partition(|&node| is_source[node]);
    for start in sources.into_iter().chain(others) {
        if seen[start] != Seen::Not {
            continue;
        }
        seen[start] = Seen::Open;
        // Each with the number of links followed so far.
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some(&index) = below[*node].get(*next) else {
                seen[*node] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let link = &mut part.links[index];
            match seen[link.lower] {
                Seen::Not => {
                    seen[link.lower] = Seen::Open;
                    path.push((link.lower, 0));
                }
                Seen::Open => {
                    std::mem::swap(&mut link.upper, &mut link.lower);
                    link.reversed = true;
                }
                Seen::Done => {}
            }
        }
    }
}
