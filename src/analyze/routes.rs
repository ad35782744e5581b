//! The distinct stacks of a sample type, once each and in order, so that those with a common beginning stand together.
//!
//! A stack of nodes is packed into words, a few bits a node, so that one comparison tells many steps apart and a long
//! stack lies in a cache line. Sorting goes word by word: only stacks that are equal so far are looked at again.

use std::ops::Range;

use super::calltree::Direction;
use super::filter::Span;
use super::frames::NodeId;
use super::graph::{Basis, mean};
use crate::error::Result;
use crate::progress::Observer;

/// Distinct stacks in order. Each is a number from 0 to [`Routes::len`].
pub(super) struct Routes {
    packed: Packed,
    /// In order: the stack, how many of its first steps it has in common with the one before, what ends there.
    rows: Vec<Route>,
    /// Sums of the rows before each, and of all.
    sums: Vec<Sums>,
    /// What ends before the first step.
    empty: (i64, i64),
    /// By how many bits weights are shifted.
    shift: u32,
}

#[derive(Clone, Copy)]
struct Route {
    stack: u32,
    common: u32,
    value: i64,
    divisor: i64,
}

/// Sums over routes. They are wide enough for any number of routes, so that differences of them are exact.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    value: i128,
    divisor: i128,
    weight: u64,
}

impl Sums {
    /// With what one more route holds.
    pub(super) fn and(self, own: Own) -> Self {
        Self {
            value: self.value + i128::from(own.value),
            divisor: self.divisor + i128::from(own.divisor),
            weight: self.weight + own.weight,
        }
    }

    /// The value, as shown: the mean if there is a divisor.
    pub(super) fn value(&self) -> i64 {
        mean(clamp(self.value), clamp(self.divisor))
    }

    /// The weights.
    pub(super) fn weight(&self) -> u64 {
        self.weight
    }
}

/// What the samples that take a route to its end add up to.
#[derive(Clone, Copy)]
pub(super) struct Own {
    value: i64,
    divisor: i64,
    /// |value|, all weights divided by the same power of two where their sum would be too large otherwise.
    pub(super) weight: u64,
}

impl Own {
    /// The value, as shown: the mean if there is a divisor.
    pub(super) fn value(&self) -> i64 {
        mean(self.value, self.divisor)
    }
}

/// Steps in all after which stacks are cut short: a context has a number of 32 bits.
const MAX_STEPS: usize = u32::MAX as usize - 1;

impl Routes {
    /// Collects the stacks of all samples that count. Samples of one stack are added up.
    pub(super) fn new(basis: Basis<'_>, direction: Direction, observer: &dyn Observer) -> Result<Self> {
        let mut packed = Packed::new(basis.frames.len());
        let mut weights: Vec<(i64, i64)> = Vec::new();
        let mut empty = (0i64, 0i64);
        let mut left = MAX_STEPS;
        for span in basis.scope.spans() {
            let (value, divisor) = basis.weights.of(span.sample.index());
            if value == 0 && divisor == 0 {
                continue;
            }
            if weights.len().is_multiple_of(WATCH) {
                observer.progress(0, None)?;
            }
            let steps = packed.push(&basis, span, direction, left);
            left -= steps;
            if steps == 0 {
                packed.drop_last();
                empty = (empty.0.saturating_add(value), empty.1.saturating_add(divisor));
            } else {
                weights.push((value, divisor));
            }
        }
        let order = sorted(&packed, observer)?;
        let mut rows: Vec<Route> = Vec::with_capacity(order.len());
        for &stack in &order {
            let (value, divisor) = weights[stack as usize];
            let common = rows.last().map_or(0, |last| packed.common(last.stack, stack));
            match rows.last_mut() {
                Some(last) if common == packed.len(stack) && common == packed.len(last.stack) => {
                    last.value = last.value.saturating_add(value);
                    last.divisor = last.divisor.saturating_add(divisor);
                }
                _ => rows.push(Route {
                    stack,
                    common,
                    value,
                    divisor,
                }),
            }
        }
        let sizes = rows.iter().map(|row| u128::from(row.value.unsigned_abs()));
        let size = sizes.sum::<u128>() + u128::from(empty.0.unsigned_abs());
        let mut routes = Self {
            packed,
            rows,
            sums: Vec::new(),
            empty,
            shift: (u128::BITS - size.leading_zeros()).saturating_sub(u64::BITS),
        };
        routes.add_up();
        Ok(routes)
    }

    fn add_up(&mut self) {
        let mut sum = Sums::default();
        let mut sums = Vec::with_capacity(self.len() + 1);
        sums.push(sum);
        for route in 0..self.len() {
            sum = sum.and(self.own(route));
            sums.push(sum);
        }
        self.sums = sums;
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many steps a route has.
    pub(super) fn steps(&self, route: usize) -> u32 {
        self.packed.len(self.rows[route].stack)
    }

    /// How many steps a route has in common with the one before.
    pub(super) fn common(&self, route: usize) -> u32 {
        self.rows[route].common
    }

    /// The node at a step.
    pub(super) fn node(&self, route: usize, step: u32) -> NodeId {
        self.packed.node(self.rows[route].stack, step)
    }

    /// What the samples that take a route to its end add up to.
    pub(super) fn own(&self, route: usize) -> Own {
        let row = &self.rows[route];
        self.weighed(row.value, row.divisor)
    }

    /// The same of the samples without any step.
    pub(super) fn empty(&self) -> Own {
        self.weighed(self.empty.0, self.empty.1)
    }

    fn weighed(&self, value: i64, divisor: i64) -> Own {
        Own {
            value,
            divisor,
            weight: value.unsigned_abs() >> self.shift,
        }
    }

    /// Sums over some routes.
    pub(super) fn sums(&self, routes: Range<usize>) -> Sums {
        let (before, all) = (self.sums[routes.start], self.sums[routes.end]);
        Sums {
            value: all.value - before.value,
            divisor: all.divisor - before.divisor,
            weight: all.weight - before.weight,
        }
    }
}

/// The nearest number that 64 bits can hold.
pub(super) fn clamp(sum: i128) -> i64 {
    sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// Stacks as words; the node of each step plus 1 stands in a few bits, the first step highest; 0 ends a stack.
struct Packed {
    /// Bits of a step, and steps of a word.
    bits: u32,
    per_word: u32,
    words: Vec<u64>,
    /// For each stack where it begins, and where the last one ends.
    starts: Vec<usize>,
    lens: Vec<u32>,
}

impl Packed {
    fn new(nodes: usize) -> Self {
        let bits = (nodes as u64 + 1).ilog2() + 1;
        Self {
            bits,
            per_word: u64::BITS / bits,
            words: Vec::new(),
            starts: vec![0],
            lens: Vec::new(),
        }
    }

    /// Appends the stack of a sample, up to `most` steps; returns how many there are.
    fn push(&mut self, basis: &Basis<'_>, span: &Span, direction: Direction, most: usize) -> usize {
        let stack = basis.stack(span);
        let mut writer = Writer {
            left: self.per_word,
            word: 0,
            steps: 0,
        };
        // Two loops: turning a stack around costs nothing this way.
        match direction {
            Direction::TopDown => {
                let nodes = stack.iter().rev().flat_map(|at| basis.frames.of(at).iter().rev());
                nodes.take(most).for_each(|node| writer.step(self, *node));
            }
            Direction::BottomUp => {
                let nodes = stack.iter().flat_map(|at| basis.frames.of(at));
                nodes.take(most).for_each(|node| writer.step(self, *node));
            }
        }
        if writer.left < self.per_word {
            self.words.push(writer.word << (writer.left * self.bits));
        }
        self.starts.push(self.words.len());
        self.lens.push(writer.steps);
        writer.steps as usize
    }

    /// Takes the last stack away again.
    fn drop_last(&mut self) {
        self.starts.pop();
        self.lens.pop();
    }

    fn len(&self, stack: u32) -> u32 {
        self.lens[stack as usize]
    }

    fn words(&self, stack: u32) -> &[u64] {
        &self.words[self.starts[stack as usize]..self.starts[stack as usize + 1]]
    }

    fn node(&self, stack: u32, step: u32) -> NodeId {
        let word = self.words[self.starts[stack as usize] + (step / self.per_word) as usize];
        let shift = (self.per_word - 1 - step % self.per_word) * self.bits;
        NodeId(((word >> shift) & self.mask()) as u32 - 1)
    }

    fn mask(&self) -> u64 {
        (1 << self.bits) - 1
    }

    /// How many first steps two stacks have in common.
    fn common(&self, a: u32, b: u32) -> u32 {
        let (left, right) = (self.words(a), self.words(b));
        let same = left.iter().zip(right).take_while(|(left, right)| left == right).count();
        let shorter = self.len(a).min(self.len(b));
        match (left.get(same), right.get(same)) {
            (Some(left), Some(right)) => {
                let spare = u64::BITS - self.per_word * self.bits;
                let equal = ((left ^ right).leading_zeros() - spare) / self.bits;
                (same as u32 * self.per_word + equal).min(shorter)
            }
            _ => shorter,
        }
    }
}

/// A stack that is being packed.
struct Writer {
    /// Steps for which the word has room.
    left: u32,
    word: u64,
    steps: u32,
}

impl Writer {
    fn step(&mut self, packed: &mut Packed, node: NodeId) {
        self.word = (self.word << packed.bits) | (u64::from(node.0) + 1);
        self.left -= 1;
        self.steps += 1;
        if self.left == 0 {
            packed.words.push(self.word);
            (self.word, self.left) = (0, packed.per_word);
        }
    }
}

/// How many stacks are looked at between two questions whether that is still wanted.
const WATCH: usize = 1 << 14;
/// So few stacks are compared outright.
const FEW: usize = 16;

/// All stacks, in the order of their words.
fn sorted(packed: &Packed, observer: &dyn Observer) -> Result<Vec<u32>> {
    let mut keys: Vec<(u64, u32)> = (0..packed.lens.len() as u32).map(|stack| (0, stack)).collect();
    let mut work = vec![(0..keys.len(), 0)];
    while let Some((range, at)) = work.pop() {
        let start = range.start;
        let group = &mut keys[range];
        if group.len() <= FEW {
            let rest = |stack: u32| packed.words(stack).get(at..).unwrap_or_default();
            group.sort_unstable_by(|a, b| rest(a.1).cmp(rest(b.1)).then(a.1.cmp(&b.1)));
            continue;
        }
        observer.progress(0, None)?;
        for (word, stack) in group.iter_mut() {
            *word = packed.words(*stack).get(at).copied().unwrap_or(0);
        }
        group.sort_unstable();
        let mut from = start;
        for same in group.chunk_by(|a, b| a.0 == b.0) {
            let to = from + same.len();
            let goes_on = same[0].0 & packed.mask() != 0;
            if goes_on && same.len() > 1 {
                work.push((from..to, at + 1));
            }
            from = to;
        }
    }
    Ok(keys.into_iter().map(|(_, stack)| stack).collect())
}
