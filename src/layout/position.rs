//! The x of each item.

use super::layered::Layered;
use super::scale::Scale;

/// Places the items of each rank in their order.
pub(super) fn place(layered: &mut Layered, scale: &Scale) {
    for rank in layered.ranks.clone() {
        let mut x = 0;
        for (index, &item) in rank.iter().enumerate() {
            if index > 0 {
                x += layered.separation(rank[index - 1], item, scale);
            }
            layered.items[item].x = x;
        }
        for &item in &rank {
            layered.items[item].x -= x / 2;
        }
    }
}
