//! Snapshots: profiles as they were taken, and the result of merging or comparing them.

use std::sync::Arc;

use super::{Collection, MemStats, Profile, Resident};

/// One profile, from one place, at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the input is called: a path, an address without secrets. Safe to print.
    pub name: String,
    /// On which side of a comparison it is.
    pub side: Side,
    /// The profile that was read.
    pub profile: Arc<Profile>,
    /// The goroutine profile of the same moment, where there is one.
    pub goroutines: Option<Arc<Profile>>,
    /// The process's resident memory at that moment, if known.
    pub resident: Option<Resident>,
    /// Whether a garbage collection was forced before it was taken.
    pub collection: Collection,
}

/// A side of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The profile in question; without a comparison, every snapshot.
    After,
    /// The base.
    Before,
}

impl Snapshot {
    /// A snapshot of which only the profile is known.
    pub fn new(name: String, side: Side, profile: Arc<Profile>) -> Self {
        Self {
            name,
            side,
            profile,
            goroutines: None,
            resident: None,
            collection: Collection::Unknown,
        }
    }

    /// When it was taken, nanoseconds since 1970 UTC, if the profile says.
    pub fn time_nanos(&self) -> Option<i64> {
        Some(self.profile.time_nanos).filter(|nanos| *nanos > 0)
    }

    /// The process's `runtime.MemStats` at that moment, if they came with the profile.
    pub fn mem_stats(&self) -> Option<&MemStats> {
        self.profile.mem_stats.as_deref()
    }
}

/// Both sides of a comparison, reduced to the sample types that both have.
#[derive(Clone, Debug)]
pub struct Sides {
    /// The base.
    pub before: Arc<Profile>,
    /// The profile that is compared with it.
    pub after: Arc<Profile>,
}

/// How a profile is compared with its base.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Comparison {
    /// The base is subtracted, and percentages are of what remains (pprof's `-base`).
    #[default]
    Subtract,
    /// The base is subtracted, its samples stay separate, and percentages are of the base (pprof's `-diff_base`).
    Diff,
}

/// The result of loading: a profile, its warnings, and the snapshots it was made from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// One profile of all inputs: their sum, or the difference from the base.
    pub profile: Arc<Profile>,
    /// Both sides of a comparison, each the sum of its snapshots, before subtraction.
    pub sides: Option<Sides>,
    /// The snapshots it was made from, in the order of the inputs, those of the base last; empty if only the result was
    /// asked for.
    pub snapshots: Vec<Snapshot>,
    /// Warnings for the user, one line each.
    pub warnings: Vec<String>,
}

impl Loaded {
    /// A single profile, with nothing merged or compared.
    pub fn one(name: String, profile: Profile) -> Self {
        let profile = Arc::new(profile);
        let snapshot = Snapshot::new(name, Side::After, Arc::clone(&profile));
        Self {
            profile,
            sides: None,
            snapshots: vec![snapshot],
            warnings: Vec::new(),
        }
    }

    /// The snapshots of one side.
    pub fn side(&self, side: Side) -> impl Iterator<Item = &Snapshot> {
        self.snapshots.iter().filter(move |snapshot| snapshot.side == side)
    }
}
