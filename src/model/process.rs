//! What is known of a process beside its profiles.

/// Whether a collection was forced before a heap profile was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Collection {
    /// Yes: `HeapAlloc` is what is live, exactly.
    Forced,
    /// No: `HeapAlloc` holds garbage, and the profile is as old as the last collection.
    AsItCame,
    /// Not known; told by `NumForcedGC`, if that is there.
    #[default]
    Unknown,
}

/// What the system says of resident memory, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resident {
    /// All of it.
    pub bytes: u64,
    /// Of it mapped files, where that is known.
    pub files: Option<u64>,
    /// When that was.
    pub moment: ResidentMoment,
}

/// When resident memory was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResidentMoment {
    /// With the snapshot.
    Now,
    /// At its highest since the process began (`getrusage`): what is above Go's total may be long gone.
    Peak,
}
