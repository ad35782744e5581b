//! Bytes to [`Profile`].
//!
//! Knows the formats: gzip by its magic, the protobuf of `proto/profile.proto`, pprof's legacy formats.
//! Knows no file, network or terminal: bytes come from any reader. Broken input is an error value,
//! never a panic, and memory follows what the model holds, not what a header claims.

mod gzip;
mod legacy;
mod proto;
mod sniff;
mod stream;
pub(crate) mod wire;

use std::io::Read;

use crate::error::{Error, Result};
use crate::model::Profile;
use crate::progress::Observer;

/// What a decoder may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Inflated bytes after which the input is refused.
    pub max_bytes: u64,
}

impl Default for Limits {
    /// 16 GiB: far above any honest profile. What it takes to refuse a bomb is bounded elsewhere: see `gzip`.
    fn default() -> Self {
        Self { max_bytes: 16 << 30 }
    }
}

/// Reads a profile in any of the formats, gzipped or not.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotAProfile`], [`Error::Malformed`], [`Error::TooLarge`], [`Error::Io`] from the
/// reader, and whatever the observer stops with.
pub fn profile(bytes: impl Read, limits: Limits, observer: &dyn Observer) -> Result<Profile> {
    let mut input = stream::Input::new(gzip::open(bytes, limits)?, observer);
    let head = input.head()?;
    match sniff::format(head)? {
        sniff::Format::Proto => proto::decode(&mut input),
        sniff::Format::Legacy => {
            let bytes = input.rest()?;
            legacy::parse(&bytes)?
                .ok_or_else(|| Error::malformed("begins like one of the legacy formats, but is none of them"))
        }
    }
}
