//! A row of the table, and its head.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::columns::{MIN_NAME, Placed, bar_width};
use crate::report::{self, Align, COLUMNS, Column, Row, SortDirection, TableContext, Value};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::{details, name_spans};
use crate::ui::widget::list::Emphasis;
use crate::ui::widget::{bar, figure};
use crate::ui::work::listing::Listing;

/// Cells that a place has at least.
const MIN_PLACE: usize = 20;

pub(super) fn head(
    session: &Session,
    theme: Theme,
    context: TableContext<'_>,
    columns: &[Placed],
    body: Rect,
) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for &Placed { column, width, .. } in columns {
        let is_key = column.id == session.sort;
        let arrow = match (is_key, session.sort_direction) {
            (false, _) => "",
            (true, SortDirection::Forward) => "▼",
            (true, SortDirection::Reversed) => "▲",
        };
        let style = if is_key { theme.heading() } else { theme.quiet() };
        let text = format!("{arrow}{}", column.title(context));
        let text = if column.align == Align::Right {
            format!("{text:>width$} ")
        } else {
            let name = format!(" {:bar$}{text}", "", bar = bar_width(body));
            match place_width(body, width) {
                0 => name,
                place => format!("{name:<room$}at", room = width + 3 - place),
            }
        };
        spans.push(Span::styled(text, style));
    }
    Line::from(spans)
}

pub(super) fn row_line(
    session: &Session,
    theme: Theme,
    (context, columns): (TableContext<'_>, &[Placed]),
    bars: &Bars,
    row: &Row,
    emphasis: Emphasis,
    body: Rect,
) -> Line<'static> {
    let mut spans = vec![emphasis.marker()];
    for &Placed { column, width, .. } in columns {
        if column.align == Align::Right {
            let value = (column.value)(context, row);
            let style = match value {
                Value::Amount(amount) | Value::Change(amount) | Value::Rate(amount) if amount != 0 => {
                    emphasis.style(theme.value())
                }
                Value::Trend(_) => emphasis.bar(theme),
                _ => emphasis.style(theme.quiet()),
            };
            let cell = column.shown(context, row);
            let cell = figure::grouped(cell.trim());
            spans.push(Span::styled(format!("{cell:>width$} "), style));
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
        spans.push(Span::styled(drawn, emphasis.bar(theme)));
        let place = place_width(body, width);
        let room = width.saturating_sub(bar_width + place + row.inline.suffix().width());
        let name = name_spans(session, theme, &row.name, room, emphasis);
        let wide: usize = name.iter().map(Span::width).sum();
        spans.extend(name);
        spans.push(Span::styled(row.inline.suffix(), emphasis.style(theme.quiet())));
        if place > 0 {
            let gap = " ".repeat(room.saturating_sub(wide) + 2);
            let site = details::site(session, &row.name);
            let place = site.map_or_else(String::new, |site| site.cut(place - 2));
            spans.push(Span::styled(format!("{gap}{place}"), emphasis.style(theme.quiet())));
        }
    }
    Line::from(spans)
}

/// Cells of the line that matters most in a function, with the gap before it, in the column of names: there are some on
/// wide screens.
fn place_width(body: Rect, column: usize) -> usize {
    let column = column.saturating_sub(bar_width(body));
    let spare = column.saturating_sub(MIN_NAME);
    match usize::from(body.width) {
        0..=159 => 0,
        width if spare >= MIN_PLACE => (width / 3).min(72).min(spare).min(column / 2),
        _ => 0,
    }
}

/// What the bars before the names show: the amounts that order the rows; flat where the order is not by an amount.
pub(super) struct Bars {
    column: Option<&'static Column>,
    largest: u64,
}

impl Bars {
    pub(super) fn new(session: &Session, listing: &Listing, context: TableContext<'_>) -> Self {
        let mut columns = report::screen_columns(COLUMNS).into_iter().map(|(column, _)| column);
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
