//! Is it leaking, which function leaks, and is it the Go heap at all?
//!
//! A pure function of a [`History`]: snapshots of one process, added one by one. The exact heap size after a
//! forced collection says *whether* it leaks; samples only say *which function* does. One file per step:
//!
//! | file | step |
//! |---|---|
//! | `history`, `samples` | reduces profiles to stacks with raw samples |
//! | `window` | selects the snapshots to judge, and their clock |
//! | `series`, `trend` | classifies a time series: level, swinging, steady, in steps |
//! | `naming` | attributes stacks to functions, and ranks the suspects |
//! | `heap`, `goroutines`, `memory` | decides what grows, and whether it is a leak |
//! | `order` | orders the findings, and finds which explain others |
//! | `constants` | all constants, with their reasons |
//!
//! Scaling the times, or the values with their floors, changes no verdict. Knows no clock, text or file.

mod constants;
mod goroutines;
mod heap;
mod history;
mod memory;
mod naming;
mod order;
pub(super) mod samples;
mod series;
mod trend;
mod verdict;
mod window;

#[cfg(test)]
mod laws;

use constants::{ENOUGH, FEWEST};
pub use history::{History, Observation};
pub use series::slope;
pub use trend::{Trend, TrendShape};
pub use verdict::{
    Call, Caveat, Confidence, Culprit, Finding, Kind, Level, Levels, SampleEvidence, Suspected, Verdict,
};
use window::Window;

/// A younger process is still starting up. Seconds.
const YOUNG: f64 = 300.0;

/// The verdict on the snapshots so far. With fewer than three it has no finding.
pub fn judge(history: &History) -> Verdict {
    let window = Window::of(history);
    let mut caveats = Vec::new();
    let mut verdict = Verdict {
        window: window.seconds(),
        snapshots: window.len(),
        ..Verdict::default()
    };
    if window.is_restarted {
        caveats.push(Caveat::Restarted);
    }
    if window.holes() > 0 {
        caveats.push(Caveat::Holes(window.holes()));
    }
    if window.len() < ENOUGH {
        caveats.push(Caveat::FewSnapshots);
    }
    if window.len() >= FEWEST {
        let goroutines = goroutines::goroutines(&window, &mut caveats);
        let heap = heap::heap(&window, &mut caveats);
        let (stacks, stacks_trend) = memory::stacks(&window, &goroutines);
        let (outside, outside_trend) = memory::outside(&window, &mut caveats);
        verdict.levels = Levels {
            heap: heap.trend,
            goroutines: goroutines.trend,
            stacks: stacks_trend,
            outside: outside_trend,
        };
        verdict.suspects = heap.suspects;
        verdict.rested = heap.rested;
        verdict.findings = goroutines.findings;
        verdict.findings.extend(heap.findings);
        verdict.findings.extend(stacks);
        verdict.findings.extend(outside);
        order::attribute(&mut verdict.findings);
        order::open(&mut verdict.findings, &verdict.suspects);
        order::order(&mut verdict.findings);
        order::join(&mut verdict.findings);
    }
    verdict.level = verdict.findings.first().map_or(Level::None, |first| first.level);
    caveats.extend(
        age(&window)
            .filter(|&age| age < YOUNG)
            .map(|seconds| Caveat::Young { seconds }),
    );
    verdict.caveats = caveats;
    verdict
}

/// The age of the process at the last snapshot, in seconds: since its first collection, while Go remembers that.
fn age(window: &Window<'_>) -> Option<f64> {
    window.last()?.mem_stats.as_deref()?.age()
}
