//! The graph as a forest: a node for each path by which a function is reached.

use std::convert::Infallible;

use super::call_tree::Direction;
use super::frames::NodeId;
use super::graph::{Basis, Edge, Graph, Node};
use super::stack_tree::{ChainId, StackTree};

/// The contexts in which the samples of a scope end.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// For each sample of the scope the context of its innermost frame; `None` if it has no value or no frame.
    pub leaves: Vec<Option<NodeId>>,
    /// For each context its caller.
    pub callers: Vec<Option<NodeId>>,
}

impl Paths {
    /// Brings siblings together, in the order that pprof's maps give small trees: visible where contexts rank the same.
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

    /// A context and its callers, from the inside out.
    pub fn outwards(&self, leaf: Option<NodeId>) -> impl Iterator<Item = NodeId> {
        std::iter::successors(leaf, |context| self.callers[context.index()])
    }
}

impl Graph {
    /// Adds up the samples of a scope by context. Contexts are numbered as samples reach them, so a caller comes
    /// before its callees.
    pub fn by_context(basis: Basis<'_>) -> (Self, Paths) {
        let Ok(stacks) = StackTree::new(&[basis], Direction::TopDown, || Ok::<(), Infallible>(()));
        let mut draft = Contexts::new(&stacks);
        let mut leaves = Vec::with_capacity(basis.scope.spans().len());
        let mut path = Vec::new();
        for (span, leaf) in basis.scope.spans().iter().zip(stacks.leaves()) {
            let leaf = leaf.and_then(|chain| draft.last_of(chain));
            leaves.push(leaf);
            let Some(leaf) = leaf else { continue };
            let (value, divisor) = basis.weights.of(span.sample.index());
            path.clear();
            path.extend(std::iter::successors(Some(leaf), |context| {
                draft.callers[context.index()]
            }));
            for (context, (_, inline)) in path.iter().rev().zip(basis.frames.walk(basis.stack(span))) {
                draft.nodes[context.index()].add_cum(value, divisor);
                if let Some(edge) = draft.edge_to[context.index()] {
                    draft.edges[edge].add(value, divisor);
                    draft.edges[edge].inline &= inline;
                }
            }
            draft.nodes[leaf.index()].add_flat(value, divisor);
        }
        let mut graph = Self::linked(draft.nodes, draft.edges);
        graph.contexts = draft.frames;
        let callers = draft.callers;
        (graph, Paths { leaves, callers })
    }

    /// Removes the listed contexts that are not kept. Their callees are attached to their caller by a residual edge,
    /// or become roots; nothing is added up again. Source: pprof's `TrimTree`.
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

/// The contexts reached so far.
struct Contexts<'s> {
    stacks: &'s StackTree,
    /// For each chain its last context, once a sample has reached it.
    last: Vec<Option<NodeId>>,
    nodes: Vec<Node>,
    /// For each context its node, its caller, and the row of the edge between them.
    frames: Vec<NodeId>,
    callers: Vec<Option<NodeId>>,
    edge_to: Vec<Option<usize>>,
    edges: Vec<Edge>,
}

impl<'s> Contexts<'s> {
    fn new(stacks: &'s StackTree) -> Self {
        Self {
            stacks,
            last: vec![None; stacks.chains().len()],
            nodes: Vec::new(),
            frames: Vec::new(),
            callers: Vec::new(),
            edge_to: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// The last context of a chain, created with all above it if new; `None` for the root.
    fn last_of(&mut self, chain: ChainId) -> Option<NodeId> {
        let upwards = std::iter::successors(Some(chain), |&chain| Some(self.stacks.above(chain)));
        let is_new = |chain: &ChainId| *chain != ChainId::ROOT && self.last[chain.index()].is_none();
        let new: Vec<ChainId> = upwards.take_while(is_new).collect();
        for chain in new.into_iter().rev() {
            let mut caller = self.last[self.stacks.above(chain).index()];
            for frame in self.stacks.nodes(chain) {
                let context = NodeId(self.nodes.len() as u32);
                self.nodes.push(Node::default());
                self.frames.push(frame);
                self.callers.push(caller);
                self.edge_to.push(caller.map(|_| self.edges.len()));
                self.edges.extend(caller.map(|from| Edge::new(from, context)));
                caller = Some(context);
            }
            self.last[chain.index()] = caller;
        }
        self.last[chain.index()]
    }
}
