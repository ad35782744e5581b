//! What lines between boxes look like.

use super::boxes::Breaks;
use super::words::Words;
use crate::graphics::{Anchor, Colour, Group, Pen, Point, Segment, Shape};
use crate::layout::{self, Size, curve};
use crate::report::callgraph::model::{Arrow, TagBox};

/// The size of a label's letters.
const LABEL: f64 = 15.0;
/// A label has no longer line.
const LONGEST: usize = 40;
/// The length of an arrow's head at a thin line, and how much longer it is at one that is thicker by 1.
const HEAD: (f64, f64) = (9.0, 1.5);

/// An arrow, without its place.
pub(in crate::report) struct Link {
    class: &'static str,
    line: Pen,
    title: String,
    words: Words,
}

impl Link {
    pub(in crate::report) fn call(arrow: &Arrow<'_>, breaks: Breaks) -> Self {
        let lines = match (arrow.inline, breaks) {
            (false, _) => vec![arrow.value.clone()],
            (true, Breaks::Parts) => vec![arrow.value.clone(), "(inline)".to_string()],
            (true, Breaks::Filled(_)) => vec![format!("{} (inline)", arrow.value)],
        };
        let (colour, width) = match &arrow.look {
            Some(look) => (look.line, look.width.clamp(1, 6) as f64),
            None => (Colour::BLACK, 1.0),
        };
        Self {
            class: "edge",
            line: Pen {
                colour,
                width,
                dashed: arrow.residual,
            },
            title: format!(
                "{} {} {} ({})",
                arrow.from_name,
                arrow.sign(),
                arrow.to_name,
                arrow.value
            ),
            words: Words::new(lines, LABEL, LONGEST),
        }
    }

    pub(in crate::report) fn tag(tag: &TagBox) -> Self {
        Self {
            class: "edge tagged",
            line: Pen {
                colour: Colour::BLACK,
                width: 1.0,
                dashed: tag.residual,
            },
            title: tag.value.clone(),
            words: Words::new([tag.value.clone()], LABEL, LONGEST),
        }
    }

    /// The room that its label takes.
    pub(in crate::report) fn size(&self) -> Size {
        self.words.extent()
    }

    /// Along a route; nothing for one that goes nowhere.
    pub(in crate::report) fn draw(
        &self,
        route: &[layout::Point],
        label: Option<layout::Point>,
        at: impl Fn(layout::Point) -> Point,
    ) -> Option<Group> {
        let start = at(*route.first()?);
        let mut pieces: Vec<[Point; 3]> = curve(route).iter().map(|piece| piece.map(&at)).collect();
        let last = pieces.len().checked_sub(1)?;
        let before = last.checked_sub(1).map_or(start, |before| pieces[before][2]);
        let [_, control, tip] = pieces[last];
        // Where the line comes from: its last piece may be straight.
        let from = if control == tip { before } else { control };
        let head = Head::new(from, tip, HEAD.0 + HEAD.1 * (self.line.width - 1.0));
        pieces[last] = match head.base {
            // As it would be if it ended there.
            base if base.x == tip.x => {
                let y = (before.y + base.y) / 2.0;
                [Point { x: before.x, y }, Point { x: base.x, y }, base]
            }
            base => [pieces[last][0], control, base],
        };
        let mut steps = vec![Segment::Move(start)];
        steps.extend(pieces.into_iter().map(|[a, b, end]| Segment::Curve(a, b, end)));
        let mut shapes = vec![
            Shape::Path {
                steps,
                fill: None,
                line: Some(self.line),
            },
            head.shape(self.line.colour),
        ];
        if let Some(middle) = label.map(&at) {
            let top = middle.y - self.words.extent().height / 2.0;
            shapes.extend(self.words.shapes(middle.x, top, Anchor::Middle));
        }
        Some(Group {
            class: self.class,
            title: self.title.clone(),
            shapes,
        })
    }
}

/// The head of an arrow.
struct Head {
    tip: Point,
    /// The middle of the side that the line comes to.
    base: Point,
    /// Half of that side.
    half: (f64, f64),
}

impl Head {
    fn new(from: Point, tip: Point, length: f64) -> Self {
        let (dx, dy) = (tip.x - from.x, tip.y - from.y);
        let distance = dx.hypot(dy);
        // From above, if it comes from nowhere.
        let (dx, dy) = if distance > 0.0 {
            (dx / distance, dy / distance)
        } else {
            (0.0, 1.0)
        };
        Self {
            tip,
            base: Point {
                x: tip.x - dx * length,
                y: tip.y - dy * length,
            },
            half: (-dy * length * 0.4, dx * length * 0.4),
        }
    }

    fn shape(&self, colour: Colour) -> Shape {
        let (x, y) = self.half;
        let corner = |sign: f64| {
            Segment::Line(Point {
                x: self.base.x + sign * x,
                y: self.base.y + sign * y,
            })
        };
        Shape::Path {
            steps: vec![Segment::Move(self.tip), corner(1.0), corner(-1.0), Segment::Close],
            fill: Some(colour),
            line: None,
        }
    }
}
