//! Protobuf's outer level, field by field, from a reader: nothing but the current field is held.

use std::io::Read;

use prost::encoding::{WireType, decode_key, decode_varint};

use super::gzip::read_error;
use crate::error::{Error, Result};
use crate::progress::Observer;

/// How much is asked of the reader at once: small enough to stay in the processor's cache.
const CHUNK: usize = 1 << 16;
/// No field of an honest profile is longer: the longest are names. Also what a text profile may have.
const MAX_FIELD: usize = 256 << 20;
/// A key and a length, as varints.
const MAX_HEADER: usize = 20;

/// Bytes of a reader with the part in view in a buffer.
pub(super) struct Input<'r> {
    reader: Box<dyn Read + 'r>,
    observer: &'r dyn Observer,
    buffer: Vec<u8>,
    /// `buffer[start..end]` has been read and not consumed.
    start: usize,
    end: usize,
    consumed: u64,
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

impl<'r> Input<'r> {
    pub(super) fn new(reader: Box<dyn Read + 'r>, observer: &'r dyn Observer) -> Self {
        Self {
            reader,
            observer,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            consumed: 0,
            at_end: false,
        }
    }

    /// The first bytes, without consuming them.
    pub(super) fn head(&mut self) -> Result<&[u8]> {
        self.fill(512)?;
        Ok(&self.buffer[self.start..self.end])
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> Result<Vec<u8>> {
        self.fill(MAX_FIELD)?;
        if !self.at_end {
            return Err(Error::TooLarge {
                limit: MAX_FIELD as u64,
            });
        }
        let rest = self.buffer[self.start..self.end].to_vec();
        self.start = self.end;
        Ok(rest)
    }

    /// The next field, or `None` at the end.
    pub(super) fn field(&mut self) -> Result<Option<Field<'_>>> {
        self.fill(MAX_HEADER)?;
        let mut view = &self.buffer[self.start..self.end];
        if view.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = decode_key(&mut view).map_err(broken)?;
        let fixed = match wire_type {
            WireType::Varint => {
                let value = decode_varint(&mut view).map_err(broken)?;
                let used = self.end - self.start - view.len();
                self.start += used;
                self.consumed += used as u64;
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
        let header = self.end - self.start - view.len();
        let length = usize::try_from(length).ok().filter(|&length| length <= MAX_FIELD);
        let length = length.ok_or_else(|| Error::malformed("a field longer than any profile has"))?;
        self.fill(header + length)?;
        if self.end - self.start < header + length {
            return Err(Error::malformed(
                "the data ends in the middle of a field: was it copied completely?",
            ));
        }
        let from = self.start + header;
        self.start = from + length;
        self.consumed += (header + length) as u64;
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
        if self.end - self.start >= wanted || self.at_end {
            return Ok(());
        }
        self.fill_slowly(wanted)
    }

    fn fill_slowly(&mut self, wanted: usize) -> Result<()> {
        self.observer.progress(self.consumed, None)?;
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < wanted {
            if self.buffer.len() - self.end < CHUNK {
                // Grows with what really arrives, not with what a length claims.
                self.buffer.resize((self.buffer.len() * 2).max(2 * CHUNK), 0);
            }
            let count = self.reader.read(&mut self.buffer[self.end..]).map_err(read_error)?;
            if count == 0 {
                self.at_end = true;
                break;
            }
            self.end += count;
        }
        Ok(())
    }
}

/// What prost's error means here.
pub(super) fn broken(error: prost::DecodeError) -> Error {
    Error::malformed(error.to_string())
}
