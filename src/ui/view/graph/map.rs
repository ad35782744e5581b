//! The whole graph, every function a mark: as a view of its own, and as an inset that says where one is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::graph::cells::{Area, Spot};
use crate::ui::view::graph::model::Diagram;
use crate::ui::widget::{name, paint};

/// What the marks mean.
pub(super) const LEGEND: &str = "█ 50% ▓ 10% ▒ 1% ░ less  ◆ selected  · in view";

/// Rows from one rank to the next, at most.
const ROWS: usize = 3;
/// From this width on a mark has room for a name.
const NAMED: u16 = 8;

fn shade(share: f64) -> char {
    match share.abs() {
        share if share >= 0.5 => '█',
        share if share >= 0.1 => '▓',
        share if share >= 0.01 => '▒',
        _ => '░',
    }
}

/// A canvas made smaller.
struct Reduced<'p> {
    picture: &'p Diagram,
    area: Rect,
    /// Cells of the area for one of the canvas.
    scale: f64,
    left: u16,
}

impl<'p> Reduced<'p> {
    fn new(picture: &'p Diagram, area: Rect) -> Self {
        let width = f64::from(picture.canvas.width.max(1));
        let scale = (f64::from(area.width) / width).min(1.0);
        let rest = f64::from(area.width) - width * scale;
        Self {
            picture,
            area,
            scale,
            left: area.x + (rest / 2.0) as u16,
        }
    }

    /// A column of the canvas, whether in the area or not.
    fn column(&self, x: i32) -> i32 {
        i32::from(self.left) + (f64::from(x) * self.scale).floor() as i32
    }

    /// Whether each rank has a row of its own.
    fn has_rows(&self) -> bool {
        self.picture.canvas.ranks.len() <= usize::from(self.area.height)
    }

    /// The row of a rank.
    fn row(&self, rank: usize) -> u16 {
        let (ranks, height) = (self.picture.canvas.ranks.len().max(1), usize::from(self.area.height));
        let down = if self.has_rows() {
            rank * (height / ranks).min(ROWS)
        } else {
            rank * height / ranks
        };
        self.area.y + down as u16
    }

    /// Where each rank's boxes begin and end on the canvas.
    fn band(&self, rank: usize) -> (i32, i32) {
        let boxes = self.picture.canvas.ranks[rank]
            .iter()
            .map(|&at| &self.picture.canvas.boxes[at]);
        let top = boxes.clone().map(|area| area.y).min().unwrap_or(0);
        (top, boxes.map(Area::bottom).max().unwrap_or(top))
    }

    /// The mark of each function: (function, where). Those that hold more come later, the selected one last, since in
    /// little room marks may lie on each other.
    fn marks(&self, selected: usize) -> Vec<(usize, Rect)> {
        let mut marks = self.unsorted();
        let share = |at: usize| self.picture.functions[at].share.abs();
        marks.sort_by(|(a, _), (b, _)| {
            let is_selected = (*a == selected).cmp(&(*b == selected));
            is_selected.then_with(|| share(*a).total_cmp(&share(*b)))
        });
        marks
    }

    fn unsorted(&self) -> Vec<(usize, Rect)> {
        let mut marks = Vec::new();
        for (rank, functions) in self.picture.canvas.ranks.iter().enumerate() {
            let columns = functions.iter().map(|&at| {
                let place = &self.picture.canvas.boxes[at];
                (self.column(place.x), self.column(place.right()))
            });
            let columns: Vec<(i32, i32)> = columns.collect();
            for (place, &at) in functions.iter().enumerate() {
                let (from, to) = columns[place];
                // A blank between neighbours, where they are more than a cell.
                let touches = columns.get(place + 1).is_some_and(|next| next.0 <= to);
                let to = (to - i32::from(touches))
                    .max(from + 1)
                    .min(i32::from(self.area.right()));
                let mark = Rect {
                    x: from.clamp(0, i32::from(u16::MAX)) as u16,
                    y: self.row(rank),
                    width: (to - from).clamp(0, i32::from(u16::MAX)) as u16,
                    height: 1,
                };
                marks.push((at, mark.intersection(self.area)));
            }
        }
        marks
    }

    /// Dots where the screen is.
    fn mark_window(&self, window: Area, style: Style, buffer: &mut Buffer) {
        let seen = (0..self.picture.canvas.ranks.len()).filter(|&rank| {
            let (top, bottom) = self.band(rank);
            top < window.bottom() && window.y < bottom
        });
        for rank in seen {
            for x in self.column(window.x)..self.column(window.right()) {
                let place = u16::try_from(x).ok().map(|x| Position { x, y: self.row(rank) });
                if let Some(place) = place.filter(|place| self.area.contains(*place))
                    && let Some(cell) = buffer.cell_mut(place)
                {
                    cell.set_char('·').set_style(style);
                }
            }
        }
    }
}

/// The function whose mark is at a place.
pub(super) fn hit(picture: &Diagram, selected: usize, area: Rect, at: Position) -> Option<usize> {
    let marks = Reduced::new(picture, area).marks(selected);
    marks
        .iter()
        .rfind(|(_, mark)| mark.contains(at))
        .map(|(function, _)| *function)
}

/// The map as a view.
pub(super) fn draw(
    session: &Session,
    theme: Theme,
    picture: &Diagram,
    selected: usize,
    area: Rect,
    window: Area,
    buffer: &mut Buffer,
) {
    let reduced = Reduced::new(picture, area);
    reduced.mark_window(window, theme.quiet(), buffer);
    let is_related = |at: usize| {
        let mut calls = picture.calls.iter();
        calls.any(|call| (call.from, call.to) == (selected, at) || (call.from, call.to) == (at, selected))
    };
    for (at, mark) in reduced.marks(selected) {
        let function = &picture.functions[at];
        let found = session
            .search
            .as_ref()
            .is_some_and(|search| search.is_match(&function.name));
        let style = match () {
            () if at == selected => theme.cursor(),
            () if found => theme.found(),
            () if is_related(at) => theme.related(),
            () => theme.heat(function.share),
        };
        let sign = if at == selected { '◆' } else { shade(function.share) };
        let width = usize::from(mark.width);
        let text = if mark.width >= NAMED && reduced.has_rows() {
            let name = name::label(&function.short, width - 1);
            format!("{sign}{name:<0$}", width - 1 - name.width() + name.chars().count())
        } else {
            sign.to_string().repeat(width)
        };
        paint::clear(buffer, mark);
        paint::line(buffer, mark, 0, &Line::styled(text, style));
    }
}

/// A part of the screen with the map in it.
#[derive(Clone, Copy)]
pub(super) struct Inset {
    /// The map with the lines that part it from the picture.
    frame: Rect,
    map: Rect,
}

/// Where the inset is: in the upper right corner, in the lower one if the selected box is there. None if everything
/// is on the screen, or the screen has no room to spare.
pub(super) fn inset(picture: &Diagram, area: Rect, window: Area, selected: usize) -> Option<Inset> {
    let canvas = &picture.canvas;
    let all = canvas.width <= window.width && canvas.height <= window.height;
    if all || area.width < 72 || area.height < 12 {
        return None;
    }
    let width = (area.width / 4).min(32);
    let height = (area.height / 3).min(10).min(canvas.ranks.len() as u16 + 1);
    let upper = Rect {
        x: area.right() - width,
        width,
        height,
        ..area
    };
    let lower = Rect {
        y: area.bottom() - height,
        ..upper
    };
    let covers = |inset: Rect| {
        let covered = Area {
            x: window.x + i32::from(inset.x - area.x),
            y: window.y + i32::from(inset.y - area.y),
            width: i32::from(width),
            height: i32::from(height),
        };
        canvas.boxes.get(selected).is_some_and(|place| place.meets(&covered))
    };
    let map = |frame: Rect, above: u16| Inset {
        frame,
        map: Rect {
            x: frame.x + 1,
            y: frame.y + above,
            width: frame.width.saturating_sub(1),
            height: frame.height.saturating_sub(1),
        },
    };
    Some(if covers(upper) { map(lower, 1) } else { map(upper, 0) })
}

/// The cell of the canvas that a place in the inset stands for.
pub(super) fn spot(picture: &Diagram, inset: Inset, at: Position) -> Option<Spot> {
    if !inset.frame.contains(at) {
        return None;
    }
    let reduced = Reduced::new(picture, inset.map);
    let ranks = 0..picture.canvas.ranks.len();
    let rank = ranks.rev().find(|&rank| reduced.row(rank) <= at.y).unwrap_or(0);
    let x = (f64::from(at.x) - f64::from(reduced.left)) / reduced.scale.max(f64::MIN_POSITIVE);
    Some(Spot {
        x: x as i32,
        y: reduced.band(rank).0,
    })
}

/// The map in a corner.
pub(super) fn draw_inset(
    theme: Theme,
    picture: &Diagram,
    selected: usize,
    inset: Inset,
    window: Area,
    buffer: &mut Buffer,
) {
    let Inset { frame, map } = inset;
    paint::clear(buffer, frame);
    let line = "─".repeat(usize::from(map.width));
    for y in 0..frame.height {
        let edge = match frame.y + y {
            row if row < map.y => format!("┌{line}"),
            row if row >= map.bottom() => format!("└{line}"),
            _ => "│".into(),
        };
        paint::line(buffer, frame, y, &Line::styled(edge, theme.quiet()));
    }
    let reduced = Reduced::new(picture, map);
    reduced.mark_window(window, theme.quiet(), buffer);
    for (at, mark) in reduced.marks(selected) {
        let share = picture.functions[at].share;
        let (sign, style) = if at == selected {
            ('◆', theme.related())
        } else {
            (shade(share), theme.heat(share))
        };
        let text = sign.to_string().repeat(usize::from(mark.width));
        paint::clear(buffer, mark);
        paint::line(buffer, mark, 0, &Line::styled(text, style));
    }
}
