//! The graph as it is read: boxes with their values, lines with theirs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::graph::cells::{Area, Ink, Side, Spot, Stroke, Weight, border, port};
use crate::ui::view::graph::model::{Diagram, Function};

/// How strong the frame of a box is: the more of the total it holds, the stronger.
fn frame(share: f64) -> Weight {
    match share.abs() {
        share if share >= 0.5 => Weight::Double,
        share if share >= 0.1 => Weight::Heavy,
        _ => Weight::Light,
    }
}

/// Draws the part of the picture in `window` into `area`.
pub(super) fn draw(
    session: &Session,
    theme: Theme,
    picture: &Diagram,
    selected: usize,
    area: Rect,
    window: Area,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    let mut paper = Paper { area, window, buffer };
    let canvas = &picture.canvas;
    let is_related = |link: usize| {
        let call = &picture.calls[link];
        call.from == selected || call.to == selected
    };
    let weight = |link: usize| if is_related(link) { Weight::Heavy } else { Weight::Light };
    let style = |link: usize| {
        if is_related(link) {
            theme.related()
        } else {
            theme.quiet()
        }
    };
    let ink = Ink::new(canvas, window, |link| Stroke {
        weight: weight(link),
        is_dotted: picture.calls[link].is_residual,
    });
    for y in window.y..window.bottom() {
        for x in window.x..window.right() {
            if let Some((glyph, link)) = ink.get(Spot { x, y }) {
                paper.put(Spot { x, y }, glyph, style(link));
            }
        }
    }
    for (link, label) in canvas.labels.iter().enumerate() {
        if let Some(spot) = label {
            let style = if is_related(link) { theme.value() } else { theme.quiet() };
            paper.text(*spot, &picture.calls[link].value, style);
        }
    }
    for (at, (function, place)) in picture.functions.iter().zip(&canvas.boxes).enumerate() {
        if place.meets(&window) {
            let mut card = card(session, theme, function, place, window.x - place.x);
            if at == selected {
                select(&mut card, theme);
            }
            paper.card(place, &card);
        }
    }
    for (link, path) in canvas.paths.iter().enumerate() {
        let call = &picture.calls[link];
        let (spot, side) = match path.is_upward {
            true => (path.corners.last(), Side::Up),
            false => (path.corners.first(), Side::Down),
        };
        if let Some(&spot) = spot {
            let glyph = port(frame(picture.functions[call.from].share), weight(link), side);
            paper.glyph(spot, glyph);
        }
    }
}

/// A box as it is drawn. Of a wide one the text is where the screen begins: `hidden` cells of it are to the left.
fn card(session: &Session, theme: Theme, function: &Function, place: &Area, hidden: i32) -> Buffer {
    let cells = |length: i32| u16::try_from(length).unwrap_or(0);
    let (width, height) = (cells(place.width), cells(place.height));
    let mut card = Buffer::empty(Rect::new(0, 0, width, height));
    if width < 4 || height < 4 {
        return card;
    }
    let heat = theme.heat(function.share);
    let [upper_left, upper_right, lower_right, lower_left, level, upright] = border(frame(function.share));
    let (right, bottom) = (width - 1, height - 1);
    for x in 1..right {
        card[(x, 0)].set_char(level).set_style(heat);
        card[(x, bottom)].set_char(level).set_style(heat);
    }
    for y in 1..bottom {
        card[(0, y)].set_char(upright).set_style(heat);
        card[(right, y)].set_char(upright).set_style(heat);
    }
    for (x, y, corner) in [
        (0, 0, upper_left),
        (right, 0, upper_right),
        (right, bottom, lower_right),
        (0, bottom, lower_left),
    ] {
        card[(x, y)].set_char(corner).set_style(heat);
    }
    let gap = 2 + function.percent.width();
    let text = function.label.width().max(function.values.width() + gap);
    let room = usize::from(width) - 4;
    let start = 2 + usize::try_from(hidden).unwrap_or(0).min(room.saturating_sub(text));
    let found = session
        .search
        .as_ref()
        .is_some_and(|search| search.is_match(&function.name));
    let name = if found { theme.found() } else { theme.function() };
    let mut write = |from: usize, y: u16, text: &str, style: Style| {
        let most = room + 2 - from.min(room + 2);
        card.set_stringn(u16::try_from(from).unwrap_or(u16::MAX), y, text, most, style);
    };
    write(start, 1, &function.label, name);
    write(start, 2, &function.values, theme.value());
    let end = start + text.min(room) - function.percent.width().min(room);
    write(end, 2, &function.percent, heat);
    card
}

/// Shows a box as the selected one.
fn select(card: &mut Buffer, theme: Theme) {
    for y in 1..card.area.height.saturating_sub(1) {
        card[(0, y)].set_char('▌');
    }
    card.set_style(card.area, theme.cursor().add_modifier(Modifier::BOLD));
}

/// The screen as a window on the canvas.
struct Paper<'b> {
    area: Rect,
    window: Area,
    buffer: &'b mut Buffer,
}

impl Paper<'_> {
    /// The cell of the screen that shows a cell of the canvas.
    fn place(&self, spot: Spot) -> Option<(u16, u16)> {
        let x = u16::try_from(spot.x - self.window.x)
            .ok()
            .filter(|x| *x < self.area.width)?;
        let y = u16::try_from(spot.y - self.window.y)
            .ok()
            .filter(|y| *y < self.area.height)?;
        Some((self.area.x + x, self.area.y + y))
    }

    fn put(&mut self, spot: Spot, glyph: char, style: Style) {
        if let Some(place) = self.place(spot) {
            self.buffer[place].set_char(glyph).set_style(style);
        }
    }

    /// Another character in the style that is there.
    fn glyph(&mut self, spot: Spot, glyph: char) {
        if let Some(place) = self.place(spot) {
            self.buffer[place].set_char(glyph);
        }
    }

    fn text(&mut self, spot: Spot, text: &str, style: Style) {
        let width = u16::try_from(text.width()).unwrap_or(0);
        let mut card = Buffer::empty(Rect::new(0, 0, width, 1));
        card.set_stringn(0, 0, text, usize::from(width), style);
        self.card(
            &Area {
                x: spot.x,
                y: spot.y,
                width: i32::from(width),
                height: 1,
            },
            &card,
        );
    }

    /// Copies what of a card is in the window.
    fn card(&mut self, place: &Area, card: &Buffer) {
        for position in card.area.positions() {
            let spot = Spot {
                x: place.x + i32::from(position.x),
                y: place.y + i32::from(position.y),
            };
            let Some(to) = self.place(spot) else { continue };
            let cell = &card[position];
            self.buffer[to] = cell.clone();
            // Half of a wide character is a blank.
            if to.0 + cell.symbol().width() as u16 > self.area.right() {
                self.buffer[to].set_char(' ');
            }
        }
    }
}
