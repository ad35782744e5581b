//! Which snapshots are judged, and on which clock.
//!
//! A restart begins a new window. A hole, in which the machine or the watcher was stalled, does not: the clock is
//! stopped in it, and a rise across it counts as one usual step. (With a new window after each hole of 4 to 9 of 21
//! snapshots, 20 sessions without forced collections had 2 leaks named instead of 14; with holes left as they are,
//! leaks of a process that was stopped meanwhile were misnamed.)

use super::constants::{AT_PACE, BURST, FEWEST, GAP};
use super::history::{History, Moment};
use super::series::median;
use super::trend::{Nature, Trend, trend};
use crate::model::Collection;

/// The snapshots that are judged.
#[derive(Clone, Debug)]
pub(super) struct Window<'h> {
    pub(super) history: &'h History,
    /// Rows of the history's moments, the earliest first.
    rows: Vec<usize>,
    /// Seconds since the first, on a clock that is stopped in holes.
    times: Vec<f64>,
    /// The snapshots that follow a hole.
    holes: Vec<usize>,
    /// Whether the process was restarted after earlier snapshots.
    pub(super) is_restarted: bool,
    /// Whether a garbage collection was forced before each of them.
    pub(super) is_forced: bool,
}

impl<'h> Window<'h> {
    /// The window of a history.
    pub(super) fn of(history: &'h History) -> Self {
        let moments = &history.moments;
        let restart = (1..moments.len())
            .rev()
            .find(|&at| is_restart(&moments[at - 1], &moments[at]));
        let rows = (restart.unwrap_or(0)..moments.len()).collect();
        let mut window = Self {
            history,
            rows,
            times: Vec::new(),
            holes: Vec::new(),
            is_restarted: restart.is_some(),
            is_forced: false,
        };
        window.set_clock();
        window
    }

    /// The snapshots of the window for which something is known.
    pub(super) fn with(&self, is_known: impl Fn(&Moment) -> bool) -> Self {
        let mut part = self.clone();
        part.rows.retain(|&row| is_known(&self.history.moments[row]));
        part.set_clock();
        part
    }

    /// Drops bursts and finds holes.
    fn set_clock(&mut self) {
        let moments = &self.history.moments;
        let step = |pair: &[usize]| moments[pair[1]].seconds - moments[pair[0]].seconds;
        let steps: Vec<f64> = self.rows.windows(2).map(step).collect();
        // With few files far apart, it is not known whether any are missing.
        let interval = (steps.len() >= FEWEST + 2).then(|| median(&steps));
        let mut rows = Vec::with_capacity(self.rows.len());
        let (mut times, mut holes) = (Vec::new(), Vec::new());
        let pace = self.pace();
        let mut last: Option<usize> = None;
        for &row in &self.rows {
            let since = last.map_or(0.0, |last| moments[row].seconds - moments[last].seconds);
            let before = times.last().copied().unwrap_or_default();
            let step = match interval {
                _ if last.is_none() => 0.0,
                _ if since <= 0.0 => continue,
                Some(interval) if since < BURST * interval => continue,
                Some(interval) if since > GAP * interval && !last.is_some_and(|last| self.ran(last, row, pace)) => {
                    holes.push(rows.len());
                    interval
                }
                _ => since,
            };
            rows.push(row);
            times.push(before + step);
            last = Some(row);
        }
        self.is_forced = !rows.is_empty() && rows.iter().all(|&row| is_forced(moments, row));
        (self.rows, self.times, self.holes) = (rows, times, holes);
    }

    /// Bytes per second that the process usually allocates; `None` if unknown.
    fn pace(&self) -> Option<f64> {
        let rates: Option<Vec<f64>> = self
            .rows
            .windows(2)
            .map(|pair| self.allocates(pair[0], pair[1]))
            .collect();
        rates.map(|rates| median(&rates))
    }

    /// Bytes per second that it allocated between two snapshots.
    fn allocates(&self, before: usize, after: usize) -> Option<f64> {
        let [before, after] = [before, after].map(|row| &self.history.moments[row]);
        let total = |moment: &Moment| Some(moment.mem_stats.as_ref()?.total_alloc as f64);
        let seconds = (after.seconds - before.seconds).max(f64::MIN_POSITIVE);
        Some((total(after)? - total(before)?) / seconds)
    }

    /// Whether the process ran while only the watching was stalled: it allocated at its usual rate.
    fn ran(&self, before: usize, after: usize, pace: Option<f64>) -> bool {
        let allocated = self.allocates(before, after).zip(pace);
        allocated.is_some_and(|(allocated, pace)| allocated >= AT_PACE * pace)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Its length in seconds, including holes.
    pub(super) fn seconds(&self) -> f64 {
        let time = |moment: Option<&Moment>| moment.map_or(0.0, |moment| moment.seconds);
        time(self.last()) - time(self.first())
    }

    pub(super) fn holes(&self) -> usize {
        self.holes.len()
    }

    pub(super) fn moments(&self) -> impl ExactSizeIterator<Item = &'h Moment> + '_ {
        self.rows.iter().map(|&row| &self.history.moments[row])
    }

    pub(super) fn first(&self) -> Option<&'h Moment> {
        self.moments().next()
    }

    pub(super) fn last(&self) -> Option<&'h Moment> {
        self.rows.last().map(|&row| &self.history.moments[row])
    }

    /// A value for each snapshot; `None` if any has none.
    pub(super) fn values(&self, value: impl Fn(&'h Moment) -> Option<f64>) -> Option<Vec<f64>> {
        self.moments().map(value).collect()
    }

    /// The trend of a series, which has a value per snapshot of the window, from the snapshot `start` on.
    pub(super) fn trend(&self, values: &[f64], start: usize, nature: &Nature) -> Trend {
        if self.holes.is_empty() {
            return trend(&self.times[start..], &values[start..], nature);
        }
        let bridged = self.bridged(values);
        trend(&self.times[start..], &bridged[start..], nature)
    }

    /// The series with rises across holes limited to the usual. Falls stay: they did happen.
    fn bridged(&self, values: &[f64]) -> Vec<f64> {
        let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let usual = median(&steps).max(0.0);
        let mut skipped = 0.0;
        let mut bridged = values.to_vec();
        for at in 1..bridged.len() {
            if self.holes.contains(&at) {
                skipped += (steps[at - 1] - usual).max(0.0);
            }
            bridged[at] -= skipped;
        }
        bridged
    }
}

/// Whether something has shrunk that only grows while a process lives.
fn is_restart(before: &Moment, after: &Moment) -> bool {
    match (&before.mem_stats, &after.mem_stats) {
        (Some(before), Some(after)) => after.total_alloc < before.total_alloc || after.num_gc < before.num_gc,
        _ => false,
    }
}

fn is_forced(moments: &[Moment], row: usize) -> bool {
    match moments[row].collection {
        Collection::Forced => true,
        Collection::AsItCame => false,
        Collection::Unknown => {
            // The first is like the second: nobody forces only the later ones.
            let (before, after) = if row == 0 { (0, 1) } else { (row - 1, row) };
            let forced = |at: usize| Some(moments.get(at)?.mem_stats.as_ref()?.num_forced_gc);
            forced(after) > forced(before)
        }
    }
}
