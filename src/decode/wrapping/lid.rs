//! A limit on how much may be read from a reader.

use std::io::{self, Read};

/// Fails with [`Overflow`] once more than the limit has been read.
pub(super) struct Lid<R> {
    reader: R,
    left: u64,
    limit: u64,
}

/// The reader has more than this many bytes.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
pub(super) struct Overflow(pub(super) u64);

impl<R> Lid<R> {
    pub(super) fn new(reader: R, limit: u64) -> Self {
        Self {
            reader,
            left: limit,
            limit,
        }
    }
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
