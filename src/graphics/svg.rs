//! Pictures as SVG: one self-contained file. All text goes through [`escaped`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Anchor, Colour, DASH, Group, Pen, Picture, Point, Segment, Shape, Text};

/// Fonts whose letters are no wider than those of the built-in font.
const FONTS: &str = "ui-monospace,'DejaVu Sans Mono','SFMono-Regular',Menlo,Consolas,'Liberation Mono',monospace";

pub(super) fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    // White space is preserved by the attribute in old programs, by the style in new ones.
    element(
        picture,
        "<style>text{white-space:pre}rect{shape-rendering:crispEdges}</style>\n",
        out,
    )
}

/// The root element; `first` comes first in it.
pub(super) fn element(picture: &Picture, first: &str, out: &mut dyn Write) -> io::Result<()> {
    let (width, height) = (Number(picture.width), Number(picture.height));
    let title = escaped(&picture.title);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"graphics-document document\" aria-label=\"{title}\" \
         font-family=\"{FONTS}\" xml:space=\"preserve\">\n\
         <title>{title}</title>\n{first}\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        picture.background
    )?;
    for group in &picture.groups {
        out.write_all(self::group(group).as_bytes())?;
    }
    out.write_all(b"</svg>\n")
}

fn group(group: &Group) -> String {
    let shapes: String = group.shapes.iter().map(shape).collect();
    if group.class.is_empty() && group.title.is_empty() {
        return shapes;
    }
    let class = match group.class {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    let title = match &*group.title {
        "" => String::new(),
        title => format!("<title>{}</title>\n", escaped(title)),
    };
    format!("<g{class}>{title}{shapes}</g>\n")
}

fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Rect { area, fill, line } => {
            let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(Number);
            let paint = paint(*fill, *line);
            format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{paint}/>\n")
        }
        Shape::Path { steps, fill, line } => {
            let mut way = String::new();
            for step in steps {
                // Writing to a string cannot fail.
                let _ = match step {
                    Segment::Move(to) => write!(way, "M{}", Place(*to)),
                    Segment::Line(to) => write!(way, "L{}", Place(*to)),
                    Segment::Curve(a, b, to) => write!(way, "C{} {} {}", Place(*a), Place(*b), Place(*to)),
                    Segment::Close => write!(way, "Z"),
                };
            }
            format!("<path d=\"{way}\"{}/>\n", paint(*fill, *line))
        }
        Shape::Text(text) => self::text(text),
    }
}

fn text(text: &Text) -> String {
    let (x, y, size) = (Number(text.at.x), Number(text.at.y), Number(text.size));
    let anchor = match text.anchor {
        Anchor::Start => String::new(),
        Anchor::Middle => " text-anchor=\"middle\"".into(),
        Anchor::Fit(width) => format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", Number(width)),
    };
    let colour = match text.colour {
        Colour::BLACK => String::new(),
        colour => format!(" fill=\"{colour}\""),
    };
    let bold = if text.bold { " font-weight=\"bold\"" } else { "" };
    let shown = escaped(&text.text);
    format!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{colour}{bold}>{shown}</text>\n")
}

fn paint(fill: Option<Colour>, line: Option<Pen>) -> String {
    let mut out = match fill {
        Some(colour) => format!(" fill=\"{colour}\""),
        None => " fill=\"none\"".into(),
    };
    if let Some(line) = line {
        let (colour, width) = (line.colour, Number(line.width));
        let _ = write!(out, " stroke=\"{colour}\" stroke-width=\"{width}\"");
        if line.dashed {
            let _ = write!(out, " stroke-dasharray=\"{} {}\"", DASH[0], DASH[1]);
        }
    }
    out
}

/// Formats a length with at most two decimals.
struct Number(f64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Avoids `-0`.
        write!(f, "{}", (self.0 * 100.0).round() / 100.0 + 0.0)
    }
}

struct Place(Point);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", Number(self.0.x), Number(self.0.y))
    }
}

/// Escapes text for elements and attributes, and drops the characters that XML cannot contain.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |char: char| match char {
        '&' | '<' | '>' | '"' | '\'' => false,
        _ => is_xml(char),
    };
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ if is_xml(char) => out.push(char),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
    Cow::Owned(out)
}

/// Source: the production `Char` of XML 1.0.
fn is_xml(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
