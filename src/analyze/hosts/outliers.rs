//! Which hosts stand out, and in what.
//!
//! A value is compared with the median of its column in units of the median absolute deviation, which one or a few
//! outliers do not move. Source: B. Iglewicz, D. Hoaglin, How to Detect and Handle Outliers (1993): a modified z-score,
//! `0.6745 (x - median) / MAD`, beyond 3.5. Nearly equal hosts have almost no deviation, so it is
//! taken as at least [`LEAST_SPREAD`] of the median; and an absolutely small difference is not an outlier either.

use super::{Figures, Fleet, Host};

/// A compared column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Resident memory.
    Rss,
    /// The heap in use.
    Heap,
    /// The number of goroutines.
    Goroutines,
    /// Time since the process started.
    Uptime,
    /// Share of CPU time spent on garbage collection.
    GcShare,
}

/// A row of [`MEASURES`].
pub struct MeasureRow {
    /// The column.
    pub measure: Measure,
    /// Its name in output for programs.
    pub name: &'static str,
    /// The value of a host, if known.
    pub value: fn(&Figures) -> Option<f64>,
    /// The least difference from the median that counts, in the column's unit.
    least: f64,
    side: Side,
}

/// On which side of the median a value stands out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

/// All compared columns.
pub const MEASURES: &[MeasureRow] = &[
    MeasureRow {
        measure: Measure::Rss,
        name: "rss",
        value: |figures| figures.rss,
        least: 8.0 * MIB,
        side: Side::Above,
    },
    MeasureRow {
        measure: Measure::Heap,
        name: "heap",
        value: |figures| Some(figures.heap?.bytes),
        least: MIB,
        side: Side::Above,
    },
    MeasureRow {
        measure: Measure::Goroutines,
        name: "goroutines",
        value: |figures| figures.goroutines,
        least: 20.0,
        side: Side::Above,
    },
    // A host that was started long after the others may have crashed before.
    MeasureRow {
        measure: Measure::Uptime,
        name: "uptime",
        value: |figures| figures.uptime,
        least: 300.0,
        side: Side::Below,
    },
    MeasureRow {
        measure: Measure::GcShare,
        name: "gc_share",
        value: |figures| figures.gc_share,
        least: 0.02,
        side: Side::Above,
    },
];

const MIB: f64 = 1_048_576.0;
/// The modified z-score beyond which a value is an outlier.
const SCORE: f64 = 3.5;
/// Scales a median absolute deviation to a standard deviation.
const NORMAL: f64 = 0.6745;
/// The least deviation, relative to the median.
const LEAST_SPREAD: f64 = 0.1;
/// With fewer hosts, none stands out.
const FEWEST: usize = 3;
/// A function that accounts for a smaller share of a difference is not named.
const LEAST_SHARE: f64 = 0.1;

/// A host that stands out in a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    /// The host's index in [`Fleet::hosts`].
    pub host: usize,
    /// The column.
    pub measure: Measure,
    /// The host's value.
    pub value: f64,
    /// The median of all hosts with a value.
    pub median: f64,
    /// The value as a multiple of the median; `None` if that is 0.
    pub factor: Option<f64>,
    /// The function that accounts for most of the difference, and its share of the difference.
    pub function: Option<Part>,
}

/// A function and its share of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The function.
    pub name: String,
    /// Its share of the whole, 0 to 1.
    pub share: f64,
}

impl Fleet {
    /// The hosts that stand out, column by column, the furthest out first.
    pub fn outliers(&self) -> Vec<Outlier> {
        MEASURES.iter().flat_map(|row| self.outliers_in(row)).collect()
    }

    fn outliers_in(&self, row: &MeasureRow) -> Vec<Outlier> {
        let of = |(at, host): (usize, &Host)| Some((at, host.figures().and_then(row.value)?));
        let values: Vec<(usize, f64)> = self.hosts().iter().enumerate().filter_map(of).collect();
        let median = median(values.iter().map(|(_, value)| *value));
        let Some(median) = median.filter(|_| values.len() >= FEWEST) else {
            return Vec::new();
        };
        let deviation = self::median(values.iter().map(|(_, value)| (value - median).abs())).unwrap_or(0.0);
        let spread = deviation.max(LEAST_SPREAD * median.abs());
        let mut found: Vec<(usize, f64, f64)> = values
            .into_iter()
            .map(|(host, value)| match row.side {
                Side::Above => (host, value, value - median),
                Side::Below => (host, value, median - value),
            })
            .filter(|(_, _, beyond)| *beyond >= row.least && NORMAL * beyond > SCORE * spread)
            .collect();
        found.sort_by(|a, b| b.2.total_cmp(&a.2));
        found
            .into_iter()
            .map(|(host, value, _)| Outlier {
                host,
                measure: row.measure,
                value,
                median,
                factor: (median > 0.0).then(|| value / median),
                function: self.account(host, row.measure, value - median),
            })
            .collect()
    }

    /// The function that accounts for most of the difference from the median host.
    fn account(&self, host: usize, measure: Measure, difference: f64) -> Option<Part> {
        let held = |host: &'_ Host| match measure {
            Measure::Rss | Measure::Heap => Some(host.heap.clone()),
            Measure::Goroutines => Some(host.goroutines.clone()),
            Measure::Uptime | Measure::GcShare => None,
        };
        let own = held(self.hosts().get(host)?)?;
        let others: Vec<Vec<(u32, f64)>> = self
            .hosts()
            .iter()
            .filter(|host| host.figures().is_some())
            .filter_map(held)
            .collect();
        let usual = |row: u32| {
            let in_host = |rows: &Vec<(u32, f64)>| {
                rows.iter()
                    .find(|(other, _)| *other == row)
                    .map_or(0.0, |(_, value)| *value)
            };
            median(others.iter().map(in_host)).unwrap_or(0.0)
        };
        // Rows are sorted by size, and a function cannot exceed the median by more than it has.
        let mut best: Option<(u32, f64)> = None;
        for &(row, value) in &own {
            if best.is_some_and(|(_, most)| value <= most) {
                break;
            }
            let more = value - usual(row);
            if best.is_none_or(|(_, most)| more > most) {
                best = Some((row, more));
            }
        }
        let (row, more) = best?;
        let share = more / difference;
        (share >= LEAST_SHARE).then(|| Part {
            name: self.function(row).to_string(),
            share: share.min(1.0),
        })
    }
}

/// The median of some values; for an even number of them the mean of the two in the middle. `None` without values.
pub fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[half]),
        _ => Some(f64::midpoint(values[half - 1], values[half])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Function, Held};
    use super::*;

    /// Hosts that hold this many MiB in all, of which all but one MiB is `main.keep`'s.
    fn fleet(heaps: &[f64]) -> Fleet {
        let mut fleet = Fleet::new(heaps.iter().enumerate().map(|(at, _)| format!("h{at}")));
        for (at, heap) in heaps.iter().enumerate() {
            let function = |name: &str, value: f64| Function {
                name: name.into(),
                value: value * MIB,
            };
            let figures = Figures {
                heap: Some(Held {
                    bytes: heap * MIB,
                    is_collected: false,
                }),
                functions: vec![function("main.keep", heap - 1.0), function("main.other", 1.0)],
                ..Figures::default()
            };
            fleet.answered(at, 0.0, Ok(figures));
        }
        fleet
    }

    #[test]
    fn what_is_far_from_the_median_stands_out() {
        type Found<'t> = &'t [(usize, f64)];
        let table: [(&[f64], Found<'_>); 9] = [
            (&[], &[]),
            (&[10.0], &[]),
            (&[10.0, 100.0], &[]),
            (&[10.0, 11.0, 31.0], &[(2, 31.0 / 11.0)]),
            (&[10.0, 10.0, 10.0, 10.0], &[]),
            (&[10.0, 10.0, 10.0, 11.0], &[]),
            (&[10.0, 20.0, 30.0, 40.0, 50.0], &[]),
            (
                &[10.0, 12.0, 9.0, 100.0, 11.0, 50.0, 10.0],
                &[(3, 100.0 / 11.0), (5, 50.0 / 11.0)],
            ),
            // Far in proportion, and nothing in itself.
            (&[1.1, 1.1, 1.1, 1.6], &[]),
        ];
        for (heaps, expected) in table {
            let outliers = fleet(heaps).outliers();
            let found: Vec<(usize, f64)> = outliers
                .iter()
                .map(|found| (found.host, found.factor.unwrap_or(0.0)))
                .collect();
            assert_eq!(found, expected, "{heaps:?}");
            for outlier in outliers {
                let part = outlier.function.expect("somebody holds it");
                assert_eq!((part.name.as_str(), part.share), ("main.keep", 1.0), "{heaps:?}");
            }
        }
    }

    #[test]
    fn a_host_that_was_started_late_stands_out_and_one_that_failed_does_not_count() {
        let mut fleet = Fleet::new((0..5).map(|at| format!("h{at}")));
        for (at, uptime) in [86400.0, 86000.0, 86400.0, 60.0].into_iter().enumerate() {
            let figures = Figures {
                uptime: Some(uptime),
                goroutines: Some(5.0),
                ..Figures::default()
            };
            fleet.answered(at, 0.0, Ok(figures));
        }
        fleet.answered(4, 0.0, Err("no answer".into()));
        let outliers = fleet.outliers();
        assert_eq!(outliers.len(), 1, "{outliers:?}");
        assert_eq!((outliers[0].host, outliers[0].measure), (3, Measure::Uptime));
        let count = fleet.count();
        assert_eq!((count.answered, count.failed, count.all), (4, 1, 5));
    }
}
