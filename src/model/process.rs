//! What is known of a process besides its profiles.

/// Whether a garbage collection was forced before a heap profile was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Collection {
    /// Yes: `HeapAlloc` is exactly what is live.
    Forced,
    /// No: `HeapAlloc` includes garbage, and the profile is as old as the last collection.
    AsItCame,
    /// Not recorded: `NumForcedGC` decides, if present.
    #[default]
    Unknown,
}

/// Resident memory as the operating system reports it, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resident {
    /// The whole resident set.
    pub bytes: u64,
    /// The part of it that is mapped files, if known.
    pub files: Option<u64>,
    /// When it was measured.
    pub moment: ResidentMoment,
}

/// When resident memory was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResidentMoment {
    /// Together with the snapshot.
    Now,
    /// It is the peak since the process started (`getrusage`): what exceeds Go's total may have been freed long ago.
    Peak,
}
