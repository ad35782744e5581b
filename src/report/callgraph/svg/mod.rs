//! `svg`, `png`, `pdf`: the call graph as a picture that needs no other program.
//!
//! Knows how boxes and arrows look; what they say is [`Drawing`]'s decision, where they are that of [`layout`].

mod arrange;
mod arrow;
mod boxes;
mod words;

use std::io::Write;

use self::arrange::Arranged;
use self::boxes::Item;
use crate::error::Result;
use crate::graphics::{Area, Colour, FileFormat, Picture, Point};
use crate::layout::{self, Size};
use crate::report::aggregate::Report;
use crate::report::callgraph::model::Drawing;
use crate::report::header;

/// Around everything.
const MARGIN: f64 = 16.0;
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
    /// In a box in a corner where there is room.
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
    let legend = (has == Legend::InCorner).then(|| Item::legend(&drawing.legend()));
    let Size { width, height } = legend.as_ref().map(Item::size).unwrap_or_default();
    let Arranged { plan, places, corner } = Arranged::new(&drawing, Size { width, height });
    let above = MARGIN + corner.above;
    let at = |point: layout::Point| Point {
        x: MARGIN + point.x,
        y: above + point.y,
    };
    let (mut groups, mut ends) = (Vec::new(), Vec::new());
    for ((link, edge), (route, label)) in plan
        .links
        .iter()
        .zip(&plan.edges)
        .zip(places.routes.iter().zip(&places.labels))
    {
        // A line may have nowhere to go.
        if let Some(group) = link.draw(route, *label, at) {
            groups.push(group);
            ends.push([edge.from, edge.to]);
        }
    }
    for (item, place) in plan.boxes.iter().zip(&places.boxes) {
        groups.push(item.draw(Area {
            x: MARGIN + place.x,
            y: above + place.y,
            width: place.width,
            height: place.height,
        }));
    }
    groups.extend(legend.map(|legend| {
        legend.draw(Area {
            x: MARGIN + corner.left,
            y: MARGIN + corner.top,
            width,
            height,
        })
    }));
    let subject = format!("{} {}", drawing.title(), header::type_name(report));
    let picture = Picture {
        width: corner.size.width + 2.0 * MARGIN,
        height: corner.size.height + 2.0 * MARGIN,
        title: format!("{}: {}", subject.trim(), header::accounting(report).join("; ")),
        background: Colour::WHITE,
        groups,
    };
    (picture, ends)
}
