//! A list that scrolls: which row the cursor is on, which rows are in view, where a click lands, what matches.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::paint;
use crate::ui::keys::action::{Movement, Toward};
use crate::ui::theme::Theme;

/// The state of a list whose rows are somebody else's: every call says how many there are and where they are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in super::super) struct List {
    at: usize,
    offset: usize,
    /// Whether no row is selected: the cursor then waits at a row without marking it.
    is_idle: bool,
}

/// What a click did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Clicked {
    /// It was not on a row.
    Nothing,
    /// The cursor went to the row.
    Moved,
    /// The row had the cursor already.
    Again,
}

/// How a row is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Emphasis {
    Plain,
    /// The cursor is on it, whose style is that of the whole row.
    Cursor,
}

impl Emphasis {
    /// The style of a part that would have this one in a plain row.
    pub(in super::super) fn style(self, plain: Style) -> Style {
        match self {
            Self::Plain => plain,
            Self::Cursor => Style::new(),
        }
    }

    /// The style of a bar.
    pub(in super::super) fn bar(self, theme: Theme) -> Style {
        match self {
            Self::Plain => theme.bar(),
            Self::Cursor => theme.cursor_bar(),
        }
    }

    /// What stands at the left end of the row: a mark for the cursor that needs no colour.
    pub(in super::super) fn marker(self) -> Span<'static> {
        Span::raw(match self {
            Self::Plain => " ",
            Self::Cursor => "▌",
        })
    }
}

/// A match, and which of how many it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) struct Match<T> {
    pub(in super::super) at: T,
    pub(in super::super) nth: usize,
    pub(in super::super) count: usize,
}

impl List {
    /// The row that the cursor is on.
    pub(in super::super) fn at(&self) -> usize {
        self.at
    }

    /// The selected row; none while the cursor is idle.
    pub(in super::super) fn selected(&self) -> Option<usize> {
        (!self.is_idle).then_some(self.at)
    }

    /// Rows in view above the cursor.
    pub(in super::super) fn above(&self) -> usize {
        self.at.saturating_sub(self.offset)
    }

    /// Moves the cursor. From idleness, a step up or down selects the row that it waits at.
    pub(in super::super) fn step(&mut self, movement: Movement, len: usize, area: Rect) {
        let page = usize::from(area.height).max(1);
        let half = page.div_ceil(2);
        let at = match movement {
            Movement::Up | Movement::Down if self.is_idle => self.at,
            Movement::Up => self.at.saturating_sub(1),
            Movement::Down => self.at.saturating_add(1),
            Movement::WheelUp => self.at.saturating_sub(3),
            Movement::WheelDown => self.at.saturating_add(3),
            Movement::PageUp => self.at.saturating_sub(page),
            Movement::PageDown => self.at.saturating_add(page),
            Movement::HalfUp => self.at.saturating_sub(half),
            Movement::HalfDown => self.at.saturating_add(half),
            Movement::First => 0,
            Movement::Last => usize::MAX,
        };
        self.go(at, len, area);
    }

    /// Goes to a row.
    pub(in super::super) fn go(&mut self, at: usize, len: usize, area: Rect) {
        self.at = at;
        self.is_idle = false;
        self.fit(len, area);
    }

    /// Goes to a row and has so many rows in view above it, as far as there are.
    pub(in super::super) fn go_below(&mut self, at: usize, above: usize, len: usize, area: Rect) {
        self.offset = at.saturating_sub(above);
        self.go(at, len, area);
    }

    /// Waits at the first row, none selected.
    pub(in super::super) fn idle(&mut self, len: usize, area: Rect) {
        self.go(0, len, area);
        self.is_idle = true;
    }

    /// Keeps the cursor on a row and in view, and the view full.
    pub(in super::super) fn fit(&mut self, len: usize, area: Rect) {
        let height = usize::from(area.height);
        self.at = self.at.min(len.saturating_sub(1));
        if height > 0 {
            let lowest = self.at.saturating_sub(height - 1);
            self.offset = self.offset.clamp(lowest, self.at).min(len.saturating_sub(height));
        }
    }

    /// The row at a place of the screen.
    pub(in super::super) fn hit(&self, at: Position, len: usize, area: Rect) -> Option<usize> {
        let row = self.offset + usize::from(at.y.saturating_sub(area.y));
        ((area.y..area.bottom()).contains(&at.y) && row < len).then_some(row)
    }

    /// Goes to the row that is clicked.
    pub(in super::super) fn click(&mut self, at: Position, len: usize, area: Rect) -> Clicked {
        match self.hit(at, len, area) {
            None => Clicked::Nothing,
            Some(row) if self.selected() == Some(row) => Clicked::Again,
            Some(row) => {
                self.go(row, len, area);
                Clicked::Moved
            }
        }
    }

    /// The next row of a kind in one direction, around the end; the cursor's own comes last.
    pub(in super::super) fn next(&self, toward: Toward, len: usize, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        (1..=len)
            .map(|by| toward.step(self.at, by, len))
            .find(|&row| is_it(row))
    }

    /// The rows in view.
    pub(in super::super) fn visible(&self, len: usize, area: Rect) -> Range<usize> {
        let first = self.offset.min(len);
        first..self.offset.saturating_add(usize::from(area.height)).min(len)
    }

    /// Which rows are in view, where not all are.
    pub(in super::super) fn position(&self, len: usize, area: Rect) -> Option<String> {
        let Range { start, end } = self.visible(len, area);
        (len > usize::from(area.height)).then(|| format!(" rows {}–{end} of {len} ", start + 1))
    }

    /// Draws the rows in view, each as `line` has it.
    pub(in super::super) fn draw<R>(
        &self,
        rows: &[R],
        theme: Theme,
        area: Rect,
        buffer: &mut Buffer,
        line: impl Fn(&R, Emphasis) -> Line<'static>,
    ) {
        let visible = self.visible(rows.len(), area);
        draw_bar(&visible, rows.len(), theme, area, buffer);
        for ((row, at), y) in rows[visible.clone()].iter().zip(visible).zip(0..) {
            let emphasis = match self.selected() {
                Some(selected) if selected == at => Emphasis::Cursor,
                _ => Emphasis::Plain,
            };
            if emphasis == Emphasis::Cursor {
                paint::style_row(buffer, area, y, theme.cursor());
            }
            paint::line(buffer, area, y, &line(row, emphasis));
        }
    }
}

/// Beside an area, where there is room: which part of all rows is in view, if it is not all of them.
pub(super) fn draw_bar(visible: &Range<usize>, len: usize, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let height = usize::from(area.height);
    if height == 0 || visible.len() >= len || area.right() >= buffer.area.right() {
        return;
    }
    let size = (height * height / len.max(1)).clamp(1, height.max(1));
    let hidden = len - visible.len();
    let top = (visible.start * (height - size) + hidden / 2) / hidden.max(1);
    let bar = Rect {
        x: area.right(),
        width: 1,
        ..area
    };
    for y in top..(top + size).min(height) {
        paint::line(buffer, bar, y as u16, &Line::styled("▐", theme.quiet()));
    }
}

/// How many matches there are, and which of them the cursor is on, if on any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) struct Tally {
    pub(in super::super) nth: Option<usize>,
    pub(in super::super) count: usize,
}

impl Tally {
    /// Of matches that are given in order.
    pub(in super::super) fn new<T: Ord>(matches: &[T], at: Option<T>) -> Self {
        Self {
            nth: at.and_then(|at| matches.binary_search(&at).ok()),
            count: matches.len(),
        }
    }

    pub(in super::super) fn words(self) -> String {
        match (self.nth, self.count) {
            (_, 0) => "nothing matches here".into(),
            (Some(nth), count) => format!("match {} of {count}", nth + 1),
            (None, 1) => "1 match".into(),
            (None, count) => format!("{count} matches"),
        }
    }
}

/// The next of the places that match, given in order, from one on in one direction, around the end.
pub(in super::super) fn next_match<T: Copy + Ord>(matches: &[T], from: T, toward: Toward) -> Option<Match<T>> {
    let nth = match toward {
        Toward::Next => matches.partition_point(|&at| at <= from),
        Toward::Previous => matches.partition_point(|&at| at < from) + matches.len().checked_sub(1)?,
    };
    let nth = nth.checked_rem(matches.len())?;
    Some(Match {
        at: *matches.get(nth)?,
        nth,
        count: matches.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect::new(0, 5, 10, 4);

    #[test]
    fn the_cursor_stays_on_a_row_that_is_in_view() {
        let movements = [
            Movement::Down,
            Movement::PageDown,
            Movement::Last,
            Movement::Up,
            Movement::HalfUp,
            Movement::WheelDown,
            Movement::First,
            Movement::HalfDown,
            Movement::PageUp,
            Movement::WheelUp,
        ];
        for len in [0, 1, 3, 4, 5, 100] {
            let mut list = List::default();
            for movement in movements.iter().cycle().take(50) {
                list.step(*movement, len, AREA);
                let visible = list.visible(len, AREA);
                assert_eq!(visible.len(), len.min(4), "{len} rows, {movement:?}: the view is full");
                assert!(len == 0 || visible.contains(&list.at()), "{len} rows, {movement:?}");
            }
        }
    }

    #[test]
    fn a_click_selects_and_a_second_one_goes_in() {
        let mut list = List::default();
        let click = |list: &mut List, y| list.click(Position { x: 0, y }, 6, AREA);
        list.go(5, 6, AREA);
        assert_eq!(click(&mut list, 4), Clicked::Nothing, "above");
        assert_eq!(click(&mut list, 9), Clicked::Nothing, "below");
        assert_eq!(click(&mut list, 5), Clicked::Moved);
        assert_eq!(list.selected(), Some(2), "the first of the last four rows");
        assert_eq!(click(&mut list, 5), Clicked::Again);
        list.idle(6, AREA);
        assert_eq!(click(&mut list, 5), Clicked::Moved, "nothing was selected");
        let below = Position { x: 0, y: 6 };
        assert_eq!(list.click(below, 1, AREA), Clicked::Nothing, "a row that is not there");
    }

    #[test]
    fn from_idleness_a_step_selects_the_row_at_hand() {
        for (movement, at) in [(Movement::Down, 0), (Movement::Up, 0), (Movement::Last, 8)] {
            let mut list = List::default();
            list.idle(9, AREA);
            assert_eq!(list.selected(), None);
            list.step(movement, 9, AREA);
            assert_eq!(list.selected(), Some(at), "{movement:?}");
        }
    }

    #[test]
    fn matches_go_around_in_both_directions() {
        let matches = [2, 5, 7];
        for (from, toward, at) in [
            (0, Toward::Next, 2),
            (2, Toward::Next, 5),
            (7, Toward::Next, 2),
            (9, Toward::Next, 2),
            (0, Toward::Previous, 7),
            (5, Toward::Previous, 2),
            (6, Toward::Previous, 5),
        ] {
            let found = next_match(&matches, from, toward);
            assert_eq!(
                found.map(|found| (found.at, found.count)),
                Some((at, 3)),
                "{from} {toward:?}"
            );
            let mut list = List::default();
            list.go(from, 10, Rect::new(0, 0, 1, 10));
            assert_eq!(list.next(toward, 10, |row| matches.contains(&row)), Some(at));
        }
        assert_eq!(next_match::<usize>(&[], 0, Toward::Previous), None);
        assert_eq!(List::default().next(Toward::Next, 0, |_| true), None);
    }
}
