//! Changing every sample of a profile.

use super::ids::LabelSetId;
use super::labels::{Label, LabelSets, LabelValue};
use super::profile::Profile;

impl Profile {
    /// Multiplies each column with its ratio, rounded, and leaves out the samples that are 0 then. As in pprof, a
    /// column whose ratio is 1 keeps no sample, and if all are 1 nothing happens.
    pub fn scale(&mut self, ratios: &[f64]) {
        let columns = self.samples.values.iter_mut().zip(ratios);
        let changed: Vec<_> = columns.filter(|&(_, &ratio)| ratio != 1.0).collect();
        if changed.is_empty() {
            return;
        }
        let mut keep = vec![false; self.samples.stack.len()];
        for (column, ratio) in changed {
            for (value, keep) in column.iter_mut().zip(&mut keep) {
                *value = (*value as f64 * ratio).round() as i64;
                *keep |= *value != 0;
            }
        }
        self.samples.retain(&keep);
    }

    /// Scales each column so that it sums up to what the same column of `base` does; to 0 where it sums up to 0.
    /// Source: pprof's `-normalize`.
    pub fn normalize(&mut self, base: &Profile) {
        let sum = |column: &Vec<i64>| column.iter().fold(0i64, |sum, &value| sum.saturating_add(value));
        let columns = self.samples.values.iter().zip(&base.samples.values);
        let ratios: Vec<f64> = columns
            .map(|(own, base)| match (sum(own), sum(base)) {
                (0, _) => 0.0,
                (own, base) => base as f64 / own as f64,
            })
            .collect();
        self.scale(&ratios);
    }

    /// Gives every sample a text label, in place of any texts under the same key.
    pub fn label_samples(&mut self, key: &str, text: &str) {
        let key = self.strings.intern(key.as_bytes());
        let value = LabelValue::Text(self.strings.intern(text.as_bytes()));
        let mut labels = LabelSets::default();
        let sets = (0..self.labels.len()).map(LabelSetId::from_index);
        let changed: Vec<LabelSetId> = sets
            .map(|set| {
                let stays = |label: &&Label| label.key != key || matches!(label.value, LabelValue::Number { .. });
                let mut set: Vec<Label> = self.labels.get(set).iter().filter(stays).copied().collect();
                set.push(Label { key, value });
                labels.intern(&set)
            })
            .collect();
        for set in &mut self.samples.labels {
            *set = changed[set.index()];
        }
        self.labels = labels;
    }
}
