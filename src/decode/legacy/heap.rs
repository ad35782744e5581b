//! Heap profiles as text: Go's with `debug=1`, those of tcmalloc and jemalloc, and tcmalloc's growth and fragmentation
//! profiles.
//!
//! ```text
//! heap profile: 7: 98912 [36: 627056] @ heap/1048576      in use, allocated, the kind and its sampling rate
//! 1: 73728 [1: 73728] @ 0x67f6d5 0x67f65c                  objects: bytes, each, and return addresses
//! ```
//!
//! Rows of the kinds `heap` and `heap_v2` are raw samples; they are scaled up to estimate what was allocated.

use super::finish::finish;
use super::mem_stats;
use super::record::Records;
use super::text::{self, Cursor, Lines, decimal};
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::error::{Error, Result};
use crate::model::Profile;

const TITLE: &[u8] = b"heap profile:";
const FOUR_COLUMNS: &[(&str, &str)] = &[
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
];
const TWO_COLUMNS: &[(&str, &str)] = &[("objects", "count"), ("space", "bytes")];

/// Whether the first line may contain a header.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    text::first_line(head, |line| text::find(line, TITLE).is_some())
}

/// Reads a heap profile.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    let mut lines = Lines::new(bytes);
    let Some(header) = lines.next_content().map(header).transpose()?.flatten() else {
        return Ok(None);
    };
    let mut records = Records::new(Builder::new(account, header.types(), ("space", "bytes"), header.period));
    let mut stats = None;
    while let Some(line) = lines.next() {
        let line = line.trim_ascii();
        if text::is_comment(line) {
            if !mem_stats::read(line, &mut stats) {
                records.comment(line)?;
            }
        } else if let Some(row) = row(line) {
            header.record(&mut records, row, &lines)?;
        } else if text::is_memory_map(line) {
            break;
        } else {
            return Err(lines.error("not a row of a heap profile, `objects: bytes [objects: bytes] @ addresses`"));
        }
    }
    let mut profile = finish(records.finish()?, lines)?;
    profile.mem_stats = stats.map(Box::new);
    Ok(Some(profile))
}

/// What a header says about the rows.
pub(super) struct Header {
    /// Whether rows count what was allocated, too, not only what is in use.
    has_alloc: bool,
    is_sampled: bool,
    /// One byte in this many was sampled.
    pub(super) period: i64,
}

/// Decimal digits: objects and bytes in use, objects and bytes allocated.
pub(super) type Columns<'b> = [&'b [u8]; 4];

/// A row: its numbers, and the rest of the line, which has the addresses.
pub(super) type Row<'b> = (Columns<'b>, &'b [u8]);

/// Reads the first line; other text may precede the header.
fn header(line: &[u8]) -> Result<Option<Header>> {
    let mut line = line;
    while let Some(start) = text::find(line, TITLE) {
        line = &line[start + TITLE.len()..];
        if let Some((columns, kind)) = header_columns(line) {
            return header_kind(columns, kind).map(Some);
        }
    }
    Ok(None)
}

fn header_columns(line: &[u8]) -> Option<Row<'_>> {
    let mut cursor = Cursor(line);
    cursor.spaces();
    let columns = columns(&mut cursor, Cursor::digits)?;
    cursor.spaces();
    cursor.take(b"@")?;
    cursor.spaces();
    Some((columns, cursor.0))
}

/// The header with these totals and this kind, e.g. `heap/1048576`.
pub(super) fn header_kind([objects, bytes, alloc_objects, alloc_bytes]: Columns<'_>, text: &[u8]) -> Result<Header> {
    let mut cursor = Cursor(text);
    let kind = cursor.take_while(|byte| matches!(byte, b'_' | b'a'..=b'z' | b'0'..=b'9'));
    let _ = cursor.take(b"/");
    let rate = match cursor.digits() {
        Some(digits) => decimal(digits).ok_or_else(|| Error::malformed("a sampling rate of more than 64 bits"))?,
        None => 0,
    };
    // Equal columns, or nothing allocated, mean that the writer counts only what is in use.
    let is_other = |alloc: &[u8], inuse: &[u8]| alloc != inuse && alloc != b"0";
    let has_alloc = is_other(alloc_objects, objects) || is_other(alloc_bytes, bytes);
    let (is_sampled, period) = match kind {
        b"heapz_v2" | b"heap_v2" => (true, rate),
        // Early C++ profilers wrote twice the rate, and Go still does.
        b"heap" => (true, rate / 2),
        b"heapprofile" => (false, 1),
        _ if kind.starts_with(b"growth") || kind.starts_with(b"fragmentation") => {
            return Ok(Header {
                has_alloc: false,
                is_sampled: false,
                period: 1,
            });
        }
        _ => {
            return Err(Error::malformed(
                "a heap profile of a kind that is not known: neither heap, heap_v2, heapprofile, growth nor fragmentation",
            ));
        }
    };
    Ok(Header {
        has_alloc,
        is_sampled,
        period,
    })
}

/// Reads a row; other text may precede it.
fn row(line: &[u8]) -> Option<Row<'_>> {
    let mut cursor = Cursor(line);
    loop {
        if let Some(row) = row_here(cursor) {
            return Some(row);
        }
        let _ = cursor.signed_digits();
        cursor.take_while(|byte| !byte.is_ascii_digit() && byte != b'-');
        if cursor.0.len() < 2 {
            return None;
        }
        if cursor.0.starts_with(b"-") && !cursor.0[1].is_ascii_digit() {
            let _ = cursor.take(b"-");
        }
    }
}

#[inline]
fn row_here(mut cursor: Cursor<'_>) -> Option<Row<'_>> {
    let columns = columns(&mut cursor, Cursor::signed_digits)?;
    cursor.take(b" @")?;
    Some((columns, text::address_list(cursor.0)))
}

/// `1: 2 [3: 4]`, with spaces where they are allowed; only the first two may be negative.
pub(super) fn columns<'b>(
    cursor: &mut Cursor<'b>,
    inuse: impl Fn(&mut Cursor<'b>) -> Option<&'b [u8]>,
) -> Option<Columns<'b>> {
    let objects = inuse(cursor)?;
    cursor.take(b":")?;
    cursor.spaces();
    let bytes = inuse(cursor)?;
    cursor.spaces();
    cursor.take(b"[")?;
    cursor.spaces();
    let alloc_objects = cursor.digits()?;
    cursor.take(b":")?;
    cursor.spaces();
    let alloc_bytes = cursor.digits()?;
    cursor.spaces();
    cursor.take(b"]")?;
    Some([objects, bytes, alloc_objects, alloc_bytes])
}

impl Header {
    /// The sample types that rows have values for.
    pub(super) fn types(&self) -> &'static [(&'static str, &'static str)] {
        if self.has_alloc { FOUR_COLUMNS } else { TWO_COLUMNS }
    }

    /// Begins a record with the row that `lines` returned last.
    pub(super) fn record(
        &self,
        records: &mut Records<'_>,
        (columns, addresses): Row<'_>,
        lines: &Lines<'_>,
    ) -> Result<()> {
        let (values, block_size) = self.values(columns).map_err(|what| lines.error(what))?;
        let values = if self.has_alloc { &values[..] } else { &values[2..] };
        records.row(values, addresses)?;
        let label = records.builder.number_label("bytes", block_size, "");
        records.label(label);
        Ok(())
    }

    /// The values of a row, allocated first, and its block size; or what is wrong with the row.
    fn values(
        &self,
        [objects, bytes, alloc_objects, alloc_bytes]: Columns<'_>,
    ) -> Result<([i64; 4], i64), &'static str> {
        let mut block_size = 0;
        let mut pair = |[objects, bytes]: [&[u8]; 2]| {
            let too_long = "a number of more than 64 bits";
            let (objects, bytes) = (decimal(objects).ok_or(too_long)?, decimal(bytes).ok_or(too_long)?);
            match objects {
                0 if bytes != 0 => return Err("bytes, but no objects that they are in"),
                0 => return Ok((0, 0)),
                _ => block_size = bytes.wrapping_div(objects),
            }
            Ok(if self.is_sampled {
                scale(objects, bytes, self.period)
            } else {
                (objects, bytes)
            })
        };
        let alloc = if self.has_alloc {
            pair([alloc_objects, alloc_bytes])?
        } else {
            (0, 0)
        };
        let inuse = pair([objects, bytes])?;
        Ok(([alloc.0, alloc.1, inuse.0, inuse.1], block_size))
    }
}

/// Estimates the objects and bytes that sampled ones stand for: a block of size s is sampled with probability
/// 1 - exp(-s / rate). Rate 1 means that every block was sampled, 0 that the rate is unknown. Fractions are truncated.
pub(super) fn scale(objects: i64, bytes: i64, rate: i64) -> (i64, i64) {
    if objects == 0 || bytes == 0 {
        return (0, 0);
    }
    if rate <= 1 {
        return (objects, bytes);
    }
    let size = bytes as f64 / objects as f64;
    let factor = 1.0 / (1.0 - (-size / rate as f64).exp());
    ((objects as f64 * factor) as i64, (bytes as f64 * factor) as i64)
}
