//! The call trees of several sample types as one, without what is too small to be seen.

use std::cmp::{Ordering, Reverse};
use std::convert::Infallible;

use rustc_hash::FxHashMap;

use super::super::aggregate::Report;
use crate::analyze::{ChainId, Direction, Drawn, NodeId, StackTree};
use crate::model::SampleTypeId;

/// The smallest share of the whole, of any sample type, that a context is kept for.
const SMALLEST: f64 = 1e-4;
/// Contexts that are kept of a profile at most.
pub(super) const MAX_CONTEXTS: usize = 20_000;

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

/// What is kept of the trees of some sample types, `most` contexts or [`MAX_CONTEXTS`], in the order of a walk, largest
/// first, what is left out of a context's children last.
pub(super) fn contexts(report: &Report, types: &[SampleTypeId], most: usize) -> Vec<Context> {
    let bases: Vec<_> = types.iter().map(|&id| report.basis_of(id)).collect();
    let Ok(tree) = StackTree::new(&bases, Direction::TopDown, || Ok::<(), Infallible>(()));
    let mut shares = vec![0.0; tree.chains().len()];
    for basis in &bases {
        let sums = tree.sums(basis, Drawn::AsShown);
        let all = sums.weight(ChainId::ROOT);
        for chain in tree.chains().filter(|_| all > 0) {
            let share = sums.weight(chain) as f64 / all as f64;
            shares[chain.index()] = share.max(shares[chain.index()]);
        }
    }
    let mut kept = Kept::new(&tree, &shares, most.min(MAX_CONTEXTS));
    for basis in &bases {
        let sums = tree.sums(basis, Drawn::AsShown);
        for one in &mut kept.chains {
            let chain = one.chain;
            one.values.push((sums.cum(chain), sums.flat(chain)));
            one.weights.push(sums.weight(chain));
            // Of them nothing is told but how wide they are.
            let rest = one.small.iter().fold((0i64, 0i64), |(cum, width), &small| {
                let weight = i64::try_from(sums.weight(small)).unwrap_or(i64::MAX);
                (cum.saturating_add(sums.cum(small)), width.saturating_add(weight))
            });
            one.rest.push(rest);
        }
    }
    kept.walk(&tree, &shares, |node| report.name(node))
}

/// The chains that are kept, the root first, each with what is below it.
struct Kept {
    chains: Vec<KeptChain>,
}

struct KeptChain {
    chain: ChainId,
    /// Places of its children that are kept.
    children: Vec<usize>,
    /// Its children that are not.
    small: Vec<ChainId>,
    /// How many contexts that leaves out.
    left_out: u32,
    /// For each sample type: (cum, flat) of its last context, its weight, and both sums over what is left out.
    values: Vec<(i64, i64)>,
    weights: Vec<u64>,
    rest: Vec<(i64, i64)>,
}

impl Kept {
    /// Keeps the chains whose share, in the sample type in which it is largest, reaches the limits.
    fn new(tree: &StackTree, shares: &[f64], most: usize) -> Self {
        let least = least(tree, shares, most);
        let is_kept = |chain: ChainId| chain == ChainId::ROOT || shares[chain.index()] > least;
        let kept = tree.chains().filter(|&chain| is_kept(chain));
        let mut chains: Vec<KeptChain> = kept
            .map(|chain| KeptChain {
                chain,
                children: Vec::new(),
                small: Vec::new(),
                left_out: 0,
                values: Vec::new(),
                weights: Vec::new(),
                rest: Vec::new(),
            })
            .collect();
        let places: FxHashMap<ChainId, usize> = chains.iter().enumerate().map(|(at, one)| (one.chain, at)).collect();
        for chain in tree.chains().skip(1) {
            // What is kept is below what is kept: nothing is larger than what it is part of.
            let Some(&above) = places.get(&tree.above(chain)) else {
                continue;
            };
            match places.get(&chain) {
                Some(&place) => chains[above].children.push(place),
                None => {
                    let parent = &mut chains[above];
                    parent.small.push(chain);
                    parent.left_out = parent.left_out.saturating_add(tree.size(chain));
                }
            }
        }
        Self { chains }
    }

    /// Everything in order.
    fn walk(&self, tree: &StackTree, shares: &[f64], name: impl Fn(NodeId) -> String) -> Vec<Context> {
        let mut contexts = Vec::new();
        let mut todo = vec![(0, 0, Part::Chain)];
        while let Some((at, mut depth, part)) = todo.pop() {
            let one = &self.chains[at];
            if part == Part::Rest {
                contexts.push(Context {
                    depth,
                    node: None,
                    left_out: one.left_out,
                    values: one.rest.clone(),
                });
                continue;
            }
            let nodes: Vec<Option<NodeId>> = match one.chain {
                ChainId::ROOT => vec![None],
                chain => tree.nodes(chain).map(Some).collect(),
            };
            let last = nodes.len() - 1;
            for (link, node) in nodes.into_iter().enumerate() {
                let ends = |&(cum, flat): &(i64, i64)| (cum, if link == last { flat } else { 0 });
                contexts.push(Context {
                    depth,
                    node,
                    left_out: 0,
                    values: one.values.iter().map(ends).collect(),
                });
                depth += 1;
            }
            if !one.small.is_empty() {
                todo.push((at, depth, Part::Rest));
            }
            let mut children = one.children.clone();
            let share = |at: usize| shares[self.chains[at].chain.index()];
            children.sort_by(|&a, &b| {
                let tied = || self.tied(tree, a, b, &name);
                share(b).total_cmp(&share(a)).then_with(tied)
            });
            todo.extend(children.into_iter().rev().map(|child| (child, depth, Part::Chain)));
        }
        contexts
    }

    /// The order of two children whose shares are the same.
    fn tied(&self, tree: &StackTree, a: usize, b: usize, name: impl Fn(NodeId) -> String) -> Ordering {
        // The first sample type in which there is anything, and how much.
        let first = |at: usize| {
            let mut weights = self.chains[at].weights.iter().enumerate();
            weights.find(|(_, weight)| **weight > 0)
        };
        let named = |at: usize| {
            let node = tree.nodes(self.chains[at].chain).next();
            (node.map(&name), node)
        };
        first(a)
            .cmp(&first(b))
            .then_with(|| Reverse(named(a)).cmp(&Reverse(named(b))))
    }
}

/// The share that is too small, so that not too many contexts are kept.
fn least(tree: &StackTree, shares: &[f64], most: usize) -> f64 {
    let large = tree.chains().filter(|chain| shares[chain.index()] > SMALLEST);
    let mut largest: Vec<(f64, usize)> = large
        .map(|chain| (shares[chain.index()], tree.nodes(chain).len().max(1)))
        .collect();
    largest.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut count = 0;
    let crowded = largest.iter().find(|(_, contexts)| {
        count += contexts;
        count > most
    });
    crowded.map_or(SMALLEST, |(share, _)| *share)
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// A chain itself.
    Chain,
    /// What is left out below it.
    Rest,
}
