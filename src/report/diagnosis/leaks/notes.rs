//! What limits a verdict, and what would lift that.

use super::super::words::{count, seconds};
use crate::analyze::leaks::{Caveat, Level, Verdict};

/// A line for each limit.
pub(super) fn notes(verdict: &Verdict) -> Vec<String> {
    let (window, snapshots) = (seconds(verdict.window), count(verdict.snapshots as f64, "snapshot"));
    let mut notes = vec![format!("{snapshots} in {window}")];
    notes.extend(verdict.caveats.iter().filter_map(|limit| note(*limit, verdict)));
    notes
}

fn note(limit: Caveat, verdict: &Verdict) -> Option<String> {
    Some(match limit {
        Caveat::NoMemStats => {
            "without runtime.MemStats the heap is known from its samples alone: heap?gc=1&debug=1 instead of the .pb.gz gives its exact size, the stacks and what is outside Go".into()
        }
        Caveat::NoGoroutines => "no goroutine profiles: goroutine leaks are not looked for (take /debug/pprof/goroutine beside the heap)".into(),
        Caveat::NoRss => "the process's resident memory is not known: growth outside Go is not looked for".into(),
        Caveat::PeakRss => {
            "resident memory is known by its peak alone (MaxRSS), which moves only once the old peak is passed".into()
        }
        Caveat::NoHeap => "no heap profile in some snapshot: the heap is not judged".into(),
        Caveat::NotCollected { collections } => {
            let seen = collections.map_or(String::new(), |seen| format!("; {} in the window", count(seen as f64, "collection")));
            format!("no garbage collection was forced, so the live heap is estimated from NextGC and nothing in it is called a leak{seen}: gc=1 makes it exact, a longer watch surer")
        }
        Caveat::FewSnapshots => {
            "few snapshots: a swing can look like a line, so little is called a leak (21 in a minute are enough)".into()
        }
        Caveat::Young { seconds: age } if verdict.level > Level::None => {
            format!("the process is {} old: it may still be starting up", seconds(age))
        }
        Caveat::Young { .. } => return None,
        Caveat::Restarted => "the process began anew: earlier snapshots are not judged".into(),
        Caveat::Holes(holes) => format!("{} in the snapshots, in which the clock stands still", count(holes as f64, "hole")),
    })
}
