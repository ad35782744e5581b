//! Is it leaking, who, and is it the Go heap at all?
//!
//! A pure function of a [`History`]: snapshots of one process, added one by one. The exact size of the heap behind a
//! forced collection says *whether* it leaks, samples only say *who*. Steps, a file each:
//!
//! | file | step |
//! |---|---|
//! | `history`, `samples` | profiles reduced to stacks with raw samples |
//! | `window` | the snapshots that are judged, and their clock |
//! | `series`, `trend` | what a row of numbers is taken for: level, swinging, steady, in steps |
//! | `naming` | whom a stack is put down to, and who is suspected first |
//! | `heap`, `goroutines`, `memory` | what grows, and whether it is a leak |
//! | `order` | what goes first, and what explains what |
//! | `constants` | every number in this, with its reason |
//!
//! Scaling the times, or the values with their floors, changes no verdict. Knows no clock, no text and no file.

mod constants;
mod goroutines;
mod heap;
mod history;
mod memory;
mod naming;
mod order;
mod samples;
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

/// Younger processes are starting up.
const YOUNG: f64 = 300.0;

/// What the snapshots so far say. Of fewer than three nothing is said: the verdict has no finding then.
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
        order::order(&mut verdict.findings);
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

/// How old the process is at the end: since its first collection, as long as Go remembers that.
fn age(window: &Window<'_>) -> Option<f64> {
    window.last()?.mem_stats.as_deref()?.age()
}
