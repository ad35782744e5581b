//! Decodes bytes to a [`Profile`].
//!
//! `wrapping` undoes compression and encodings, `formats` lists the formats (the protobuf of `proto/profile.proto`,
//! pprof's legacy formats, stack dumps), and `foreign` names input that is not a profile, for the error message. Knows
//! no file, network or terminal: bytes come from any reader. Broken input is an error value, never a panic, and memory
//! is bounded by the bytes received: see [`Budget`].

mod budget;
mod builder;
mod expvar;
mod foreign;
mod formats;
mod ids;
mod legacy;
mod proto;
mod samples;
mod stream;
mod varint;
pub(crate) mod wire;
mod wrapping;

use std::cell::Cell;
use std::io::{ErrorKind, Read};
use std::rc::Rc;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use crate::error::{Error, Result};
use crate::model::Profile;
use crate::progress::Observer;
pub use budget::Budget;
use budget::{Account, Received};
use formats::{Decode, FORMATS};
use stream::{Chunk, Input, MARGIN};
use wrapping::{Bytes, unwrap};

/// How much is read at once; smaller input is decoded without a thread.
const CHUNK: usize = 1 << 18;
/// Weight of a byte of text that is read as a whole: the byte, and a copy in the making.
const TEXT_WEIGHT: usize = 2;
/// How many chunks may be read ahead of the decoder.
const CHUNKS_AHEAD: usize = 8;

/// Decodes a profile in any of the formats, with its wrappings removed.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotAProfile`], [`Error::Malformed`], [`Error::TooLarge`], [`Error::TooHeavy`], [`Error::Io`]
/// from the reader, and [`Error::Cancelled`] if the observer stops it.
pub fn profile(bytes: impl Read, budget: Budget, observer: &dyn Observer) -> Result<Profile> {
    let (head, mut source) = Source::open(bytes, budget)?;
    known(&head, &mut source, budget, observer)
}

/// Removes the wrappings: gzip, zstd and the like.
///
/// # Errors
/// [`Error::Malformed`], [`Error::TooLarge`] for more than `limit` bytes, [`Error::Io`] from the reader.
pub fn unwrapped(bytes: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    let read = wrapping::unwrap(bytes, limit)?.bytes.read_to_end(&mut whole);
    read.map(|_| whole).map_err(wrapping::read_error)
}

/// Decodes a profile, or the `memstats` of Go's `/debug/vars` as a profile with nothing else in it.
///
/// # Errors
/// As [`profile`].
pub fn profile_or_stats(bytes: impl Read, budget: Budget, observer: &dyn Observer) -> Result<Profile> {
    let (head, mut source) = Source::open(bytes, budget)?;
    if !expvar::is_object(&head) {
        return known(&head, &mut source, budget, observer);
    }
    let text = source.read_all(&mut Account::new(budget), observer)?;
    let stats = expvar::parse(&text).ok_or(Error::NotAProfile {
        what: "JSON without memstats",
        advice: "what Go serves at /debug/vars has them",
    })?;
    Ok(Profile {
        mem_stats: Some(Box::new(stats)),
        ..Profile::default()
    })
}

/// Decodes in the first of the formats that fits.
fn known(head: &[u8], source: &mut Source<'_>, budget: Budget, observer: &dyn Observer) -> Result<Profile> {
    let mut account = Account::new(budget);
    let mut whole = None;
    for format in FORMATS.iter().filter(|format| (format.sniff)(head)) {
        match format.decode {
            Decode::Whole(decode) => {
                let bytes = match &mut whole {
                    Some(bytes) => &*bytes,
                    none => &*none.insert(source.read_all(&mut account, observer)?),
                };
                let decoded = decode(bytes, &account);
                if let Some(profile) = decoded.map_err(|error| explained(error, bytes))? {
                    return Ok(profile);
                }
            }
            Decode::Stream(decode) => return stream(decode, source, &account, observer),
        }
    }
    if head.is_empty() {
        return Err(Error::Empty);
    }
    Err(foreign::named(head).unwrap_or_else(foreign::unknown))
}

/// Replaces the error by a better one where the text has a known reason for it.
fn explained(error: Error, text: &[u8]) -> Error {
    let is_gzip = |line: &[u8]| line.starts_with(b"\x1f\x8b\x08");
    match error {
        Error::Malformed(_) if text.split(|&byte| byte == b'\n').any(is_gzip) => Error::two_profiles(),
        error => error,
    }
}

/// How the name of a file with these bytes should end, without a dot, e.g. `pb.gz`.
pub fn ending(bytes: &[u8]) -> String {
    let unwrapped = unwrap(bytes, u64::MAX);
    let known = unwrapped.ok().and_then(|inside| {
        let format = FORMATS.iter().find(|format| (format.sniff)(&inside.head))?;
        Some([format.ending, &inside.ending].concat())
    });
    known.unwrap_or_else(|| "pb".into())
}

/// How to decode a stream, from where, and within what budget.
fn stream(
    decode: fn(Input<'_>, &Account) -> Result<Profile>,
    source: &mut Source<'_>,
    account: &Account,
    observer: &dyn Observer,
) -> Result<Profile> {
    let first = source.chunk(Vec::new())?.ok_or(Error::Empty)?;
    if first.bytes().len() < CHUNK {
        let mut first = Some(first);
        return decode(Input::new(Box::new(move |_| first.take().map(Ok))), account);
    }
    let decode = |input: Input<'_>| decode(input, account);
    pipeline(decode, first, source, observer)
}

/// Decodes on a thread of its own while this one reads and inflates.
fn pipeline(
    decode: impl FnOnce(Input<'_>) -> Result<Profile> + Send,
    first: Chunk,
    source: &mut Source<'_>,
    observer: &dyn Observer,
) -> Result<Profile> {
    let (send, receive) = sync_channel(CHUNKS_AHEAD);
    let (give_back, used) = channel();
    thread::scope(|scope| {
        let decoder = scope.spawn(move || {
            decode(Input::new(Box::new(move |buffer| {
                // After the last chunk, nobody takes the buffer back.
                let _ = give_back.send(buffer);
                receive.recv().ok()
            })))
        });
        let mut next = Ok(Some(first));
        while let Some(chunk_or_error) = next.transpose() {
            let is_error = chunk_or_error.is_err();
            // A decoder that has found an error no longer receives.
            if send.send(chunk_or_error).is_err() || is_error {
                break;
            }
            let buffer = used.try_iter().find(|buffer: &Vec<u8>| !buffer.is_empty());
            next = observer
                .progress(source.inflated, None)
                .and_then(|()| source.chunk(buffer.unwrap_or_default()));
        }
        drop(send);
        decoder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The unwrapped bytes.
struct Source<'r> {
    bytes: Bytes<'r>,
    /// How many bytes have been read, before unwrapping.
    wrapped: Rc<Cell<u64>>,
    /// How many they are after unwrapping.
    inflated: u64,
}

impl<'r> Source<'r> {
    /// Removes the wrappings. Returns the first bytes, and the source of all.
    fn open(bytes: impl Read + 'r, budget: Budget) -> Result<(Vec<u8>, Self)> {
        let unwrapped = unwrap(bytes, budget.max_bytes)?;
        let source = Self {
            bytes: unwrapped.bytes,
            wrapped: unwrapped.wrapped,
            inflated: 0,
        };
        Ok((unwrapped.head, source))
    }

    /// The next bytes: [`CHUNK`] of them unless the end is near; `None` at the end.
    fn chunk(&mut self, mut buffer: Vec<u8>) -> Result<Option<Chunk>> {
        if buffer.len() < MARGIN + CHUNK {
            // Memory that is not written to costs nothing: most profiles are smaller.
            buffer = vec![0; MARGIN + CHUNK];
        }
        let mut end = MARGIN;
        while end < buffer.len() {
            match self.bytes.read(&mut buffer[end..]) {
                Ok(0) => break,
                Ok(count) => end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(wrapping::read_error(error)),
            }
        }
        buffer.truncate(end);
        self.inflated += (end - MARGIN) as u64;
        let received = Received {
            wrapped: self.wrapped.get(),
            inflated: self.inflated,
        };
        Ok((end > MARGIN).then_some(Chunk { buffer, received }))
    }

    /// All bytes at once.
    fn read_all(&mut self, account: &mut Account, observer: &dyn Observer) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(more) = self.chunk(Vec::new())? {
            bytes.extend_from_slice(more.bytes());
            account.receive(more.received);
            account.whole(bytes.len(), TEXT_WEIGHT)?;
            observer.progress(self.inflated, None)?;
        }
        Ok(bytes)
    }
}
