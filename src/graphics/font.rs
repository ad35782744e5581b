//! The built-in font: outlines of its glyphs. It is monospaced, so that the width of text does not depend on its letters.

use std::io;

use ttf_parser::{Face, GlyphId, OutlineBuilder};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Point, Segment};

/// The width of a letter relative to the font size: that of the built-in font, and no less than that of most other
/// monospaced fonts.
pub const ADVANCE: f64 = 1233.0 / 2048.0;

/// The width of text in letters.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The width of text at a font size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    columns(text) as f64 * ADVANCE * size
}

/// Provides letters as paths.
pub(super) struct Font {
    face: Face<'static>,
}

impl Font {
    pub(super) fn new() -> io::Result<Self> {
        let face = Face::parse(dejavu::sans_mono::regular(), 0).map_err(io::Error::other)?;
        Ok(Self { face })
    }

    /// The index of a letter's outline; `None` if the font lacks it. A tab counts as a space.
    fn glyph(&self, char: char) -> Option<GlyphId> {
        self.face.glyph_index(if char == '\t' { ' ' } else { char })
    }

    /// Whether the font has a letter.
    pub(super) fn has(&self, char: char) -> bool {
        self.glyph(char).is_some()
    }

    /// A letter's outline, relative to the font size and to its origin on the baseline, and its advance. A box if the font
    /// lacks the letter.
    pub(super) fn letter(&self, char: char) -> (Vec<Segment>, f64) {
        let columns = char.width().unwrap_or(1);
        let advance = columns as f64 * ADVANCE;
        let found = self.glyph(char);
        let unit = 1.0 / f64::from(self.face.units_per_em());
        let mut outline = Outline {
            steps: Vec::new(),
            last: Point::default(),
            unit,
            // The box is centred; a combining mark goes over the letter before it.
            left: match columns {
                0 => -ADVANCE,
                _ => (advance - ADVANCE) / 2.0,
            },
        };
        // A space has no outline.
        let _ = self.face.outline_glyph(found.unwrap_or(GlyphId(0)), &mut outline);
        (outline.steps, advance)
    }

    /// The letters of some text, each with its start relative to the font size.
    pub(super) fn letters(&self, text: &str) -> impl Iterator<Item = (f64, Vec<Segment>)> {
        text.chars().scan(0.0, |x, char| {
            let (steps, advance) = self.letter(char);
            let at = *x;
            *x += advance;
            Some((at, steps))
        })
    }
}

struct Outline {
    steps: Vec<Segment>,
    last: Point,
    unit: f64,
    left: f64,
}

impl Outline {
    fn point(&self, x: f32, y: f32) -> Point {
        Point {
            x: f64::from(x) * self.unit + self.left,
            y: -f64::from(y) * self.unit,
        }
    }

    fn push(&mut self, step: Segment, last: Point) {
        self.steps.push(step);
        self.last = last;
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.point(x, y);
        self.push(Segment::Move(to), to);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.point(x, y);
        self.push(Segment::Line(to), to);
    }

    /// Converts a quadratic curve to a cubic one, whose control points are two thirds of the way to the quadratic one's.
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.point(x1, y1), self.point(x, y));
        let towards = |from: Point| Point {
            x: from.x + (control.x - from.x) * 2.0 / 3.0,
            y: from.y + (control.y - from.y) * 2.0 / 3.0,
        };
        self.push(Segment::Curve(towards(self.last), towards(to), to), to);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let to = self.point(x, y);
        self.push(Segment::Curve(self.point(x1, y1), self.point(x2, y2), to), to);
    }

    fn close(&mut self) {
        self.steps.push(Segment::Close);
    }
}
