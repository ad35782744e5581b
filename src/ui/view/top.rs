//! The table of functions.

mod columns;
mod row;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use self::columns::{is_chosen, next_order, placed, trend_width};
use self::row::{Bars, head, row_line};
use super::{Outcome, View, ViewId, parts, tree};
use crate::report::{self, COLUMNS, ColumnId, Row, SortDirection};
use crate::ui::keys::action::Action;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Clicked, List, Tally};
use crate::ui::widget::{name, paint};
use crate::ui::work::listing::Listing;
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
