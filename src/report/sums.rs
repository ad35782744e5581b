//! What the rows of the table hold themselves, of every sample type at once: what a series keeps of a moment.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Shows;
use super::aggregate::{filters, identity, weights, with_tag_frames};
use super::options::Options;
use crate::analyze::{Basis, Frames, NodeId, Scope, own_sums};
use crate::error::Result;
use crate::model::{Profile, SampleTypeId, Sides};

/// The rows of a table, nothing left out as too small.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RowSums {
    /// Names of the sample types.
    pub types: Vec<String>,
    /// What all samples that count add up to, of each type.
    pub totals: Vec<i64>,
    /// The rows that hold something: a name, and a value of each type. In no order.
    pub rows: Vec<(String, Box<[i64]>)>,
}

impl RowSums {
    /// Adds up a profile as `top` with these options does; the sample type and the order do not matter.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::error::Error::Usage) and [`Error::Regex`](crate::error::Error::Regex) for options that
    /// cannot be.
    pub fn new(profile: &Arc<Profile>, options: &Options) -> Result<Self> {
        let filters = filters(options)?;
        let profile = with_tag_frames(profile, options, &mut Vec::new());
        let scope = Scope::new(&profile, &filters);
        let frames = Frames::new(&profile, &scope, &identity(Shows::Table, options));
        let types = (0..profile.sample_types.len()).map(SampleTypeId::from_index);
        let mut sums = Self::default();
        let mut by_name: FxHashMap<String, usize> = FxHashMap::default();
        let count = types.len();
        for (at, sample_type) in types.enumerate() {
            let basis = Basis {
                profile: &profile,
                scope: &scope,
                frames: &frames,
                weights: weights(&profile, options, sample_type),
            };
            sums.types.push(profile.type_name(sample_type).to_string());
            let mut total = 0i64;
            for (node, own) in (0..).map(NodeId).zip(own_sums(basis)) {
                let value = own.flat_value();
                if value == 0 {
                    continue;
                }
                total = total.saturating_add(value);
                let row = *by_name.entry(frames.name(&profile, node)).or_insert_with_key(|name| {
                    sums.rows.push((name.clone(), vec![0; count].into_boxed_slice()));
                    sums.rows.len() - 1
                });
                let held = &mut sums.rows[row].1[at];
                *held = held.saturating_add(value);
            }
            sums.totals.push(total);
        }
        Ok(sums)
    }
}

/// What the rows of both sides of a comparison hold themselves, by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SideSums {
    types: [Vec<String>; 2],
    rows: FxHashMap<String, [Box<[i64]>; 2]>,
    nanos: i64,
}

impl SideSums {
    /// Adds up both sides with the same options.
    ///
    /// # Errors
    /// As [`RowSums::new`].
    pub fn new(sides: &Sides, options: &Options) -> Result<Self> {
        let before = RowSums::new(&sides.before, options)?;
        let after = RowSums::new(&sides.after, options)?;
        let mut rows: FxHashMap<String, [Box<[i64]>; 2]> = FxHashMap::default();
        for (side, sums) in [(0, before.rows), (1, after.rows)] {
            for (name, values) in sums {
                rows.entry(name).or_default()[side] = values;
            }
        }
        Ok(Self {
            types: [before.types, after.types],
            rows,
            nanos: match (sides.before.time_nanos, sides.after.time_nanos) {
                (before @ 1.., after @ 1..) => after.saturating_sub(before),
                _ => 0,
            },
        })
    }

    /// Seconds from one side to the other; nothing where that is not known, or they are in no order.
    pub fn seconds(&self) -> Option<f64> {
        (self.nanos > 0).then_some(self.nanos as f64 / 1e9)
    }

    /// What a row held before and what it holds after; 0 where it is not.
    pub fn of(&self, name: &str, sample_type: &str) -> Option<(i64, i64)> {
        let rows = self.rows.get(name);
        let value = |side: usize| {
            let at = self.types[side].iter().position(|own| own == sample_type)?;
            Some(rows.and_then(|rows| rows[side].get(at)).copied().unwrap_or(0))
        };
        Some((value(0)?, value(1)?))
    }
}
