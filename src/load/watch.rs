//! When a watch takes its snapshots, and the loop that takes them.
//!
//! Knows the schedule, and nothing of clocks, servers and files: the caller passes in time, how to take a snapshot and
//! what to do with it. The rules and their reasons come from the experiments for the leak verdict: the first snapshot
//! at once, then an interval that varies by 30% so that it cannot coincide with a period of the program; never two at a
//! time; a stall is not caught up; forced collections cost the target at most a twentieth of its time.

use std::time::Duration;

use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::model::{Collection, Resident};

/// The plan of a watch.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plan {
    /// The time between two snapshots.
    pub every: Duration,
    /// How long to watch; `None` until it is stopped.
    pub length: Option<Duration>,
    /// Whether to force garbage collections.
    pub collection: Forcing,
}

/// Whether to force a garbage collection before each heap snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Forcing {
    /// Yes, unless it costs the process too much.
    #[default]
    AsItPays,
    /// Never.
    Never,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(3),
            length: None,
            collection: Forcing::AsItPays,
        }
    }
}

/// What was taken of a process at one moment, not decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// When it was requested.
    pub time: Timestamp,
    /// The heap profile: `debug=1` text, or whatever the server sends.
    pub heap: Vec<u8>,
    /// The goroutine profile, if there is one.
    pub goroutine: Option<Vec<u8>>,
    /// Resident memory, if known.
    pub resident: Option<Resident>,
    /// Whether a garbage collection was forced before.
    pub collection: Collection,
    /// How long fetching the heap profile took: the collection in the process plus the transfer.
    pub cost: Duration,
}

/// The minimum interval, as a multiple of the cost of a snapshot.
const REST: u32 = 20;
/// If forcing collections would need a longer interval than this, they are not forced.
const LONGEST: Duration = Duration::from_secs(15);
/// The part of an interval by which it varies, up or down.
const JITTER: f64 = 0.3;

/// When the next snapshot is due.
#[derive(Clone, Debug)]
pub struct Schedule {
    plan: Plan,
    /// The highest cost of recent snapshots.
    cost: Duration,
    is_forced: bool,
    random: u64,
}

impl Schedule {
    /// A schedule; `seed` determines its jitter.
    pub fn new(plan: Plan, seed: u64) -> Self {
        Self {
            plan,
            cost: Duration::ZERO,
            is_forced: plan.collection == Forcing::AsItPays,
            random: seed | 1,
        }
    }

    /// Whether the next snapshot should force a collection.
    pub fn collection(&self) -> Collection {
        match self.is_forced {
            true => Collection::Forced,
            false => Collection::AsItCame,
        }
    }

    /// Records what a snapshot cost.
    pub fn took(&mut self, cost: Duration) {
        // One slow response may be the network's fault; it is gradually forgotten.
        self.cost = cost.max(self.cost.mul_f64(0.8));
        if self.is_forced && self.cost * REST > LONGEST.max(self.plan.every) {
            self.is_forced = false;
            self.cost = Duration::ZERO;
        }
    }

    /// The time from the start of the last snapshot to the start of the next.
    pub fn interval(&mut self) -> Duration {
        let least = match self.is_forced {
            true => self.cost * REST,
            false => Duration::ZERO,
        };
        let jitter = 1.0 + JITTER * (2.0 * self.fraction() - 1.0);
        self.plan.every.mul_f64(jitter).max(least)
    }

    /// A random number from 0 to 1. Source: xorshift64 (Marsaglia 2003).
    fn fraction(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// An event of a watch.
#[derive(Debug)]
pub enum Happened {
    /// A snapshot was taken.
    Took(Box<Taken>),
    /// A snapshot failed; the watch goes on.
    Missed(Error),
}

/// Whether a watch goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Yes.
    GoOn,
    /// No.
    Stop,
}

/// What a watch needs from its surroundings.
pub trait Watcher {
    /// Takes a snapshot.
    ///
    /// # Errors
    /// Any. [`Error::Cancelled`] and [`Error::Usage`] end the watch, all others become [`Happened::Missed`].
    fn take(&mut self, collection: Collection) -> Result<Taken>;
    /// Time on a monotonic clock, since any fixed moment.
    fn now(&self) -> Duration;
    /// Waits until this time, or until the watch should end. Says whether it goes on.
    fn wait_until(&mut self, time: Duration) -> Next;
    /// Receives an event. Says whether the watch goes on.
    fn tell(&mut self, happened: Happened) -> Next;
}

/// Runs a watch: takes snapshots by the plan, one after the other, and reports each.
///
/// # Errors
/// Those of [`Watcher::take`] that end the watch.
pub fn watch(plan: Plan, seed: u64, watcher: &mut dyn Watcher) -> Result<()> {
    let mut schedule = Schedule::new(plan, seed);
    let begin = watcher.now();
    loop {
        let start = watcher.now();
        let happened = match watcher.take(schedule.collection()) {
            Ok(taken) => {
                schedule.took(taken.cost);
                Happened::Took(Box::new(taken))
            }
            Err(error @ (Error::Cancelled | Error::Usage(_))) => return Err(error),
            Err(error) => Happened::Missed(error),
        };
        if watcher.tell(happened) == Next::Stop {
            return Ok(());
        }
        // Snapshots missed while one took its time are not made up for.
        let due = (start + schedule.interval()).max(watcher.now());
        let is_over = plan.length.is_some_and(|length| due.saturating_sub(begin) > length);
        if is_over || watcher.wait_until(due) == Next::Stop {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process whose snapshots take as long as they are told to, on a clock that is set forward.
    struct Double {
        now: Duration,
        costs: Vec<Duration>,
        /// When snapshots began, and whether a collection was forced.
        taken: Vec<(Duration, Collection)>,
        missed: usize,
    }

    impl Watcher for Double {
        fn take(&mut self, collection: Collection) -> Result<Taken> {
            self.taken.push((self.now, collection));
            let cost = self.costs[(self.taken.len() - 1) % self.costs.len()];
            self.now += cost;
            if cost.is_zero() {
                return Err(Error::Empty);
            }
            Ok(Taken {
                time: Timestamp::UNIX_EPOCH,
                heap: Vec::new(),
                goroutine: None,
                resident: None,
                collection,
                cost,
            })
        }

        fn now(&self) -> Duration {
            self.now
        }

        fn wait_until(&mut self, time: Duration) -> Next {
            assert!(time >= self.now, "a snapshot is never due in the past");
            self.now = time;
            Next::GoOn
        }

        fn tell(&mut self, happened: Happened) -> Next {
            self.missed += usize::from(matches!(happened, Happened::Missed(_)));
            Next::GoOn
        }
    }

    fn watched(costs: &[u64], collection: Forcing) -> Double {
        let mut double = Double {
            now: Duration::from_secs(100),
            costs: costs.iter().copied().map(Duration::from_millis).collect(),
            taken: Vec::new(),
            missed: 0,
        };
        let plan = Plan {
            length: Some(Duration::from_secs(60)),
            collection,
            ..Plan::default()
        };
        watch(plan, 7, &mut double).unwrap();
        double
    }

    fn gaps(double: &Double) -> Vec<f64> {
        let starts = double.taken.windows(2);
        starts.map(|pair| (pair[1].0 - pair[0].0).as_secs_f64()).collect()
    }

    #[test]
    fn snapshots_come_at_once_and_then_about_every_interval() {
        let double = watched(&[6], Forcing::AsItPays);
        assert_eq!(double.taken[0].0, Duration::from_secs(100));
        assert!((19..=23).contains(&double.taken.len()), "{}", double.taken.len());
        let gaps = gaps(&double);
        assert!(gaps.iter().all(|gap| (2.1..=3.9).contains(gap)), "{gaps:?}");
        let (least, most) = gaps.iter().fold((9.0_f64, 0.0_f64), |(least, most), gap| {
            (least.min(*gap), most.max(*gap))
        });
        assert!(most - least > 1.0, "they vary: {gaps:?}");
        assert!(
            double
                .taken
                .iter()
                .all(|(_, collection)| *collection == Collection::Forced)
        );
    }

    #[test]
    fn collections_cost_a_twentieth_at_most_or_are_not_forced() {
        let dear = watched(&[400], Forcing::AsItPays);
        assert!(gaps(&dear).iter().all(|gap| *gap >= 8.0), "{:?}", gaps(&dear));
        assert_eq!(dear.taken.last().unwrap().1, Collection::Forced);
        let dearest = watched(&[900], Forcing::AsItPays);
        assert_eq!(dearest.taken[0].1, Collection::Forced);
        assert!(
            dearest.taken[1..]
                .iter()
                .all(|(_, collection)| *collection == Collection::AsItCame)
        );
        let never = watched(&[6], Forcing::Never);
        assert!(
            never
                .taken
                .iter()
                .all(|(_, collection)| *collection == Collection::AsItCame)
        );
    }

    #[test]
    fn a_stall_is_not_caught_up_and_a_failure_ends_nothing() {
        let stalled = watched(&[6, 6, 20_000, 6, 6, 6, 6, 6, 6], Forcing::Never);
        assert!(gaps(&stalled).iter().all(|gap| *gap >= 2.1), "{:?}", gaps(&stalled));
        let failing = watched(&[6, 0], Forcing::Never);
        assert!(failing.missed >= 9 && failing.taken.len() >= 19);
    }
}
