//! Go's count profiles with `debug=1`: goroutine, threadcreate, goroutineleak and a program's own.
//!
//! ```text
//! goroutine profile: total 42
//! 3 @ 0x43f076 0x40919b 0xacf9ec
//! # labels: {"request":"upload"}
//! #<tab>0xacf9eb<tab>main.loop+0x8b<tab>/src/main.go:173
//! ```
//!
//! pprof refuses a row without addresses, which threadcreate has for threads not created by Go code. Here its stack is
//! empty.

use super::finish::finish;
use super::quoted;
use super::record::Records;
use super::text::{self, Cursor, Lines, decimal};
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::error::Result;
use crate::model::Profile;

const TOTAL: &[u8] = b" profile: total ";

/// Whether the first line may be a header.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    text::first_line(head, |line| text::find(line, TOTAL).is_some())
}

/// Reads a count profile.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    let mut lines = Lines::new(bytes);
    let Some(name) = lines.next_content().and_then(header) else {
        return Ok(None);
    };
    let mut records = Records::new(Builder::new(account, &[(name, "count")], (name, "count"), 1));
    let mut last = None;
    while let Some(line) = lines.next() {
        if let Some(labels) = line.strip_prefix(b"# labels: ") {
            read_labels(&mut records, labels);
        } else if text::is_comment(line) {
            records.comment(line)?;
        } else if line.starts_with(b"---") {
            last = Some(line);
            break;
        } else {
            let what = "not a row of a count profile, `count @ addresses`";
            let (count, addresses) = row(line).ok_or_else(|| lines.error(what))?;
            let count = decimal(count).ok_or_else(|| lines.error("a count of more than 64 bits"))?;
            records.row(&[count], addresses)?;
        }
    }
    lines.skip_to_memory_map(last);
    Ok(Some(finish(records.finish()?, lines)?))
}

/// The name of the profile.
fn header(line: &[u8]) -> Option<&str> {
    let name = Cursor(line).take_while(|byte| !byte.is_ascii_whitespace());
    let mut rest = Cursor(&line[name.len()..]);
    rest.take(TOTAL)?;
    rest.digits()?;
    std::str::from_utf8(name)
        .ok()
        .filter(|name| !name.is_empty() && rest.0.is_empty())
}

fn row(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut cursor = Cursor(line);
    let count = cursor.digits()?;
    cursor.take(b" @")?;
    let addresses = cursor.0;
    let is_list = addresses
        .trim_ascii_end()
        .split(|&byte| byte == b' ')
        .skip(1)
        .all(is_address);
    is_list.then_some((count, addresses))
}

fn is_address(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"0x").unwrap_or_default();
    !digits.is_empty() && digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads `{"key":"value", "key":"value"}`, up to the first mistake.
fn read_labels(records: &mut Records<'_>, text: &[u8]) {
    let mut cursor = Cursor(text);
    let _ = cursor.take(b"{");
    while let Some(key) = quoted::take(&mut cursor) {
        let value = cursor.take(b":").and_then(|()| quoted::take(&mut cursor));
        let Some(value) = value else { return };
        let label = records.builder.text_label(&key, &value);
        records.label(label);
        let _ = cursor.take(b", ");
    }
}
