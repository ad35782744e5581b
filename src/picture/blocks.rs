//! The characters that terminals draw bars, frames and plots with, as shapes that meet without a gap.

use super::{Area, Colour, Line, Point, Shape, Step};

/// What a block, box or braille character looks like in a cell on this background; `None` for a letter.
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
        _ => Some(arms(arms_of(char)?, cell, colour)),
    }
}

/// The quarters of a cell that a character fills, each by its upper left corner. Source: the names of the characters.
fn quarters(char: char) -> impl Iterator<Item = (f64, f64)> {
    // From the lowest bit on: upper left, upper right, lower left, lower right.
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

/// The dots of a braille character, each by its upper left corner: down the left column, down the right one, and the
/// two of the lowest row.
fn dots(bits: u32) -> impl Iterator<Item = (f64, f64)> {
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let set = (0..8).zip(places).filter(move |(bit, _)| bits >> bit & 1 == 1);
    set.map(|(_, (column, row))| (0.125 + 0.5 * f64::from(column), 0.0625 + 0.25 * f64::from(row)))
}

/// How thick the arms of a character are: up, right, down, left; 0 for none, 1 for light, 2 for heavy.
fn arms_of(char: char) -> Option<[u8; 4]> {
    let arms = match char {
        '─' | '╌' | '┄' | '┈' => [0, 1, 0, 1],
        '━' | '╍' | '┅' | '┉' => [0, 2, 0, 2],
        '│' | '╎' | '┆' | '┊' => [1, 0, 1, 0],
        '┃' | '╏' | '┇' | '┋' => [2, 0, 2, 0],
        '┌' => [0, 1, 1, 0],
        '┏' => [0, 2, 2, 0],
        '┐' => [0, 0, 1, 1],
        '┓' => [0, 0, 2, 2],
        '└' => [1, 1, 0, 0],
        '┗' => [2, 2, 0, 0],
        '┘' => [1, 0, 0, 1],
        '┛' => [2, 0, 0, 2],
        '├' => [1, 1, 1, 0],
        '┣' => [2, 2, 2, 0],
        '┤' => [1, 0, 1, 1],
        '┫' => [2, 0, 2, 2],
        '┬' => [0, 1, 1, 1],
        '┳' => [0, 2, 2, 2],
        '┴' => [1, 1, 0, 1],
        '┻' => [2, 2, 0, 2],
        '┼' => [1, 1, 1, 1],
        '╋' => [2, 2, 2, 2],
        '╴' => [0, 0, 0, 1],
        '╵' => [1, 0, 0, 0],
        '╶' => [0, 1, 0, 0],
        '╷' => [0, 0, 1, 0],
        '╸' => [0, 0, 0, 2],
        '╹' => [2, 0, 0, 0],
        '╺' => [0, 2, 0, 0],
        '╻' => [0, 0, 2, 0],
        _ => return None,
    };
    Some(arms)
}

/// How thick a light line is, as a part of a cell's width.
const LIGHT: f64 = 0.13;

/// From each side with an arm to the middle, and as far beyond it as the lines are thick. Arms that go on from each
/// other are one piece.
fn arms([up, right, down, left]: [u8; 4], cell: Area, colour: Colour) -> Vec<Shape> {
    let thick = |arm: u8| f64::from(arm) * LIGHT * cell.width;
    let half = thick(up.max(right).max(down).max(left)) / 2.0;
    let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
    let upright = |arm: u8, from: f64, to: f64| Area {
        x: x - thick(arm) / 2.0,
        y: from,
        width: thick(arm),
        height: to - from,
    };
    let level = |arm: u8, from: f64, to: f64| Area {
        x: from,
        y: y - thick(arm) / 2.0,
        width: to - from,
        height: thick(arm),
    };
    let (right_side, bottom) = (cell.x + cell.width, cell.y + cell.height);
    let mut areas = Vec::new();
    if up == down {
        areas.push(upright(up, cell.y, bottom));
    } else {
        areas.extend([upright(up, cell.y, y + half), upright(down, y - half, bottom)]);
    }
    if left == right {
        areas.push(level(left, cell.x, right_side));
    } else {
        areas.extend([level(left, cell.x, x + half), level(right, x - half, right_side)]);
    }
    areas.retain(|area| area.width > 0.0 && area.height > 0.0);
    let rect = |area: Area| Shape::Rect {
        area,
        fill: Some(colour),
        line: None,
    };
    areas.into_iter().map(rect).collect()
}

/// A round corner.
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
    // As wide as it is high.
    let turn = if end > y {
        y + cell.width / 2.0
    } else {
        y - cell.width / 2.0
    };
    let middle = Point { x, y };
    Shape::Path {
        steps: vec![
            Step::Move(Point { x, y: end }),
            Step::Line(Point { x, y: turn }),
            Step::Curve(middle, middle, Point { x: side, y }),
        ],
        fill: None,
        line: Some(Line {
            colour,
            width: LIGHT * cell.width,
            dashed: false,
        }),
    }
}
