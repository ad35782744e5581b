//! The order of items in each rank, for few crossings: medians, exchanges of neighbours and rerouting of whole
//! lines, from several starts.
//!
//! Source: Gansner and others, as cited in the module above, section 3. Rerouting a line through all its ranks
//! at once is our addition: step by step it may have to cross more lines before it crosses fewer.

mod lines;
mod rows;

use super::layered::Layered;
use rows::{Rows, Sweep, Ties};

/// Sweeps without improvement after which a start is abandoned.
const PATIENCE: usize = 6;
/// How many starts: two walks through the graph, then the best order so far with some of it shuffled.
const STARTS: usize = 4;

/// Orders of the items of all ranks: up to `wanted` different ones with equally few crossings, found in about
/// `budget` steps.
pub(super) fn arrange(layered: &Layered, wanted: usize, budget: u64) -> Vec<Vec<Vec<usize>>> {
    let mut rows = Rows::new(layered, budget);
    let mut best = vec![rows.ranks.clone()];
    let mut fewest = u64::MAX;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for start in 0..STARTS {
        if rows.is_spent() || (fewest == 0 && best.len() >= wanted) {
            break;
        }
        match start {
            0 => rows.walk(Sweep::Down),
            1 => rows.walk(Sweep::Up),
            _ => {
                rows.set(&best[0]);
                rows.shuffle(&mut dice);
            }
        }
        let crossings = descend(&mut rows, &layered.chains, start);
        if crossings < fewest {
            fewest = crossings;
            best.clear();
        }
        if crossings == fewest && best.len() < wanted && !best.contains(&rows.ranks) {
            best.push(rows.ranks.clone());
        }
    }
    best
}

/// Descends from an order to one that no step improves; returns its crossings.
fn descend(rows: &mut Rows, chains: &[Vec<usize>], start: usize) -> u64 {
    let mut found = rows.ranks.clone();
    let mut fewest = rows.crossings();
    let mut patience = PATIENCE;
    for sweep in start.. {
        if patience == 0 || fewest == 0 || rows.is_spent() {
            break;
        }
        // Items that may be either way round are turned in every other pair of sweeps, by one step or the other.
        let (first, second) = match sweep % 4 {
            0 | 1 => (Ties::Turn, Ties::Keep),
            _ => (Ties::Keep, Ties::Turn),
        };
        rows.medians([Sweep::Down, Sweep::Up][sweep % 2], first);
        rows.exchange(second);
        let crossings = rows.crossings();
        patience -= 1;
        if crossings < fewest {
            fewest = crossings;
            found.clone_from(&rows.ranks);
            patience = PATIENCE;
        }
    }
    rows.set(&found);
    while fewest > 0 && !rows.is_spent() {
        rows.sift();
        rows.lay_lines(chains);
        let crossings = rows.crossings();
        if crossings >= fewest {
            break;
        }
        fewest = crossings;
    }
    fewest
}

/// A deterministic pseudo-random generator.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}
