//! The distinct stacks of a sample type, once each and in order, so that those with a common beginning stand together.

use std::ops::Range;

use super::call_tree::Direction;
use super::frames::NodeId;
use super::graph::{Basis, mean};
use super::packed_stacks::{Packed, WATCH, sorted};
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
