//! Lines of text in boxes and at arrows.

use crate::graphics::{ADVANCE, Anchor, Colour, Point, Shape, Text, columns};
use crate::layout::Size;

/// The height of a line, as a part of the size of its letters.
const LEADING: f64 = 1.25;
/// How far below the middle of a line letters stand, as a part of their size.
const BASELINE: f64 = 0.35;

/// Lines of text of one size, one below the other.
pub(in crate::report) struct Words {
    lines: Vec<String>,
    size: f64,
}

impl Words {
    /// Lines of at most so many letters: what is longer would only be in the way.
    pub(in crate::report) fn new(lines: impl IntoIterator<Item = String>, size: f64, longest: usize) -> Self {
        let lines = lines.into_iter().map(|line| cut(line, longest)).collect();
        Self { lines, size }
    }

    /// The room that they take, in whole numbers, with which a layout is exact.
    pub(in crate::report) fn extent(&self) -> Size {
        let widest = self.lines.iter().map(|line| columns(line)).max().unwrap_or(0);
        Size {
            width: (widest as f64 * ADVANCE * self.size).ceil(),
            height: (self.lines.len() as f64 * LEADING * self.size).ceil(),
        }
    }

    /// The lines from `top` down, all from `x` on or around it.
    pub(in crate::report) fn shapes(&self, x: f64, top: f64, anchor: Anchor) -> impl Iterator<Item = Shape> {
        self.lines.iter().enumerate().map(move |(at, line)| {
            let middle = (at as f64 + 0.5) * LEADING;
            Shape::Text(Text {
                at: Point {
                    x,
                    y: top + (middle + BASELINE) * self.size,
                },
                anchor,
                size: self.size,
                colour: Colour::BLACK,
                bold: false,
                text: line.clone(),
            })
        })
    }
}

/// A line of at most so many letters; `…` shows that it was longer.
fn cut(line: String, longest: usize) -> String {
    if columns(&line) <= longest {
        return line;
    }
    let mut out = String::new();
    for char in line.chars() {
        if columns(&out) + 2 > longest {
            break;
        }
        out.push(char);
    }
    out + "…"
}
