//! Integers for all lengths: their sums are exact, so that what just fits still fits.

use super::{Edge, Point, Size, Spacing};

/// Longer lengths count as this.
const LONGEST: f64 = (1u32 << 24) as f64;
/// Into how many units the longest length is divided, if not all lengths are integers.
const STEPS: f64 = (1u64 << 36) as f64;

/// The binary logarithm of the smallest unit.
const FINEST: f64 = -40.0;

/// Sizes and distances, in units.
pub(super) struct Scale {
    /// The length of a unit.
    unit: f64,
    /// Width and height of each box.
    pub(super) boxes: Vec<(i64, i64)>,
    /// Width and height of the label of each edge.
    pub(super) labels: Vec<Option<(i64, i64)>>,
    /// Least distance between boxes.
    pub(super) node: i64,
    /// Least distance between lines.
    pub(super) edge: i64,
    /// Least distance between ranks.
    pub(super) rank: i64,
}

impl Scale {
    pub(super) fn new(nodes: &[Size], edges: &[Edge], spacing: Spacing) -> Self {
        let labels = edges.iter().filter_map(|edge| edge.label);
        let sizes = nodes
            .iter()
            .copied()
            .chain(labels)
            .flat_map(|size| [size.width, size.height]);
        let lengths = || {
            sizes
                .clone()
                .chain([spacing.node, spacing.edge, spacing.rank])
                .map(clean)
        };
        let unit = match lengths().all(|length| length.fract() == 0.0) {
            true => 1.0,
            // A power of two, so that units and lengths convert without loss.
            false => (lengths().fold(0.0, f64::max) / STEPS).log2().ceil().max(FINEST).exp2(),
        };
        let units = |length: f64| (clean(length) / unit).ceil() as i64;
        let size = |size: Size| (units(size.width), units(size.height));
        Scale {
            unit,
            boxes: nodes.iter().copied().map(size).collect(),
            labels: edges.iter().map(|edge| edge.label.map(size)).collect(),
            node: units(spacing.node),
            edge: units(spacing.edge),
            rank: units(spacing.rank),
        }
    }

    /// Converts units to a length.
    pub(super) fn length(&self, units: i64) -> f64 {
        units as f64 * self.unit
    }

    /// Converts coordinates in units to a point.
    pub(super) fn point(&self, x: i64, y: i64) -> Point {
        Point {
            x: self.length(x),
            y: self.length(y),
        }
    }

    /// The midpoint of two positions.
    pub(super) fn middle(&self, one: (i64, i64), other: (i64, i64)) -> Point {
        Point {
            x: self.length(one.0 + other.0) / 2.0,
            y: self.length(one.1 + other.1) / 2.0,
        }
    }
}

/// A length that can be drawn.
pub(super) fn clean(length: f64) -> f64 {
    // NaN is not greater than 0 either.
    if length > 0.0 { length.min(LONGEST) } else { 0.0 }
}
