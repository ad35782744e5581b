//! The sum of the samples that pass certain nodes.

use super::frames::NodeId;
use super::graph::{Basis, mean_of_sums};
use crate::model::LocationId;

/// Sum over the samples that have a wanted node anywhere in their stack, each sample once however many of its
/// frames are wanted; the mean if there is a divisor.
pub fn covered(basis: Basis<'_>, is_wanted: impl Fn(NodeId) -> bool) -> i64 {
    let locations = (0..basis.profile.locations.len()).map(LocationId::from_index);
    let wanted: Vec<bool> = locations
        .map(|location| basis.frames.of(location).iter().any(|&node| is_wanted(node)))
        .collect();
    let (mut sum, mut divisor) = (0i128, 0i128);
    for span in basis.scope.spans() {
        let passes = |location: LocationId| wanted[location.index()];
        if basis.stack(span).iter().any(passes) {
            let own = basis.weights.of(span.sample.index());
            sum += i128::from(own.0);
            divisor += i128::from(own.1);
        }
    }
    mean_of_sums(sum, divisor)
}
