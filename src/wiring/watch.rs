//! A live process that is watched: its snapshots over HTTP, its resident memory where it runs on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::log::{Log, Seen};
use super::metrics::Absent;
use super::recall::Recall;
use super::{Inputs, source};
use crate::analyze::leaks::{Level, judge};
use crate::cli::Watched;
use crate::decode::{self};
use crate::error::{Error, Result};
use crate::load::watch::{Happened, Next, Plan, Taken, Watcher, watch};
use crate::model::{Collection, Profile, Resident, ResidentMoment, Side, Snapshot};
use crate::progress::Observer;
use crate::report::{Evidence, Live};
use crate::source::{ProcessMemory, Source, Url};
use crate::ui::Probe;

/// How long a verdict is watched for unless the user says otherwise: about 21 snapshots.
const USUAL: Duration = Duration::from_secs(60);
/// How long at most, while something grows or has no name.
const LONGEST: Duration = Duration::from_secs(300);
/// The time between snapshots behind [`USUAL`].
const SLOWER: Duration = Duration::from_secs(10);
/// So many goroutines are asked for with their states at most.
const MOST_DUMPED: i64 = 10_000;
/// How often a wait looks whether it is to end.
const TICK: Duration = Duration::from_millis(50);

/// Sleeps until a wait has to be looked at again, of which so much is left; nothing is left of one that is over but paused.
pub(super) fn rest(left: Duration) {
    thread::sleep(nap(left));
}

fn nap(left: Duration) -> Duration {
    match left.is_zero() {
        true => TICK,
        false => left.min(TICK),
    }
}

/// A line about each snapshot.
pub type Tell<'t> = &'t mut dyn FnMut(&str);

impl Inputs {
    /// The one live process that is named, if it is: a server's profiles where Go puts them.
    pub fn process(&self) -> Option<Url> {
        match &self.sources[..] {
            [only] => match source(only) {
                Source::Url(url) if url.is_among_profiles() => Some(url),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a live process says of itself now.
    ///
    /// # Errors
    /// Those of the server and of what it answers.
    pub fn evidence_now(&self, url: &Url, live: Live, pid: Option<u32>, observer: &dyn Observer) -> Result<Evidence> {
        let read = |profile: &str, query: &str| self.beside(url, profile, query, observer);
        let mut evidence = Evidence::default();
        if live == Live::Goroutines {
            let counts = read("goroutine", "")?;
            let count = counts.total("").unwrap_or(0);
            // With states and waits the process stands still for all of them.
            evidence.goroutines = Some(if count <= MOST_DUMPED {
                read("goroutine", "debug=2")?
            } else {
                counts
            });
            return Ok(evidence);
        }
        evidence.heap = Some(read("heap", "debug=1")?);
        if self.metrics.is_some() && pid.is_none() {
            evidence.resident = Some(self.told_resident(url, observer)?);
            return Ok(evidence);
        }
        let pid = pid.or_else(|| self.local_process(url, observer).ok());
        let memory = pid.and_then(|pid| ProcessMemory::of(pid).ok());
        let told = || self.told_resident(url, observer).ok();
        evidence.resident = memory.map(resident).or_else(told);
        Ok(evidence)
    }

    /// Another profile of the same server.
    fn beside(&self, url: &Url, profile: &str, query: &str, observer: &dyn Observer) -> Result<Profile> {
        let bytes = Source::Url(url.beside(profile, query)).open(&self.http, observer)?;
        decode::profile(bytes, self.budget, observer)
    }

    /// What a view asks a live process for.
    ///
    /// # Errors
    /// As [`Inputs::evidence_now`].
    pub(super) fn answer_probe(&self, url: &Url, probe: Probe, observer: &dyn Observer) -> Result<Snapshot> {
        let now = |live| self.evidence_now(url, live, None, observer);
        let (profile, resident) = match probe {
            Probe::Goroutines => (now(Live::Goroutines)?.goroutines, None),
            Probe::StackDump => (Some(self.beside(url, "goroutine", "debug=2", observer)?), None),
            Probe::Memory => {
                let evidence = now(Live::HeapText)?;
                (evidence.heap, evidence.resident)
            }
        };
        let mut profile = profile.ok_or(Error::Empty)?;
        if profile.time_nanos == 0 {
            profile.time_nanos = i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0);
        }
        let snapshot = Snapshot::new(Source::Url(url.clone()).name(), Side::After, Arc::new(profile));
        Ok(Snapshot { resident, ..snapshot })
    }

    /// Watches a process, or what a store remembers of one, tells of each snapshot in a line, and records it where that is
    /// asked for. Ends by the plan, with a time range that has an end, or when `stop` says so.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is neither, and where nothing could be taken at all, why.
    pub fn watch(&self, watched: &Watched, stop: &Arc<AtomicBool>, tell: Tell<'_>) -> Result<Seen> {
        if let Some(store) = self.store()? {
            return self.recall(&store, watched, self.goes_on(), stop, tell);
        }
        let url = self.process().ok_or_else(|| {
            Error::Usage(
                "watch takes a live process, host:port or a URL, or a store's history, pyroscope:URL; leaks reads \
                 recordings and files"
                    .into(),
            )
        })?;
        let mut process = self.begin(url, watched, stop, tell)?;
        // Nobody asks for a verdict, and a watch may go on for weeks.
        process.log.kept = 1;
        watch(watched.plan, seed(), &mut process)?;
        process.end()
    }

    /// Watches a process until its verdict is known: a minute, or up to five while something grows or has no name.
    ///
    /// # Errors
    /// As [`Inputs::watch`].
    pub fn watch_for_leaks(&self, url: Url, watched: &Watched, stop: &Arc<AtomicBool>, tell: Tell<'_>) -> Result<Seen> {
        let mut process = self.begin(url, watched, stop, tell)?;
        let plan = Plan {
            length: Some(watched.plan.length.unwrap_or(USUAL)),
            ..watched.plan
        };
        watch(plan, seed(), &mut process)?;
        if watched.plan.length.is_none() && process.is_open() {
            process.until_known = true;
            let longer = Plan {
                every: plan.every.max(SLOWER),
                length: Some(LONGEST.saturating_sub(process.start.elapsed())),
                ..plan
            };
            // The first snapshot of a plan comes at once, and the last one has just been taken.
            if process.wait_until(process.now() + longer.every) == Next::GoOn {
                watch(longer, seed(), &mut process)?;
            }
        }
        process.prove();
        process.end()
    }

    /// What is known of leaks in a process that is watched for it, or that a store remembers.
    ///
    /// # Errors
    /// As [`Inputs::watch`].
    pub fn see_leaks(&self, watched: &Watched, stop: &Arc<AtomicBool>, tell: Tell<'_>) -> Result<Seen> {
        match (self.process(), self.store()?) {
            (Some(url), _) => self.watch_for_leaks(url, watched, stop, tell),
            (None, Some(store)) => self.recall(&store, watched, Recall::Range, stop, tell),
            (None, None) => self.watch(watched, stop, tell),
        }
    }

    fn begin<'w>(
        &'w self,
        url: Url,
        watched: &'w Watched,
        stop: &'w Arc<AtomicBool>,
        tell: Tell<'w>,
    ) -> Result<Process<'w>> {
        self.check_metrics(&())?;
        Ok(Process {
            target: Target::new(url, self),
            start: Instant::now(),
            stop,
            tell,
            until_known: false,
            log: Log::new(self.budget, watched)?,
            failure: None,
        })
    }
}

/// A live process that snapshots are taken of.
pub(super) struct Target<'w> {
    url: Url,
    inputs: &'w Inputs,
    /// The process, where it runs on this machine and was found.
    pid: Option<u32>,
    /// Whether what listens on this machine only passes on what a process elsewhere says.
    is_elsewhere: bool,
    /// Whether the server tells of resident memory; nothing before it was asked.
    tells_resident: Option<bool>,
}

impl<'w> Target<'w> {
    pub(super) fn new(url: Url, inputs: &'w Inputs) -> Self {
        Self {
            url,
            inputs,
            pid: None,
            is_elsewhere: false,
            tells_resident: None,
        }
    }

    fn read(&self, profile: &str, query: &str) -> Result<Vec<u8>> {
        Source::Url(self.url.beside(profile, query)).read(&self.inputs.http, &())
    }

    /// Its resident memory. The process is looked for when it is not known, or gone.
    fn memory(&mut self) -> Option<ProcessMemory> {
        let known = self.pid.and_then(|pid| ProcessMemory::of(pid).ok());
        known.or_else(|| {
            if self.is_elsewhere {
                return None;
            }
            let found = self.inputs.local_process(&self.url, &());
            self.is_elsewhere = matches!(found, Err(Absent::Forwarder));
            self.pid = found.ok();
            ProcessMemory::of(self.pid?).ok()
        })
    }

    /// Its resident memory: as the page tells that the user named, else by the system, else as the server tells it; one
    /// that does not is asked once.
    fn resident(&mut self) -> Option<Resident> {
        if self.inputs.metrics.is_some() {
            return self.inputs.told_resident(&self.url, &()).ok();
        }
        if let Some(memory) = self.memory() {
            return Some(resident(memory));
        }
        if self.tells_resident == Some(false) {
            return None;
        }
        let told = self.inputs.told_resident(&self.url, &()).ok();
        self.tells_resident.get_or_insert(told.is_some());
        told
    }

    /// Takes a snapshot.
    ///
    /// # Errors
    /// Those of the server.
    pub(super) fn take(&mut self, collection: Collection) -> Result<Taken> {
        let query = match collection {
            Collection::Forced => "gc=1&debug=1",
            _ => "debug=1",
        };
        let time = Timestamp::now();
        let start = Instant::now();
        let heap = self.read("heap", query)?;
        let cost = start.elapsed();
        let goroutine = self.read("goroutine", "").ok();
        let resident = self.resident();
        Ok(Taken {
            time,
            heap,
            goroutine,
            resident,
            collection,
            cost,
        })
    }
}

/// What makes the jitter of an interval differ from one watch to the next.
pub(super) fn seed() -> u64 {
    Timestamp::now().as_nanosecond() as u64
}

struct Process<'w> {
    target: Target<'w>,
    start: Instant,
    stop: &'w Arc<AtomicBool>,
    tell: Tell<'w>,
    /// Whether to end as soon as the verdict is known.
    until_known: bool,
    log: Log<'w>,
    /// Why there is no snapshot at all.
    failure: Option<Error>,
}

impl Process<'_> {
    /// Whether watching on may change what is said.
    fn is_open(&self) -> bool {
        let verdict = judge(&self.log.seen.history);
        match verdict.level {
            Level::Growing => true,
            Level::Leak => verdict
                .findings
                .first()
                .is_some_and(|finding| finding.culprit.is_none()),
            Level::None => false,
        }
    }

    /// Asks once what Go can prove; servers before Go 1.27 cannot.
    fn prove(&mut self) {
        let Ok(bytes) = self.target.read("goroutineleak", "") else {
            return;
        };
        let Ok(profile) = decode::profile(&bytes[..], self.log.budget, &()) else {
            return;
        };
        self.log.seen.history.prove(&profile);
        if let Some(recorder) = &self.log.recorder
            && let Err(error) = recorder.prove(&bytes)
        {
            (self.tell)(&error.to_string());
        }
    }

    fn end(self) -> Result<Seen> {
        match self.failure {
            Some(error) if self.log.seen.history.is_empty() => Err(error),
            _ => Ok(self.log.seen),
        }
    }
}

/// What the system says now.
pub(super) fn resident(memory: ProcessMemory) -> Resident {
    Resident {
        bytes: memory.resident,
        files: memory.files,
        moment: ResidentMoment::Now,
    }
}

impl Watcher for Process<'_> {
    fn take(&mut self, collection: Collection) -> Result<Taken> {
        self.target.take(collection)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait_until(&mut self, time: Duration) -> Next {
        while !self.stop.load(Ordering::Relaxed) {
            let left = time.saturating_sub(self.now());
            if left.is_zero() {
                return Next::GoOn;
            }
            rest(left);
        }
        Next::Stop
    }

    fn tell(&mut self, happened: Happened) -> Next {
        let accepted = match happened {
            Happened::Took(taken) => self.log.accept(&taken),
            Happened::Missed(error) => Err(error),
        };
        match accepted {
            Ok(line) => (self.tell)(&line),
            // What never answered ends the watch, instead of being asked again and again.
            Err(error) if self.log.seen.history.is_empty() => {
                self.failure = Some(error);
                return Next::Stop;
            }
            Err(error) => (self.tell)(&error.to_string()),
        }
        match self.stop.load(Ordering::Relaxed) || (self.until_known && !self.is_open()) {
            true => Next::Stop,
            false => Next::GoOn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_is_over_but_paused_does_not_spin() {
        let short = TICK / 5;
        for (left, expected) in [(Duration::ZERO, TICK), (short, short), (4 * TICK, TICK)] {
            assert_eq!(nap(left), expected, "{left:?}");
        }
    }
}
