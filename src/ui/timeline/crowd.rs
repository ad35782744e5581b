//! How the goroutines of a series went: those of each kind at each moment, put together as a view groups them.

use rustc_hash::FxHashMap;

use super::Timeline;
use crate::analyze::goroutines::{GoroutineKind, Grouping};

/// The kinds of goroutines that any moment has; a moment holds their numbers.
#[derive(Default)]
pub(super) struct Kinds {
    known: Vec<GoroutineKind>,
    numbers: FxHashMap<GoroutineKind, u32>,
}

impl Kinds {
    /// The numbers of some kinds, with their counts.
    pub(super) fn intern(&mut self, counts: Vec<(GoroutineKind, i64)>) -> Box<[(u32, i64)]> {
        let number = |(kind, count)| {
            let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
            let number = *self.numbers.entry(kind).or_insert_with_key(|kind| {
                self.known.push(kind.clone());
                next
            });
            (number, count)
        };
        counts.into_iter().map(number).collect()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// How the goroutines of one group went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::ui) struct Growth {
    /// What has come since the base, less what has gone.
    pub(in crate::ui) change: i64,
    /// What comes in a minute, less what goes.
    pub(in crate::ui) per_minute: Option<i64>,
    /// Counts up to the moment in view, evenly spaced in time.
    pub(in crate::ui) trend: Vec<Option<i64>>,
}

impl Timeline {
    /// How each group went up to the moment in view, by its key, with trends of so many values at most; empty where
    /// that is not known.
    pub(in crate::ui) fn goroutine_growth(&self, grouping: &Grouping, width: usize) -> FxHashMap<String, Growth> {
        let is_counted = |place: &usize| self.points[*place].kinds.is_some();
        let (Some(now), true) = (self.place().filter(is_counted), self.points.len() > 1) else {
            return FxHashMap::default();
        };
        let base = self.base_place().filter(is_counted);
        let Some(base) = base.or_else(|| self.span().find(is_counted)) else {
            return FxHashMap::default();
        };
        // The group of each kind.
        let mut groups: FxHashMap<String, usize> = FxHashMap::default();
        let of_kind = self.kinds.known.iter().map(|kind| {
            let key = kind.key(grouping)?;
            let next = groups.len();
            Some(*groups.entry(key).or_insert(next))
        });
        let of_kind: Vec<Option<usize>> = of_kind.collect();
        let count = |place: usize| {
            let mut counts = vec![0i64; groups.len()];
            for (kind, count) in self.points[place].kinds.as_deref()? {
                let group = of_kind.get(*kind as usize).copied().flatten()?;
                counts[group] = counts[group].saturating_add(*count);
            }
            Some(counts)
        };
        let needed = self.trend_places(width);
        let mut counts: FxHashMap<usize, Option<Vec<i64>>> = FxHashMap::default();
        for place in needed.iter().flatten().copied().chain(self.lately()).chain([now, base]) {
            counts.entry(place).or_insert_with(|| count(place));
        }
        let growth = |(key, group): (String, usize)| {
            let at = |place: usize| Some(counts.get(&place)?.as_ref()?[group]);
            let growth = Growth {
                change: at(now)?.saturating_sub(at(base)?),
                per_minute: self.rate(at),
                trend: needed.iter().map(|place| at((*place)?)).collect(),
            };
            Some((key, growth))
        };
        groups.clone().into_iter().filter_map(growth).collect()
    }
}
