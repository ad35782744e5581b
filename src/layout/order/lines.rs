//! Reroutes lines that pass ranks: the best way through all of them at once, with everything else fixed.

use super::rows::Rows;

/// The position of an item that was taken out of its rank.
const OUT: usize = usize::MAX;

/// A way to a gap between two items of a rank.
#[derive(Clone, Copy)]
struct Way {
    /// How many lines it crosses.
    crossed: u64,
    /// The gap, or the position of the box, that it comes from in the rank above.
    from: usize,
}

const NO_WAY: Way = Way {
    crossed: u64::MAX,
    from: 0,
};

impl Rows {
    /// Reroutes each line that passes ranks; `chains` has the items of each line.
    pub(super) fn lay_lines(&mut self, chains: &[Vec<usize>]) {
        for chain in chains {
            if let [start, inner @ .., end] = &chain[..]
                && !inner.is_empty()
                && !self.is_spent()
                && self.width(*start, *end) < self.budget / 4
            {
                let crossed = chain.windows(2).map(|pair| self.crossed(pair[0], pair[1])).sum();
                if crossed > 0 {
                    self.lay(*start, inner, *end, crossed);
                }
            }
        }
    }

    /// How many pairs of gaps there are between two items.
    fn width(&self, start: usize, end: usize) -> u64 {
        let ranks = &self.ranks[self.rank_of[start]..=self.rank_of[end]];
        ranks
            .windows(2)
            .map(|pair| pair[0].len() as u64 * pair[1].len() as u64)
            .sum()
    }

    /// How many lines a piece of a line crosses.
    fn crossed(&mut self, upper: usize, lower: usize) -> u64 {
        let (rank, above, below) = (self.rank_of[upper], self.place[upper], self.place[lower]);
        let mut crossed = 0;
        for &item in &self.ranks[rank] {
            for &other in self.below.of(item) {
                let (left, right) = (self.place[item] < above, self.place[item] > above);
                crossed += u64::from(left && self.place[other] > below || right && self.place[other] < below);
                self.steps += 1;
            }
        }
        crossed
    }

    /// Moves a line, which crosses `crossed` others, to where it crosses the fewest.
    fn lay(&mut self, start: usize, inner: &[usize], end: usize, crossed: u64) {
        for &item in inner {
            let rank = self.rank_of[item];
            self.ranks[rank].remove(self.place[item]);
            self.number(rank);
            self.place[item] = OUT;
        }
        let mut ways = vec![self.ways_from_box(start)];
        for &item in &inner[..inner.len() - 1] {
            ways.push(self.ways(self.rank_of[item], &ways[ways.len() - 1], crossed));
        }
        let mut gap = self.way_to_box(end, &ways[ways.len() - 1]);
        for (way, &item) in ways.iter().zip(inner).rev() {
            let rank = self.rank_of[item];
            self.ranks[rank].insert(gap, item);
            self.number(rank);
            gap = way[gap].from;
        }
    }

    /// For each item below a rank how many lines come to it, all counted as right of the gap.
    fn lines_below(&mut self, rank: usize) -> Vec<Sides> {
        let mut sides = vec![Sides::default(); self.ranks[rank + 1].len()];
        for &item in &self.ranks[rank] {
            for &other in self.below.of(item) {
                if self.place[other] != OUT {
                    sides[self.place[other]].right += 1;
                }
            }
        }
        self.steps += 2 * sides.len() as u64;
        sides
    }

    /// Moves the gap to the right of the item at `place`, whose lines are then left of it.
    fn pass(&self, rank: usize, place: usize, sides: &mut [Sides]) -> u64 {
        let mut passed = 0;
        for &other in self.below.of(self.ranks[rank][place]) {
            if self.place[other] != OUT {
                let sides = &mut sides[self.place[other]];
                sides.left += 1;
                sides.right -= 1;
                passed += 1;
            }
        }
        passed
    }

    /// The ways from a box to each gap in the rank below it.
    fn ways_from_box(&mut self, start: usize) -> Vec<Way> {
        let (rank, from) = (self.rank_of[start], self.place[start]);
        let mut sides = self.lines_below(rank);
        let left = (0..from).map(|place| self.pass(rank, place, &mut sides)).sum();
        // The box's own lines are on neither side.
        for &other in self.below.of(start) {
            if self.place[other] != OUT {
                sides[self.place[other]].right -= 1;
            }
        }
        let mut ways = vec![NO_WAY; sides.len() + 1];
        improve(&mut ways, Way { crossed: left, from }, &sides);
        ways
    }

    /// The best way to each gap in the rank below, given those to the gaps of this rank; ways with more than `most`
    /// crossings are dropped.
    fn ways(&mut self, rank: usize, before: &[Way], most: u64) -> Vec<Way> {
        let mut sides = self.lines_below(rank);
        let mut ways = vec![NO_WAY; sides.len() + 1];
        let mut left = 0;
        for (gap, way) in before.iter().enumerate() {
            if way.crossed <= most {
                let crossed = way.crossed + left;
                improve(&mut ways, Way { crossed, from: gap }, &sides);
                self.steps += sides.len() as u64;
            }
            if gap + 1 < before.len() {
                left += self.pass(rank, gap, &mut sides);
            }
        }
        ways
    }

    /// The gap from which the way to a box below has the fewest crossings.
    fn way_to_box(&mut self, end: usize, before: &[Way]) -> usize {
        let (rank, to) = (self.rank_of[end] - 1, self.place[end]);
        let mut sides = self.lines_below(rank);
        let mut best = NO_WAY;
        for (gap, way) in before.iter().enumerate() {
            if way.crossed < best.crossed {
                let left: u64 = sides[to + 1..].iter().map(|sides| sides.left).sum();
                let right: u64 = sides[..to].iter().map(|sides| sides.right).sum();
                let crossed = way.crossed + left + right;
                self.steps += sides.len() as u64;
                if crossed < best.crossed {
                    best = Way { crossed, from: gap };
                }
            }
            if gap + 1 < before.len() {
                self.pass(rank, gap, &mut sides);
            }
        }
        best.from
    }
}

/// How many lines come to an item from the left and from the right of a gap in the rank above.
#[derive(Clone, Copy, Default)]
struct Sides {
    left: u64,
    right: u64,
}

/// Replaces ways to the gaps below by a given way where that is better.
fn improve(ways: &mut [Way], mut way: Way, sides: &[Sides]) {
    for (best, sides) in ways.iter_mut().zip(sides) {
        if way.crossed < best.crossed {
            *best = way;
        }
        way.crossed = way.crossed + sides.right - sides.left;
    }
    if let Some(best) = ways.last_mut()
        && way.crossed < best.crossed
    {
        *best = way;
    }
}
