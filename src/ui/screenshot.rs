//! A frame as a picture: what a terminal shows.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::graphics::{ADVANCE, Anchor, Area, Colour, Group, Picture, Point, Shape, Text, blocks};
use crate::ui::theme::{Ground, Tint, tint};

/// A cell, in whole numbers, so that blocks meet at pixels.
const WIDTH: f64 = 9.0;
const HEIGHT: f64 = 20.0;
/// As wide as a cell.
const SIZE: f64 = WIDTH / ADVANCE;
/// Where letters stand in a cell.
const BASELINE: f64 = 15.0;
const MARGIN: f64 = 12.0;

/// Text and what is behind it.
#[derive(Clone, Copy)]
struct Paper {
    text: Colour,
    background: Colour,
}

const DARK: Paper = Paper {
    text: Colour(0xd7, 0xda, 0xe0),
    background: Colour(0x16, 0x18, 0x1d),
};
const LIGHT: Paper = Paper {
    text: Colour(0x1f, 0x23, 0x28),
    background: Colour(0xff, 0xff, 0xff),
};

/// The sixteen colours of the terminal, in their usual order.
const COLOURS: [Colour; 16] = [
    Colour(0x0e, 0x10, 0x14),
    Colour(0xe0, 0x6c, 0x75),
    Colour(0x98, 0xc3, 0x79),
    Colour(0xe5, 0xc0, 0x7b),
    Colour(0x2f, 0x62, 0xb8),
    Colour(0xc6, 0x78, 0xdd),
    Colour(0x56, 0xb6, 0xc2),
    Colour(0xab, 0xb2, 0xbf),
    Colour(0x6b, 0x72, 0x80),
    Colour(0xff, 0x7b, 0x86),
    Colour(0xb5, 0xe8, 0x90),
    Colour(0xff, 0xd9, 0x8a),
    Colour(0x61, 0xaf, 0xef),
    Colour(0xd7, 0xa1, 0xee),
    Colour(0x7f, 0xd5, 0xe0),
    Colour(0xff, 0xff, 0xff),
];

/// How a cell looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    letters: Colour,
    background: Colour,
    bold: bool,
    underlined: bool,
}

impl Look {
    fn new(style: Style, paper: Paper) -> Self {
        let mut letters = colour(style.fg.unwrap_or_default(), paper.text);
        let mut background = colour(style.bg.unwrap_or_default(), paper.background);
        let has = |modifier: Modifier| style.add_modifier.contains(modifier);
        if has(Modifier::REVERSED) {
            std::mem::swap(&mut letters, &mut background);
        }
        Self {
            letters,
            background,
            bold: has(Modifier::BOLD),
            underlined: has(Modifier::UNDERLINED),
        }
    }
}

pub(super) fn picture(buffer: &Buffer, ground: Ground, title: String) -> Picture {
    let paper = if ground == Ground::Light { LIGHT } else { DARK };
    let rows = (0..buffer.area.height).map(|y| row(buffer, y, paper));
    let (backgrounds, letters): (Vec<_>, Vec<_>) = rows.unzip();
    // Letters may reach into the rows beside theirs.
    let shapes = backgrounds.into_iter().chain(letters).flatten();
    Picture {
        width: f64::from(buffer.area.width) * WIDTH + 2.0 * MARGIN,
        height: f64::from(buffer.area.height) * HEIGHT + 2.0 * MARGIN,
        title,
        background: paper.background,
        groups: vec![Group {
            shapes: shapes.collect(),
            ..Group::default()
        }],
    }
}

/// What is behind a row, and what is on it.
fn row(buffer: &Buffer, y: u16, paper: Paper) -> (Vec<Shape>, Vec<Shape>) {
    let mut behind = Vec::new();
    let mut marks = Vec::new();
    let mut texts: Vec<Run> = Vec::new();
    let mut x = 0;
    while let Some(cell) = buffer.cell((x, y)) {
        let columns = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        let look = Look::new(cell.style(), paper);
        let area = Area {
            x: MARGIN + f64::from(x) * WIDTH,
            y: MARGIN + f64::from(y) * HEIGHT,
            width: f64::from(columns) * WIDTH,
            height: HEIGHT,
        };
        if look.background != paper.background {
            push(&mut behind, area, look.background);
        }
        if look.underlined {
            let line = Area {
                y: area.y + HEIGHT - 3.0,
                height: 1.0,
                ..area
            };
            push(&mut marks, line, look.letters);
        }
        let mut chars = cell.symbol().chars();
        let only = chars.next().filter(|_| chars.next().is_none());
        match only.and_then(|char| blocks(char, area, look.letters, look.background)) {
            Some(shapes) => shapes.into_iter().for_each(|shape| match shape {
                Shape::Rect {
                    area,
                    fill: Some(fill),
                    line: None,
                } => push(&mut marks, area, fill),
                shape => marks.push(shape),
            }),
            None => write(&mut texts, cell.symbol(), area, look),
        }
        x += columns;
    }
    marks.extend(texts.into_iter().filter_map(Run::shape));
    (behind, marks)
}

/// Adds a rectangle, or makes the one to its left wider.
fn push(shapes: &mut Vec<Shape>, area: Area, colour: Colour) {
    if let Some(Shape::Rect {
        area: last,
        fill: Some(fill),
        ..
    }) = shapes.last_mut()
        && (last.y, last.height, *fill) == (area.y, area.height, colour)
        && (last.x + last.width - area.x).abs() < 1e-6
    {
        last.width += area.width;
        return;
    }
    shapes.push(Shape::Rect {
        area,
        fill: Some(colour),
        line: None,
    });
}

/// Letters of one look, without a gap.
struct Run {
    area: Area,
    look: Look,
    text: String,
}

/// Adds letters to the run that they continue; letters of more than a cell are a run of their own.
fn write(runs: &mut Vec<Run>, symbol: &str, area: Area, look: Look) {
    if let Some(run) = runs.last_mut()
        && (run.look.letters, run.look.bold) == (look.letters, look.bold)
        && run.area.x + run.area.width == area.x
        && symbol.is_ascii()
        && run.text.is_ascii()
    {
        run.area.width += area.width;
        run.text.push_str(symbol);
        return;
    }
    runs.push(Run {
        area,
        look,
        text: symbol.into(),
    });
}

impl Run {
    /// Without the blanks around it.
    fn shape(self) -> Option<Shape> {
        let end = self.text.trim_end();
        let text = end.trim_start();
        let cells = |bytes: usize| bytes as f64 * WIDTH;
        let (before, behind) = (cells(end.len() - text.len()), cells(self.text.len() - end.len()));
        (!text.is_empty()).then(|| {
            Shape::Text(Text {
                at: Point {
                    x: self.area.x + before,
                    y: self.area.y + BASELINE,
                },
                anchor: Anchor::Fit(self.area.width - before - behind),
                size: SIZE,
                colour: self.look.letters,
                bold: self.look.bold,
                text: text.into(),
            })
        })
    }
}

/// A colour of the terminal; its own colours are `own`.
fn colour(colour: Color, own: Colour) -> Colour {
    let number = match tint(colour) {
        Tint::Own => return own,
        Tint::Exact(red, green, blue) => return Colour(red, green, blue),
        Tint::Numbered(number) => number,
    };
    match number {
        0..16 => COLOURS[usize::from(number)],
        // A cube of six steps, then greys. Source: xterm's table.
        16..232 => {
            let step = |place: u8| match (number - 16) / place % 6 {
                0 => 0,
                step => 55 + 40 * step,
            };
            Colour(step(36), step(6), step(1))
        }
        232.. => {
            let grey = 8 + 10 * (number - 232);
            Colour(grey, grey, grey)
        }
    }
}
