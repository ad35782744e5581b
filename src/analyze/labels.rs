//! In which unit a numeric label counts.

use rustc_hash::FxHashMap;

use crate::model::{Label, LabelSetId, LabelValue, Profile, StringId};

/// One unit for each key of numeric labels: the first that the profile names. A key without any counts in bytes if it
/// is `alignment` or `request`, else in itself. Source: pprof's `NumLabelUnits`.
#[derive(Clone, Debug, Default)]
pub struct LabelUnits {
    units: FxHashMap<StringId, StringId>,
    /// Other units of a key, in the order in which they came up.
    others: Vec<(StringId, StringId)>,
}

impl LabelUnits {
    /// Reads the units of all labels.
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
        let other = (label.key, unit);
        if used != unit && !self.others.contains(&other) && self.others.len() < 1000 {
            self.others.push(other);
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

    /// What to warn of: keys that come with several units, of which the first counts.
    pub fn notes(&self, profile: &Profile) -> Vec<String> {
        let mut keys: Vec<StringId> = Vec::new();
        for (key, _) in &self.others {
            if !keys.contains(key) {
                keys.push(*key);
            }
        }
        let note = |key: StringId| {
            let others = self.others.iter().filter(|other| other.0 == key);
            let mut others: Vec<&str> = others.map(|other| profile.text(other.1)).collect();
            others.sort_unstable();
            let (name, unit, others) = (profile.text(key), self.of(profile, key), others.join(", "));
            format!("For tag {name} used unit {unit}, also encountered unit(s) {others}")
        };
        keys.into_iter().map(note).collect()
    }
}
