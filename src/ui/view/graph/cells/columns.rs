//! Whole columns for boxes, for the places where lines pass a rank, and for the ends of lines in the borders of boxes.

use rustc_hash::FxHashMap;

use super::Link;
use crate::layout::{Drawing, Point};

/// Where everything is from left to right.
pub(super) struct Columns {
    /// The left side of each box.
    pub(super) lefts: Vec<i32>,
    /// The rank of each box.
    pub(super) rank_of: Vec<usize>,
    /// The boxes of each rank from left to right.
    pub(super) ranks: Vec<Vec<usize>>,
    /// As the links.
    pub(super) strands: Vec<Strand>,
}

/// A line from above to below.
pub(super) struct Strand {
    pub(super) upper: usize,
    pub(super) lower: usize,
    /// The link leads from below to above.
    pub(super) is_upward: bool,
    pub(super) top_rank: usize,
    /// Its column at each rank from `top_rank` on; none for a link within a rank.
    pub(super) xs: Vec<i32>,
}

/// What stands in a rank.
#[derive(Clone, Copy)]
enum Thing {
    Box(usize),
    /// A line that goes on: the link and how many ranks it is below the upper end.
    Pass(usize, usize),
}

/// Free cells between two boxes, and between anything else.
const BETWEEN_BOXES: i32 = 2;
const BETWEEN: i32 = 1;

pub(super) fn assign(sizes: &[(i32, i32)], links: &[Link], drawing: &Drawing) -> Columns {
    let depth = drawing.ranks.len();
    let mut strands: Vec<Strand> = (0..links.len()).map(|at| strand(&links[at], at, drawing)).collect();
    let mut things: Vec<Vec<(i32, i32, Thing)>> = vec![Vec::new(); depth];
    for (at, (placed, &(width, _))) in drawing.boxes.iter().zip(sizes).enumerate() {
        things[placed.rank].push((cell(placed.x), width, Thing::Box(at)));
    }
    for (at, strand) in strands.iter().enumerate() {
        for step in 1..strand.xs.len().saturating_sub(1) {
            things[strand.top_rank + step].push((strand.xs[step], 1, Thing::Pass(at, step)));
        }
    }
    let mut lefts = vec![0; sizes.len()];
    let mut ranks = vec![Vec::new(); depth];
    for (rank, things) in things.iter_mut().enumerate() {
        things.sort_by_key(|&(x, width, _)| 2 * x + width);
        // The layout keeps these distances already, but for what is no whole number.
        let mut before: Option<(i32, bool)> = None;
        for &(x, width, thing) in &*things {
            let is_box = matches!(thing, Thing::Box(_));
            let least = before.map_or(x, |(end, after_box)| {
                end + if is_box && after_box { BETWEEN_BOXES } else { BETWEEN }
            });
            let x = x.max(least);
            before = Some((x + width, is_box));
            match thing {
                Thing::Box(at) => {
                    lefts[at] = x;
                    ranks[rank].push(at);
                }
                Thing::Pass(at, step) => strands[at].xs[step] = x,
            }
        }
    }
    let mut columns = Columns {
        lefts,
        rank_of: drawing.boxes.iter().map(|placed| placed.rank).collect(),
        ranks,
        strands,
    };
    columns.ports(sizes);
    columns.untangle(sizes);
    columns
}

fn cell(x: f64) -> i32 {
    x.round() as i32
}

/// The line of a link with its columns where it passes ranks. Those at its ends are for [`Columns::ports`].
fn strand(link: &Link, at: usize, drawing: &Drawing) -> Strand {
    let rank = |at: usize| drawing.boxes[at].rank;
    let is_upward = rank(link.from) > rank(link.to);
    let (upper, lower) = if is_upward {
        (link.to, link.from)
    } else {
        (link.from, link.to)
    };
    let mut xs = Vec::new();
    if rank(upper) < rank(lower) {
        let mut route = drawing.routes[at].clone();
        if is_upward {
            route.reverse();
        }
        let passed = &drawing.ranks[rank(upper) + 1..rank(lower)];
        xs.push(0);
        xs.extend(
            passed
                .iter()
                .map(|(top, bottom)| cell(x_at(&route, f64::midpoint(*top, *bottom)))),
        );
        xs.push(0);
    }
    Strand {
        upper,
        lower,
        is_upward,
        top_rank: rank(upper),
        xs,
    }
}

/// Where a line from above to below is at a height.
fn x_at(route: &[Point], y: f64) -> f64 {
    let piece = route.windows(2).find(|piece| (piece[0].y..=piece[1].y).contains(&y));
    match piece {
        Some([a, b]) if b.y > a.y => a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y),
        Some([a, _]) => a.x,
        _ => route.last().map_or(0.0, |last| last.x),
    }
}

impl Columns {
    /// Gives lines their places in the borders of boxes, so that they cross as little as can be and go straight where
    /// they can.
    fn ports(&mut self, sizes: &[(i32, i32)]) {
        let (mut leaving, mut coming) = (vec![Vec::new(); sizes.len()], vec![Vec::new(); sizes.len()]);
        for (at, strand) in self
            .strands
            .iter()
            .enumerate()
            .filter(|(_, strand)| !strand.xs.is_empty())
        {
            leaving[strand.upper].push(at);
            coming[strand.lower].push(at);
        }
        let side = |lefts: &[i32], at: usize| (lefts[at] + 1, lefts[at] + sizes[at].0 - 2);
        for (at, strands) in leaving.iter().enumerate() {
            let (low, high) = side(&self.lefts, at);
            // (where it goes on, where it would leave best, which)
            let mut wanted: Vec<(i32, i32, usize)> = Vec::new();
            for &which in strands {
                let strand = &self.strands[which];
                let (to_low, to_high) = match strand.xs[..] {
                    [_, _] => side(&self.lefts, strand.lower),
                    [_, x, ..] => (x, x),
                    _ => continue,
                };
                // The middle of what is below one another, else the nearest end.
                let best = i32::midpoint(low.max(to_low), high.min(to_high)).clamp(low, high);
                wanted.push((to_low + to_high, best, which));
            }
            wanted.sort_unstable();
            let places = spread(wanted.iter().map(|&(_, best, _)| best), (low, high));
            for (&(.., which), place) in wanted.iter().zip(places) {
                self.strands[which].xs[0] = place;
            }
        }
        for (at, strands) in coming.iter().enumerate() {
            let above = |which: usize| self.strands[which].xs.iter().rev().nth(1).copied().unwrap_or(0);
            let mut wanted: Vec<(i32, usize)> = strands.iter().map(|&which| (above(which), which)).collect();
            wanted.sort_unstable();
            let places = spread(wanted.iter().map(|&(best, _)| best), side(&self.lefts, at));
            for (&(_, which), place) in wanted.iter().zip(places) {
                if let Some(last) = self.strands[which].xs.last_mut() {
                    *last = place;
                }
            }
        }
    }
}

impl Columns {
    /// Lines that take each other's columns between two ranks would lie on each other whichever runs above: the end of
    /// one in a border gives way by a cell.
    fn untangle(&mut self, sizes: &[(i32, i32)]) {
        for rank in 0..self.ranks.len() {
            // Each with the step that it takes here.
            let here = |(at, strand): (usize, &Strand)| {
                let step = rank.checked_sub(strand.top_rank)?;
                (step + 1 < strand.xs.len()).then_some((at, step))
            };
            let lines: Vec<(usize, usize)> = self.strands.iter().enumerate().filter_map(here).collect();
            let mut ends: Vec<(i32, i32)> = lines.iter().map(|&(at, step)| self.strands[at].ends(step)).collect();
            let mut tops = tops_by_bottom(&ends);
            for (place, &(line, step)) in lines.iter().enumerate() {
                if !is_tangled(ends[place], &tops) {
                    continue;
                }
                let strand = &mut self.strands[line];
                let last = strand.xs.len() - 1;
                let ports = [(step + 1, last, strand.lower), (step, 0, strand.upper)];
                for (_, port, owner) in ports.into_iter().filter(|(end, port, _)| end == port) {
                    let side = self.lefts[owner] + 1..=self.lefts[owner] + sizes[owner].0 - 2;
                    let is_free =
                        |x: &i32| side.contains(x) && ends.iter().all(|(top, bottom)| top != x && bottom != x);
                    let x = strand.xs[port];
                    if let Some(free) = [x + 1, x - 1].into_iter().find(is_free) {
                        strand.xs[port] = free;
                        ends[place] = strand.ends(step);
                        tops = tops_by_bottom(&ends);
                        break;
                    }
                }
            }
        }
    }
}

impl Strand {
    /// Where it comes from and where it goes at a step.
    fn ends(&self, step: usize) -> (i32, i32) {
        (self.xs[step], self.xs[step + 1])
    }
}

/// Where the line comes from that ends in a column, of those that are not straight.
fn tops_by_bottom(lines: &[(i32, i32)]) -> FxHashMap<i32, i32> {
    let bent = lines.iter().filter(|(top, bottom)| top != bottom);
    bent.map(|&(top, bottom)| (bottom, top)).collect()
}

/// Whether the line that ends where this one begins, and the one that ends where that one begins, and so on, lead back
/// to this one.
fn is_tangled((top, bottom): (i32, i32), tops: &FxHashMap<i32, i32>) -> bool {
    let mut at = top;
    for _ in 0..tops.len() {
        match tops.get(&at) {
            _ if top == bottom => return false,
            Some(_) if at == bottom => return true,
            Some(&above) => at = above,
            None => return false,
        }
    }
    false
}

/// Places on a side, in the order given and each as near as can be to what is wanted, with a free cell in between as
/// long as there is room for that.
fn spread(wanted: impl Iterator<Item = i32>, (low, high): (i32, i32)) -> Vec<i32> {
    let mut places: Vec<i32> = wanted.map(|x| x.clamp(low, high)).collect();
    let count = places.len() as i32;
    let step = ((high - low) / (count - 1).max(1)).clamp(0, 2);
    if step == 0 {
        return (0..count)
            .map(|at| low + at * (high - low) / (count - 1).max(1))
            .collect();
    }
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + step);
    }
    let mut most = high;
    for place in places.iter_mut().rev() {
        *place = (*place).min(most);
        most = *place - step;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn places_keep_their_order_and_their_distance() {
        for (wanted, side, places) in [
            (&[5][..], (1, 9), &[5][..]),
            (&[5, 5, 5], (1, 9), &[5, 7, 9]),
            (&[9, 9, 9], (1, 9), &[5, 7, 9]),
            (&[0, 20], (1, 9), &[1, 9]),
            (&[1, 2, 3, 4, 5], (1, 5), &[1, 2, 3, 4, 5]),
            (&[3, 3, 3], (1, 2), &[1, 1, 2]),
            (&[], (1, 9), &[]),
        ] {
            assert_eq!(spread(wanted.iter().copied(), side), places, "{wanted:?} in {side:?}");
        }
    }
}
