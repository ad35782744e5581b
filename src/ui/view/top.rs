//! The table of functions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Outcome, TREE, View, parts};
use crate::report::{self, Align, COLUMNS, Column, ColumnId, Order, Row, SortDirection, TableContext, Value};
use crate::ui::keys::table::{Action, Movement};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::{bar, cursor::Cursor, paint};
use crate::ui::work::listing::{Listing, ListingColumn};
use crate::ui::work::query::Query;

/// The view's own state.
#[derive(Default)]
pub(super) struct Top {
    cursor: Cursor,
    /// Whether the selected function is among the rows: only then is there something under the cursor.
    is_listed: bool,
    /// The rows in another order than pprof's; see [`Top::rows`].
    sorted: Option<Vec<Row>>,
}

/// A column that has room.
struct Placed {
    column: &'static Column,
    /// Its first cell. The bar stands before the name and is part of its column.
    x: usize,
    width: usize,
}

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
            let Some(listing) = session.listing() else {
                return Outcome::Done;
            };
            let columns = placed(listing, body);
            let under = columns.iter().rev().find(|placed| usize::from(x) >= placed.x);
            let Some(by) = under.and_then(|placed| placed.column.orders_as()) else {
                return Outcome::Done;
            };
            return self.update(Action::SortBy(by), session, body);
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
}

fn head(session: &Session, theme: Theme, listing: &Listing, body: Rect) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for Placed { column, width, .. } in placed(listing, body) {
        let is_key = column.id == session.sort;
        let arrow = match (is_key, session.sort_direction) {
            (false, _) => "",
            (true, SortDirection::Forward) => "▼",
            (true, SortDirection::Reversed) => "▲",
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

fn row_line(
    session: &Session,
    theme: Theme,
    listing: &Listing,
    bars: &Bars,
    row: &Row,
    on_cursor: bool,
    body: Rect,
) -> Line<'static> {
    let context = TableContext {
        report: &listing.report,
    };
    let mut spans = vec![super::marker(on_cursor)];
    for Placed { column, width, .. } in placed(listing, body) {
        if column.align == Align::Right {
            let value = (column.value)(context, row);
            let style = match (on_cursor, value) {
                (true, _) => theme.text(),
                (false, Value::Amount(amount)) if amount != 0 => theme.value(),
                (false, _) => theme.quiet(),
            };
            let cell = column.shown(context, row);
            spans.push(Span::styled(format!("{:>width$} ", cell.trim()), style));
            continue;
        }
        let bar_width = bar_width(body);
        let share = bars.share(context, row);
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

/// Cells of the bar with the gap behind it.
fn bar_width(body: Rect) -> usize {
    match body.width {
        0..=59 => 0,
        60..=99 => 6,
        100..=159 => 13,
        _ => 25,
    }
}

/// What the bars before the names show: the amounts that order the rows; flat where the order is not by an amount.
struct Bars {
    column: Option<&'static Column>,
    largest: u64,
}

impl Bars {
    fn new(session: &Session, listing: &Listing) -> Self {
        let context = TableContext {
            report: &listing.report,
        };
        let mut columns = listing.columns.iter().map(|one| one.column);
        let mut bars = Self {
            column: columns.find(|column| column.id == session.sort),
            largest: 1,
        };
        let sizes = listing.rows.iter().map(|row| bars.amount(context, row).unsigned_abs());
        bars.largest = sizes.max().unwrap_or(0).max(1);
        bars
    }

    fn amount(&self, context: TableContext<'_>, row: &Row) -> i64 {
        let amount = self.column.and_then(|column| (column.value)(context, row).amount());
        amount.unwrap_or(row.flat)
    }

    /// The length of a row's bar, of 1 for the longest; negative where the amount is.
    fn share(&self, context: TableContext<'_>, row: &Row) -> f64 {
        self.amount(context, row) as f64 / self.largest as f64
    }
}

/// The columns that have room.
fn placed(listing: &Listing, body: Rect) -> Vec<Placed> {
    let room = usize::from(body.width);
    let mut shown = listing.columns.clone();
    // No wider than the screen: the unit of a value may be of any length.
    let width = |one: &ListingColumn| one.width.min(room);
    loop {
        let used: usize = shown.iter().map(|one| width(one) + 1).sum();
        let spare = shown.iter().map(|one| one.spare).max().unwrap_or(0);
        if used + MIN_NAME <= room || spare == 0 {
            break;
        }
        shown.retain(|one| one.spare != spare);
    }
    let mut x = 1;
    let mut columns = Vec::new();
    for one in shown {
        let (gap, width) = match one.column.align {
            Align::Left => (1, room.saturating_sub(x + 1)),
            Align::Right => (0, width(&one)),
        };
        columns.push(Placed {
            column: one.column,
            x: x + gap,
            width,
        });
        x += width + 1;
    }
    columns
}

/// The column that orders rows after this one.
fn next_order(sort: ColumnId) -> ColumnId {
    let columns = report::screen_columns(COLUMNS).into_iter().map(|(column, _)| column);
    let keys: Vec<ColumnId> = columns
        .filter(|column| matches!(column.order, Order::By(_)))
        .map(|column| column.id)
        .collect();
    let at = keys.iter().position(|&id| id == sort).map_or(0, |at| at + 1);
    keys.get(at % keys.len().max(1)).copied().unwrap_or(sort)
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
                session.sort = next_order(session.sort);
                session.sort_direction = SortDirection::Forward;
                self.order(session, body);
            }
            Action::SortBy(column) => {
                session.sort_direction = match column == session.sort {
                    true => session.sort_direction.turned(),
                    false => SortDirection::Forward,
                };
                session.sort = column;
                self.order(session, body);
            }
            Action::Reverse => {
                session.sort_direction = session.sort_direction.turned();
                self.order(session, body);
            }
            Action::Click(at) => return self.click(session, at.x, at.y, body),
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        self.order(session, body);
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        vec![Query::Rows(session.sample_type)]
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
        paint::line(buffer, parts.head, 0, &head(session, theme, listing, body));
        if rows.is_empty() {
            super::draw_empty(session, theme, parts.rows, buffer);
            return;
        }
        let bars = Bars::new(session, listing);
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
                &row_line(session, theme, listing, &bars, row, on_cursor, body),
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
