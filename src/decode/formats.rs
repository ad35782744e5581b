//! The formats of profiles, one row each.
//!
//! A new one is a file with a function that reads it, and a row here.

use super::budget::Account;
use super::legacy::{contention, count, cpu, goroutines, heap, java, jemalloc, threads};
use super::proto;
use super::stream::Input;
use crate::error::Result;
use crate::model::Profile;

/// A format of profiles.
pub(super) struct Format {
    /// Whether bytes that begin so may be in it: see [`super::wrapping::HEAD`].
    pub(super) sniff: fn(&[u8]) -> bool,
    /// How it is read.
    pub(super) decode: Decode,
    /// How the name of a file ends that has it.
    pub(super) ending: &'static str,
}

/// How a format is read.
#[derive(Clone, Copy)]
pub(super) enum Decode {
    /// All bytes at once. `None` if it turns out to be another format, an error if it is this one but broken.
    Whole(fn(&[u8], &Account) -> Result<Option<Profile>>),
    /// As the bytes come.
    Stream(fn(Input<'_>, &Account) -> Result<Profile>),
}

/// All formats, in the order in which pprof tries them; what pprof does not read is behind what is most like it. The
/// first that sniffs and reads wins. What comes as a stream is last.
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
    // Any text may have a stack dump in it.
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
