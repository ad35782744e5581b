//! Labels of samples, stored once per distinct set.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::ids::{LabelSetId, StringId};

/// One label of a sample, as the format has it: a key with a text or a number.
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
    /// A number; the unit is the empty text where the profile gives none.
    Number {
        /// The number, in `unit`.
        value: i64,
        /// Its unit, or the empty text.
        unit: StringId,
    },
}

/// Distinct sets of labels. Set 0 is empty.
#[derive(Clone, Debug)]
pub struct LabelSets {
    sets: Vec<Box<[Label]>>,
    index: HashMap<Box<[Label]>, LabelSetId, FxBuildHasher>,
}

impl Default for LabelSets {
    fn default() -> Self {
        let empty: Box<[Label]> = Box::default();
        Self {
            sets: vec![empty.clone()],
            index: HashMap::from_iter([(empty, LabelSetId(0))]),
        }
    }
}

impl LabelSets {
    /// The id of this set of labels (order kept, as in the profile), stored once.
    pub fn intern(&mut self, labels: &[Label]) -> LabelSetId {
        if let Some(&id) = self.index.get(labels) {
            return id;
        }
        let id = LabelSetId::from_index(self.sets.len());
        self.sets.push(labels.into());
        self.index.insert(labels.into(), id);
        id
    }

    /// The labels of a set, in the profile's order.
    pub fn get(&self, id: LabelSetId) -> &[Label] {
        &self.sets[id.index()]
    }

    /// Changes every label of every set, e.g. to renumber its texts; stops at the first error.
    ///
    /// # Errors
    /// What `change` returns.
    pub fn try_update<E>(&mut self, mut change: impl FnMut(&mut Label) -> Result<(), E>) -> Result<(), E> {
        self.index.clear();
        for (id, set) in self.sets.iter_mut().enumerate() {
            set.iter_mut().try_for_each(&mut change)?;
            self.index.entry(set.clone()).or_insert(LabelSetId::from_index(id));
        }
        Ok(())
    }

    /// How many distinct sets there are, the empty one included.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// Never true: the empty set is always there.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }
}
