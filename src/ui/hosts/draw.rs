//! The table of hosts on the screen. Changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{HostsTable, PACE};
use crate::analyze::hosts::State;
use crate::report::HostRow;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::widget::list::Emphasis;
use crate::ui::widget::{name, paint};

/// Columns that go first where there is no room for all, the one that says least first.
const DROPPED: [&str; 8] = [
    "gc",
    "share",
    "uptime",
    "Δ rss",
    "goroutines",
    "rss over time",
    "rss",
    "Δ heap",
];
/// A host's name is not cut as long as there are so many cells.
const NAME: usize = 40;
/// Lines below the rows for what is said of hosts, at least and at most.
const SAID: u16 = 5;
const MOST_SAID: u16 = 12;

impl HostsTable {
    pub(super) fn places(&self) -> Places {
        let area = self.area;
        // Below few rows there is room for all that is said.
        let rows = u16::try_from(self.rows.len()).unwrap_or(u16::MAX);
        let free = area.height.saturating_sub(rows.saturating_add(4));
        let said = match area.height {
            ..14 => 0,
            _ => free.clamp(SAID, MOST_SAID),
        };
        let part = |y: u16, height: u16| Rect {
            y: area.y + y.min(area.height),
            height: height.min(area.height.saturating_sub(y)),
            ..area
        };
        let below = area.height.saturating_sub(1);
        Places {
            title: part(0, 1),
            head: part(1, 1),
            body: part(1, area.height.saturating_sub(2)),
            rows: Rect {
                width: area.width.saturating_sub(u16::from(area.width > 20)),
                ..part(2, area.height.saturating_sub(3 + said))
            },
            said: part(below.saturating_sub(said), said),
            footer: part(below, 1),
        }
    }

    pub(super) fn draw(&self, buffer: &mut Buffer) {
        let (theme, places) = (self.theme, self.places());
        paint::line(buffer, places.title, 0, &self.title());
        match &self.finder {
            Some(finder) => {
                let problem = finder.prompt.problem.clone();
                let note = problem.unwrap_or_else(|| self.search_note());
                finder.prompt.draw(&note, theme, places.footer, buffer);
            }
            None => paint::line(buffer, places.footer, 0, &self.footer()),
        }
        if let Some(pane) = &self.help {
            pane.draw(theme, places.body, buffer);
            return;
        }
        let columns = Columns::new(&self.head, &self.rows, usize::from(places.rows.width));
        let head = format!(" {}", columns.line(&self.head));
        paint::line(buffer, places.head, 0, &Line::styled(head, theme.quiet()));
        self.list.draw(&self.rows, theme, places.rows, buffer, |row, emphasis| {
            let style = match (row.is_answered, row.stands_out, emphasis) {
                (_, _, Emphasis::Cursor) => emphasis.style(theme.text()),
                (false, ..) => theme.quiet(),
                (true, true, _) => theme.error(),
                (true, false, _) => theme.text(),
            };
            Line::from(vec![emphasis.marker(), Span::styled(columns.line(&row.cells), style)])
        });
        self.draw_said(places.said, buffer);
    }

    /// What stands out: of the host under the cursor first.
    fn draw_said(&self, area: Rect, buffer: &mut Buffer) {
        let selected = self.selected();
        let own = self.sentences.iter().filter(|(host, _)| Some(*host) == selected);
        let others = self.sentences.iter().filter(|(host, _)| Some(*host) != selected);
        let width = usize::from(area.width).saturating_sub(3).max(1);
        let mut lines: Vec<String> = Vec::new();
        let reason = selected.and_then(|at| match &self.fleet.hosts().get(at)?.state {
            State::Failed(reason) => Some(reason.as_str()),
            _ => None,
        });
        for text in reason
            .into_iter()
            .chain(own.chain(others).map(|(_, text)| text.as_str()))
        {
            lines.extend(paint::wrap(text, width));
        }
        if lines.is_empty() && self.fleet.count().answered > 2 {
            lines.push("No host stands out.".into());
        }
        let room = usize::from(area.height).saturating_sub(1);
        if lines.len() > room && room > 0 {
            lines.truncate(room);
            lines[room - 1].push('…');
        }
        for (at, line) in lines.iter().take(room).enumerate() {
            paint::line(
                buffer,
                area,
                at as u16 + 1,
                &Line::styled(format!("  {line}"), self.theme.value()),
            );
        }
    }

    fn title(&self) -> Line<'static> {
        let count = self.fleet.count();
        let waiting = count.all - count.answered - count.failed;
        let mut text = format!(
            "{} hosts: {} answered, {} failed",
            count.all, count.answered, count.failed
        );
        if waiting > 0 {
            text += &format!(", {waiting} to come");
        }
        let doing = match (self.is_watching, self.is_asking) {
            (true, _) => format!("  ·  watched, {} s between", PACE.as_secs()),
            (false, true) => "  ·  asking".into(),
            (false, false) => String::new(),
        };
        Line::from(vec![
            Span::styled(" heaptui ", self.theme.heading()),
            Span::styled(text, self.theme.text()),
            Span::styled(doing, self.theme.quiet()),
        ])
    }

    fn footer(&self) -> Line<'static> {
        if let Some(message) = &self.message {
            return Line::styled(format!(" {message}"), self.theme.value());
        }
        let shown = match self.help {
            Some(_) => &[KeyContext::Pane][..],
            None => &[KeyContext::Hosts, KeyContext::Everywhere],
        };
        // The text is read and closed here, no more.
        let is_done = |action: Action| {
            self.help.is_none() || matches!(action, Action::Back | Action::Move(_) | Action::Left | Action::Right)
        };
        let rows = self.setup.bindings.active(shown).filter(|row| !row.short.is_empty());
        let spans = rows.filter(|row| is_done(row.keys[0].1)).flat_map(|row| {
            let word = match row.keys[0].1 {
                Action::Watch if self.is_watching => "stop",
                _ => row.short,
            };
            let key = Span::styled(format!(" {}", row.keys[0].0.label()), self.theme.key());
            [key, Span::styled(format!(" {word} "), self.theme.quiet())]
        });
        Line::from(spans.collect::<Vec<_>>())
    }
}

/// The parts of the screen.
pub(super) struct Places {
    title: Rect,
    head: Rect,
    /// All between title and footer.
    pub(super) body: Rect,
    pub(super) rows: Rect,
    /// What is said of hosts.
    said: Rect,
    footer: Rect,
}

/// Which columns there is room for, and how wide each is.
struct Columns {
    /// Places among the cells, with widths.
    shown: Vec<(usize, usize)>,
    width: usize,
}

impl Columns {
    fn new(head: &[String], rows: &[HostRow], width: usize) -> Self {
        let wide = |at: usize| {
            let cells = rows.iter().filter(|row| at == 0 || row.is_answered);
            let cells = cells.filter_map(|row| row.cells.get(at)).map(|cell| cell.width());
            cells.chain([head[at].width()]).max().unwrap_or(0)
        };
        let mut shown: Vec<(usize, usize)> = (0..head.len()).map(|at| (at, wide(at))).collect();
        if let Some(first) = shown.first_mut() {
            first.1 = first.1.min(NAME);
        }
        // The last column takes what is left, and wants something.
        let used = |shown: &[(usize, usize)]| -> usize {
            let last = shown.len().saturating_sub(1);
            shown.iter().take(last).map(|(_, width)| width + 2).sum::<usize>() + 16
        };
        for name in DROPPED {
            if used(&shown) <= width {
                break;
            }
            // The one that rows are ordered by has a mark, and stays.
            shown.retain(|(at, _)| head[*at] != name);
        }
        Self { shown, width }
    }

    /// Cells of a row; those of one that did not answer go over all columns.
    fn line(&self, cells: &[String]) -> String {
        let mut text = String::new();
        let is_whole = cells.len() > 2;
        for (nth, &(at, width)) in self.shown.iter().enumerate() {
            let is_last = nth + 1 == self.shown.len() || (!is_whole && nth == 1);
            let Some(cell) = cells.get(at.min(if is_whole { at } else { nth })) else {
                break;
            };
            let left = self.width.saturating_sub(text.width() + 3);
            let cell = match (nth, is_last, is_whole) {
                (0, ..) => name::cut_start(cell, width),
                (_, true, true) => name::shorten(cell, left),
                (_, true, false) => name::cut_end(cell, left),
                _ => cell.clone(),
            };
            let room = width.saturating_sub(cell.width());
            match (nth, is_last) {
                (0, _) => text += &format!("{cell}{}", " ".repeat(room)),
                (_, true) => text += &format!("  {cell}"),
                _ => text += &format!("  {}{cell}", " ".repeat(room)),
            }
            if is_last {
                break;
            }
        }
        text
    }
}
