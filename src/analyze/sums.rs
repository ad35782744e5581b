//! The passes over all samples: what nodes and calls add up to. Parts of many samples are added up side by side.

use std::num::NonZero;
use std::thread;

use rustc_hash::FxHashMap;

use super::filter::Span;
use super::frames::{Frames, NodeId};
use super::graph::{Basis, Edge, Node};
use crate::model::LocationId;

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
    let codes = Codes::new(basis.frames, None, Into::All);
    let mut parts = in_parts(basis.scope.spans(), |spans| match basis.weights.divisors {
        None => sums_of(basis, spans, &codes),
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
    let mut edges = tables.next().unwrap_or_else(|| EdgeTable::new(&codes));
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

/// What a location is to a pass, in one word: nearly all have one node.
struct Codes {
    codes: Vec<u32>,
    /// For each node that is kept its place; [`PASSED_OVER`] for the others.
    places: Vec<u32>,
    /// For each place its node.
    nodes: Vec<NodeId>,
    /// For each place whether calls into it are added up.
    wanted: Vec<bool>,
    wants_edges: bool,
}

/// Several nodes, or none: see [`Frames::of`].
const SEVERAL: u32 = u32::MAX;
/// A node that is not kept.
const PASSED_OVER: u32 = u32::MAX - 1;

impl Codes {
    fn new(frames: &Frames, kept: Option<&[bool]>, into: Into) -> Self {
        let (mut places, mut nodes) = (vec![PASSED_OVER; frames.len()], Vec::new());
        for (row, place) in places.iter_mut().enumerate() {
            if kept.is_none_or(|kept| kept[row]) {
                *place = nodes.len() as u32;
                nodes.push(NodeId(row as u32));
            }
        }
        let locations = (0..frames.locations()).map(LocationId::from_index);
        let mut wanted = vec![into == Into::All; nodes.len()];
        if into == Into::Inlined {
            for location in locations.clone() {
                let [inlined @ .., _] = frames.of(location) else {
                    continue;
                };
                for node in inlined {
                    if let Some(wanted) = wanted.get_mut(places[node.index()] as usize) {
                        *wanted = true;
                    }
                }
            }
        }
        let code = |location| frames.only(location).map_or(SEVERAL, |node| places[node.index()]);
        Self {
            codes: locations.map(code).collect(),
            wants_edges: wanted.contains(&true),
            places,
            nodes,
            wanted,
        }
    }
}

/// What a node or call has, and the number of the sample that was last counted at it: recursion counts once.
#[derive(Clone, Copy, Default)]
struct Sum {
    cum: i64,
    counted: u32,
}

fn sums_of(basis: Basis<'_>, spans: &[Span], codes: &Codes) -> Vec<Node> {
    let frames = basis.frames;
    let mut sums = vec![Sum::default(); frames.len()];
    let mut flats = vec![0i64; frames.len()];
    for (stamp, span) in (1u32..).zip(spans) {
        let value = basis.weights.values[span.sample.index()];
        if value == 0 {
            continue;
        }
        let seen = basis.stack(span);
        let mut count = |node: u32| {
            let sum = &mut sums[node as usize];
            if sum.counted != stamp {
                sum.counted = stamp;
                sum.cum = sum.cum.saturating_add(value);
            }
        };
        for &location in seen {
            match codes.codes[location.index()] {
                SEVERAL => frames.of(location).iter().for_each(|node| count(node.0)),
                node => count(node),
            }
        }
        if let Some(leaf) = leaf(frames, seen) {
            flats[leaf.index()] = flats[leaf.index()].saturating_add(value);
        }
    }
    let nodes = sums.into_iter().zip(flats);
    nodes
        .map(|(sum, flat)| Node {
            flat,
            cum: sum.cum,
            ..Node::default()
        })
        .collect()
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
        for node in seen.iter().flat_map(|&location| frames.of(location)) {
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
fn leaf(frames: &Frames, stack: &[LocationId]) -> Option<NodeId> {
    stack.iter().find_map(|&location| frames.of(location).first()).copied()
}

fn edges_of(basis: Basis<'_>, spans: &[Span], codes: &Codes) -> EdgeTable {
    let frames = basis.frames;
    let mut edges = EdgeTable::new(codes);
    for (stamp, span) in (1u32..).zip(spans) {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let mut parent = None;
        let mut residual = false;
        let mut step = |node: u32, inline: bool| {
            if node == PASSED_OVER {
                residual = true;
                return;
            }
            if let Some(from) = parent.filter(|&parent| parent != node && codes.wanted[node as usize]) {
                let counted = edges.find(from, node);
                if counted.stamp != stamp {
                    counted.stamp = stamp;
                    counted.edge.add(value, divisor, inline);
                    counted.edge.residual |= residual;
                }
            }
            parent = Some(node);
            residual = false;
        };
        for &location in basis.stack(span).iter().rev() {
            match codes.codes[location.index()] {
                SEVERAL => {
                    let nodes = frames.of(location);
                    for (at, node) in nodes.iter().enumerate().rev() {
                        step(codes.places[node.index()], at + 1 != nodes.len());
                    }
                }
                node => step(node, false),
            }
        }
    }
    edges
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

impl EdgeTable {
    fn new(codes: &Codes) -> Self {
        let side = codes.nodes.len();
        let index = if side <= MATRIX_SIDE {
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
