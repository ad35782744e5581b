//! pprof's legacy formats, and the stack dumps of Go: text, and one binary format for CPU profiles.
//!
//! Knows how each of them is written, one file a format, and what pprof makes of it; rules are those of pprof's
//! `profile/legacy_profile.go` and `legacy_java_profile.go` where nothing else is said. Goes further than pprof in three
//! ways: the `#` lines below a row give functions and lines, so that no binary is needed (see [`record`]); the
//! `runtime.MemStats` behind a heap profile are kept; a goroutine's labels are. Knows nothing of what is done with a profile.

pub(super) mod contention;
pub(super) mod count;
pub(super) mod cpu;
mod drop_frames;
mod finish;
pub(super) mod goroutines;
pub(super) mod heap;
pub(super) mod java;
pub(super) mod jemalloc;
mod logged;
mod maps;
mod mem_stats;
mod quoted;
mod record;
mod text;
pub(super) mod threads;
