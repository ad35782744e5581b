//! Profiles as they were taken, beside what is made of them.

use std::sync::Arc;

use super::{Collection, MemStats, Profile, Resident};

/// One profile, from one source, at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What its source is called. Safe to print.
    pub name: String,
    /// On which side of a comparison it is.
    pub side: Side,
    /// What was read.
    pub profile: Arc<Profile>,
    /// The goroutine profile of the same moment, where there is one.
    pub goroutines: Option<Arc<Profile>>,
    /// The process's resident memory at that moment, where it is known.
    pub resident: Option<Resident>,
    /// Whether a collection was forced before.
    pub collection: Collection,
}

/// A side of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// What is looked at; without a comparison, all.
    After,
    /// What it is compared with.
    Before,
}

impl Snapshot {
    /// A profile of which nothing else is known.
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

    /// When it was taken, nanoseconds since 1970 UTC, where it says.
    pub fn time_nanos(&self) -> Option<i64> {
        Some(self.profile.time_nanos).filter(|nanos| *nanos > 0)
    }

    /// The process's `runtime.MemStats` at that moment, where they came with the profile.
    pub fn mem_stats(&self) -> Option<&MemStats> {
        self.profile.mem_stats.as_deref()
    }
}

/// Both sides of a comparison, with the sample types that both have.
#[derive(Clone, Debug)]
pub struct Sides {
    /// What is compared with.
    pub before: Arc<Profile>,
    /// What is looked at.
    pub after: Arc<Profile>,
}

/// How a profile is compared with its base.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Comparison {
    /// The base is subtracted, and percentages are of what is left.
    #[default]
    Subtract,
    /// The base is subtracted, but its samples stay apart, and percentages are of the base.
    Diff,
}

/// The result of loading: a profile with its warnings, and the snapshots that it is made of, by side if it compares two.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The one profile that is made of all: their sum, or what came since the base.
    pub profile: Arc<Profile>,
    /// Both sides of a comparison, each the sum of its snapshots, before one was taken from the other.
    pub sides: Option<Sides>,
    /// What it was made of, in the order of the sources, those of the base last; empty where only the result was
    /// asked for.
    pub snapshots: Vec<Snapshot>,
    /// What should be warned of, a line each.
    pub warnings: Vec<String>,
}

impl Loaded {
    /// One profile alone.
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
