//! Sorting that leaves equal rows in the order in which Go's `sort.Sort` leaves them.
//!
//! Contexts of one function often rank the same, and no rule says which comes first. pprof sorts them twice, the
//! second time from a deterministic order, so the result depends on the algorithm: pattern-defeating quicksort (Orson
//! Peters) with the constants of Go's library. It is not stable, except up to 12 rows.

use std::mem::swap;

/// Sorts rows by `less`, a strict weak order.
pub(super) fn sort<T>(rows: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let (end, bad_splits) = (rows.len(), usize::BITS - rows.len().leading_zeros());
    Sorter { rows, less }.range(0, end, bad_splits);
}

struct Sorter<'r, T, L> {
    rows: &'r mut [T],
    less: L,
}

/// The order of the rows around the pivot.
#[derive(PartialEq)]
enum Run {
    Rising,
    Falling,
    Mixed,
}

impl<T, L: Fn(&T, &T) -> bool> Sorter<'_, T, L> {
    fn less(&self, a: usize, b: usize) -> bool {
        (self.less)(&self.rows[a], &self.rows[b])
    }

    /// Sorts `from..to`; switches to heapsort after too many bad splits.
    fn range(&mut self, mut from: usize, mut to: usize, mut bad_splits: u32) {
        let (mut balanced, mut in_place) = (true, true);
        while to - from > 12 {
            let length = to - from;
            if bad_splits == 0 {
                return self.heap(from, to);
            }
            if !balanced {
                self.shuffle(from, to);
                bad_splits -= 1;
            }
            let (mut pivot, mut run) = self.pivot(from, to);
            if run == Run::Falling {
                self.rows[from..to].reverse();
                pivot = to - 1 - (pivot - from);
                run = Run::Rising;
            }
            if balanced && in_place && run == Run::Rising && self.nearly_sorted(from, to) {
                return;
            }
            if from > 0 && !self.less(from - 1, pivot) {
                from = self.split_equal(from, to, pivot);
                continue;
            }
            let middle;
            (middle, in_place) = self.split(from, to, pivot);
            let (left, right) = (middle - from, to - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.range(from, middle, bad_splits);
                from = middle + 1;
            } else {
                self.range(middle + 1, to, bad_splits);
                to = middle;
            }
        }
        for at in from + 1..to {
            self.sink(at, from);
        }
    }

    /// Moves a row down to its position, not below `floor`.
    fn sink(&mut self, mut at: usize, floor: usize) {
        while at > floor && self.less(at, at - 1) {
            self.rows.swap(at, at - 1);
            at -= 1;
        }
    }

    fn heap(&mut self, from: usize, to: usize) {
        let length = to - from;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift(from, root, length);
        }
        for last in (0..length).rev() {
            self.rows.swap(from, from + last);
            self.sift(from, 0, last);
        }
    }

    fn sift(&mut self, from: usize, mut root: usize, length: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= length {
                return;
            }
            if child + 1 < length && self.less(from + child, from + child + 1) {
                child += 1;
            }
            if !self.less(from + root, from + child) {
                return;
            }
            self.rows.swap(from + root, from + child);
            root = child;
        }
    }

    /// Moves smaller rows to the left of the pivot, others to the right; returns its new position, and whether nothing
    /// had to move.
    fn split(&mut self, from: usize, to: usize, pivot: usize) -> (usize, bool) {
        self.rows.swap(from, pivot);
        let (mut low, mut high) = (from + 1, to - 1);
        let mut swapped = false;
        loop {
            while low <= high && self.less(low, from) {
                low += 1;
            }
            while low <= high && !self.less(high, from) {
                high -= 1;
            }
            if low > high {
                self.rows.swap(high, from);
                return (high, !swapped);
            }
            self.rows.swap(low, high);
            swapped = true;
            low += 1;
            high -= 1;
        }
    }

    /// If no row is smaller than the pivot: moves equal rows to the left; returns the first that is larger.
    fn split_equal(&mut self, from: usize, to: usize, pivot: usize) -> usize {
        self.rows.swap(from, pivot);
        let (mut low, mut high) = (from + 1, to - 1);
        loop {
            while low <= high && !self.less(from, low) {
                low += 1;
            }
            while low <= high && self.less(from, high) {
                high -= 1;
            }
            if low > high {
                return low;
            }
            self.rows.swap(low, high);
            low += 1;
            high -= 1;
        }
    }

    /// Whether the range is sorted, after repairing a few rows.
    fn nearly_sorted(&mut self, from: usize, to: usize) -> bool {
        let mut at = from + 1;
        for _ in 0..5 {
            while at < to && !self.less(at, at - 1) {
                at += 1;
            }
            if at == to {
                return true;
            }
            if to - from < 50 {
                return false;
            }
            self.rows.swap(at, at - 1);
            if at - from >= 2 {
                self.sink(at - 1, 0);
            }
            let mut up = at + 1;
            while to - at >= 2 && up < to && self.less(up, up - 1) {
                self.rows.swap(up, up - 1);
                up += 1;
            }
        }
        false
    }

    /// Swaps three rows of the middle with others, chosen by the length alone.
    fn shuffle(&mut self, from: usize, to: usize) {
        let length = to - from;
        let mut random = length as u64;
        let mask = (1u64 << (u64::BITS - random.leading_zeros())) - 1;
        let middle = from + length / 4 * 2 - 1;
        for at in middle - 1..=middle + 1 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random & mask) as usize;
            let other = if other >= length { other - length } else { other };
            self.rows.swap(at, from + other);
        }
    }

    /// The median of three rows, or of nine if there are many.
    fn pivot(&self, from: usize, to: usize) -> (usize, Run) {
        let quarter = (to - from) / 4;
        let mut three = [1, 2, 3].map(|part| from + quarter * part);
        let mut swaps = 0;
        if to - from >= 50 {
            three = three.map(|at| self.median([at - 1, at, at + 1], &mut swaps));
        }
        let pivot = self.median(three, &mut swaps);
        match swaps {
            0 => (pivot, Run::Rising),
            12 => (pivot, Run::Falling),
            _ => (pivot, Run::Mixed),
        }
    }

    fn median(&self, [mut a, mut b, mut c]: [usize; 3], swaps: &mut u32) -> usize {
        let order = |low: &mut usize, high: &mut usize, swaps: &mut u32| {
            if self.less(*high, *low) {
                *swaps += 1;
                swap(low, high);
            }
        };
        order(&mut a, &mut b, swaps);
        order(&mut b, &mut c, swaps);
        order(&mut a, &mut b, swaps);
        b
    }
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn everything_is_sorted() {
        for length in (0..200).chain([1000, 5000]) {
            for modulus in [2, 7, 1 << 20] {
                let mut state = 1u64;
                let mut random = || {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 33) % modulus
                };
                let patterns: [Vec<u64>; 4] = [
                    (0..length).map(|_| random()).collect(),
                    (0..length).map(|at| at % modulus).collect(),
                    (0..length).rev().collect(),
                    (0..length).map(|at| at ^ 1).collect(),
                ];
                for mut rows in patterns {
                    let mut expected = rows.clone();
                    expected.sort_unstable();
                    sort(&mut rows, |a, b| a < b);
                    assert_eq!(rows, expected, "{length} rows, {modulus} values");
                }
            }
        }
    }
}
