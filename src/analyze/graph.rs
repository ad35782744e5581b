//! The call graph of one sample type: what each node and each call accounts for.

use std::cmp::Ordering;

use super::calls::{self, CallScope};
use super::filter::{Scope, Span};
use super::frames::{Frames, NodeId};
use super::sums;
use crate::model::{Profile, Stack};

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
    pub fn stack(&self, span: &Span) -> Stack<'p> {
        let stack = self.profile.stacks.get(self.profile.samples.stack[span.sample.index()]);
        stack.part(span.from, span.to)
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
    pub(super) fn add_flat(&mut self, value: i64, divisor: i64) {
        self.flat = self.flat.saturating_add(value);
        self.flat_divisor = self.flat_divisor.saturating_add(divisor);
    }

    pub(super) fn add_cum(&mut self, value: i64, divisor: i64) {
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

/// The mean of sums over any number of samples; what 64 bits do not hold is the nearest that they do.
pub(super) fn mean_of_sums(value: i128, divisor: i128) -> i64 {
    let clamp = |sum: i128| sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
    mean(clamp(value), clamp(divisor))
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

    pub(super) fn add(&mut self, value: i64, divisor: i64) {
        self.weight = self.weight.saturating_add(value);
        self.divisor = self.divisor.saturating_add(divisor);
    }

    /// Adds what another part of the samples found of the same calls.
    pub(super) fn merge(&mut self, other: &Self) {
        self.add(other.weight, other.divisor);
        self.inline &= other.inline;
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
        Self::linked(sums::nodes(basis), Vec::new())
    }

    /// Adds up the calls anew. With `kept`, frames of other nodes are passed over: calls across them become residual
    /// edges, and the others' sums are nothing. The sums of those that are kept stay: what ends in or passes a node
    /// does so whichever others there are.
    pub(super) fn connect(&mut self, basis: Basis<'_>, kept: Option<&[bool]>, wanted: CallScope) {
        let mut nodes = std::mem::take(&mut self.nodes);
        if let Some(kept) = kept {
            let others = nodes.iter_mut().zip(kept).filter(|(_, kept)| !**kept);
            others.for_each(|(node, _)| *node = Node::default());
        }
        *self = Self::linked(nodes, calls::edges(basis, kept, wanted));
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
