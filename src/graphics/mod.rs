//! Pictures: shapes and text on a page, and the file formats they are written in.
//!
//! Knows SVG, PNG and PDF, and the one built-in font; knows neither what a picture shows nor any file. Everything is
//! drawn with the few shapes that are here, so that the three formats look the same. Lengths are those of SVG, 96 per
//! inch; y grows downwards.

mod blocks;
mod font;
mod pdf;
mod png;
mod svg;

use std::fmt;
use std::io::{self, Write};

use rustc_hash::FxHashSet;

pub use blocks::blocks;
pub use font::{ADVANCE, columns};

/// A picture: groups of shapes, from the back to the front.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
    /// A description for those who cannot see it.
    pub title: String,
    /// The colour behind everything.
    pub background: Colour,
    /// The groups, from the back to the front.
    pub groups: Vec<Group>,
}

/// Shapes that share a tooltip.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Group {
    /// The class of the group in SVG; empty for none.
    pub class: &'static str,
    /// The tooltip, in formats that have them; empty for none.
    pub title: String,
    /// The shapes, from the back to the front.
    pub shapes: Vec<Shape>,
}

/// A shape.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// A rectangle.
    Rect {
        /// Position and size.
        area: Area,
        /// Fill colour, if it is filled.
        fill: Option<Colour>,
        /// Border, half of whose width lies outside.
        line: Option<Pen>,
    },
    /// Lines and curves.
    Path {
        /// The segments, in drawing order.
        steps: Vec<Segment>,
        /// Fill colour, if it is filled.
        fill: Option<Colour>,
        /// Stroke, if it has one.
        line: Option<Pen>,
    },
    /// A line of text.
    Text(Text),
}

/// A line of text.
#[derive(Clone, PartialEq, Debug)]
pub struct Text {
    /// Anchor point, on the baseline.
    pub at: Point,
    /// Which part of the text is at the anchor point.
    pub anchor: Anchor,
    /// Font size: the height of a line.
    pub size: f64,
    /// Colour of the letters.
    pub colour: Colour,
    /// Whether it is bold.
    pub bold: bool,
    /// The text.
    pub text: String,
}

/// Which part of the text is at its anchor point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// The start; the text is fitted to this width, whatever the font.
    Fit(f64),
}

/// A point.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A rectangle.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// A segment of a path.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Segment {
    /// Begins at this point.
    Move(Point),
    /// A straight line to this point.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Curve(Point, Point, Point),
    /// A straight line back to the beginning.
    Close,
}

/// How a line is stroked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pen {
    /// Its colour.
    pub colour: Colour,
    /// Width of the line.
    pub width: f64,
    /// Whether it is dashed.
    pub dashed: bool,
}

/// The lengths of a dash and of the gap after it.
const DASH: [f64; 2] = [4.0, 3.0];

/// How much wider the strokes of bold letters are, relative to the font size.
const BOLD: f64 = 0.045;

/// A colour: red, green and blue, 0 to 255.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Colour(pub u8, pub u8, pub u8);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(red, green, blue) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self(255, 255, 255);

    /// A mixture: `share` 0 is this colour, 1 is `other`.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The file format of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFormat {
    /// Text that every browser displays.
    Svg,
    /// Pixels.
    Png,
    /// A single page.
    Pdf,
}

impl FileFormat {
    /// Every format with the ending of its files.
    pub const ALL: [(&'static str, Self); 3] = [("svg", Self::Svg), ("png", Self::Png), ("pdf", Self::Pdf)];
}

impl Picture {
    /// The scale at which it is drawn in a format: 1, or less if it is too large for the format.
    pub fn shrunk(&self, format: FileFormat) -> f64 {
        match format {
            FileFormat::Svg => 1.0,
            FileFormat::Png => png::shrunk(self),
            FileFormat::Pdf => pdf::shrunk(self),
        }
    }

    /// The letters that a format's font lacks, each once, in order of appearance: boxes are drawn for them. Empty for
    /// SVG, which is drawn with the viewer's fonts.
    ///
    /// # Errors
    /// Those of reading the font.
    pub fn missing_letters(&self, format: FileFormat) -> io::Result<Vec<char>> {
        if format == FileFormat::Svg {
            return Ok(Vec::new());
        }
        let font = font::Font::new()?;
        let shapes = self.groups.iter().flat_map(|group| &group.shapes);
        let texts = shapes.filter_map(|shape| match shape {
            Shape::Text(text) => Some(&text.text),
            Shape::Rect { .. } | Shape::Path { .. } => None,
        });
        let mut met = FxHashSet::default();
        let letters = texts.flat_map(|text| text.chars()).filter(|char| met.insert(*char));
        Ok(letters.filter(|char| !font.has(*char)).collect())
    }

    /// Writes it as an SVG element for a web page, whose style should preserve white space in text and render
    /// rectangles with crisp edges.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_element(&self, out: &mut dyn Write) -> io::Result<()> {
        svg::element(self, "", out)
    }

    /// Writes it as a file in this format.
    ///
    /// # Errors
    /// Those of the writer, and [`io::ErrorKind::Other`] for a picture without a size.
    pub fn write(&self, format: FileFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            FileFormat::Svg => svg::write(self, out),
            FileFormat::Png => png::write(self, out),
            FileFormat::Pdf => pdf::write(self, out),
        }
    }
}
