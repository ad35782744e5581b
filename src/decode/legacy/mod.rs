//! pprof's legacy formats, and the stack dumps of Go: text, and one binary format for CPU profiles.
//!
//! Knows how each of them is written, one file a format, and what pprof makes of it; rules are those of pprof's
//! `profile/legacy_profile.go` and `legacy_java_profile.go` where nothing else is said. Goes further than pprof in three
//! ways: the `#` lines below a row give functions and lines, so that no binary is needed (see [`record`]); the
//! `runtime.MemStats` behind a heap profile are kept; a goroutine's labels are. Knows nothing of what is done with a profile.

mod builder;
mod contention;
mod count;
mod cpu;
mod drop_frames;
mod goroutines;
mod heap;
mod java;
mod maps;
mod mem_stats;
mod quoted;
mod record;
mod text;
mod threads;

use crate::error::Result;
use crate::model::Profile;

/// Reads one format: `None` if it is another, an error if it is broken.
type Reader = fn(&[u8]) -> Result<Option<Profile>>;

/// All formats, in the order in which pprof tries them; `goroutines` is ours.
const READERS: [Reader; 7] = [
    cpu::parse,
    heap::parse,
    count::parse,
    goroutines::parse,
    threads::parse,
    contention::parse,
    java::parse,
];

/// Reads one of the legacy formats; `None` if it is none of them.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<Profile>> {
    for reader in READERS {
        if let Some(mut profile) = reader(bytes)? {
            drop_frames::set(&mut profile);
            return Ok(Some(profile));
        }
    }
    Ok(None)
}
