//! The lines of the part in view, as characters.

use super::glyphs::{Arms, Side};
use super::{Area, Canvas, Spot, Weight};

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in super::super) struct Stroke {
    pub(in super::super) weight: Weight,
    pub(in super::super) is_dotted: bool,
}

/// Lines in a part of a canvas.
pub(in super::super) struct Ink {
    view: Area,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    arms: Arms,
    head: Option<char>,
    is_solid: bool,
    /// Whose it is: the strongest line's, of equal ones the first one's.
    link: usize,
}

impl Ink {
    /// Draws what of the lines is in view, each with its stroke; strong ones over others.
    pub(in super::super) fn new(canvas: &Canvas, view: Area, stroke: impl Fn(usize) -> Stroke) -> Self {
        let count = view.width.max(0) as usize * view.height.max(0) as usize;
        let mut ink = Self {
            view,
            marks: vec![Mark::default(); count],
        };
        let mut order: Vec<(usize, Stroke)> = (0..canvas.paths.len()).map(|at| (at, stroke(at))).collect();
        order.sort_by_key(|&(at, stroke)| (stroke.weight, std::cmp::Reverse(at)));
        for (at, stroke) in order {
            let path = &canvas.paths[at];
            for run in path.corners.windows(2) {
                ink.run(run[0], run[1], at, stroke);
            }
            if !path.corners.is_empty()
                && let Some(cell) = ink.cell(path.head)
            {
                cell.head = Some(if path.is_upward { '▲' } else { '▼' });
                cell.link = at;
            }
        }
        ink
    }

    fn run(&mut self, from: Spot, to: Spot, link: usize, stroke: Stroke) {
        let is_level = from.y == to.y;
        let (first, last) = if (from.x, from.y) <= (to.x, to.y) {
            (from, to)
        } else {
            (to, from)
        };
        let view = self.view;
        let clipped = if is_level {
            first.x.max(view.x)..=last.x.min(view.right() - 1)
        } else {
            first.y.max(view.y)..=last.y.min(view.bottom() - 1)
        };
        for along in clipped {
            let (spot, begins, ends) = if is_level {
                (Spot { x: along, y: from.y }, first.x, last.x)
            } else {
                (Spot { x: from.x, y: along }, first.y, last.y)
            };
            let (back, forth) = if is_level {
                (Side::Left, Side::Right)
            } else {
                (Side::Up, Side::Down)
            };
            let Some(cell) = self.cell(spot) else { return };
            if along > begins {
                cell.arms.add(back, stroke.weight);
            }
            if along < ends {
                cell.arms.add(forth, stroke.weight);
            }
            cell.is_solid |= !stroke.is_dotted;
            cell.link = link;
        }
    }

    fn cell(&mut self, spot: Spot) -> Option<&mut Mark> {
        let at = index(self.view, spot)?;
        self.marks.get_mut(at)
    }

    /// The character of a cell and the line that it belongs to, if there is one.
    pub(in super::super) fn get(&self, spot: Spot) -> Option<(char, usize)> {
        let cell = self.marks.get(index(self.view, spot)?)?;
        let glyph = cell.head.or_else(|| match cell.is_solid {
            _ if cell.arms.is_empty() => None,
            true => Some(cell.arms.glyph()),
            false => Some(cell.arms.dotted()),
        })?;
        Some((glyph, cell.link))
    }
}

fn index(view: Area, spot: Spot) -> Option<usize> {
    let inside = view.contains(spot);
    inside.then(|| ((spot.y - view.y) * view.width + spot.x - view.x) as usize)
}
