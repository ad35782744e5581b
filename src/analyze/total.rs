//! The total for percentages.

use super::filter::Scope;
use super::graph::{Weights, mean};
use crate::model::{LabelSetId, LabelValue, Profile, SampleId};

/// The label that marks the samples of a base profile in a diff.
pub const DIFF_BASE: (&str, &str) = ("pprof::base", "true");

/// Sum of |value| over all samples, or over those in scope; only over those of the diff base, if there are any and
/// the scope does not hide their label. With divisors, divided by the sum of those. Source: pprof's
/// `computeTotal`.
pub fn total(profile: &Profile, scope: Option<&Scope>, weights: Weights<'_>) -> i64 {
    let is_base = base_sets(profile, scope);
    match scope {
        Some(scope) => sum(profile, scope.spans().iter().map(|span| span.sample), weights, &is_base),
        None => sum(profile, profile.samples.ids(), weights, &is_base),
    }
}

fn sum(profile: &Profile, samples: impl Iterator<Item = SampleId>, weights: Weights<'_>, is_base: &[bool]) -> i64 {
    let (mut all, mut base) = ((0i64, 0i64), (0i64, 0i64));
    for sample in samples.map(SampleId::index) {
        let (value, divisor) = weights.of(sample);
        let add = |sum: &mut (i64, i64)| {
            *sum = (
                sum.0.saturating_add(value.saturating_abs()),
                sum.1.saturating_add(divisor),
            );
        };
        add(&mut all);
        if is_base[profile.samples.labels[sample].index()] {
            add(&mut base);
        }
    }
    let (sum, divisor) = if base.0 > 0 { base } else { all };
    mean(sum, divisor)
}

fn base_sets(profile: &Profile, scope: Option<&Scope>) -> Vec<bool> {
    let (Some(key), Some(text)) = (profile.strings.find(DIFF_BASE.0), profile.strings.find(DIFF_BASE.1)) else {
        return vec![false; profile.labels.len()];
    };
    if scope.is_some_and(|scope| scope.hides_label(key)) {
        return vec![false; profile.labels.len()];
    }
    let marks = |label: &crate::model::Label| label.key == key && label.value == LabelValue::Text(text);
    (0..profile.labels.len())
        .map(|set| profile.labels.get(LabelSetId::from_index(set)).iter().any(marks))
        .collect()
}
