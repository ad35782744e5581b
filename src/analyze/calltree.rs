//! The whole call tree of one sample type, from the roots down or from the leaves up.

use rustc_hash::FxHashMap;

use super::filter::Scope;
use super::frames::{Frames, NodeId};
use super::graph::{Weights, mean};
use crate::model::Profile;

/// Which end of the stacks is the top of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Direction {
    /// Callers above callees: where does it come from?
    #[default]
    TopDown,
    /// Callees above callers: who ends up here?
    BottomUp,
}

/// A row of [`CallTree`]; 0 is the root, which stands for everything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TreeNodeId(pub u32);

impl TreeNodeId {
    /// The root, which stands for everything.
    pub const ROOT: Self = Self(0);

    /// The row as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One context: a node as reached along one path.
#[derive(Clone, Debug)]
pub struct TreeNode {
    /// What is called; `None` for the root.
    pub node: Option<NodeId>,
    /// The context one step nearer to the root.
    pub parent: TreeNodeId,
    /// Contexts one step further, largest first.
    pub children: Vec<TreeNodeId>,
    /// Sum over the samples whose innermost frame is here. Bottom-up, where every sample begins at its innermost
    /// frame, that is nothing below the first level.
    pub flat: i64,
    /// Sum over the samples that pass here.
    pub cum: i64,
}

/// A tree of contexts.
#[derive(Clone, Debug)]
pub struct CallTree {
    nodes: Vec<TreeNode>,
}

impl CallTree {
    /// Adds up the samples of a scope. Samples with an empty stack count for the root alone.
    pub fn new(profile: &Profile, scope: &Scope, frames: &Frames, weights: Weights<'_>, direction: Direction) -> Self {
        let mut tree = Builder::default();
        let mut path: Vec<NodeId> = Vec::new();
        for span in scope.spans() {
            let (value, divisor) = weights.of(span.sample.index());
            if value == 0 && divisor == 0 {
                continue;
            }
            let stack = profile.stacks.get(profile.samples.stack[span.sample.index()]);
            path.clear();
            path.extend(
                stack
                    .part(span.from, span.to)
                    .iter()
                    .flat_map(|location| frames.of(location)),
            );
            let leaf_at = match direction {
                Direction::TopDown => {
                    path.reverse();
                    path.len()
                }
                Direction::BottomUp => 1,
            };
            tree.add(&path, leaf_at, value, divisor);
        }
        tree.finish(frames, profile)
    }

    /// A context.
    pub fn get(&self, id: TreeNodeId) -> &TreeNode {
        &self.nodes[id.index()]
    }

    /// How many contexts there are, the root included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True when no sample has a frame.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() <= 1
    }

    /// The way from below the root to a context.
    pub fn path(&self, id: TreeNodeId) -> Vec<TreeNodeId> {
        let mut path: Vec<_> = std::iter::successors(Some(id), |id| Some(self.get(*id).parent))
            .take_while(|id| *id != TreeNodeId::ROOT)
            .collect();
        path.reverse();
        path
    }
}

struct Builder {
    nodes: Vec<TreeNode>,
    divisors: Vec<(i64, i64)>,
    index: FxHashMap<(TreeNodeId, NodeId), TreeNodeId>,
}

impl Default for Builder {
    fn default() -> Self {
        let root = TreeNode {
            node: None,
            parent: TreeNodeId::ROOT,
            children: Vec::new(),
            flat: 0,
            cum: 0,
        };
        Self {
            nodes: vec![root],
            divisors: vec![(0, 0)],
            index: FxHashMap::default(),
        }
    }
}

impl Builder {
    /// Adds a sample along `path`; its own (flat) weight belongs to the `leaf_at`th step.
    fn add(&mut self, path: &[NodeId], leaf_at: usize, value: i64, divisor: i64) {
        let mut at = TreeNodeId::ROOT;
        self.count(at, path.is_empty(), value, divisor);
        for (step, &node) in path.iter().enumerate() {
            let next = TreeNodeId(self.nodes.len() as u32);
            let parent = at;
            at = *self.index.entry((parent, node)).or_insert(next);
            if at == next {
                self.nodes.push(TreeNode {
                    node: Some(node),
                    parent,
                    children: Vec::new(),
                    flat: 0,
                    cum: 0,
                });
                self.divisors.push((0, 0));
                self.nodes[parent.index()].children.push(at);
            }
            self.count(at, step + 1 == leaf_at, value, divisor);
        }
    }

    fn count(&mut self, at: TreeNodeId, is_leaf: bool, value: i64, divisor: i64) {
        let (node, divisors) = (&mut self.nodes[at.index()], &mut self.divisors[at.index()]);
        node.cum = node.cum.saturating_add(value);
        divisors.1 = divisors.1.saturating_add(divisor);
        if is_leaf {
            node.flat = node.flat.saturating_add(value);
            divisors.0 = divisors.0.saturating_add(divisor);
        }
    }

    fn finish(mut self, frames: &Frames, profile: &Profile) -> CallTree {
        for (node, (flat_divisor, cum_divisor)) in self.nodes.iter_mut().zip(self.divisors) {
            node.flat = mean(node.flat, flat_divisor);
            node.cum = mean(node.cum, cum_divisor);
        }
        for id in 0..self.nodes.len() {
            let mut children = std::mem::take(&mut self.nodes[id].children);
            let name = |id: TreeNodeId| self.nodes[id.index()].node.map(|node| frames.name(profile, node));
            children.sort_by(|&a, &b| {
                let size = |id: TreeNodeId| self.nodes[id.index()].cum.unsigned_abs();
                size(b).cmp(&size(a)).then_with(|| name(a).cmp(&name(b)))
            });
            self.nodes[id].children = children;
        }
        CallTree { nodes: self.nodes }
    }
}
