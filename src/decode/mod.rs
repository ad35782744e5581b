//! Bytes to [`Profile`].
//!
//! Knows the formats: gzip by its magic, the protobuf of `proto/profile.proto`, pprof's legacy formats.
//! Knows no file, network or terminal: bytes come from any reader. Broken input is an error value,
//! never a panic, and memory follows what the model holds, not what a header claims.

mod gzip;
mod ids;
mod legacy;
mod proto;
mod samples;
mod sniff;
mod stream;
mod varint;
pub(crate) mod wire;

use std::io::{ErrorKind, Read};
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use crate::error::{Error, Result};
use crate::model::Profile;
use crate::progress::Observer;
use stream::{Chunk, Input, MARGIN};

/// How much is read at once; what is smaller is decoded without a thread.
const CHUNK: usize = 1 << 18;
/// What a text profile may have: it is read as a whole.
const MAX_TEXT: usize = 256 << 20;
/// How many chunks may wait for the decoder.
const CHUNKS_AHEAD: usize = 8;

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
    let mut reader = gzip::open(bytes, limits)?;
    let first = chunk(&mut *reader, Vec::new())?.ok_or(Error::Empty)?;
    match sniff::format(first.bytes())? {
        sniff::Format::Legacy => {
            let mut bytes = first.bytes().to_vec();
            while let Some(more) = chunk(&mut *reader, Vec::new())? {
                observer.progress(bytes.len() as u64, None)?;
                bytes.extend_from_slice(more.bytes());
                if bytes.len() > MAX_TEXT {
                    return Err(Error::TooLarge { limit: MAX_TEXT as u64 });
                }
            }
            legacy::parse(&bytes)?
                .ok_or_else(|| Error::malformed("begins like one of the legacy formats, but is none of them"))
        }
        sniff::Format::Proto if first.bytes().len() < CHUNK => {
            let mut first = Some(first);
            proto::decode(Input::new(Box::new(move |_| first.take().map(Ok))))
        }
        sniff::Format::Proto => pipeline(first, &mut *reader, observer),
    }
}

/// Decodes on a thread of its own while this one reads and inflates.
fn pipeline(first: Chunk, reader: &mut dyn Read, observer: &dyn Observer) -> Result<Profile> {
    let (send, receive) = sync_channel(CHUNKS_AHEAD);
    let (give_back, used) = channel();
    thread::scope(|scope| {
        let decoder = scope.spawn(move || {
            proto::decode(Input::new(Box::new(move |buffer| {
                // Nobody listens after the last chunk.
                let _ = give_back.send(buffer);
                receive.recv().ok()
            })))
        });
        let mut next = Ok(Some(first));
        let mut done = 0;
        while let Some(chunk_or_error) = next.transpose() {
            done += chunk_or_error.as_ref().map_or(0, |chunk| chunk.bytes().len() as u64);
            let is_error = chunk_or_error.is_err();
            // A decoder that has found something wrong does not listen any more.
            if send.send(chunk_or_error).is_err() || is_error {
                break;
            }
            let buffer = used.try_iter().find(|buffer: &Vec<u8>| !buffer.is_empty());
            next = observer
                .progress(done, None)
                .and_then(|()| chunk(reader, buffer.unwrap_or_default()));
        }
        drop(send);
        decoder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The next bytes: as many as [`CHUNK`] unless the end is near; `None` at the end.
fn chunk(reader: &mut dyn Read, mut buffer: Vec<u8>) -> Result<Option<Chunk>> {
    if buffer.len() < MARGIN + CHUNK {
        // Memory that is not written to costs nothing: most profiles are smaller.
        buffer = vec![0; MARGIN + CHUNK];
    }
    let mut end = MARGIN;
    while end < buffer.len() {
        match reader.read(&mut buffer[end..]) {
            Ok(0) => break,
            Ok(count) => end += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(gzip::read_error(error)),
        }
    }
    buffer.truncate(end);
    Ok((end > MARGIN).then_some(Chunk { buffer }))
}
