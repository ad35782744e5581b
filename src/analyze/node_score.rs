//! What a drawing shows of a graph: the informative nodes, and no redundant edges.

use std::collections::VecDeque;
use std::f64::consts::LN_2;

use super::frames::NodeId;
use super::graph::{Edge, EdgeId, Graph, by_size};
use super::tags::NodeTags;

/// How many tags a node shows at most.
pub const MAX_TAGS: usize = 4;

/// How informative a node is. One that only passes on what it gets from one caller to one callee is not; a node's weight
/// counts for more, the more evenly it is spread over callers and callees. Source: pprof's `entropyScore`.
pub(super) fn score(graph: &Graph, node: NodeId) -> i64 {
    let sums = graph.node(node);
    let callers = entropy(graph.callers(node), 0);
    let callees = entropy(graph.callees(node), sums.flat);
    // An end of a stack counts as one bit.
    let bits = callers.unwrap_or(1.0) + callees.unwrap_or(1.0);
    truncated(bits * sums.cum as f64).wrapping_add(sums.flat)
}

/// The entropy, in bits, of a node's weight over its edges and itself; `None` if there are no edges.
fn entropy<'g>(mut edges: impl Iterator<Item = &'g Edge> + Clone, own: i64) -> Option<f64> {
    let all = edges.clone();
    edges.next()?;
    let weights = all.clone().map(|edge| edge.weight);
    let total = weights.filter(|&weight| weight > 0).fold(own, i64::saturating_add);
    if total == 0 {
        return Some(0.0);
    }
    let part = |weight: i64| {
        let share = weight.unsigned_abs() as f64 / total as f64;
        -share * log2(share)
    };
    let of_edges = all.fold(0.0, |sum, edge| sum + part(edge.weight));
    Some(if own > 0 { of_edges + part(own) } else { of_edges })
}

/// Rounds like Go's `math.Log2`, because scores are compared.
fn log2(value: f64) -> f64 {
    if !value.is_normal() || value < 0.0 {
        return value.log2();
    }
    const EXPONENT: u64 = 0x7ff << 52;
    const OF_A_HALF: u64 = 1022 << 52;
    let bits = value.to_bits();
    let exponent = ((bits & EXPONENT) >> 52) as f64 - 1022.0;
    let fraction = f64::from_bits(bits & !EXPONENT | OF_A_HALF);
    if fraction == 0.5 {
        exponent - 1.0
    } else {
        fraction.ln() * (1.0 / LN_2) + exponent
    }
}

/// Converts to an integer like Go on amd64: what does not fit, or is NaN (an edge of weight 0), becomes the minimum.
fn truncated(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// How many of the listed nodes fit into `room`, in which tags take space, too.
pub(super) fn fitting(graph: &Graph, tags: &NodeTags, room: usize) -> usize {
    let mut taken = 0usize;
    let full = graph.listed.iter().position(|&node| {
        taken += 1 + tags.count(node).min(MAX_TAGS);
        taken >= room
    });
    full.map_or(room, |at| at + 1).min(graph.listed.len())
}

/// Drops residual edges between nodes that are also connected otherwise. At each node the smallest go first, and
/// none that is larger than an edge that stays. Source: pprof's `RemoveRedundantEdges`.
pub(super) fn drop_redundant<'n>(graph: &mut Graph, names: &impl Fn(NodeId) -> &'n str) {
    let mut search = Search {
        seen: vec![0; graph.nodes.len()],
        round: 0,
        queue: VecDeque::new(),
    };
    for at in (0..graph.listed.len()).rev() {
        let node = graph.listed[at];
        let edge = |id: EdgeId| &graph.edges[id.0 as usize];
        let into = graph.callers[node.index()].iter().copied();
        let mut into: Vec<EdgeId> = into.filter(|&id| edge(id).kept).collect();
        into.sort_by(|&a, &b| by_size(edge(a), edge(b), names));
        for id in into.into_iter().rev() {
            if !graph.edges[id.0 as usize].residual {
                break;
            }
            if search.is_redundant(graph, id) {
                graph.edges[id.0 as usize].kept = false;
            }
        }
    }
}

struct Search {
    seen: Vec<u32>,
    round: u32,
    queue: VecDeque<NodeId>,
}

impl Search {
    /// Whether an edge's caller still reaches its callee without the edge.
    fn is_redundant(&mut self, graph: &Graph, id: EdgeId) -> bool {
        let edge = graph.edges[id.0 as usize];
        self.round += 1;
        self.queue.clear();
        self.queue.push_back(edge.to);
        self.seen[edge.to.index()] = self.round;
        while let Some(node) = self.queue.pop_front() {
            for &other in &graph.callers[node.index()] {
                let Edge { from, kept, .. } = graph.edges[other.0 as usize];
                if !kept || other == id || self.seen[from.index()] == self.round {
                    continue;
                }
                if from == edge.from {
                    return true;
                }
                self.seen[from.index()] = self.round;
                self.queue.push_back(from);
            }
        }
        false
    }
}
