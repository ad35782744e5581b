//! Profiles of Java programs: heap and contention as text, and the end of their binary CPU profiles. Functions follow
//! as text:
//!
//! ```text
//! --- heapz 1 ---
//! format = java
//! resolution = bytes
//!  7048 1 @ 0x00000003 0x00000004                 bytes (or delay), objects (or contentions), addresses
//!  0x00000003 com.example.Main.run (Main.java:42)
//! ```

use rustc_hash::{FxHashMap, FxHashSet};

use super::finish::finish;
use super::heap;
use super::record::file_line;
use super::text::{self, Cursor, Lines, decimal, find, hexadecimal};
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::error::{Error, Result};
use crate::model::{Line, Profile};

/// The sampling rate of Java's heap profiles, in bytes.
const HEAP_RATE: i64 = 512 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heap,
    Contention,
}

/// Whether the first line may be a title.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    text::first_line(head, |line| kind(line).is_some())
}

/// Reads a heap or contention profile.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    let mut lines = Lines::new(bytes);
    let Some(kind) = lines.next_content().map(<[u8]>::trim_ascii).and_then(kind) else {
        return Ok(None);
    };
    let Some(builder) = attributes(kind, &mut lines, account)? else {
        return Ok(None);
    };
    let mut addresses = Vec::new();
    let mut rows = Vec::new();
    // Rows end at the first line that is not a row.
    let mut ahead = lines.clone();
    while let Some(line) = ahead.next() {
        if !line.trim_ascii().is_empty() {
            let Some((second, first, list)) = row(line.trim_ascii()) else {
                break;
            };
            let too_long = || ahead.error("a number of more than 64 bits");
            let (first, second) = (
                decimal(first).ok_or_else(too_long)?,
                decimal(second).ok_or_else(too_long)?,
            );
            let start = addresses.len();
            text::addresses(list, &mut addresses)?;
            let ((first, second), block_size) = match (kind, builder.profile.period) {
                (Kind::Heap, _) if first == 0 => return Err(ahead.error("a row without objects")),
                (Kind::Heap, _) => (heap::scale(first, second, HEAP_RATE), Some(second / first)),
                (Kind::Contention, 0) => ((first, second), None),
                (Kind::Contention, period) => ((first.saturating_mul(period), second.saturating_mul(period)), None),
            };
            rows.push((start..addresses.len(), [first, second], block_size));
        }
        lines = ahead.clone();
    }
    if builder.profile.sample_types.is_empty() && !rows.is_empty() {
        return Err(Error::malformed(
            "a Java profile without a resolution: what its values count is not known",
        ));
    }
    let samples = rows
        .iter()
        .map(|(range, values, size)| (&addresses[range.clone()], *values, *size));
    Ok(Some(symbolize_lines(builder, samples, lines)?))
}

/// The kind that the first line names.
fn kind(line: &[u8]) -> Option<Kind> {
    match line {
        b"--- heapz 1 ---" => Some(Kind::Heap),
        b"--- contentionz 1 ---" => Some(Kind::Contention),
        _ => None,
    }
}

/// Reads the `name = value` lines. `None` if the text is another format.
fn attributes(kind: Kind, lines: &mut Lines<'_>, account: &Account) -> Result<Option<Builder>> {
    let mut unit = None;
    let mut period = None;
    let mut millis = 0;
    let mut ahead = lines.clone();
    while let Some(line) = ahead.next().map(<[u8]>::trim_ascii) {
        let sign = line.iter().position(|&byte| byte == b'=').unwrap_or(0);
        if sign > 0 {
            let value = line[sign + 1..].trim_ascii();
            let number = || decimal(value).ok_or_else(|| ahead.error("not a number of at most 64 bits"));
            match (kind, line[..sign].trim_ascii()) {
                (_, b"format") if value == b"java" => {}
                (_, b"resolution") => unit = Some(String::from_utf8_lossy(value)),
                (Kind::Contention, b"sampling period") => period = Some(number()?),
                (Kind::Contention, b"ms since reset") => millis = number()?,
                _ => return Ok(None),
            }
        } else if !line.is_empty() {
            break;
        }
        *lines = ahead.clone();
    }
    let (objects, space) = match kind {
        Kind::Heap => ("inuse_objects", "inuse_space"),
        Kind::Contention => ("contentions", "delay"),
    };
    let types = unit.as_deref().map(|unit| [(objects, "count"), (space, unit)]);
    let period_type = period.map_or(("", ""), |_| ("contentions", "count"));
    let mut builder = Builder::new(
        account,
        types.as_ref().map_or(&[], |types| types),
        period_type,
        period.unwrap_or(0),
    );
    builder.profile.duration_nanos = millis.saturating_mul(1_000_000);
    Ok(Some(builder))
}

fn row(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut cursor = Cursor(line);
    let first = cursor.digits()?;
    cursor.take(b" ")?;
    cursor.spaces();
    let second = cursor.digits()?;
    cursor.take(b" ")?;
    cursor.spaces();
    cursor.take(b"@ ")?;
    Some((first, second, text::address_list(cursor.0)))
}

/// The profile of these stacks, each with two values, its functions named by the text that follows them.
pub(super) fn symbolize<'s>(
    builder: Builder,
    samples: impl Iterator<Item = (&'s [u64], [i64; 2])> + Clone,
    text: &[u8],
) -> Result<Profile> {
    symbolize_lines(
        builder,
        samples.map(|(stack, values)| (stack, values, None)),
        Lines::new(text),
    )
}

/// As [`symbolize`]; the last part of a sample is its block size, if it has one. Addresses only connect
/// stacks with functions here: they are not kept.
fn symbolize_lines<'s>(
    mut builder: Builder,
    samples: impl Iterator<Item = (&'s [u64], [i64; 2], Option<i64>)> + Clone,
    text: Lines<'_>,
) -> Result<Profile> {
    let used: FxHashSet<u64> = samples.clone().flat_map(|(stack, ..)| stack).copied().collect();
    let places = places(text, &used);
    let mut stack = Vec::new();
    for (addresses, values, block_size) in samples {
        stack.clear();
        for &address in addresses {
            let line = places.get(&address).map(|&(name, file, line)| Line {
                function: builder.function(name, file),
                line,
                column: 0,
            });
            stack.push(builder.location(address, line.as_slice()));
        }
        let label = block_size.map(|size| builder.number_label("bytes", size, ""));
        builder.sample(&stack, label.as_slice(), &values)?;
    }
    // Only locations without a function are looked up in the mappings.
    for location in &mut builder.profile.locations {
        if !location.line_range().is_empty() {
            location.address = 0;
        }
    }
    let mut profile = finish(builder, Lines::new(b""))?;
    for location in &mut profile.locations {
        location.address = 0;
    }
    Ok(profile)
}

/// Function, file and line of each address in use. A function is in the first file given for it.
fn places<'b>(text: Lines<'b>, used: &FxHashSet<u64>) -> FxHashMap<u64, (&'b [u8], &'b [u8], i64)> {
    let mut places = FxHashMap::default();
    let mut files = FxHashMap::default();
    for line in text {
        let Some((address, text)) = location(line.trim_ascii()).filter(|(address, _)| used.contains(address)) else {
            continue;
        };
        let (name, file, line) = place(text);
        places.insert(address, (name, *files.entry(name).or_insert(file), line));
    }
    places
}

fn location(line: &[u8]) -> Option<(u64, &[u8])> {
    let mut cursor = Cursor(line.strip_prefix(b"0x")?);
    let address = hexadecimal(cursor.take_while(|byte| byte.is_ascii_hexdigit()))?;
    let text = cursor.0.trim_ascii_start();
    (text.len() < cursor.0.len()).then_some((address, text))
}

/// `function (file:line)`, `function (path of a library)`, or a state of the virtual machine.
fn place(text: &[u8]) -> (&[u8], &[u8], i64) {
    let inner = text.strip_suffix(b")").unwrap_or_default();
    if let Some(open) = inner.windows(2).rposition(|part| part == b" (" || part == b"\t(") {
        let (name, place) = (text[..open].trim_ascii_end(), &inner[open + 2..]);
        let (file, line) = file_line(place);
        if file.len() < place.len() && !file.is_empty() {
            return (name, file, line.max(0));
        }
        let base = place.rsplit(|&byte| byte == b'/').find(|part| !part.is_empty());
        return (name, base.unwrap_or(b"."), 0);
    }
    if find(text, b"generated stub/JIT").is_some() {
        return (b"STUB", b"", 0);
    }
    (text, b"", 0)
}
