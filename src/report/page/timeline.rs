//! The moments of a session as the page's script is told of them: sums of each, not profiles.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::super::aggregate::Report;
use super::extras::PageMoment;
use crate::model::{Profile, SampleTypeId};

/// Rows that are told over time at most: those that hold most at some moment.
const MAX_ROWS: usize = 150;

/// What the moments held of some sample types.
pub(super) struct Timeline<'m> {
    moments: &'m [PageMoment],
    /// For each type its place in the sums of each moment, where it has it.
    places: Vec<Vec<Option<usize>>>,
    /// Names that are told of, with their row of each moment, where they have one.
    rows: Vec<(&'m str, Vec<Option<&'m [i64]>>)>,
}

impl<'m> Timeline<'m> {
    pub(super) fn new(profile: &Profile, types: &[SampleTypeId], moments: &'m [PageMoment]) -> Self {
        let place = |id: &SampleTypeId| {
            let name = profile.type_name(*id);
            let places = moments
                .iter()
                .map(|moment| moment.sums.types.iter().position(|own| own == name));
            places.collect::<Vec<_>>()
        };
        let places: Vec<_> = types.iter().map(place).collect();
        let mut rows: FxHashMap<&str, Vec<Option<&[i64]>>> = FxHashMap::default();
        for (at, moment) in moments.iter().enumerate() {
            for (name, values) in &moment.sums.rows {
                rows.entry(name).or_insert_with(|| vec![None; moments.len()])[at] = Some(values);
            }
        }
        // The largest share of any type at any moment.
        let share = |row: &[Option<&[i64]>]| {
            let parts = row.iter().zip(moments).flat_map(|(values, moment)| {
                let parts = values.iter().flat_map(|values| values.iter()).zip(&moment.sums.totals);
                parts
                    .filter(|(_, total)| **total != 0)
                    .map(|(value, total)| *value as f64 / *total as f64)
            });
            (parts.fold(0.0, |most: f64, part| most.max(part.abs())) * 1e9) as u64
        };
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by_cached_key(|(name, row)| (Reverse(share(row)), *name));
        rows.truncate(MAX_ROWS);
        Self { moments, places, rows }
    }

    /// For the page's script; `number` says how it knows a name.
    pub(super) fn json(&self, report: &Report, mut number: impl FnMut(&str) -> usize) -> Value {
        let span = match self.moments {
            [first, .., last] => last.nanos.saturating_sub(first.nanos),
            _ => 0,
        };
        let clock = |moment: &PageMoment| report.environment.clock(moment.nanos, span);
        let over = |values: &dyn Fn(usize, usize) -> i64| -> Vec<Value> {
            let of_type = |places: &Vec<Option<usize>>| {
                let value = |(at, place): (usize, &Option<usize>)| {
                    place.map_or(0, |place| report.format.scaled(values(at, place)))
                };
                let values: Vec<i64> = places.iter().enumerate().map(value).collect();
                // Most rows hold nothing of some type.
                if values.iter().all(|value| *value == 0) {
                    json!(0)
                } else {
                    json!(values)
                }
            };
            self.places.iter().map(of_type).collect()
        };
        let rows = self.rows.iter().map(|(name, row)| {
            let held = |at: usize, place: usize| row[at].and_then(|values| values.get(place)).copied().unwrap_or(0);
            json!([number(name), over(&held)])
        });
        let rows: Vec<Value> = rows.collect();
        let total = |at: usize, place: usize| self.moments[at].sums.totals.get(place).copied().unwrap_or(0);
        let each = |part: &dyn Fn(&PageMoment) -> Value| self.moments.iter().map(part).collect::<Vec<_>>();
        json!({
            "seconds": each(&|moment| json!((moment.nanos - self.moments[0].nanos) as f64 / 1e9)),
            "clock": each(&|moment| json!(clock(moment))),
            "resident": each(&|moment| json!(moment.resident)),
            "goroutines": each(&|moment| json!(moment.goroutines)),
            "totals": over(&total),
            "rows": rows,
        })
    }
}
