//! Fills a [`Profile`] for formats without tables of their own: functions and locations are numbered in order of
//! appearance.

use std::hash::{BuildHasher, Hasher};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::budget::Account;
use crate::error::Result;
use crate::model::{Function, FunctionId, Label, LabelValue, Line, LocationId, Profile, StringId, ValueType};

/// A profile being filled. Equal functions and equal locations are stored once.
pub(super) struct Builder {
    account: Account,
    pub(super) profile: Profile,
    functions: FxHashMap<(StringId, StringId), FunctionId>,
    locations: HashTable<LocationId>,
}

impl Builder {
    /// An empty profile with these sample types, each a name and a unit.
    pub(super) fn new(
        account: &Account,
        sample_types: &[(&str, &str)],
        period_type: (&str, &str),
        period: i64,
    ) -> Self {
        let mut profile = Profile::default();
        let mut value_type = |(kind, unit): (&str, &str)| ValueType {
            kind: profile.strings.intern(kind.as_bytes()),
            unit: profile.strings.intern(unit.as_bytes()),
        };
        let sample_types: Vec<_> = sample_types.iter().map(|&names| value_type(names)).collect();
        let period_type = value_type(period_type);
        profile.samples.values.resize_with(sample_types.len(), Vec::new);
        Self {
            account: account.clone(),
            profile: Profile {
                sample_types,
                period_type,
                period,
                ..profile
            },
            functions: FxHashMap::default(),
            locations: HashTable::new(),
        }
    }

    /// The function with this name in this file; its first line is not known.
    pub(super) fn function(&mut self, name: &[u8], file: &[u8]) -> FunctionId {
        let profile = &mut self.profile;
        let key = (profile.strings.intern(name), profile.strings.intern(file));
        *self.functions.entry(key).or_insert_with(|| {
            profile.add_function(Function {
                name: key.0,
                system_name: key.0,
                filename: key.1,
                ..Function::default()
            })
        })
    }

    /// The location at this address with these lines, innermost first.
    pub(super) fn location(&mut self, address: u64, lines: &[Line]) -> LocationId {
        let profile = &mut self.profile;
        let same = |&id: &LocationId| profile.locations[id.index()].address == address && profile.lines_of(id) == lines;
        let hash = hash(address, lines);
        if let Some(&id) = self.locations.find(hash, same) {
            return id;
        }
        let id = profile.add_location(None, address, lines);
        let rehash = |&id: &LocationId| self::hash(profile.locations[id.index()].address, profile.lines_of(id));
        self.locations.insert_unique(hash, id, rehash);
        id
    }

    /// A label with a string.
    pub(super) fn text_label(&mut self, key: &[u8], value: &[u8]) -> Label {
        let strings = &mut self.profile.strings;
        Label {
            key: strings.intern(key),
            value: LabelValue::Text(strings.intern(value)),
        }
    }

    /// A label with a number.
    pub(super) fn number_label(&mut self, key: &str, value: i64, unit: &str) -> Label {
        let strings = &mut self.profile.strings;
        Label {
            key: strings.intern(key.as_bytes()),
            value: LabelValue::Number {
                value,
                unit: strings.intern(unit.as_bytes()),
            },
        }
    }

    /// Adds a sample: its stack, innermost first, its labels, and a value for each sample type.
    ///
    /// # Errors
    /// [`crate::error::Error::TooHeavy`] if the profile outgrows its budget.
    pub(super) fn sample(&mut self, stack: &[LocationId], labels: &[Label], values: &[i64]) -> Result<()> {
        let labels = self.profile.labels.intern(labels);
        self.profile.add_sample(stack, labels, values);
        self.account.weigh(&self.profile)
    }
}

fn hash(address: u64, lines: &[Line]) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    hasher.write_u64(address);
    for line in lines {
        hasher.write_u32(line.function.0);
        hasher.write_i64(line.line);
    }
    hasher.finish()
}
