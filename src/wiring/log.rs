//! What a watch makes of its snapshots: what the last ones say, a line about each, a recording.

use std::path::Path;

use jiff::Timestamp;

use crate::analyze::leaks::{History, Observation};
use crate::cli::Watched;
use crate::decode::{self, Budget};
use crate::encode;
use crate::error::Result;
use crate::host::{self, Caller};
use crate::load::session::{Files, Gate, Observed, Recorder};
use crate::load::watch::Taken;
use crate::model::{Collection, Profile, Resident};

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

/// Snapshots that are taken in one after the other.
pub(super) struct Log<'w> {
    pub(super) budget: Budget,
    /// When the first snapshot was taken.
    first: Option<Timestamp>,
    /// What the process had allocated in all: less means that it is another one.
    last_allocated: u64,
    /// Whether only some snapshots are recorded.
    is_choosy: bool,
    /// How many snapshots are held at most.
    pub(super) kept: usize,
    /// Which snapshots are recorded.
    gate: Gate,
    pub(super) recorder: Option<Recorder<'w>>,
    pub(super) seen: Seen,
}

impl<'w> Log<'w> {
    /// Nothing yet, and a folder where it is to be recorded.
    ///
    /// # Errors
    /// Those of the folder.
    pub(super) fn new(budget: Budget, watched: &'w Watched) -> Result<Self> {
        let files = Files {
            save: &|bytes, path: &Path| host::save(bytes, path, Caller::Command),
            gzip: &|bytes| encode::gzip(bytes),
        };
        let folder = watched.record.as_deref();
        let recorder = folder.map(|folder| Recorder::create(folder, watched.keeping, files));
        Ok(Self {
            budget,
            first: None,
            last_allocated: 0,
            is_choosy: watched.save_when.is_some(),
            kept: usize::MAX,
            gate: Gate::new(watched.save_when),
            recorder: recorder.transpose()?,
            seen: Seen::default(),
        })
    }

    /// Takes a snapshot in, and says what of it in a line.
    ///
    /// # Errors
    /// Those of the decoder and of the recording.
    pub(super) fn accept(&mut self, taken: &Taken) -> Result<String> {
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
    // What a store remembers costs nobody anything.
    let is_now = !taken.cost.is_zero();
    parts.extend(is_now.then(|| format!("took {} ms", taken.cost.as_millis())));
    parts.join("  ")
}
