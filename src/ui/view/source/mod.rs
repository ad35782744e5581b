//! The selected function's source, with what each line holds beside it: `list` with everything around.

pub(in crate::ui) mod model;
mod row;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use regex::Regex;
use unicode_width::UnicodeWidthStr;

use super::{Outcome, Parts, View, ViewId, parts};
use crate::analyze::base_name;
use crate::model::units::percentage;
use crate::model::visible;
use crate::ui::keys::action::Action;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::source::model::{Body, Sourced};
use crate::ui::widget::list::{Clicked, List, Tally};
use crate::ui::widget::{figure, name, paint};
use crate::ui::work::query::Query;
use row::{Row, rows};

pub(in crate::ui) const ID: ViewId = ViewId("source");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Source {
    list: List,
    /// What `rows` are of, and for which width.
    shown: Option<Arc<Sourced>>,
    width: u16,
    rows: Vec<Row>,
    /// Cells that the code is moved to the left.
    left: usize,
    /// What was selected, and where the cursor was in it, on the way here.
    trail: Vec<Place>,
    place: Place,
}

/// Where the cursor is, so that it stays there across sample types and reloads.
#[derive(Clone, Default)]
struct Place {
    selected: String,
    /// File and line; none before there is one.
    line: Option<(String, i64)>,
    /// Rows above it on the screen.
    above: usize,
}

/// Cells that a step to the side is.
const SIDE: usize = 8;

/// The function that is selected, and its line where rows are lines.
fn function(session: &Session) -> Option<(String, i64)> {
    let report = &session.listing()?.report;
    let node = *session.listing()?.by_name.get(&session.selected)?;
    let info = report.frames.info(node);
    Some((report.profile.text(info.name).to_string(), info.line))
}

/// The source of the selected function, once it is there.
fn sourced(session: &Session) -> Option<&Arc<Sourced>> {
    let (function, _) = function(session)?;
    session.source_text().filter(|sourced| sourced.function == function)
}

impl Source {
    fn body(&self, at: usize) -> Option<(&Body, i64)> {
        let (body, line) = self.rows.get(at)?.line()?;
        Some((self.shown.as_ref()?.bodies.get(body)?, line))
    }

    /// Goes to a function, or back to one.
    fn visit(&mut self, session: &mut Session, place: Place) {
        session.choose(place.selected.clone());
        self.place = place;
    }

    /// The function that the line under the cursor calls most, other than itself.
    fn callee(&self, session: &Session) -> Option<String> {
        let (body, line) = self.body(self.list.at())?;
        let known = &session.listing()?.by_name;
        let calls = body.calls.get(&line)?.iter().map(|call| &call.name);
        calls
            .filter(|name| known.contains_key(*name))
            .find(|name| **name != session.selected)
            .cloned()
    }

    fn has_value(&self, at: usize) -> bool {
        self.body(at).is_some_and(|(body, line)| body.values(line) != (0, 0))
    }

    fn is_match(&self, at: usize, expression: &Regex) -> bool {
        let (row, shown) = (self.rows.get(at), self.shown.as_ref());
        row.zip(shown)
            .is_some_and(|(row, shown)| row.is_match(shown, expression))
    }

    /// Where the cursor begins in a function that has not been looked at: on the line that holds most.
    fn heaviest(&self, line: i64) -> usize {
        let weight = |row: &Row| {
            let (at, number) = row.line()?;
            let body = self.shown.as_ref()?.bodies.get(at)?;
            let (flat, cum) = body.values(number);
            let is_wanted = line != 0 && line == number;
            Some((is_wanted, cum.unsigned_abs(), flat.unsigned_abs()))
        };
        let weighed = self.rows.iter().enumerate();
        let weighed = weighed.filter_map(|(at, row)| Some((weight(row)?, std::cmp::Reverse(at))));
        weighed.max().map_or(0, |(_, std::cmp::Reverse(at))| at)
    }

    /// Keeps in mind where the cursor is.
    fn note(&mut self, session: &Session) {
        self.place = Place {
            selected: session.selected.clone(),
            line: self
                .body(self.list.at())
                .map(|(body, line)| (body.routine.file.clone(), line)),
            above: self.list.above(),
        };
    }

    /// Puts the cursor where it was, or where it begins.
    fn settle(&mut self, session: &Session, area: Rect) {
        let (len, line) = (self.rows.len(), function(session).map_or(0, |(_, line)| line));
        let is_same = self.place.selected == session.selected;
        let same = self.place.line.as_ref().filter(|_| is_same).and_then(|(file, line)| {
            let is_it = |row: &Row| {
                let (at, number) = row.line()?;
                let body = self.shown.as_ref()?.bodies.get(at)?;
                Some(number == *line && body.routine.file == *file)
            };
            self.rows.iter().position(|row| is_it(row) == Some(true))
        });
        if let Some(at) = same {
            return self.list.go_below(at, self.place.above, len, area);
        }
        let at = self.heaviest(line);
        // The function's beginning is in view too if there is room for both.
        let (body, _) = self.rows.get(at).and_then(Row::line).unwrap_or_default();
        let first = self.shown.as_ref().and_then(|shown| shown.bodies.get(body));
        let first = first.map_or(0, |body| body.routine.first);
        let is_start = |row: &Row| row.line() == Some((body, first));
        let start = self.rows[..at].iter().rposition(is_start).unwrap_or(0);
        let (first, height) = (start.saturating_sub(1), usize::from(area.height));
        let above = if at < first + height { at - first } else { height / 2 };
        self.list.go_below(at, above, len, area);
        self.left = 0;
    }

    fn title(&self, session: &Session, theme: Theme, width: usize) -> Line<'static> {
        let Some(shown) = &self.shown else {
            return Line::default();
        };
        let sum = |value: fn(&Body) -> i64| shown.bodies.iter().map(value).fold(0, i64::saturating_add);
        let (flat, cum) = (sum(|body| body.routine.flat), sum(|body| body.routine.cum));
        let values = format!(
            "  flat {}  cum {} ({})",
            figure::grouped(&shown.format.value(flat)),
            figure::grouped(&shown.format.value(cum)),
            percentage(cum, shown.total).trim()
        );
        let place = match &shown.bodies[..] {
            [body] if !body.routine.file.is_empty() => body.routine.file.clone(),
            [_] | [] => String::new(),
            bodies => format!("in {} files", bodies.len()),
        };
        let short = &session.selected[name::function_start(&session.selected)..];
        let short = name::shorten(short, width.saturating_sub(values.len() + 2).max(12));
        let used = 1 + Line::raw(short.as_str()).width() + values.len();
        let room = width.saturating_sub(used);
        // Less than the file's name says nothing.
        let is_enough = !place.is_empty() && base_name(&place).width() + 4 <= room;
        let place = is_enough.then(|| format!("  {}", name::cut_path(&place, room - 2)));
        Line::from(vec![
            Span::styled(format!(" {short}"), theme.heading()),
            Span::styled(values, theme.value()),
            Span::styled(place.unwrap_or_default(), theme.quiet()),
        ])
    }

    /// What is known of the line under the cursor.
    fn draw_details(&self, session: &Session, theme: Theme, area: Rect, buffer: &mut Buffer) {
        // A single line is for what the line under the cursor calls: the rest is in the title.
        if area.height > 1 {
            super::draw_rule(theme, area, buffer);
            let full = Span::styled(format!(" {}", session.selected), theme.function());
            paint::line(buffer, area, 1, &Line::from(full));
        }
        let (Some(shown), Some((body, line))) = (&self.shown, self.body(self.list.at())) else {
            return;
        };
        let place = match &body.text {
            Ok(text) if text.found.beyond_pprof.is_some() => {
                visible(&text.found.path.display().to_string()).into_owned()
            }
            _ => body.routine.file.clone(),
        };
        let line_calls = body.calls.get(&line).map_or(&[][..], |calls| calls);
        let values: Vec<String> = line_calls.iter().map(|call| shown.format.value(call.weight)).collect();
        let calls = values
            .iter()
            .zip(line_calls)
            .map(|(value, call)| (&**value, call.name.clone()));
        let place = std::iter::once(("at", format!("{place}:{line}")));
        match (area.height, line_calls.is_empty()) {
            (1, true) => super::fill(buffer, area, 0, theme, "", place),
            (1, false) => super::fill(buffer, area, 0, theme, "calls", calls),
            (_, is_last) => {
                super::fill(buffer, area, 2, theme, "", place);
                if !is_last {
                    super::fill(buffer, area, 3, theme, "calls", calls);
                }
            }
        }
    }

    fn draw_rows(&self, session: &Session, theme: Theme, parts: Parts, buffer: &mut Buffer) {
        let Some(shown) = &self.shown else { return };
        let columns = row::Columns::new(shown, usize::from(parts.rows.width));
        paint::line(buffer, parts.head, 0, &Line::styled(columns.head(), theme.quiet()));
        let look = row::Look {
            shown,
            columns,
            theme,
            left: self.left,
            search: session.search.as_ref().map(|search| &search.expression),
        };
        self.list.draw(&self.rows, theme, parts.rows, buffer, |row, emphasis| {
            look.line(row, emphasis)
        });
    }
}

impl View for Source {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let (rows, len) = (parts(body).rows, self.rows.len());
        match action {
            Action::Move(step) => self.list.step(step, len, rows),
            Action::Right => self.left = (self.left + SIDE).min(row::MAX_LEFT),
            Action::Left => self.left = self.left.saturating_sub(SIDE),
            Action::Value(toward) => {
                let found = self.list.next(toward, len, |at| self.has_value(at));
                match found.filter(|at| *at != self.list.at()) {
                    Some(at) => self.list.go(at, len, rows),
                    None => return Outcome::Say("No other line holds anything.".into()),
                }
            }
            Action::Match(toward) => {
                let Some(search) = &session.search else {
                    return Outcome::Ignored;
                };
                let found = self.list.next(toward, len, |at| self.is_match(at, &search.expression));
                found.into_iter().for_each(|at| self.list.go(at, len, rows));
            }
            Action::Enter => {
                if let Some(callee) = self.callee(session) {
                    self.trail.push(self.place.clone());
                    let selected = callee;
                    self.visit(
                        session,
                        Place {
                            selected,
                            ..Place::default()
                        },
                    );
                    self.refresh(session, body);
                    return Outcome::Done;
                }
                return Outcome::Say("As far as the profile knows, this line calls nothing.".into());
            }
            Action::Back => {
                let Some(place) = self.trail.pop() else {
                    return Outcome::Ignored;
                };
                self.visit(session, place);
                self.refresh(session, body);
                return Outcome::Done;
            }
            Action::Editor => {
                let opened = self.body(self.list.at()).and_then(|(body, line)| {
                    let text = body.text.as_ref().ok()?;
                    Some(Outcome::Edit(text.found.path.clone(), line.max(1)))
                });
                return opened.unwrap_or_else(|| Outcome::Say("There is no source here to open.".into()));
            }
            Action::Click(at) => {
                if self.list.click(at, len, rows) == Clicked::Again {
                    return self.update(Action::Enter, session, body);
                }
            }
            _ => return Outcome::Ignored,
        }
        self.note(session);
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        let area = parts(body).rows;
        if self.place.selected != session.selected {
            self.trail.clear();
            self.place = Place {
                selected: session.selected.clone(),
                ..Place::default()
            };
        }
        let Some(sourced) = sourced(session) else {
            self.shown = None;
            self.rows.clear();
            return;
        };
        let is_same = self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, sourced));
        if is_same && self.width == body.width {
            self.list.fit(self.rows.len(), area);
            return;
        }
        self.rows = rows(sourced, &session.options, body.width);
        self.shown = Some(Arc::clone(sourced));
        self.width = body.width;
        self.settle(session, area);
        self.note(session);
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        let mut wants = vec![Query::Listing(session.sample_type)];
        let function = function(session).filter(|(function, _)| !function.is_empty());
        wants.extend(function.map(|(function, _)| Query::Source(session.sample_type, function)));
        wants
    }

    fn finds(&self, _: &Session, expression: &Regex) -> Option<bool> {
        let shown = self.shown.as_ref()?;
        Some(self.rows.iter().any(|row| row.is_match(shown, expression)))
    }

    fn place(&self, _: &Session) -> Option<String> {
        let (body, line) = self.body(self.list.at())?;
        Some(format!("{}:{line}", body.routine.file))
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let expression = &session.search.as_ref()?.expression;
        let matches = (0..self.rows.len()).filter(|&at| self.is_match(at, expression));
        Some(Tally::new(&matches.collect::<Vec<_>>(), self.list.selected()))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(listing) = session.listing() else { return };
        let body = super::beside_bar(body);
        let parts = parts(body);
        let middle = |text: &[String], buffer: &mut Buffer| paint::middle(buffer, parts.rows, theme.heading(), text);
        match (function(session), &self.shown) {
            _ if listing.rows.is_empty() || session.selected.is_empty() => {
                super::draw_empty(session, theme, parts.rows, buffer);
            }
            (None, _) => super::draw_absent(session, theme, parts.rows, buffer),
            (Some((function, _)), _) if function.is_empty() => {
                let text = [
                    format!("{} is no function.", session.selected),
                    "Source is known where the profile has symbols and rows are functions: :functions=true".into(),
                ];
                middle(&text, buffer);
            }
            (_, None) => middle(&["Reading the source…".into()], buffer),
            (_, Some(shown)) if shown.bodies.is_empty() => super::draw_absent(session, theme, parts.rows, buffer),
            (_, Some(_)) => {
                let width = usize::from(body.width);
                paint::line(buffer, parts.title, 0, &self.title(session, theme, width));
                self.draw_rows(session, theme, parts, buffer);
                if parts.details.height > 0 {
                    self.draw_details(session, theme, parts.details, buffer);
                }
            }
        }
    }
}
