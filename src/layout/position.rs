//! The x of each item: network simplex over the items, plus a node for each piece of a line, left of both its ends.
//!
//! First, lines are straight through all ranks that they pass, which leaves few positions to find; after that they may
//! bend.

use super::layered::{Kind, Layered, places};
use super::scale::Scale;
use super::simplex::{Arc, Idle, solve};

/// The cost of the lines, which is low if they are short and the long ones straight, and the x of each item. Keeps the
/// order of the ranks; takes about `budget` steps.
pub(super) fn place(layered: &Layered, ranks: &[Vec<usize>], scale: &Scale, budget: u64) -> (f64, Vec<i64>) {
    let columns = columns(layered, ranks);
    let mut places = Places {
        arcs: Vec::new(),
        at: Vec::new(),
    };
    places.constrain(layered, ranks, scale, &columns);
    solve(&places.arcs, &mut places.at, Idle::AtAnEnd, budget / 2);
    places.at = columns.iter().map(|&column| places.at[column]).collect();
    let alone: Vec<usize> = (0..columns.len()).collect();
    places.constrain(layered, ranks, scale, &alone);
    solve(&places.arcs, &mut places.at, Idle::Centred, budget);
    let Places { arcs, mut at } = places;
    let cost = |arc: &Arc| arc.weight as f64 * (at[arc.head] - at[arc.tail]) as f64;
    let cost = arcs.iter().map(cost).sum();
    at.truncate(columns.len());
    (cost, at)
}

struct Places {
    arcs: Vec<Arc>,
    at: Vec<i64>,
}

impl Places {
    /// Sets the constraints between columns of items, given the column of each item; and initial positions that satisfy
    /// them, if there are none.
    fn constrain(&mut self, layered: &Layered, ranks: &[Vec<usize>], scale: &Scale, columns: &[usize]) {
        self.arcs.clear();
        for pair in ranks.iter().flat_map(|rank| rank.windows(2)) {
            self.arcs.push(Arc {
                tail: columns[pair[0]],
                head: columns[pair[1]],
                length: layered.separation(pair[0], pair[1], scale),
                weight: 0,
            });
        }
        if self.at.is_empty() {
            let count = columns.iter().max().map_or(0, |last| last + 1);
            self.at = leftmost(count, &self.arcs);
        }
        for segment in &layered.segments {
            let ends = [segment.upper, segment.lower];
            let lines = ends
                .iter()
                .filter(|&&item| layered.items[item].kind != Kind::Box)
                .count();
            let [upper, lower] = ends.map(|item| columns[item]);
            if upper == lower {
                continue;
            }
            let node = self.at.len();
            self.at.push(self.at[upper].min(self.at[lower]));
            self.arcs.extend([upper, lower].map(|head| Arc {
                tail: node,
                head,
                length: 0,
                weight: segment.weight * [1, 2, 8][lines],
            }));
        }
    }
}

/// Assigns a column to each item: the items that a line passes share one, as far as columns do not cross.
fn columns(layered: &Layered, ranks: &[Vec<usize>]) -> Vec<usize> {
    let place = places(ranks, layered.items.len());
    // Inner pieces of lines, by the rank that they leave.
    let mut inner = vec![Vec::new(); ranks.len()];
    let is_line = |item: usize| layered.items[item].kind != Kind::Box;
    for segment in &layered.segments {
        if is_line(segment.upper) && is_line(segment.lower) {
            inner[layered.items[segment.upper].rank].push((place[segment.upper], segment.lower, segment.upper));
        }
    }
    let mut above = vec![None; layered.items.len()];
    for pieces in &mut inner {
        pieces.sort_unstable();
        let places: Vec<usize> = pieces.iter().map(|&(_, lower, _)| place[lower]).collect();
        for index in increasing(&places) {
            let (_, lower, upper) = pieces[index];
            above[lower] = Some(upper);
        }
    }
    let mut columns = vec![0; layered.items.len()];
    let mut next = 0;
    for &item in ranks.iter().flatten() {
        columns[item] = match above[item] {
            Some(upper) => columns[upper],
            None => {
                next += 1;
                next - 1
            }
        };
    }
    columns
}

/// Indices of a longest increasing subsequence.
fn increasing(values: &[usize]) -> Vec<usize> {
    // For each length, the index of the least value that a subsequence of that length can end with.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; values.len()];
    for (index, value) in values.iter().enumerate() {
        let length = ends.partition_point(|&end| values[end] < *value);
        before[index] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut found = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(index) = at {
        found.push(index);
        at = before[index];
    }
    found
}

/// The least positions, from 0, that satisfy arcs without a cycle.
fn leftmost(count: usize, arcs: &[Arc]) -> Vec<i64> {
    let mut after = vec![Vec::new(); count];
    let mut waiting = vec![0; count];
    for arc in arcs {
        after[arc.tail].push((arc.head, arc.length));
        waiting[arc.head] += 1;
    }
    let mut at = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|&node| waiting[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &(head, length) in &after[node] {
            at[head] = at[head].max(at[node] + length);
            waiting[head] -= 1;
            if waiting[head] == 0 {
                ready.push(head);
            }
        }
    }
    at
}
