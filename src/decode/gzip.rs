//! Inflating, with a lid on it.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::Limits;
use crate::error::{Error, Result};

const MAGIC: &[u8] = &[0x1f, 0x8b];

/// The inflated bytes of a reader: gunzipped if they begin with gzip's magic, else as they are.
/// Reading past `limits.max_bytes` fails with an error that [`too_large`] recognizes.
pub(super) fn open<'r>(bytes: impl Read + 'r, limits: Limits) -> Result<Box<dyn Read + 'r>> {
    let mut bytes = BufReader::with_capacity(1 << 16, bytes);
    let head = bytes.fill_buf().map_err(read_error)?;
    let lid = |reader| {
        Box::new(Lid {
            reader,
            left: limits.max_bytes,
            limit: limits.max_bytes,
        })
    };
    // A pipe may hand out a single byte first; one byte of magic is enough to tell, as no profile begins with it.
    if head.first() == Some(&MAGIC[0]) {
        return Ok(lid(Box::new(MultiGzDecoder::new(bytes)) as Box<dyn Read + 'r>));
    }
    Ok(lid(Box::new(bytes)))
}

struct Lid<R> {
    reader: R,
    left: u64,
    limit: u64,
}

impl<R: Read> Read for Lid<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::other(Overflow(self.limit)))?;
        Ok(count)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
struct Overflow(u64);

/// What a failed read means: the lid, broken gzip, or trouble with the reader itself.
pub(super) fn read_error(error: io::Error) -> Error {
    if let Some(Overflow(limit)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Error::TooLarge { limit: *limit };
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::malformed("the gzip data ends early: was it copied completely?"),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::malformed(format!("broken gzip data ({error})"))
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
