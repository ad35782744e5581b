//! The history of a store as moments of one process: a snapshot a step, with all that Go's heap profiles hold where the
//! store has it.
//!
//! What is held is the mean of a step's snapshots. Allocations that the store keeps as they came are added up from the
//! first step on, as Go does from the start of a program. Where several processes are meant, all is that of one on average.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;

use super::Inputs;
use crate::decode;
use crate::encode;
use crate::error::{Error, Result};
use crate::load::survey::survey;
use crate::load::watch::Taken;
use crate::model::{Collection, Profile, ValueType, merge};
use crate::progress::Observer;
use crate::source::{ProfileStore, Snapshots, Source, StepLength, StoreStep};

/// Lengths of steps that people reckon in, in seconds; beyond them whole days.
const LENGTHS: [i64; 14] = [
    15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY,
];
const DAY: i64 = 86_400;
/// A history has so many steps at most unless the user says how long one is: enough for a verdict, and soon there.
const USUAL: i64 = 30;
/// And so many if he does.
const MOST: i64 = 500;
/// So many requests at once.
const PARALLEL: usize = 4;
/// For so many milliseconds, or two steps, a process may send nothing before that is a failure: profiles come every 10 to 60 s.
const PATIENCE: i64 = 60_000;
/// What Go's heap profiles hold, in their order.
const HEAP: [&str; 4] = ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"];
/// What tells of the others.
const IN_USE: &str = "inuse_space";
/// Bytes between two samples as Go has them by default; stores forget them.
const SAMPLING: i64 = 512 << 10;

/// A store's history, as far as it was read.
pub(super) struct StoredHistory<'i> {
    inputs: &'i Inputs,
    /// The length of a step in milliseconds.
    length: i64,
    heap: Vec<ProfileStore>,
    goroutines: Option<ProfileStore>,
    /// What each part of the heap has added up to, where the store keeps what came.
    allocated: Vec<Option<Profile>>,
    /// The end of the last step that was read, milliseconds since 1970 UTC.
    read: Option<i64>,
}

impl Inputs {
    /// The store that is named, if nothing else is.
    ///
    /// # Errors
    /// [`Error::Usage`] for times that cannot be.
    pub fn store(&self) -> Result<Option<ProfileStore>> {
        match &self.sources[..] {
            [only] => match self.source(only)? {
                Source::Store(store) => Ok(Some(store)),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The history of a store in steps, of a length that is given or fits the time.
    ///
    /// # Errors
    /// Those of the store; [`Error::Usage`] for steps that are too short.
    pub(super) fn history<'i>(
        &'i self,
        store: &ProfileStore,
        every: Option<Duration>,
        observer: &dyn Observer,
    ) -> Result<StoredHistory<'i>> {
        let (start, end) = store.time();
        let length = length(store, every)?;
        let types = store.types(&self.http, observer)?;
        let part = |kind: &str| {
            let wanted = of_kind(store.profile_type(), kind);
            types.contains(&wanted).then(|| store.asking(&wanted, start, end))
        };
        let is_heap = HEAP.contains(&kind_of(store)) && part(IN_USE).is_some();
        let heap = match is_heap {
            true => HEAP.into_iter().filter_map(part).collect(),
            false => vec![store.clone()],
        };
        // Pyroscope's client and its scraper do not agree on the name.
        let counts = |name: &&String| name.ends_with(":goroutine:count:goroutine:count");
        let goroutines = types.iter().find(counts).filter(|_| is_heap);
        Ok(StoredHistory {
            inputs: self,
            length: length * 1000,
            allocated: heap.iter().map(|_| None).collect(),
            heap,
            goroutines: goroutines.map(|name| store.asking(name, start, end)),
            read: None,
        })
    }
}

/// The type of samples in a profile type, e.g. `inuse_space`.
fn kind_of(store: &ProfileStore) -> &str {
    store.profile_type().split(':').nth(1).unwrap_or_default()
}

/// The profile type beside another one of Go's heap: `memory:alloc_objects:count:space:bytes` for `alloc_objects`.
fn of_kind(profile_type: &str, kind: &str) -> String {
    let mut parts: Vec<&str> = profile_type.split(':').collect();
    if let [_, sample_type, unit, ..] = &mut parts[..] {
        *sample_type = kind;
        *unit = if kind.ends_with("objects") { "count" } else { "bytes" };
    }
    parts.join(":")
}

/// Seconds of a step of a store's history.
fn length(store: &ProfileStore, every: Option<Duration>) -> Result<i64> {
    let (start, end) = store.time();
    length_in((end - start) / 1000, every)
}

/// How long a step of a store's history is, e.g. `15 min`.
///
/// # Errors
/// [`Error::Usage`] for steps that are too short.
pub(super) fn step_in_words(store: &ProfileStore, every: Option<Duration>) -> Result<String> {
    let seconds = length(store, every)?;
    let units = [(DAY, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let whole = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    Ok(whole.map_or(String::new(), |(unit, name)| format!("{} {name}", seconds / unit)))
}

/// Seconds of a step in a time of so many seconds.
fn length_in(seconds: i64, every: Option<Duration>) -> Result<i64> {
    let Some(every) = every else {
        let fits = |length: &&i64| **length * USUAL >= seconds;
        let days = seconds / (USUAL * DAY) + 1;
        return Ok(LENGTHS.iter().find(fits).copied().unwrap_or(days * DAY));
    };
    let length = i64::try_from(every.as_secs()).unwrap_or(i64::MAX).max(1);
    match seconds / length {
        steps if steps > MOST => Err(Error::Usage(format!(
            "--every {length}: {steps} steps are too many to ask a store for, at most {MOST}; take longer ones, or less time"
        ))),
        _ => Ok(length),
    }
}

impl StoredHistory<'_> {
    /// Milliseconds of a step.
    pub(super) fn length(&self) -> i64 {
        self.length
    }

    /// Reads the steps that have something and were not read yet, up to `end`, the earliest first, and tells of each: how
    /// many there are, and a snapshot. What fails is read again the next time.
    ///
    /// # Errors
    /// Those of the store, with [`Error::Http`] where nothing is stored; [`Error::Cancelled`] where the watcher says so, and
    /// what `tell` fails with.
    pub(super) fn read(
        &mut self,
        end: i64,
        is_stopped: &(dyn Fn() -> bool + Sync),
        tell: &mut dyn FnMut(usize, Taken) -> Result<()>,
    ) -> Result<()> {
        let observer = Until(is_stopped);
        let inputs = self.inputs;
        let length = StepLength::Millis(self.length);
        let earliest = end.saturating_sub(MOST.saturating_mul(self.length));
        let asked = |store: &ProfileStore| match self.read {
            // After days without an answer, there is no more than can be asked for.
            Some(read) => store.behind(read.max(earliest), end),
            None => store.asking(store.profile_type(), store.time().0, end),
        };
        let heap: Vec<ProfileStore> = self.heap.iter().map(&asked).collect();
        let goroutines = self.goroutines.as_ref().map(&asked);
        let steps = |store: &ProfileStore| store.steps(length, &inputs.http, &observer);
        let basis = &heap[self.basis()];
        let known = steps(basis)?;
        if known.is_empty() {
            if self
                .read
                .is_some_and(|read| end - read <= PATIENCE.max(2 * self.length))
            {
                return Ok(());
            }
            // The error says what there is.
            return basis.fetch(&inputs.http, &observer).map(|_| ());
        }
        // The heap is there all the same.
        let counted = goroutines.as_ref().and_then(|store| steps(store).ok());
        let counted = counted.unwrap_or_default();
        for step in &known {
            let counted = counted.iter().find(|counted| counted.end == step.end);
            let goroutines = goroutines.as_ref().filter(|_| counted.is_some());
            let within = |store: &ProfileStore| store.within_step(step.end, self.length);
            let stores: Vec<ProfileStore> = heap.iter().chain(goroutines).map(within).collect();
            let taken = self.step_of(step, counted, &stores, end, is_stopped)?;
            self.read = Some(step.end.min(end));
            if let Some(taken) = taken {
                tell(known.len(), taken)?;
            }
        }
        Ok(())
    }

    /// Which part of the heap tells of the others.
    fn basis(&self) -> usize {
        self.heap.iter().position(|part| kind_of(part) == IN_USE).unwrap_or(0)
    }

    /// A step up to `end`: what these stores have of it; nothing where that is no heap.
    fn step_of(
        &mut self,
        step: &StoreStep,
        goroutines: Option<&StoreStep>,
        stores: &[ProfileStore],
        end: i64,
        is_stopped: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Taken>> {
        let mut answers: Vec<Option<Result<Option<Profile>>>> = stores.iter().map(|_| None).collect();
        let ask = |store: &ProfileStore| {
            let bytes = store.merge(&self.inputs.http, &Until(is_stopped))?;
            let decode = |bytes: Vec<u8>| decode::profile(&bytes[..], self.inputs.budget, &());
            bytes.map(decode).transpose()
        };
        survey(stores, PARALLEL, &AtomicBool::new(false), &ask, &mut |at, answer| {
            answers[at] = Some(answer);
        });
        let mut answers = answers.into_iter().flatten();
        let mut parts = Vec::new();
        for profile in answers.by_ref().take(self.heap.len()) {
            parts.push(profile?);
        }
        let goroutine = answers.next().transpose()?.flatten();
        // All of them are sums of the same snapshots.
        let Some(basis) = &parts[self.basis()] else {
            return Ok(None);
        };
        let held = ratio_of(step.snapshots, step.processes, basis);
        // Kept when nothing can fail any more: a step that failed is read again, and must not count twice.
        let mut allocated = self.allocated.clone();
        for ((part, store), sum) in parts.iter_mut().zip(&self.heap).zip(&mut allocated) {
            match part {
                Some(profile) if store.is_held() => scale(profile, held),
                _ if store.is_held() => {}
                // What came in this step comes on top.
                _ => {
                    if let Some(profile) = part {
                        scale(profile, 1.0 / step.processes as f64);
                    }
                    if self.heap.len() == 1 {
                        continue;
                    }
                    let both: Vec<Profile> = sum.take().into_iter().chain(part.take()).collect();
                    *sum = match both.is_empty() {
                        true => None,
                        false => Some(merge(&both)?),
                    };
                    part.clone_from(sum);
                }
            }
        }
        let time = Timestamp::from_millisecond(step.end.min(end)).unwrap_or_default();
        let mut heap = beside(parts, &self.heap)?;
        say_processes(&mut heap, step.processes);
        heap.time_nanos = i64::try_from(time.as_nanosecond()).unwrap_or(0);
        let goroutine = goroutine.zip(goroutines).map(|(mut profile, step)| {
            let ratio = ratio_of(step.snapshots, step.processes, &profile);
            scale(&mut profile, ratio);
            packed(&profile)
        });
        let taken = Taken {
            time,
            heap: packed(&heap)?,
            goroutine: goroutine.transpose()?,
            resident: None,
            collection: Collection::Unknown,
            cost: Duration::ZERO,
        };
        self.allocated = allocated;
        Ok(Some(taken))
    }
}

/// What of a sum is one process on average: the mean of its snapshots, or a share of what happened.
pub(super) fn ratio_of(snapshots: Option<Snapshots>, processes: usize, profile: &Profile) -> f64 {
    let sum = |column: &Vec<i64>| column.iter().map(|value| *value as f64).sum::<f64>();
    let total = profile.samples.values.first().map_or(0.0, sum);
    match snapshots {
        Some(Snapshots::Count(count)) => 1.0 / count,
        Some(Snapshots::Mean(mean)) if total > 0.0 => mean / total,
        Some(Snapshots::Mean(_)) => 1.0,
        None => 1.0 / processes.max(1) as f64,
    }
}

/// Says in the profile that several processes are in it; reports have that in their first lines.
pub(super) fn say_processes(profile: &mut Profile, processes: usize) {
    if processes > 1 {
        let text = format!("One process on average, of {processes}");
        let comment = profile.strings.intern(text.as_bytes());
        profile.comments.push(comment);
    }
}

fn scale(profile: &mut Profile, ratio: f64) {
    profile.scale(&vec![ratio; profile.sample_types.len()]);
}

fn packed(profile: &Profile) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    encode::profile(profile, &mut bytes)?;
    Ok(bytes)
}

/// One profile with a column for each part, named as the store names it.
fn beside(parts: Vec<Option<Profile>>, stores: &[ProfileStore]) -> Result<Profile> {
    let count = stores.len();
    let mut columns = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        let mut part = part.unwrap_or_default();
        let mut values: Vec<Vec<i64>> = vec![vec![0; part.samples.len()]; count];
        if let Some(own) = part.samples.values.into_iter().next() {
            values[at] = own;
        }
        part.samples.values = values;
        let mut text = |text: &str| part.strings.intern(text.as_bytes());
        let mut types = Vec::new();
        for store in stores {
            let names: Vec<&str> = store.profile_type().split(':').collect();
            let name = |at: usize| names.get(at).copied().unwrap_or_default();
            types.push(ValueType {
                kind: text(name(1)),
                unit: text(name(2)),
            });
            part.period_type = ValueType {
                kind: text(name(3)),
                unit: text(name(4)),
            };
        }
        if part.period <= 1 && HEAP.contains(&kind_of(&stores[at])) {
            part.period = SAMPLING;
        }
        part.sample_types = types;
        part.default_sample_type = part.strings.intern(b"");
        columns.push(part);
    }
    Ok(merge(&columns)?)
}

/// Ends work that waits for a store.
struct Until<'s>(&'s (dyn Fn() -> bool + Sync));

impl Observer for Until<'_> {
    fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
        match (self.0)() {
            true => Err(Error::Cancelled),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_fits_the_time_or_is_given() {
        for (seconds, every, expected) in [
            (900, None, Some(30)),
            (6 * 3600, None, Some(900)),
            (DAY, None, Some(3600)),
            (7 * DAY, None, Some(21_600)),
            (365 * DAY, None, Some(13 * DAY)),
            (60, None, Some(15)),
            (3600, Some(60), Some(60)),
            (3600, Some(0), None),
            (DAY, Some(60), None),
        ] {
            let told = length_in(seconds, every.map(Duration::from_secs));
            assert_eq!(told.ok(), expected, "{seconds} {every:?}");
        }
    }

    #[test]
    fn types_of_the_heap_are_named_alike() {
        let name = of_kind("memory:inuse_space:bytes:space:bytes", "alloc_objects");
        assert_eq!(name, "memory:alloc_objects:count:space:bytes");
    }
}
