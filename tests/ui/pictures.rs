//! Pictures of frames show the frames: each text where it is in the frame, and everything else as a shape.

use heaptui::graphics::FileFormat;
use heaptui::ui::{self, Colours};
use roxmltree::{Document, Node};
use unicode_width::UnicodeWidthChar;

use super::cases::CASES;
use super::setup;

/// Columns and rows to pixels: the size of a cell, the margin, and where letters stand in a cell.
const CELL: (f64, f64) = (9.0, 20.0);
const MARGIN: f64 = 12.0;
const BASELINE: f64 = 15.0;

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name)
        .and_then(|value| value.parse().ok())
        .expect("a number")
}

/// The characters of a frame's line, each at its column; nothing behind a wide one.
fn cells(line: &str, columns: usize) -> Vec<Option<char>> {
    let of = |char: char| std::iter::once(Some(char)).chain((1..char.width().unwrap_or(1)).map(|_| None));
    let mut cells: Vec<_> = line.chars().flat_map(of).collect();
    cells.resize(columns, Some(' '));
    cells
}

/// What is drawn, not written: boxes, blocks, braille.
fn is_shape(char: char) -> bool {
    ('\u{2500}'..='\u{259f}').contains(&char) || ('\u{2800}'..='\u{28ff}').contains(&char)
}

#[test]
fn pictures_show_the_frame() {
    for (name, fixture, size, keys) in CASES.iter().filter(|(.., (columns, _), _)| *columns <= 120) {
        // Marks that take no cell of their own are part of the character before them.
        if name.starts_with("hostile") {
            continue;
        }
        let frame = ui::print(&setup(fixture, keys, Colours::DARK), *size).expect("a frame");
        let columns = usize::from(size.0);
        let mut left: Vec<Vec<Option<char>>> = frame.lines().map(|line| cells(line, columns)).collect();
        let mut svg = Vec::new();
        let picture = ui::picture(&setup(fixture, keys, Colours::DARK), *size).expect("a picture");
        picture.write(FileFormat::Svg, &mut svg).expect("a vector takes all");
        let svg = String::from_utf8(svg).expect("text");
        let document = Document::parse(&svg).expect("XML");
        let label = document.root_element().attribute("aria-label");
        assert!(label.is_some_and(|label| label.starts_with("heaptui on ")), "{name}");
        for text in document.descendants().filter(|node| node.has_tag_name("text")) {
            let column = ((number(text, "x") - MARGIN) / CELL.0).round() as usize;
            let row = ((number(text, "y") - MARGIN - BASELINE) / CELL.1).round() as usize;
            let mut at = column;
            for char in text.text().unwrap_or_default().chars() {
                assert_eq!(left[row][at].replace(' '), Some(char), "{name}: row {row}, column {at}");
                at += char.width().unwrap_or(1);
            }
            let width = (at - column) as f64 * CELL.0;
            assert_eq!(
                number(text, "textLength"),
                width,
                "{name}: {text:?} is as wide as its cells"
            );
        }
        for (row, line) in left.iter().enumerate() {
            let lost = line.iter().flatten().find(|char| **char != ' ' && !is_shape(**char));
            assert_eq!(lost, None, "{name}: row {row} is all in the picture");
        }
    }
}
