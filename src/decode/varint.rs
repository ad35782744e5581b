//! Protobuf inside a message: keys, varints, lengths, each taken off the front of the bytes.
//!
//! Only rare cases are left to prost, because most of a large profile goes through this code.

use prost::encoding::{WireType, decode_key, decode_varint};

use super::stream::broken;
use crate::error::{Error, Result};

/// Takes a field's number and wire type.
#[inline(always)]
pub(super) fn key(bytes: &mut &[u8]) -> Result<(u32, WireType)> {
    // Nearly all fields of a sample are one of these.
    if let [key @ (0x0a | 0x12 | 0x1a), rest @ ..] = *bytes {
        *bytes = rest;
        return Ok((u32::from(key >> 3), WireType::LengthDelimited));
    }
    decode_key(bytes).map_err(broken)
}

/// Takes a number.
#[inline(always)]
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64> {
    let (value, rest) = match **bytes {
        [a, ref rest @ ..] if a < 0x80 => (u64::from(a), rest),
        [a, b, ref rest @ ..] if b < 0x80 => (u64::from(a & 0x7f) | u64::from(b) << 7, rest),
        [a, b, c, ref rest @ ..] if c < 0x80 => {
            let low = u64::from(a & 0x7f) | u64::from(b & 0x7f) << 7;
            (low | u64::from(c) << 14, rest)
        }
        _ => return decode_varint(bytes).map_err(broken),
    };
    *bytes = rest;
    Ok(value)
}

/// Takes the length of a value, which is at most what follows.
#[inline(always)]
pub(super) fn length(bytes: &mut &[u8]) -> Result<usize> {
    let length = usize::try_from(varint(bytes)?).ok();
    let length = length.filter(|&length| length <= bytes.len());
    length.ok_or_else(|| Error::malformed("a value is longer than the message it is in"))
}

/// Takes a length-delimited value.
#[inline(always)]
pub(super) fn delimited<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8]> {
    let length = length(bytes)?;
    let (value, rest) = bytes.split_at(length);
    *bytes = rest;
    Ok(value)
}

/// Calls `each` with every varint of a packed list; stops at the first error.
#[inline(always)]
pub(super) fn each_varint(mut bytes: &[u8], mut each: impl FnMut(u64) -> Result<()>) -> Result<()> {
    while !bytes.is_empty() {
        each(varint(&mut bytes)?)?;
    }
    Ok(())
}
