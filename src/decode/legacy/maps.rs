//! Memory maps at the end of legacy formats: which binary is where, as `/proc/self/maps` writes it or in shorter forms.
//!
//! ```text
//! 00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/dbus-daemon
//! 0x40000-0x80000 /path/to/binary (@FF00) abc123456                    start, end, file, offset, build id
//! build=/path/to/binary                                                $build stands for it from here on
//! ```

use std::borrow::Cow;
use std::collections::BTreeSet;

use regex::bytes::{Captures, Regex};

use super::text::{Lines, find, hexadecimal};
use crate::error::{Error, Result};
use crate::model::{Known, Mapping, MappingId, Profile, Strings};

/// More than Linux allows a process.
const MAX_MAPPINGS: usize = 1 << 16;
/// More than the longest path; a longer line is not part of a memory map.
const MAX_LINE: usize = 8 << 10;
/// How long all lines together may become, in bytes, with variables replaced.
const MAX_TEXT: usize = 64 << 20;
const MAX_VARIABLES: usize = 64;
/// How many mappings may be extended to begin earlier than they say.
const MAX_EXTENDED: usize = 256;

/// Reads the executable mappings of a memory map. Lines that do not belong to one are skipped.
pub(super) fn read(lines: Lines<'_>, strings: &mut Strings) -> Result<Vec<Mapping>> {
    let mut mappings = Vec::new();
    let mut variables = Vec::new();
    let mut forms = None;
    let mut left = MAX_TEXT;
    for line in lines.filter(|line| line.len() <= MAX_LINE && !line.is_empty()) {
        let forms = match &mut forms {
            Some(forms) => &*forms,
            none => &*none.insert(Forms::new()?),
        };
        let line = replaced(forms.without_log_prefix(line), &variables);
        left = left
            .checked_sub(line.len())
            .ok_or_else(|| Error::malformed("the memory map is too long"))?;
        match forms.mapping(&line, strings) {
            Entry::Executable(_) if mappings.len() == MAX_MAPPINGS => {
                return Err(Error::malformed("more mappings than a process can have"));
            }
            Entry::Executable(mapping) => mappings.push(mapping),
            Entry::Other => {}
            Entry::Unknown => {
                if let Some(sign) = line
                    .iter()
                    .position(|&byte| byte == b'=')
                    .filter(|_| variables.len() < MAX_VARIABLES)
                {
                    let name = [b"$", line[..sign].trim_ascii()].concat();
                    variables.push((name, line[sign + 1..].trim_ascii().to_vec()));
                }
            }
        }
    }
    Ok(mappings)
}

/// A line with variables replaced by their values (the first value, if a name has several); never longer than a line
/// may be.
fn replaced<'b>(line: &'b [u8], variables: &[(Vec<u8>, Vec<u8>)]) -> Cow<'b, [u8]> {
    if variables.is_empty() || !line.contains(&b'$') {
        return Cow::Borrowed(line);
    }
    let mut text = Vec::new();
    let mut rest = line;
    while let Some((&first, after)) = rest.split_first() {
        let variable = variables
            .iter()
            .filter(|_| first == b'$')
            .find(|(name, _)| rest.starts_with(name));
        if let Some((name, value)) = variable {
            text.extend_from_slice(value);
            rest = &rest[name.len()..];
        } else {
            text.push(first);
            rest = after;
        }
        if text.len() > MAX_LINE {
            return Cow::Borrowed(line);
        }
    }
    Cow::Owned(text)
}

enum Entry {
    Executable(Mapping),
    /// Not executable.
    Other,
    Unknown,
}

/// The ways to write a mapping.
struct Forms {
    proc_maps: Regex,
    brief: Regex,
    log_prefix: Regex,
}

impl Forms {
    fn new() -> Result<Self> {
        let space = r"[\t\n\f\r ]";
        let word = r"[^\t\n\f\r ]";
        let hex = "[0-9A-Fa-f]";
        let range = format!("^{space}*(?:0x)?(?<start>{hex}+)(?:{space}|-)?{space}*(?:0x)?(?<limit>{hex}+):?");
        let access = format!("(?:{space}+(?<access>[-rwxp]+))?");
        let file = format!("(?:{space}+(?<file>{word}+))?");
        let regex = |pattern: String| {
            Regex::new(&format!("(?s-u:{pattern})")).map_err(|reason| Error::malformed(reason.to_string()))
        };
        Ok(Self {
            proc_maps: regex(format!(
                "{range}{access}(?:{space}+(?<offset>{hex}+))?{space}+{hex}+:{hex}+{space}+[0-9]+{file}"
            ))?,
            brief: regex(format!(
                r"{range}{access}{file}(?:{space}+\(@(?<offset>{hex}+)\))?(?:{space}+(?<build>{hex}+))?"
            ))?,
            log_prefix: regex(format!(r"^[^\[\]]+:[0-9]+\]{space}"))?,
        })
    }

    /// The line without the `file:line] ` that a logging library puts before it.
    fn without_log_prefix<'b>(&self, line: &'b [u8]) -> &'b [u8] {
        let prefix = line.contains(&b']').then(|| self.log_prefix.find(line)).flatten();
        prefix.map_or(line, |prefix| &line[prefix.end()..])
    }

    fn mapping(&self, line: &[u8], strings: &mut Strings) -> Entry {
        let Some(parts) = self.proc_maps.captures(line).or_else(|| self.brief.captures(line)) else {
            return Entry::Unknown;
        };
        let access = part(&parts, "access");
        if !access.is_empty() && !access.contains(&b'x') {
            return Entry::Other;
        }
        let number = |name| match part(&parts, name) {
            [] => Some(0),
            digits => hexadecimal(digits),
        };
        let (Some(start), Some(limit), Some(offset)) = (number("start"), number("limit"), number("offset")) else {
            return Entry::Unknown;
        };
        Entry::Executable(Mapping {
            start,
            limit,
            offset,
            file: strings.intern(part(&parts, "file")),
            build_id: strings.intern(part(&parts, "build")),
            ..Mapping::default()
        })
    }
}

/// A named group of a match; empty if the form has no such group, or the line leaves it out.
fn part<'b>(parts: &Captures<'b>, name: &str) -> &'b [u8] {
    parts.name(name).map_or(&[], |part| part.as_bytes())
}

/// Tidies the mappings of a profile and finds the mapping of each location, as pprof does.
pub(super) fn link(profile: &mut Profile) {
    let mappings = &mut profile.mappings;
    mappings.dedup_by(|next, before| join(before, next));
    let is_main = |mapping: &Mapping| is_program(profile.strings.raw(mapping.file));
    if let Some(main) = mappings.iter().position(is_main) {
        mappings.swap(0, main);
    }
    if let [first, second, ..] = &mappings[..]
        && profile.strings.raw(first.file).starts_with(b"/anon_hugepage")
        && first.limit == second.start
    {
        mappings.remove(0);
    }
    // Where linkers usually put a program: its first part may be missing.
    const USUAL_START: u64 = 0x40_0000;
    if let Some(first) = mappings.first_mut()
        && first.start.wrapping_sub(first.offset) == USUAL_START
    {
        (first.start, first.offset) = (USUAL_START, 0);
    }
    link_locations(profile);
    for (mapping, id) in profile.mappings.iter_mut().zip(1..) {
        mapping.id = id;
    }
}

/// Joins a mapping with the one that continues it, if it does.
fn join(before: &mut Mapping, next: &Mapping) -> bool {
    let agree = |a, b| a == b || a == Default::default() || b == Default::default();
    let continues = before.offset == 0
        || next.offset == 0
        || before.offset.wrapping_add(before.limit.wrapping_sub(before.start)) == next.offset;
    if !agree(before.file, next.file)
        || !agree(before.build_id, next.build_id)
        || before.limit != next.start
        || !continues
    {
        return false;
    }
    before.limit = next.limit;
    if next.file != Default::default() {
        before.file = next.file;
    }
    if next.build_id != Default::default() {
        before.build_id = next.build_id;
    }
    true
}

/// Whether a mapped file may be the program: not a library, and nothing that the kernel maps.
fn is_program(file: &[u8]) -> bool {
    let file = file.strip_suffix(b"(deleted)").unwrap_or(file).trim_ascii();
    let is_versioned = |rest: &[u8]| matches!(rest, [b'.' | b'_', b'0'..=b'9', ..]);
    let mut rest = file;
    while let Some(start) = find(rest, b".so") {
        rest = &rest[start + 3..];
        if rest.is_empty() || is_versioned(rest) {
            return false;
        }
    }
    !file.is_empty() && !file.starts_with(b"[")
}

/// Gives each location that has an address the first mapping that contains it; failing that, one that would contain it if
/// it began at offset 0 of its file; failing that, a made-up mapping that contains every address.
fn link_locations(profile: &mut Profile) {
    let mappings = &mut profile.mappings;
    let mut inside = Ranges::new(mappings.iter().map(|of| (of.start, of.limit)));
    let before = Ranges::new(
        mappings
            .iter()
            .map(|of| (of.start.checked_sub(of.offset).unwrap_or(of.start), of.start)),
    );
    let mut extended = 0;
    let mut made_up = None;
    for location in profile.locations.iter_mut().filter(|location| location.address != 0) {
        let address = location.address;
        let mut found = inside.find(address).or(made_up.filter(|_| address != u64::MAX));
        if found.is_none() && extended < MAX_EXTENDED {
            found = before.find(address);
            if let Some(found) = found {
                let mapping = &mut mappings[found];
                (mapping.start, mapping.offset) = (mapping.start - mapping.offset, 0);
                inside = Ranges::new(mappings.iter().map(|of| (of.start, of.limit)));
                extended += 1;
            }
        }
        let row = found.or(made_up).unwrap_or_else(|| {
            mappings.push(Mapping {
                limit: u64::MAX,
                ..Mapping::default()
            });
            *made_up.insert(mappings.len() - 1)
        });
        location.mapping = Some(MappingId::from_index(row));
    }
    know_symbolized(profile);
}

/// Sets, for each mapping, whether the functions and lines of all its locations are known.
fn know_symbolized(profile: &mut Profile) {
    let mut known = vec![None; profile.mappings.len()];
    for location in &profile.locations {
        if let Some(mapping) = location.mapping {
            let is_known = known[mapping.index()].get_or_insert(true);
            *is_known &= !location.line_range().is_empty();
        }
    }
    for (mapping, known) in profile.mappings.iter_mut().zip(known) {
        if known == Some(true) {
            mapping.has = Known {
                functions: true,
                filenames: true,
                line_numbers: true,
                inline_frames: true,
            };
        }
    }
}

/// Finds the first of several ranges that contains an address, in time that hardly grows with their number.
struct Ranges {
    /// The addresses at which the first range changes, ascending, and the range from there on.
    steps: Vec<(u64, Option<usize>)>,
}

impl Ranges {
    /// From the start and limit of each range.
    fn new(ranges: impl Iterator<Item = (u64, u64)>) -> Self {
        let mut ends: Vec<(u64, usize)> = Vec::new();
        for (row, (start, limit)) in ranges.enumerate().filter(|(_, (start, limit))| start < limit) {
            ends.extend([(start, row), (limit, row)]);
        }
        ends.sort_unstable();
        let mut open = BTreeSet::new();
        let mut steps: Vec<(u64, Option<usize>)> = Vec::new();
        for (address, row) in ends {
            // A range appears here twice: first to open, then to close.
            if !open.remove(&row) {
                open.insert(row);
            }
            let first = open.first().copied();
            match steps.last_mut() {
                Some(last) if last.0 == address => last.1 = first,
                _ => steps.push((address, first)),
            }
        }
        Self { steps }
    }

    fn find(&self, address: u64) -> Option<usize> {
        let after = self.steps.partition_point(|&(start, _)| start <= address);
        self.steps.get(after.checked_sub(1)?)?.1
    }
}
