//! Statistics of a series: medians, slopes, peaks cut off.

/// The median; 0 if there are no values.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        even if even % 2 == 0 => f64::midpoint(sorted[half - 1], sorted[half]),
        _ => sorted[half],
    }
}

/// How many points at most are paired for a slope.
const PAIRED: usize = 200;

/// The Theil–Sen slope: the median of the slopes between all pairs of points; 0 if all have the same time.
pub fn slope(times: &[f64], values: &[f64]) -> f64 {
    let every = times.len().div_ceil(PAIRED).max(1);
    let points: Vec<(f64, f64)> = times
        .iter()
        .copied()
        .zip(values.iter().copied())
        .step_by(every)
        .collect();
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (at, (time, value)) in points.iter().enumerate() {
        let later = points[at + 1..].iter().filter(|later| later.0 > *time);
        slopes.extend(later.map(|later| (later.1 - value) / (later.0 - time)));
    }
    median(&slopes)
}

/// Cuts off peaks narrower than `width` values and leaves rises and falls: morphological opening. Windows are cut off at
/// the end of the series, so that its last rise stays, and not at its beginning, where a peak is no rise.
pub(super) fn opening(values: &[f64], width: usize) -> Vec<f64> {
    let width = width.max(1);
    let minima: Vec<f64> = (0..values.len())
        .map(|from| {
            let window = &values[from..(from + width).min(values.len())];
            window.iter().copied().fold(f64::INFINITY, f64::min)
        })
        .collect();
    (0..values.len())
        .map(|at| {
            let holding = &minima[(at + 1).saturating_sub(width)..=at];
            holding.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        })
        .collect()
}

/// The last value, if it rises more than `times` as far as anything before it rose, is taken for a peak: it stays at the
/// value before until another bears it out.
pub(super) fn without_last_peak(mut values: Vec<f64>, times: f64) -> Vec<f64> {
    if let [earlier @ .., before, last] = &mut values[..] {
        let rises = earlier.windows(2).map(|pair| pair[1] - pair[0]);
        let rises = rises.chain(earlier.last().map(|value| *before - value));
        if *last - *before > times * rises.fold(0.0, f64::max) {
            *last = *before;
        }
    }
    values
}

/// How far the last third is above the first: the least value of the last minus the largest of the first. Not positive
/// for a mere swing.
pub(super) fn gap(values: &[f64]) -> f64 {
    let count = values.len();
    let (first, last) = if count < 6 {
        (&values[..count.min(1)], &values[count.saturating_sub(1)..])
    } else {
        (&values[..=count / 3], &values[count * 2 / 3..])
    };
    let highest = first.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = last.iter().copied().fold(f64::INFINITY, f64::min);
    if count == 0 { 0.0 } else { lowest - highest }
}

/// The medians of the first and of the last sixth.
pub(super) fn ends(values: &[f64]) -> (f64, f64) {
    let sixth = (values.len() / 6).max(1).min(values.len());
    (median(&values[..sixth]), median(&values[values.len() - sixth..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_narrower_than_the_opening_goes_and_a_step_stays() {
        let table: &[(&[f64], usize, &[f64])] = &[
            (&[1.0, 9.0, 1.0, 1.0], 2, &[1.0, 1.0, 1.0, 1.0]),
            (&[1.0, 9.0, 9.0, 1.0], 2, &[1.0, 9.0, 9.0, 1.0]),
            (&[1.0, 2.0, 3.0, 4.0], 3, &[1.0, 2.0, 3.0, 4.0]),
            (&[1.0, 1.0, 5.0, 5.0], 3, &[1.0, 1.0, 5.0, 5.0]),
            (&[9.0, 1.0, 2.0, 3.0], 3, &[1.0, 1.0, 2.0, 3.0]),
            (&[3.0], 3, &[3.0]),
            (&[], 3, &[]),
        ];
        for (values, width, opened) in table {
            assert_eq!(opening(values, *width), *opened, "{values:?} by {width}");
        }
        let table: [(&[f64], &[f64]); 5] = [
            (&[1.0, 2.0, 3.0, 9.0], &[1.0, 2.0, 3.0, 3.0]),
            (&[1.0, 2.0, 3.0, 5.0], &[1.0, 2.0, 3.0, 5.0]),
            (&[1.0, 2.0, 4.0, 8.0], &[1.0, 2.0, 4.0, 8.0]),
            (&[3.0], &[3.0]),
            (&[], &[]),
        ];
        for (values, left) in table {
            assert_eq!(without_last_peak(values.to_vec(), 3.0), left, "{values:?}");
        }
    }

    #[test]
    fn a_slope_is_that_of_most_pairs() {
        let times: Vec<f64> = (0..1000).map(f64::from).collect();
        let mut values: Vec<f64> = times.iter().map(|time| 2.0 * time).collect();
        values[500] = 1e9;
        assert!((slope(&times, &values) - 2.0).abs() < 1e-9);
        assert_eq!(slope(&[1.0, 1.0], &[0.0, 5.0]), 0.0, "no time passed");
        assert_eq!(median(&[]), 0.0);
        assert_eq!(gap(&[0.0, 5.0, 1.0, 0.0, 5.0, 1.0]), -4.0, "what swings has no gap");
    }
}
