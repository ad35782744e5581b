//! Samples, which are nearly all of a large profile: straight into the columns, several ids at a time.
//!
//! A location's id is kept as the row that it has where ids count from 1, as nearly every writer does it, until
//! [`Samples::link`] knows the table.

use prost::encoding::{WireType, decode_key, decode_varint, skip_field};
use rustc_hash::FxHashMap;

use super::proto::{Rows, delimited, each_varint, label_of, room};
use super::stream::broken;
use crate::error::{Error, Result};
use crate::model::{Label, LabelSetId, LocationId, Profile, Stacks};

/// Rows from here on stand for ids that are kept aside: [`Samples::far`].
const FAR: u32 = 1 << 31;
/// The highest bit of each of eight bytes: set where a varint goes on.
const GOES_ON: u64 = 0x8080_8080_8080_8080;
/// Sets of one label that are remembered by their bytes: a power of two.
const REMEMBERED: usize = 64;

/// Reads samples.
#[derive(Default)]
pub(super) struct Samples {
    /// Ids of locations that have no row below [`FAR`].
    far: Vec<u64>,
    far_index: FxHashMap<u64, u32>,
    /// The largest row in any stack; the id 0 has the largest of all.
    largest: u32,
    /// The same for each place of those that were read together, where 65535 is the row of the id 0.
    largest_short: [u16; 8],
    /// One sample's parts, to be reused.
    values: Vec<i64>,
    labels: Vec<Label>,
    /// Bytes of a label, and the set of it alone.
    remembered: Vec<(Vec<u8>, LabelSetId)>,
    any: bool,
}

impl Samples {
    /// Whether there was one.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// Appends a sample.
    pub(super) fn read(&mut self, mut bytes: &[u8], profile: &mut Profile) -> Result<()> {
        self.values.clear();
        self.labels.clear();
        let mut first_label = None;
        while !bytes.is_empty() {
            let (number, wire_type) = decode_key(&mut bytes).map_err(broken)?;
            match (number, wire_type) {
                (1, WireType::LengthDelimited) => self.stack(delimited(&mut bytes)?, &mut profile.stacks)?,
                (2, WireType::LengthDelimited) => each_varint(delimited(&mut bytes)?, |value| {
                    self.values.push(value as i64);
                    Ok(())
                })?,
                (3, WireType::LengthDelimited) => {
                    let label = delimited(&mut bytes)?;
                    if first_label.is_none() {
                        first_label = Some(label);
                    } else {
                        self.labels.extend(label_of(label)?);
                    }
                }
                (1, WireType::Varint) => {
                    let id = decode_varint(&mut bytes).map_err(broken)?;
                    let row = self.row(id)?;
                    profile.stacks.append(row);
                }
                (2, WireType::Varint) => self.values.push(decode_varint(&mut bytes).map_err(broken)? as i64),
                (1..=3, _) => {
                    return Err(Error::malformed(
                        "a field of a sample has another type than the format gives it",
                    ));
                }
                _ => skip_field(wire_type, number, &mut bytes, Default::default()).map_err(broken)?,
            }
        }
        room(profile.samples.len().max(profile.stacks.frames() / 16), "samples")?;
        if !self.any {
            self.any = true;
            profile.samples.values.resize_with(self.values.len(), Vec::new);
        }
        if profile.samples.values.len() != self.values.len() {
            return Err(Error::malformed("samples have different numbers of values"));
        }
        profile.samples.stack.push(profile.stacks.end_stack());
        let set = match first_label {
            None => LabelSetId(0),
            Some(label) => self.label_set(label, profile)?,
        };
        profile.samples.labels.push(set);
        for (column, &value) in profile.samples.values.iter_mut().zip(&self.values) {
            column.push(value);
        }
        Ok(())
    }

    /// The set of the first label, which is still bytes, and the others. Most samples have one label and most of
    /// those the same as one before.
    fn label_set(&mut self, first: &[u8], profile: &mut Profile) -> Result<LabelSetId> {
        if !self.labels.is_empty() {
            let first = label_of(first)?;
            self.labels.splice(0..0, first);
            return Ok(profile.labels.intern(&self.labels));
        }
        let place = first
            .iter()
            .fold(0u8, |sum, &byte| sum.wrapping_mul(31).wrapping_add(byte)) as usize
            % REMEMBERED;
        if self.remembered.is_empty() {
            self.remembered.resize_with(REMEMBERED, Default::default);
        }
        let (bytes, set) = &mut self.remembered[place];
        if bytes != first {
            *set = profile.labels.intern(label_of(first)?.as_slice());
            first.clone_into(bytes);
        }
        Ok(*set)
    }

    /// Appends the locations of a packed list.
    fn stack(&mut self, mut bytes: &[u8], stacks: &mut Stacks) -> Result<()> {
        while let Some(&eight) = bytes.first_chunk::<8>() {
            let (rows, pattern) = short_rows(eight);
            if pattern.count == 0 {
                let id = decode_varint(&mut bytes).map_err(broken)?;
                stacks.append(self.row(id)?);
                continue;
            }
            self.note(&rows);
            stacks.append_small(rows, usize::from(pattern.count));
            bytes = &bytes[usize::from(pattern.length)..];
        }
        if bytes.is_empty() {
            return Ok(());
        }
        // The same for the rest, as if ids 1 followed.
        let mut eight = [1; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        let (rows, pattern) = short_rows(eight);
        if pattern.length == 8 && bytes.last().is_some_and(|last| *last < 0x80) {
            self.note(&rows);
            stacks.append_small(rows, usize::from(pattern.count) - (8 - bytes.len()));
            return Ok(());
        }
        each_varint(bytes, |id| {
            stacks.append(self.row(id)?);
            Ok(())
        })
    }

    /// Remembers the largest of rows that were read together, where the largest there is stands for the id 0.
    #[inline(always)]
    fn note(&mut self, rows: &[u16; 8]) {
        for (largest, row) in self.largest_short.iter_mut().zip(rows) {
            *largest = (*largest).max(*row);
        }
    }

    /// The row of an id, to be checked at the end. Ids may be any 64-bit number; large ones are kept aside.
    #[inline]
    fn row(&mut self, id: u64) -> Result<LocationId> {
        if id > u64::from(FAR) {
            return self.far_row(id);
        }
        let row = (id as u32).wrapping_sub(1);
        self.largest = self.largest.max(row);
        Ok(LocationId(row))
    }

    #[cold]
    fn far_row(&mut self, id: u64) -> Result<LocationId> {
        room(self.far.len(), "locations")?;
        let row = *self.far_index.entry(id).or_insert_with(|| {
            self.far.push(id);
            FAR + (self.far.len() as u32 - 1)
        });
        self.largest = self.largest.max(row);
        Ok(LocationId(row))
    }

    /// Makes sure that every frame is of a location that there is, and gives it that one's row.
    pub(super) fn link(&self, stacks: &mut Stacks, locations: &Rows) -> Result<()> {
        let short = self.largest_short.iter().fold(0, |largest, &row| row.max(largest));
        let largest = self.largest.max(u32::from(short)) as usize;
        let is_known = locations.are_counted() && short < u16::MAX && largest < locations.len();
        if is_known || stacks.frames() == 0 {
            return Ok(());
        }
        *stacks = std::mem::take(stacks).try_map(|frame| {
            let id = match frame.0.checked_sub(FAR) {
                Some(far) if frame.0 != u32::MAX => self.far[far as usize],
                _ => u64::from(frame.0.wrapping_add(1)),
            };
            let row = locations.get(id);
            row.map(LocationId)
                .ok_or_else(|| Error::malformed(format!("a sample names location {id}, which is missing")))
        })?;
        Ok(())
    }
}

/// Where the ids of one and two bytes are in eight bytes.
#[derive(Clone, Copy)]
struct Pattern {
    /// For each id the bit at which it begins; that of the first where there are fewer than eight.
    starts: [u8; 8],
    /// For each id the bits of its second byte, one further to the right; 0 if it has one byte.
    seconds: [u16; 8],
    /// How many ids there are before the end or a longer one.
    count: u8,
    /// How many bytes they take.
    length: u8,
}

/// For each choice of bytes (the first is the lowest bit) that go on in the next one.
const PATTERNS: [Pattern; 256] = {
    let mut patterns = [Pattern {
        starts: [0; 8],
        seconds: [0; 8],
        count: 0,
        length: 0,
    }; 256];
    let mut goes_on = 0;
    while goes_on < 256 {
        let pattern = &mut patterns[goes_on];
        let (mut at, mut count) = (0, 0);
        while at < 8 {
            let two = goes_on >> at & 1;
            if two == 1 && (at == 7 || goes_on >> (at + 1) & 1 == 1) {
                break;
            }
            pattern.starts[count] = 8 * at as u8;
            pattern.seconds[count] = if two == 1 { 0x3f80 } else { 0 };
            count += 1;
            at += 1 + two;
        }
        (pattern.count, pattern.length) = (count as u8, at as u8);
        while count < 8 {
            pattern.seconds[count] = pattern.seconds[0];
            count += 1;
        }
        goes_on += 1;
    }
    patterns
};

/// The rows of the ids in eight bytes, as many as the pattern says; behind them the first again. Without jumps: how
/// long an id is is as good as chance.
#[inline(always)]
fn short_rows(eight: [u8; 8]) -> ([u16; 8], &'static Pattern) {
    let word = u64::from_le_bytes(eight);
    // The highest bits of all bytes, side by side.
    let goes_on = (word & GOES_ON).wrapping_mul(0x0002_0408_1020_4081) >> 56;
    let pattern = &PATTERNS[goes_on as usize];
    if goes_on == 0 {
        return (eight.map(|id| u16::from(id).wrapping_sub(1)), pattern);
    }
    let mut rows = [0; 8];
    for ((row, start), second) in rows.iter_mut().zip(pattern.starts).zip(pattern.seconds) {
        let from = word >> start;
        *row = ((from as u16 & 0x7f) | ((from >> 1) as u16 & second)).wrapping_sub(1);
    }
    (rows, pattern)
}

#[cfg(test)]
mod tests {
    use super::short_rows;

    #[test]
    fn ids_of_one_and_two_bytes_are_read_together() {
        for (bytes, expected, length) in [
            ([1, 2, 3, 4, 5, 6, 7, 127], &[0, 1, 2, 3, 4, 5, 6, 126][..], 8),
            ([0x80, 1, 1, 0xff, 0x7f, 2, 3, 4], &[127, 0, 16382, 1, 2, 3], 8),
            ([1, 2, 3, 4, 5, 6, 7, 0x81], &[0, 1, 2, 3, 4, 5, 6], 7),
            ([5, 0x80, 0x80, 1, 1, 1, 1, 1], &[4], 1),
            ([0x80, 0x80, 1, 1, 1, 1, 1, 1], &[], 0),
            ([0, 1, 1, 1, 1, 1, 1, 1], &[u16::MAX, 0, 0, 0, 0, 0, 0, 0], 8),
        ] {
            let (rows, pattern) = short_rows(bytes);
            assert_eq!(&rows[..usize::from(pattern.count)], expected);
            assert_eq!(pattern.length, length);
        }
    }
}
