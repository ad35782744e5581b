//! The units of numeric labels.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{Label, LabelSetId, LabelValue, Profile, StringId};

/// One unit for each key of numeric labels: the first that the profile gives. If it gives none,
/// the unit is bytes for `alignment` and `request`, otherwise the key itself. Source: pprof's `NumLabelUnits`.
#[derive(Clone, Debug, Default)]
pub struct LabelUnits {
    units: FxHashMap<StringId, StringId>,
    /// The other units of a key.
    others: FxHashMap<StringId, FxHashSet<StringId>>,
    /// The keys with other units, in order of appearance.
    mixed: Vec<StringId>,
}

impl LabelUnits {
    /// Collects the units of all labels.
    pub fn new(profile: &Profile) -> Self {
        let mut units = Self::default();
        for set in 0..profile.labels.len() {
            for label in profile.labels.get(LabelSetId::from_index(set)) {
                units.learn(label);
            }
        }
        units
    }

    fn learn(&mut self, label: &Label) {
        let LabelValue::Number { unit, .. } = label.value else {
            return;
        };
        if unit == StringId(0) {
            return;
        }
        let used = *self.units.entry(label.key).or_insert(unit);
        if used != unit {
            let others = self.others.entry(label.key).or_insert_with(|| {
                self.mixed.push(label.key);
                FxHashSet::default()
            });
            others.insert(unit);
        }
    }

    /// The unit of a key's numbers.
    pub fn of<'p>(&self, profile: &'p Profile, key: StringId) -> &'p str {
        match (self.units.get(&key), profile.text(key)) {
            (Some(&unit), _) => profile.text(unit),
            (None, "alignment" | "request") => "bytes",
            (None, key) => key,
        }
    }

    /// Warnings about keys that have several units, of which the first is used.
    pub fn notes(&self, profile: &Profile) -> Vec<String> {
        let note = |&key: &StringId| {
            let others = self.others.get(&key).into_iter().flatten();
            let mut others: Vec<&str> = others.map(|&unit| profile.text(unit)).collect();
            others.sort_unstable();
            let (name, unit, others) = (profile.text(key), self.of(profile, key), others.join(", "));
            format!("For tag {name} used unit {unit}, also encountered unit(s) {others}")
        };
        self.mixed.iter().map(note).collect()
    }
}
