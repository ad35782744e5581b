//! Base64 (RFC 4648, either alphabet) in lines of any length, with or without PEM's first and last line around it.

use std::io::{self, BufRead, BufReader, Read};

use super::{Bytes, WRAPPINGS};
use crate::decode::proto;

/// What PEM's first and last line begin with.
const ARMOUR: &[u8] = b"-----";
/// How many characters are decoded to tell what is inside.
const ENOUGH: usize = 64;

/// Whether this is Base64 of a wrapping or of a profile.
pub(super) fn sniff(head: &[u8]) -> bool {
    let text = body(head);
    let mut digits = text.iter().filter(|byte| !byte.is_ascii_whitespace()).take(ENOUGH);
    if !digits.clone().all(|&byte| byte == b'=' || digit(byte).is_some()) {
        return false;
    }
    let inside: Vec<u8> = decoded(&mut digits.by_ref().copied());
    let is_wrapping = || WRAPPINGS.iter().any(|wrapping| (wrapping.sniff)(&inside));
    inside.len() >= 8 && (is_wrapping() || proto::sniff(&inside))
}

/// What follows PEM's first line, if it has one.
fn body(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let line = text
        .iter()
        .position(|&byte| byte == b'\n')
        .filter(|_| text.starts_with(ARMOUR));
    line.map_or(text, |end| &text[end..])
}

/// The decoded bytes.
pub(super) fn open(bytes: Bytes<'_>) -> io::Result<Bytes<'_>> {
    Ok(Box::new(Decoder {
        text: BufReader::new(bytes),
        line: Vec::new(),
        digits: Vec::new(),
        bytes: io::Cursor::default(),
    }))
}

struct Decoder<R> {
    text: R,
    /// Part of a line; the buffer is reused.
    line: Vec<u8>,
    /// Characters that do not make whole bytes yet.
    digits: Vec<u8>,
    /// Decoded bytes that have not been read.
    bytes: io::Cursor<Vec<u8>>,
}

/// How much of a line is read at once: a line may be as long as the text.
const PART: u64 = 1 << 16;

impl<R: BufRead> Decoder<R> {
    /// Decodes some more; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.text.by_ref().take(PART).read_until(b'\n', &mut self.line)?;
        let is_end = self.line.is_empty();
        if !self.line.starts_with(ARMOUR) {
            let is_part = |byte: &&u8| !byte.is_ascii_whitespace() && **byte != b'=';
            self.digits.extend(self.line.iter().filter(is_part));
        }
        let left = if is_end { 0 } else { self.digits.len() % 4 };
        let whole = self.digits.len() - left;
        if self.digits[..whole].iter().any(|&byte| digit(byte).is_none()) {
            let reason = "Base64 with other characters in it";
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        self.bytes = io::Cursor::new(decoded(&mut self.digits.drain(..whole)));
        Ok(!is_end || !self.bytes.get_ref().is_empty())
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.bytes.read(buffer)?;
            if count > 0 || buffer.is_empty() || !self.more()? {
                return Ok(count);
            }
        }
    }
}

/// The bytes that these characters encode; up to three trailing characters may be left over.
fn decoded(digits: &mut dyn Iterator<Item = u8>) -> Vec<u8> {
    let (mut bits, mut count) = (0u32, 0);
    let mut bytes = Vec::new();
    for value in digits.map_while(digit) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}
