//! The call graph of one sample type: the sums of nodes and calls.

use std::cmp::Ordering;

use super::calls::{self, CallScope};
use super::filter::{Scope, Span};
use super::frames::{Frames, NodeId};
use super::sums;
use crate::model::{Profile, Stack};

/// The column to add up and, for means, the column to divide by.
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

/// What to add up: the samples of a scope, mapped to nodes, with weights.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'p> {
    /// The profile of the samples.
    pub profile: &'p Profile,
    /// Which of them count.
    pub scope: &'p Scope,
    /// The nodes of their frames.
    pub frames: &'p Frames,
    /// Their values.
    pub weights: Weights<'p>,
}

impl<'p> Basis<'p> {
    /// The visible part of a sample's stack, innermost first.
    pub fn stack(&self, span: &Span) -> Stack<'p> {
        let stack = self.profile.stacks.get(self.profile.samples.stack[span.sample.index()]);
        stack.part(span.from, span.to)
    }
}

/// The sums of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Node {
    /// Sum over the samples whose innermost frame it is.
    pub flat: i64,
    /// Sum over the samples that have it anywhere in their stack, each once.
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

    /// The flat sum as reports show it: the mean if there is a divisor.
    pub fn flat_value(&self) -> i64 {
        mean(self.flat, self.flat_divisor)
    }

    /// The cum sum as reports show it: the mean if there is a divisor.
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

/// A sum over its divisor; the sum itself if the divisor is 0.
pub fn mean(sum: i64, divisor: i64) -> i64 {
    sum.checked_div(divisor).unwrap_or(sum)
}

/// The mean of sums over any number of samples, clamped to 64 bits.
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
    /// Sum over the samples with this call, each once.
    pub weight: i64,
    /// Sum of those samples' divisors.
    pub divisor: i64,
    /// Whether some of the calls went through frames that are not kept.
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

    /// Adds the sums for the same calls from another part of the samples.
    pub(super) fn merge(&mut self, other: &Self) {
        self.add(other.weight, other.divisor);
        self.inline &= other.inline;
        self.residual |= other.residual;
    }

    /// The weight as reports show it: the mean if there is a divisor.
    pub fn value(&self) -> i64 {
        mean(self.weight, self.divisor)
    }
}

/// Nodes and edges with their sums.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Sums for each node of the [`Frames`].
    pub nodes: Vec<Node>,
    /// The nodes that the report lists, in its order. Nodes whose flat and cum are 0 are not listed.
    pub listed: Vec<NodeId>,
    /// All edges.
    pub edges: Vec<Edge>,
    pub(super) callers: Vec<Vec<EdgeId>>,
    pub(super) callees: Vec<Vec<EdgeId>>,
    /// In a graph by context, the node of each context; otherwise empty.
    pub(super) contexts: Vec<NodeId>,
}

impl Graph {
    /// The sums of nodes alone, without calls: they decide which nodes are kept.
    pub(super) fn sums(basis: Basis<'_>) -> Self {
        Self::linked(sums::nodes(basis), Vec::new())
    }

    /// Adds up the calls again. With `kept`, frames of other nodes are skipped: calls across them become residual
    /// edges, and the sums of those nodes become 0. The sums of kept nodes stay: what ends in or passes a node
    /// does not depend on which others are kept.
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

    /// The node of the [`Frames`] that a node is, or that it is a context of.
    pub fn frame(&self, node: NodeId) -> NodeId {
        self.contexts.get(node.index()).copied().unwrap_or(node)
    }

    /// The sums of a node.
    pub fn node(&self, node: NodeId) -> &Node {
        &self.nodes[node.index()]
    }

    /// The remaining calls into a node, unordered.
    pub fn callers(&self, node: NodeId) -> impl Iterator<Item = &Edge> + Clone {
        self.callers[node.index()]
            .iter()
            .map(|edge| &self.edges[edge.0 as usize])
            .filter(|edge| edge.kept)
    }

    /// The remaining calls out of a node, unordered.
    pub fn callees(&self, node: NodeId) -> impl Iterator<Item = &Edge> + Clone {
        self.callees[node.index()]
            .iter()
            .map(|edge| &self.edges[edge.0 as usize])
            .filter(|edge| edge.kept)
    }

    /// The calls into a node in a report's order: largest |weight| first, then by the caller's name.
    pub fn callers_sorted<T: Ord>(&self, node: NodeId, names: &impl Fn(NodeId) -> T) -> Vec<&Edge> {
        sorted(self.callers(node), names)
    }

    /// The calls out of a node in a report's order: largest |weight| first, then by the callee's name.
    pub fn callees_sorted<T: Ord>(&self, node: NodeId, names: &impl Fn(NodeId) -> T) -> Vec<&Edge> {
        sorted(self.callees(node), names)
    }

    /// Sum of the listed nodes' flat values, as reports show them.
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

/// Orders edges by descending |weight|, then by caller's and callee's name. Names are only made if weights are equal.
pub fn by_size<T: Ord>(a: &Edge, b: &Edge, names: &impl Fn(NodeId) -> T) -> Ordering {
    let by_weight = b.weight.unsigned_abs().cmp(&a.weight.unsigned_abs());
    by_weight
        .then_with(|| names(a.from).cmp(&names(b.from)))
        .then_with(|| names(a.to).cmp(&names(b.to)))
}
