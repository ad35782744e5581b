//! Where in its source a function matters most.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::filter::Scope;
use super::graph::Weights;
use super::sums::in_parts;
use crate::model::{Line, Profile, StringId};

/// For each function name the line through which most of its value goes: where it allocates or calls.
pub fn heaviest_lines(profile: &Profile, scope: &Scope, weights: Weights<'_>) -> FxHashMap<StringId, Line> {
    let parts = in_parts(scope.spans(), |spans| {
        let mut by_location = vec![0u64; profile.locations.len()];
        for span in spans {
            let value = weights.of(span.sample.index()).0.unsigned_abs();
            let stack = profile.stacks.get(profile.samples.stack[span.sample.index()]);
            for location in &stack.part(span.from, span.to) {
                let sum = &mut by_location[location.index()];
                *sum = sum.saturating_add(value);
            }
        }
        by_location
    });
    let add = |mut all: Vec<u64>, part: Vec<u64>| {
        all.iter_mut()
            .zip(part)
            .for_each(|(sum, more)| *sum = sum.saturating_add(more));
        all
    };
    let by_location = parts.into_iter().reduce(add).unwrap_or_default();
    let mut by_line: FxHashMap<(StringId, i64), (u64, Line)> = FxHashMap::default();
    for (location, &value) in profile.locations.iter().zip(&by_location) {
        for line in &profile.lines[location.line_range()] {
            let name = profile.functions[line.function.index()].name;
            let sum = by_line.entry((name, line.line)).or_insert((0, *line));
            sum.0 = sum.0.saturating_add(value);
        }
    }
    let mut heaviest: FxHashMap<StringId, (u64, Line)> = FxHashMap::default();
    for ((name, _), (value, line)) in by_line {
        let best = heaviest.entry(name).or_insert((value, line));
        // Of equal ones the first in the file, so that the answer does not depend on chance.
        if (value, Reverse(line.line)) > (best.0, Reverse(best.1.line)) {
            *best = (value, line);
        }
    }
    heaviest.into_iter().map(|(name, (_, line))| (name, line)).collect()
}
