//! Recovers the number of samples from a scaled value of a heap profile.

use crate::model::{LabelSetId, LabelValue, Profile};

/// For each label set its label `bytes`, which is the block size in Go's heap profiles; 0 if there is none.
pub(super) fn block_sizes(profile: &Profile) -> Vec<f64> {
    let Some(key) = profile.strings.find("bytes") else {
        return vec![0.0; profile.labels.len()];
    };
    let sets = (0..profile.labels.len()).map(LabelSetId::from_index);
    sets.map(|set| {
        let labels = profile.labels.get(set).iter().filter(|label| label.key == key);
        let mut sizes = labels.filter_map(|label| match label.value {
            LabelValue::Number { value, .. } => Some(value as f64),
            LabelValue::Text(_) => None,
        });
        sizes.next_back().unwrap_or_default()
    })
    .collect()
}

/// The number of samples that was scaled up to `bytes` in blocks of `size`: a block is sampled with probability
/// 1 - exp(-size / period). Bytes are more precise than objects, whose fractions are truncated.
/// Source: `scaleHeapSample` in Go's `runtime/pprof/protomem.go`.
pub(in crate::analyze) fn samples(bytes: f64, objects: f64, size: f64, period: i64) -> f64 {
    if bytes == 0.0 || objects == 0.0 {
        return 0.0;
    }
    let size = if size > 0.0 { size } else { bytes / objects };
    if period <= 1 {
        return (bytes / size).round();
    }
    (bytes / size * -(-size / period as f64).exp_m1()).round()
}

#[cfg(test)]
mod tests {
    use super::samples;

    /// Scales raw samples as Go does and truncates fractions.
    fn scaled(count: i64, size: i64, period: i64) -> (f64, f64) {
        let factor = 1.0 / (1.0 - (-size as f64 / period as f64).exp());
        (
            (count as f64 * factor).trunc(),
            ((count * size) as f64 * factor).trunc(),
        )
    }

    #[test]
    fn raw_samples_are_found_again() {
        for size in [1, 8, 16, 48, 4096, 65_536, 400_000, 524_288, 1 << 20, 1 << 24] {
            for count in [0, 1, 2, 3, 7, 8, 9, 100, 12_345] {
                let (objects, bytes) = scaled(count, size, 524_288);
                let told = samples(bytes, objects, size as f64, 524_288);
                assert_eq!(told, count as f64, "{count} samples of {size} bytes");
            }
        }
        assert_eq!(samples(96.0, 3.0, 32.0, 1), 3.0, "where every block is sampled");
    }
}
