//! The passes over all samples: what nodes and calls add up to. Parts of many samples are added up side by side.

use std::num::NonZero;
use std::thread;

use rustc_hash::FxHashMap;

use super::filter::Span;
use super::frames::{Frames, NodeId};
use super::graph::{Basis, Edge, Node};
use crate::model::Stack;

/// Which calls are added up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Into {
    /// All.
    All,
    /// Those into nodes some of whose calls are inlined: which are, and how many of them.
    Inlined,
}

/// Sums for each node.
pub(super) fn nodes(basis: Basis<'_>) -> Vec<Node> {
    let frames = basis.frames;
    // Where there is no second node, one behind the last.
    let pair = |location| match frames.of(location) {
        [only] => [only.0, frames.len() as u32],
        [inlined, outer] => [inlined.0, outer.0],
        _ => [MORE, MORE],
    };
    let pairs: Vec<[u32; 2]> = frames.locations().map(pair).collect();
    let mut parts = in_parts(basis.scope.spans(), |spans| match basis.weights.divisors {
        None => sums_of(basis, spans, &pairs),
        Some(_) => means_of(basis, spans),
    })
    .into_iter();
    let mut nodes = parts.next().unwrap_or_default();
    for part in parts {
        nodes.iter_mut().zip(&part).for_each(|(node, other)| node.add(other));
    }
    nodes
}

/// Calls between the nodes that are kept, or all.
pub(super) fn edges(basis: Basis<'_>, kept: Option<&[bool]>, into: Into) -> Vec<Edge> {
    let codes = Codes::new(basis.frames, kept, into);
    if !codes.wants_edges {
        return Vec::new();
    }
    let mut tables = in_parts(basis.scope.spans(), |spans| edges_of(basis, spans, &codes)).into_iter();
    let mut edges = tables.next().unwrap_or_else(|| EdgeTable::new(&codes, 0));
    for part in tables.flat_map(|table| table.edges) {
        edges.find(part.edge.from.0, part.edge.to.0).edge.merge(&part.edge);
    }
    let named = |counted: Counted| Edge {
        from: codes.nodes[counted.edge.from.index()],
        to: codes.nodes[counted.edge.to.index()],
        ..counted.edge
    };
    edges.edges.into_iter().map(named).collect()
}

/// Samples from which on it is worth to add up parts of them side by side.
const WORTH_THREADS: usize = 1 << 15;

/// Does the same to parts of the samples, side by side where there are many of them.
pub(super) fn in_parts<T: Send>(spans: &[Span], work: impl Fn(&[Span]) -> T + Sync) -> Vec<T> {
    let threads = if spans.len() < WORTH_THREADS {
        1
    } else {
        thread::available_parallelism().map_or(1, NonZero::get).min(8)
    };
    if threads == 1 {
        return vec![work(spans)];
    }
    let size = spans.len().div_ceil(threads);
    thread::scope(|scope| {
        let parts: Vec<_> = spans.chunks(size).map(|part| scope.spawn(|| work(part))).collect();
        let join = |part: thread::ScopedJoinHandle<'_, T>| {
            part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        parts.into_iter().map(join).collect()
    })
}

/// What locations are to a pass. A code is a node's place among those that are kept, and flags.
struct Codes {
    /// For each location the codes of its nodes, innermost first: nearly all have one or two. [`NONE`] for no
    /// second one; [`MORE`] and [`NONE`] for any other number of nodes.
    pairs: Vec<[u32; 2]>,
    /// For each node its code, without [`INLINE`].
    codes: Vec<u32>,
    /// For each place its node.
    nodes: Vec<NodeId>,
    wants_edges: bool,
}

const NONE: u32 = u32::MAX;
const MORE: u32 = u32::MAX - 1;
/// Calls into the node are added up.
const WANTED: u32 = 1 << 31;
/// The call was inlined.
const INLINE: u32 = 1 << 30;
/// A node that is not kept.
const PASSED_OVER: u32 = INLINE - 1;
/// No caller yet.
const NOBODY: u32 = INLINE - 2;

impl Codes {
    fn new(frames: &Frames, kept: Option<&[bool]>, into: Into) -> Self {
        let locations = frames.locations();
        let mut wanted = vec![into == Into::All; frames.len()];
        if into == Into::Inlined {
            for location in locations.clone() {
                let [inlined @ .., _] = frames.of(location) else {
                    continue;
                };
                inlined.iter().for_each(|node| wanted[node.index()] = true);
            }
        }
        let (mut codes, mut nodes) = (vec![PASSED_OVER; frames.len()], Vec::new());
        let mut wants_edges = false;
        for (row, code) in codes.iter_mut().enumerate() {
            if kept.is_none_or(|kept| kept[row]) {
                *code = nodes.len() as u32 | if wanted[row] { WANTED } else { 0 };
                wants_edges |= wanted[row];
                nodes.push(NodeId(row as u32));
            }
        }
        let code = |node: &NodeId| codes[node.index()];
        let pair = |location| match frames.of(location) {
            [only] => [code(only), NONE],
            [inlined, outer] => [code(inlined) | INLINE, code(outer)],
            _ => [MORE, NONE],
        };
        Self {
            pairs: locations.map(pair).collect(),
            codes,
            nodes,
            wants_edges,
        }
    }

    /// The codes of a stack, innermost first, in a buffer to be reused. Which locations have two nodes is as good as
    /// chance, so two are written for each, and the second is written over where there is none.
    #[inline(always)]
    fn of<'b>(&self, frames: &Frames, stack: Stack<'_>, buffer: &'b mut Vec<u32>) -> &'b [u32] {
        let room = 2 * stack.len();
        if buffer.len() < room {
            buffer.resize(room, 0);
        }
        let mut length = 0;
        for location in &stack {
            let pair = self.pairs[location.index()];
            if pair[0] == MORE {
                let nodes = frames.of(location);
                let needed = length + nodes.len() + room;
                if buffer.len() < needed {
                    buffer.resize(2 * needed, 0);
                }
                for (at, node) in nodes.iter().enumerate() {
                    let inline = if at + 1 < nodes.len() { INLINE } else { 0 };
                    buffer[length + at] = self.codes[node.index()] | inline;
                }
                length += nodes.len();
                continue;
            }
            buffer[length..length + 2].copy_from_slice(&pair);
            length += 1 + usize::from(pair[1] != NONE);
        }
        &buffer[..length]
    }
}

fn sums_of(basis: Basis<'_>, spans: &[Span], pairs: &[[u32; 2]]) -> Vec<Node> {
    let frames = basis.frames;
    let (mut flats, mut cums) = (vec![0i64; frames.len() + 1], vec![0i64; frames.len() + 1]);
    let mut distinct = Distinct::new(frames.len() + 1);
    for (stamp, span) in (1u32..).zip(spans) {
        let value = basis.weights.values[span.sample.index()];
        if value == 0 {
            continue;
        }
        let seen = basis.stack(span);
        distinct.begin(stamp, 2 * seen.len());
        for location in &seen {
            let [first, second] = pairs[location.index()];
            if first == MORE {
                let nodes = frames.of(location);
                distinct.make_room(nodes.len() + 2 * seen.len());
                nodes.iter().for_each(|node| distinct.add(node.0));
                continue;
            }
            distinct.add(first);
            distinct.add(second);
        }
        for &node in distinct.nodes() {
            let cum = &mut cums[node as usize];
            *cum = cum.saturating_add(value);
        }
        if let Some(leaf) = leaf(frames, seen) {
            flats[leaf.index()] = flats[leaf.index()].saturating_add(value);
        }
    }
    let nodes = flats.into_iter().zip(cums).take(frames.len());
    nodes
        .map(|(flat, cum)| Node {
            flat,
            cum,
            ..Node::default()
        })
        .collect()
}

/// The nodes of one sample after another, each once. Whether a function was there before is as good as chance in
/// recursive programs, so nothing here jumps on it.
struct Distinct {
    /// For each node the number of the sample that it was last seen in.
    seen: Vec<u32>,
    stamp: u32,
    nodes: Vec<u32>,
    length: usize,
}

impl Distinct {
    fn new(nodes: usize) -> Self {
        Self {
            seen: vec![0; nodes],
            stamp: 0,
            nodes: Vec::new(),
            length: 0,
        }
    }

    /// Begins with a sample, whose number was not there yet, with room for so many nodes.
    fn begin(&mut self, stamp: u32, room: usize) {
        (self.stamp, self.length) = (stamp, 0);
        self.make_room(room);
    }

    fn make_room(&mut self, room: usize) {
        let needed = self.length + room;
        if self.nodes.len() < needed {
            self.nodes.resize(2 * needed, 0);
        }
    }

    #[inline(always)]
    fn add(&mut self, node: u32) {
        let seen = &mut self.seen[node as usize];
        self.nodes[self.length] = node;
        self.length += usize::from(*seen != self.stamp);
        *seen = self.stamp;
    }

    fn nodes(&self) -> &[u32] {
        &self.nodes[..self.length]
    }
}

/// The same with divisors.
fn means_of(basis: Basis<'_>, spans: &[Span]) -> Vec<Node> {
    let frames = basis.frames;
    let mut nodes = vec![(Node::default(), 0u32); frames.len()];
    for (stamp, span) in (1u32..).zip(spans) {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let seen = basis.stack(span);
        for node in seen.iter().flat_map(|location| frames.of(location)) {
            let (sums, counted) = &mut nodes[node.index()];
            if *counted != stamp {
                *counted = stamp;
                sums.add_cum(value, divisor);
            }
        }
        if let Some(leaf) = leaf(frames, seen) {
            nodes[leaf.index()].0.add_flat(value, divisor);
        }
    }
    nodes.into_iter().map(|(node, _)| node).collect()
}

/// The innermost node of a stack.
fn leaf(frames: &Frames, stack: Stack<'_>) -> Option<NodeId> {
    stack.iter().find_map(|location| frames.of(location).first()).copied()
}

fn edges_of(basis: Basis<'_>, spans: &[Span], codes: &Codes) -> EdgeTable {
    let frames = basis.frames;
    let mut edges = EdgeTable::new(codes, spans.len());
    let mut buffer = Vec::new();
    for (stamp, span) in (1u32..).zip(spans) {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let mut path = Path {
            parent: NOBODY,
            residual: false,
            edges: &mut edges,
            add: |edge: &mut Edge, inline| edge.add(value, divisor, inline),
            stamp,
        };
        for code in codes.of(frames, basis.stack(span), &mut buffer).iter().rev() {
            path.call(*code);
        }
    }
    edges
}

/// The way down a stack.
struct Path<'e, A> {
    /// The place of the last node that is kept.
    parent: u32,
    /// Whether nodes that are not kept came after it.
    residual: bool,
    edges: &'e mut EdgeTable,
    /// Counts the sample at an edge.
    add: A,
    stamp: u32,
}

impl<A: Fn(&mut Edge, bool)> Path<'_, A> {
    /// Goes on to a node.
    #[inline(always)]
    fn call(&mut self, code: u32) {
        let node = code & !(WANTED | INLINE);
        if code & WANTED == 0 {
            // Nothing to be counted, and nothing to decide either: most frames go through here.
            let passed = node == PASSED_OVER;
            self.parent = if passed { self.parent } else { node };
            self.residual = passed;
            return;
        }
        if self.parent != NOBODY && self.parent != node {
            let counted = self.edges.find(self.parent, node);
            if counted.stamp != self.stamp {
                counted.stamp = self.stamp;
                (self.add)(&mut counted.edge, code & INLINE != 0);
                counted.edge.residual |= self.residual;
            }
        }
        self.parent = node;
        self.residual = false;
    }
}

/// Edges by the places of their ends.
struct EdgeTable {
    edges: Vec<Counted>,
    index: EdgeIndex,
}

/// An edge, its ends still places, and the number of the sample that was last counted at it.
struct Counted {
    edge: Edge,
    stamp: u32,
}

/// (caller, callee) → row. Few nodes make a matrix, which is several times as fast as hashing.
enum EdgeIndex {
    /// A square of rows plus one; 0 for none.
    Matrix {
        side: usize,
        rows: Vec<u32>,
    },
    Hashed(FxHashMap<(u32, u32), u32>),
}

/// Nodes up to which edges are kept in a matrix: 4 MiB of rows.
const MATRIX_SIDE: usize = 1024;
/// Cells for each sample up to which a matrix is worth to be made: its memory must be used, too.
const CELLS_PER_SAMPLE: usize = 32;

impl EdgeTable {
    fn new(codes: &Codes, samples: usize) -> Self {
        let side = codes.nodes.len();
        let index = if side <= MATRIX_SIDE && side * side <= CELLS_PER_SAMPLE * samples {
            EdgeIndex::Matrix {
                side,
                rows: vec![0; side * side],
            }
        } else {
            EdgeIndex::Hashed(FxHashMap::default())
        };
        Self {
            edges: Vec::new(),
            index,
        }
    }

    /// The edge, made if it is new.
    #[inline]
    fn find(&mut self, from: u32, to: u32) -> &mut Counted {
        let next = self.edges.len() as u32;
        let row = match &mut self.index {
            EdgeIndex::Matrix { side, rows } => {
                let row = &mut rows[from as usize * *side + to as usize];
                if *row == 0 {
                    *row = next + 1;
                }
                *row - 1
            }
            EdgeIndex::Hashed(index) => *index.entry((from, to)).or_insert(next),
        };
        if row == next {
            self.edges.push(Counted {
                edge: Edge::new(NodeId(from), NodeId(to)),
                stamp: 0,
            });
        }
        &mut self.edges[row as usize]
    }
}
