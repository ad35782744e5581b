//! Samples, which are nearly all of a large profile: straight into the columns, several ids at a time.
//!
//! A location's id is kept as the row that it has where ids count from 1, as nearly every writer does it, until
//! [`Samples::link`] knows the table.

use prost::encoding::{WireType, skip_field};
use rustc_hash::FxHashMap;

use super::ids::ShortIds;
use super::proto::{Rows, label_of};
use super::stream::broken;
use super::varint::{delimited, each_varint, key, length, varint};
use crate::error::{Error, Result};
use crate::model::{Label, LabelSetId, LocationId, Profile, Stacks};

/// Rows from here on stand for ids that are kept aside: [`Samples::far`].
const FAR: u32 = 1 << 31;
/// Frames that a stack may have: a thousand times what Go records, and little enough to be written whole.
const MAX_DEPTH: usize = 1 << 20;
/// Sets of one label that are remembered by their bytes, as a power of two.
const REMEMBERED_BITS: u32 = 8;

/// Reads samples.
#[derive(Default)]
pub(super) struct Samples {
    /// Ids of locations that have no row below [`FAR`].
    far: Vec<u64>,
    far_index: FxHashMap<u64, u32>,
    /// The largest row in any stack; the id 0 has the largest of all.
    largest: u32,
    /// The largest row among the ids that were read together, where 65535 is the row of the id 0.
    largest_short: u16,
    /// One sample's parts, to be reused.
    short: ShortIds,
    values: Vec<i64>,
    labels: Vec<Label>,
    /// Bytes of a label, zeros behind them, and the set of it alone.
    remembered: Vec<(u128, LabelSetId)>,
    any: bool,
}

impl Samples {
    /// Whether there was one.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// Bytes of memory that are held besides the profile: for each large id its row both ways.
    pub(super) fn held(&self) -> usize {
        64 * self.far.len()
    }

    /// Appends a sample.
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

    /// The set of the first label, which is still bytes, and the others. Most samples have one label and most of
    /// those the same as one before.
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
            // What is remembered is not 0.
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
        let row = *self.far_index.entry(id).or_insert_with(|| {
            self.far.push(id);
            FAR + (self.far.len() as u32 - 1)
        });
        self.largest = self.largest.max(row);
        Ok(LocationId(row))
    }

    /// Makes sure that every frame is of a location that there is, and gives it that one's row.
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

/// Checks that a stack does not have more frames than one may have.
#[inline]
pub(super) fn deep_enough(frames: usize) -> Result<()> {
    if frames <= MAX_DEPTH {
        return Ok(());
    }
    Err(Error::malformed(format!("a stack of more than {MAX_DEPTH} frames")))
}

/// The bytes of a label as a number, if they are few and have a last one that is not 0.
fn short_label(bytes: &[u8]) -> Option<u128> {
    let mut short = [0; 16];
    short.get_mut(..bytes.len())?.copy_from_slice(bytes);
    bytes.last().filter(|&&last| last != 0)?;
    Some(u128::from_le_bytes(short))
}
