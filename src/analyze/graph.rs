//! The call graph of one sample type: what each node and each call accounts for.

use std::cmp::Ordering;
use std::num::NonZero;
use std::thread;

use rustc_hash::FxHashMap;

use super::filter::{Scope, Span};
use super::frames::{Frames, NodeId};
use crate::model::{LocationId, Profile};

/// The column that is added up and, for means, the column that it is divided by.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'p> {
    /// One value for each sample.
    pub values: &'p [i64],
    /// One divisor for each sample.
    pub divisors: Option<&'p [i64]>,
}

impl Weights<'_> {
    /// (value, divisor) of a sample.
    #[inline]
    pub fn of(&self, sample: usize) -> (i64, i64) {
        (
            self.values[sample],
            self.divisors.map_or(0, |divisors| divisors[sample]),
        )
    }
}

/// What is added up: the samples of a scope, as nodes, weighed.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'p> {
    /// Where the samples are.
    pub profile: &'p Profile,
    /// Which of them count.
    pub scope: &'p Scope,
    /// Which nodes their frames are.
    pub frames: &'p Frames,
    /// What they weigh.
    pub weights: Weights<'p>,
}

impl<'p> Basis<'p> {
    /// The part of a sample's stack that is seen, innermost first.
    pub fn stack(&self, span: &Span) -> &'p [LocationId] {
        let stack = self.profile.stacks.get(self.profile.samples.stack[span.sample.index()]);
        &stack[span.from as usize..span.to as usize]
    }
}

/// Sums of a node. `flat`: samples that end here; `cum`: samples that have it anywhere in their stack, each once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Node {
    /// Sum over the samples that end here.
    pub flat: i64,
    /// Sum over the samples that pass here.
    pub cum: i64,
    /// Sum of the divisors of `flat`.
    pub flat_divisor: i64,
    /// Sum of the divisors of `cum`.
    pub cum_divisor: i64,
}

impl Node {
    fn add_flat(&mut self, value: i64, divisor: i64) {
        self.flat = self.flat.saturating_add(value);
        self.flat_divisor = self.flat_divisor.saturating_add(divisor);
    }

    fn add_cum(&mut self, value: i64, divisor: i64) {
        self.cum = self.cum.saturating_add(value);
        self.cum_divisor = self.cum_divisor.saturating_add(divisor);
    }

    /// Flat as shown: the mean if there is a divisor.
    pub fn flat_value(&self) -> i64 {
        mean(self.flat, self.flat_divisor)
    }

    /// Cum as shown: the mean if there is a divisor.
    pub fn cum_value(&self) -> i64 {
        mean(self.cum, self.cum_divisor)
    }

    /// Adds the sums of another node to these.
    pub fn add(&mut self, other: &Self) {
        self.flat = self.flat.saturating_add(other.flat);
        self.cum = self.cum.saturating_add(other.cum);
        self.flat_divisor = self.flat_divisor.saturating_add(other.flat_divisor);
        self.cum_divisor = self.cum_divisor.saturating_add(other.cum_divisor);
    }
}

/// A sum over its divisor; the sum itself where the divisor is 0.
pub fn mean(sum: i64, divisor: i64) -> i64 {
    sum.checked_div(divisor).unwrap_or(sum)
}

/// A row of [`Graph::edges`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EdgeId(pub u32);

/// Calls from one node to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// The caller.
    pub from: NodeId,
    /// The callee.
    pub to: NodeId,
    /// Sum over the samples that have the call, each once.
    pub weight: i64,
    /// Sum of their divisors.
    pub divisor: i64,
    /// Whether some of the calls went through frames that are not shown.
    pub residual: bool,
    /// Whether all of the calls were inlined.
    pub inline: bool,
    /// False once trimmed away.
    pub kept: bool,
}

impl Edge {
    pub(super) fn new(from: NodeId, to: NodeId) -> Self {
        Self {
            from,
            to,
            weight: 0,
            divisor: 0,
            residual: false,
            inline: true,
            kept: true,
        }
    }

    pub(super) fn add(&mut self, value: i64, divisor: i64, inline: bool) {
        self.weight = self.weight.saturating_add(value);
        self.divisor = self.divisor.saturating_add(divisor);
        self.inline &= inline;
    }

    /// Adds what another part of the samples found of the same calls.
    fn merge(&mut self, other: &Self) {
        self.add(other.weight, other.divisor, other.inline);
        self.residual |= other.residual;
    }

    /// The weight as shown: the mean if there is a divisor.
    pub fn value(&self) -> i64 {
        mean(self.weight, self.divisor)
    }
}

/// Nodes and edges with their sums.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Sums for each node of the [`Frames`].
    pub nodes: Vec<Node>,
    /// Nodes that the report lists, in its order. Not listed: those with nothing (flat and cum 0).
    pub listed: Vec<NodeId>,
    /// All edges.
    pub edges: Vec<Edge>,
    pub(super) callers: Vec<Vec<EdgeId>>,
    pub(super) callees: Vec<Vec<EdgeId>>,
    /// In a graph by context what each node is a context of; else empty.
    pub(super) contexts: Vec<NodeId>,
}

impl Graph {
    /// Sums of the nodes alone, without calls: what decides which nodes are kept.
    pub(super) fn sums(basis: Basis<'_>) -> Self {
        let parts = in_parts(basis.scope.spans(), |spans| sums_of(basis, spans));
        Self::linked(added(parts), Vec::new())
    }

    /// Adds up the samples of a scope, calls included. With `kept`, frames of other nodes are passed over; calls
    /// across them become residual edges, and samples that end in them add no flat.
    pub(super) fn calls(basis: Basis<'_>, kept: Option<&[bool]>) -> Self {
        let parts = in_parts(basis.scope.spans(), |spans| calls_of(basis, spans, kept));
        let (nodes, tables): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let mut tables = tables.into_iter();
        let mut edges = tables.next().unwrap_or_else(|| EdgeTable::new(0, None));
        for part in tables.flat_map(|table| table.edges) {
            edges.find(part.from, part.to).0.merge(&part);
        }
        Self::linked(added(nodes), edges.edges)
    }

    pub(super) fn linked(nodes: Vec<Node>, edges: Vec<Edge>) -> Self {
        let mut callers = vec![Vec::new(); nodes.len()];
        let mut callees = vec![Vec::new(); nodes.len()];
        for (id, edge) in (0u32..).map(EdgeId).zip(&edges) {
            callers[edge.to.index()].push(id);
            callees[edge.from.index()].push(id);
        }
        let something = |node: &NodeId| nodes[node.index()].flat != 0 || nodes[node.index()].cum != 0;
        let listed = (0..nodes.len() as u32).map(NodeId).filter(something).collect();
        Self {
            nodes,
            listed,
            edges,
            callers,
            callees,
            contexts: Vec::new(),
        }
    }

    /// The node of the [`Frames`] that a node is, or is a context of.
    pub fn frame(&self, node: NodeId) -> NodeId {
        self.contexts.get(node.index()).copied().unwrap_or(node)
    }

    /// Sums of a node.
    pub fn node(&self, node: NodeId) -> &Node {
        &self.nodes[node.index()]
    }

    /// The calls into a node that are left, in no order.
    pub fn callers(&self, node: NodeId) -> impl Iterator<Item = &Edge> + Clone {
        self.callers[node.index()]
            .iter()
            .map(|edge| &self.edges[edge.0 as usize])
            .filter(|edge| edge.kept)
    }

    /// The calls out of a node that are left, in no order.
    pub fn callees(&self, node: NodeId) -> impl Iterator<Item = &Edge> + Clone {
        self.callees[node.index()]
            .iter()
            .map(|edge| &self.edges[edge.0 as usize])
            .filter(|edge| edge.kept)
    }

    /// The calls into a node in a report's order: largest weight first, then by the caller's name.
    pub fn callers_sorted<T: Ord>(&self, node: NodeId, names: &impl Fn(NodeId) -> T) -> Vec<&Edge> {
        sorted(self.callers(node), names)
    }

    /// The calls out of a node in a report's order: largest weight first, then by the callee's name.
    pub fn callees_sorted<T: Ord>(&self, node: NodeId, names: &impl Fn(NodeId) -> T) -> Vec<&Edge> {
        sorted(self.callees(node), names)
    }

    /// Sum of the listed nodes' flat values, as shown.
    pub fn flat_total(&self) -> i64 {
        let flat = self.listed.iter().map(|node| self.node(*node).flat_value());
        flat.fold(0, i64::saturating_add)
    }
}

/// Samples from which on it is worth to add up parts of them side by side.
const WORTH_THREADS: usize = 1 << 15;

/// Does the same to parts of the samples, side by side where there are many of them.
fn in_parts<T: Send>(spans: &[Span], work: impl Fn(&[Span]) -> T + Sync) -> Vec<T> {
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

/// Sums of parts as sums of the whole.
fn added(parts: Vec<Vec<Node>>) -> Vec<Node> {
    let mut parts = parts.into_iter();
    let mut nodes = parts.next().unwrap_or_default();
    for part in parts {
        for (node, other) in nodes.iter_mut().zip(&part) {
            node.add_flat(other.flat, other.flat_divisor);
            node.add_cum(other.cum, other.cum_divisor);
        }
    }
    nodes
}

fn sums_of(basis: Basis<'_>, spans: &[Span]) -> Vec<Node> {
    let Basis {
        profile,
        frames,
        weights,
        ..
    } = basis;
    // Each with the number of the sample that was last counted at it, so that recursion counts once.
    let mut nodes = vec![(Node::default(), 0u32); frames.len()];
    for (stamp, span) in (1u32..).zip(spans) {
        let (value, divisor) = weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let stack = profile.stacks.get(profile.samples.stack[span.sample.index()]);
        let seen = &stack[span.from as usize..span.to as usize];
        let mut count = |node: NodeId| {
            let (sums, counted) = &mut nodes[node.index()];
            if *counted != stamp {
                *counted = stamp;
                sums.add_cum(value, divisor);
            }
        };
        for &location in seen {
            match frames.only(location) {
                Some(node) => count(node),
                None => frames.of(location).iter().for_each(|&node| count(node)),
            }
        }
        let leaf = seen.iter().find_map(|&location| frames.of(location).first());
        if let Some(leaf) = leaf {
            nodes[leaf.index()].0.add_flat(value, divisor);
        }
    }
    nodes.into_iter().map(|(node, _)| node).collect()
}

fn calls_of(basis: Basis<'_>, spans: &[Span], kept: Option<&[bool]>) -> (Vec<Node>, EdgeTable) {
    let Basis {
        profile,
        frames,
        weights,
        ..
    } = basis;
    let mut nodes = vec![Node::default(); frames.len()];
    let mut stamps = vec![0u32; frames.len()];
    let mut edges = EdgeTable::new(frames.len(), kept);
    for (stamp, span) in (1u32..).zip(spans) {
        let (value, divisor) = weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let stack = profile.stacks.get(profile.samples.stack[span.sample.index()]);
        let mut parent: Option<NodeId> = None;
        let mut residual = false;
        for &location in stack[span.from as usize..span.to as usize].iter().rev() {
            // Most frames are of nodes that are not kept.
            if let (Some(node), Some(kept)) = (frames.only(location), kept)
                && !kept[node.index()]
            {
                residual = true;
                continue;
            }
            let of_location = frames.of(location);
            for (at, &node) in of_location.iter().enumerate().rev() {
                if kept.is_some_and(|kept| !kept[node.index()]) {
                    residual = true;
                    continue;
                }
                if stamps[node.index()] != stamp {
                    stamps[node.index()] = stamp;
                    nodes[node.index()].add_cum(value, divisor);
                }
                if let Some(from) = parent.filter(|&parent| parent != node) {
                    let (edge, counted) = edges.find(from, node);
                    if *counted != stamp {
                        *counted = stamp;
                        edge.add(value, divisor, at + 1 != of_location.len());
                        edge.residual |= residual;
                    }
                }
                parent = Some(node);
                residual = false;
            }
        }
        if let (Some(leaf), false) = (parent, residual) {
            nodes[leaf.index()].add_flat(value, divisor);
        }
    }
    (nodes, edges)
}

/// Edges by their ends, each with the number of the sample that was last counted at it.
struct EdgeTable {
    edges: Vec<Edge>,
    stamps: Vec<u32>,
    index: EdgeIndex,
}

/// (caller, callee) → row. Few nodes make a matrix, which is several times as fast as hashing.
enum EdgeIndex {
    /// For each node its line and column, and a square of rows plus one; 0 for none.
    Matrix {
        places: Vec<u32>,
        side: usize,
        rows: Vec<u32>,
    },
    Hashed(FxHashMap<(NodeId, NodeId), u32>),
}

/// Nodes up to which edges are kept in a matrix: 4 MiB of rows.
const MATRIX_SIDE: usize = 1024;

impl EdgeTable {
    fn new(nodes: usize, kept: Option<&[bool]>) -> Self {
        let side = kept.map_or(nodes, |kept| kept.iter().filter(|kept| **kept).count());
        let index = if side <= MATRIX_SIDE {
            let mut next = 0;
            let places = (0..nodes).map(|node| {
                let place = next;
                next += u32::from(kept.is_none_or(|kept| kept[node]));
                place
            });
            EdgeIndex::Matrix {
                places: places.collect(),
                side,
                rows: vec![0; side * side],
            }
        } else {
            EdgeIndex::Hashed(FxHashMap::default())
        };
        Self {
            edges: Vec::new(),
            stamps: Vec::new(),
            index,
        }
    }

    /// The edge and its stamp, made if it is new.
    #[inline]
    fn find(&mut self, from: NodeId, to: NodeId) -> (&mut Edge, &mut u32) {
        let next = self.edges.len() as u32;
        let row = match &mut self.index {
            EdgeIndex::Matrix { places, side, rows } => {
                let row = &mut rows[places[from.index()] as usize * *side + places[to.index()] as usize];
                if *row == 0 {
                    *row = next + 1;
                }
                *row - 1
            }
            EdgeIndex::Hashed(index) => *index.entry((from, to)).or_insert(next),
        };
        if row == next {
            self.edges.push(Edge::new(from, to));
            self.stamps.push(0);
        }
        (&mut self.edges[row as usize], &mut self.stamps[row as usize])
    }
}

fn sorted<'g, T: Ord>(edges: impl Iterator<Item = &'g Edge>, names: &impl Fn(NodeId) -> T) -> Vec<&'g Edge> {
    let mut edges: Vec<&Edge> = edges.collect();
    edges.sort_by(|a, b| by_size(a, b, names));
    edges
}

/// Edges by |weight| downwards, then caller's and callee's name upwards. Names are made only where weights tie.
pub fn by_size<T: Ord>(a: &Edge, b: &Edge, names: &impl Fn(NodeId) -> T) -> Ordering {
    let by_weight = b.weight.unsigned_abs().cmp(&a.weight.unsigned_abs());
    by_weight
        .then_with(|| names(a.from).cmp(&names(b.from)))
        .then_with(|| names(a.to).cmp(&names(b.to)))
}
