//! The call tree as a picture: an icicle, callers above callees.

mod draw;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Outcome, Shown, View, ViewId};
use crate::analyze::{Direction, Icicle, Part, Tile, TreeNodeId};
use crate::ui::keys::action::{Action, Movement, Toward};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Tally, next_match};
use crate::ui::work::query::Query;

pub(in crate::ui) const ID: ViewId = ViewId("flame");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Flame {
    direction: Direction,
    shown: Option<Shown>,
    /// What was zoomed into, the last one last; each is part of the one before.
    trail: Vec<Part>,
    /// What the last of them looks like in the width of the screen.
    picture: Icicle,
    width: u16,
    /// The tile under the cursor.
    at: Place,
    /// The first row in view.
    top: usize,
    /// The function that was selected when the cursor was put where it is.
    followed: String,
    /// In which direction to go to a match once it is known where they are.
    seeks: Option<Toward>,
}

/// A tile's row and its place in the row.
type Place = (usize, usize);

/// The parts of the view's body, from top to bottom.
#[derive(Clone, Copy)]
struct Areas {
    /// The way to what is zoomed into, and what the search finds.
    title: Rect,
    rows: Rect,
    /// What the frame under the cursor holds.
    frame: Rect,
    /// Details of its function.
    details: Rect,
}

fn areas(body: Rect) -> Areas {
    let parts = super::parts(body);
    // There is no head: its row is the picture's. The frame has a row of its own where there are details.
    let frame = u16::from(parts.details.height > 0);
    let title = parts.title.height;
    Areas {
        title: parts.title,
        rows: Rect {
            y: body.y + title,
            height: body.height.saturating_sub(title + frame + parts.details.height),
            ..body
        },
        frame: Rect {
            y: parts.details.y.saturating_sub(frame),
            height: frame,
            ..body
        },
        details: parts.details,
    }
}

impl Flame {
    fn tile(&self, (row, at): Place) -> Option<&Tile> {
        self.picture.row(row).get(at)
    }

    /// What the tile under the cursor stands for.
    fn part(&self) -> Part {
        self.tile(self.at).map_or(Part::ROOT, |tile| tile.part)
    }

    fn zoom(&self) -> Part {
        self.trail.last().copied().unwrap_or(Part::ROOT)
    }

    /// Lays the picture out again and puts the cursor on a context, or on what it is part of.
    fn lay_out(&mut self, under: TreeNodeId) {
        let Some(shown) = &self.shown else { return };
        self.picture = Icicle::new(&shown.tree, self.zoom(), u32::from(self.width));
        self.at = self.picture.locate(&shown.tree, under).unwrap_or_default();
    }

    /// Puts the cursor on a tile and brings its row into view.
    fn go(&mut self, to: Place, session: &mut Session, body: Rect) {
        self.at = to;
        self.scroll(body);
        if let (Part::One(id), Some(shown)) = (self.part(), &self.shown)
            && id != TreeNodeId::ROOT
        {
            session.choose(shown.name(id));
        }
        self.followed.clone_from(&session.selected);
    }

    /// Brings the cursor's row into view: by a step if it is next to what is, else into the middle.
    fn scroll(&mut self, body: Rect) {
        let height = usize::from(areas(body).rows.height).max(1);
        let row = self.at.0;
        let lowest = row.saturating_sub(height - 1);
        let is_near = (self.top.saturating_sub(1)..=self.top + height).contains(&row);
        self.top = if is_near {
            self.top.clamp(lowest, row)
        } else {
            row.saturating_sub(height / 2)
        };
        self.top = self.top.min(self.last_top(height));
    }

    fn last_top(&self, height: usize) -> usize {
        self.picture.len().saturating_sub(height)
    }

    /// Goes to a context, by zooming only where it could not be seen otherwise.
    fn reveal(&mut self, id: TreeNodeId, session: &mut Session, body: Rect) {
        let Some(shown) = &self.shown else { return };
        let tree = &shown.tree;
        while self.trail.last().is_some_and(|zoom| !zoom.contains(tree, id)) {
            self.trail.pop();
        }
        // What is at least a cell wide in the picture of a context above it is a tile of its own in it.
        let target = u128::from(tree.get(id).weight) * u128::from(self.width);
        let is_seen = |part: Part| u128::from(part.weight(tree)) <= target;
        if !is_seen(self.zoom()) && id != TreeNodeId::ROOT {
            let above = tree.path(id).into_iter().map(Part::One).find(|part| is_seen(*part));
            self.trail.push(above.unwrap_or(Part::One(id)));
        }
        self.lay_out(id);
        self.go(self.at, session, body);
    }

    /// Zooms into the tile under the cursor.
    fn zoom_in(&mut self, session: &mut Session, body: Rect) {
        let part = self.part();
        if part == self.zoom() || self.picture.is_empty() {
            return;
        }
        self.trail.push(part);
        self.lay_out(part.first());
        // Merged siblings are the first row, and the cursor is on them: they are no function yet.
        if matches!(part, Part::Many { .. }) {
            self.at = (0, 0);
        }
        self.top = 0;
        self.go(self.at, session, body);
    }

    fn zoom_out(&mut self, session: &mut Session, body: Rect) -> Outcome {
        let Some(part) = self.trail.pop() else {
            return Outcome::Ignored;
        };
        self.lay_out(part.first());
        self.go(self.at, session, body);
        Outcome::Done
    }

    /// The tile that a step leads to, from the one under the cursor.
    fn step(&self, step: Movement, height: usize) -> Place {
        let page = height.max(1);
        let up = |by: usize| {
            (0..by).fold(self.at, |(row, at), _| match self.tile((row, at)) {
                Some(tile) if row > 0 => (row - 1, tile.above),
                _ => (row, at),
            })
        };
        let down = |by: usize| {
            (0..by).fold(self.at, |(row, at), _| {
                let below = self.picture.first_below(row, at);
                below.map_or((row, at), |below| (row + 1, below))
            })
        };
        match step {
            Movement::Up => up(1),
            Movement::Down => down(1),
            Movement::PageUp => up(page),
            Movement::PageDown => down(page),
            Movement::HalfUp => up(page.div_ceil(2)),
            Movement::HalfDown => down(page.div_ceil(2)),
            Movement::First => (0, 0),
            Movement::Last => (self.picture.len().saturating_sub(1), 0),
            Movement::WheelUp | Movement::WheelDown => self.at,
        }
    }

    fn click(&mut self, at: Position, session: &mut Session, body: Rect) {
        let rows = areas(body).rows;
        if !rows.contains(at) {
            return;
        }
        let row = self.top + usize::from(at.y - rows.y);
        match self.picture.hit(row, u32::from(at.x - rows.x)) {
            Some(tile) if (row, tile) == self.at => self.zoom_in(session, body),
            Some(tile) => self.go((row, tile), session, body),
            None => {}
        }
    }

    /// Goes to the next match, if it is known where the matches are.
    fn seek(&mut self, session: &mut Session, body: Rect) {
        let (Some(toward), Some(shown)) = (self.seeks, self.shown.clone()) else {
            return;
        };
        if session.search.is_none() {
            self.seeks = None;
        }
        let Some(matches) = session.matches(&shown.tree).cloned() else {
            return;
        };
        self.seeks = None;
        let current = self.part().first();
        if let Some(found) = next_match(&matches.contexts, current, toward) {
            self.reveal(found.at, session, body);
        }
    }

    /// Shows another tree: what was zoomed into and what is under the cursor is found again by its names.
    fn adopt(&mut self, new: Shown, session: &mut Session, body: Rect) {
        let under = self.part();
        let old = self.shown.replace(new);
        let Some(new) = self.shown.clone() else { return };
        let Some(old) = old.filter(|_| !session.is_untouched()) else {
            self.trail.clear();
            return self.follow(session, body);
        };
        let again = |id: TreeNodeId| {
            let path = old.tree.path(id);
            new.find(path.iter().map(|&id| old.name(id)))
        };
        let zooms = std::mem::take(&mut self.trail).into_iter();
        let singles = zooms.filter_map(|zoom| match zoom {
            Part::One(id) => again(id).map(Part::One),
            Part::Many { .. } => None,
        });
        self.trail = singles.collect();
        let Some(id) = again(under.first()).filter(|_| self.followed == session.selected) else {
            return self.follow(session, body);
        };
        match under {
            Part::One(_) => self.reveal(id, session, body),
            // They were not looked at one by one, and need not be now.
            Part::Many { .. } => {
                self.lay_out(id);
                self.scroll(body);
            }
        }
    }

    /// Goes to the largest frame of the selected function.
    fn follow(&mut self, session: &mut Session, body: Rect) {
        let Some(shown) = &self.shown else { return };
        // Who has selected nothing looks at the whole.
        if session.is_untouched() {
            self.trail.clear();
            self.top = 0;
            self.lay_out(TreeNodeId::ROOT);
            self.followed.clone_from(&session.selected);
            return;
        }
        let heaviest = shown.heaviest(&session.selected);
        match heaviest {
            Some(id) => self.reveal(id, session, body),
            None => self.lay_out(TreeNodeId::ROOT),
        }
        self.followed.clone_from(&session.selected);
    }
}

impl View for Flame {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        if self.shown.is_none() {
            return Outcome::Ignored;
        }
        let height = usize::from(areas(body).rows.height);
        let (row, at) = self.at;
        // Whoever does something else does not wait for a match any more.
        self.seeks = None;
        match action {
            Action::Move(Movement::WheelUp) => self.top = self.top.saturating_sub(3),
            Action::Move(Movement::WheelDown) => self.top = (self.top + 3).min(self.last_top(height)),
            Action::Move(step) => self.go(self.step(step, height), session, body),
            Action::Right if at + 1 < self.picture.row(row).len() => self.go((row, at + 1), session, body),
            Action::Left if at > 0 => self.go((row, at - 1), session, body),
            Action::Left | Action::Right => {}
            Action::Enter => self.zoom_in(session, body),
            Action::Back => return self.zoom_out(session, body),
            Action::Flip => {
                self.direction = self.direction.flipped();
                self.shown = None;
                self.refresh(session, body);
            }
            Action::Match(toward) if session.search.is_some() => {
                self.seeks = Some(toward);
                self.seek(session, body);
            }
            Action::Click(at) => self.click(at, session, body),
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        let is_resized = self.width != body.width;
        self.width = body.width;
        let new = Shown::of(session, self.direction);
        let is_new = |new: &Shown| self.shown.as_ref().is_none_or(|old| !old.is_same(new));
        match new.filter(is_new) {
            Some(new) => self.adopt(new, session, body),
            None if self.followed != session.selected => self.follow(session, body),
            None if is_resized => self.lay_out(self.part().first()),
            None => {}
        }
        self.seek(session, body);
        self.scroll(body);
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        let mut wants = vec![
            Query::Listing(session.sample_type),
            Query::CallTree(session.sample_type, self.direction),
        ];
        let search = session.tree(self.direction).and_then(|tree| session.search_of(tree));
        wants.extend(search.map(|search| Query::Matches(Box::new(search))));
        wants
    }

    fn place(&self, _: &Session) -> Option<String> {
        let (shown, id) = (self.shown.as_ref()?, self.part().first());
        let names = shown.tree.path(id).into_iter().map(|id| shown.name(id));
        Some(names.collect::<Vec<_>>().join("\n"))
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let matches = session.matches(&self.shown.as_ref()?.tree)?;
        let at = match self.part() {
            Part::One(id) => Some(id),
            Part::Many { .. } => None,
        };
        Some(Tally::new(&matches.contexts, at))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        draw::draw(self, session, theme, areas(body), buffer);
    }
}
