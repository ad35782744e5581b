//! The call graph: boxes in ranks, callers above callees, lines between them.
//!
//! Three scales: the map (every function a mark), the graph that pprof draws, and a function's neighbourhood.

mod boxes;
pub(in crate::ui) mod cells;
mod heading;
mod map;
pub(in crate::ui) mod model;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Outcome, View, ViewId, find_match, went_to_match};
use crate::analyze::NodeId;
use crate::ui::keys::action::{Action, Movement, Side, Toward, Zoom};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::graph::cells::{Area, Spot};
use crate::ui::view::graph::model::{Diagram, Extent};
use crate::ui::widget::list::{Match, Tally};
use crate::ui::widget::paint;
use crate::ui::work::{listing::Listing, query::Query};

pub(in crate::ui) const ID: ViewId = ViewId("graph");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct CallGraph {
    scale: Scale,
    /// Functions whose neighbourhood was entered, the one that is shown last.
    trail: Vec<String>,
    /// What is drawn, until what is wanted is there.
    shown: Option<(Extent, Arc<Diagram>)>,
    /// The function under the cursor, of those in the picture.
    at: usize,
    /// The selected function if it has samples but is not in the picture.
    missing: Option<String>,
    /// Whether nothing that is drawn calls the missing one or is called by it, however indirectly.
    is_alone: bool,
    /// The cell of the canvas in the upper left corner of the screen.
    corner: Spot,
    /// Where the mouse was last seen with its button held.
    grip: Option<Position>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Scale {
    Map,
    #[default]
    Graph,
    Around,
}

/// How far from the edge of the screen the cursor stays.
const MARGIN: i32 = 2;

impl CallGraph {
    fn extent(&self) -> Extent {
        match (self.scale, self.trail.last()) {
            (Scale::Around, Some(name)) => Extent::Around(name.clone()),
            _ => Extent::Report,
        }
    }

    /// The part of the canvas that a body has room for.
    fn window(&self, body: Rect) -> Area {
        let area = parts(body).picture;
        Area {
            x: self.corner.x,
            y: self.corner.y,
            width: i32::from(area.width),
            height: i32::from(area.height),
        }
    }

    /// Puts a cell of the canvas into the middle of the screen, as far as there is something around it.
    fn look_at(&mut self, spot: Spot, body: Rect) {
        let window = self.window(body);
        self.corner = Spot {
            x: spot.x - window.width / 2,
            y: spot.y - window.height / 2,
        };
        self.fit(body);
    }

    /// Keeps the screen on the canvas; a canvas that is smaller is in the middle.
    fn fit(&mut self, body: Rect) {
        let Some((_, picture)) = &self.shown else { return };
        let window = self.window(body);
        let keep = |at: i32, all: i32, room: i32| {
            if all <= room {
                (all - room) / 2
            } else {
                at.clamp(0, all - room)
            }
        };
        self.corner = Spot {
            x: keep(self.corner.x, picture.canvas.width, window.width),
            y: keep(self.corner.y, picture.canvas.height, window.height).max(0),
        };
    }

    fn pan(&mut self, x: i32, y: i32, body: Rect) {
        self.corner.x = self.corner.x.saturating_add(x);
        self.corner.y = self.corner.y.saturating_add(y);
        self.fit(body);
    }

    /// Puts the cursor on a function and brings it into view with what is around it.
    fn go(&mut self, at: Option<usize>, session: &mut Session, body: Rect) {
        let (Some(at), Some((_, picture))) = (at, self.shown.clone()) else {
            return;
        };
        let Some(function) = picture.functions.get(at) else {
            return;
        };
        session.choose(function.name.clone());
        (self.at, self.missing) = (at, None);
        let (area, window) = (picture.canvas.boxes[at], self.window(body));
        let middle = area.middle();
        let is_beside = area.x < window.x + MARGIN || area.right() > window.right() - MARGIN;
        let x = if is_beside { middle.x } else { window.middle().x };
        self.look_at(Spot { x, y: middle.y }, body);
    }

    fn centre(&mut self, body: Rect) {
        let area = self
            .shown
            .as_ref()
            .and_then(|(_, picture)| picture.canvas.boxes.get(self.at).copied());
        if let Some(area) = area {
            self.look_at(area.middle(), body);
        }
    }

    /// The function that the next step nearer leads to.
    fn target(&self) -> Option<String> {
        let (_, picture) = self.shown.as_ref()?;
        let under = picture.functions.get(self.at).map(|function| function.name.clone());
        self.missing.clone().or(under)
    }

    /// From the map to the graph, from there to a function's callers and callees.
    fn enter(&mut self, session: &mut Session, body: Rect) {
        if self.scale == Scale::Map {
            return self.zoom(Scale::Graph, session, body);
        }
        let Some(target) = self.target().filter(|target| self.trail.last() != Some(target)) else {
            return;
        };
        session.choose(target.clone());
        self.trail.push(target);
        self.scale = Scale::Around;
        self.refresh(session, body);
    }

    fn leave(&mut self, session: &mut Session, body: Rect) -> Outcome {
        match self.scale {
            Scale::Map => self.zoom(Scale::Graph, session, body),
            Scale::Graph => return Outcome::Ignored,
            Scale::Around => {
                let left = self.trail.pop().unwrap_or_default();
                if self.trail.is_empty() {
                    self.scale = Scale::Graph;
                }
                session.choose(self.trail.last().cloned().unwrap_or(left));
                self.refresh(session, body);
            }
        }
        Outcome::Done
    }

    fn zoom(&mut self, to: Scale, session: &mut Session, body: Rect) {
        if to != Scale::Around {
            self.trail.clear();
        }
        self.scale = to;
        self.refresh(session, body);
        self.centre(body);
    }

    fn click(&mut self, at: Position, session: &mut Session, body: Rect) -> Outcome {
        let (Some((_, picture)), area) = (self.shown.clone(), parts(body).picture) else {
            return Outcome::Done;
        };
        self.grip = Some(at);
        if !area.contains(at) {
            return Outcome::Done;
        }
        let hit = if self.scale == Scale::Map {
            map::hit(&picture, self.at, area, at)
        } else {
            let window = self.window(body);
            let inset = map::inset(&picture, area, window, self.at);
            if let Some(spot) = inset.and_then(|inset| map::spot(&picture, inset, at)) {
                self.look_at(spot, body);
                return Outcome::Done;
            }
            picture.canvas.box_at(Spot {
                x: window.x + i32::from(at.x - area.x),
                y: window.y + i32::from(at.y - area.y),
            })
        };
        match hit {
            Some(hit) if hit == self.at && self.missing.is_none() => self.enter(session, body),
            Some(hit) => {
                session.choose(picture.functions[hit].name.clone());
                (self.at, self.missing) = (hit, None);
            }
            None => {}
        }
        Outcome::Done
    }

    fn drag(&mut self, at: Position, body: Rect) {
        if let (Some(grip), true) = (self.grip, self.scale != Scale::Map) {
            let moved = |from: u16, to: u16| i32::from(from) - i32::from(to);
            self.pan(moved(grip.x, at.x), moved(grip.y, at.y), body);
        }
        self.grip = Some(at);
    }

    /// The next function that matches the search; one that is not drawn if none is.
    fn find(&mut self, session: &mut Session, toward: Toward, body: Rect) -> Option<Match<usize>> {
        let ((_, picture), listing) = (self.shown.clone()?, session.listing().cloned()?);
        let place = picture.order.iter().position(|&at| at == self.at).unwrap_or(0);
        let name = |place: usize| picture.functions[picture.order[place]].name.clone();
        if let Some(found) = find_match(session, picture.order.len(), place, toward, name) {
            self.go(Some(picture.order[found.at]), session, body);
            return Some(found);
        }
        let search = session.search.as_ref()?;
        let matching = listing.by_name.iter().filter(|(name, _)| search.is_match(name));
        let cum = |node: NodeId| listing.whole.node(node).cum_value().unsigned_abs();
        let heaviest = matching.max_by(|a, b| cum(*a.1).cmp(&cum(*b.1)).then_with(|| b.0.cmp(a.0)));
        session.choose(heaviest?.0.clone());
        self.refresh(session, body);
        None
    }

    /// Puts the cursor on the selected function, or on what is nearest to it.
    fn follow(&mut self, session: &mut Session, listing: &Listing, picture: &Diagram) {
        let is_there = |at: &usize| picture.functions.get(*at).is_some_and(|it| it.name == session.selected);
        let found = Some(self.at)
            .filter(is_there)
            .or_else(|| picture.find(&session.selected));
        self.missing = None;
        self.at = match found {
            Some(at) => at,
            None if session.selected.is_empty() => {
                session.selected = picture.functions.first().map(|it| it.name.clone()).unwrap_or_default();
                0
            }
            None if listing.by_name.contains_key(&session.selected) => {
                self.missing = Some(session.selected.clone());
                let nearest = picture.nearest(listing, &session.selected);
                self.is_alone = nearest.is_none();
                nearest.unwrap_or(0)
            }
            // Nothing is known of it here; it stays selected, as in the other views.
            None => self.at.min(picture.functions.len().saturating_sub(1)),
        };
    }
}

impl View for CallGraph {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let Some((_, picture)) = self.shown.clone() else {
            return Outcome::Ignored;
        };
        let page = i32::from(parts(body).picture.height);
        let side = i32::from(body.width) / 2;
        let last = picture.order.len().saturating_sub(1);
        match action {
            Action::Move(Movement::Down) => self.go(picture.heaviest_callee(self.at), session, body),
            Action::Move(Movement::Up) => self.go(picture.heaviest_caller(self.at), session, body),
            Action::Left => self.go(picture.beside(self.at, Side::Left), session, body),
            Action::Right => self.go(picture.beside(self.at, Side::Right), session, body),
            Action::Move(Movement::First) => self.go(picture.order.first().copied(), session, body),
            Action::Move(Movement::Last) => self.go(picture.order.get(last).copied(), session, body),
            Action::Move(Movement::PageUp) => self.pan(0, -page, body),
            Action::Move(Movement::PageDown) => self.pan(0, page, body),
            Action::Move(Movement::HalfUp) => self.pan(0, -page / 2, body),
            Action::Move(Movement::HalfDown) => self.pan(0, page / 2, body),
            Action::Move(Movement::WheelUp) => self.pan(0, -3, body),
            Action::Move(Movement::WheelDown) => self.pan(0, 3, body),
            Action::Pan(Side::Left) => self.pan(-side, 0, body),
            Action::Pan(Side::Right) => self.pan(side, 0, body),
            Action::Match(toward) if session.search.is_some() => {
                let found = self.find(session, toward, body);
                return found.map_or(Outcome::Done, |found| went_to_match(session, Some(found)));
            }
            Action::Centre => self.centre(body),
            Action::Enter => self.enter(session, body),
            Action::Back => return self.leave(session, body),
            Action::Map if self.scale == Scale::Map => self.zoom(Scale::Graph, session, body),
            Action::Map => self.zoom(Scale::Map, session, body),
            Action::Zoom(Zoom::In) if self.scale != Scale::Around => self.enter(session, body),
            Action::Zoom(Zoom::Out) if self.scale == Scale::Graph => self.zoom(Scale::Map, session, body),
            Action::Zoom(Zoom::Out) if self.scale == Scale::Around => self.zoom(Scale::Graph, session, body),
            Action::Zoom(_) => {}
            Action::Click(at) => return self.click(at, session, body),
            Action::Drag(at) => self.drag(at, body),
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        let Some(listing) = session.listing().cloned() else {
            return;
        };
        let extent = self.extent();
        let ready = session.diagram(&extent).cloned();
        let is_new = match (&ready, &self.shown) {
            (Some(ready), Some((of, old))) => !Arc::ptr_eq(ready, old) || *of != extent,
            (ready, _) => ready.is_some(),
        };
        if let Some(picture) = ready {
            let was = self.at;
            self.follow(session, &listing, &picture);
            self.shown = Some((extent, Arc::clone(&picture)));
            if self.scale == Scale::Around && self.missing.is_some() && self.trail.last() != self.missing.as_ref() {
                // Another view went elsewhere.
                self.trail = vec![session.selected.clone()];
            }
            if is_new || was != self.at {
                self.centre(body);
            }
        }
        self.fit(body);
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        vec![
            Query::Listing(session.sample_type),
            Query::Graph(session.sample_type, self.extent()),
        ]
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let (_, picture) = self.shown.as_ref()?;
        let name = |place: usize| picture.functions[picture.order[place]].name.clone();
        let matches = super::matches(session, picture.order.len(), name)?;
        let place = picture.order.iter().position(|&at| at == self.at);
        Some(Tally::new(&matches, place.filter(|_| self.missing.is_none())))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some((extent, picture)) = &self.shown else { return };
        let parts = parts(body);
        if picture.functions.is_empty() {
            match extent {
                Extent::Around(name) if session.filters().is_empty() && session.profile().is_some() => {
                    let text = [
                        format!("{name} has no samples here."),
                        format!("{}.", super::other_types(session)),
                    ];
                    paint::middle(buffer, parts.picture, theme.heading(), &text);
                }
                _ => super::draw_empty(session, theme, parts.picture, buffer),
            }
            return;
        }
        let window = self.window(body);
        paint::line(buffer, parts.title, 0, &self.title(session, theme, picture, window));
        if self.scale == Scale::Map {
            map::draw(session, theme, picture, self.at, parts.picture, window, buffer);
        } else {
            boxes::draw(session, theme, picture, self.at, parts.picture, window, buffer);
            if let Some(inset) = map::inset(picture, parts.picture, window, self.at) {
                map::draw_inset(theme, picture, self.at, inset, window, buffer);
            }
        }
        let name = self.target().unwrap_or_default();
        super::draw_details(session, theme, parts.details, &name, buffer);
    }
}

/// The parts of the view's body, from top to bottom.
struct Parts {
    title: Rect,
    picture: Rect,
    details: Rect,
}

fn parts(body: Rect) -> Parts {
    let lists = super::parts(body);
    let picture = Rect {
        height: lists.head.height + lists.rows.height,
        y: lists.title.bottom(),
        ..body
    };
    Parts {
        title: lists.title,
        picture,
        details: lists.details,
    }
}
