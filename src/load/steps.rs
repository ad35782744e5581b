//! When a watch of a profile store asks for the steps that have passed since, and the loop that does.
//!
//! Knows the schedule, and nothing of clocks and stores: the caller passes in time, how to read and what to do with a
//! failure. A step is asked for once it is over and its profiles have had time to arrive. What was missed, by an outage or
//! while the user paused, is read when it is there, step by step.

use super::watch::Next;
use crate::error::{Error, Result};

/// Agents send what they have every 10 to 15 seconds (Pyroscope's Go client, Parca's agent, a scraper's usual interval).
/// Longer steps than this wait for two such rounds, shorter ones for the time of a step.
const ARRIVAL: i64 = 30_000;
/// Milliseconds until a store that failed is asked again, at least; twice as many each time that it fails again, and
/// [`RETRY_MOST`] in the end.
const RETRY_LEAST: i64 = 5000;
const RETRY_MOST: i64 = 30_000;

/// Which part of time a watch of a store reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StepPlan {
    /// Milliseconds of a step, more than 0; steps end at its multiples since 1970 UTC.
    pub length: i64,
    /// How long to go on, in milliseconds; `None` until it is stopped.
    pub duration: Option<i64>,
}

impl StepPlan {
    /// How long profiles take to arrive, in milliseconds.
    fn arrival(&self) -> i64 {
        self.length.min(ARRIVAL)
    }

    /// The end of what is complete at this time.
    pub fn complete(&self, now: i64) -> i64 {
        now.saturating_sub(self.arrival())
    }
}

/// What a watch of a store needs from its surroundings.
pub trait StepWatcher {
    /// Milliseconds since 1970 UTC.
    fn now(&self) -> i64;
    /// Waits until this time, or until the watch should end. Says whether it goes on.
    fn wait_until(&mut self, millis: i64) -> Next;
    /// Reads the steps up to this time that were not read yet.
    ///
    /// # Errors
    /// Any. [`Error::Cancelled`] and [`Error::Usage`] end the watch; after all others the steps are read again.
    fn read(&mut self, end: i64) -> Result<()>;
    /// Receives why steps could not be read. Says whether the watch goes on.
    fn missed(&mut self, error: Error) -> Next;
}

/// Reads what there is, then each step once it has passed.
///
/// # Errors
/// Those of [`StepWatcher::read`] that end the watch.
pub fn read_on(plan: StepPlan, watcher: &mut dyn StepWatcher) -> Result<()> {
    let begin = watcher.now();
    let mut end = plan.complete(begin);
    let first_retry = plan.arrival().max(RETRY_LEAST);
    let mut retry = first_retry;
    loop {
        let due = match watcher.read(end) {
            Ok(()) => {
                retry = first_retry;
                (end.div_euclid(plan.length) + 1) * plan.length + plan.arrival()
            }
            Err(error @ (Error::Cancelled | Error::Usage(_))) => return Err(error),
            Err(error) => {
                if watcher.missed(error) == Next::Stop {
                    return Ok(());
                }
                let due = watcher.now() + retry;
                retry = (2 * retry).min(RETRY_MOST);
                due
            }
        };
        let is_over = plan
            .duration
            .is_some_and(|duration| due > begin.saturating_add(duration));
        if is_over || watcher.wait_until(due) == Next::Stop {
            return Ok(());
        }
        let complete = plan.complete(watcher.now());
        // A clock that was set back has nothing new; a first try that failed is repeated as it was.
        end = end.max(complete.div_euclid(plan.length) * plan.length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store on a clock that is set forward; it is down in part of the time.
    struct Double {
        now: i64,
        down: std::ops::Range<i64>,
        /// When it was asked, and up to where it answered.
        read: Vec<(i64, i64)>,
        missed: Vec<i64>,
        /// Waits that take longer than they should: the first is due at or behind this.
        asleep: std::ops::Range<i64>,
    }

    impl StepWatcher for Double {
        fn now(&self) -> i64 {
            self.now
        }

        fn wait_until(&mut self, millis: i64) -> Next {
            self.now = self.now.max(millis);
            if self.asleep.contains(&self.now) {
                self.now = self.asleep.end;
            }
            Next::GoOn
        }

        fn read(&mut self, end: i64) -> Result<()> {
            if self.down.contains(&self.now) {
                return Err(Error::Empty);
            }
            self.read.push((self.now, end));
            Ok(())
        }

        fn missed(&mut self, _: Error) -> Next {
            self.missed.push(self.now);
            Next::GoOn
        }
    }

    fn watched(length: i64, down: std::ops::Range<i64>, asleep: std::ops::Range<i64>) -> Double {
        let mut double = Double {
            now: 1_000_010_000,
            down,
            read: Vec::new(),
            missed: Vec::new(),
            asleep,
        };
        let plan = StepPlan {
            length,
            duration: Some(300_000),
        };
        read_on(plan, &mut double).unwrap();
        double
    }

    #[test]
    fn a_step_is_read_once_it_is_over_and_has_arrived() {
        let minutes = watched(60_000, 0..0, 0..0);
        assert_eq!(minutes.read[0], (1_000_010_000, 999_980_000), "what there is, at once");
        let ends = (0..5).map(|at| 1_000_020_000 + at * 60_000);
        let expected: Vec<(i64, i64)> = ends.map(|end| (end + 30_000, end)).collect();
        assert_eq!(minutes.read[1..], expected);
        let seconds = watched(1000, 0..0, 0..0);
        assert!(
            seconds.read[1..].iter().all(|(now, end)| now - end == 1000),
            "{:?}",
            &seconds.read[..5]
        );
        assert_eq!(seconds.read.len(), 301);
    }

    #[test]
    fn an_outage_is_told_and_made_up_for() {
        let down = watched(60_000, 1_000_040_000..1_000_200_000, 0..0);
        assert!(down.missed.len() >= 4, "{:?}", down.missed);
        let (now, end) = down.read[1];
        assert!(
            (1_000_200_000..1_000_230_000).contains(&now) && end == 1_000_140_000,
            "{:?}",
            down.read
        );
        let never = watched(60_000, 0..i64::MAX, 0..0);
        assert!(never.read.is_empty() && never.missed.len() >= 9);
        let seconds = watched(1000, 1_000_020_000..1_000_120_000, 0..0);
        let since: Vec<i64> = seconds.missed.iter().map(|now| (now - 1_000_020_000) / 1000).collect();
        assert_eq!(
            since,
            [0, 5, 15, 35, 65, 95],
            "soon at first, and less often while it stays down"
        );
        assert!(
            seconds.read.contains(&(1_000_145_000, 1_000_144_000)),
            "{:?}",
            &seconds.read[..20]
        );
    }

    #[test]
    fn what_passed_during_a_pause_is_read_at_once() {
        let asleep = watched(15_000, 0..0, 1_000_100_000..1_000_250_000);
        let ends: Vec<i64> = asleep.read.iter().map(|(_, end)| *end).collect();
        assert!(ends.windows(2).all(|pair| pair[0] < pair[1]), "{ends:?}");
        assert!(ends.contains(&1_000_230_000), "{ends:?}");
    }
}
