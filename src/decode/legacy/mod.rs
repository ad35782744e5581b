//! pprof's legacy formats, and the stack dumps of Go: text, and one binary format for CPU profiles.
//!
//! Knows how each is written, one file per format, and what pprof makes of it; the rules are those of pprof's
//! `profile/legacy_profile.go` and `legacy_java_profile.go` unless stated otherwise. Goes further than pprof in three
//! ways: the `#` lines below a row give functions and lines, so no binary is needed (see [`record`]); the
//! `runtime.MemStats` after a heap profile are kept; so are a goroutine's labels. Knows nothing of what is done with a
//! profile.

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
