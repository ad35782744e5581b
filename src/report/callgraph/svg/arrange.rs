//! Where the boxes of a picture are: a landscape, as screens and pages are, where the graph allows one.

use super::arrow::Link;
use super::boxes::{Breaks, Item};
use crate::layout::{self, Edge, Size, Spacing, layout};
use crate::report::callgraph::model::{Drawing, NodeBox, TagBox};

/// Between boxes. A label is between two ranks with half of the distance on either side.
const SPACING: Spacing = Spacing {
    node: 24.0,
    edge: 12.0,
    rank: 36.0,
};

/// Width to height that is wanted: that of a screen, less what is around the picture.
const LANDSCAPE: f64 = 1.4;
/// How far from that a picture may be, as a part of it, before another form is tried.
const NEAR: f64 = 0.05;

/// What a picture's shape depends on.
#[derive(Clone, Copy)]
struct Form {
    breaks: Breaks,
    tags: TagRoom,
}

/// Where the tags of a function are.
#[derive(Clone, Copy, PartialEq)]
enum TagRoom {
    /// Between it and what it calls: as pprof has them.
    Between,
    /// Beside what it calls, which is lower and wider.
    Beside,
}

/// From the highest picture to the widest.
const FORMS: [Form; 5] = [
    Form {
        breaks: Breaks::Parts,
        tags: TagRoom::Between,
    },
    Form {
        breaks: Breaks::Filled(24),
        tags: TagRoom::Between,
    },
    Form {
        breaks: Breaks::Filled(24),
        tags: TagRoom::Beside,
    },
    Form {
        breaks: Breaks::Filled(40),
        tags: TagRoom::Beside,
    },
    Form {
        breaks: Breaks::Filled(56),
        tags: TagRoom::Beside,
    },
];

/// A picture, arranged.
#[derive(Default)]
pub(super) struct Arranged {
    pub(super) plan: Plan,
    pub(super) places: layout::Drawing,
    pub(super) corner: Corner,
}

/// Where the legend is, and what that costs.
#[derive(Clone, Copy, Default)]
pub(super) struct Corner {
    /// How far everything else goes down for it.
    pub(super) above: f64,
    /// Its upper left corner, in the coordinates of the whole.
    pub(super) left: f64,
    pub(super) top: f64,
    /// Width and height of the whole.
    pub(super) size: Size,
}

impl Arranged {
    /// The form that is nearest to a landscape, with room for a legend of a size, 0 for none.
    pub(super) fn new(drawing: &Drawing<'_>, legend: Size) -> Self {
        let mut best: Option<(f64, Self)> = None;
        for form in FORMS {
            let plan = Plan::new(drawing, form);
            let sizes: Vec<Size> = plan.boxes.iter().map(Item::size).collect();
            let places = layout(&sizes, &plan.edges, SPACING);
            let corner = Corner::new(&plan, &places, legend);
            let shape = (corner.size.width / corner.size.height / LANDSCAPE).ln();
            if best.as_ref().is_none_or(|(so_far, _)| shape.abs() < so_far.abs()) {
                best = Some((shape, Self { plan, places, corner }));
            }
            // The others are wider.
            if shape >= -NEAR || shape.is_nan() {
                break;
            }
        }
        best.map(|(_, arranged)| arranged).unwrap_or_default()
    }
}

impl Corner {
    /// The upper left corner, unless the lower right one has more room.
    fn new(plan: &Plan, places: &layout::Drawing, legend: Size) -> Self {
        let Size { width, height } = places.size;
        let across = width.max(legend.width);
        // How near the contents of some columns come to the upper and the lower edge.
        let within = |left: f64, right: f64| {
            let boxes = places.boxes.iter();
            let boxes = boxes.map(|place| (place.x, place.width, place.y, place.height));
            let points = places.routes.iter().flatten();
            let points = points.map(|point| (point.x, 0.0, point.y, 0.0));
            let labels = places.labels.iter().zip(&plan.links).filter_map(|(middle, link)| {
                let (middle, size) = ((*middle)?, link.size());
                let (x, y) = (middle.x - size.width / 2.0, middle.y - size.height / 2.0);
                Some((x, size.width, y, size.height))
            });
            let all = boxes.chain(points).chain(labels);
            let near = all.filter(|(x, width, ..)| x + width > left && *x < right);
            near.fold((f64::INFINITY, f64::INFINITY), |(above, below), (_, _, y, tall)| {
                (above.min(y), below.min(height - y - tall))
            })
        };
        let wanted = match legend.height {
            0.0 => 0.0,
            tall => tall + SPACING.node,
        };
        let left = across - legend.width;
        let above = (wanted - within(0.0, legend.width + SPACING.node).0).max(0.0);
        let below = (wanted - within(left - SPACING.node, across).1).max(0.0);
        let size = Size {
            width: across,
            height: (height + above.min(below)).max(legend.height),
        };
        match above <= below {
            true => Self {
                above,
                left: 0.0,
                top: 0.0,
                size,
            },
            false => Self {
                above: 0.0,
                left,
                top: size.height - legend.height,
                size,
            },
        }
    }
}

/// Everything that has to be placed.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) boxes: Vec<Item>,
    /// From box to box.
    pub(super) edges: Vec<Edge>,
    /// What each of the edges looks like.
    pub(super) links: Vec<Link>,
}

impl Plan {
    fn new(drawing: &Drawing<'_>, form: Form) -> Self {
        let mut plan = Self::default();
        let nodes: Vec<NodeBox<'_>> = drawing.boxes().collect();
        plan.boxes
            .extend(nodes.iter().map(|node| Item::node(node, form.breaks)));
        for node in &nodes {
            for tag in &node.tags {
                let text = plan.tag(node.id - 1, tag);
                for number in &tag.inner {
                    plan.tag(text, number);
                }
            }
        }
        // A callee that adds up to nothing is not in the drawing.
        for arrow in drawing.arrows().filter(|arrow| arrow.to != 0) {
            let is_past_tags = form.tags == TagRoom::Between && !nodes[arrow.from - 1].tags.is_empty();
            let weight = arrow.look.as_ref().map_or(1, |look| look.weight.clamp(1, 101));
            let link = Link::call(&arrow, form.breaks);
            plan.edges.push(Edge {
                from: arrow.from - 1,
                to: arrow.to - 1,
                weight: weight as u32,
                min_ranks: if is_past_tags { 2 } else { 1 },
                label: Some(link.size()),
            });
            plan.links.push(link);
        }
        plan
    }

    /// Hangs a tag on a box; returns its own number.
    fn tag(&mut self, from: usize, tag: &TagBox) -> usize {
        let to = self.boxes.len();
        let link = Link::tag(tag);
        self.boxes.push(Item::tag(tag));
        self.edges.push(Edge {
            from,
            to,
            weight: 100,
            min_ranks: 1,
            label: Some(link.size()),
        });
        self.links.push(link);
        to
    }
}
