//! Text that is longer than the screen: reports, help.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use regex::Regex;

use super::list::{Tally, draw_bar};
use super::paint;
use crate::ui::keys::action::{Action, Movement, Toward};
use crate::ui::search::Sought;
use crate::ui::theme::Theme;

/// Lines that scroll in both directions and can be searched.
#[derive(Clone, Debug)]
pub(in super::super) struct Pane {
    title: String,
    lines: Vec<Line<'static>>,
    top: usize,
    left: usize,
    search: Option<Sought>,
}

/// Where a pane is scrolled to, and what is marked in it.
#[derive(Clone, Debug)]
pub(in super::super) struct Place {
    top: usize,
    search: Option<Sought>,
}

/// How many cells a step to the side is.
const SIDE: usize = 16;

impl Pane {
    pub(in super::super) fn new(title: String, lines: Vec<Line<'static>>) -> Self {
        Self {
            title,
            lines,
            top: 0,
            left: 0,
            search: None,
        }
    }

    /// Plain text; tabs become blanks.
    pub(in super::super) fn text(title: String, text: &str) -> Self {
        let lines = text.lines().map(|line| Line::raw(line.replace('\t', " ")));
        Self::new(title, lines.collect())
    }

    /// Scrolls or searches; false if the action is not the pane's.
    pub(in super::super) fn update(&mut self, action: Action, area: Rect) -> bool {
        let height = usize::from(rows(area).height);
        let page = height.max(1);
        let last = self.lines.len().saturating_sub(height);
        match action {
            Action::Move(step) => {
                self.top = match step {
                    Movement::Up => self.top.saturating_sub(1),
                    Movement::Down => self.top + 1,
                    Movement::WheelUp => self.top.saturating_sub(3),
                    Movement::WheelDown => self.top + 3,
                    Movement::PageUp => self.top.saturating_sub(page),
                    Movement::PageDown => self.top + page,
                    Movement::HalfUp => self.top.saturating_sub(page / 2),
                    Movement::HalfDown => self.top + page / 2,
                    Movement::First => 0,
                    Movement::Last => last,
                }
                .min(last);
            }
            Action::Left => self.left = self.left.saturating_sub(SIDE),
            Action::Right => {
                let widest = self.lines.iter().map(Line::width).max().unwrap_or(0);
                if self.left + usize::from(rows(area).width) < widest {
                    self.left += SIDE;
                }
            }
            Action::Match(toward) => self.find(toward, last),
            _ => return false,
        }
        true
    }

    pub(in super::super) fn place(&self) -> Place {
        Place {
            top: self.top,
            search: self.search.clone(),
        }
    }

    pub(in super::super) fn go_to(&mut self, place: Place) {
        (self.top, self.search) = (place.top, place.search);
    }

    /// Searches from the line in view on.
    pub(in super::super) fn search(&mut self, sought: Option<Sought>, area: Rect) {
        self.search = sought;
        let last = self.lines.len().saturating_sub(usize::from(rows(area).height));
        if !self.lines.get(self.top).is_some_and(|line| self.is_match(line)) {
            self.find(Toward::Next, last);
        }
    }

    /// What is searched for.
    pub(in super::super) fn sought(&self) -> Option<&Sought> {
        self.search.as_ref()
    }

    /// Whether an expression matches a line.
    pub(in super::super) fn finds(&self, expression: &Regex) -> bool {
        self.lines.iter().any(|line| expression.is_match(&text(line)))
    }

    /// How many lines match.
    pub(in super::super) fn tally(&self) -> Option<Tally> {
        self.search.as_ref()?;
        let matches = self.lines.iter().filter(|line| self.is_match(line));
        let count = matches.count();
        Some(Tally { nth: None, count })
    }

    fn is_match(&self, line: &Line<'_>) -> bool {
        self.search.as_ref().is_some_and(|search| search.is_match(&text(line)))
    }

    fn find(&mut self, toward: Toward, last: usize) {
        let len = self.lines.len();
        let mut around = (1..=len).map(|by| toward.step(self.top, by, len));
        if let Some(at) = around.find(|&at| self.is_match(&self.lines[at])) {
            self.top = at.min(last);
        }
    }

    /// How many cells of a line it shows in an area.
    pub(in super::super) fn width(area: Rect) -> usize {
        usize::from(rows(area).width)
    }

    pub(in super::super) fn draw(&self, theme: Theme, area: Rect, buffer: &mut Buffer) {
        paint::clear(buffer, area);
        let inner = rows(area);
        let shown = (self.top + usize::from(inner.height)).min(self.lines.len());
        draw_bar(&(self.top.min(shown)..shown), self.lines.len(), theme, inner, buffer);
        if inner.y > area.y {
            let place = format!("  lines {}–{shown} of {}", (self.top + 1).min(shown), self.lines.len());
            let title = vec![
                Span::styled(format!(" {}", self.title), theme.heading()),
                Span::styled(place, theme.quiet()),
            ];
            paint::line(buffer, area, 0, &Line::from(title));
        }
        for (row, line) in self
            .lines
            .iter()
            .skip(self.top)
            .take(usize::from(inner.height))
            .enumerate()
        {
            let shown = if self.left > 0 {
                Line::raw(line.to_string().chars().skip(self.left).collect::<String>())
            } else {
                line.clone()
            };
            paint::line(buffer, inner, row as u16, &self.marked(shown, theme));
        }
    }

    /// The line with what matches the search marked.
    fn marked(&self, line: Line<'static>, theme: Theme) -> Line<'static> {
        let Some(search) = &self.search else { return line };
        let text = line.to_string();
        let Some(found) = search.find(&text).filter(|found| !found.is_empty()) else {
            return line;
        };
        Line::from(vec![
            Span::raw(text[..found.start()].to_string()),
            Span::styled(found.as_str().to_string(), theme.found()),
            Span::raw(text[found.end()..].to_string()),
        ])
    }
}

/// A line's text.
fn text<'l>(line: &'l Line<'_>) -> Cow<'l, str> {
    match &line.spans[..] {
        [only] => Cow::Borrowed(&only.content),
        _ => Cow::Owned(line.to_string()),
    }
}

/// Where the lines are: below the title, beside their scroll bar.
fn rows(area: Rect) -> Rect {
    let title = u16::from(area.height >= 4);
    Rect {
        y: area.y + title,
        height: area.height - title,
        width: area.width.saturating_sub(u16::from(area.width > 20)),
        ..area
    }
}
