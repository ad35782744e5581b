//! `svg`, `png`, `pdf`: the call graph as a picture that needs no other program.
//!
//! Knows how boxes and arrows look; what they say is [`Drawing`]'s decision, where they are that of [`layout`].

mod arrow;
mod boxes;
mod words;

use std::io::Write;

use self::arrow::Link;
use self::boxes::{Breaks, Item};
use crate::error::Result;
use crate::graphics::{Area, Colour, FileFormat, Picture, Point};
use crate::layout::{self, Edge, Size, Spacing, layout};
use crate::report::aggregate::Report;
use crate::report::callgraph::model::{Drawing, NodeBox, TagBox};
use crate::report::header;

/// Around everything.
const MARGIN: f64 = 16.0;
/// Between boxes.
const SPACING: Spacing = Spacing {
    node: 24.0,
    edge: 12.0,
    rank: 48.0,
};

pub(in crate::report) fn write(report: &mut Report, format: FileFormat, out: &mut dyn Write) -> Result<()> {
    let (picture, _) = picture(report, Legend::InCorner);
    let part = picture.shrunk(format);
    if part < 1.0 {
        report.note(format!(
            "the picture is at {:.0}% of its size, or it would be too large: -nodecount leaves nodes out, svg has no limit",
            part * 100.0
        ));
    }
    let missing = picture.missing_letters(format).map_err(crate::report::writing)?;
    if !missing.is_empty() {
        report.note(format!(
            "the font of the picture lacks {}: boxes stand for them; svg has them",
            listed(&missing)
        ));
    }
    picture.write(format, out).map_err(crate::report::writing)
}

/// So many letters are named.
const NAMED_LETTERS: usize = 20;

/// Letters for a line of text: the first of them, and how many more there are.
fn listed(letters: &[char]) -> String {
    let named: Vec<String> = letters.iter().take(NAMED_LETTERS).map(char::to_string).collect();
    match letters.len().saturating_sub(NAMED_LETTERS) {
        0 => named.join(" "),
        more => format!("{} and {more} more letters", named.join(" ")),
    }
}

/// Whether a picture says what it is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Legend {
    /// In a box in its upper left corner.
    InCorner,
    /// What it stands in does.
    Elsewhere,
}

/// Two boxes by their numbers, of those of the classes `node` and `tag`: from which to which a line goes.
pub(in crate::report) type Ends = [usize; 2];

/// The graph of a report of a drawing, and the ends of its lines, which are the groups of the class `edge`. Its groups of
/// the class `node` are the listed nodes, in their order.
pub(in crate::report) fn picture(report: &Report, has: Legend) -> (Picture, Vec<Ends>) {
    let drawing = Drawing::new(report);
    let (Plan { boxes, links, edges }, places) = arranged(&drawing);
    let legend = (has == Legend::InCorner).then(|| Item::legend(&drawing.legend()));
    let corner = legend.as_ref().map(Item::size);
    let Size { width, height } = corner.unwrap_or_default();
    let above = MARGIN + corner.map_or(0.0, |corner| below(&places, corner));
    let at = |point: layout::Point| Point {
        x: MARGIN + point.x,
        y: above + point.y,
    };
    let (mut groups, mut ends) = (Vec::new(), Vec::new());
    for ((link, edge), (route, label)) in links.iter().zip(&edges).zip(places.routes.iter().zip(&places.labels)) {
        // A line may have nowhere to go.
        if let Some(group) = link.draw(route, *label, at) {
            groups.push(group);
            ends.push([edge.from, edge.to]);
        }
    }
    for (item, place) in boxes.iter().zip(&places.boxes) {
        groups.push(item.draw(Area {
            x: MARGIN + place.x,
            y: above + place.y,
            width: place.width,
            height: place.height,
        }));
    }
    groups.extend(legend.map(|legend| {
        legend.draw(Area {
            x: MARGIN,
            y: MARGIN,
            width,
            height,
        })
    }));
    let subject = format!("{} {}", drawing.title(), header::type_name(report));
    let picture = Picture {
        width: places.size.width.max(width) + 2.0 * MARGIN,
        height: (above + places.size.height).max(MARGIN + height) + MARGIN,
        title: format!("{}: {}", subject.trim(), header::accounting(report).join("; ")),
        background: Colour::WHITE,
        groups,
    };
    (picture, ends)
}

/// Width to height that is wanted: that of a screen, less what is around the picture.
const LANDSCAPE: f64 = 1.4;
/// Ways to break the text of boxes, from the highest picture to the widest.
const BREAKS: [Breaks; 3] = [Breaks::Parts, Breaks::Filled(24), Breaks::Filled(40)];

/// The boxes whose picture is nearest to a landscape, and where they are.
fn arranged(drawing: &Drawing<'_>) -> (Plan, layout::Drawing) {
    let mut best: Option<(f64, Plan, layout::Drawing)> = None;
    for breaks in BREAKS {
        let plan = Plan::new(drawing, breaks);
        let sizes: Vec<Size> = plan.boxes.iter().map(Item::size).collect();
        let places = layout(&sizes, &plan.edges, SPACING);
        let shape = (places.size.width / places.size.height / LANDSCAPE).ln();
        if best.as_ref().is_none_or(|(so_far, ..)| shape.abs() < so_far.abs()) {
            best = Some((shape, plan, places));
        }
        // The others are wider.
        if shape >= 0.0 || shape.is_nan() {
            break;
        }
    }
    best.map(|(_, plan, places)| (plan, places)).unwrap_or_default()
}

/// How far down everything must go so that a box of this size fits into the upper left corner.
fn below(places: &layout::Drawing, corner: Size) -> f64 {
    let right = corner.width + SPACING.node;
    let boxes = places.boxes.iter().map(|place| (place.x, place.y));
    let points = places.routes.iter().flatten().map(|point| (point.x, point.y));
    // The label of a line is to its right.
    let tops = boxes.chain(points).filter(|(x, _)| *x < right).map(|(_, y)| y);
    let top = tops.fold(f64::INFINITY, f64::min);
    (corner.height + SPACING.node - top).max(0.0)
}

/// Everything that has to be placed.
#[derive(Default)]
struct Plan {
    boxes: Vec<Item>,
    /// From box to box.
    edges: Vec<Edge>,
    /// What each of the edges looks like.
    links: Vec<Link>,
}

impl Plan {
    fn new(drawing: &Drawing<'_>, breaks: Breaks) -> Self {
        let mut plan = Self::default();
        let nodes: Vec<NodeBox<'_>> = drawing.boxes().collect();
        plan.boxes.extend(nodes.iter().map(|node| Item::node(node, breaks)));
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
            let has_tags = !nodes[arrow.from - 1].tags.is_empty();
            let weight = arrow.look.as_ref().map_or(1, |look| look.weight.clamp(1, 101));
            let link = Link::call(&arrow);
            plan.edges.push(Edge {
                from: arrow.from - 1,
                to: arrow.to - 1,
                weight: weight as u32,
                // Room for the tags between a node and what it calls.
                min_ranks: if has_tags { 2 } else { 1 },
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
