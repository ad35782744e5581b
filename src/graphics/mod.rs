//! Pictures: shapes and texts on a page, and how a file of them is written.
//!
//! Knows SVG, PNG and PDF, and the one font that is built in; not what a picture shows, and no file. Everything is
//! drawn with the few shapes that are here, so that the three formats show the same. Lengths are those of SVG, 96 to
//! the inch; y grows downwards.

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

/// What is drawn, from the back to the front.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
    /// What it is, for those who cannot see it.
    pub title: String,
    /// What is behind everything.
    pub background: Colour,
    /// What is on it.
    pub groups: Vec<Group>,
}

/// Shapes with one tooltip.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Group {
    /// What sort of thing; empty for none.
    pub class: &'static str,
    /// What is shown where the pointer is over it, in formats that can; empty for nothing.
    pub title: String,
    /// What it looks like.
    pub shapes: Vec<Shape>,
}

/// A thing to draw.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// A rectangle.
    Rect {
        /// Where.
        area: Area,
        /// What it is filled with.
        fill: Option<Colour>,
        /// Its border, half of which lies outside.
        line: Option<Pen>,
    },
    /// Lines and curves.
    Path {
        /// Where they go.
        steps: Vec<Segment>,
        /// What they are filled with.
        fill: Option<Colour>,
        /// What they are drawn with.
        line: Option<Pen>,
    },
    /// A line of text.
    Text(Text),
}

/// A line of text.
#[derive(Clone, PartialEq, Debug)]
pub struct Text {
    /// On the baseline.
    pub at: Point,
    /// Whether that is the start or the middle.
    pub anchor: Anchor,
    /// The height of a line of this font.
    pub size: f64,
    /// Of the letters.
    pub colour: Colour,
    /// Whether it is bold.
    pub bold: bool,
    /// What it says.
    pub text: String,
}

/// Which part of a text its place is that of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its start; and it takes this width, whatever the font.
    Fit(f64),
}

/// A place.
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
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// A piece of a path.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Segment {
    /// Begin here.
    Move(Point),
    /// A straight line to here.
    Line(Point),
    /// A cubic curve, as two control points and its end.
    Curve(Point, Point, Point),
    /// Back to where it began.
    Close,
}

/// What a line is drawn with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pen {
    /// Its colour.
    pub colour: Colour,
    /// How wide it is.
    pub width: f64,
    /// Whether it has gaps.
    pub dashed: bool,
}

/// The lengths of a dash and the gap behind it.
const DASH: [f64; 2] = [4.0, 3.0];

/// How much wider the strokes of bold letters are, as a part of the size.
const BOLD: f64 = 0.045;

/// Red, green and blue.
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

    /// Between this (0) and another (1).
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The format of a picture's file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFormat {
    /// Text that every browser shows.
    Svg,
    /// Pixels.
    Png,
    /// A page.
    Pdf,
}

impl FileFormat {
    /// Every format with the ending of its files.
    pub const ALL: [(&'static str, Self); 3] = [("svg", Self::Svg), ("png", Self::Png), ("pdf", Self::Pdf)];
}

impl Picture {
    /// At what part of its size it is drawn in a format; below 1 where it is too large for it.
    pub fn shrunk(&self, format: FileFormat) -> f64 {
        match format {
            FileFormat::Svg => 1.0,
            FileFormat::Png => png::shrunk(self),
            FileFormat::Pdf => pdf::shrunk(self),
        }
    }

    /// The letters that a format's font lacks, each once, in the order of the picture: boxes stand for them. None for
    /// SVG, which is drawn with the fonts of who looks at it.
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

    /// Writes it as an SVG element for a web page, whose style is to keep the blanks of its texts and the edges of its
    /// rectangles.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_element(&self, out: &mut dyn Write) -> io::Result<()> {
        svg::element(self, "", out)
    }

    /// Writes a file of it.
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
