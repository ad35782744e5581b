//! The table of functions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Outcome, TREE, View, parts};
use crate::report::{self, Align, COLUMNS, Row, SortKey};
use crate::ui::keys::table::{Action, Movement};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::{bar, cursor::Cursor, paint};
use crate::ui::work::answers::{Listing, Want};

/// The view's own state.
#[derive(Default)]
pub(super) struct Top {
    cursor: Cursor,
    /// Whether the selected function is among the rows: only then is there something under the cursor.
    is_listed: bool,
    /// The rows in another order than pprof's; see [`Top::rows`].
    sorted: Option<Vec<Row>>,
    /// Width of each column of numbers.
    widths: Vec<usize>,
}

/// Columns that are left out first where there is little room.
const SPARE: [&str; 4] = ["sum%", "flat%", "cum%", "cum"];
const MIN_NAME: usize = 30;

impl Top {
    fn rows<'s>(&'s self, listing: &'s Listing) -> &'s [Row] {
        self.sorted.as_deref().unwrap_or(&listing.rows)
    }

    /// Orders the rows again; the selected function stays selected.
    fn order(&mut self, session: &mut Session, body: Rect) {
        let Some(listing) = session.listing().cloned() else {
            return;
        };
        self.sorted = (!session.by_pprof()).then(|| session.sorted(&listing));
        let rows = self.rows(&listing);
        let at = rows.iter().position(|row| row.name == session.selected);
        let len = rows.len();
        self.is_listed = at.is_some();
        self.cursor
            .go(at.unwrap_or(0), len, usize::from(parts(body).rows.height));
    }

    fn select(&mut self, session: &mut Session, at: usize, body: Rect) {
        let Some(listing) = session.listing().cloned() else {
            return;
        };
        let rows = self.rows(&listing);
        if let Some(row) = rows.get(at) {
            session.selected = row.name.clone();
            let len = rows.len();
            self.is_listed = true;
            self.cursor.go(at, len, usize::from(parts(body).rows.height));
        }
    }

    fn click(&mut self, session: &mut Session, x: u16, y: u16, body: Rect) -> Outcome {
        let parts = parts(body);
        if parts.head.height > 0 && y == parts.head.y {
            let columns = self.columns(body);
            let Some(&(at, ..)) = columns.iter().rev().find(|(_, from, _)| usize::from(x) >= *from) else {
                return Outcome::Done;
            };
            return self.update(Action::SortBy(COLUMNS[at].sort), session, body);
        }
        let at = self.cursor.offset + usize::from(y.saturating_sub(parts.rows.y));
        if y < parts.rows.y || y >= parts.rows.bottom() {
            return Outcome::Done;
        }
        if at == self.cursor.at && self.is_listed {
            return Outcome::Go(TREE);
        }
        self.select(session, at, body);
        Outcome::Done
    }

    /// Columns that have room: (index, first cell, width). The bar stands before the name and is part of its column.
    fn columns(&self, body: Rect) -> Vec<(usize, usize, usize)> {
        let room = usize::from(body.width);
        let mut shown: Vec<usize> = (0..COLUMNS.len()).collect();
        // No wider than the screen: the unit of a value may be of any length.
        let width = |at: usize| self.widths.get(at).copied().unwrap_or(COLUMNS[at].width).min(room);
        for spare in SPARE {
            let used: usize = shown.iter().map(|&at| width(at) + 1).sum();
            if used + MIN_NAME <= room {
                break;
            }
            shown.retain(|&at| COLUMNS[at].head != spare);
        }
        let mut x = 1;
        let mut columns = Vec::new();
        for at in shown {
            let wide = if COLUMNS[at].align == Align::Left {
                room.saturating_sub(x + 1)
            } else {
                width(at)
            };
            let gap = usize::from(COLUMNS[at].align == Align::Left);
            columns.push((at, x + gap, wide));
            x += wide + 1;
        }
        columns
    }

    fn head(&self, session: &Session, theme: Theme, body: Rect) -> Line<'static> {
        let mut spans = vec![Span::raw(" ")];
        for (at, _, width) in self.columns(body) {
            let column = &COLUMNS[at];
            let is_key = column.head == ["flat", "cum", "name"][session.sort as usize];
            let arrow = match (is_key, session.reversed) {
                (false, _) => "",
                (true, false) => "▼",
                (true, true) => "▲",
            };
            let style = if is_key { theme.heading() } else { theme.quiet() };
            let text = format!("{arrow}{}", column.head);
            let text = if column.align == Align::Right {
                format!("{text:>width$} ")
            } else {
                format!(" {:bar$}{text}", "", bar = bar_width(body))
            };
            spans.push(Span::styled(text, style));
        }
        Line::from(spans)
    }

    fn row(
        &self,
        session: &Session,
        theme: Theme,
        listing: &Listing,
        row: &Row,
        on_cursor: bool,
        body: Rect,
    ) -> Line<'static> {
        let report = &listing.report;
        let mut spans = vec![super::marker(on_cursor)];
        for (at, _, width) in self.columns(body) {
            let column = &COLUMNS[at];
            if column.align == Align::Right {
                let value = match column.head {
                    "flat" => row.flat,
                    "cum" => row.cum,
                    _ => 0,
                };
                let style = match (on_cursor, value != 0) {
                    (true, _) => theme.text(),
                    (false, true) => theme.value(),
                    (false, false) => theme.quiet(),
                };
                let cell = (column.cell)(report, row);
                spans.push(Span::styled(format!("{:>width$} ", cell.trim()), style));
                continue;
            }
            let bar_width = bar_width(body);
            let (size, largest) = match session.sort {
                SortKey::Cum => (row.cum, largest(&listing.rows, |row| row.cum)),
                _ => (row.flat, largest(&listing.rows, |row| row.flat)),
            };
            let share = size as f64 / largest.max(1) as f64;
            let drawn = if bar_width > 1 {
                format!("{} ", bar::bar(share, bar_width - 1))
            } else {
                String::new()
            };
            spans.push(Span::raw(" "));
            spans.push(Span::styled(drawn, if on_cursor { theme.text() } else { theme.bar() }));
            let room = width.saturating_sub(bar_width + row.inline.suffix().width());
            spans.extend(super::name_spans(session, theme, &row.name, room, on_cursor));
            spans.push(Span::styled(
                row.inline.suffix(),
                if on_cursor { theme.text() } else { theme.quiet() },
            ));
        }
        Line::from(spans)
    }
}

/// Cells of the bar with the gap behind it.
fn bar_width(body: Rect) -> usize {
    match body.width {
        0..=59 => 0,
        60..=99 => 6,
        100..=159 => 13,
        _ => 25,
    }
}

fn largest(rows: &[Row], size: impl Fn(&Row) -> i64) -> u64 {
    rows.iter().map(|row| size(row).unsigned_abs()).max().unwrap_or(0)
}

impl View for Top {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let Some(listing) = session.listing().cloned() else {
            return Outcome::Ignored;
        };
        let len = self.rows(&listing).len();
        match action {
            Action::Move(step) => {
                // From nowhere the first step is to the first row.
                if self.is_listed || !matches!(step, Movement::Up | Movement::Down) {
                    self.cursor.step(step, len, usize::from(parts(body).rows.height));
                }
                self.select(session, self.cursor.at, body);
            }
            Action::NextMatch | Action::PreviousMatch => {
                let forward = action == Action::NextMatch;
                let rows = self.rows(&listing);
                let found = super::find_match(session, len, self.cursor.at, forward, |at| rows[at].name.clone());
                let which = found.map(|(at, which)| {
                    self.select(session, at, body);
                    which
                });
                return super::went_to_match(session, which);
            }
            Action::Enter => return Outcome::Go(TREE),
            Action::Sort => {
                session.sort = match session.sort {
                    SortKey::Flat => SortKey::Cum,
                    SortKey::Cum => SortKey::Name,
                    SortKey::Name => SortKey::Flat,
                };
                session.reversed = false;
                self.order(session, body);
            }
            Action::SortBy(key) => {
                session.reversed = key == session.sort && !session.reversed;
                session.sort = key;
                self.order(session, body);
            }
            Action::Reverse => {
                session.reversed = !session.reversed;
                self.order(session, body);
            }
            Action::Click(at) => return self.click(session, at.x, at.y, body),
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        self.order(session, body);
        let Some(listing) = session.listing() else { return };
        self.widths.clone_from(&listing.widths);
    }

    fn wants(&self, session: &Session) -> Vec<Want> {
        vec![Want::Rows(session.sample_type)]
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(listing) = session.listing() else { return };
        let parts = parts(body);
        let rows = self.rows(listing);
        let accounting = report::accounting(&listing.report).join(" · ");
        // Where the line is too long its first words are what one can do without.
        let short = accounting
            .strip_prefix("Showing nodes accounting for ")
            .unwrap_or(&accounting);
        let accounting = if accounting.width() < usize::from(body.width) {
            &accounting
        } else {
            short
        };
        paint::line(
            buffer,
            parts.title,
            0,
            &Line::styled(format!(" {accounting}"), theme.quiet()),
        );
        paint::line(buffer, parts.head, 0, &self.head(session, theme, body));
        if rows.is_empty() {
            super::draw_empty(session, theme, parts.rows, buffer);
            return;
        }
        let visible = rows
            .iter()
            .enumerate()
            .skip(self.cursor.offset)
            .take(usize::from(parts.rows.height));
        for (at, row) in visible {
            let on_cursor = at == self.cursor.at && self.is_listed;
            let y = (at - self.cursor.offset) as u16;
            if on_cursor {
                paint::style_row(buffer, parts.rows, y, theme.cursor());
            }
            paint::line(
                buffer,
                parts.rows,
                y,
                &self.row(session, theme, listing, row, on_cursor, body),
            );
        }
        super::draw_details(session, theme, parts.details, &session.selected, buffer);
        if self.is_listed {
            super::draw_position(theme, parts, self.cursor.offset, rows.len(), buffer);
        } else {
            let note = " not in this table: too small, or nothing of it here ";
            super::draw_note(theme, parts, note, buffer);
        }
    }
}
