//! The characters that terminals draw bars, frames and plots with, as shapes that meet without gaps.

use super::{Area, Colour, Pen, Point, Segment, Shape};

/// The shapes of a block, box or braille character in a cell with this background; `None` for any other character.
pub fn blocks(char: char, cell: Area, colour: Colour, background: Colour) -> Option<Vec<Shape>> {
    let part = |left: f64, top: f64, right: f64, bottom: f64| Area {
        x: cell.x + left * cell.width,
        y: cell.y + top * cell.height,
        width: (right - left) * cell.width,
        height: (bottom - top) * cell.height,
    };
    let filled = |areas: &[Area], colour: Colour| {
        let rect = |&area: &Area| Shape::Rect {
            area,
            fill: Some(colour),
            line: None,
        };
        Some(areas.iter().map(rect).collect())
    };
    let number = f64::from(char as u32 & 0xf);
    match char {
        '▀' => filled(&[part(0.0, 0.0, 1.0, 0.5)], colour),
        '▁'..='█' => filled(&[part(0.0, 1.0 - number / 8.0, 1.0, 1.0)], colour),
        '▉'..='▏' => filled(&[part(0.0, 0.0, (16.0 - number) / 8.0, 1.0)], colour),
        '▐' => filled(&[part(0.5, 0.0, 1.0, 1.0)], colour),
        '░' | '▒' | '▓' => filled(&[part(0.0, 0.0, 1.0, 1.0)], background.mixed(colour, number / 4.0)),
        '▔' => filled(&[part(0.0, 0.0, 1.0, 0.125)], colour),
        '▕' => filled(&[part(0.875, 0.0, 1.0, 1.0)], colour),
        '▖'..='▟' => {
            let quarters = quarters(char).map(|(x, y)| part(x, y, x + 0.5, y + 0.5));
            filled(&quarters.collect::<Vec<_>>(), colour)
        }
        '\u{2800}'..='\u{28ff}' => {
            let dots = dots(char as u32 - 0x2800).map(|(x, y)| part(x, y, x + 0.25, y + 0.125));
            filled(&dots.collect::<Vec<_>>(), colour)
        }
        '╭' | '╮' | '╯' | '╰' => Some(vec![corner(char, cell, colour)]),
        _ => Some(arms(arms_of(char)?, dashes(char), cell, colour)),
    }
}

/// The quarters of a cell that a character fills, each by its upper left corner. Source: the Unicode names.
fn quarters(char: char) -> impl Iterator<Item = (f64, f64)> {
    // From the lowest bit: upper left, upper right, lower left, lower right.
    let bits = match char {
        '▖' => 0b0100,
        '▗' => 0b1000,
        '▘' => 0b0001,
        '▙' => 0b1101,
        '▚' => 0b1001,
        '▛' => 0b0111,
        '▜' => 0b1011,
        '▝' => 0b0010,
        '▞' => 0b0110,
        _ => 0b1110,
    };
    let places = [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)];
    let is_set = move |(bit, place): (usize, (f64, f64))| (bits >> bit & 1 == 1).then_some(place);
    places.into_iter().enumerate().filter_map(is_set)
}

/// The dots of a braille character, each by its upper left corner: down the left column, down the right column, then the
/// two of the bottom row.
fn dots(bits: u32) -> impl Iterator<Item = (f64, f64)> {
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let set = (0..8).zip(places).filter(move |(bit, _)| bits >> bit & 1 == 1);
    set.map(|(_, (column, row))| (0.125 + 0.5 * f64::from(column), 0.0625 + 0.25 * f64::from(row)))
}

/// The arms of the characters from U+2500 on, a digit each: up, right, down, left; 0 for none, 1 for light, 2 for heavy,
/// 3 for double. Source: their Unicode names.
#[rustfmt::skip]
const ARMS: [u16; 128] = [
    0x0101, 0x0202, 0x1010, 0x2020, 0x0101, 0x0202, 0x1010, 0x2020,
    0x0101, 0x0202, 0x1010, 0x2020, 0x0110, 0x0210, 0x0120, 0x0220,
    0x0011, 0x0012, 0x0021, 0x0022, 0x1100, 0x1200, 0x2100, 0x2200,
    0x1001, 0x1002, 0x2001, 0x2002, 0x1110, 0x1210, 0x2110, 0x1120,
    0x2120, 0x2210, 0x1220, 0x2220, 0x1011, 0x1012, 0x2011, 0x1021,
    0x2021, 0x2012, 0x1022, 0x2022, 0x0111, 0x0112, 0x0211, 0x0212,
    0x0121, 0x0122, 0x0221, 0x0222, 0x1101, 0x1102, 0x1201, 0x1202,
    0x2101, 0x2102, 0x2201, 0x2202, 0x1111, 0x1112, 0x1211, 0x1212,
    0x2111, 0x1121, 0x2121, 0x2112, 0x2211, 0x1122, 0x1221, 0x2212,
    0x1222, 0x2122, 0x2221, 0x2222, 0x0101, 0x0202, 0x1010, 0x2020,
    0x0303, 0x3030, 0x0310, 0x0130, 0x0330, 0x0013, 0x0031, 0x0033,
    0x1300, 0x3100, 0x3300, 0x1003, 0x3001, 0x3003, 0x1310, 0x3130,
    0x3330, 0x1013, 0x3031, 0x3033, 0x0313, 0x0131, 0x0333, 0x1303,
    0x3101, 0x3303, 0x1313, 0x3131, 0x3333, 0x0000, 0x0000, 0x0000,
    0x0000, 0x0000, 0x0000, 0x0000, 0x0001, 0x1000, 0x0100, 0x0010,
    0x0002, 0x2000, 0x0200, 0x0020, 0x0201, 0x1020, 0x0102, 0x2010,
];

/// The arms of a character; `None` if it is not made of arms.
fn arms_of(char: char) -> Option<[u16; 4]> {
    let at = (char as usize).checked_sub(0x2500)?;
    let arms = ARMS.get(at).copied().filter(|arms| *arms != 0)?;
    Some([arms >> 12, arms >> 8 & 0xf, arms >> 4 & 0xf, arms & 0xf])
}

/// How many dashes there are in a cell.
fn dashes(char: char) -> usize {
    match char {
        '╌'..='╏' => 2,
        '┄'..='┇' => 3,
        '┈'..='┋' => 4,
        _ => 1,
    }
}

/// The width of a light line, and the distance of a double line's strokes from the middle, both relative to the cell's
/// width.
const LIGHT: f64 = 0.13;
const APART: f64 = 0.17;
const DOUBLE: u16 = 3;

/// Lines through a cell, or from its sides to its middle and on to the edges of the lines that they meet.
fn arms([up, right, down, left]: [u16; 4], dashes: usize, cell: Area, colour: Colour) -> Vec<Shape> {
    let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
    let unit = cell.width;
    let mut areas = Vec::new();
    for line in lines((left, right), (up, down), unit) {
        areas.extend(
            line.parts(cell.x, x, cell.x + cell.width, dashes)
                .map(|(from, to)| Area {
                    x: from,
                    y: y + line.across - line.thick / 2.0,
                    width: to - from,
                    height: line.thick,
                }),
        );
    }
    for line in lines((up, down), (left, right), unit) {
        areas.extend(
            line.parts(cell.y, y, cell.y + cell.height, dashes)
                .map(|(from, to)| Area {
                    x: x + line.across - line.thick / 2.0,
                    y: from,
                    width: line.thick,
                    height: to - from,
                }),
        );
    }
    let rect = |area: Area| Shape::Rect {
        area,
        fill: Some(colour),
        line: None,
    };
    areas.into_iter().map(rect).collect()
}

/// A line along an axis, on one or both sides of the middle.
struct Arm {
    /// Offset across the axis.
    across: f64,
    thick: f64,
    /// Where the part before the middle ends, and where the part after it begins, relative to the middle; `None`
    /// without that part.
    ends: Option<f64>,
    begins: Option<f64>,
}

impl Arm {
    /// The pieces to draw between two sides of a cell.
    fn parts(&self, start: f64, middle: f64, end: f64, dashes: usize) -> impl Iterator<Item = (f64, f64)> + use<> {
        let parts = match (self.ends, self.begins) {
            // The two parts meet, so it is one line.
            (Some(ends), Some(begins)) if begins <= ends => vec![(start, end)],
            (ends, begins) => {
                let first = ends.map(|ends| (start, middle + ends));
                first
                    .into_iter()
                    .chain(begins.map(|begins| (middle + begins, end)))
                    .collect()
            }
        };
        parts.into_iter().flat_map(move |(from, to)| {
            let step = (to - from) / dashes as f64;
            let dash = if dashes == 1 { step } else { step * 0.6 };
            (0..dashes)
                .map(move |at| from + step * at as f64)
                .map(move |from| (from, from + dash))
        })
    }
}

/// The lines along an axis, given its arms before and after the middle, and the arms of the other axis on either side.
fn lines((before, behind): (u16, u16), (one, other): (u16, u16), unit: f64) -> Vec<Arm> {
    let thick = |arm: u16| if arm == DOUBLE { LIGHT } else { f64::from(arm) * LIGHT } * unit;
    let is_crossed_twice = one == DOUBLE || other == DOUBLE;
    let reach = if is_crossed_twice { APART * unit } else { 0.0 } + thick(one).max(thick(other)) / 2.0;
    let mut lines = Vec::new();
    for weight in 1..=DOUBLE {
        let is = |arm: u16| arm == weight;
        if !is(before) && !is(behind) {
            continue;
        }
        let sides: &[f64] = if weight == DOUBLE { &[-1.0, 1.0] } else { &[0.0] };
        for &side in sides {
            // A double line is open where it meets a crossing line; a single line stops at the nearer of two.
            let is_open = match side {
                _ if weight == DOUBLE => (if side < 0.0 { one } else { other }) != 0,
                _ => one == DOUBLE && other == DOUBLE && before != behind,
            };
            let near = if is_crossed_twice {
                APART * unit - thick(1) / 2.0
            } else {
                0.0
            };
            let (ends, begins) = if is_open { (-near, near) } else { (reach, -reach) };
            lines.push(Arm {
                across: side * APART * unit,
                thick: thick(weight),
                ends: is(before).then_some(ends),
                begins: is(behind).then_some(begins),
            });
        }
    }
    lines
}

/// A rounded corner.
fn corner(char: char, cell: Area, colour: Colour) -> Shape {
    let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
    let side = match char {
        '╭' | '╰' => cell.x + cell.width,
        _ => cell.x,
    };
    let end = match char {
        '╭' | '╮' => cell.y + cell.height,
        _ => cell.y,
    };
    // A quarter circle: as wide as it is high.
    let turn = if end > y {
        y + cell.width / 2.0
    } else {
        y - cell.width / 2.0
    };
    let middle = Point { x, y };
    Shape::Path {
        steps: vec![
            Segment::Move(Point { x, y: end }),
            Segment::Line(Point { x, y: turn }),
            Segment::Curve(middle, middle, Point { x: side, y }),
        ],
        fill: None,
        line: Some(Pen {
            colour,
            width: LIGHT * cell.width,
            dashed: false,
        }),
    }
}
