//! What goroutines do: those that are alike as one row, with what they wait for, how long, and who started them. Below,
//! the stack of the row under the cursor.

pub(in crate::ui) mod model;
mod row;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use regex::Regex;
use unicode_width::UnicodeWidthStr;

use super::{Outcome, View, ViewId, tree};
use crate::analyze::goroutines::{Detail, GoroutineGroup, Grouping};
use crate::model::units::grouped;
use crate::report;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Clicked, Emphasis, List, Tally, next_match};
use crate::ui::widget::{name, paint};
use crate::ui::work::query::Query;
use model::{GroupJob, Groups, goroutines_of};

pub(in crate::ui) const ID: ViewId = ViewId("goroutines");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Goroutines {
    list: List,
    shown: Option<Arc<Groups>>,
    /// The rows of `shown` in the order of the screen.
    order: Vec<usize>,
    sort: Sort,
    grouping: Grouping,
    /// Which row the cursor is on, so that it stays there.
    place: String,
    /// Where the cursor is in the stack that is looked at, if one is.
    stack: Option<List>,
}

/// By what rows are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Sort {
    #[default]
    Count,
    /// The longest wait first.
    Wait,
}

/// The parts of the body.
#[derive(Clone, Copy)]
struct Parts {
    title: Rect,
    head: Rect,
    rows: Rect,
    /// The stack of the row under the cursor, with a rule above it.
    details: Rect,
}

/// Lines of the details that are no calls: the rule, and two of facts.
const FACTS: u16 = 3;

/// The parts for stacks of so many calls at most.
fn parts(body: Rect, depth: usize) -> Parts {
    let heads = if body.height >= 5 { 2 } else { 0 };
    let depth = u16::try_from(depth).unwrap_or(u16::MAX);
    let details = match body.height {
        0..=9 => 0,
        height => depth.saturating_add(FACTS).min(height * 9 / 20),
    };
    let part = |y: u16, height: u16| Rect {
        y: body.y + y,
        height,
        ..body
    };
    Parts {
        title: part(0, heads / 2),
        head: part(heads / 2, heads / 2),
        rows: part(heads, body.height.saturating_sub(heads + details)),
        details: part(body.height.saturating_sub(details), details),
    }
}

/// What a grouping is called.
fn title(grouping: &Grouping) -> String {
    match grouping {
        Grouping::Stack => "stack".into(),
        Grouping::OwnFunction => "own function".into(),
        Grouping::State => "state".into(),
        Grouping::CreatedBy => "creator".into(),
        Grouping::Label(key) => format!("label {key}"),
    }
}

impl Goroutines {
    fn parts(&self, body: Rect) -> Parts {
        parts(body, self.shown.as_ref().map_or(0, |groups| groups.depth))
    }

    fn row(&self) -> Option<(&Groups, &GoroutineGroup)> {
        let groups = self.shown.as_deref()?;
        let at = *self.order.get(self.list.selected()?)?;
        Some((groups, groups.rows.get(at)?))
    }

    /// Puts the rows in order, and the cursor where it was.
    fn arrange(&mut self, area: Rect) {
        let Some(groups) = self.shown.clone() else {
            self.order.clear();
            return;
        };
        self.order = (0..groups.rows.len()).collect();
        if self.sort == Sort::Wait {
            let wait = |at: &usize| groups.rows[*at].wait.map_or(0, |wait| wait.most);
            self.order.sort_by_key(|at| std::cmp::Reverse(wait(at)));
        }
        let is_it = |at: &usize| groups.identity(&groups.rows[*at]) == self.place;
        let at = self.order.iter().position(is_it).unwrap_or(0);
        self.list.go(at, self.order.len(), area);
    }

    /// Keeps in mind which row the cursor is on.
    fn note(&mut self) {
        let under = self.row().map(|(groups, row)| groups.identity(row));
        self.place = under.unwrap_or_default();
    }

    /// Selects the row's function where the profile in view has it.
    fn select(&mut self, session: &mut Session) {
        self.note();
        let Some((groups, row)) = self.row() else { return };
        let own = groups.own(row).to_string();
        let listing = session.listing();
        let is_known = listing.is_some_and(|listing| listing.by_name.contains_key(&own));
        if is_known {
            session.choose(own);
        }
    }

    fn next_grouping(&self) -> Grouping {
        let all = self.shown.as_ref().map(|groups| groups.groupings()).unwrap_or_default();
        let at = all.iter().position(|grouping| *grouping == self.grouping);
        at.and_then(|at| all.get(at + 1)).cloned().unwrap_or_default()
    }

    /// Acts while a stack is looked at.
    fn update_stack(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let stack = self.row().map(|(groups, row)| groups.stack(row)).unwrap_or_default();
        let (len, area) = (stack.len(), stack_area(body));
        let Some(list) = &mut self.stack else {
            return Outcome::Ignored;
        };
        match action {
            Action::Move(step) => list.step(step, len, area),
            Action::Back => self.stack = None,
            Action::Match(toward) => {
                let Some(search) = &session.search else {
                    return Outcome::Ignored;
                };
                let is_match =
                    |call: &Option<(String, String)>| call.as_ref().is_some_and(|(name, _)| search.is_match(name));
                let found: Vec<usize> = (0..len).filter(|&at| is_match(&stack[at])).collect();
                let found = next_match(&found, list.at(), toward);
                if let Some(found) = found {
                    list.go(found.at, len, area);
                }
                return super::went_to_match(session, found);
            }
            Action::Enter => return visit(session, stack.get(list.at()).and_then(Option::as_ref)),
            Action::Click(at) => {
                if list.click(at, len, area) == Clicked::Again {
                    return visit(session, stack.get(list.at()).and_then(Option::as_ref));
                }
            }
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn click(&mut self, at: Position, session: &mut Session, body: Rect) -> Outcome {
        match self.list.click(at, self.order.len(), self.parts(body).rows) {
            Clicked::Again => self.stack = Some(List::default()),
            Clicked::Moved => self.select(session),
            Clicked::Nothing => {}
        }
        Outcome::Done
    }

    /// The rows that match the search, in the order of the screen; nothing without one.
    fn matching(&self, session: &Session) -> Option<Vec<usize>> {
        let search = session.search.as_ref()?;
        let found = self.shown.as_ref()?.matches(&search.expression);
        Some((0..self.order.len()).filter(|&at| found[self.order[at]]).collect())
    }

    fn title(&self, session: &Session, groups: &Groups, width: usize) -> String {
        let number = match groups.total == groups.of {
            true => grouped(groups.total),
            false => format!("{} of {}", grouped(groups.total), grouped(groups.of)),
        };
        let key = session.keys.label(Action::Group, &[KeyContext::View(ID)]);
        let (by, next) = (title(&groups.grouping), title(&self.next_grouping()));
        let rows = groups.rows.len();
        let noun = if rows == 1 { "row" } else { "rows" };
        let start = format!(" {number} goroutines, by {by}: {rows} {noun}");
        let turn = format!(" · {key}: by {next}");
        let known = match groups.known {
            Detail::Each => " · from a stack dump",
            Detail::Counts => " · counted: no waits, no creators",
        };
        let mut line = start;
        for more in [turn.as_str(), known] {
            if line.width() + more.width() < width {
                line.push_str(more);
            }
        }
        line
    }

    fn draw_details(&self, theme: Theme, area: Rect, buffer: &mut Buffer) {
        let (Some((groups, row)), true) = (self.row(), area.height > 0) else {
            return;
        };
        super::draw_rule(theme, area, buffer);
        let mut facts = Vec::new();
        let listed = |names: &[(String, i64)]| {
            let each = names.iter().take(3).map(|(name, count)| match *count == row.count {
                true => name.clone(),
                false => format!("{name} ({})", grouped(*count)),
            });
            each.collect::<Vec<_>>().join(", ")
        };
        if !row.states.is_empty() {
            facts.push(("", listed(&row.states)));
        }
        if let Some(wait) = row.wait {
            facts.push(("waits", report::waited(wait)));
        }
        if !row.created_by.is_empty() {
            facts.push(("created by", listed(&row.created_by)));
        }
        let labels = row
            .labels
            .iter()
            .map(|(key, value, count)| (format!("{key}={value}"), *count));
        let labels: Vec<(String, i64)> = labels.collect();
        if !labels.is_empty() {
            facts.push(("labels", listed(&labels)));
        }
        let (width, mut lines) = (usize::from(area.width), vec![Line::raw(" ")]);
        for (name, fact) in facts {
            let name = if name.is_empty() {
                name.to_string()
            } else {
                format!("{name} ")
            };
            let line = lines.len() - 1;
            if lines[line].width() > 1 && lines[line].width() + name.width() + fact.width() + 2 > width {
                lines.push(Line::raw(" "));
            }
            let line = lines.len() - 1;
            let gap = if lines[line].width() > 1 { "  " } else { "" };
            lines[line].push_span(Span::styled(format!("{gap}{name}"), theme.quiet()));
            lines[line].push_span(Span::raw(fact));
        }
        lines.truncate(usize::from(FACTS - 1));
        for (at, line) in lines.iter().enumerate() {
            paint::line(buffer, area, at as u16 + 1, line);
        }
        let above = lines.len() + 1;
        let (stack, room) = (groups.stack(row), usize::from(area.height).saturating_sub(above));
        for (at, call) in stack.iter().take(room).enumerate() {
            let is_cut = at + 1 == room && stack.len() > room;
            let line = match is_cut {
                true => Line::styled(format!("   … {} more calls", stack.len() - at), theme.quiet()),
                false => call_line(theme, call.as_ref(), Emphasis::Plain, usize::from(area.width)),
            };
            paint::line(buffer, area, (at + above) as u16, &line);
        }
    }

    /// What is missing, at the end of the rule above the details.
    fn draw_note(&self, session: &Session, theme: Theme, parts: Parts, buffer: &mut Buffer) {
        let position = self.list.position(self.order.len(), parts.rows).unwrap_or_default();
        let missing = self.shown.as_ref().filter(|groups| groups.known == Detail::Counts);
        let missing = missing.map_or(String::new(), |groups| missing_words(session, groups));
        for note in [format!("{missing}{position}"), position] {
            let wide = note.width() as u16;
            if wide > 0 && wide + 2 < parts.details.width {
                let area = Rect {
                    x: parts.details.right() - wide,
                    width: wide,
                    height: parts.details.height.min(1),
                    ..parts.details
                };
                paint::line(buffer, area, 0, &Line::styled(note, theme.quiet()));
                return;
            }
        }
    }

    fn draw_stack(&self, session: &Session, theme: Theme, list: &List, body: Rect, buffer: &mut Buffer) {
        let Some((groups, row)) = self.row() else { return };
        let stack = groups.stack(row);
        let state = row
            .states
            .first()
            .map_or(String::new(), |(state, _)| format!(" [{state}]"));
        let back = session
            .keys
            .label(Action::Back, &[KeyContext::View(ID), KeyContext::Everywhere]);
        let noun = if row.count == 1 { "goroutine" } else { "goroutines" };
        let spans = vec![
            Span::styled(format!(" {} {noun}{state}", grouped(row.count)), theme.heading()),
            Span::styled(format!("  the innermost call first · {back} goes back"), theme.quiet()),
        ];
        if body.height >= 3 {
            paint::line(buffer, body, 0, &Line::from(spans));
        }
        list.draw(&stack, theme, stack_area(body), buffer, |call, emphasis| {
            call_line(theme, call.as_ref(), emphasis, usize::from(body.width))
        });
    }
}

/// What a counted profile does not tell, and what would.
fn missing_words(session: &Session, groups: &Groups) -> String {
    let cost = report::dump_cost(groups.of);
    match session.is_remote {
        _ if groups.of == 0 => String::new(),
        _ => format!(" goroutine?debug=2 tells waits and creators, for about {cost} "),
    }
}

/// Where the calls of a stack are: below a title.
fn stack_area(body: Rect) -> Rect {
    let title = u16::from(body.height >= 3);
    Rect {
        y: body.y + title,
        height: body.height - title,
        ..body
    }
}

fn call_line(theme: Theme, call: Option<&(String, String)>, emphasis: Emphasis, width: usize) -> Line<'static> {
    let quiet = emphasis.style(theme.quiet());
    let Some((function, place)) = call else {
        return Line::from(vec![emphasis.marker(), Span::styled("  … runtime", quiet)]);
    };
    let short = name::shorten(function, width.saturating_sub(place.width() + 5).max(12));
    let split = name::function_start(&short);
    Line::from(vec![
        emphasis.marker(),
        Span::raw("  "),
        Span::styled(short[..split].to_string(), quiet),
        Span::styled(short[split..].to_string(), emphasis.style(theme.function())),
        Span::styled(format!("  {place}"), quiet),
    ])
}

/// Goes to a function's callers and callees, where the profile in view has it.
fn visit(session: &mut Session, call: Option<&(String, String)>) -> Outcome {
    let Some((function, _)) = call else {
        return Outcome::Done;
    };
    let is_known = session
        .listing()
        .is_some_and(|listing| listing.by_name.contains_key(function));
    if !is_known {
        return Outcome::Say(format!("{function} is not in the profile that the other views show."));
    }
    session.choose(function.clone());
    Outcome::Go(tree::ID)
}

impl View for Goroutines {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        if self.stack.is_some() {
            return self.update_stack(action, session, body);
        }
        let (len, rows) = (self.order.len(), self.parts(body).rows);
        match action {
            Action::Move(step) => self.list.step(step, len, rows),
            Action::Match(toward) => {
                let found = self
                    .matching(session)
                    .and_then(|found| next_match(&found, self.list.at(), toward));
                if let Some(found) = found {
                    self.list.go(found.at, len, rows);
                    self.select(session);
                }
                return super::went_to_match(session, found);
            }
            Action::Group => {
                self.grouping = self.next_grouping();
                return Outcome::Done;
            }
            Action::Sort => {
                if self.shown.as_ref().is_some_and(|groups| groups.known == Detail::Counts) {
                    return Outcome::Say("Waits are not known, so there is one order: by count.".into());
                }
                self.sort = match self.sort {
                    Sort::Count => Sort::Wait,
                    Sort::Wait => Sort::Count,
                };
                self.arrange(rows);
            }
            Action::Enter if self.row().is_some() => self.stack = Some(List::default()),
            Action::Click(at) => return self.click(at, session, body),
            _ => return Outcome::Ignored,
        }
        self.select(session);
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        let Some(profile) = goroutines_of(session) else {
            *self = Self {
                grouping: self.grouping.clone(),
                sort: self.sort,
                ..Self::default()
            };
            return;
        };
        let ready = session.answers.goroutines();
        let is_wanted = |groups: &&Arc<Groups>| Arc::ptr_eq(&groups.profile, profile);
        if let Some(groups) = ready.filter(is_wanted) {
            self.shown = Some(Arc::clone(groups));
        }
        self.arrange(self.parts(body).rows);
        self.note();
        if let (Some(mut list), Some((groups, row))) = (self.stack, self.row()) {
            list.fit(groups.stack(row).len(), stack_area(body));
            self.stack = Some(list);
        }
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        let job = |profile: &Arc<_>| GroupJob {
            profile: Arc::clone(profile),
            grouping: self.grouping.clone(),
        };
        let job = goroutines_of(session).map(job);
        job.into_iter().map(|job| Query::Goroutines(Box::new(job))).collect()
    }

    fn finds(&self, _: &Session, expression: &Regex) -> Option<bool> {
        let groups = self.shown.as_ref();
        Some(groups.is_some_and(|groups| groups.matches(expression).contains(&true)))
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        if self.stack.is_some() {
            return None;
        }
        Some(Tally::new(&self.matching(session)?, self.list.selected()))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let body = super::beside_bar(body);
        let Some(groups) = self.shown.as_deref() else {
            draw_missing(session, theme, body, buffer);
            return;
        };
        if let Some(list) = &self.stack {
            self.draw_stack(session, theme, list, body, buffer);
            return;
        }
        let parts = self.parts(body);
        let width = usize::from(body.width);
        let title = self.title(session, groups, width);
        paint::line(buffer, parts.title, 0, &Line::styled(title, theme.quiet()));
        if self.order.is_empty() {
            super::draw_empty(session, theme, parts.rows, buffer);
            return;
        }
        let columns = row::Columns::new(groups, width);
        paint::line(buffer, parts.head, 0, &columns.head(theme, self.sort));
        self.list.draw(&self.order, theme, parts.rows, buffer, |&at, emphasis| {
            columns.line(session, theme, &groups.rows[at], emphasis)
        });
        self.draw_details(theme, parts.details, buffer);
        self.draw_note(session, theme, parts, buffer);
    }
}

/// Why there are no goroutines to show, and where to get them.
fn draw_missing(session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
    let text = match goroutines_of(session) {
        Some(_) => vec!["Counting goroutines…".to_string()],
        None => vec![
            "No goroutine profile came with this one.".to_string(),
            "Open …/debug/pprof/goroutine?debug=2 of the process, or a file of it, or a session's folder.".to_string(),
        ],
    };
    paint::middle(buffer, body, theme.heading(), &text);
}
