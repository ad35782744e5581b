//! The lines where functions spend most, and the lines of their calls.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::filter::Scope;
use super::frames::NodeId;
use super::graph::{Basis, Weights};
use super::sums::in_parts;
use crate::model::{Line, LocationId, Profile, StringId};

/// Of the lines of a function that do something, the one with most value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeaviestLine {
    /// The line.
    pub line: Line,
    /// How many other lines of the function do it, too.
    pub others: usize,
}

impl HeaviestLine {
    /// The first in the file of equal ones, so that the result is deterministic; `None` if there are no lines.
    fn of(lines: &[(Line, u64)]) -> Option<Self> {
        let most = lines.iter().max_by_key(|(line, sum)| (*sum, Reverse(line.line)))?;
        Some(Self {
            line: most.0,
            others: lines.len() - 1,
        })
    }
}

/// For each function name the line with the most value: where it allocates or calls. Lines without value count only where
/// none has any.
pub fn heaviest_lines(profile: &Profile, scope: &Scope, weights: Weights<'_>) -> FxHashMap<StringId, HeaviestLine> {
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
    let mut by_name: FxHashMap<StringId, Vec<(Line, u64)>> = FxHashMap::default();
    for ((name, _), (value, line)) in by_line {
        by_name.entry(name).or_default().push((line, value));
    }
    let heaviest = |mut lines: Vec<(Line, u64)>| {
        if lines.iter().any(|(_, value)| *value > 0) {
            lines.retain(|(_, value)| *value > 0);
        }
        HeaviestLine::of(&lines)
    };
    let by_name = by_name.into_iter();
    by_name
        .filter_map(|(name, lines)| Some((name, heaviest(lines)?)))
        .collect()
}

/// The call sites of a scope: (caller, callee) → the caller's lines that make the call.
#[derive(Clone, Debug, Default)]
pub struct CallSites {
    sites: FxHashMap<(NodeId, NodeId), HeaviestLine>,
}

impl CallSites {
    /// Finds them in one pass over the samples. Hidden frames are skipped, as in the graph.
    pub fn new(basis: Basis<'_>) -> Self {
        let mut lines: FxHashMap<(NodeId, NodeId), Vec<(Line, u64)>> = FxHashMap::default();
        let mut add = |from: Option<(NodeId, Line)>, to: NodeId, value: u64| {
            let Some((from, line)) = from.filter(|(from, _)| *from != to) else {
                return;
            };
            let lines = lines.entry((from, to)).or_default();
            match lines.iter_mut().find(|(known, _)| known.line == line.line) {
                Some((_, sum)) => *sum = sum.saturating_add(value),
                None => lines.push((line, value)),
            }
        };
        for ((outer, inner), value) in values_of_steps(basis) {
            let called = basis.frames.of(inner);
            let before = outer.and_then(|outer| numbered(basis, outer, 0));
            called.last().iter().for_each(|&&to| add(before, to, value));
            for (at, &to) in called.iter().enumerate() {
                add(numbered(basis, inner, at + 1), to, value);
            }
        }
        let sites = lines.into_iter();
        Self {
            sites: sites
                .filter_map(|(call, lines)| Some((call, HeaviestLine::of(&lines)?)))
                .collect(),
        }
    }

    /// Where one node calls another; `None` if the profile has no lines.
    pub fn get(&self, from: NodeId, to: NodeId) -> Option<&HeaviestLine> {
        self.sites.get(&(from, to))
    }
}

/// A step down a stack: the location before, if any, and the location.
type Step = (Option<LocationId>, LocationId);

/// The sum of values through each step.
fn values_of_steps(basis: Basis<'_>) -> FxHashMap<Step, u64> {
    let parts = in_parts(basis.scope.spans(), |spans| {
        let mut steps: FxHashMap<Step, u64> = FxHashMap::default();
        for span in spans {
            let value = basis.weights.of(span.sample.index()).0.unsigned_abs();
            let seen = basis.stack(span).iter().rev();
            let mut before = None;
            for location in seen.filter(|location| !basis.frames.of(*location).is_empty()) {
                let sum = steps.entry((before, location)).or_insert(0);
                *sum = sum.saturating_add(value);
                before = Some(location);
            }
        }
        steps
    });
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for (step, value) in parts.flatten() {
        let sum = all.entry(step).or_insert(0);
        *sum = sum.saturating_add(value);
    }
    all
}

/// A location's node, counted from the innermost, with its line.
fn numbered(basis: Basis<'_>, location: LocationId, at: usize) -> Option<(NodeId, Line)> {
    let nodes = basis.frames.of(location);
    let lines = basis.scope.lines(location);
    // Without inlined calls, only the outermost line is left.
    let line = lines.get(lines.len().saturating_sub(nodes.len()) + at)?;
    let line = basis.profile.lines[*line as usize];
    Some((*nodes.get(at)?, line)).filter(|(_, line)| line.line > 0)
}

#[cfg(test)]
mod tests {
    use super::super::{Filters, Frames, NodeIdentity, Scope};
    use super::*;
    use crate::model::{Function, FunctionId, LabelSetId, ValueType};

    #[test]
    fn a_call_is_where_most_of_it_goes_through() {
        let mut profile = Profile::default();
        profile.samples.values.push(Vec::new());
        profile.sample_types.push(ValueType::default());
        for name in ["root", "caller", "inlined", "leaf"] {
            let name = profile.strings.intern(name.as_bytes());
            profile.add_function(Function {
                name,
                ..Function::default()
            });
        }
        let mut location = |lines: &[(u32, i64)]| {
            let line = |&(function, line): &(u32, i64)| Line {
                function: FunctionId(function),
                line,
                column: 0,
            };
            let lines: Vec<Line> = lines.iter().map(line).collect();
            profile.add_location(None, 0, &lines)
        };
        let root = location(&[(0, 1)]);
        let (direct, again) = (location(&[(1, 20)]), location(&[(1, 21)]));
        let through = location(&[(2, 30), (1, 22)]);
        let leaf = location(&[(3, 40)]);
        for (stack, value) in [
            (vec![leaf, direct, root], 5),
            (vec![leaf, again, again, root], -8),
            (vec![leaf, through, root], 1),
        ] {
            profile.add_sample(&stack, LabelSetId::default(), &[value]);
        }
        let scope = Scope::new(&profile, &Filters::default());
        let frames = Frames::new(&profile, &scope, &NodeIdentity::default());
        let weights = Weights {
            values: &profile.samples.values[0],
            divisors: None,
        };
        let sites = CallSites::new(Basis {
            profile: &profile,
            scope: &scope,
            frames: &frames,
            weights,
        });
        let node = |location| frames.of(location)[0];
        let at = |from, to| {
            sites
                .get(node(from), node(to))
                .map(|site| (site.line.line, site.others))
        };
        assert_eq!(at(root, direct), Some((1, 0)), "one line");
        assert_eq!(at(direct, leaf), Some((21, 1)), "the heavier of two");
        assert_eq!(at(direct, through), Some((22, 0)), "an inlined call");
        assert_eq!(at(through, leaf), Some((30, 0)), "from an inlined call");
        assert_eq!(at(leaf, root), None, "no call");
        assert_eq!(at(direct, again), None, "a call of itself is none of the graph's");
    }
}
