//! Where the process's memory is: resident memory as a bar of parts that add up, and below each part with what it means
//! and what would shrink it.

mod growth;
mod hints;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use regex::Regex;
use unicode_width::UnicodeWidthStr;

use growth::{Growth, TREND, growth};
use hints::old_collection;
pub(super) use hints::{hint, stale};

use super::{HOME, Outcome, View, ViewId, goroutines};
use crate::analyze::memory::{Memory as Parts, MemoryFacts, PartKind};
use crate::model::{Collection, Side, Snapshot, units};
use crate::report::{MemoryRow, MemoryWords};
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Clicked, Emphasis, List, Tally, next_match};
use crate::ui::widget::paint;
use crate::ui::work::host::Probe;
use crate::ui::work::probes::Reply;
use crate::ui::work::query::Query;

pub(in crate::ui) const ID: ViewId = ViewId("memory");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Memory {
    list: List,
    shown: Option<Shown>,
    /// The part that the user went to; before that the cursor is on the largest.
    chosen: Option<PartKind>,
}

/// What is drawn.
#[derive(Clone)]
struct Shown {
    words: MemoryWords,
    /// What the whole bar stands for.
    total: u64,
    /// How old the last collection is, where that says something.
    last_collection: Option<String>,
    /// When the process was asked.
    time: Option<String>,
    /// Each part up to the moment in view; empty without a series.
    growth: Vec<Growth>,
}

/// Cells of the columns.
const NAME: usize = 12;
const SIZE: usize = 10;
const SHARE: usize = 8;
/// Cells for what a part is.
const MEANING: usize = 44;

/// A column beside name and size, from left to right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Share,
    /// What has come since the base.
    Change,
    Trend,
}

impl Column {
    fn head(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Change => "Δ",
            Self::Trend => "trend",
        }
    }
}

/// The parts of the body, from top to bottom.
#[derive(Clone, Copy)]
struct Places {
    sum: Rect,
    bar: Rect,
    sentence: Rect,
    head: Rect,
    rows: Rect,
    details: Rect,
}

fn places(body: Rect, len: usize) -> Places {
    let (above, details) = match body.height {
        0..=4 => (0, 0),
        5..=11 => (2, 0),
        12..=15 => (4, 3),
        _ => (6, 6),
    };
    let part = |y: u16, height: u16| Rect {
        y: body.y + y.min(body.height),
        height: height.min(body.height.saturating_sub(y)),
        ..body
    };
    let shown = |at: u16| u16::from(above > at);
    // Blank lines set the sum apart where there is room.
    let gap = u16::from(above == 6);
    let len = u16::try_from(len).unwrap_or(u16::MAX);
    let rows = body.height.saturating_sub(above + details);
    let rows = if gap == 1 { rows.min(len) } else { rows };
    Places {
        sum: part(0, shown(0)),
        bar: part(1, shown(1)),
        sentence: part(2, if above >= 4 { above / 3 } else { 0 }),
        head: part(above - shown(2), shown(2)),
        rows: part(above, rows),
        details: part(above + rows + gap, body.height.saturating_sub(above + rows + gap)),
    }
}

/// The sign of a part in the bar: none has that of its neighbours, whatever the colours are.
fn sign(kind: PartKind) -> char {
    match kind {
        PartKind::Live => '█',
        PartKind::Garbage => '▒',
        PartKind::SpanSlack => '░',
        PartKind::IdleKept => '·',
        PartKind::Stacks => '▪',
        PartKind::Runtime => '▫',
        PartKind::Files => '═',
        PartKind::Outside => '▓',
        PartKind::Untouched | PartKind::Released => ' ',
    }
}

fn style(kind: PartKind, theme: Theme) -> Style {
    match kind {
        PartKind::Live => theme.bar(),
        PartKind::Garbage | PartKind::SpanSlack => theme.value(),
        PartKind::Stacks | PartKind::Runtime => theme.literal(),
        PartKind::Outside => theme.error(),
        PartKind::IdleKept | PartKind::Files | PartKind::Untouched | PartKind::Released => theme.quiet(),
    }
}

/// The style of a part's sign in its row.
fn sign_style(kind: PartKind, emphasis: Emphasis, theme: Theme) -> Style {
    match emphasis {
        Emphasis::Plain => style(kind, theme),
        Emphasis::Cursor => emphasis.bar(theme),
    }
}

/// The snapshot that tells of memory: what the process was asked for, else the last one in view that knows.
fn told(session: &Session) -> Option<&Snapshot> {
    if let Some(asked) = session.probes.reply(Probe::Memory).snapshot() {
        return Some(asked);
    }
    let snapshots = session.loaded.as_ref()?.side(Side::After);
    snapshots.filter(|snapshot| snapshot.mem_stats().is_some()).last()
}

impl Shown {
    fn of(session: &Session) -> Option<Self> {
        let snapshot = told(session)?;
        let facts = MemoryFacts {
            resident: snapshot.resident,
            heap: Some(&snapshot.profile),
            is_collected: snapshot.collection == Collection::Forced,
        };
        let parts = Parts::new(snapshot.mem_stats()?, &facts);
        let is_asked = session.probes.reply(Probe::Memory).snapshot().is_some();
        let clock = super::clock_of(session);
        Some(Self {
            words: MemoryWords::new(&parts),
            total: parts.total(),
            last_collection: old_collection(snapshot),
            time: is_asked.then(|| clock(snapshot)).flatten(),
            growth: growth(session),
        })
    }

    /// Which columns there are beside name and size, with their cells. Where there is little room, what has come since the base
    /// takes the place of the share, which the bar shows, too.
    fn columns(&self, width: usize) -> Vec<(Column, usize)> {
        let grows = !self.growth.is_empty();
        let room = width.saturating_sub(3 + NAME + SIZE + MEANING);
        let wanted = [
            (Column::Change, SIZE, grows),
            (Column::Share, SHARE, true),
            (Column::Trend, TREND + 2, grows),
        ];
        let mut left = room;
        let mut columns = Vec::new();
        for (column, cells, is_wanted) in wanted {
            if is_wanted && (cells <= left || columns.is_empty()) {
                left = left.saturating_sub(cells);
                columns.push((column, cells));
            }
        }
        columns.sort();
        columns
    }

    /// The bar: each part as long as its share, together as long as the line.
    fn bar(&self, theme: Theme, width: usize) -> Line<'static> {
        let mut spans = vec![Span::raw(" ")];
        let (mut sum, mut drawn) = (0u64, 0usize);
        for row in self.words.rows.iter().filter(|row| row.kind.sign() > 0) {
            sum = sum.saturating_add(row.bytes);
            let end = (sum as f64 / self.total.max(1) as f64 * width as f64).round() as usize;
            let cells = end.min(width).saturating_sub(drawn);
            drawn += cells;
            let text: String = std::iter::repeat_n(sign(row.kind), cells).collect();
            spans.push(Span::styled(text, style(row.kind, theme)));
        }
        Line::from(spans)
    }

    fn line(
        &self,
        session: &Session,
        theme: Theme,
        row: &MemoryRow,
        emphasis: Emphasis,
        width: usize,
    ) -> Line<'static> {
        let (quiet, plain) = (emphasis.style(theme.quiet()), emphasis.style(theme.text()));
        let size = units::rounded(row.bytes as f64, "bytes");
        let is_found = session
            .search
            .as_ref()
            .is_some_and(|search| search.is_match(&said(row)));
        let name = if is_found {
            theme.found()
        } else {
            emphasis.style(theme.function())
        };
        let mut spans = vec![
            emphasis.marker(),
            Span::styled(format!("{} ", sign(row.kind)), sign_style(row.kind, emphasis, theme)),
            Span::styled(row.name.to_string(), name),
            Span::raw(" ".repeat(NAME.saturating_sub(row.name.width()))),
            Span::styled(format!("{size:>SIZE$}"), emphasis.style(theme.value())),
        ];
        let growth = self.growth.iter().find(|growth| growth.kind == row.kind);
        let of_growth = |text: fn(&Growth) -> &str| growth.map_or("", text);
        for (column, cells) in self.columns(width) {
            let (text, style) = match column {
                Column::Share => (row.share.as_str(), quiet),
                Column::Change => (of_growth(|growth| &growth.change), emphasis.style(theme.value())),
                Column::Trend => (of_growth(|growth| &growth.trend), emphasis.bar(theme)),
            };
            spans.push(Span::styled(format!("{text:>cells$}"), style));
        }
        let used: usize = spans.iter().map(Span::width).sum();
        if used + 20 < width {
            spans.push(Span::styled(format!("  {}", row.meaning), plain));
        }
        Line::from(spans)
    }

    fn draw_details(&self, session: &Session, theme: Theme, row: Option<&MemoryRow>, area: Rect, buffer: &mut Buffer) {
        if area.height == 0 {
            return;
        }
        super::draw_rule(theme, area, buffer);
        let width = usize::from(area.width).saturating_sub(2).max(1);
        let mut lines = Vec::new();
        if let Some(row) = row {
            let advice = match row.shrinks_by {
                "" => format!("{}: {}", row.name, row.meaning),
                shrinks_by => format!("to shrink {}, {shrinks_by}", row.name),
            };
            let wrapped = paint::wrap(&advice, width).into_iter();
            lines.extend(wrapped.map(|line| Line::raw(format!(" {line}"))));
            if let (Some((.., leads)), Some(last)) = (leads_to(row.kind), lines.last_mut()) {
                let key = session.keys.label(Action::Enter, &[KeyContext::View(ID)]);
                let leads = [Span::styled(format!("  {key} "), theme.key()), Span::raw(leads)];
                match last.width() + key.width() + leads[1].width() + 3 <= width {
                    true => last.spans.extend(leads),
                    false => lines.push(Line::from(leads.to_vec())),
                }
            }
        }
        let notes = std::iter::once(self.words.collections.as_str()).chain(self.words.notes.iter().copied());
        for note in self.last_collection.as_deref().into_iter().chain(notes) {
            let wrapped = paint::wrap(note, width).into_iter();
            lines.extend(wrapped.map(|line| Line::styled(format!(" {line}"), theme.quiet())));
        }
        super::draw_lines(lines, area, buffer);
    }
}

/// What a search looks at.
fn said(row: &MemoryRow) -> String {
    format!("{}\n{}\n{}", row.name, row.meaning, row.shrinks_by)
}

/// The view that says more of a part, and what that is, in a word and in some.
fn leads_to(kind: PartKind) -> Option<(ViewId, &'static str, &'static str)> {
    match kind {
        PartKind::Live => Some((HOME, "who holds it", "Top: who holds it, by samples")),
        PartKind::Stacks => Some((goroutines::ID, "goroutines", "Goroutines: which")),
        _ => None,
    }
}

impl Memory {
    fn rows(&self) -> &[MemoryRow] {
        self.shown.as_ref().map_or(&[], |shown| &shown.words.rows)
    }

    /// Keeps in mind which part the user went to.
    fn note(&mut self) {
        let under = self.list.selected().and_then(|at| self.rows().get(at));
        self.chosen = under.map(|row| row.kind);
    }

    /// The part that the cursor is to be on.
    fn place(&self) -> usize {
        let rows = self.rows();
        let chosen = self
            .chosen
            .and_then(|kind| rows.iter().position(|row| row.kind == kind));
        let counted = rows.iter().enumerate().filter(|(_, row)| row.kind.sign() > 0);
        let largest = counted.max_by_key(|(at, row)| (row.bytes, std::cmp::Reverse(*at)));
        chosen.or(largest.map(|(at, _)| at)).unwrap_or(0)
    }

    fn enter(&self) -> Outcome {
        let Some(row) = self.list.selected().and_then(|at| self.rows().get(at)) else {
            return Outcome::Done;
        };
        match leads_to(row.kind) {
            Some((view, ..)) => Outcome::Go(view),
            None => Outcome::Say(format!("No view shows more of this: {}.", row.meaning)),
        }
    }

    fn click(&mut self, at: Position, body: Rect) -> Outcome {
        let len = self.rows().len();
        match self.list.click(at, len, places(body, len).rows) {
            Clicked::Again => return self.enter(),
            Clicked::Moved => self.note(),
            Clicked::Nothing => {}
        }
        Outcome::Done
    }

    fn matching(&self, expression: &Regex) -> Vec<usize> {
        let rows = self.rows().iter().enumerate();
        let found = rows.filter(|(_, row)| expression.is_match(&said(row)));
        found.map(|(at, _)| at).collect()
    }
}

impl View for Memory {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let len = self.rows().len();
        let area = places(body, len).rows;
        match action {
            Action::Move(step) => {
                self.list.step(step, len, area);
                self.note();
            }
            Action::Match(toward) => {
                let search = session.search.as_ref().map(|search| self.matching(&search.expression));
                let found = search.and_then(|found| next_match(&found, self.list.at(), toward));
                if let Some(found) = found {
                    self.list.go(found.at, len, area);
                    self.note();
                }
                return super::went_to_match(session, found);
            }
            Action::Enter => return self.enter(),
            Action::Click(at) => return self.click(at, body),
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        self.shown = Shown::of(session);
        let len = self.rows().len();
        self.list.go(self.place(), len, places(body, len).rows);
    }

    fn word(&self, action: Action, _: &Session) -> Option<String> {
        let row = self.rows().get(self.list.selected()?)?;
        super::word_apart(action, || leads_to(row.kind).map_or("", |leads| leads.1))
    }

    fn queries(&self, _: &Session) -> Vec<Query> {
        Vec::new()
    }

    fn probe(&self, session: &Session) -> Option<Probe> {
        let is_whole = told(session).is_some_and(|snapshot| snapshot.resident.is_some());
        (!is_whole).then_some(Probe::Memory)
    }

    fn finds(&self, _: &Session, expression: &Regex) -> Option<bool> {
        Some(!self.matching(expression).is_empty())
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let found = self.matching(&session.search.as_ref()?.expression);
        Some(Tally::new(&found, self.list.selected()))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(shown) = &self.shown else {
            draw_missing(session, theme, body, buffer);
            return;
        };
        let (rows, places) = (self.rows(), places(body, self.rows().len()));
        let width = usize::from(body.width);
        let time = shown
            .time
            .as_ref()
            .map_or(String::new(), |time| format!("   asked at {time}"));
        let mut sum = Line::styled(format!(" {}", shown.words.sum), theme.heading());
        if sum.width() + time.width() <= width {
            sum.push_span(Span::styled(time, theme.quiet()));
        }
        paint::line(buffer, places.sum, 0, &sum);
        paint::line(buffer, places.bar, 0, &shown.bar(theme, width.saturating_sub(2)));
        let sentence = paint::wrap(&shown.words.sentence, width.saturating_sub(2).max(1));
        for (at, line) in sentence.into_iter().enumerate() {
            paint::line(buffer, places.sentence, at as u16, &Line::raw(format!(" {line}")));
        }
        let heads: String = shown
            .columns(width)
            .into_iter()
            .map(|(column, cells)| format!("{:>cells$}", column.head()))
            .collect();
        let head = format!("   {:NAME$}{:>SIZE$}{heads}  what it is", "part", "size");
        paint::line(buffer, places.head, 0, &Line::styled(head, theme.quiet()));
        self.list.draw(rows, theme, places.rows, buffer, |row, emphasis| {
            shown.line(session, theme, row, emphasis, width)
        });
        let row = self.list.selected().and_then(|at| rows.get(at));
        shown.draw_details(session, theme, row, places.details, buffer);
    }
}

/// Why nothing is known of the memory, and how to know it.
fn draw_missing(session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
    let again = || {
        let key = session
            .keys
            .label(Action::Reload, &[KeyContext::Server, KeyContext::Everywhere]);
        format!("{key} reads the profile again, and asks again.")
    };
    let text = match session.probes.reply(Probe::Memory) {
        Reply::Outstanding => vec!["Asking the process for its memory…".to_string()],
        Reply::Failed(why) => vec!["The process did not tell of its memory.".to_string(), why.clone(), again()],
        Reply::Came(_) | Reply::None => vec![
            "This profile does not tell of the process's memory.".to_string(),
            "The text form does: open …/debug/pprof/heap?debug=1, a file of it, or a session's folder. Of the process's own URL heaptui asks by itself.".to_string(),
        ],
    };
    paint::middle(buffer, body, theme.heading(), &text);
}
