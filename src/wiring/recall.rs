//! What a profile store remembers, read to its end or watched as it goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::Inputs;
use super::log::{Log, Seen};
use super::steps::StoredHistory;
use super::watch::{Tell, rest};
use crate::cli::Watched;
use crate::error::{Error, Result};
use crate::load::steps::{StepPlan, StepWatcher, read_on};
use crate::load::watch::{Next, Taken};
use crate::source::ProfileStore;

/// Whether a store is read on after the end of what it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Recall {
    /// No: a time range is read.
    Range,
    /// Yes, step by step as time passes.
    GoOn,
}

/// What is told while a store is read.
pub(super) enum Recalled {
    /// A step, and how many are read at once.
    Step(usize, Box<Taken>),
    /// All that there was is read; more comes as time passes.
    CaughtUp,
    /// Steps could not be read; they are tried again.
    Missed(Error),
}

/// How a watch of a store is held and ended.
pub(super) struct Reins<'r> {
    pub(super) is_stopped: &'r (dyn Fn() -> bool + Sync),
    pub(super) is_paused: &'r dyn Fn() -> bool,
}

struct Reader<'r, 'i> {
    history: StoredHistory<'i>,
    reins: &'r Reins<'r>,
    /// Whether all that there was is read.
    is_caught_up: bool,
    tell: &'r mut dyn FnMut(Recalled) -> Result<Next>,
    /// What ended the watch.
    failure: Option<Error>,
}

impl Reader<'_, '_> {
    fn tell(&mut self, recalled: Recalled) -> Next {
        (self.tell)(recalled).unwrap_or_else(|error| {
            self.failure = Some(error);
            Next::Stop
        })
    }
}

impl StepWatcher for Reader<'_, '_> {
    fn now(&self) -> i64 {
        Timestamp::now().as_millisecond()
    }

    fn wait_until(&mut self, millis: i64) -> Next {
        while !(self.reins.is_stopped)() {
            let left = Duration::from_millis(u64::try_from(millis - self.now()).unwrap_or(0));
            if left.is_zero() && !(self.reins.is_paused)() {
                return Next::GoOn;
            }
            rest(left);
        }
        Next::Stop
    }

    fn read(&mut self, end: i64) -> Result<()> {
        let Self {
            history,
            reins,
            tell,
            failure,
            ..
        } = self;
        history.read(
            end,
            reins.is_stopped,
            &mut |count, taken| match tell(Recalled::Step(count, Box::new(taken))) {
                Ok(Next::GoOn) => Ok(()),
                Ok(Next::Stop) => Err(Error::Cancelled),
                Err(error) => {
                    *failure = Some(error);
                    Err(Error::Cancelled)
                }
            },
        )?;
        match std::mem::replace(&mut self.is_caught_up, true) || self.tell(Recalled::CaughtUp) == Next::GoOn {
            true => Ok(()),
            false => Err(Error::Cancelled),
        }
    }

    fn missed(&mut self, error: Error) -> Next {
        self.tell(Recalled::Missed(error))
    }
}

impl Inputs {
    /// Reads what a store remembers and tells of each step, the earliest first.
    ///
    /// # Errors
    /// Those of the store, unless it is read on; what `tell` fails with; [`Error::Cancelled`] where a range is not read to
    /// its end.
    pub(super) fn read_store(
        &self,
        store: &ProfileStore,
        watched: &Watched,
        recall: Recall,
        reins: &Reins<'_>,
        tell: &mut dyn FnMut(Recalled) -> Result<Next>,
    ) -> Result<()> {
        let mut history = self.history(store, watched.every, &())?;
        if recall == Recall::Range {
            return history.read(store.time().1, reins.is_stopped, &mut |count, taken| {
                tell(Recalled::Step(count, Box::new(taken))).map(|_| ())
            });
        }
        let plan = StepPlan {
            length: history.length(),
            duration: watched
                .plan
                .length
                .and_then(|length| i64::try_from(length.as_millis()).ok()),
        };
        let mut reader = Reader {
            history,
            reins,
            is_caught_up: false,
            tell,
            failure: None,
        };
        match (read_on(plan, &mut reader), reader.failure) {
            (_, Some(error)) => Err(error),
            // That is how it ends.
            (Err(Error::Cancelled), None) => Ok(()),
            (ended, None) => ended,
        }
    }

    /// Reads what a store remembers, tells of each step in a line, and records it where that is asked for.
    ///
    /// # Errors
    /// Those of the store and of a recording.
    pub(super) fn recall(
        &self,
        store: &ProfileStore,
        watched: &Watched,
        recall: Recall,
        stop: &AtomicBool,
        tell: Tell<'_>,
    ) -> Result<Seen> {
        let mut log = Log::new(self.budget, watched)?;
        if recall == Recall::GoOn {
            // Nobody asks for a verdict, and a watch may go on for weeks.
            log.kept = 1;
        }
        let reins = Reins {
            is_stopped: &|| stop.load(Ordering::Relaxed),
            is_paused: &|| false,
        };
        let read = self.read_store(store, watched, recall, &reins, &mut |recalled| {
            match recalled {
                Recalled::Step(_, taken) => match (log.accept(&taken), recall) {
                    (Ok(line), _) => tell(&line),
                    (Err(error), Recall::GoOn) if !log.seen.history.is_empty() => tell(&error.to_string()),
                    (Err(error), _) => return Err(error),
                },
                Recalled::CaughtUp => {}
                // What never answered ends the watch, instead of being asked again and again.
                Recalled::Missed(error) if log.seen.history.is_empty() => return Err(error),
                Recalled::Missed(error) => tell(&error.to_string()),
            }
            Ok(Next::GoOn)
        });
        match read {
            // What was read so far is worth its verdict.
            Err(Error::Cancelled) => Ok(log.seen),
            read => read.map(|()| log.seen),
        }
    }
}
