//! A live process that is watched: its snapshots over HTTP, its resident memory where it runs on this machine.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Inputs, source};
use crate::analyze::leaks::{History, Level, Observation, judge};
use crate::cli::Watched;
use crate::decode::{self, Budget};
use crate::encode;
use crate::error::{Error, Result};
use crate::host::{self, Caller};
use crate::load::session::{Files, Gate, Observed, Recorder};
use crate::load::survey::Metrics;
use crate::load::watch::{Happened, Next, Plan, Taken, Watcher, watch};
use crate::model::{Collection, Profile, Resident, ResidentMoment, Side, Snapshot};
use crate::progress::Observer;
use crate::report::{Evidence, Live};
use crate::source::{HttpOptions, ProcessMemory, Source, Url};
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

/// What a watch knows of its last snapshot.
#[derive(Debug, Default)]
pub struct Seen {
    /// Snapshots so far, reduced.
    pub history: History,
    /// The last heap profile.
    pub heap: Option<Profile>,
    /// The last goroutine profile.
    pub goroutines: Option<Profile>,
    /// The last resident memory.
    pub resident: Option<Resident>,
    /// Whether the heap was collected before.
    pub collection: Collection,
    /// How often the process was another one than before.
    pub restarts: usize,
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
        let pid = pid.or_else(|| url.local_port().and_then(ProcessMemory::listening));
        let memory = pid.and_then(|pid| ProcessMemory::of(pid).ok());
        let told = || told_resident(url, &self.http, observer);
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

    /// Watches a process, tells of each snapshot in a line, and records it where that is asked for. Ends by the plan or
    /// when `stop` says so.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is no process, and where nothing could be taken at all, why.
    pub fn watch(&self, watched: &Watched, stop: &Arc<AtomicBool>, tell: Tell<'_>) -> Result<Seen> {
        let url = self.process().ok_or_else(|| {
            Error::Usage("watch takes a live process: host:port or a URL; leaks reads recordings and files".into())
        })?;
        let mut process = self.begin(url, watched, stop, tell)?;
        // Nobody asks for a verdict, and a watch may go on for weeks.
        process.kept = 1;
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

    fn begin<'w>(
        &'w self,
        url: Url,
        watched: &'w Watched,
        stop: &'w Arc<AtomicBool>,
        tell: Tell<'w>,
    ) -> Result<Process<'w>> {
        let files = Files {
            save: &|bytes, path: &Path| host::save(bytes, path, Caller::Command),
            gzip: &|bytes| encode::gzip(bytes),
        };
        let folder = watched.record.as_deref();
        Ok(Process {
            target: Target::new(url, &self.http),
            budget: self.budget,
            start: Instant::now(),
            first: None,
            last_allocated: 0,
            stop,
            tell,
            until_known: false,
            is_choosy: watched.save_when.is_some(),
            kept: usize::MAX,
            gate: Gate::new(watched.save_when),
            recorder: folder
                .map(|folder| Recorder::create(folder, watched.keeping, files))
                .transpose()?,
            seen: Seen::default(),
            failure: None,
        })
    }
}

/// A live process that snapshots are taken of.
pub(super) struct Target<'w> {
    url: Url,
    http: &'w HttpOptions,
    /// The process, where it runs on this machine and was found.
    pid: Option<u32>,
    /// Whether the server tells of resident memory; nothing before it was asked.
    tells_resident: Option<bool>,
}

impl<'w> Target<'w> {
    pub(super) fn new(url: Url, http: &'w HttpOptions) -> Self {
        Self {
            url,
            http,
            pid: None,
            tells_resident: None,
        }
    }

    fn read(&self, profile: &str, query: &str) -> Result<Vec<u8>> {
        Source::Url(self.url.beside(profile, query)).read(self.http, &())
    }

    /// Its resident memory. The process is looked for when it is not known, or gone.
    fn memory(&mut self) -> Option<ProcessMemory> {
        let known = self.pid.and_then(|pid| ProcessMemory::of(pid).ok());
        known.or_else(|| {
            self.pid = self.url.local_port().and_then(ProcessMemory::listening);
            ProcessMemory::of(self.pid?).ok()
        })
    }

    /// Its resident memory by the system, else as the server tells it; one that does not is asked once.
    fn resident(&mut self) -> Option<Resident> {
        if let Some(memory) = self.memory() {
            return Some(resident(memory));
        }
        if self.tells_resident == Some(false) {
            return None;
        }
        let told = told_resident(&self.url, self.http, &());
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
    budget: Budget,
    start: Instant,
    /// When the first snapshot was taken.
    first: Option<Timestamp>,
    /// What the process had allocated in all: less means that it is another one.
    last_allocated: u64,
    stop: &'w Arc<AtomicBool>,
    tell: Tell<'w>,
    /// Whether only some snapshots are recorded.
    is_choosy: bool,
    /// Whether to end as soon as the verdict is known.
    until_known: bool,
    /// How many snapshots are held at most.
    kept: usize,
    /// Which snapshots are recorded.
    gate: Gate,
    recorder: Option<Recorder<'w>>,
    seen: Seen,
    /// Why there is no snapshot at all.
    failure: Option<Error>,
}

impl Process<'_> {
    /// Whether watching on may change what is said.
    fn is_open(&self) -> bool {
        let verdict = judge(&self.seen.history);
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
        let Ok(profile) = decode::profile(&bytes[..], self.budget, &()) else {
            return;
        };
        self.seen.history.prove(&profile);
        if let Some(recorder) = &self.recorder
            && let Err(error) = recorder.prove(&bytes)
        {
            (self.tell)(&error.to_string());
        }
    }

    fn end(self) -> Result<Seen> {
        match self.failure {
            Some(error) if self.seen.history.is_empty() => Err(error),
            _ => Ok(self.seen),
        }
    }

    /// Takes a snapshot in, and says what of it in a line.
    fn accept(&mut self, taken: &Taken) -> Result<String> {
        let heap = decode::profile(&taken.heap[..], self.budget, &())?;
        let goroutines = taken.goroutine.as_deref();
        let goroutines = goroutines.and_then(|bytes| decode::profile(bytes, self.budget, &()).ok());
        let stats = heap.mem_stats.as_deref();
        let allocated = stats.map_or(0, |stats| stats.total_alloc);
        let is_restarted = allocated < self.last_allocated;
        self.last_allocated = allocated;
        if is_restarted {
            // Another process: what it holds says nothing of the one before.
            self.seen.history = History::default();
            self.seen.restarts += 1;
        }
        let first = *self.first.get_or_insert(taken.time);
        self.seen.history.push(&Observation {
            seconds: taken.time.duration_since(first).as_secs_f64(),
            heap: Some(&heap),
            goroutines: goroutines.as_ref(),
            resident: taken.resident,
            collection: taken.collection,
        });
        self.seen.history.keep_last(self.kept);
        let in_use = heap
            .total("inuse_space")
            .map_or(0, |sum| u64::try_from(sum).unwrap_or(0));
        let held = stats.map_or(in_use, |stats| stats.heap_alloc);
        let count = goroutines.as_ref().and_then(|profile| profile.total(""));
        let mut line = line(taken, held, count);
        let observed = Observed {
            heap: held,
            resident: taken.resident.map(|resident| resident.bytes),
            goroutines: count.and_then(|count| u64::try_from(count).ok()),
        };
        if let Some(recorder) = &mut self.recorder
            && self.gate.admits(taken.time, observed)
        {
            recorder.record(taken, held)?;
            line.push_str(if self.is_choosy { "  recorded" } else { "" });
        }
        if is_restarted {
            line.push_str("  restarted: the process is another one");
        }
        self.seen.resident = taken.resident;
        self.seen.collection = taken.collection;
        self.seen.heap = Some(heap);
        self.seen.goroutines = goroutines.or(self.seen.goroutines.take());
        Ok(line)
    }
}

/// A page of metrics that is longer, or takes longer, is not waited for.
const MOST_METRICS: u64 = 4 << 20;
const LONGEST_METRICS: Duration = Duration::from_secs(2);

/// The resident memory that a server tells in its `/metrics`, as Prometheus's client writes them; mapped files are not told
/// apart there.
fn told_resident(url: &Url, http: &HttpOptions, observer: &dyn Observer) -> Option<Resident> {
    let http = HttpOptions {
        max_bytes: MOST_METRICS,
        timeout: Some(LONGEST_METRICS),
        ..http.clone()
    };
    let text = crate::source::data(&url.metrics(), &http, observer).ok()?;
    let bytes = Metrics::parse(&text).rss?;
    Some(Resident {
        bytes: bytes as u64,
        files: None,
        moment: ResidentMoment::Now,
    })
}

/// What the system says now.
pub(super) fn resident(memory: ProcessMemory) -> Resident {
    Resident {
        bytes: memory.resident,
        files: memory.files,
        moment: ResidentMoment::Now,
    }
}

fn line(taken: &Taken, held: u64, goroutines: Option<i64>) -> String {
    let bytes = |count: u64| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        crate::model::units::label(count, "bytes", "auto")
    };
    let heap = match taken.collection {
        Collection::Forced => "heap after GC",
        _ => "heap",
    };
    let mut parts = vec![format!("{:.0}", taken.time), format!("{heap} {}", bytes(held))];
    parts.extend(taken.resident.map(|resident| format!("rss {}", bytes(resident.bytes))));
    parts.extend(goroutines.map(|count| format!("goroutines {count}")));
    parts.push(format!("took {} ms", taken.cost.as_millis()));
    parts.join("  ")
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
            thread::sleep(left.min(TICK));
        }
        Next::Stop
    }

    fn tell(&mut self, happened: Happened) -> Next {
        let accepted = match happened {
            Happened::Took(taken) => self.accept(&taken),
            Happened::Missed(error) => Err(error),
        };
        match accepted {
            Ok(line) => (self.tell)(&line),
            // What never answered ends the watch, instead of being asked again and again.
            Err(error) if self.seen.history.is_empty() => {
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
