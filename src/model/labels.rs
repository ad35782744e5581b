//! Labels of samples, stored once per distinct set.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::ids::{LabelSetId, StringId};

/// One label of a sample, as in the format: a key with a string or a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    /// What is labelled, e.g. `bytes` (the block size in Go's heap profiles).
    pub key: StringId,
    /// The label's value.
    pub value: LabelValue,
}

/// The value of a [`Label`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LabelValue {
    /// A text.
    Text(StringId),
    /// A number with its unit.
    Number {
        /// The number, in `unit`.
        value: i64,
        /// Its unit; the empty string where the profile gives none.
        unit: StringId,
    },
}

/// Distinct sets of labels, end to end in one vector. Set 0 is empty.
#[derive(Clone, Debug)]
pub struct LabelSets {
    labels: Vec<Label>,
    /// `ends[i - 1]..ends[i]` are the labels of set `i`.
    ends: Vec<u32>,
    index: HashTable<LabelSetId>,
}

impl Default for LabelSets {
    fn default() -> Self {
        let mut sets = Self {
            labels: Vec::new(),
            ends: Vec::new(),
            index: HashTable::new(),
        };
        sets.intern(&[]);
        sets
    }
}

impl LabelSets {
    /// Interns this set of labels and returns its id. The order of the labels is kept, and part of what makes sets equal.
    pub fn intern(&mut self, labels: &[Label]) -> LabelSetId {
        if labels.is_empty() && !self.ends.is_empty() {
            return LabelSetId(0);
        }
        let hash = hash(labels);
        if let Some(&id) = self.index.find(hash, |&id| self.get(id) == labels) {
            return id;
        }
        let id = LabelSetId::from_index(self.ends.len());
        self.labels.extend_from_slice(labels);
        self.ends.push(u32::try_from(self.labels.len()).unwrap_or(u32::MAX));
        let Self { labels, ends, index } = self;
        index.insert_unique(hash, id, |&id| self::hash(slice(labels, ends, id)));
        id
    }

    /// The labels of a set, in the profile's order.
    pub fn get(&self, id: LabelSetId) -> &[Label] {
        slice(&self.labels, &self.ends, id)
    }

    /// Changes every label of every set, e.g. to renumber its strings; stops at the first error.
    ///
    /// # Errors
    /// What `change` returns.
    pub fn try_update<E>(&mut self, mut change: impl FnMut(&mut Label) -> Result<(), E>) -> Result<(), E> {
        self.labels.iter_mut().try_for_each(&mut change)?;
        self.index.clear();
        let Self { labels, ends, index } = self;
        for id in (0..ends.len()).map(LabelSetId::from_index) {
            let set = slice(labels, ends, id);
            if index
                .find(hash(set), |&other| slice(labels, ends, other) == set)
                .is_none()
            {
                index.insert_unique(hash(set), id, |&other| hash(slice(labels, ends, other)));
            }
        }
        Ok(())
    }

    /// How many labels all sets have together.
    pub fn labels(&self) -> usize {
        self.labels.len()
    }

    /// How many distinct sets there are, the empty one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Never true: the empty set is always there.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn hash(labels: &[Label]) -> u64 {
    FxBuildHasher.hash_one(labels)
}

fn slice<'l>(labels: &'l [Label], ends: &[u32], id: LabelSetId) -> &'l [Label] {
    let start = id.index().checked_sub(1).map_or(0, |before| ends[before]);
    &labels[start as usize..ends[id.index()] as usize]
}
