//! A moment of a series: when a process was sampled, and what is known before its profile is decoded.

use std::time::Duration;

use super::{Collection, Resident};

/// The number of a moment in its series. Moments that are thinned out leave gaps: the others keep their numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MomentId(pub u32);

/// What is known of a moment without decoding its profile.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moment {
    /// Its number.
    pub id: MomentId,
    /// When it was taken, nanoseconds since 1970 UTC.
    pub nanos: i128,
    /// Resident memory of the process, where it was measured.
    pub resident: Option<Resident>,
    /// Whether a garbage collection was forced for it.
    pub collection: Collection,
    /// How long fetching the heap profile took: the work in the process plus the transfer. `None` if not measured.
    pub cost: Option<Duration>,
}

impl Moment {
    /// Seconds from `other` to this moment; negative if this one is earlier.
    pub fn seconds_since(&self, other: &Self) -> f64 {
        self.nanos.saturating_sub(other.nanos) as f64 / 1e9
    }
}
