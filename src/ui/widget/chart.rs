//! Lines over time, drawn with dots: two by four of them in a cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::paint;

/// A line of a chart.
pub(in super::super) struct Curve<'c> {
    /// Evenly spaced from the left to the right edge.
    pub(in super::super) values: &'c [f64],
    pub(in super::super) stroke: Stroke,
    pub(in super::super) style: Style,
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Stroke {
    Solid,
    Dotted,
}

/// Cells with the dots that are set in each.
struct Dots {
    columns: usize,
    rows: usize,
    cells: Vec<(u8, Style)>,
}

/// The bits of a cell's dots, by column and row: Unicode's order of Braille.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

impl Dots {
    fn set(&mut self, x: usize, y: usize, style: Style) {
        let (column, row) = (x / 2, y / 4);
        if column < self.columns && row < self.rows {
            let cell = &mut self.cells[row * self.columns + column];
            *cell = (cell.0 | BITS[x % 2][y % 4], style);
        }
    }
}

/// Draws lines from 0, or from the least value where that is below, to the largest; `label` says what a value is, at the
/// left edge. The first line is drawn last, over the others.
pub(in super::super) fn draw(
    curves: &[Curve<'_>],
    label: impl Fn(f64) -> String,
    quiet: Style,
    area: Rect,
    buffer: &mut Buffer,
) {
    let values = curves
        .iter()
        .flat_map(|curve| curve.values)
        .copied()
        .filter(|value| value.is_finite());
    let (least, largest) = values.fold((0.0_f64, 0.0_f64), |(least, largest), value| {
        (least.min(value), largest.max(value))
    });
    let rows = usize::from(area.height);
    if rows == 0 || largest <= least {
        return;
    }
    let labels = [largest, (least + largest) / 2.0, least].map(&label);
    let wide = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let left = wide + 3;
    let columns = usize::from(area.width).saturating_sub(left + 1);
    let mut dots = Dots {
        columns,
        rows,
        cells: vec![(0, Style::new()); columns * rows],
    };
    for curve in curves.iter().rev() {
        stroke(curve, (least, largest), &mut dots);
    }
    for row in 0..rows {
        let label = match row {
            0 => &labels[0],
            _ if row + 1 == rows => &labels[2],
            _ if rows >= 5 && row == rows / 2 => &labels[1],
            _ => "",
        };
        let mark = if label.is_empty() { '│' } else { '┤' };
        let mut line = Line::styled(format!(" {label:>wide$} {mark}"), quiet);
        for (set, style) in &dots.cells[row * columns..(row + 1) * columns] {
            let dot = char::from_u32(0x2800 + u32::from(*set)).filter(|_| *set != 0);
            line.push_span(Span::styled(dot.unwrap_or(' ').to_string(), *style));
        }
        paint::line(buffer, area, row as u16, &line);
    }
}

/// Sets the dots of a line, one in each column of dots, and those between it and the one before.
fn stroke(curve: &Curve<'_>, (least, largest): (f64, f64), dots: &mut Dots) {
    let (width, height) = (dots.columns * 2, dots.rows * 4);
    let last = curve.values.len().saturating_sub(1);
    let mut before: Option<usize> = None;
    for x in 0..width {
        let at = x as f64 / (width.saturating_sub(1)).max(1) as f64 * last as f64;
        let (low, part) = (at.floor() as usize, at.fract());
        let (Some(from), to) = (curve.values.get(low), curve.values.get(low + 1)) else {
            continue;
        };
        let value = to.map_or(*from, |to| from + (to - from) * part);
        if !value.is_finite() {
            before = None;
            continue;
        }
        let share = ((value - least) / (largest - least)).clamp(0.0, 1.0);
        let y = ((1.0 - share) * (height - 1) as f64).round() as usize;
        match curve.stroke {
            Stroke::Dotted if x % 3 != 0 => {}
            Stroke::Dotted => dots.set(x, y, curve.style),
            Stroke::Solid => {
                let from = before.unwrap_or(y);
                for y in from.min(y)..=from.max(y) {
                    dots.set(x, y, curve.style);
                }
            }
        }
        before = Some(y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[f64], (width, height): (u16, u16)) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let curve = Curve {
            values,
            stroke: Stroke::Solid,
            style: Style::new(),
        };
        draw(&[curve], |value| format!("{value}"), Style::new(), area, &mut buffer);
        let row = |y| (0..width).map(move |x| (x, y));
        (0..height)
            .map(|y| {
                row(y)
                    .map(|at| buffer[at].symbol().to_string())
                    .collect::<String>()
                    .trim_end()
                    .to_string()
            })
            .collect()
    }

    #[test]
    fn a_line_goes_from_the_first_value_to_the_last() {
        assert_eq!(drawn(&[0.0, 8.0], (9, 2)), [" 8 ┤  ⣠⠞", " 0 ┤⣠⠞⠁"], "upwards");
        assert_eq!(drawn(&[8.0, 8.0], (9, 2)), [" 8 ┤⠉⠉⠉⠉", " 0 ┤"], "level");
        assert_eq!(drawn(&[8.0], (9, 1)), [" 8 ┤⠉⠉⠉⠉"], "one value");
    }

    #[test]
    fn nothing_is_drawn_of_nothing_and_anywhere_of_anything() {
        for values in [
            &[][..],
            &[0.0],
            &[f64::NAN, f64::INFINITY],
            &[1.0, f64::NAN, -3.0],
            &[f64::MAX, f64::MIN],
        ] {
            for size in [(0, 0), (1, 1), (4, 1), (5, 3), (80, 24)] {
                drawn(values, size);
            }
        }
        assert_eq!(drawn(&[0.0, 0.0], (9, 2)), ["", ""]);
    }
}
