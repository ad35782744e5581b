//! What pprof leaves out of a graph, and in which order it lists the rest.

use super::filter::Scope;
use super::frames::{Frames, NodeId};
use super::graph::{Graph, Weights};
use crate::model::Profile;

/// By what nodes are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// |flat|, then name, then |cum|.
    #[default]
    Flat,
    /// |cum|, then name, then |flat|.
    Cum,
}

/// How much is left out.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Limits {
    /// List at most so many nodes; 0 for all.
    pub node_count: usize,
    /// Drop nodes whose |cum| is below this share of the flat sum.
    pub node_fraction: f64,
    /// Drop edges whose |weight| is below this share of the flat sum.
    pub edge_fraction: f64,
    /// Drop nodes with a negative flat (or, if that is 0, cum).
    pub drop_negative: bool,
}

/// A trimmed graph, in order, and what was left out.
#[derive(Clone, Debug, Default)]
pub struct Trimmed {
    /// What is left.
    pub graph: Graph,
    /// How many nodes there were before the count limit, after small ones were dropped.
    pub candidates: usize,
    /// How many nodes were too small.
    pub dropped_nodes: usize,
    /// How many edges were too small, in the end.
    pub dropped_edges: usize,
}

impl Trimmed {
    /// Builds the graph, drops what is small, keeps the first `node_count`, in the order of `sort`.
    /// After each step sums are taken from the samples again: what went through a dropped node shows as a residual edge.
    pub fn new(
        profile: &Profile,
        scope: &Scope,
        frames: &Frames,
        weights: Weights<'_>,
        limits: Limits,
        sort: Sort,
    ) -> Self {
        let build = |kept: Option<&[bool]>| {
            let mut graph = Graph::new(profile, scope, frames, weights, kept);
            if limits.drop_negative {
                let Graph { listed, nodes, .. } = &mut graph;
                listed.retain(|node| {
                    let sums = nodes[node.index()];
                    sums.flat > 0 || (sums.flat == 0 && sums.cum >= 0)
                });
            }
            graph
        };
        let names = |node| frames.name(profile, node);
        let mut graph = build(None);
        let total = graph
            .listed
            .iter()
            .map(|node| graph.node(*node).flat)
            .fold(0, i64::saturating_add);
        let cutoff = |fraction: f64| ((total as f64 * fraction) as i64).unsigned_abs();
        let (node_cutoff, edge_cutoff) = (cutoff(limits.node_fraction), cutoff(limits.edge_fraction));

        let mut dropped_nodes = 0;
        if node_cutoff > 0 {
            let large = |node: &&NodeId| graph.node(**node).cum.unsigned_abs() >= node_cutoff;
            let kept: Vec<NodeId> = graph.listed.iter().filter(large).copied().collect();
            dropped_nodes = graph.listed.len() - kept.len();
            if dropped_nodes > 0 {
                graph = build(Some(&set(frames, &kept)));
            }
        }
        let candidates = graph.listed.len();
        order(&mut graph, sort, &names);
        if limits.node_count > 0 && limits.node_count < candidates {
            let kept = graph.listed[..limits.node_count].to_vec();
            graph = build(Some(&set(frames, &kept)));
            order(&mut graph, sort, &names);
        }
        let dropped_edges = drop_edges(&mut graph, edge_cutoff);
        Self {
            graph,
            candidates,
            dropped_nodes,
            dropped_edges,
        }
    }
}

fn set(frames: &Frames, kept: &[NodeId]) -> Vec<bool> {
    let mut set = vec![false; frames.len()];
    for node in kept {
        set[node.index()] = true;
    }
    set
}

/// Drops edges below the cutoff that lead to a listed node; returns how many.
fn drop_edges(graph: &mut Graph, cutoff: u64) -> usize {
    let mut listed = vec![false; graph.nodes.len()];
    for node in &graph.listed {
        listed[node.index()] = true;
    }
    let small = graph
        .edges
        .iter_mut()
        .filter(|edge| listed[edge.to.index()] && edge.weight.unsigned_abs() < cutoff);
    small.map(|edge| edge.kept = false).count()
}

fn order(graph: &mut Graph, sort: Sort, names: &impl Fn(NodeId) -> String) {
    let mut rows: Vec<(NodeId, String)> = graph.listed.iter().map(|&node| (node, names(node))).collect();
    rows.sort_by(|(a, a_name), (b, b_name)| {
        let (left, right) = (graph.node(*a), graph.node(*b));
        let flat = || right.flat.unsigned_abs().cmp(&left.flat.unsigned_abs());
        let cum = || right.cum.unsigned_abs().cmp(&left.cum.unsigned_abs());
        let name = || a_name.cmp(b_name);
        match sort {
            Sort::Flat => flat().then_with(name).then_with(cum),
            Sort::Cum => cum().then_with(name).then_with(flat),
        }
    });
    graph.listed = rows.into_iter().map(|(node, _)| node).collect();
}
