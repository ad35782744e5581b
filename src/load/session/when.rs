//! Which snapshots are worth recording: `--save-when`.

use std::time::Duration;

use jiff::Timestamp;

use super::bytes;
use crate::error::{Error, Result};

/// The measured quantity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Measure {
    /// Bytes of heap: live after a forced collection, otherwise including garbage.
    Heap,
    /// Bytes of resident memory.
    Resident,
    /// The number of goroutines.
    Goroutines,
}

/// The value at which it is worth recording.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Bound {
    /// Above this.
    Above(u64),
    /// Grown by this since the last recorded snapshot, or the first one.
    Grown(u64),
    /// Grown by this many percent since then.
    GrownPercent(f64),
}

/// A condition: `heap > 2GiB`, `rss > 1GB`, `goroutines > 10000`, `+20%`, `rss +100MB`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SaveWhen {
    measure: Measure,
    bound: Bound,
}

/// The quantities of a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Observed {
    /// Heap, in bytes.
    pub heap: u64,
    /// Resident memory, in bytes, if known.
    pub resident: Option<u64>,
    /// The number of goroutines, if known.
    pub goroutines: Option<u64>,
}

/// The minimum time between two recorded snapshots, so that a value that stays above a limit does not fill the disk.
const COOLDOWN: Duration = Duration::from_secs(60);

impl SaveWhen {
    /// Parses a condition.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is not one.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or_else(|| {
            Error::Usage(format!(
                "--save-when takes a condition, e.g. 'heap > 2GiB', 'rss > 1GB', 'goroutines > 10000', +20%, \
                 'rss +100MB', not {text:?}"
            ))
        })
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let at = text.find(['>', '+'])?;
        let measure = match text[..at].trim() {
            "" | "heap" => Measure::Heap,
            "rss" => Measure::Resident,
            "goroutines" => Measure::Goroutines,
            _ => return None,
        };
        let amount = text[at + 1..].trim();
        let number = || match measure {
            Measure::Goroutines => amount.parse().ok(),
            Measure::Heap | Measure::Resident => bytes(amount),
        };
        let bound = match (&text[at..=at], amount.strip_suffix('%')) {
            (">", None) => Bound::Above(number()?),
            ("+", None) => Bound::Grown(number()?),
            ("+", Some(percent)) => Bound::GrownPercent(percent.trim().parse().ok().filter(|percent| *percent > 0.0)?),
            _ => return None,
        };
        Some(Self { measure, bound })
    }
}

/// Decides which snapshots to record.
#[derive(Clone, Debug)]
pub struct Gate {
    when: Option<SaveWhen>,
    /// The value at the last recorded snapshot, or at the first one.
    last: Option<u64>,
    saved: Option<Timestamp>,
}

impl Gate {
    /// A gate with a condition; without one, every snapshot passes.
    pub fn new(when: Option<SaveWhen>) -> Self {
        Self {
            when,
            last: None,
            saved: None,
        }
    }

    /// Whether to record a snapshot. An unknown quantity never meets a condition.
    pub fn admits(&mut self, time: Timestamp, observed: Observed) -> bool {
        let Some(when) = self.when else { return true };
        let value = match when.measure {
            Measure::Heap => Some(observed.heap),
            Measure::Resident => observed.resident,
            Measure::Goroutines => observed.goroutines,
        };
        let Some(value) = value else { return false };
        let last = *self.last.get_or_insert(value);
        let matters = match when.bound {
            Bound::Above(limit) => value > limit,
            Bound::Grown(by) => value >= last.saturating_add(by),
            Bound::GrownPercent(percent) => value > last && value as f64 * 100.0 >= last as f64 * (100.0 + percent),
        };
        let since = |saved: Timestamp| Duration::try_from(time.duration_since(saved)).unwrap_or_default();
        if !matters || self.saved.is_some_and(|saved| since(saved) < COOLDOWN) {
            return false;
        }
        (self.last, self.saved) = (Some(value), Some(time));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_says_what_matters_and_when_again() {
        let at = |second: i64, heap: u64| {
            let observed = Observed {
                heap,
                resident: Some(heap * 2),
                goroutines: Some(heap / 10),
            };
            (Timestamp::from_second(1_795_694_400 + second).unwrap(), observed)
        };
        // Heap and seconds of each snapshot, and which of them are recorded.
        type Seen = (i64, u64, bool);
        let table: &[(&str, &[Seen])] = &[
            (
                "heap > 1kB",
                &[(0, 1000, false), (3, 1025, true), (6, 5000, false), (63, 5000, true)],
            ),
            (
                "+20%",
                &[
                    (0, 100, false),
                    (3, 119, false),
                    (6, 120, true),
                    (70, 143, false),
                    (80, 144, true),
                ],
            ),
            ("+10%", &[(0, 100, false), (3, 50, false), (6, 110, true)]),
            ("rss +100B", &[(0, 100, false), (3, 149, false), (6, 150, true)]),
            ("goroutines > 10", &[(0, 100, false), (3, 110, true)]),
        ];
        for (text, snapshots) in table {
            let mut gate = Gate::new(Some(SaveWhen::parse(text).unwrap()));
            for &(second, heap, is_saved) in *snapshots {
                let (time, observed) = at(second, heap);
                assert_eq!(gate.admits(time, observed), is_saved, "{text}: {heap} at {second}");
            }
        }
        let mut unknown = Gate::new(Some(SaveWhen::parse("rss > 1B").unwrap()));
        assert!(!unknown.admits(Timestamp::UNIX_EPOCH, Observed::default()));
        assert!(Gate::new(None).admits(Timestamp::UNIX_EPOCH, Observed::default()));
    }

    #[test]
    fn what_is_no_condition_is_told() {
        for text in [
            "",
            "heap",
            "heap > ",
            "heap > 20%",
            "+",
            "+x%",
            "+-5%",
            "disk > 1GB",
            "goroutines > 1GB",
            "heap < 1GB",
        ] {
            assert!(SaveWhen::parse(text).is_err(), "{text}");
        }
    }
}
