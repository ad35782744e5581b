//! The order of items in ranks, its crossings, and steps that reduce them.

use std::collections::VecDeque;

use super::Dice;
use crate::layout::layered::{Layered, places};

/// The neighbours of each item in one direction.
pub(super) struct Neighbours {
    begin: Vec<usize>,
    items: Vec<usize>,
    /// Their positions, sorted, as of the last `look`.
    places: Vec<usize>,
}

impl Neighbours {
    fn new(count: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut begin = vec![0; count + 1];
        for (item, _) in pairs.clone() {
            begin[item + 1] += 1;
        }
        for index in 0..count {
            begin[index + 1] += begin[index];
        }
        let mut items = vec![0; begin[count]];
        let mut next = begin.clone();
        for (item, other) in pairs {
            items[next[item]] = other;
            next[item] += 1;
        }
        let places = items.clone();
        Neighbours { begin, items, places }
    }

    pub(super) fn of(&self, item: usize) -> &[usize] {
        &self.items[self.begin[item]..self.begin[item + 1]]
    }

    /// The positions of an item's neighbours as of the last `look`.
    fn seen(&self, item: usize) -> &[usize] {
        &self.places[self.begin[item]..self.begin[item + 1]]
    }

    fn look(&mut self, item: usize, place: &[usize]) -> &[usize] {
        let range = self.begin[item]..self.begin[item + 1];
        let places = &mut self.places[range.clone()];
        for (at, &other) in places.iter_mut().zip(&self.items[range]) {
            *at = place[other];
        }
        places.sort_unstable();
        places
    }
}

/// The direction in which ranks are visited.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sweep {
    Down,
    Up,
}

/// What to do with items that may be either way round.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ties {
    Keep,
    Turn,
}

pub(super) struct Rows {
    pub(super) above: Neighbours,
    pub(super) below: Neighbours,
    pub(super) ranks: Vec<Vec<usize>>,
    /// The position of each item in its rank.
    pub(super) place: Vec<usize>,
    pub(super) rank_of: Vec<usize>,
    /// Steps so far: about as many memory accesses.
    pub(super) steps: u64,
    /// The most steps.
    pub(super) budget: u64,
}

impl Rows {
    pub(super) fn new(layered: &Layered, budget: u64) -> Self {
        let count = layered.items.len();
        let segments = layered.segments.iter();
        let mut rows = Rows {
            above: Neighbours::new(count, segments.clone().map(|segment| (segment.lower, segment.upper))),
            below: Neighbours::new(count, segments.map(|segment| (segment.upper, segment.lower))),
            ranks: Vec::new(),
            place: vec![0; count],
            rank_of: layered.items.iter().map(|item| item.rank).collect(),
            steps: 0,
            budget,
        };
        rows.set(&layered.ranks);
        rows
    }

    pub(super) fn set(&mut self, ranks: &[Vec<usize>]) {
        self.ranks = ranks.to_vec();
        self.place = places(ranks, self.place.len());
    }

    /// Whether the budget is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.steps > self.budget
    }

    pub(super) fn number(&mut self, rank: usize) {
        self.steps += self.ranks[rank].len() as u64 / 4;
        for (index, &item) in self.ranks[rank].iter().enumerate() {
            self.place[item] = index;
        }
    }

    /// Orders items as a breadth-first walk through the graph finds them: down from the sources or up
    /// from the sinks.
    pub(super) fn walk(&mut self, sweep: Sweep) {
        let count = self.place.len();
        let mut seen = vec![false; count];
        let ranks = vec![Vec::new(); self.ranks.len()];
        let old = std::mem::replace(&mut self.ranks, ranks);
        let (before, after) = match sweep {
            Sweep::Down => (&self.above, &self.below),
            Sweep::Up => (&self.below, &self.above),
        };
        let mut queue = VecDeque::new();
        for start in old.into_iter().flatten().filter(|&item| before.of(item).is_empty()) {
            seen[start] = true;
            queue.push_back(start);
            while let Some(item) = queue.pop_front() {
                self.ranks[self.rank_of[item]].push(item);
                for &other in after.of(item) {
                    if !std::mem::replace(&mut seen[other], true) {
                        queue.push_back(other);
                    }
                }
            }
        }
        self.place = places(&self.ranks, count);
        self.steps += count as u64;
    }

    /// Moves one of eight items to a random position in its rank.
    pub(super) fn shuffle(&mut self, dice: &mut Dice) {
        for rank in 0..self.ranks.len() {
            let count = self.ranks[rank].len();
            for _ in 0..count.div_ceil(8) {
                let item = self.ranks[rank].remove(dice.below(count));
                self.ranks[rank].insert(dice.below(count), item);
            }
            self.number(rank);
        }
    }

    /// Sorts each rank by the medians of the neighbours above, or below; items without any stay where they are.
    pub(super) fn medians(&mut self, sweep: Sweep, ties: Ties) {
        let depth = self.ranks.len();
        let mut moving: Vec<(usize, usize)> = Vec::new();
        for step in 1..depth {
            if self.is_spent() {
                break;
            }
            let (rank, neighbours) = match sweep {
                Sweep::Down => (step, &mut self.above),
                Sweep::Up => (depth - 1 - step, &mut self.below),
            };
            moving.clear();
            for &item in &self.ranks[rank] {
                let places = neighbours.look(item, &self.place);
                self.steps += 2 * places.len() as u64 + 2;
                if !places.is_empty() {
                    moving.push((median(places), item));
                }
            }
            if ties == Ties::Turn {
                moving.reverse();
            }
            moving.sort_by_key(|&(median, _)| median);
            let mut sorted = moving.iter();
            for slot in &mut self.ranks[rank] {
                if !neighbours.of(*slot).is_empty()
                    && let Some(&(_, item)) = sorted.next()
                {
                    *slot = item;
                }
            }
            self.number(rank);
        }
    }

    /// Updates the positions of all neighbours of a rank, which stay valid while only its own items move.
    fn look(&mut self, rank: usize) {
        for &item in &self.ranks[rank] {
            let above = self.above.look(item, &self.place).len();
            let below = self.below.look(item, &self.place).len();
            self.steps += (above + below) as u64 + 2;
        }
    }

    /// Exchanges neighbours in a rank as long as that reduces crossings; `ties` says what to do if it changes nothing.
    pub(super) fn exchange(&mut self, ties: Ties) {
        let depth = self.ranks.len();
        let mut dirty = vec![true; depth];
        for _ in 0..20 {
            if self.is_spent() || !dirty.contains(&true) {
                break;
            }
            for rank in 0..depth {
                if self.is_spent() || !std::mem::take(&mut dirty[rank]) {
                    continue;
                }
                self.look(rank);
                let mut gained = false;
                for index in 1..self.ranks[rank].len() {
                    let (left, right) = (self.ranks[rank][index - 1], self.ranks[rank][index]);
                    let (now, then) = self.between(left, right);
                    if then < now || (ties == Ties::Turn && then == now && now > 0) {
                        self.ranks[rank].swap(index - 1, index);
                        gained |= then < now;
                    }
                }
                self.number(rank);
                if gained {
                    dirty[rank.saturating_sub(1)..(rank + 2).min(depth)].fill(true);
                }
            }
        }
    }

    /// Moves each item to the position in its rank with the fewest crossings, until none moves.
    pub(super) fn sift(&mut self) {
        let depth = self.ranks.len();
        let mut dirty = vec![true; depth];
        for _ in 0..20 {
            if self.is_spent() || !dirty.contains(&true) {
                break;
            }
            for rank in 0..depth {
                if std::mem::take(&mut dirty[rank]) && self.sift_rank(rank) {
                    dirty[rank.saturating_sub(1)..(rank + 2).min(depth)].fill(true);
                }
            }
        }
    }

    fn sift_rank(&mut self, rank: usize) -> bool {
        self.look(rank);
        let mut gained = false;
        for item in self.ranks[rank].clone() {
            if self.is_spent() {
                break;
            }
            let at = self.place[item];
            let (mut best, mut to, mut sum) = (0, at, 0);
            for index in (0..at).rev() {
                let (now, then) = self.between(self.ranks[rank][index], item);
                sum += now - then;
                if sum > best {
                    (best, to) = (sum, index);
                }
            }
            sum = 0;
            for index in at + 1..self.ranks[rank].len() {
                let (now, then) = self.between(item, self.ranks[rank][index]);
                sum += now - then;
                if sum > best {
                    (best, to) = (sum, index);
                }
            }
            if best > 0 {
                self.ranks[rank].remove(at);
                self.ranks[rank].insert(to, item);
                self.number(rank);
                gained = true;
            }
        }
        gained
    }

    /// How many lines of two items cross if they are in this order, and if they are exchanged.
    fn between(&mut self, left: usize, right: usize) -> (i64, i64) {
        let mut sum = (0, 0);
        for neighbours in [&self.above, &self.below] {
            let (left, right) = (neighbours.seen(left), neighbours.seen(right));
            self.steps += (left.len() + right.len()) as u64 + 1;
            let (now, then) = inversions(left, right);
            sum = (sum.0 + now, sum.1 + then);
        }
        sum
    }

    pub(super) fn crossings(&mut self) -> u64 {
        let mut sum = 0;
        let mut ends: Vec<u64> = Vec::new();
        for pair in self.ranks.windows(2) {
            // How many lines so far end at or left of a position: a Fenwick tree.
            ends.clear();
            ends.resize(pair[1].len() + 1, 0);
            let mut lines = 0;
            for &item in &pair[0] {
                let below = self.below.of(item);
                for &other in below {
                    let mut left = self.place[other] + 1;
                    let mut not_right = 0;
                    while left > 0 {
                        not_right += ends[left];
                        left &= left - 1;
                    }
                    sum += lines - not_right;
                }
                for &other in below {
                    let mut index = self.place[other] + 1;
                    while index < ends.len() {
                        ends[index] += 1;
                        index += index & index.wrapping_neg();
                    }
                }
                lines += below.len() as u64;
                self.steps += 8 * below.len() as u64;
            }
        }
        sum
    }
}

/// How many pairs of lines with the sorted ends `left` and `right` cross, and how many would if the two changed sides.
fn inversions(left: &[usize], right: &[usize]) -> (i64, i64) {
    if let (&[left], &[right]) = (left, right) {
        return (i64::from(left > right), i64::from(right > left));
    }
    let (mut now, mut then) = (0, 0);
    let (mut less, mut not_more) = (0, 0);
    for &end in left {
        while less < right.len() && right[less] < end {
            less += 1;
        }
        not_more = not_more.max(less);
        while not_more < right.len() && right[not_more] == end {
            not_more += 1;
        }
        now += less;
        then += right.len() - not_more;
    }
    (now as i64, then as i64)
}

/// The median of sorted positions, in 1/256; of an even number, it is nearer to the denser side.
fn median(places: &[usize]) -> usize {
    let middle = places.len() / 2;
    if places.len() % 2 == 1 {
        return places[middle] * 256;
    }
    let (left, right) = (
        places[middle - 1] - places[0],
        places[places.len() - 1] - places[middle],
    );
    if left + right == 0 {
        return (places[middle - 1] + places[middle]) * 128;
    }
    (places[middle - 1] * right + places[middle] * left) * 256 / (left + right)
}
