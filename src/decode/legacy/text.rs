//! Lines of text and the numbers in them. Nothing is copied: everything is a slice of the input.

use crate::decode::samples::deep_enough;
use crate::error::{Error, Result};

/// Iterates over lines, without their ends (`\n` or `\r\n`), of any length.
#[derive(Clone)]
pub(super) struct Lines<'b> {
    rest: &'b [u8],
    number: usize,
}

impl<'b> Lines<'b> {
    /// The lines of a text.
    pub(super) fn new(text: &'b [u8]) -> Self {
        Self { rest: text, number: 0 }
    }

    /// The error that the line returned last is not what the format has there.
    pub(super) fn error(&self, what: &str) -> Error {
        Error::malformed(format!("line {}: {what}", self.number))
    }

    /// The next line that is neither blank nor a comment.
    pub(super) fn next_content(&mut self) -> Option<&'b [u8]> {
        self.find(|line| !is_comment(line))
    }

    /// Skips up to and including the line that announces the memory map; `line` is the first one to look at.
    pub(super) fn skip_to_memory_map(&mut self, line: Option<&'b [u8]>) {
        if !line.is_some_and(is_memory_map) {
            self.find(|line| is_memory_map(line));
        }
    }
}

impl<'b> Iterator for Lines<'b> {
    type Item = &'b [u8];

    #[inline]
    fn next(&mut self) -> Option<&'b [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let (line, rest) = match self.rest.iter().position(|&byte| byte == b'\n') {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Whether the first line that is neither blank nor a comment may begin a format. True if there is no such line yet:
/// it may still come.
pub(super) fn first_line(head: &[u8], is_one: impl Fn(&[u8]) -> bool) -> bool {
    let is_line = |line: &[u8]| line.iter().all(|&byte| byte >= b' ' || byte == b'\t');
    match Lines::new(head).next_content() {
        Some(line) => is_line(line) && is_one(line.trim_ascii()),
        None => head.trim_ascii_start().starts_with(b"#"),
    }
}

/// Whether a line is blank or begins with `#`.
#[inline]
pub(super) fn is_comment(line: &[u8]) -> bool {
    line.trim_ascii_start().first().is_none_or(|&byte| byte == b'#')
}

/// Whether a line says that a memory map follows.
pub(super) fn is_memory_map(line: &[u8]) -> bool {
    find(line, b"MAPPED_LIBRARIES:").is_some() || find(line, b"--- Memory map: ---").is_some()
}

/// The offset of `part` in `text`.
pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// Takes tokens off the front of a line. Each step returns `None` if the line has something else there.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'b>(pub(super) &'b [u8]);

impl<'b> Cursor<'b> {
    /// Takes exactly this text.
    pub(super) fn take(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Takes bytes as long as they fit.
    pub(super) fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &'b [u8] {
        let end = self.0.iter().position(|&byte| !fits(byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    /// Takes any number of spaces.
    pub(super) fn spaces(&mut self) {
        self.take_while(|byte| byte == b' ');
    }

    /// Takes at least one decimal digit.
    pub(super) fn digits(&mut self) -> Option<&'b [u8]> {
        Some(self.take_while(|byte| byte.is_ascii_digit())).filter(|digits| !digits.is_empty())
    }

    /// Takes decimal digits with an optional minus.
    pub(super) fn signed_digits(&mut self) -> Option<&'b [u8]> {
        let before = self.0;
        let _ = self.take(b"-");
        let digits = self.digits()?;
        Some(&before[..digits.len() + usize::from(before.starts_with(b"-"))])
    }
}

/// Parses a decimal number, e.g. from [`Cursor::signed_digits`]; `None` if it is not one or has more than 64 bits.
pub(super) fn decimal(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Appends each hexadecimal number in `text` (`0x` and lower-case digits, with anything in between) to `into`.
///
/// # Errors
/// [`Error::Malformed`] for a number of more than 64 bits.
pub(super) fn addresses(mut text: &[u8], into: &mut Vec<u64>) -> Result<()> {
    let before = into.len();
    while let Some(start) = text.iter().position(|&byte| byte == b'0') {
        text = &text[start + 1..];
        let Some(digits) = text.strip_prefix(b"x") else {
            continue;
        };
        let mut address = 0u64;
        let mut length = 0;
        for &digit in digits {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => break,
            };
            if address >> 60 != 0 {
                return Err(Error::malformed("an address of more than 64 bits"));
            }
            address = address << 4 | u64::from(value);
            length += 1;
        }
        if length > 0 {
            into.push(address);
            deep_enough(into.len() - before)?;
            text = &digits[length..];
        }
    }
    Ok(())
}

/// The part of a row after its `@`, which may have addresses.
pub(super) fn address_list(text: &[u8]) -> &[u8] {
    Cursor(text).take_while(|byte| matches!(byte, b' ' | b'x' | b'0'..=b'9' | b'a'..=b'f'))
}

/// Parses a hexadecimal number of at most 64 bits, in either case, without `0x`.
pub(super) fn hexadecimal(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok()?;
    u64::from_str_radix(digits, 16)
        .ok()
        .filter(|_| !digits.starts_with('+'))
}
