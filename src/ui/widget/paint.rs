//! Putting text into a rectangle without ever writing outside of it.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::name;

/// Writes a line into row `row` of `area`; what does not fit ends in `…`.
pub(in super::super) fn line(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    let area = area.intersection(buffer.area);
    if row >= area.height || area.width == 0 {
        return;
    }
    let room = usize::from(area.width);
    let is_short = line.spans.iter().all(|span| span.content.len() <= name::LONGEST);
    if is_short && line.width() <= room {
        buffer.set_line(area.x, area.y + row, line, area.width);
        return;
    }
    buffer.set_line(area.x, area.y + row, &cut(line, room), area.width);
}

/// The line cut to a width, `…` at its end.
fn cut<'l>(line: &'l Line<'_>, width: usize) -> Line<'l> {
    let mut left = width;
    let mut spans = Vec::new();
    for span in &line.spans {
        if left == 0 {
            break;
        }
        let text = name::bounded(&span.content);
        let wide = text.width();
        if wide < left {
            spans.push(Span::styled(text, span.style));
            left -= wide;
        } else {
            spans.push(Span::styled(name::cut_end(&format!("{text}…"), left), span.style));
            left = 0;
        }
    }
    Line::from(spans)
}

/// Makes an area blank, styles included.
pub(in super::super) fn clear(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    for position in area.positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            cell.reset();
        }
    }
}

/// Sets the style of a whole row.
pub(in super::super) fn style_row(buffer: &mut Buffer, area: Rect, row: u16, style: Style) {
    let area = area.intersection(buffer.area);
    if row < area.height {
        buffer.set_style(
            Rect {
                y: area.y + row,
                height: 1,
                ..area
            },
            style,
        );
    }
}

/// Lines of text in the middle of an area: a heading and what it says.
pub(in super::super) fn middle(buffer: &mut Buffer, area: Rect, heading: Style, text: &[String]) {
    let width = usize::from(area.width).saturating_sub(4).clamp(1, 76);
    let wrapped: Vec<(bool, String)> = text
        .iter()
        .enumerate()
        .flat_map(|(at, text)| wrap(text, width).into_iter().map(move |line| (at == 0, line)))
        .collect();
    let widest = wrapped.iter().map(|(_, line)| line.width()).max().unwrap_or(0) as u16;
    let left = area.width.saturating_sub(widest) / 2;
    let top = (area.height.saturating_sub(wrapped.len() as u16) / 3).min(area.height.saturating_sub(1));
    let inner = Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    };
    for (row, (is_heading, text)) in wrapped.into_iter().enumerate() {
        let style = if is_heading { heading } else { Style::new() };
        line(
            buffer,
            inner,
            top.saturating_add(row as u16),
            &Line::styled(text, style),
        );
    }
}

/// Whether a line may not end between the two: a number and its unit, `60 s`, `46.9 MB`.
fn is_quantity(number: &str, unit: &str) -> bool {
    let unit = unit.trim_end_matches([',', ';', '.', ')', ':']);
    let is_unit = |letter: u8| letter.is_ascii_alphabetic() || letter == b'/';
    number.ends_with(|last: char| last.is_ascii_digit()) && (1..=6).contains(&unit.len()) && unit.bytes().all(is_unit)
}

/// Text in lines of at most `width` cells, broken between words.
pub(in super::super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut words: Vec<Cow<'_, str>> = Vec::new();
    for word in text.split(' ') {
        match words.last_mut() {
            Some(last) if is_quantity(last, word) => *last = format!("{last} {word}").into(),
            _ => words.push(word.into()),
        }
    }
    for word in words {
        let current = lines.len() - 1;
        if !lines[current].is_empty() && lines[current].width() + 1 + word.width() > width {
            lines.push(word.to_string());
        } else {
            if !lines[current].is_empty() {
                lines[current].push(' ');
            }
            lines[current].push_str(&word);
        }
    }
    lines
}
