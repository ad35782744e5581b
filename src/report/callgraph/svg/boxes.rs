//! What boxes look like: nodes, tags and the legend.

use super::words::Words;
use crate::graphics::{Anchor, Area, Colour, Group, Pen, Point, Segment, Shape, columns};
use crate::layout::Size;
use crate::report::callgraph::model::{NodeBox, TagBox};
use crate::report::callgraph::words::filled;

/// A point, in which font sizes are, in pixels.
const POINT: f64 = 4.0 / 3.0;
const TAG: f64 = 8.0 * POINT;
const LEGEND: f64 = 13.0;
/// Between letters and border.
const PADDING: (f64, f64) = (8.0, 6.0);
/// How deep the box of a tag looks.
const DEPTH: f64 = 4.0;
/// How many letters a line has at most, and a name lines. The tooltip has all of them.
const LONGEST: usize = 64;
const MOST_LINES: usize = 16;
/// Limits of the legend, in which there may be comments.
const LONGEST_LEGEND: usize = 120;
const MOST_LEGEND: usize = 40;

/// A box, without its place.
pub(in crate::report) struct Item {
    look: Look,
    title: String,
    words: Words,
}

enum Look {
    Node { fill: Colour, border: Pen },
    Tag,
    Legend,
}

/// How the text of a box is broken into lines.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::report) enum Breaks {
    /// A line for each part of a name, as pprof has them: boxes are narrow and high.
    Parts,
    /// Lines of up to so many letters: boxes are wide and low.
    Filled(usize),
}

impl Item {
    pub(in crate::report) fn node(node: &NodeBox<'_>, breaks: Breaks) -> Self {
        let label = &node.label;
        let function = match breaks {
            Breaks::Parts => label.function.clone(),
            Breaks::Filled(letters) => filled(&label.short, letters),
        };
        let name = [&label.address].into_iter().chain(&function).chain([&label.place]);
        let mut lines: Vec<String> = name.filter(|line| !line.is_empty()).cloned().collect();
        shorten(&mut lines, MOST_LINES);
        let values = node.values.join(" ");
        match breaks {
            Breaks::Filled(letters) if columns(&values) <= letters => lines.push(values),
            _ => lines.extend(node.values.iter().cloned()),
        }
        let border = Pen {
            colour: node.line,
            // Seen without colours too.
            width: 1.0 + 2.0 * node.share,
            dashed: false,
        };
        Self {
            look: Look::Node {
                fill: node.fill,
                border,
            },
            title: format!("{} ({})\n{}", node.name, node.cum, node.values.join(" ")),
            words: Words::new(lines, f64::from(node.font_size) * POINT, LONGEST),
        }
    }

    pub(in crate::report) fn tag(tag: &TagBox) -> Self {
        let mut lines = tag.lines.clone();
        shorten(&mut lines, MOST_LINES);
        Self {
            look: Look::Tag,
            title: format!("{} ({})", tag.lines.join(", "), tag.value),
            words: Words::new(lines, TAG, LONGEST),
        }
    }

    /// The lines may be cut within a character, and have lines of their own.
    pub(in crate::report) fn legend(lines: &[Vec<u8>]) -> Self {
        let text = String::from_utf8_lossy(&lines.join(&b'\n')).into_owned();
        let mut lines: Vec<String> = text.lines().map(|line| line.replace('\t', " ")).collect();
        shorten(&mut lines, MOST_LEGEND);
        Self {
            look: Look::Legend,
            title: String::new(),
            words: Words::new(lines, LEGEND, LONGEST_LEGEND),
        }
    }

    pub(in crate::report) fn size(&self) -> Size {
        let Size { width, height } = self.words.extent();
        let depth = match self.look {
            Look::Tag => DEPTH,
            Look::Node { .. } | Look::Legend => 0.0,
        };
        Size {
            width: width + 2.0 * PADDING.0 + depth,
            height: height + 2.0 * PADDING.1 + depth,
        }
    }

    pub(in crate::report) fn draw(&self, area: Area) -> Group {
        let black = Pen {
            colour: Colour::BLACK,
            width: 1.0,
            dashed: false,
        };
        let rect = |area: Area, fill: Colour, line: Pen| Shape::Rect {
            area,
            fill: Some(fill),
            line: Some(line),
        };
        let (class, mut shapes, front) = match self.look {
            Look::Node { fill, border } => ("node", vec![rect(area, fill, border)], area),
            Look::Legend => ("legend", vec![rect(area, PALE, black)], area),
            Look::Tag => {
                let front = Area {
                    y: area.y + DEPTH,
                    width: area.width - DEPTH,
                    height: area.height - DEPTH,
                    ..area
                };
                ("tag", vec![sides(area, black), rect(front, PALE, black)], front)
            }
        };
        let top = front.y + PADDING.1;
        match self.look {
            Look::Legend => shapes.extend(self.words.shapes(front.x + PADDING.0, top, Anchor::Start)),
            Look::Node { .. } | Look::Tag => {
                let middle = front.x + front.width / 2.0;
                shapes.extend(self.words.shapes(middle, top, Anchor::Middle));
            }
        }
        Group {
            class,
            title: self.title.clone(),
            shapes,
        }
    }
}

/// What has no value of its own.
const PALE: Colour = Colour(0xf8, 0xf8, 0xf8);

/// The upper and the right side of a box that is seen from there.
fn sides(area: Area, line: Pen) -> Shape {
    let point = |x: f64, y: f64| Point { x, y };
    let (right, bottom) = (area.x + area.width, area.y + area.height);
    let corner = point(right - DEPTH, area.y + DEPTH);
    let steps = vec![
        Segment::Move(point(area.x, area.y + DEPTH)),
        Segment::Line(point(area.x + DEPTH, area.y)),
        Segment::Line(point(right, area.y)),
        Segment::Line(point(right, bottom - DEPTH)),
        Segment::Line(point(right - DEPTH, bottom)),
        Segment::Line(corner),
        Segment::Line(point(right, area.y)),
        Segment::Line(corner),
        Segment::Close,
    ];
    Shape::Path {
        steps,
        fill: Some(PALE),
        line: Some(line),
    }
}

/// At most so many lines; `…` shows that there were more.
fn shorten(lines: &mut Vec<String>, most: usize) {
    if lines.len() > most {
        lines.truncate(most - 1);
        lines.push("…".into());
    }
}
