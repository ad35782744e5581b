//! The table of profile formats, one row each.
//!
//! A new format is a file with a function that reads it, and a row here.

use super::budget::Account;
use super::legacy::{contention, count, cpu, goroutines, heap, java, jemalloc, threads};
use super::proto;
use super::stream::Input;
use crate::error::Result;
use crate::model::Profile;

/// A format of profiles.
pub(super) struct Format {
    /// Whether bytes that begin like this may be in it: see [`super::wrapping::HEAD`].
    pub(super) sniff: fn(&[u8]) -> bool,
    /// How it is read.
    pub(super) decode: Decode,
    /// The ending of its files' names, without a dot.
    pub(super) ending: &'static str,
}

/// How a format is read.
#[derive(Clone, Copy)]
pub(super) enum Decode {
    /// From all bytes at once. `None` if it turns out to be another format, an error if it is this one but broken.
    Whole(fn(&[u8], &Account) -> Result<Option<Profile>>),
    /// From a stream, as the bytes arrive.
    Stream(fn(Input<'_>, &Account) -> Result<Profile>),
}

/// All formats, in the order in which pprof tries them; a format that pprof does not read follows the one most like it. The
/// first that sniffs and reads wins. Streamed formats are last.
pub(super) const FORMATS: [Format; 9] = [
    Format {
        sniff: cpu::sniff,
        decode: Decode::Whole(cpu::parse),
        ending: "prof",
    },
    Format {
        sniff: heap::sniff,
        decode: Decode::Whole(heap::parse),
        ending: "txt",
    },
    Format {
        sniff: jemalloc::sniff,
        decode: Decode::Whole(jemalloc::parse),
        ending: "heap",
    },
    Format {
        sniff: count::sniff,
        decode: Decode::Whole(count::parse),
        ending: "txt",
    },
    Format {
        sniff: threads::sniff,
        decode: Decode::Whole(threads::parse),
        ending: "txt",
    },
    Format {
        sniff: contention::sniff,
        decode: Decode::Whole(contention::parse),
        ending: "txt",
    },
    Format {
        sniff: java::sniff,
        decode: Decode::Whole(java::parse),
        ending: "txt",
    },
    // Any text may contain a stack dump.
    Format {
        sniff: goroutines::sniff,
        decode: Decode::Whole(goroutines::parse),
        ending: "txt",
    },
    Format {
        sniff: proto::sniff,
        decode: Decode::Stream(proto::decode),
        ending: "pb",
    },
];
