//! The font that is built in: outlines of its letters. All are equally wide, so that a text's width needs no font.

use std::io;

use ttf_parser::{Face, GlyphId, OutlineBuilder};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Point, Segment};

/// The width of a letter, as a part of the size: that of the font built in, and no less than that of most others with
/// letters of one width.
pub const ADVANCE: f64 = 1233.0 / 2048.0;

/// How many letters wide a text is.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The width of a text in a size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    columns(text) as f64 * ADVANCE * size
}

/// Letters as paths.
pub(super) struct Font {
    face: Face<'static>,
}

impl Font {
    pub(super) fn new() -> io::Result<Self> {
        let face = Face::parse(dejavu::sans_mono::regular(), 0).map_err(io::Error::other)?;
        Ok(Self { face })
    }

    /// The number of a letter's outline; none for one that the font lacks. A tab is a blank.
    fn glyph(&self, char: char) -> Option<GlyphId> {
        self.face.glyph_index(if char == '\t' { ' ' } else { char })
    }

    /// Whether the font has a letter.
    pub(super) fn has(&self, char: char) -> bool {
        self.glyph(char).is_some()
    }

    /// A letter's outline as a part of the size, from the baseline, and how far the next letter is from it. A box for
    /// one that the font lacks.
    pub(super) fn letter(&self, char: char) -> (Vec<Segment>, f64) {
        let columns = char.width().unwrap_or(1);
        let advance = columns as f64 * ADVANCE;
        let found = self.glyph(char);
        let unit = 1.0 / f64::from(self.face.units_per_em());
        let mut outline = Outline {
            steps: Vec::new(),
            last: Point::default(),
            unit,
            // The box in the middle; a mark over the letter before it.
            left: match columns {
                0 => -ADVANCE,
                _ => (advance - ADVANCE) / 2.0,
            },
        };
        // No outline: a blank.
        let _ = self.face.outline_glyph(found.unwrap_or(GlyphId(0)), &mut outline);
        (outline.steps, advance)
    }

    /// The letters of a text, each with where it begins: as parts of the size.
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

    /// A quadratic curve as a cubic one, whose control points are two thirds of the way to its own.
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
