//! What goroutines do: those that are alike as one row, with what they wait for, how long, and who started them. Below,
//! the stack of the row under the cursor.

mod details;
pub(in crate::ui) mod model;
mod row;

use std::cmp::Reverse;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use regex::Regex;
use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use super::{Outcome, Parts, View, ViewId, parts_with, tree};
use crate::analyze::goroutines::{Detail, GoroutineGroup, Grouping};
use crate::model::units::grouped;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::timeline::crowd::Growth;
use crate::ui::widget::list::{Clicked, List, Tally, next_match};
use crate::ui::widget::paint;
use crate::ui::work::host::Probe;
use crate::ui::work::query::Query;
use details::{call_line, draw_missing};
use model::{GroupJob, Groups, goroutines_in_view, goroutines_of, is_same_call};

pub(in crate::ui) const ID: ViewId = ViewId("goroutines");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Goroutines {
    list: List,
    shown: Option<Arc<Groups>>,
    /// How each row of `shown` went, where there are other moments.
    growth: Vec<Option<Growth>>,
    /// The rows of `shown` in the order of the screen.
    order: Vec<usize>,
    sort: Sort,
    grouping: Grouping,
    /// Which row the cursor is on, so that it stays there.
    place: String,
    /// Where the cursor is in the stack that is looked at, if one is.
    stack: Option<List>,
}

/// What rows are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Sort {
    #[default]
    Count,
    /// What has come since the base, the most first.
    Change,
    /// The longest wait first.
    Wait,
}

/// Lines of the details that are no calls: the rule, and two of facts.
const FACTS: u16 = 3;

/// The parts for stacks of so many calls at most.
fn parts(body: Rect, depth: usize) -> Parts {
    let depth = u16::try_from(depth).unwrap_or(u16::MAX);
    let details = match body.height {
        0..=9 => 0,
        height => depth.saturating_add(FACTS).min(height * 9 / 20),
    };
    parts_with(body, details)
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
        match self.sort {
            Sort::Count => {}
            Sort::Change => {
                let change = |at: &usize| Some(self.growth.get(*at)?.as_ref()?.change);
                self.order.sort_by_key(|at| Reverse(change(at)));
            }
            Sort::Wait => {
                let wait = |at: &usize| groups.rows[*at].wait.map_or(0, |wait| wait.most);
                self.order.sort_by_key(|at| Reverse(wait(at)));
            }
        }
        let identity = |at: &usize| groups.identity(&groups.rows[*at]);
        let is_it = |at: &usize| identity(at) == self.place;
        let found = self.order.iter().position(is_it);
        // A dump tells of creators, too, which makes it another row.
        let is_alike = |at: &usize| is_same_call(&identity(at), &self.place);
        let found = found.or_else(|| self.order.iter().position(is_alike));
        self.list.go(found.unwrap_or(0), self.order.len(), area);
    }

    /// Puts the cursor on the row that another view points at: that of the function, else the first that it is called in.
    fn point(&mut self, session: &mut Session) {
        let is_of_these =
            |groups: &&Arc<Groups>| goroutines_of(session).is_some_and(|of| Arc::ptr_eq(of, &groups.profile));
        let Some(groups) = self.shown.clone().filter(|groups| is_of_these(&groups)) else {
            return;
        };
        let Some(function) = session.pointed_at.take() else {
            return;
        };
        let rows = || self.order.iter().map(|&at| &groups.rows[at]);
        let named = rows().find(|row| groups.own(row) == function);
        let calls = |row: &&GoroutineGroup| groups.stack(row).iter().flatten().any(|(name, _)| *name == function);
        if let Some(row) = named.or_else(|| rows().find(calls)) {
            (self.place, self.stack) = (groups.identity(row), None);
        }
    }

    /// By what the rows can be ordered.
    fn sorts(&self) -> Vec<Sort> {
        let is_each = self.shown.as_ref().is_some_and(|groups| groups.known == Detail::Each);
        let known = [
            (Sort::Count, true),
            (Sort::Change, self.growth.iter().any(Option::is_some)),
            (Sort::Wait, is_each),
        ];
        known.into_iter().filter(|known| known.1).map(|known| known.0).collect()
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
        if let Some(row) = super::stand_in(session, &own) {
            session.choose(row);
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
        let turn = format!(" · {key} groups by {next}");
        let asked = session.probes.reply(Probe::Goroutines).snapshot();
        let asked = asked.and_then(super::clock_of(session));
        // What was asked for stays as it is, so that its time goes first.
        let (asked, known) = match (groups.known, asked) {
            (Detail::Each, Some(time)) => (format!(" · dump of {time}"), ""),
            (Detail::Each, None) => (String::new(), " · from a stack dump"),
            (Detail::Counts, Some(time)) => (format!(" · asked at {time}"), " · counted: no waits, no creators"),
            (Detail::Counts, None) => (String::new(), " · counted: no waits, no creators"),
        };
        let back = session.keys.label(Action::Back, &[KeyContext::Everywhere]);
        let back = has_both(session).then(|| format!(" · {back}: the snapshot's again"));
        let back = back.unwrap_or_default();
        let mut line = start;
        for more in [asked.as_str(), &back, &turn, known] {
            if line.width() + more.width() < width {
                line.push_str(more);
            }
        }
        line
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

/// Whether what the process was asked for hides goroutines of the profile in view.
fn has_both(session: &Session) -> bool {
    let is_asked = session.probes.reply(Probe::Goroutines).snapshot().is_some();
    is_asked && goroutines_in_view(session).is_some()
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

/// Goes to a function's callers and callees, where the profile in view has it.
fn visit(session: &mut Session, call: Option<&(String, String)>) -> Outcome {
    let Some((function, _)) = call else {
        return Outcome::Done;
    };
    match super::stand_in(session, function) {
        Some(row) => {
            session.choose(row);
            Outcome::Go(tree::ID)
        }
        None => Outcome::Say(super::without_row(session, function)),
    }
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
            Action::Dump if session.probes.is_live => return Outcome::Probe(Probe::StackDump),
            Action::Back if has_both(session) => {
                session.probes.drop_goroutines();
                return Outcome::Done;
            }
            Action::Dump => {
                return Outcome::Say(
                    "Only a live process can be asked: open its URL, or goroutine?debug=2 of it.".into(),
                );
            }
            Action::Sort => {
                let known = self.sorts();
                if known.len() == 1 {
                    return Outcome::Say("Waits are not known, so there is one order: by count.".into());
                }
                let at = known.iter().position(|sort| *sort == self.sort);
                self.sort = known[at.map_or(0, |at| at + 1) % known.len()];
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
        // What was asked for is of another moment than those of the series.
        let is_asked = session.probes.reply(Probe::Goroutines).snapshot().is_some();
        let timeline = &session.timeline;
        let known = match is_asked {
            true => FxHashMap::default(),
            false => timeline.goroutine_growth(&self.grouping, row::trend_width(body)),
        };
        let shown = self.shown.as_ref().filter(|groups| groups.grouping == self.grouping);
        let keys = shown.map(|groups| groups.keys()).unwrap_or_default();
        let growth = keys.into_iter().map(|key| known.get(&key?).cloned());
        self.growth = growth.collect();
        self.arrange(self.parts(body).rows);
        if session.pointed_at.is_some() {
            self.point(session);
            self.arrange(self.parts(body).rows);
        }
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

    fn probe(&self, session: &Session) -> Option<Probe> {
        goroutines_of(session).is_none().then_some(Probe::Goroutines)
    }

    fn finds(&self, _: &Session, expression: &Regex) -> Option<bool> {
        let groups = self.shown.as_ref();
        Some(groups.is_some_and(|groups| groups.matches(expression).contains(&true)))
    }

    fn word(&self, action: Action, session: &Session) -> Option<String> {
        let (groups, row) = self.row()?;
        let of_rows = matches!(action, Action::Group | Action::Sort | Action::Dump);
        if self.stack.is_some() && of_rows {
            return Some(String::new());
        }
        super::word_apart(action, || {
            let Some(stack) = self.stack else { return "stack" };
            let call = groups.stack(row).get(stack.at()).cloned().flatten();
            let is_known = call.is_some_and(|(function, _)| super::stand_in(session, &function).is_some());
            if is_known { "callers" } else { "" }
        })
    }

    fn name(&self, session: &Session) -> String {
        let Some((groups, row)) = self.row() else {
            return session.selected.clone();
        };
        let call = self
            .stack
            .and_then(|list| groups.stack(row).get(list.at()).cloned().flatten());
        call.map_or_else(|| groups.own(row).to_string(), |(name, _)| name)
    }

    fn place(&self, _: &Session) -> Option<String> {
        let (groups, row) = self.row()?;
        let calls = groups.stack(row).into_iter().flatten();
        let lines: Vec<String> = calls.map(|(name, place)| format!("{name} {place}")).collect();
        Some(lines.join("\n"))
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
        let columns = row::Columns::new(groups, &self.growth, width);
        paint::line(buffer, parts.head, 0, &columns.head(theme, self.sort));
        self.list.draw(&self.order, theme, parts.rows, buffer, |&at, emphasis| {
            columns.line(session, theme, at, emphasis)
        });
        self.draw_details(theme, parts.details, buffer);
        self.draw_note(session, theme, parts, buffer);
    }
}
