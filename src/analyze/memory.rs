//! Where a process's memory is: resident memory as a sum, by Go's and the operating system's accounts.
//!
//! ```text
//! Go's total = Sys - HeapReleased = live + garbage + span slack + idle kept + stacks + runtime
//! RSS        = Go's total + mapped files + outside Go - untouched
//! ```
//!
//! `HeapReleased` includes memory that was never touched, so Go's total can exceed what is resident: the difference is
//! `untouched`. Source of the fields: Go's `runtime.MemStats`. Knows no process and no text.

use crate::model::{MemStats, Profile, Resident, ResidentMoment, SampleTypeId};

/// A part of the memory; the parts do not overlap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PartKind {
    /// Objects that were reachable at the last collection.
    Live,
    /// Objects that the next collection may free.
    Garbage,
    /// Free space in spans that are in use.
    SpanSlack,
    /// Freed memory that Go keeps for reuse.
    IdleKept,
    /// Stacks of goroutines and threads.
    Stacks,
    /// The runtime's own: span metadata, caches, the garbage collector, profiles, the rest.
    Runtime,
    /// Mapped files, mostly the program itself.
    Files,
    /// Resident, but neither Go's nor a file: cgo, mmap.
    Outside,
    /// Go's by its own account, but not resident, as it was never touched. Counts negatively.
    Untouched,
    /// Returned to the operating system: not part of any total.
    Released,
}

impl PartKind {
    /// All parts, in display order.
    pub const ALL: [Self; 10] = [
        Self::Live,
        Self::Garbage,
        Self::SpanSlack,
        Self::IdleKept,
        Self::Stacks,
        Self::Runtime,
        Self::Files,
        Self::Outside,
        Self::Untouched,
        Self::Released,
    ];

    /// Its sign in the sum of resident memory; 0 if it is not part of it.
    pub fn sign(self) -> i64 {
        match self {
            Self::Untouched => -1,
            Self::Released => 0,
            _ => 1,
        }
    }
}

/// The basis for telling live objects from garbage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LiveBasis {
    /// A collection was forced just before: everything is live.
    Collected,
    /// The heap profile, as of the last collection; sampled.
    Samples,
    /// Half of `NextGC`, which is right for GOGC=100.
    NextGc,
}

/// A process's memory, divided into parts.
#[derive(Clone, PartialEq, Debug)]
pub struct Memory {
    /// Bytes of each part, in the order of [`PartKind::ALL`].
    parts: [u64; PartKind::ALL.len()],
    /// Resident memory, if known.
    pub resident: Option<Resident>,
    /// Go's total, in bytes: `Sys - HeapReleased`.
    pub go: u64,
    /// The heap size at which the next collection runs, in bytes.
    pub next_gc: u64,
    /// The basis for telling live objects from garbage.
    pub basis: LiveBasis,
    /// Number of collections so far, and how many of them were forced.
    pub collections: (u64, u64),
    /// The share of CPU time spent on garbage collection, 0 to 1.
    pub gc_cpu: f64,
    /// Peak resident memory, in bytes; 0 if unknown.
    pub peak: u64,
}

/// What is known besides `MemStats`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryFacts<'p> {
    /// Resident memory, if known.
    pub resident: Option<Resident>,
    /// The heap profile of the same moment.
    pub heap: Option<&'p Profile>,
    /// Whether a collection was forced just before.
    pub is_collected: bool,
}

impl Memory {
    /// Divides the memory of a process with these `MemStats`.
    pub fn new(stats: &MemStats, facts: &MemoryFacts<'_>) -> Self {
        let (live, basis) = live(stats, facts);
        let go = stats.sys.saturating_sub(stats.heap_released);
        let in_heap = stats.heap_inuse.saturating_add(stats.heap_idle);
        let kept = stats.heap_idle.saturating_sub(stats.heap_released);
        let named = in_heap
            .saturating_sub(stats.heap_released)
            .saturating_add(stats.stack_sys);
        let peak = (stats.max_rss > 0).then_some(Resident {
            bytes: stats.max_rss,
            files: None,
            moment: ResidentMoment::Peak,
        });
        let resident = facts.resident.or(peak);
        let files = resident.and_then(|resident| resident.files).unwrap_or(0);
        let known = go.saturating_add(files);
        let (outside, untouched) = resident.map_or((0, 0), |resident| {
            (
                resident.bytes.saturating_sub(known),
                known.saturating_sub(resident.bytes),
            )
        });
        let part = |kind: PartKind| match kind {
            PartKind::Live => live,
            PartKind::Garbage => stats.heap_alloc.saturating_sub(live),
            PartKind::SpanSlack => stats.heap_inuse.saturating_sub(stats.heap_alloc),
            PartKind::IdleKept => kept,
            PartKind::Stacks => stats.stack_sys,
            // The remainder, so that the sum is right whatever a later Go adds.
            PartKind::Runtime => go.saturating_sub(named),
            PartKind::Files => files,
            PartKind::Outside => outside,
            PartKind::Untouched => untouched,
            PartKind::Released => stats.heap_released,
        };
        Self {
            parts: PartKind::ALL.map(part),
            resident,
            go,
            next_gc: stats.next_gc,
            basis,
            collections: (stats.num_gc, stats.num_forced_gc),
            gc_cpu: stats.gc_cpu_fraction,
            peak: stats.max_rss,
        }
    }

    /// The non-empty parts with their bytes, in display order.
    pub fn parts(&self) -> impl Iterator<Item = (PartKind, u64)> + '_ {
        let all = PartKind::ALL.into_iter().zip(self.parts);
        all.filter(|(_, bytes)| *bytes > 0)
    }

    /// The size of a part, in bytes.
    pub fn part(&self, kind: PartKind) -> u64 {
        self.parts[kind as usize]
    }

    /// The total for shares, in bytes: Go's total, files and memory outside. Resident memory is less by what is untouched.
    pub fn total(&self) -> u64 {
        let beside = self.part(PartKind::Files).saturating_add(self.part(PartKind::Outside));
        self.go.saturating_add(beside)
    }
}

fn live(stats: &MemStats, facts: &MemoryFacts<'_>) -> (u64, LiveBasis) {
    if facts.is_collected {
        return (stats.heap_alloc, LiveBasis::Collected);
    }
    let (live, basis) = match facts.heap.and_then(in_use) {
        Some(live) => (live, LiveBasis::Samples),
        None => (stats.next_gc / 2, LiveBasis::NextGc),
    };
    (live.min(stats.heap_alloc), basis)
}

/// The sum of a heap profile's bytes in use; `None` if it has no such type.
fn in_use(profile: &Profile) -> Option<u64> {
    let column = profile.sample_type("inuse_space").map(SampleTypeId::index)?;
    let values = profile.samples.values.get(column)?;
    let sum = values.iter().fold(0_i64, |sum, &value| sum.saturating_add(value));
    u64::try_from(sum).ok().filter(|&sum| sum > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: u64 = 1 << 40;

    prop_compose! {
        /// Numbers that are consistent, as Go's are.
        fn stats()(
            alloc in 0..LIMIT, slack in 0..LIMIT, kept in 0..LIMIT, released in 0..LIMIT,
            stacks in 0..LIMIT, runtime in 0..LIMIT, next_gc in 0..LIMIT, max_rss in 0..LIMIT,
        ) -> MemStats {
            MemStats {
                heap_alloc: alloc,
                heap_inuse: alloc + slack,
                heap_idle: kept + released,
                heap_released: released,
                stack_sys: stacks,
                sys: alloc + slack + kept + released + stacks + runtime,
                next_gc,
                max_rss,
                ..MemStats::default()
            }
        }
    }

    proptest! {
        #[test]
        fn the_parts_add_up(stats in stats(), rss in 0..LIMIT, files in prop::option::of(0..LIMIT), is_collected: bool) {
            let resident = Resident { bytes: rss, files, moment: ResidentMoment::Now };
            for resident in [Some(resident), None] {
                let memory = Memory::new(&stats, &MemoryFacts { resident, is_collected, heap: None });
                let signed = |(kind, bytes): (PartKind, u64)| kind.sign() * bytes as i64;
                let sum: i64 = memory.parts().map(signed).sum();
                prop_assert_eq!(sum, memory.resident.map_or(memory.go, |resident| resident.bytes) as i64);
                prop_assert_eq!(sum + memory.part(PartKind::Untouched) as i64, memory.total() as i64);
                let heap = memory.part(PartKind::Live) + memory.part(PartKind::Garbage);
                prop_assert_eq!(heap, stats.heap_alloc);
            }
        }

        #[test]
        fn any_numbers_give_an_answer(numbers in prop::array::uniform8(any::<u64>())) {
            let [sys, heap_alloc, heap_inuse, heap_idle, heap_released, stack_sys, next_gc, max_rss] = numbers;
            let stats = MemStats { sys, heap_alloc, heap_inuse, heap_idle, heap_released, stack_sys, next_gc, max_rss, ..MemStats::default() };
            let memory = Memory::new(&stats, &MemoryFacts::default());
            prop_assert!(memory.part(PartKind::Live) <= heap_alloc);
        }
    }
}
