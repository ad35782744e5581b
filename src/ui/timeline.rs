//! The moments of a series: which there are, what the rows held at each, which is in view and which is the base.

pub(super) mod crowd;

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::crowd::Kinds;
use crate::analyze::goroutines::GoroutineKind;
use crate::analyze::leaks::{Verdict, slope};
use crate::model::{MemStats, Moment, MomentId};
use crate::report::{Options, OverTime, RowSums};
use crate::ui::work::series::added_up_with;

/// The rate of a row is that of so many seconds before the moment in view.
const LATELY: f64 = 60.0;
/// The fewest moments that say a rate, and the fewest seconds.
const FEWEST: usize = 3;
const SHORTEST: f64 = 5.0;

/// What becomes of a series.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Following {
    /// There is none.
    #[default]
    Nothing,
    /// Its moments are being listed.
    Listing,
    /// It was recorded; all moments are known.
    Recorded,
    /// Moments come.
    Live,
    /// None come until the user says so.
    Paused,
    /// The last one could not be taken: why.
    Stale(String),
    /// None come any more: why, if something went wrong.
    Ended(Option<String>),
}

/// What was added up at a moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Summed {
    pub(super) sums: RowSums,
    pub(super) goroutines: Option<i64>,
    /// Those that the filters leave, by kind.
    pub(super) kinds: Option<Vec<(GoroutineKind, i64)>>,
    /// What the process has allocated in all: less than before means that it is another process.
    pub(super) allocated: Option<u64>,
    pub(super) mem_stats: Option<Box<MemStats>>,
}

/// A moment with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) moment: Moment,
    pub(super) goroutines: Option<i64>,
    pub(super) mem_stats: Option<Box<MemStats>>,
    allocated: Option<u64>,
    /// Numbers of the kinds of its goroutines, with how many there are.
    kinds: Option<Box<[(u32, i64)]>>,
    /// Nothing until it is added up.
    held: Option<PointSums>,
    /// Whether it was looked at, whatever came of it.
    is_read: bool,
}

/// What the rows held at a moment.
#[derive(Clone, Debug)]
struct PointSums {
    types: Arc<[String]>,
    totals: Box<[i64]>,
    /// Numbers of the names of its rows, in order.
    rows: Box<[u32]>,
    /// For each row a value of each type.
    values: Box<[i64]>,
}

impl PointSums {
    fn column(&self, sample_type: &str) -> Option<usize> {
        self.types.iter().position(|own| own == sample_type)
    }

    fn value(&self, row: u32, column: usize) -> i64 {
        let at = self.rows.binary_search(&row).ok();
        let value = at.and_then(|at| self.values.get(at * self.types.len() + column));
        value.copied().unwrap_or(0)
    }
}

/// All moments of a series.
#[derive(Default)]
pub(super) struct Timeline {
    pub(super) following: Following,
    /// In the order of their time.
    points: Vec<Point>,
    names: FxHashMap<Box<str>, u32>,
    kinds: Kinds,
    /// Types of the last moment that was added up, which most moments share.
    types: Arc<[String]>,
    /// Which options the rows were added up with.
    generation: u64,
    /// The options that rows are to be added up with, and how often they have changed: that generation is to come.
    options: Option<Options>,
    wanted: u64,
    /// The moment in view; none for the newest.
    at: Option<MomentId>,
    /// What the user compares with; none for the first moment of the same process.
    base: Option<MomentId>,
    /// Moments that had to go.
    pub(super) gone: usize,
    pub(super) verdict: Option<Arc<Verdict>>,
    /// Whether there are moments that a verdict is still to come of.
    pub(super) is_judging: bool,
}

impl Timeline {
    /// Whether there is anything over time to show.
    pub(super) fn is_shown(&self) -> bool {
        self.following != Following::Nothing
    }

    /// Whether new moments come, or could.
    pub(super) fn is_watched(&self) -> bool {
        matches!(
            self.following,
            Following::Live | Following::Paused | Following::Stale(_) | Following::Ended(_)
        )
    }

    /// Says with which options rows are added up from now on.
    pub(super) fn add_up_with(&mut self, options: &Options) {
        let options = Some(added_up_with(options));
        if self.options != options {
            self.options = options;
            self.wanted += 1;
        }
    }

    /// Whether moments are still to be listed or added up.
    pub(super) fn is_reading(&self) -> bool {
        let is_behind = self.generation < self.wanted && !self.points.is_empty();
        is_behind
            || self.following == Following::Listing
            || self.is_judging
            || self.points.iter().any(|point| !point.is_read)
    }

    /// All moments, the earliest first.
    pub(super) fn points(&self) -> &[Point] {
        &self.points
    }

    /// Nanoseconds from the first moment to the last.
    pub(super) fn length(&self) -> i128 {
        match self.points.as_slice() {
            [first, .., last] => last.moment.nanos.saturating_sub(first.moment.nanos),
            _ => 0,
        }
    }

    /// Takes another moment in, and lets go of those that are not held any more.
    pub(super) fn push(&mut self, moment: Moment, gone: &[MomentId]) {
        let at = self.points.partition_point(|point| point.moment.nanos <= moment.nanos);
        let point = Point {
            moment,
            goroutines: None,
            mem_stats: None,
            allocated: None,
            kinds: None,
            held: None,
            is_read: false,
        };
        self.points.insert(at, point);
        self.gone += gone.len();
        self.points.retain(|point| !gone.contains(&point.moment.id));
        self.at = self.at.filter(|at| !gone.contains(at));
    }

    /// Takes what was added up at a moment; nothing where its profile could not be read.
    pub(super) fn sum_up(&mut self, generation: u64, id: MomentId, summed: Option<Box<Summed>>) {
        if generation > self.generation {
            // Rows of other options: none of them can stand beside these.
            self.generation = generation;
            self.names.clear();
            self.kinds.clear();
            for point in &mut self.points {
                (point.held, point.kinds, point.is_read) = (None, None, false);
            }
        }
        if generation < self.generation {
            return;
        }
        let Some(point) = self.points.iter_mut().find(|point| point.moment.id == id) else {
            return;
        };
        point.is_read = true;
        let Some(summed) = summed else { return };
        let Summed {
            sums,
            goroutines,
            kinds,
            allocated,
            mem_stats,
        } = *summed;
        point.kinds = kinds.map(|kinds| self.kinds.intern(kinds));
        (point.goroutines, point.allocated, point.mem_stats) = (goroutines, allocated, mem_stats);
        if *self.types != *sums.types {
            self.types = sums.types.into();
        }
        let mut rows: Vec<(u32, Box<[i64]>)> = Vec::with_capacity(sums.rows.len());
        for (name, values) in sums.rows {
            let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
            let row = *self.names.entry(name.into_boxed_str()).or_insert(next);
            rows.push((row, values));
        }
        rows.sort_unstable_by_key(|(row, _)| *row);
        point.held = Some(PointSums {
            types: Arc::clone(&self.types),
            totals: sums.totals.into(),
            values: rows.iter().flat_map(|(_, values)| values.iter().copied()).collect(),
            rows: rows.iter().map(|(row, _)| *row).collect(),
        });
    }

    /// The place of the moment in view.
    pub(super) fn place(&self) -> Option<usize> {
        let found = self.at.and_then(|at| self.find(at));
        found.or_else(|| self.points.len().checked_sub(1))
    }

    fn find(&self, id: MomentId) -> Option<usize> {
        self.points.iter().position(|point| point.moment.id == id)
    }

    /// The moment in view.
    pub(super) fn point(&self) -> Option<&Point> {
        self.points.get(self.place()?)
    }

    /// The moment in view, where that is not the newest one.
    pub(super) fn past(&self) -> Option<MomentId> {
        self.at
    }

    /// Puts another moment in view; the last one is followed.
    pub(super) fn go(&mut self, place: usize) -> Option<MomentId> {
        let last = self.points.len().checked_sub(1)?;
        let id = self.points[place.min(last)].moment.id;
        self.at = (place < last).then_some(id);
        Some(id)
    }

    /// The moment that the user compares with.
    pub(super) fn base(&self) -> Option<MomentId> {
        self.base.filter(|base| self.find(*base).is_some())
    }

    /// Compares with a moment, or with none.
    pub(super) fn set_base(&mut self, base: Option<MomentId>) {
        self.base = base;
    }

    /// Whether another process is looked at than at the moment before.
    pub(super) fn is_break(&self, place: usize) -> bool {
        let allocated = |at: usize| self.points.get(at).and_then(|point| point.allocated);
        let before = (0..place).rev().find_map(allocated);
        matches!((before, allocated(place)), (Some(before), Some(now)) if now < before)
    }

    /// The moments of the process in view, up to the one in view.
    fn span(&self) -> Range<usize> {
        let Some(end) = self.place() else { return 0..0 };
        let first = (1..=end).rev().find(|&at| self.is_break(at)).unwrap_or(0);
        first..end + 1
    }

    /// The moments that a rate is taken from: those of the process in view, up to the one in view.
    fn lately(&self) -> Range<usize> {
        let span = self.span();
        let Some(now) = span.clone().next_back() else {
            return span;
        };
        let now = self.points[now].moment;
        let is_recent = |place: &usize| self.points[*place].moment.seconds_since(&now) >= -LATELY;
        let recent = span.clone().rev().take_while(is_recent).count();
        span.end - recent..span.end
    }

    /// What comes in a minute, less what goes, of what has these values lately.
    fn rate(&self, value: impl Fn(usize) -> Option<i64>) -> Option<i64> {
        let lately = self.lately();
        let now = self.points.get(lately.clone().next_back()?)?.moment;
        let points = lately.filter_map(|place| {
            let seconds = self.points[place].moment.seconds_since(&now);
            Some((seconds, value(place)? as f64))
        });
        let (times, values): (Vec<f64>, Vec<f64>) = points.unzip();
        let length = times.last()? - times.first()?;
        (times.len() >= FEWEST && length >= SHORTEST).then(|| (slope(&times, &values) * 60.0).round() as i64)
    }

    /// The moments that a trend of so many cells shows: those of the process in view, up to the one in view.
    pub(super) fn trend_places(&self, width: usize) -> Vec<Option<usize>> {
        self.buckets(self.span(), width)
    }

    /// The place of what changes are counted from.
    pub(super) fn base_place(&self) -> Option<usize> {
        let chosen = self.base().and_then(|base| self.find(base));
        chosen.or_else(|| Some(self.span().start).filter(|first| *first < self.points.len()))
    }

    /// What all rows of a type add up to at a place.
    pub(super) fn total(&self, place: usize, sample_type: &str) -> Option<i64> {
        let held = self.points.get(place)?.held.as_ref()?;
        held.totals.get(held.column(sample_type)?).copied()
    }

    /// What is known of the rows of a sample type.
    pub(super) fn of_type<'t>(&'t self, sample_type: &'t str, width: usize) -> Option<InType<'t>> {
        let is_summed = |place: Option<usize>| place.is_some_and(|place| self.total(place, sample_type).is_some());
        (self.points.len() > 1 && is_summed(self.place())).then_some(InType {
            timeline: self,
            sample_type,
            width,
        })
    }

    fn value(&self, place: usize, name: &str, sample_type: &str) -> Option<i64> {
        let held = self.points.get(place)?.held.as_ref()?;
        let column = held.column(sample_type)?;
        Some(self.names.get(name).map_or(0, |row| held.value(*row, column)))
    }

    /// Divides the time up to the moment in view into parts and picks the last moment of each; nothing for parts
    /// without one. Where there are fewer moments than parts each has its own.
    pub(super) fn buckets(&self, range: Range<usize>, width: usize) -> Vec<Option<usize>> {
        let count = range.len();
        if count <= width {
            return range.map(Some).collect();
        }
        let nanos = |place: usize| self.points[place].moment.nanos;
        let (start, length) = (nanos(range.start), (nanos(range.end - 1) - nanos(range.start)).max(1));
        let mut buckets = vec![None; width];
        for place in range {
            let share = (nanos(place) - start) as f64 / length as f64;
            buckets[((share * width as f64) as usize).min(width - 1)] = Some(place);
        }
        buckets
    }
}

/// What is known of the rows of a sample type over time.
pub(super) struct InType<'t> {
    timeline: &'t Timeline,
    sample_type: &'t str,
    /// How many values a trend has at most.
    width: usize,
}

impl OverTime for InType<'_> {
    fn change(&self, name: &str) -> Option<i64> {
        let at = |place| self.timeline.value(place, name, self.sample_type);
        let (now, base) = (at(self.timeline.place()?)?, at(self.timeline.base_place()?)?);
        Some(now.saturating_sub(base))
    }

    fn per_minute(&self, name: &str) -> Option<i64> {
        self.per_minute_of(name, self.sample_type)
    }

    fn per_minute_of(&self, name: &str, sample_type: &str) -> Option<i64> {
        let timeline = self.timeline;
        timeline.rate(|place| timeline.value(place, name, sample_type))
    }

    fn trend(&self, name: &str) -> Vec<Option<i64>> {
        let timeline = self.timeline;
        let buckets = timeline.trend_places(self.width);
        let value = |place: Option<usize>| timeline.value(place?, name, self.sample_type);
        buckets.into_iter().map(value).collect()
    }
}
