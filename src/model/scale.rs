//! Operations on every sample of a profile.

use super::ids::LabelSetId;
use super::labels::{Label, LabelSets, LabelValue};
use super::profile::Profile;

impl Profile {
    /// Multiplies each column by its ratio, rounded, and leaves out samples that are 0 in every scaled column. As in pprof,
    /// a column with ratio 1 does not count as scaled, and if all ratios are 1 nothing happens.
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

    /// Scales each column so that its sum is that of the same column of `base`; a column that sums to 0 becomes 0.
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

    /// Gives every sample this string label, in place of any string labels with the same key.
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
