//! A moment of a series: when a process was looked at, before its profile is.

use std::time::Duration;

use super::{Collection, Resident};

/// The number of a moment in its series; moments that are left out later keep theirs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MomentId(pub u32);

/// What is known of a moment without its profile.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moment {
    /// Its number.
    pub id: MomentId,
    /// When it was, nanoseconds since 1970 UTC.
    pub nanos: i128,
    /// Resident memory of the process.
    pub resident: Option<Resident>,
    /// Whether a collection was forced for it.
    pub collection: Collection,
    /// How long the heap profile took: what it cost the process, and the way.
    pub cost: Option<Duration>,
}

impl Moment {
    /// Seconds from another one to this one; negative where it was before.
    pub fn seconds_since(&self, other: &Self) -> f64 {
        self.nanos.saturating_sub(other.nanos) as f64 / 1e9
    }
}
