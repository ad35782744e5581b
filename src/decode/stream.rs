//! Protobuf's outer level, field by field, from a reader: nothing but the current field is held.

use prost::encoding::{WireType, decode_key, decode_varint};

use crate::error::{Error, Result};

/// No field of an honest profile is longer: the longest are names.
const MAX_FIELD: usize = 256 << 20;
/// A key and a length, as varints.
const MAX_HEADER: usize = 20;

/// Hands out what comes next, `None` at the end; takes back what was used up, for its memory.
pub(super) type Chunks<'c> = Box<dyn FnMut(Vec<u8>) -> Option<Result<Chunk>> + Send + 'c>;

/// Room in front of a chunk's bytes: a field that began in the chunk before is made whole there.
pub(super) const MARGIN: usize = 1 << 12;

/// Some bytes.
pub(super) struct Chunk {
    /// Anything in the first [`MARGIN`], then the bytes.
    pub(super) buffer: Vec<u8>,
}

impl Chunk {
    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[MARGIN..]
    }
}

/// Bytes that come in chunks, with the part in view in a buffer.
pub(super) struct Input<'c> {
    chunks: Chunks<'c>,
    buffer: Vec<u8>,
    /// `buffer[start..]` has not been consumed.
    start: usize,
    at_end: bool,
}

/// A field of the outermost message.
pub(super) struct Field<'b> {
    /// Its number.
    pub(super) number: u32,
    /// What it holds.
    pub(super) value: Value<'b>,
}

/// What a [`Field`] holds.
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
        }
    }

    /// The next field, or `None` at the end.
    pub(super) fn field(&mut self) -> Result<Option<Field<'_>>> {
        self.fill(MAX_HEADER)?;
        let mut view = &self.buffer[self.start..];
        if view.is_empty() {
            return Ok(None);
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
            _ => return Err(Error::malformed("a protobuf group, which profiles never have")),
        };
        let length = match wire_type {
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            _ => decode_varint(&mut view).map_err(broken)?,
        };
        let header = self.buffer.len() - self.start - view.len();
        let length = usize::try_from(length).ok().filter(|&length| length <= MAX_FIELD);
        let length = length.ok_or_else(|| Error::malformed("a field longer than any profile has"))?;
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

    /// Brings at least `wanted` bytes into view, fewer only at the end.
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
                    Some(chunk) => self.buffer.extend_from_slice(chunk.bytes()),
                    None => self.at_end = true,
                }
            } else {
                let mut begun = [0; MARGIN];
                begun[..left].copy_from_slice(&self.buffer[self.start..]);
                match (self.chunks)(std::mem::take(&mut self.buffer)).transpose()? {
                    Some(chunk) => {
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

/// What prost's error means here.
pub(super) fn broken(error: prost::DecodeError) -> Error {
    Error::malformed(error.to_string())
}
