//! The complete call tree of one sample type, from the roots down or from the leaves up.
//!
//! Contexts are numbered in depth-first order, the largest child first. So a subtree is a range of numbers, and
//! siblings are found by skipping over subtrees. The tree has the chains of a [`StackTree`], in a different order.

use std::cmp::Reverse;

use super::frames::NodeId;
use super::graph::Basis;
use super::stack_tree::{ChainId, ChainSums, Drawn, StackTree};
use crate::error::Result;
use crate::progress::Observer;

/// Which end of the stacks is the top of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Direction {
    /// Callers above callees: where does a value come from?
    #[default]
    TopDown,
    /// Callees above callers: who ends up here?
    BottomUp,
}

impl Direction {
    /// The opposite direction.
    pub fn flipped(self) -> Self {
        match self {
            Self::TopDown => Self::BottomUp,
            Self::BottomUp => Self::TopDown,
        }
    }
}

/// A context of a [`CallTree`]; 0 is the root, which stands for all samples.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TreeNodeId(pub u32);

impl TreeNodeId {
    /// The root, which stands for all samples.
    pub const ROOT: Self = Self(0);

    /// The context as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A context: a node as reached along one path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeNode {
    /// The node that is called; `None` for the root.
    pub node: Option<NodeId>,
    /// The context one step nearer to the root; the root is its own parent.
    pub parent: TreeNodeId,
    /// One past the last context of its subtree, which begins with the context itself.
    pub end: TreeNodeId,
    /// The number of children.
    pub children: u32,
    /// Sum over the samples whose innermost frame is here. Bottom-up, where every stack begins with its innermost
    /// frame, it is 0 below the first level.
    pub flat: i64,
    /// Sum over the samples that pass here.
    pub cum: i64,
    /// The size to draw: the sum of |value| over the stacks that pass here, after adding up the samples of each stack.
    /// Equal to `cum` if no value is negative. Children's weights and [`own`](Self::own) add up to it exactly.
    pub weight: u64,
    /// The part of the weight that belongs to no child.
    pub own: u64,
}

/// A tree of contexts.
#[derive(Clone, Debug)]
pub struct CallTree {
    /// The node of each context; the root's is [`NO_NODE`].
    nodes: Vec<NodeId>,
    chains: Vec<Chain>,
    direction: Direction,
    /// For each node its heaviest context, and how many it has.
    by_node: Vec<(TreeNodeId, u32)>,
}

const NO_NODE: NodeId = NodeId(u32::MAX);

/// A chain: contexts each of which is the only child of the one before and gets all of its samples from it.
#[derive(Clone, Copy, Debug)]
struct Chain {
    /// Its first context. Its last one precedes the first of the next chain.
    first: u32,
    /// The chain whose last context is the parent of its first.
    above: u32,
    /// One past the last chain of its subtree.
    after: u32,
    /// Number of children of its last context.
    children: u32,
    cum: i64,
    /// The sum of the samples that end at its last context.
    ends: i64,
    weight: u64,
    own: u64,
}

impl CallTree {
    /// Builds the tree of a scope's samples. Samples with an empty stack count for the root alone.
    ///
    /// # Errors
    /// The error with which the observer stops it.
    pub fn new(basis: Basis<'_>, direction: Direction, observer: &dyn Observer) -> Result<Self> {
        let stacks = StackTree::new(&[basis], direction, || observer.progress(0, None))?;
        let sums = stacks.sums(&basis, Drawn::ByValue);
        let children = Children::new(&stacks, &sums, &Ranks::new(&basis));
        let mut tree = Self {
            nodes: Vec::new(),
            chains: Vec::with_capacity(stacks.chains().len()),
            direction,
            by_node: Vec::new(),
        };
        let mut todo = vec![Todo::Open(ChainId::ROOT, 0)];
        while let Some(next) = todo.pop() {
            match next {
                Todo::Close(at) => tree.chains[at as usize].after = tree.chains.len() as u32,
                Todo::Open(chain, above) => {
                    observer.progress(0, None)?;
                    let (at, below) = (tree.chains.len() as u32, children.of(chain));
                    tree.chains.push(Chain {
                        first: tree.nodes.len() as u32,
                        above,
                        after: at,
                        children: below.len() as u32,
                        cum: sums.cum(chain),
                        ends: sums.flat(chain),
                        weight: sums.weight(chain),
                        own: sums.own_weight(chain),
                    });
                    match chain {
                        ChainId::ROOT => tree.nodes.push(NO_NODE),
                        chain => tree.nodes.extend(stacks.nodes(chain)),
                    }
                    todo.push(Todo::Close(at));
                    todo.extend(below.iter().rev().map(|&child| Todo::Open(child, at)));
                }
            }
        }
        tree.nodes.shrink_to_fit();
        tree.count_contexts(basis.frames.len());
        Ok(tree)
    }

    /// Finds the heaviest context of each node, and how many it has.
    fn count_contexts(&mut self, nodes: usize) {
        let mut by_node = vec![(TreeNodeId::ROOT, 0u32); nodes];
        let mut weights = vec![0; nodes];
        for (at, chain) in self.chains.iter().enumerate().skip(1) {
            for id in chain.first..=self.last(at) {
                let node = self.nodes[id as usize].index();
                let (heaviest, count) = &mut by_node[node];
                if *count == 0 || chain.weight > weights[node] {
                    (*heaviest, weights[node]) = (TreeNodeId(id), chain.weight);
                }
                *count += 1;
            }
        }
        self.by_node = by_node;
    }

    /// A context.
    pub fn get(&self, id: TreeNodeId) -> TreeNode {
        let at = self.chain_of(id);
        let chain = &self.chains[at];
        let is_last = self.last(at) == id.0;
        let parent = match id.0 {
            0 => TreeNodeId::ROOT,
            _ if id.0 > chain.first => TreeNodeId(id.0 - 1),
            _ => TreeNodeId(self.last(chain.above as usize)),
        };
        let flat = match self.direction {
            Direction::BottomUp if parent == TreeNodeId::ROOT && id != TreeNodeId::ROOT => chain.cum,
            Direction::BottomUp if id != TreeNodeId::ROOT => 0,
            _ if is_last => chain.ends,
            _ => 0,
        };
        TreeNode {
            node: self.node(id),
            parent,
            end: TreeNodeId(self.first(chain.after as usize)),
            children: if is_last { chain.children } else { 1 },
            flat,
            cum: chain.cum,
            weight: chain.weight,
            own: if is_last { chain.own } else { 0 },
        }
    }

    /// What is called in a context; `None` for the root.
    pub fn node(&self, id: TreeNodeId) -> Option<NodeId> {
        Some(self.nodes[id.index()]).filter(|&node| node != NO_NODE)
    }

    /// The children of a context, largest first.
    pub fn children(&self, id: TreeNodeId) -> impl Iterator<Item = TreeNodeId> {
        let end = self.get(id).end;
        self.siblings(TreeNodeId(id.0 + 1), end)
    }

    /// A context and its smaller siblings, those before `end`.
    pub fn siblings(&self, from: TreeNodeId, end: TreeNodeId) -> impl Iterator<Item = TreeNodeId> {
        let mut chain = (from < end).then(|| self.chain_of(from));
        std::iter::from_fn(move || {
            let at = chain?;
            let id = TreeNodeId(self.chains[at].first.max(from.0));
            let after = self.chains[at].after as usize;
            chain = (self.first(after) < end.0).then_some(after);
            Some(id)
        })
    }

    /// The number of contexts, the root included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True when no sample has a frame.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// Which end of the stacks is the top.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The path from the root to a context, without the root.
    pub fn path(&self, id: TreeNodeId) -> Vec<TreeNodeId> {
        let mut path: Vec<_> = std::iter::successors(Some(id), |id| Some(self.get(*id).parent))
            .take_while(|id| *id != TreeNodeId::ROOT)
            .collect();
        path.reverse();
        path
    }

    /// The heaviest context of a node; the first of equal ones.
    pub fn heaviest(&self, node: NodeId) -> Option<TreeNodeId> {
        let (heaviest, count) = self.by_node.get(node.index())?;
        (*count > 0).then_some(*heaviest)
    }

    /// How many contexts a node has.
    pub fn contexts(&self, node: NodeId) -> usize {
        self.by_node.get(node.index()).map_or(0, |(_, count)| *count as usize)
    }

    /// The contexts of the wanted nodes, in the tree's order.
    pub fn contexts_of(&self, is_wanted: impl Fn(NodeId) -> bool) -> Vec<TreeNodeId> {
        let contexts = (0u32..).zip(&self.nodes).skip(1);
        let wanted = contexts.filter(|(_, node)| is_wanted(**node));
        wanted.map(|(id, _)| TreeNodeId(id)).collect()
    }

    fn chain_of(&self, id: TreeNodeId) -> usize {
        self.chains.partition_point(|chain| chain.first <= id.0) - 1
    }

    /// The first context of a chain; for one past the last chain, the number of contexts.
    fn first(&self, chain: usize) -> u32 {
        self.chains
            .get(chain)
            .map_or(self.nodes.len() as u32, |chain| chain.first)
    }

    fn last(&self, chain: usize) -> u32 {
        self.first(chain + 1) - 1
    }
}

/// The rank of each node's name, which orders children of equal weight.
struct Ranks(Vec<u32>);

impl Ranks {
    fn new(basis: &Basis<'_>) -> Self {
        let nodes = || (0..basis.frames.len() as u32).map(NodeId);
        let names = basis.frames.names(basis.profile, nodes());
        let mut order: Vec<NodeId> = nodes().collect();
        order.sort_by(|&a, &b| names.get(a).cmp(names.get(b)));
        let mut ranks = vec![0; order.len()];
        for (rank, node) in (0u32..).zip(order) {
            ranks[node.index()] = rank;
        }
        Self(ranks)
    }
}

enum Todo {
    /// A chain to add, below this row.
    Open(ChainId, u32),
    /// All of this row's subtree has been added.
    Close(u32),
}

/// The children of each chain, heaviest first, equal ones by name.
struct Children {
    /// Where the children of each chain begin, plus the end of the last.
    starts: Vec<u32>,
    chains: Vec<ChainId>,
}

impl Children {
    fn new(stacks: &StackTree, sums: &ChainSums<'_>, ranks: &Ranks) -> Self {
        let below_root = || stacks.chains().skip(1);
        let mut starts = vec![0u32; stacks.chains().len() + 1];
        below_root().for_each(|chain| starts[stacks.above(chain).index() + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut keyed = vec![(Reverse(0), 0, ChainId::ROOT); below_root().len()];
        let mut next = starts.clone();
        for chain in below_root() {
            let rank = stacks.nodes(chain).next().map_or(0, |node| ranks.0[node.index()]);
            let at = &mut next[stacks.above(chain).index()];
            keyed[*at as usize] = (Reverse(sums.weight(chain)), rank, chain);
            *at += 1;
        }
        for ends in starts.windows(2) {
            keyed[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
        let chains = keyed.into_iter().map(|(_, _, chain)| chain).collect();
        Self { starts, chains }
    }

    fn of(&self, chain: ChainId) -> &[ChainId] {
        &self.chains[self.starts[chain.index()] as usize..self.starts[chain.index() + 1] as usize]
    }
}
