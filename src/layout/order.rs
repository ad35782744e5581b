//! Items of a rank from left to right, so that few lines cross.

use super::layered::Layered;

const SWEEPS: usize = 8;

/// Orders the items of each rank.
pub(super) fn arrange(layered: &mut Layered) {
    let count = layered.items.len();
    let mut above = vec![Vec::new(); count];
    let mut below = vec![Vec::new(); count];
    for segment in &layered.segments {
        above[segment.lower].push(segment.upper);
        below[segment.upper].push(segment.lower);
    }
    let mut ranks = layered.ranks.clone();
    let mut best = crossings(&ranks, &below, count);
    for sweep in 0..SWEEPS {
        let order: Vec<usize> = match sweep % 2 {
            0 => (1..ranks.len()).collect(),
            _ => (0..ranks.len().saturating_sub(1)).rev().collect(),
        };
        let neighbours = if sweep % 2 == 0 { &above } else { &below };
        let mut place = places(&ranks, count);
        for rank in order {
            let median = |&item: &usize| -> usize {
                let mut beside: Vec<usize> = neighbours[item].iter().map(|&other| place[other]).collect();
                beside.sort_unstable();
                beside.get(beside.len() / 2).copied().unwrap_or(place[item])
            };
            ranks[rank].sort_by_key(median);
            for (index, &item) in ranks[rank].iter().enumerate() {
                place[item] = index;
            }
        }
        let crossings = crossings(&ranks, &below, count);
        if crossings < best {
            best = crossings;
            layered.ranks.clone_from(&ranks);
        }
    }
}

fn places(ranks: &[Vec<usize>], count: usize) -> Vec<usize> {
    let mut place = vec![0; count];
    for rank in ranks {
        for (index, &item) in rank.iter().enumerate() {
            place[item] = index;
        }
    }
    place
}

fn crossings(ranks: &[Vec<usize>], below: &[Vec<usize>], count: usize) -> u64 {
    let place = places(ranks, count);
    let mut sum = 0;
    for pair in ranks.windows(2) {
        // How many lines so far end at or left of a place: sums over ranges of a power of two.
        let mut ends = vec![0u64; pair[1].len() + 1];
        let mut lines = 0;
        for &item in &pair[0] {
            let mut places: Vec<usize> = below[item].iter().map(|&other| place[other]).collect();
            places.sort_unstable();
            for &at in &places {
                let mut left = at + 1;
                let mut not_right = 0;
                while left > 0 {
                    not_right += ends[left];
                    left &= left - 1;
                }
                sum += lines - not_right;
            }
            for &at in &places {
                lines += 1;
                let mut index = at + 1;
                while index < ends.len() {
                    ends[index] += 1;
                    index += index & index.wrapping_neg();
                }
            }
        }
    }
    sum
}
