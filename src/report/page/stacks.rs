//! The call trees of several sample types as one, without what is too small to be seen.

use rustc_hash::FxHashMap;

use super::super::prepare::Report;
use crate::analyze::{CallTree, Direction, NodeId, TreeNodeId};
use crate::error::Result;

/// The smallest share of the whole, of any sample type, that a context is kept for.
const SMALLEST: f64 = 1e-4;
/// Contexts that are kept at most.
const MAX_CONTEXTS: usize = 20_000;

/// The trees, one over the other.
pub(super) struct Stacks {
    /// In an order in which every context comes behind its parent; the root is the first, and its own parent.
    contexts: Vec<(Option<NodeId>, usize)>,
    /// For each sample type and context: (cum, flat, weight). The weight is the sum of |flat| from there on.
    values: Vec<Vec<(i64, i64, u64)>>,
}

/// A context that is kept, or several that are not.
pub(super) struct Context {
    /// 0 is the root.
    pub(super) depth: u32,
    /// None for the root and for what is left out.
    pub(super) node: Option<NodeId>,
    /// How many contexts it stands for that are left out.
    pub(super) left_out: u32,
    /// (cum, flat) for each sample type.
    pub(super) values: Vec<(i64, i64)>,
}

impl Stacks {
    /// Adds up the samples of reports that differ in their sample type.
    pub(super) fn new(reports: &[Report]) -> Result<Self> {
        let mut stacks = Self {
            contexts: vec![(None, 0)],
            values: Vec::new(),
        };
        let mut known: FxHashMap<(usize, NodeId), usize> = FxHashMap::default();
        for report in reports {
            let mut values = vec![(0, 0, 0); stacks.contexts.len()];
            walk(report, |parent, node, cum, flat| {
                let place = match node {
                    None => 0,
                    Some(node) => *known.entry((parent, node)).or_insert_with(|| {
                        stacks.contexts.push((Some(node), parent));
                        stacks.contexts.len() - 1
                    }),
                };
                values.resize(stacks.contexts.len().max(values.len()), (0, 0, 0));
                values[place] = (cum, flat, flat.unsigned_abs());
                place
            })?;
            stacks.values.push(values);
        }
        for values in &mut stacks.values {
            values.resize(stacks.contexts.len(), (0, 0, 0));
            for at in (1..values.len()).rev() {
                let (weight, parent) = (values[at].2, stacks.contexts[at].1);
                values[parent].2 = values[parent].2.saturating_add(weight);
            }
        }
        Ok(stacks)
    }

    /// How large a context is in the sample type in which it is largest.
    fn share(&self, at: usize) -> f64 {
        let shares = self.values.iter().map(|values| match values[0].2 {
            0 => 0.0,
            all => values[at].2 as f64 / all as f64,
        });
        shares.fold(0.0, f64::max)
    }

    /// What is kept, in the order of a walk, largest first, what is left out of a context's children last.
    pub(super) fn contexts(&self) -> Vec<Context> {
        let shares: Vec<f64> = (0..self.contexts.len()).map(|at| self.share(at)).collect();
        let mut largest = shares.clone();
        largest.sort_by(|a, b| b.total_cmp(a));
        let least = largest.get(MAX_CONTEXTS).copied().unwrap_or(0.0).max(SMALLEST);
        let is_kept = |at: usize| at == 0 || shares[at] > least;
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.contexts.len()];
        // What of a context's children is left out: which, and how many contexts that is.
        let mut left_out: FxHashMap<usize, (Vec<usize>, u32)> = FxHashMap::default();
        let mut sizes = vec![1_u32; self.contexts.len()];
        for at in (1..self.contexts.len()).rev() {
            let parent = self.contexts[at].1;
            sizes[parent] = sizes[parent].saturating_add(sizes[at]);
            if is_kept(at) {
                children[parent].push(at);
            } else if is_kept(parent) {
                let small = left_out.entry(parent).or_default();
                small.0.push(at);
                small.1 = small.1.saturating_add(sizes[at]);
            }
        }
        for below in &mut children {
            below.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]).then_with(|| a.cmp(&b)));
        }
        let mut contexts = Vec::new();
        let mut todo = vec![(0, 0, Part::Context)];
        while let Some((at, depth, part)) = todo.pop() {
            let small = left_out.get(&at);
            contexts.push(match (part, small) {
                (Part::Rest, Some((small, count))) => self.rest(small, depth, *count),
                _ => Context {
                    depth,
                    node: self.contexts[at].0,
                    left_out: 0,
                    values: self.values.iter().map(|values| (values[at].0, values[at].1)).collect(),
                },
            });
            if part == Part::Context {
                todo.extend(small.map(|_| (at, depth + 1, Part::Rest)));
                todo.extend(
                    children[at]
                        .iter()
                        .rev()
                        .map(|&child| (child, depth + 1, Part::Context)),
                );
            }
        }
        contexts
    }

    /// Contexts that are left out, as one. Of them nothing is told but how wide they are.
    fn rest(&self, small: &[usize], depth: u32, left_out: u32) -> Context {
        let sums = self.values.iter().map(|values| {
            let add = |(cum, width): (i64, i64), &at: &usize| {
                let weight = i64::try_from(values[at].2).unwrap_or(i64::MAX);
                (cum.saturating_add(values[at].0), width.saturating_add(weight))
            };
            small.iter().fold((0, 0), add)
        });
        Context {
            depth,
            node: None,
            left_out,
            values: sums.collect(),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// A context itself.
    Context,
    /// What is left out below it.
    Rest,
}

/// Calls `visit` for each context of a report's tree with what it returned for the parent, the node (none for the
/// root), cum and flat.
fn walk(report: &Report, mut visit: impl FnMut(usize, Option<NodeId>, i64, i64) -> usize) -> Result<()> {
    let tree = CallTree::new(report.basis(), Direction::TopDown, &())?;
    let mut todo = vec![(TreeNodeId::ROOT, 0)];
    while let Some((id, parent)) = todo.pop() {
        let context = tree.get(id);
        let place = visit(parent, context.node, context.cum, context.flat);
        todo.extend(tree.children(id).map(|child| (child, place)));
    }
    Ok(())
}
