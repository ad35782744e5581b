//! The rows between two ranks: which level run goes above which.
//!
//! As in the routing of channels on circuit boards: two runs that have columns in common go in rows of their own, and
//! where one line ends in the column in which another begins, the row of the one that comes from above is the upper one.

/// A line between two ranks: where it comes from above and where it goes on below.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crossing {
    pub(super) top: i32,
    pub(super) bottom: i32,
}

impl Crossing {
    fn low(self) -> i32 {
        self.top.min(self.bottom)
    }

    fn high(self) -> i32 {
        self.top.max(self.bottom)
    }

    fn meets(self, other: Self) -> bool {
        self.low() <= other.high() + 1 && other.low() <= self.high() + 1
    }

    /// Whether it is to run above another.
    fn above(self, other: Self) -> Above {
        let is_nested = match (self.top < self.bottom, other.top < other.bottom) {
            (true, true) => self.top > other.top,
            (false, false) => self.top < other.top,
            _ => false,
        };
        match () {
            () if !self.meets(other) => Above::Either,
            () if self.top == other.bottom => Above::Must,
            () if is_nested => Above::Should,
            () => Above::Either,
        }
    }
}

/// How much it matters that one run is above another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    Either,
    /// They would cross twice otherwise.
    Should,
    /// They would lie on each other otherwise.
    Must,
}

impl Above {
    fn count(self, counts: &mut [usize; 2], by: isize) {
        let which = match self {
            Self::Either => return,
            Self::Must => 0,
            Self::Should => 1,
        };
        counts[which] = counts[which].saturating_add_signed(by);
    }
}

/// For each line the row of its level run, counted from above, if it has one; and how many rows there are.
pub(super) fn assign(lines: &[Crossing]) -> (Vec<Option<usize>>, usize) {
    let mut tracks = vec![None; lines.len()];
    let runs = (0..lines.len()).filter(|&at| lines[at].top != lines[at].bottom);
    // Each with how many of those that should be above it have no row yet: (must, should).
    let mut left: Vec<(usize, [usize; 2])> = runs.map(|at| (at, [0, 0])).collect();
    let all: Vec<usize> = left.iter().map(|&(at, _)| at).collect();
    for (at, before) in &mut left {
        for &other in all.iter().filter(|&other| other != at) {
            lines[other].above(lines[*at]).count(before, 1);
        }
    }
    let mut rows: Vec<Vec<usize>> = Vec::new();
    while let Some(place) = (0..left.len()).min_by_key(|&place| left[place].1) {
        let (at, _) = left.remove(place);
        for (other, before) in &mut left {
            lines[at].above(lines[*other]).count(before, -1);
        }
        // Below all that have to be above it, in the first row that is free.
        let is_above = |&other: &usize| lines[other].above(lines[at]) != Above::Either;
        let least = rows
            .iter()
            .rposition(|row| row.iter().any(is_above))
            .map_or(0, |row| row + 1);
        let is_free = |row: &Vec<usize>| row.iter().all(|&other| !lines[other].meets(lines[at]));
        let row = (least..rows.len())
            .find(|&row| is_free(&rows[row]))
            .unwrap_or(rows.len());
        if row == rows.len() {
            rows.push(Vec::new());
        }
        rows[row].push(at);
        tracks[at] = Some(row);
    }
    (tracks, rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_meet_have_rows_of_their_own_in_the_order_that_crosses_least() {
        type Case = (&'static [(i32, i32)], &'static [Option<usize>], usize);
        let cases: &[Case] = &[
            (&[], &[], 0),
            (&[(3, 3)], &[None], 0),
            (&[(1, 5), (8, 12)], &[Some(0), Some(0)], 1),
            // To the right: the one that begins further right is above.
            (&[(1, 10), (3, 12)], &[Some(1), Some(0)], 2),
            (&[(10, 1), (12, 3)], &[Some(0), Some(1)], 2),
            // One ends where the other begins.
            (&[(1, 5), (5, 2)], &[Some(1), Some(0)], 2),
            (&[(5, 2), (1, 5)], &[Some(0), Some(1)], 2),
            // Both, which cannot be solved: each still has a row.
            (&[(1, 5), (5, 1)], &[Some(0), Some(1)], 2),
        ];
        for (lines, tracks, rows) in cases {
            let crossings: Vec<Crossing> = lines.iter().map(|&(top, bottom)| Crossing { top, bottom }).collect();
            assert_eq!(assign(&crossings), (tracks.to_vec(), *rows), "{lines:?}");
        }
    }
}
