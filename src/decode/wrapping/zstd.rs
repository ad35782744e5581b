//! Zstandard (RFC 8878): one frame or several, with skippable ones between them.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::Bytes;

const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";

/// Whether a frame begins here.
pub(super) fn sniff(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The decompressed bytes. A frame whose window is larger than the decoder allows (128 MiB) is refused.
pub(super) fn open(bytes: Bytes<'_>) -> io::Result<Bytes<'_>> {
    Ok(Box::new(Frames {
        decoder: FrameDecoder::new(),
        bytes: BufReader::new(bytes),
        is_within: false,
    }))
}

struct Frames<R> {
    decoder: FrameDecoder,
    bytes: R,
    is_within: bool,
}

impl<R: BufRead> Frames<R> {
    /// Goes to the next frame; false where there is none.
    fn next(&mut self) -> io::Result<bool> {
        while !self.bytes.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.bytes) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.bytes.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(broken(error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 || buffer.is_empty() {
                return self.decoder.read(buffer);
            }
            if self.is_within && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.bytes, one).map_err(broken)?;
                continue;
            }
            self.is_within = self.next()?;
            if !self.is_within {
                return Ok(0);
            }
        }
    }
}

fn broken(error: FrameDecoderError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}
