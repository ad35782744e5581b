//! The table of functions.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Outcome, View, ViewId, parts, tree};
use crate::report::{self, Align, COLUMNS, Column, ColumnId, Order, Row, SortDirection, TableContext, Value, When};
use crate::ui::keys::action::Action;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Clicked, Emphasis, List, Tally};
use crate::ui::widget::{bar, figure, name, paint};
use crate::ui::work::listing::{Listing, ListingColumn};
use crate::ui::work::query::Query;

pub(in crate::ui) const ID: ViewId = ViewId("top");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Top {
    /// Idle where the selected function is not among the rows.
    list: List,
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

/// Cells that a name has behind its bar before columns give way.
const MIN_NAME: usize = 30;
/// Cells that a place has at least.
const MIN_PLACE: usize = 20;
/// By so much columns are more to be spared beside those on churn.
const BESIDE_CHURN: u8 = 10;
/// Cells at the end of the title that say which rows are in view.
const POSITION: usize = 20;

impl Top {
    fn rows<'s>(&'s self, listing: &'s Listing) -> &'s [Row] {
        self.sorted.as_deref().unwrap_or(&listing.rows)
    }

    /// Where the rows are: below the line that says where the selected function is if it is not among them.
    fn rows_area(&self, body: Rect) -> Rect {
        match self.list.selected() {
            Some(_) => parts(body).rows,
            None => below_note(parts(body).rows),
        }
    }

    /// Orders the rows again; the selected function stays selected.
    fn order(&mut self, session: &mut Session, body: Rect) {
        let Some(listing) = session.listing().cloned() else {
            return;
        };
        session.settle();
        self.sorted = (!session.by_pprof()).then(|| session.sorted(&listing));
        let rows = self.rows(&listing);
        let at = rows.iter().position(|row| row.name == session.selected);
        let len = rows.len();
        match at {
            Some(at) => self.list.go(at, len, parts(body).rows),
            None => self.list.idle(len, below_note(parts(body).rows)),
        }
    }

    /// Selects the function of the row that the cursor is on.
    fn select(&mut self, session: &mut Session, listing: &Listing) {
        if let Some(row) = self.list.selected().and_then(|at| self.rows(listing).get(at)) {
            session.choose(row.name.clone());
        }
    }

    fn click(&mut self, at: Position, session: &mut Session, listing: &Listing, body: Rect) -> Outcome {
        let parts = parts(body);
        if parts.head.height > 0 && at.y == parts.head.y {
            let columns = placed(session, listing, body);
            let under = columns.iter().rev().find(|placed| usize::from(at.x) >= placed.x);
            return match under.and_then(|placed| placed.column.orders_as()) {
                Some(by) => self.update(Action::SortBy(by), session, body),
                None => Outcome::Done,
            };
        }
        match self.list.click(at, self.rows(listing).len(), self.rows_area(body)) {
            Clicked::Again => return Outcome::Go(tree::ID),
            Clicked::Moved => self.select(session, listing),
            Clicked::Nothing => {}
        }
        Outcome::Done
    }
}

/// What is left of an area below a line.
fn below_note(area: Rect) -> Rect {
    let line = area.height.min(1);
    Rect {
        y: area.y + line,
        height: area.height - line,
        ..area
    }
}

/// Why the selected function is not in the table, said where the cursor would be.
fn note(session: &Session, listing: &Listing) -> String {
    let name = &session.selected[name::function_start(&session.selected)..];
    let options = &session.options;
    match listing.by_name.contains_key(&session.selected) {
        _ if !listing.is_whole => format!("▌{name}"),
        true if options.trim && options.node_count > 0 => {
            format!("▌{name} is too small for this table; :trim=false shows everything")
        }
        true => format!(
            "▌{name} is below nodefraction={}; :nodefraction=0 shows it",
            options.node_fraction
        ),
        false => {
            let kind = listing.report.profile.type_name(listing.report.sample_type);
            format!("▌{name} has no {kind} here")
        }
    }
}

fn head(session: &Session, theme: Theme, context: TableContext<'_>, columns: &[Placed], body: Rect) -> Line<'static> {
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

fn row_line(
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
        let name = super::name_spans(session, theme, &row.name, room, emphasis);
        let wide: usize = name.iter().map(Span::width).sum();
        spans.extend(name);
        spans.push(Span::styled(row.inline.suffix(), emphasis.style(theme.quiet())));
        if place > 0 {
            let gap = " ".repeat(room.saturating_sub(wide) + 2);
            let site = super::details::site(session, &row.name);
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
    fn new(session: &Session, listing: &Listing, context: TableContext<'_>) -> Self {
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

/// Whether the configuration leaves a column in.
fn is_chosen(session: &Session, column: &Column) -> bool {
    let chosen = &session.columns;
    // A key asks for columns on churn; whoever chose some of them has those.
    let by_key = column.shown == When::Churn && !report::are_on_churn(chosen);
    chosen.is_empty() || column.align == Align::Left || by_key || chosen.contains(&column.id)
}

/// The columns that have room.
fn placed(session: &Session, listing: &Listing, body: Rect) -> Vec<Placed> {
    let room = usize::from(body.width);
    let mut shown = columns(session, listing, body);
    shown.retain(|one| is_chosen(session, one.column));
    // No wider than the screen: the unit of a value may be of any length.
    let width = |one: &ListingColumn| one.width.min(room);
    loop {
        let used: usize = shown.iter().map(|one| width(one) + 1).sum();
        let spare = shown.iter().map(|one| one.spare).max().unwrap_or(0);
        if used + bar_width(body) + MIN_NAME <= room || spare == 0 {
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

/// Columns with what they would like to have: those of the listing and, among them, those of a series.
fn columns(session: &Session, listing: &Listing, body: Rect) -> Vec<ListingColumn> {
    let known = session.over_time(&listing.report, trend_width(body));
    let context = session.context(listing, known.as_ref());
    if context.over_time.is_none() && context.churn.is_none() {
        return listing.columns.clone();
    }
    let all = report::screen_columns(COLUMNS).into_iter();
    all.filter(|(column, _)| column.applies(context))
        .map(|(column, place)| {
            let known = listing.columns.iter().find(|known| known.column.id == column.id);
            let mut one = known
                .copied()
                .unwrap_or_else(|| ListingColumn::new(column, place, context, &listing.rows));
            let stays = column.align == Align::Left || column.id == ColumnId::Flat || column.shown == When::Churn;
            if context.over_time.is_some() {
                one.width = one.width.max(steady_width(column.id, body));
            }
            // What was asked for stays longest.
            one.spare += if context.churn.is_none() || stays {
                0
            } else {
                BESIDE_CHURN
            };
            one
        })
        .collect()
}

/// Cells that a column has at least over time, so that none comes or goes while amounts grow.
fn steady_width(column: ColumnId, body: Rect) -> usize {
    match column {
        ColumnId::Flat | ColumnId::Cum => "999.99MB".len(),
        ColumnId::Change | ColumnId::PerMinute => "+999.99MB".len(),
        ColumnId::Trend => trend_width(body),
        _ => 0,
    }
}

/// Cells of a trend.
fn trend_width(body: Rect) -> usize {
    match body.width {
        0..=109 => 10,
        _ => 20,
    }
}

/// The column that orders rows after this one.
fn next_order(sort: ColumnId, context: TableContext<'_>) -> ColumnId {
    let columns = report::screen_columns(COLUMNS).into_iter().map(|(column, _)| column);
    let keys: Vec<ColumnId> = columns
        .filter(|column| matches!(column.order, Order::By(_)) && column.applies(context))
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
                self.list.step(step, len, parts(body).rows);
                self.select(session, &listing);
            }
            Action::Match(toward) => {
                let rows = self.rows(&listing);
                let found = super::find_match(session, len, self.list.at(), toward, |at| rows[at].name.clone());
                if let Some(found) = found {
                    self.list.go(found.at, len, parts(body).rows);
                    self.select(session, &listing);
                }
                return super::went_to_match(session, found);
            }
            Action::Enter => return Outcome::Go(tree::ID),
            Action::Sort => {
                let known = session.over_time(&listing.report, 1);
                let next = next_order(session.sort, session.context(&listing, known.as_ref()));
                session.sort = next;
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
            Action::Churn => {
                if listing.is_whole && listing.churn.is_none() {
                    return Outcome::Say("Churn is told of Go's heap profiles, in use or allocated.".into());
                }
                session.shows_churn = !session.shows_churn;
                self.order(session, body);
                let rates = "Rates and ages need a watch (w), a second profile, or the debug=1 text.";
                let is_timeless = listing.churn.as_ref().is_some_and(|churn| churn.seconds().is_none());
                let known = session.over_time(&listing.report, 1);
                if session.shows_churn && is_timeless && known.is_none() {
                    return Outcome::Say(rates.into());
                }
            }
            Action::Reverse => {
                session.sort_direction = session.sort_direction.turned();
                self.order(session, body);
            }
            Action::Click(at) => return self.click(at, session, &listing, body),
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

    fn word(&self, action: Action, session: &Session) -> Option<String> {
        let listing = session.listing().filter(|_| action == Action::Sort)?;
        let known = session.over_time(&listing.report, 1);
        let context = session.context(listing, known.as_ref());
        let next = next_order(session.sort, context);
        let column = COLUMNS.iter().find(|column| column.id == next)?;
        Some(format!("by {}", column.title(context)))
    }

    fn columns(&self, session: &Session) -> Vec<ColumnId> {
        let Some(listing) = session.listing() else {
            return Vec::new();
        };
        let known = session.over_time(&listing.report, 1);
        let context = session.context(listing, known.as_ref());
        let columns = report::screen_columns(COLUMNS).into_iter().map(|(column, _)| column);
        let shown = columns.filter(|column| column.applies(context) && is_chosen(session, column));
        shown.map(|column| column.id).collect()
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let rows = self.rows(session.listing()?);
        let matches = super::matches(session, rows.len(), |at| rows[at].name.clone())?;
        Some(Tally::new(&matches, self.list.selected()))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(listing) = session.listing() else { return };
        let body = super::beside_bar(body);
        let parts = parts(body);
        let rows = self.rows(listing);
        let accounting = report::accounting(&listing.report).join(" · ");
        // The total is in the header; of a comparison it is something else.
        let total = format!(" of {} total", listing.report.format.value(listing.report.total));
        let whole = match listing.is_comparison() {
            true => format!(" of {}", listing.total_in_words()),
            false => String::new(),
        };
        let accounting = accounting.replacen(&total, &whole, 1);
        let kind = listing.report.profile.type_name(listing.report.sample_type);
        let hint = (kind == "inuse_space").then(|| super::memory::hint(session, listing.report.total));
        let stale = || kind.starts_with("inuse").then(|| super::memory::stale(session));
        let accounting = match hint.flatten().or_else(|| stale().flatten()) {
            Some(hint) => format!("{accounting} · {hint}"),
            None => accounting,
        };
        // Where the line is too long its first words are what one can do without.
        let room = usize::from(body.width).saturating_sub(POSITION);
        let accounting = match accounting.strip_prefix("Showing nodes accounting for ") {
            Some(short) if accounting.width() > room => short,
            _ => &accounting,
        };
        paint::line(
            buffer,
            parts.title,
            0,
            &Line::styled(format!(" {accounting}"), theme.quiet()),
        );
        let known = session.over_time(&listing.report, trend_width(body));
        let (context, columns) = (session.context(listing, known.as_ref()), placed(session, listing, body));
        paint::line(buffer, parts.head, 0, &head(session, theme, context, &columns, body));
        if rows.is_empty() {
            super::draw_empty(session, theme, parts.rows, buffer);
            return;
        }
        let bars = Bars::new(session, listing, context);
        let area = self.rows_area(body);
        self.list.draw(rows, theme, area, buffer, |row, emphasis| {
            row_line(session, theme, (context, &columns), &bars, row, emphasis, body)
        });
        super::draw_details(session, theme, parts.details, &session.selected, buffer);
        if area != parts.rows {
            let line = Line::styled(note(session, listing), theme.cursor());
            paint::style_row(buffer, parts.rows, 0, theme.cursor());
            paint::line(buffer, parts.rows, 0, &line);
        }
        super::draw_position(theme, parts.title, area, &self.list, rows.len(), buffer);
    }
}
