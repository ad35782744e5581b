//! What a profile's bytes may be wrapped in: compression, an encoding, the headers of an HTTP response.
//!
//! A wrapping is a row of [`WRAPPINGS`]; wrappings nest. Knows no format of profiles.

mod base64;
mod gzip;
mod http;
mod lid;
mod zlib;
mod zstd;

use std::cell::Cell;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use crate::error::{Error, Result};
use lid::{Lid, Overflow};

/// A stream of bytes.
pub(super) type Bytes<'r> = Box<dyn Read + 'r>;

/// How many bytes are looked at to tell what the input is.
pub(super) const HEAD: usize = 4096;
/// How deep wrappings may nest. Honest profiles are wrapped twice at most.
const DEEPEST: usize = 8;

/// Something around the bytes of a profile.
struct Wrapping {
    /// What it adds to the ending of a file's name.
    ending: &'static str,
    /// Whether bytes that begin like this are wrapped in it. There are [`HEAD`] of them, fewer only at the end.
    sniff: fn(&[u8]) -> bool,
    /// Reads the bytes inside.
    open: for<'r> fn(Bytes<'r>) -> io::Result<Bytes<'r>>,
}

/// All wrappings.
const WRAPPINGS: [Wrapping; 6] = [
    Wrapping {
        ending: ".gz",
        sniff: gzip::sniff,
        open: gzip::open,
    },
    Wrapping {
        ending: ".zst",
        sniff: zstd::sniff,
        open: zstd::open,
    },
    Wrapping {
        ending: ".z",
        sniff: zlib::sniff,
        open: zlib::open,
    },
    Wrapping {
        ending: ".http",
        sniff: http::sniff,
        open: http::open,
    },
    Wrapping {
        ending: ".b64",
        sniff: base64::sniff,
        open: base64::open,
    },
    // A byte order mark, which editors and shells on Windows put before text.
    Wrapping {
        ending: "",
        sniff: |head| head.starts_with(MARK),
        open: |mut bytes| {
            bytes.read_exact(&mut [0; MARK.len()])?;
            Ok(bytes)
        },
    },
];

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes inside all wrappings.
pub(super) struct Unwrapped<'r> {
    /// All of the bytes.
    pub(super) bytes: Bytes<'r>,
    /// How it begins: [`HEAD`] bytes, fewer only if there are no more.
    pub(super) head: Vec<u8>,
    /// What the wrappings add to the ending of a file's name.
    pub(super) ending: String,
    /// How many bytes have been read so far, before unwrapping.
    pub(super) wrapped: Rc<Cell<u64>>,
}

/// Removes all wrappings. Reading more than `limit` bytes fails, whether before or after unwrapping.
pub(super) fn unwrap<'r>(bytes: impl Read + 'r, limit: u64) -> Result<Unwrapped<'r>> {
    let wrapped = Rc::new(Cell::new(0));
    let mut bytes: Bytes<'r> = Box::new(Counted {
        reader: Lid::new(bytes, limit),
        count: Rc::clone(&wrapped),
    });
    let mut endings = Vec::new();
    loop {
        let mut head = Vec::with_capacity(HEAD);
        bytes
            .by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(read_error)?;
        bytes = Box::new(Cursor::new(head.clone()).chain(bytes));
        let Some(wrapping) = WRAPPINGS.iter().find(|wrapping| (wrapping.sniff)(&head)) else {
            endings.reverse();
            let ending = endings.concat();
            return Ok(Unwrapped {
                bytes,
                head,
                ending,
                wrapped,
            });
        };
        if endings.len() == DEEPEST {
            let message = format!("compressed {DEEPEST} times over, one inside the other");
            return Err(Error::malformed(message));
        }
        endings.push(wrapping.ending);
        bytes = Box::new(Lid::new((wrapping.open)(bytes).map_err(read_error)?, limit));
    }
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.count.set(self.count.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// The error for a failed read: too much input, broken compression, or trouble with the reader itself.
pub(super) fn read_error(error: io::Error) -> Error {
    if let Some(Overflow(limit)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Error::TooLarge { limit: *limit };
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::malformed("the compressed data ends early: was it copied completely?"),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::malformed(format!("broken compressed data ({error})"))
        }
        _ => match error.downcast::<Error>() {
            Ok(error) => error,
            Err(reason) => Error::Io {
                name: "reading the profile".into(),
                reason,
            },
        },
    }
}
