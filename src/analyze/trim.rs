//! What pprof trims from a graph, and the order in which it lists the rest.

use super::calls::CallScope;
use super::contexts::Paths;
use super::frames::{Names, NodeId};
use super::graph::{Basis, Graph};
use super::tags::NodeTags;
use super::{go_sort, node_score};

/// The sort order of nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// |flat|, then name, then |cum|.
    #[default]
    Flat,
    /// |cum|, then name, then |flat|.
    Cum,
}

/// The limits on nodes and edges.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct TrimLimits {
    /// List at most this many nodes; 0 for all.
    pub node_count: usize,
    /// Drop nodes whose |cum| is below this share of the flat sum.
    pub node_fraction: f64,
    /// Drop edges whose |weight| is below this share of the flat sum.
    pub edge_fraction: f64,
    /// Drop nodes with a negative flat (or, if that is 0, cum).
    pub drop_negative: bool,
}

/// How a graph is sorted and trimmed.
#[derive(Clone, Copy, Debug)]
pub struct TrimPlan<'u> {
    /// What to trim.
    pub limits: TrimLimits,
    /// The purpose.
    pub usage: GraphUse<'u>,
    /// Which calls are merged.
    pub calls: CallIdentity,
}

/// The purpose of a trimmed graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphUse<'u> {
    /// A table of nodes: of calls it only needs whether they are inlined.
    Table(Sort),
    /// A list of nodes with their calls.
    List(Sort),
    /// A drawing: the most informative nodes come first; it has tags, whose numbers print in this unit.
    Drawing(&'u str),
}

/// Which calls are merged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CallIdentity {
    /// All calls from one node to another.
    #[default]
    Merged,
    /// Only those reached along the same path.
    ByContext,
}

/// A trimmed graph, in order, and how much was trimmed.
#[derive(Clone, Debug, Default)]
pub struct Trimmed {
    /// The remaining graph.
    pub graph: Graph,
    /// The tags of the listed nodes, in a drawing.
    pub tags: NodeTags,
    /// The number of nodes after small ones were dropped and before the count limit.
    pub candidates: usize,
    /// The number of nodes that were too small.
    pub dropped_nodes: usize,
    /// The number of edges between remaining nodes that were too small.
    pub dropped_edges: usize,
}

impl Trimmed {
    /// Builds the graph in stages. After each that drops nodes, calls are added up from the samples again, so that what
    /// went through a dropped node shows as a residual edge. (By context, sums stay as they are.)
    ///
    /// 1. Sum up the nodes, and drop negative ones if asked to.
    /// 2. Drop nodes below their share of the flat sum.
    /// 3. Sort the rest for the purpose.
    /// 4. Keep the first `node_count`, in a drawing as many as fit with their tags; sort again.
    /// 5. Sum up the calls, and drop those below their share.
    /// 6. For a drawing, collect tags and drop edges that other paths make redundant.
    pub fn new(basis: Basis<'_>, plan: TrimPlan<'_>) -> Self {
        let limits = plan.limits;
        // 1. Sums.
        let mut draft = Draft::new(basis, plan);
        let flat = draft.graph.listed.iter().map(|node| draft.graph.node(*node).flat);
        let total = flat.fold(0, i64::saturating_add);
        let cutoff = |fraction: f64| ((total as f64 * fraction) as i64).unsigned_abs();
        let (node_cutoff, edge_cutoff) = (cutoff(limits.node_fraction), cutoff(limits.edge_fraction));

        // 2. Small nodes.
        let mut dropped_nodes = 0;
        if node_cutoff > 0 {
            let graph = &draft.graph;
            let large = |node: &&NodeId| graph.node(**node).cum.unsigned_abs() >= node_cutoff;
            let kept: Vec<NodeId> = graph.listed.iter().filter(large).copied().collect();
            dropped_nodes = graph.listed.len() - kept.len();
            if dropped_nodes > 0 {
                draft.keep(kept);
            }
        }
        // 3. Order: in a drawing it depends on calls.
        if let GraphUse::Drawing(_) = plan.usage {
            draft.connect();
        }
        let candidates = draft.graph.listed.len();
        if let Some(paths) = &draft.paths {
            paths.by_family(&mut draft.graph.listed);
        }
        draft.order();
        // 4. The first ones.
        let mut tags = None;
        if limits.node_count > 0 {
            // Small edges go before nodes are chosen; the edges counted again afterwards are those of the chosen nodes.
            drop_edges(&mut draft.graph, edge_cutoff);
            let chosen = match plan.usage {
                GraphUse::Table(_) | GraphUse::List(_) => limits.node_count.min(candidates),
                GraphUse::Drawing(_) => {
                    let tags = tags.insert(draft.tags(limits.node_count, node_cutoff));
                    node_score::fitting(&draft.graph, tags, limits.node_count)
                }
            };
            if chosen < candidates {
                let kept = draft.graph.listed[..chosen].to_vec();
                draft.keep(kept);
                draft.order();
            }
        }
        // 5. Calls.
        draft.connect();
        let dropped_edges = drop_edges(&mut draft.graph, edge_cutoff);
        // 6. Tags: those of a node do not depend on which others are kept. Then redundant edges.
        let tags = tags.unwrap_or_else(|| draft.tags(usize::MAX, node_cutoff));
        if let (GraphUse::Drawing(_), CallIdentity::Merged) = (plan.usage, plan.calls) {
            let graph = &draft.graph;
            let ends = graph.edges.iter().flat_map(|edge| [edge.from, edge.to]);
            let names = basis.frames.names(basis.profile, ends);
            node_score::drop_redundant(&mut draft.graph, &|node| names.get(node));
        }
        Self {
            graph: draft.graph,
            tags,
            candidates,
            dropped_nodes,
            dropped_edges,
        }
    }
}

/// A graph in progress.
struct Draft<'p> {
    basis: Basis<'p>,
    plan: TrimPlan<'p>,
    graph: Graph,
    paths: Option<Paths>,
    kept: Option<Vec<bool>>,
    /// Whether calls have been added up. Which nodes are too small depends on nodes alone, so calls follow later: in
    /// a drawing, whose order depends on them, right after that; otherwise once it is known whose calls are shown.
    has_calls: bool,
}

impl<'p> Draft<'p> {
    fn new(basis: Basis<'p>, plan: TrimPlan<'p>) -> Self {
        let (graph, paths) = match plan.calls {
            CallIdentity::Merged => (Graph::sums(basis), None),
            CallIdentity::ByContext => {
                let (graph, paths) = Graph::by_context(basis);
                (graph, Some(paths))
            }
        };
        let mut draft = Self {
            basis,
            plan,
            graph,
            paths,
            kept: None,
            has_calls: plan.calls == CallIdentity::ByContext,
        };
        draft.drop_negative();
        draft
    }

    /// Adds up the calls of the kept nodes, if not done yet. Keeps the order.
    fn connect(&mut self) {
        if !self.has_calls {
            let listed = std::mem::take(&mut self.graph.listed);
            let into = match self.plan.usage {
                GraphUse::Table(_) => CallScope::Inlined,
                GraphUse::List(_) | GraphUse::Drawing(_) => CallScope::All,
            };
            self.graph.connect(self.basis, self.kept.as_deref(), into);
            self.graph.listed = listed;
            self.has_calls = true;
        }
    }

    fn drop_negative(&mut self) {
        if !self.plan.limits.drop_negative {
            return;
        }
        let Graph { listed, nodes, .. } = &mut self.graph;
        listed.retain(|node| {
            let sums = nodes[node.index()];
            sums.flat > 0 || (sums.flat == 0 && sums.cum >= 0)
        });
    }

    /// Drops all other nodes.
    fn keep(&mut self, nodes: Vec<NodeId>) {
        let mut kept = vec![false; self.graph.nodes.len()];
        for node in &nodes {
            kept[node.index()] = true;
        }
        match self.plan.calls {
            CallIdentity::ByContext => self.graph.keep_contexts(&kept),
            CallIdentity::Merged if self.has_calls => {
                self.graph.connect(self.basis, Some(&kept), CallScope::All);
                self.kept = Some(kept);
                self.drop_negative();
            }
            CallIdentity::Merged => {
                self.graph.listed = nodes;
                self.kept = Some(kept);
            }
        }
    }

    /// Sorts the listed nodes: largest first, then by name, then by the other value.
    fn order(&mut self) {
        let graph = &self.graph;
        let frames = graph.listed.iter().map(|&node| graph.frame(node));
        let names: Names = self.basis.frames.names(self.basis.profile, frames);
        let mut rows: Vec<Place> = Vec::with_capacity(graph.listed.len());
        for &node in &graph.listed {
            let sums = graph.node(node);
            let (size, other) = match self.plan.usage {
                GraphUse::Table(Sort::Flat) | GraphUse::List(Sort::Flat) => (sums.flat, sums.cum),
                GraphUse::Table(Sort::Cum) | GraphUse::List(Sort::Cum) => (sums.cum, sums.flat),
                GraphUse::Drawing(_) => (node_score::score(graph, node), sums.flat),
            };
            rows.push(Place {
                node,
                size: size.wrapping_abs(),
                name: names.get(graph.frame(node)),
                other: other.unsigned_abs(),
            });
        }
        go_sort::sort(&mut rows, |a, b| (b.size, a.name, b.other) < (a.size, b.name, a.other));
        self.graph.listed = rows.into_iter().map(|row| row.node).collect();
    }

    /// The tags of the first `count` listed nodes, without small ones; for a drawing.
    fn tags(&self, count: usize, cutoff: u64) -> NodeTags {
        let GraphUse::Drawing(unit) = self.plan.usage else {
            return NodeTags::default();
        };
        let nodes = &self.graph.listed[..count.min(self.graph.listed.len())];
        let (paths, kept) = (self.paths.as_ref(), self.kept.as_deref());
        let mut tags = NodeTags::new(self.basis, paths, kept, nodes, &self.graph, unit);
        tags.drop_small(cutoff);
        tags
    }
}

struct Place<'n> {
    node: NodeId,
    /// The absolute value; that of `i64::MIN` is itself, as in Go, and sorts last.
    size: i64,
    name: &'n str,
    other: u64,
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
        .filter(|edge| edge.kept && listed[edge.to.index()] && edge.weight.unsigned_abs() < cutoff);
    small.map(|edge| edge.kept = false).count()
}
