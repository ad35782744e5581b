//! The outermost message of protobuf, field by field, from a reader: only the current field is in memory.

use prost::encoding::{WireType, decode_key, decode_varint};

use super::budget::Received;
use crate::error::{Error, Result};

/// The longest allowed field, in bytes. In an honest profile the longest are names.
const MAX_FIELD: usize = 64 << 20;
/// The most zeros, in bytes, that may follow a profile as padding.
const MAX_ZEROS: usize = 64 << 20;
/// The most bytes that a key and a length take, as varints.
pub(super) const MAX_HEADER: usize = 20;

/// Returns the next chunk, `None` at the end; takes the used buffer back, for its memory.
pub(super) type Chunks<'c> = Box<dyn FnMut(Vec<u8>) -> Option<Result<Chunk>> + Send + 'c>;

/// Spare bytes before a chunk's own: a field that began in the previous chunk is completed there.
pub(super) const MARGIN: usize = 1 << 12;

/// Consecutive bytes of the input.
pub(super) struct Chunk {
    /// Anything in the first [`MARGIN`], then the chunk's bytes.
    pub(super) buffer: Vec<u8>,
    /// How much had been read by the end of this chunk.
    pub(super) received: Received,
}

impl Chunk {
    /// The chunk's bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[MARGIN..]
    }
}

/// Input that arrives in chunks, with the current part in a buffer.
pub(super) struct Input<'c> {
    chunks: Chunks<'c>,
    buffer: Vec<u8>,
    /// Where the unconsumed part of `buffer` begins.
    start: usize,
    at_end: bool,
    received: Received,
}

/// A field of the outermost message.
pub(super) struct Field<'b> {
    /// Its number.
    pub(super) number: u32,
    /// What it contains.
    pub(super) value: Value<'b>,
}

/// What a [`Field`] contains.
pub(super) enum Value<'b> {
    /// A varint.
    Varint(u64),
    /// A message, string or packed list.
    Bytes(&'b [u8]),
    /// Fixed-width numbers, which the format does not use.
    Fixed,
}

impl<'c> Input<'c> {
    pub(super) fn new(chunks: Chunks<'c>) -> Self {
        Self {
            chunks,
            buffer: Vec::new(),
            start: 0,
            at_end: false,
            received: Received::default(),
        }
    }

    /// How much has been read.
    pub(super) fn received(&self) -> Received {
        self.received
    }

    /// The next field, or `None` at the end.
    pub(super) fn field(&mut self) -> Result<Option<Field<'_>>> {
        self.fill(MAX_HEADER)?;
        let mut view = &self.buffer[self.start..];
        if view.is_empty() {
            return Ok(None);
        }
        if view[0] == 0 {
            return self.zeros();
        }
        let (number, wire_type) = decode_key(&mut view).map_err(broken)?;
        let fixed = match wire_type {
            WireType::Varint => {
                let value = decode_varint(&mut view).map_err(broken)?;
                self.start = self.buffer.len() - view.len();
                return Ok(Some(Field {
                    number,
                    value: Value::Varint(value),
                }));
            }
            WireType::LengthDelimited => false,
            WireType::SixtyFourBit | WireType::ThirtyTwoBit => true,
            _ => {
                return Err(Error::malformed(
                    "a part of a kind that profiles never have: was it copied completely, and as binary?",
                ));
            }
        };
        let length = match wire_type {
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            _ => decode_varint(&mut view).map_err(broken)?,
        };
        let header = self.buffer.len() - self.start - view.len();
        let fits = usize::try_from(length).ok().filter(|&length| length <= MAX_FIELD);
        let length = fits.ok_or_else(|| {
            Error::malformed(format!(
                "a name or sample of {length} bytes, where {MAX_FIELD} are the limit"
            ))
        })?;
        self.fill(header + length)?;
        if self.buffer.len() - self.start < header + length {
            return Err(Error::malformed(
                "the data ends in the middle of a field: was it copied completely?",
            ));
        }
        let from = self.start + header;
        self.start = from + length;
        let value = if fixed {
            Value::Fixed
        } else {
            Value::Bytes(&self.buffer[from..from + length])
        };
        Ok(Some(Field { number, value }))
    }

    /// Returns the end if only zeros precede it, as tapes and block devices leave them.
    fn zeros(&mut self) -> Result<Option<Field<'_>>> {
        let mut skipped = 0;
        while skipped < MAX_ZEROS {
            self.fill(1)?;
            let view = &self.buffer[self.start..];
            let zeros = view.iter().take_while(|&&byte| byte == 0).count();
            if zeros < view.len() {
                break;
            }
            if view.is_empty() {
                return Ok(None);
            }
            self.start += zeros;
            skipped += zeros;
        }
        Err(Error::malformed(
            "zeros where its next part should begin: was it copied completely?",
        ))
    }

    /// Makes at least `wanted` bytes available; fewer only at the end.
    #[inline]
    fn fill(&mut self, wanted: usize) -> Result<()> {
        if self.buffer.len() - self.start >= wanted || self.at_end {
            return Ok(());
        }
        self.fill_slowly(wanted)
    }

    fn fill_slowly(&mut self, wanted: usize) -> Result<()> {
        while self.buffer.len() - self.start < wanted {
            let left = self.buffer.len() - self.start;
            if left > MARGIN {
                // Grows with what really arrives, not with what a length claims.
                self.buffer.drain(..std::mem::take(&mut self.start));
                match (self.chunks)(Vec::new()).transpose()? {
                    Some(chunk) => {
                        self.received = chunk.received;
                        self.buffer.extend_from_slice(chunk.bytes());
                    }
                    None => self.at_end = true,
                }
            } else {
                let mut begun = [0; MARGIN];
                begun[..left].copy_from_slice(&self.buffer[self.start..]);
                match (self.chunks)(std::mem::take(&mut self.buffer)).transpose()? {
                    Some(chunk) => {
                        self.received = chunk.received;
                        self.buffer = chunk.buffer;
                        self.start = MARGIN - left;
                        self.buffer[self.start..MARGIN].copy_from_slice(&begun[..left]);
                    }
                    None => {
                        self.at_end = true;
                        self.buffer = begun[..left].to_vec();
                        self.start = 0;
                    }
                }
            }
            if self.at_end {
                break;
            }
        }
        Ok(())
    }
}

/// Converts prost's error, whose own text is about the wire format.
pub(super) fn broken(_: prost::DecodeError) -> Error {
    Error::malformed("a number or length in it is broken: was it copied completely, and as binary?")
}
