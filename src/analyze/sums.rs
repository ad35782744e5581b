//! The pass over all samples that adds up nodes. Parts of many samples are added up concurrently.

use std::num::NonZero;
use std::thread;

use super::filter::Span;
use super::frames::{Frames, NodeId};
use super::graph::{Basis, Node};
use crate::model::Stack;

/// The sums of each node.
pub(super) fn nodes(basis: Basis<'_>) -> Vec<Node> {
    let frames = basis.frames;
    // A second node past the last if there is none.
    let pair = |location| match frames.of(location) {
        [only] => [only.0, frames.len() as u32],
        [inlined, outer] => [inlined.0, outer.0],
        _ => [MORE, MORE],
    };
    let pairs: Vec<[u32; 2]> = frames.locations().map(pair).collect();
    let mut parts = in_parts(basis.scope.spans(), |spans| match basis.weights.divisors {
        None => sums_of(basis, spans, &pairs),
        Some(_) => means_of(basis, spans),
    })
    .into_iter();
    let mut nodes = parts.next().unwrap_or_default();
    for part in parts {
        nodes.iter_mut().zip(&part).for_each(|(node, other)| node.add(other));
    }
    nodes
}

/// The number of samples from which threads are worth it.
const WORTH_THREADS: usize = 1 << 15;

/// Calls `work` for parts of the samples, concurrently if there are many.
pub(super) fn in_parts<T: Send>(spans: &[Span], work: impl Fn(&[Span]) -> T + Sync) -> Vec<T> {
    let threads = if spans.len() < WORTH_THREADS {
        1
    } else {
        thread::available_parallelism().map_or(1, NonZero::get).min(8)
    };
    if threads == 1 {
        return vec![work(spans)];
    }
    let size = spans.len().div_ceil(threads);
    thread::scope(|scope| {
        let parts: Vec<_> = spans.chunks(size).map(|part| scope.spawn(|| work(part))).collect();
        let join = |part: thread::ScopedJoinHandle<'_, T>| {
            part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        parts.into_iter().map(join).collect()
    })
}

/// Stands for a location with more than two nodes, or none.
const MORE: u32 = u32::MAX;

/// Adds up sample after sample, each node once. Whether a node was seen before is unpredictable in recursive programs,
/// so the loop is branch-free: a node is always written, and overwritten by the next one if it was seen.
fn sums_of(basis: Basis<'_>, spans: &[Span], pairs: &[[u32; 2]]) -> Vec<Node> {
    let frames = basis.frames;
    let (mut flats, mut cums) = (vec![0i64; frames.len() + 1], vec![0i64; frames.len() + 1]);
    // For each node the number of the sample in which it was last seen.
    let mut last_seen = vec![0u32; frames.len() + 1];
    // The most there can be, plus one that is overwritten.
    let mut distinct = vec![0u32; frames.len() + 2];
    for (stamp, span) in (1u32..).zip(spans) {
        let value = basis.weights.values[span.sample.index()];
        if value == 0 {
            continue;
        }
        let stack = basis.stack(span);
        let mut length = 0;
        let mut add = |node: u32| {
            let seen = &mut last_seen[node as usize];
            distinct[length] = node;
            length += usize::from(*seen != stamp);
            *seen = stamp;
        };
        for location in &stack {
            let [first, second] = pairs[location.index()];
            if first == MORE {
                frames.of(location).iter().for_each(|node| add(node.0));
                continue;
            }
            add(first);
            add(second);
        }
        for &node in &distinct[..length] {
            let cum = &mut cums[node as usize];
            *cum = cum.saturating_add(value);
        }
        if let Some(leaf) = leaf(frames, stack) {
            flats[leaf.index()] = flats[leaf.index()].saturating_add(value);
        }
    }
    let nodes = flats.into_iter().zip(cums).take(frames.len());
    nodes
        .map(|(flat, cum)| Node {
            flat,
            cum,
            ..Node::default()
        })
        .collect()
}

/// Adds up values and divisors, for means.
fn means_of(basis: Basis<'_>, spans: &[Span]) -> Vec<Node> {
    let frames = basis.frames;
    let mut nodes = vec![(Node::default(), 0u32); frames.len()];
    for (stamp, span) in (1u32..).zip(spans) {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let seen = basis.stack(span);
        for node in seen.iter().flat_map(|location| frames.of(location)) {
            let (sums, counted) = &mut nodes[node.index()];
            if *counted != stamp {
                *counted = stamp;
                sums.add_cum(value, divisor);
            }
        }
        if let Some(leaf) = leaf(frames, seen) {
            nodes[leaf.index()].0.add_flat(value, divisor);
        }
    }
    nodes.into_iter().map(|(node, _)| node).collect()
}

/// The flat sums of nodes, in a pass that looks at one frame of each stack.
pub fn own_sums(basis: Basis<'_>) -> Vec<Node> {
    let mut nodes = vec![Node::default(); basis.frames.len()];
    for span in basis.scope.spans() {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if let Some(leaf) = leaf(basis.frames, basis.stack(span)) {
            nodes[leaf.index()].add_flat(value, divisor);
        }
    }
    nodes
}

/// The innermost node of a stack.
pub(super) fn leaf(frames: &Frames, stack: Stack<'_>) -> Option<NodeId> {
    stack.iter().find_map(|location| frames.of(location).first()).copied()
}

/// For each node up to two groups that it is part of; [`NO_GROUP`] if fewer.
pub type Groups = Vec<[u32; 2]>;

/// Stands for no group.
pub const NO_GROUP: u32 = u32::MAX;

/// The sums of groups of nodes; a sample counts once per group, however many of its nodes it has.
pub fn group_sums(basis: Basis<'_>, groups: &Groups, count: usize) -> Vec<Node> {
    let frames = basis.frames;
    let has_group = |location| {
        frames
            .of(location)
            .iter()
            .any(|node| groups[node.index()] != [NO_GROUP; 2])
    };
    let grouped: Vec<bool> = frames.locations().map(has_group).collect();
    let mut sums = vec![(Node::default(), 0u32); count];
    for (stamp, span) in (1u32..).zip(basis.scope.spans()) {
        let (value, divisor) = basis.weights.of(span.sample.index());
        if value == 0 && divisor == 0 {
            continue;
        }
        let stack = basis.stack(span);
        let locations = stack.iter().filter(|location| grouped[location.index()]);
        for group in locations
            .flat_map(|location| frames.of(location))
            .flat_map(|node| groups[node.index()])
        {
            let Some((sum, counted)) = sums.get_mut(group as usize) else {
                continue;
            };
            if *counted != stamp {
                *counted = stamp;
                sum.add_cum(value, divisor);
            }
        }
        for group in leaf(frames, stack).into_iter().flat_map(|node| groups[node.index()]) {
            if let Some((sum, _)) = sums.get_mut(group as usize) {
                sum.add_flat(value, divisor);
            }
        }
    }
    sums.into_iter().map(|(sum, _)| sum).collect()
}
