//! Whether goroutines leak: exact counts, grouped by the function responsible.

use rustc_hash::FxHashMap;

use super::constants::*;
use super::history::{Chain, FunctionRow, History};
use super::trend::{Nature, Trend};
use super::verdict::{Caveat, Confidence, Finding, Kind, Level};
use super::window::Window;
use crate::analyze::origin::Origin;

/// The verdict on goroutines.
#[derive(Default)]
pub(super) struct Goroutines {
    pub(super) findings: Vec<Finding>,
    /// The trend of their total.
    pub(super) trend: Option<Trend>,
    /// The deepest stack in the last snapshot.
    pub(super) deepest: Option<Chain>,
}

pub(super) fn goroutines(window: &Window<'_>, caveats: &mut Vec<Caveat>) -> Goroutines {
    let history = window.history;
    let window = window.with(|moment| moment.goroutines.is_some());
    let seen: Vec<&Vec<(Chain, i64)>> = window
        .moments()
        .filter_map(|moment| moment.goroutines.as_ref())
        .collect();
    if seen.len() < FEWEST {
        caveats.push(Caveat::NoGoroutines);
        return Goroutines::default();
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut rows: FxHashMap<FunctionRow, usize> = FxHashMap::default();
    let mut all = vec![0.0; seen.len()];
    for (at, counts) in seen.iter().enumerate() {
        for &(stack, count) in *counts {
            let function = owner(history, stack);
            let row = *rows.entry(function).or_insert(groups.len());
            if row == groups.len() {
                groups.push(Group {
                    function,
                    values: vec![0.0; seen.len()],
                    stack,
                    most: i64::MIN,
                });
            }
            groups[row].values[at] += count as f64;
            all[at] += count as f64;
            if at + 1 == seen.len() && count > groups[row].most {
                (groups[row].most, groups[row].stack) = (count, stack);
            }
        }
    }
    let nature = Nature {
        high: GOROUTINE_HIGH,
        ..Nature::exact(GOROUTINE_FLOOR)
    };
    let findings = groups.iter().filter_map(|group| {
        let trend = window.trend(&group.values, 0, &nature);
        let level = trend.shape.level();
        (level > Level::None).then(|| group.finding(history, level, trend))
    });
    let last = seen.last().map(|counts| counts.iter());
    Goroutines {
        findings: findings.collect(),
        trend: Some(window.trend(&all, 0, &nature)),
        deepest: last
            .into_iter()
            .flatten()
            .map(|&(stack, _)| stack)
            .max_by_key(|&stack| history.chain(stack).len()),
    }
}

/// Goroutines attributed to one function.
struct Group {
    function: FunctionRow,
    values: Vec<f64>,
    /// The most frequent stack in the last snapshot.
    stack: Chain,
    most: i64,
}

impl Group {
    fn finding(&self, history: &History, level: Level, trend: Trend) -> Finding {
        let is_proved = history
            .proved
            .iter()
            .any(|&(stack, count)| count > 0 && owner(history, stack) == self.function);
        let confidence = match level {
            _ if is_proved => Confidence::Certain,
            Level::Leak => Confidence::High,
            _ => Confidence::Low,
        };
        Finding {
            kind: Kind::Goroutine,
            // What is proved never ends, whatever its trend.
            level: if is_proved { Level::Leak } else { level },
            trend,
            values: self.values.clone(),
            culprit: history.culprit(self.stack, self.function),
            share: None,
            samples: None,
            confidence,
            object_size: None,
            stack_each: None,
            held_by: None,
            with: None,
            opened_by: None,
        }
    }
}

/// The function that a goroutine is attributed to: the innermost own one, else a dependency's, else the entry.
pub(super) fn owner(history: &History, stack: Chain) -> FunctionRow {
    let chain = history.chain(stack);
    let of = |origin: Origin| {
        let mut functions = chain.iter().map(|frame| frame.function);
        functions.find(|&function| history.function(function).origin == origin)
    };
    let entry = || chain.last().map(|frame| frame.function);
    of(Origin::Own)
        .or_else(|| of(Origin::Dependency))
        .or_else(entry)
        .unwrap_or_default()
}
