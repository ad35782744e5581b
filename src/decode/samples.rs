//! Samples, which are nearly all of a large profile: straight into the columns, several ids at a time.
//!
//! A location's id is stored as the row it has if ids count from 1, as from nearly every writer, until
//! [`Samples::link`] knows the table.

use prost::encoding::{WireType, skip_field};
use rustc_hash::FxHashMap;

use super::ids::ShortIds;
use super::proto::{Rows, label_of};
use super::stream::broken;
use super::varint::{delimited, each_varint, key, length, varint};
use crate::error::{Error, Result};
use crate::model::{Label, LabelSetId, LocationId, Profile, Stacks};

/// Rows from here on stand for ids that are stored separately: [`Samples::far`].
const FAR: u32 = 1 << 31;
/// How many frames a stack may have: a thousand times what Go records, and few enough to be written whole.
const MAX_DEPTH: usize = 1 << 20;
/// How many one-label sets are remembered by their bytes, as a power of two.
const REMEMBERED_BITS: u32 = 8;

/// Reads samples.
#[derive(Default)]
pub(super) struct Samples {
    /// Ids of locations whose row would not be below [`FAR`].
    far: Vec<u64>,
    far_index: FxHashMap<u64, u32>,
    /// The largest row in any stack; for the id 0 that is the largest of all.
    largest: u32,
    /// The largest row among ids read by [`ShortIds`], where the id 0 is 65535.
    largest_short: u16,
    /// Parts of one sample; the buffers are reused.
    short: ShortIds,
    values: Vec<i64>,
    labels: Vec<Label>,
    /// The bytes of a label, padded with zeros, and the set that has only this label.
    remembered: Vec<(u128, LabelSetId)>,
    any: bool,
}

impl Samples {
    /// Whether any sample has been read.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// Bytes of memory in use besides the profile: each large id is stored with its row, both ways.
    pub(super) fn held(&self) -> usize {
        64 * self.far.len()
    }

    /// Decodes and appends a sample.
    pub(super) fn read(&mut self, mut bytes: &[u8], profile: &mut Profile) -> Result<()> {
        self.values.clear();
        self.labels.clear();
        let mut first_label = None;
        while !bytes.is_empty() {
            let (number, wire_type) = key(&mut bytes)?;
            match (number, wire_type) {
                (1, WireType::LengthDelimited) => {
                    let length = length(&mut bytes)?;
                    self.stack(bytes, length, &mut profile.stacks)?;
                    bytes = &bytes[length..];
                }
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
                    let id = varint(&mut bytes)?;
                    let row = self.row(id)?;
                    profile.stacks.append(row);
                }
                (2, WireType::Varint) => self.values.push(varint(&mut bytes)? as i64),
                (1..=3, _) => {
                    return Err(Error::malformed(
                        "a field of a sample has another type than the format gives it",
                    ));
                }
                _ => skip_field(wire_type, number, &mut bytes, Default::default()).map_err(broken)?,
            }
        }
        deep_enough(profile.stacks.begun())?;
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

    /// The label set of the first label, which is still encoded, and the others. Most samples have one label, and it is
    /// mostly equal to an earlier one.
    fn label_set(&mut self, first: &[u8], profile: &mut Profile) -> Result<LabelSetId> {
        if !self.labels.is_empty() {
            let first = label_of(first)?;
            self.labels.splice(0..0, first);
            return Ok(profile.labels.intern(&self.labels));
        }
        let Some(bytes) = short_label(first) else {
            return Ok(profile.labels.intern(label_of(first)?.as_slice()));
        };
        if self.remembered.is_empty() {
            // 0 marks an empty slot: no label's bytes are 0.
            self.remembered.resize(1 << REMEMBERED_BITS, (0, LabelSetId(0)));
        }
        let mixed = (bytes as u64 ^ (bytes >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (remembered, set) = &mut self.remembered[(mixed >> (u64::BITS - REMEMBERED_BITS)) as usize];
        if *remembered != bytes {
            *set = profile.labels.intern(label_of(first)?.as_slice());
            *remembered = bytes;
        }
        Ok(*set)
    }

    /// Appends the locations of a packed list: the first `length` of the bytes.
    fn stack(&mut self, bytes: &[u8], length: usize, stacks: &mut Stacks) -> Result<()> {
        if let Some(rows) = self.short.read(bytes, length) {
            self.largest_short = rows.iter().fold(self.largest_short, |largest, &row| largest.max(row));
            stacks.append_small(rows);
            return Ok(());
        }
        each_varint(&bytes[..length], |id| {
            stacks.append(self.row(id)?);
            Ok(())
        })
    }

    /// The row for an id, to be checked at the end. An id may be any 64-bit number; large ones are stored separately.
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
        let row = *self.far_index.entry(id).or_insert_with(|| {
            self.far.push(id);
            FAR + (self.far.len() as u32 - 1)
        });
        self.largest = self.largest.max(row);
        Ok(LocationId(row))
    }

    /// Checks that every frame refers to an existing location, and replaces it with that location's row.
    pub(super) fn link(&self, stacks: &mut Stacks, locations: &Rows) -> Result<()> {
        let largest = self.largest.max(u32::from(self.largest_short)) as usize;
        let is_known = locations.are_counted() && self.largest_short < u16::MAX && largest < locations.len();
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

/// Checks that a stack does not have more frames than allowed.
#[inline]
pub(super) fn deep_enough(frames: usize) -> Result<()> {
    if frames <= MAX_DEPTH {
        return Ok(());
    }
    Err(Error::malformed(format!("a stack of more than {MAX_DEPTH} frames")))
}

/// The bytes of a label as a number, if there are few enough and the last one is not 0.
fn short_label(bytes: &[u8]) -> Option<u128> {
    let mut short = [0; 16];
    short.get_mut(..bytes.len())?.copy_from_slice(bytes);
    bytes.last().filter(|&&last| last != 0)?;
    Some(u128::from_le_bytes(short))
}
