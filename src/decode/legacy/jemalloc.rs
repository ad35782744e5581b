//! Heap profiles of jemalloc: a row follows its stack, and gives its numbers for all threads together, then for each.
//!
//! ```text
//! heap_v2/524288                                           the sampling rate
//!   t*: 3: 1600 [0: 0]                                     the sum of all
//! @ 0x7ff372fc9442 0x562520fab072                          return addresses
//!   t*: 1: 600 [0: 0]                                      objects: bytes in use, and allocated if that was counted
//!   t0: 1: 600 [0: 0]
//! MAPPED_LIBRARIES:
//! ```
//!
//! Rows are raw samples, scaled as in [`super::heap`]. pprof does not read this format. Source: jemalloc's
//! `src/prof_data.c` and its `jeprof`.

use super::finish::finish;
use super::heap::{Columns, columns, header_kind};
use super::record::Records;
use super::text::{self, Cursor, Lines};
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::error::Result;
use crate::model::Profile;

const TITLE: &[u8] = b"heap_v2/";

/// Whether the first line may be a header.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    text::first_line(head, |line| line.starts_with(TITLE))
}

/// Reads a heap profile.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    let mut lines = Lines::new(bytes);
    let Some(title) = lines.next_content().filter(|line| line.starts_with(TITLE)) else {
        return Ok(None);
    };
    let total = lines.next_content().and_then(all_threads).unwrap_or([b"0"; 4]);
    let header = header_kind(total, title.trim_ascii())?;
    let mut records = Records::new(Builder::new(account, header.types(), ("space", "bytes"), header.period));
    let mut addresses = None;
    while let Some(line) = lines.next() {
        let line = line.trim_ascii();
        if let Some(list) = line.strip_prefix(b"@") {
            addresses = Some(list);
        } else if text::is_memory_map(line) {
            break;
        } else if let Some(row) = all_threads(line).zip(addresses) {
            addresses = None;
            header.record(&mut records, row, &lines)?;
        }
    }
    Ok(Some(finish(records.finish()?, lines)?))
}

/// The numbers for all threads together.
fn all_threads(line: &[u8]) -> Option<Columns<'_>> {
    let mut cursor = Cursor(line.trim_ascii().strip_prefix(b"t*:")?);
    cursor.spaces();
    columns(&mut cursor, Cursor::digits)
}
