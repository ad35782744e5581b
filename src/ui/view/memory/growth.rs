//! How each part of the memory went over a series.

use crate::analyze::memory::{LiveBasis, Memory as Parts, MemoryFacts, PartKind};
use crate::model::{Collection, units};
use crate::report;
use crate::ui::session::Session;
use crate::ui::work::host::Probe;

/// Cells of a trend.
pub(super) const TREND: usize = 12;

/// How a part went up to the moment in view.
#[derive(Clone)]
pub(super) struct Growth {
    pub(super) kind: PartKind,
    /// What has come since the base, less what has gone; empty where that is not known.
    pub(super) change: String,
    /// What it was at moments evenly spaced in time, as blocks.
    pub(super) trend: String,
}

/// How each part went; nothing with fewer than two moments that tell of memory, nor beside what the process was asked for, which
/// is of another moment.
pub(super) fn growth(session: &Session) -> Vec<Growth> {
    if session.probes.reply(Probe::Memory).snapshot().is_some() {
        return Vec::new();
    }
    let timeline = &session.timeline;
    let parts = |place: usize| {
        let point = timeline.points().get(place)?;
        let facts = MemoryFacts {
            resident: point.moment.resident,
            heap: None,
            is_collected: point.moment.collection == Collection::Forced,
        };
        Some(Parts::new(point.mem_stats.as_deref()?, &facts))
    };
    let moments: Vec<Option<Parts>> = timeline
        .trend_places(TREND)
        .into_iter()
        .map(|place| parts(place?))
        .collect();
    if moments.iter().flatten().count() < 2 {
        return Vec::new();
    }
    let ends = timeline
        .base_place()
        .and_then(parts)
        .zip(timeline.place().and_then(parts));
    let size = |parts: &Parts, kind| i64::try_from(parts.part(kind)).unwrap_or(i64::MAX);
    let growth = |kind: PartKind| {
        let sizes: Vec<Option<i64>> = moments
            .iter()
            .map(|parts| parts.as_ref().map(|parts| size(parts, kind)))
            .collect();
        // What is live is told otherwise without a collection, so that two such sizes have no difference.
        let is_told =
            |parts: &Parts| parts.basis == LiveBasis::Collected || !matches!(kind, PartKind::Live | PartKind::Garbage);
        let ends = ends.as_ref().filter(|(base, now)| is_told(base) && is_told(now));
        let change = ends.map(|(base, now)| size(now, kind).saturating_sub(size(base, kind)));
        Growth {
            kind,
            change: change.map_or(String::new(), signed),
            trend: report::blocks(&sizes),
        }
    };
    PartKind::ALL.into_iter().map(growth).collect()
}

fn signed(bytes: i64) -> String {
    let sign = if bytes > 0 { "+" } else { "" };
    format!("{sign}{}", units::rounded(bytes as f64, "bytes"))
}
