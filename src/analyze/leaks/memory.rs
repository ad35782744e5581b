//! Whether memory besides the heap leaks: goroutine stacks, and memory that Go does not know of.

use super::constants::*;
use super::goroutines::{Goroutines, owner};
use super::history::Moment;
use super::trend::{Nature, Trend, TrendShape};
use super::verdict::{Caveat, Confidence, Finding, Kind, Level};
use super::window::Window;
use crate::model::MemStats;

/// The stacks: they are evidence for a goroutine leak, or a finding of their own.
pub(super) fn stacks(window: &Window<'_>, goroutines: &Goroutines) -> (Option<Finding>, Option<Trend>) {
    let Some(values) = window.values(|moment| Some(stats(moment)?.stack_inuse as f64)) else {
        return (None, None);
    };
    let trend = window.trend(&values, 0, &Nature::exact(STACKS_FLOOR));
    let level = trend.shape.level();
    if level == Level::None {
        return (None, Some(trend));
    }
    let largest = goroutines.findings.iter().max_by(|a, b| {
        let by_level = a.level.cmp(&b.level);
        by_level.then(a.trend.rate.total_cmp(&b.trend.rate))
    });
    let history = window.history;
    let mut finding = finding(Kind::Stacks, level, trend.clone(), values);
    if let Some(largest) = largest {
        let new: f64 = goroutines.findings.iter().map(|finding| finding.trend.grew).sum();
        let each = trend.grew / new.max(1.0);
        if each <= DEEP_STACK {
            return (None, Some(trend));
        }
        finding.level = largest.level;
        finding.culprit.clone_from(&largest.culprit);
        finding.stack_each = Some(each);
        finding.confidence = largest.confidence;
    } else {
        // No count grows, so a recursion does not end.
        finding.culprit = goroutines
            .deepest
            .and_then(|stack| history.culprit(stack, owner(history, stack)));
        finding.confidence = if level == Level::Leak {
            Confidence::Medium
        } else {
            Confidence::Low
        };
    }
    (Some(finding), Some(trend))
}

/// Resident memory that is not Go's: `RSS - RssFile - (Sys - HeapReleased)`. Without `/proc`, the peak RSS minus the
/// highest total of Go so far.
pub(super) fn outside(whole: &Window<'_>, caveats: &mut Vec<Caveat>) -> (Option<Finding>, Option<Trend>) {
    let known = whole.with(|moment| moment.resident.is_some());
    let window = if known.len() < FEWEST { whole } else { &known };
    let held = |moment: &Moment| stats(moment).map(|stats| stats.sys.saturating_sub(stats.heap_released) as f64);
    let files = window.first().and_then(|first| first.resident?.files).unwrap_or(0) as f64;
    let resident = window.values(|moment| Some((moment.resident?.bytes as f64 - files - held(moment)?).max(0.0)));
    let mut highest: f64 = 0.0;
    let mut peak = || {
        let values: Option<Vec<f64>> = window
            .moments()
            .map(|moment| {
                highest = highest.max(held(moment)?);
                let peak = stats(moment)?.max_rss as f64;
                (peak > 0.0).then(|| (peak - highest).max(0.0))
            })
            .collect();
        values
    };
    let (values, sure) = match resident {
        Some(values) => (values, Confidence::High),
        None => match peak() {
            Some(values) => {
                caveats.push(Caveat::PeakRss);
                (values, Confidence::Medium)
            }
            None => {
                caveats.push(Caveat::NoRss);
                return (None, None);
            }
        },
    };
    let nature = Nature {
        drift: DRIFT_NOISY,
        ..Nature::exact(OUTSIDE_FLOOR)
    };
    let trend = window.trend(&values, 0, &nature);
    // Resident memory minus Go's fluctuates by some MB, which looks like a random walk.
    let level = if trend.shape == TrendShape::Wander {
        Level::Growing
    } else {
        trend.shape.level()
    };
    if level == Level::None {
        return (None, Some(trend));
    }
    let mut finding = finding(Kind::Outside, level, trend.clone(), values);
    finding.confidence = if level == Level::Leak { sure } else { Confidence::Low };
    (Some(finding), Some(trend))
}

fn stats(moment: &Moment) -> Option<&MemStats> {
    moment.mem_stats.as_deref()
}

fn finding(kind: Kind, level: Level, trend: Trend, values: Vec<f64>) -> Finding {
    Finding {
        kind,
        level,
        trend,
        values,
        culprit: None,
        share: None,
        samples: None,
        confidence: Confidence::Low,
        object_size: None,
        stack_each: None,
        held_by: None,
        with: None,
        opened_by: None,
    }
}
