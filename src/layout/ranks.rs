//! Assigns boxes to ranks.

use super::parts::{Link, Part};
use super::simplex::{Arc, Idle, solve};

/// The rank of each box of a component, from 0. A link spans at least `step` ranks for each rank of its span.
pub(super) fn assign(part: &Part, step: i64, budget: u64) -> Vec<usize> {
    let count = part.boxes.len();
    let mut below = vec![Vec::new(); count];
    let mut waiting = vec![0; count];
    for link in &part.links {
        below[link.upper].push(link);
        waiting[link.lower] += 1;
    }
    let mut ranks = vec![0i64; count];
    let mut ready: Vec<usize> = (0..count).filter(|&node| waiting[node] == 0).collect();
    let length = |link: &Link| step * i64::from(link.span);
    let mut next = 0;
    while let Some(&node) = ready.get(next) {
        next += 1;
        for link in &below[node] {
            ranks[link.lower] = ranks[link.lower].max(ranks[node] + length(link));
            waiting[link.lower] -= 1;
            if waiting[link.lower] == 0 {
                ready.push(link.lower);
            }
        }
    }
    let arc = |link: &Link| Arc {
        tail: link.upper,
        head: link.lower,
        length: length(link),
        weight: link.weight,
    };
    let arcs: Vec<Arc> = part.links.iter().map(arc).collect();
    solve(&arcs, &mut ranks, Idle::AtAnEnd, budget);
    let top = ranks.iter().copied().min().unwrap_or(0);
    ranks.iter().map(|rank| (rank - top) as usize).collect()
}
