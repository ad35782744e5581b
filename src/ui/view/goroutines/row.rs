//! A row of goroutines in columns as wide as they need to be.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Sort;
use super::model::Groups;
use crate::analyze::Origin;
use crate::analyze::goroutines::{Detail, GoroutineGroup, Grouping, Wait};
use crate::model::units::grouped;
use crate::report;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::timeline::crowd::Growth;
use crate::ui::view::name_spans;
use crate::ui::widget::list::Emphasis;
use crate::ui::widget::{bar, name};

/// From this width on who started them has a column.
const WIDE: usize = 110;
/// From this width on there is a column for how long they wait.
const NARROW: usize = 60;
/// From this width on there is a bar before the own call.
const BROAD: usize = 160;
/// What is said of goroutines without a call.
const NO_STACK: &str = "just started: no call yet";
/// Cells that the own call has at least.
const OWN: usize = 24;

/// A column before the own call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Count,
    /// What has come since the base.
    Change,
    PerMinute,
    Trend,
    /// The value of the label they are grouped by.
    Label,
    State,
    Wait,
    Median,
    Creator,
}

/// The columns that have room.
pub(super) struct Columns<'g> {
    groups: &'g Groups,
    growth: &'g [Option<Growth>],
    parts: Vec<(Part, usize)>,
    bar: usize,
    width: usize,
    largest: i64,
}

impl<'g> Columns<'g> {
    pub(super) fn new(groups: &'g Groups, growth: &'g [Option<Growth>], width: usize) -> Self {
        let is_each = groups.known == Detail::Each;
        let creators = width >= WIDE || groups.grouping == Grouping::CreatedBy;
        let waits = is_each && width >= NARROW;
        let grows = growth.iter().any(Option::is_some);
        let wanted = [
            (Part::Count, true),
            (Part::Change, grows),
            (Part::PerMinute, grows && width >= WIDE),
            (Part::Trend, grows && width >= NARROW),
            (Part::Label, matches!(groups.grouping, Grouping::Label(_))),
            (Part::State, true),
            (Part::Wait, waits),
            (Part::Median, waits && width >= WIDE),
            (Part::Creator, is_each && creators),
        ];
        let mut parts = Vec::new();
        let mut left = width.saturating_sub(OWN + 1);
        for (part, _) in wanted.into_iter().filter(|(_, is_wanted)| *is_wanted) {
            let cells = groups
                .rows
                .iter()
                .zip(all(growth))
                .map(|(row, growth)| text(part, groups, row, growth).width());
            let widest = cells.max().unwrap_or(0).max(head(part, groups).width() + arrow(part));
            let limit = match part {
                Part::Creator => width / 4,
                Part::State | Part::Label => width / 5,
                _ => width,
            };
            let wide = widest.min(limit.max(8)).min(left.saturating_sub(2));
            if wide >= 2 {
                left -= wide + 2;
                parts.push((part, wide));
            }
        }
        Self {
            groups,
            growth,
            parts,
            bar: if width >= BROAD { 12 } else { 0 },
            width,
            largest: groups
                .rows
                .iter()
                .map(|row| row.count.saturating_abs())
                .max()
                .unwrap_or(0)
                .max(1),
        }
    }

    pub(super) fn head(&self, theme: Theme, sort: Sort) -> Line<'static> {
        let mut spans = vec![Span::raw(" ")];
        for &(part, width) in &self.parts {
            let is_key = match part {
                Part::Count => sort == Sort::Count,
                Part::Change => sort == Sort::Change,
                Part::Wait => sort == Sort::Wait,
                _ => false,
            };
            let text = head(part, self.groups);
            let text = if is_key { format!("▼{text}") } else { text };
            let style = if is_key { theme.heading() } else { theme.quiet() };
            spans.push(Span::styled(padded(&text, width, part), style));
        }
        let gap = " ".repeat(self.bar);
        spans.push(Span::styled(format!("{gap}function"), theme.quiet()));
        Line::from(spans)
    }

    pub(super) fn line(&self, session: &Session, theme: Theme, at: usize, emphasis: Emphasis) -> Line<'static> {
        let row = &self.groups.rows[at];
        let growth = self.growth.get(at).and_then(Option::as_ref);
        let quiet = emphasis.style(theme.quiet());
        let mut spans = vec![emphasis.marker()];
        for &(part, width) in &self.parts {
            let style = match part {
                Part::Count | Part::Change | Part::PerMinute => emphasis.style(theme.value()),
                Part::Trend => emphasis.bar(theme),
                Part::Label => emphasis.style(theme.literal()),
                Part::Creator => quiet,
                _ => emphasis.style(theme.text()),
            };
            let said = text(part, self.groups, row, growth);
            let said = match part {
                Part::Creator => name::shorten(&said, width),
                _ => name::cut_end(&said, width),
            };
            spans.push(Span::styled(padded(&said, width, part), style));
        }
        if self.bar > 0 {
            let share = row.count as f64 / self.largest as f64;
            let drawn = format!("{} ", bar::bar(share, self.bar - 1));
            spans.push(Span::styled(drawn, emphasis.bar(theme)));
        }
        let used: usize = spans.iter().map(Span::width).sum();
        let room = self.width.saturating_sub(used);
        let (own, place) = (self.groups.own(row), self.groups.place(row));
        let mut marks = marks(row);
        let wide = |marks: &[(bool, String)]| marks.iter().map(|(_, mark)| mark.width() + 2).sum::<usize>();
        // Labels go where they would take the name's room; that something is bad stays.
        while wide(&marks) + own.width().min(2 * OWN) > room && marks.pop_if(|(is_bad, _)| !*is_bad).is_some() {}
        let marked = wide(&marks);
        // Where there is little room the place goes first: the details have it.
        let shown = |text: &str, room: usize| (!text.is_empty() && text.width() < room).then(|| text.to_string());
        let spare = room.saturating_sub(own.width().min(OWN) + marked);
        let place = shown(&place, spare).map_or(String::new(), |place| format!(" {place}"));
        let name_room = room.saturating_sub(place.width() + marked.min(room / 2));
        match row.own.map(|own| own.origin) {
            Some(Origin::Own) => spans.extend(name_spans(session, theme, own, name_room, emphasis)),
            // Nothing of the program's own is in the stack.
            Some(_) => spans.push(Span::styled(name::shorten(own, name_room), quiet)),
            None => spans.push(Span::styled(name::cut_end(NO_STACK, name_room), quiet)),
        }
        spans.push(Span::styled(place, quiet));
        for (is_bad, mark) in marks {
            let style = if is_bad { theme.error() } else { theme.literal() };
            spans.push(Span::styled(format!("  {mark}"), emphasis.style(style)));
        }
        Line::from(spans)
    }
}

/// Cells of the arrow at the head of what orders rows.
fn arrow(part: Part) -> usize {
    usize::from(matches!(part, Part::Count | Part::Change | Part::Wait))
}

fn padded(text: &str, width: usize, part: Part) -> String {
    let gap = " ".repeat(width.saturating_sub(text.width()));
    match part {
        Part::Count | Part::Change | Part::PerMinute | Part::Trend => format!("{gap}{text}  "),
        _ => format!("{text}{gap}  "),
    }
}

fn head(part: Part, groups: &Groups) -> String {
    match (part, &groups.grouping) {
        (Part::Count, _) => "count".into(),
        (Part::Change, _) => "Δ".into(),
        (Part::PerMinute, _) => "Δ/min".into(),
        (Part::Trend, _) => "trend".into(),
        (Part::Label, Grouping::Label(key)) => key.clone(),
        (Part::Label, _) => "label".into(),
        (Part::State, _) => "state".into(),
        (Part::Wait, _) => "waits".into(),
        (Part::Median, _) => "median".into(),
        (Part::Creator, _) => "created by".into(),
    }
}

fn text(part: Part, groups: &Groups, row: &GoroutineGroup, growth: Option<&Growth>) -> String {
    match part {
        Part::Count => grouped(row.count),
        Part::Change => growth.map_or(String::new(), |growth| signed(growth.change)),
        Part::PerMinute => growth
            .and_then(|growth| growth.per_minute)
            .map_or(String::new(), signed),
        Part::Trend => growth.map_or(String::new(), |growth| report::blocks(&growth.trend)),
        Part::Label if row.key.is_empty() => "(none)".into(),
        Part::Label => row.key.clone(),
        Part::State if groups.grouping == Grouping::State => known(&row.key),
        Part::State => first_of(&row.states),
        Part::Wait => row.wait.map_or(String::new(), range),
        Part::Median => row.wait.map_or(String::new(), |wait| minutes(wait.median)),
        Part::Creator if groups.grouping == Grouping::CreatedBy => known(&row.key),
        Part::Creator => first_of(&row.created_by),
    }
}

/// How each row went, and nothing for those behind the last that is known.
fn all(growth: &[Option<Growth>]) -> impl Iterator<Item = Option<&Growth>> {
    growth.iter().map(Option::as_ref).chain(std::iter::repeat(None))
}

/// A count that has come or gone.
fn signed(count: i64) -> String {
    let sign = if count > 0 { "+" } else { "" };
    format!("{sign}{}", grouped(count))
}

/// Cells of a trend.
pub(super) fn trend_width(body: Rect) -> usize {
    match usize::from(body.width) {
        ..WIDE => 10,
        _ => 20,
    }
}

fn known(text: &str) -> String {
    if text.is_empty() { "–".into() } else { text.into() }
}

/// The first of some, and how many others there are.
fn first_of(names: &[(String, i64)]) -> String {
    match names {
        [] => "–".into(),
        [(only, _)] => only.clone(),
        [(first, _), rest @ ..] => format!("{first} +{}", rest.len()),
    }
}

fn minutes(minutes: i64) -> String {
    match minutes {
        ..=0 => "<1 min".into(),
        1..=119 => format!("{minutes} min"),
        _ => format!("{} h", minutes / 60),
    }
}

/// From the shortest wait to the longest: `2–57 min`.
fn range(wait: Wait) -> String {
    let (least, most) = (minutes(wait.least), minutes(wait.most));
    if least == most {
        return most;
    }
    if wait.least <= 0 {
        return format!("≤{most}");
    }
    match (least.split_once(' '), most.split_once(' ')) {
        (Some((from, unit)), Some((_, other))) if unit == other => format!("{from}–{most}"),
        _ => format!("{least}–{most}"),
    }
}

/// What else is known of a row, and whether it is bad.
fn marks(row: &GoroutineGroup) -> Vec<(bool, String)> {
    let of = |count: i64| {
        if count == row.count {
            String::new()
        } else {
            format!("{} ", grouped(count))
        }
    };
    let leaked = (row.leaked > 0).then(|| (true, format!("{}proved leaked", of(row.leaked))));
    let locked = (row.locked > 0).then(|| (false, format!("{}locked to a thread", of(row.locked))));
    // What only some have says nothing of the row; the details have it.
    let labels = row.labels.iter().filter(|(_, _, count)| *count == row.count).take(2);
    let labels = labels.map(|(key, value, _)| (false, format!("{key}={value}")));
    leaked.into_iter().chain(locked).chain(labels).collect()
}
