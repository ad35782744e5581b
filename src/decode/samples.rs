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
    /// The same of those that were read four together, where 65535 is the row of the id 0.
    largest_small: u16,
    /// The least and the largest ids of the eight places in which ids of one byte are read together.
    small: Option<([u8; 8], [u8; 8])>,
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
            let word = u64::from_le_bytes(eight);
            if word & GOES_ON == 0 {
                let (low, high) = self.small.get_or_insert((eight, eight));
                for ((low, high), id) in low.iter_mut().zip(high).zip(eight) {
                    *low = id.min(*low);
                    *high = id.max(*high);
                }
                stacks.append_small(eight.map(|id| u16::from(id).wrapping_sub(1)));
                bytes = &bytes[8..];
            } else if let Some((four, length)) = four_short(word) {
                self.largest_small = four.into_iter().fold(self.largest_small, u16::max);
                stacks.append_small(four);
                bytes = &bytes[length..];
            } else {
                let id = decode_varint(&mut bytes).map_err(broken)?;
                stacks.append(self.row(id)?);
            }
        }
        each_varint(bytes, |id| {
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
        let (low, high) = self.small.unwrap_or(([1; 8], [1; 8]));
        let ids = high.map(|id| u32::from(id.saturating_sub(1)));
        let largest = ids
            .into_iter()
            .fold(self.largest.max(u32::from(self.largest_small)), u32::max);
        let is_known = locations.are_counted() && !low.contains(&0) && (largest as usize) < locations.len();
        if is_known && self.largest_small < u16::MAX || stacks.frames() == 0 {
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

/// The first four ids in eight bytes and how many bytes they take, if none takes more than two. Without branches:
/// which of them take two is as good as chance.
#[inline]
fn four_short(mut word: u64) -> Option<([u16; 4], usize)> {
    let mut rows = [0; 4];
    let (mut bits, mut goes_on) = (0, 0);
    for row in &mut rows {
        let two = word >> 7 & 1;
        goes_on |= word >> 15 & two;
        let id = (word & 0x7f) | (word >> 1 & 0x3f80 & two.wrapping_neg());
        *row = (id as u16).wrapping_sub(1);
        let taken = 8 + 8 * two;
        word >>= taken;
        bits += taken;
    }
    (goes_on == 0).then_some((rows, bits as usize / 8))
}
