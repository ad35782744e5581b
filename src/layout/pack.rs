//! Places components side by side.

use super::layered::Layered;
use super::scale::Scale;

/// Moves each component as far left as those before it allow, rank by rank; the drawing begins at 0.
pub(super) fn side_by_side(parts: &mut [Layered], scale: &Scale) {
    let depth = parts.iter().map(|part| part.ranks.len()).max().unwrap_or(0);
    // For each rank the first free x.
    let mut free: Vec<Option<i64>> = vec![None; depth];
    let mut leftmost = 0;
    for part in &mut *parts {
        let ends = |rank: &Vec<usize>| {
            let (first, last) = (part.items[*rank.first()?], part.items[*rank.last()?]);
            Some((first.x - first.left, last.x + last.right))
        };
        let outline: Vec<Option<(i64, i64)>> = part.ranks.iter().map(ends).collect();
        let tight = outline
            .iter()
            .zip(&free)
            .filter_map(|(ends, free)| Some((*free)? - (*ends)?.0));
        // If it is below all others, it begins at the left edge.
        let shift = tight
            .max()
            .unwrap_or_else(|| leftmost - outline.iter().flatten().map(|ends| ends.0).min().unwrap_or(0));
        for item in &mut part.items {
            item.x += shift;
        }
        for (ends, free) in outline.iter().zip(&mut free) {
            if let Some((left, right)) = ends {
                leftmost = leftmost.min(left + shift);
                *free = Some(right + shift + scale.node.max(scale.edge));
            }
        }
    }
    for item in parts.iter_mut().flat_map(|part| &mut part.items) {
        item.x -= leftmost;
    }
}
