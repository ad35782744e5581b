//! The graph as a forest: a node for each way in which a function is reached.

use rustc_hash::FxHashMap;

use super::frames::NodeId;
use super::graph::{Basis, Edge, Graph, Node};

/// Which contexts the samples of a scope end in.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// For each sample of the scope the context of its innermost frame; `None` where it adds nothing.
    pub leaves: Vec<Option<NodeId>>,
    /// For each context the one that it was called from.
    pub callers: Vec<Option<NodeId>>,
}

impl Paths {
    /// Brings siblings together, the order that pprof's maps give small trees: it shows where contexts rank the same.
    pub(super) fn by_family(&self, contexts: &mut [NodeId]) {
        let mut eldest = vec![None; self.callers.len()];
        let mut eldest_root = None;
        for (id, caller) in (0u32..).zip(&self.callers) {
            let eldest = caller.map_or(&mut eldest_root, |caller| &mut eldest[caller.index()]);
            eldest.get_or_insert(id);
        }
        contexts.sort_by_key(|context| {
            let caller = self.callers[context.index()];
            (caller.map_or(eldest_root, |caller| eldest[caller.index()]), *context)
        });
    }

    /// A context and those that it was reached through, from the inside out.
    pub fn outwards(&self, leaf: Option<NodeId>) -> impl Iterator<Item = NodeId> {
        std::iter::successors(leaf, |context| self.callers[context.index()])
    }
}

impl Graph {
    /// Adds up the samples of a scope by context. Contexts are numbered so that a caller comes before its callees.
    pub fn by_context(basis: Basis<'_>) -> (Self, Paths) {
        let mut nodes: Vec<Node> = Vec::new();
        let mut contexts: Vec<NodeId> = Vec::new();
        let mut edges: Vec<Edge> = Vec::new();
        // For each context the row of the one edge that leads to it.
        let mut edge_to: Vec<usize> = Vec::new();
        let mut index: FxHashMap<(Option<NodeId>, NodeId), NodeId> = FxHashMap::default();
        let mut paths = Paths::default();
        for span in basis.scope.spans() {
            let (value, divisor) = basis.weights.of(span.sample.index());
            if value == 0 && divisor == 0 {
                paths.leaves.push(None);
                continue;
            }
            let mut at: Option<NodeId> = None;
            for (frame, inline) in basis.frames.walk(basis.stack(span)) {
                let next = NodeId(nodes.len() as u32);
                let context = *index.entry((at, frame)).or_insert(next);
                if context == next {
                    nodes.push(Node::default());
                    contexts.push(frame);
                    paths.callers.push(at);
                    edge_to.push(edges.len());
                    edges.extend(at.map(|from| Edge::new(from, context)));
                }
                let sums = &mut nodes[context.index()];
                sums.cum = sums.cum.saturating_add(value);
                sums.cum_divisor = sums.cum_divisor.saturating_add(divisor);
                if at.is_some() {
                    edges[edge_to[context.index()]].add(value, divisor, inline);
                }
                at = Some(context);
            }
            if let Some(leaf) = at {
                let sums = &mut nodes[leaf.index()];
                sums.flat = sums.flat.saturating_add(value);
                sums.flat_divisor = sums.flat_divisor.saturating_add(divisor);
            }
            paths.leaves.push(at);
        }
        let mut graph = Self::linked(nodes, edges);
        graph.contexts = contexts;
        (graph, paths)
    }

    /// Takes out the listed contexts that are not kept. What they called hangs on their caller, by a residual edge,
    /// or becomes a root; nothing is added up again. Source: pprof's `TrimTree`.
    pub(super) fn keep_contexts(&mut self, kept: &[bool]) {
        let mut out = vec![false; self.nodes.len()];
        for node in &self.listed {
            out[node.index()] = !kept[node.index()];
        }
        for node in (0..out.len()).filter(|&node| out[node]) {
            let above = self.callers[node]
                .first()
                .map(|edge| edge.0 as usize)
                .filter(|&edge| self.edges[edge].kept);
            let below = std::mem::take(&mut self.callees[node]);
            let Some(above) = above else {
                below.iter().for_each(|edge| self.edges[edge.0 as usize].kept = false);
                continue;
            };
            let (caller, inline) = (self.edges[above].from, self.edges[above].inline);
            self.edges[above].kept = false;
            for edge in &below {
                let edge = &mut self.edges[edge.0 as usize];
                edge.from = caller;
                edge.residual = true;
                edge.inline &= inline;
            }
            self.callees[caller.index()].extend(below);
        }
        self.listed.retain(|node| kept[node.index()]);
    }
}
