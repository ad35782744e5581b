//! The whole call tree, unfolded step by step.

use std::collections::HashSet;
use std::hash::BuildHasher;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::{Outcome, Shown, TREE, View, parts};
use crate::analyze::{Direction, NodeId, TreeNodeId};
use crate::model::units::percentage;
use crate::ui::keys::table::Action;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::{cursor::Cursor, paint};
use crate::ui::work::query::Query;

/// The view's own state.
#[derive(Default)]
pub(super) struct Calls {
    cursor: Cursor,
    direction: Direction,
    /// Contexts that are open, by the hash of their path, so that they stay open across sample types and reloads.
    open: HashSet<PathKey>,
    rows: Vec<TreeRow>,
    /// The tree that `rows` are of.
    shown: Option<Shown>,
}

type PathKey = u64;

/// A context in view.
#[derive(Clone, Debug)]
struct TreeRow {
    id: TreeNodeId,
    depth: usize,
    key: PathKey,
    name: String,
    has_children: bool,
    is_open: bool,
    /// Whether it is the only child of its parent: a link of a chain.
    is_only: bool,
}

const VALUE: usize = 10;
/// Children shown of one context, and rows in all: a screen is no place for more.
const MAX_ROWS: usize = 100_000;

fn key(parent: PathKey, name: &str) -> PathKey {
    FxBuildHasher.hash_one((parent, name))
}

impl Calls {
    /// The rows that are open, from the top.
    fn unfold(&mut self, shown: &Shown) {
        self.rows.clear();
        let tree = &shown.tree;
        let mut stack: Vec<(TreeNodeId, usize, PathKey)> = vec![(TreeNodeId::ROOT, 0, 0)];
        while let Some((id, depth, parent_key)) = stack.pop() {
            let context = tree.get(id);
            let mut below = (0, parent_key, true);
            if context.node.is_some() {
                let name = shown.name(id);
                let key = key(parent_key, &name);
                let is_open = self.open.contains(&key);
                let is_only = context.parent != TreeNodeId::ROOT && tree.get(context.parent).children == 1;
                self.rows.push(TreeRow {
                    id,
                    depth,
                    key,
                    name,
                    has_children: context.children > 0,
                    is_open,
                    is_only,
                });
                // A chain without a choice is indented once: stacks are deep and screens are not wide.
                let deeper = usize::from(context.children > 1 || !is_only);
                below = (depth + deeper, key, is_open);
            }
            if below.2 && self.rows.len() < MAX_ROWS {
                let first = stack.len();
                stack.extend(tree.children(id).map(|child| (child, below.0, below.1)));
                stack[first..].reverse();
            }
        }
    }

    /// Opens the way to a context and puts the cursor on it.
    fn reveal(&mut self, shown: &Shown, context: TreeNodeId) {
        let mut path_key = 0;
        for id in shown.tree.path(context) {
            path_key = key(path_key, &shown.name(id));
            if id != context {
                self.open.insert(path_key);
            }
        }
        self.unfold(shown);
        self.cursor.at = self.rows.iter().position(|row| row.id == context).unwrap_or(0);
    }

    /// Goes to the next context that matches the search, in the order of the rows, folded ones included.
    fn find(&mut self, session: &mut Session, shown: &Shown, forward: bool, body: Rect) -> Option<String> {
        let search = session.search.as_ref()?;
        let matching = shown.listing.by_name.iter().filter(|(name, _)| search.is_match(name));
        let wanted: FxHashSet<NodeId> = matching.map(|(_, &node)| node).collect();
        let matches = shown.tree.contexts_of(|node| wanted.contains(&node));
        let current = self.rows.get(self.cursor.at).map_or(TreeNodeId::ROOT, |row| row.id);
        let next = super::neighbour(&matches, current, forward)?;
        self.reveal(shown, matches[next]);
        self.select(session, self.cursor.at, body);
        Some(super::match_of(next, matches.len()))
    }

    /// Opens a row and, as long as there is no choice, what is below it.
    fn open(&mut self, at: usize, shown: &Shown) {
        let Some(row) = self.rows.get(at) else { return };
        let (mut id, mut path_key) = (row.id, row.key);
        loop {
            self.open.insert(path_key);
            let mut children = shown.tree.children(id);
            let (Some(only), None) = (children.next(), children.next()) else {
                break;
            };
            (id, path_key) = (only, key(path_key, &shown.name(only)));
        }
    }

    fn row(
        &self,
        session: &Session,
        theme: Theme,
        shown: &Shown,
        row: &TreeRow,
        on_cursor: bool,
        width: usize,
    ) -> Line<'static> {
        let report = &shown.listing.report;
        let context = shown.tree.get(row.id);
        let (plain, value) = if on_cursor {
            (theme.text(), theme.text())
        } else {
            (theme.quiet(), theme.value())
        };
        let figure = |sum: i64| format!("{:>VALUE$}", report.format.value(sum));
        let share = |sum: i64| format!(" {:>6} ", percentage(sum, report.total).trim());
        let quiet_zero = |sum: i64| if sum == 0 { plain } else { value };
        let mut spans = vec![
            super::marker(on_cursor),
            Span::styled(figure(context.cum), quiet_zero(context.cum)),
            Span::styled(share(context.cum), plain),
        ];
        if width >= 70 {
            spans.extend([
                Span::styled(figure(context.flat), quiet_zero(context.flat)),
                Span::styled(share(context.flat), plain),
            ]);
        }
        let used: usize = spans.iter().map(Span::width).sum();
        let room = width.saturating_sub(used + 2);
        // Deep rows would be indented off the screen: from half of it on a number says how deep they are.
        let most = room / 2;
        let indent = if row.depth <= most {
            " ".repeat(row.depth)
        } else {
            format!("{:>most$} ", format!("⋯{}", row.depth))
        };
        let mark = match (row.has_children, row.is_open, row.is_only) {
            (true, false, _) => "▸ ",
            (true, true, false) => "▾ ",
            (_, _, true) => "╰ ",
            (false, _, false) => "  ",
        };
        let room = room.saturating_sub(indent.chars().count());
        spans.push(Span::styled(format!("{indent}{mark}"), plain));
        spans.extend(super::name_spans(session, theme, &row.name, room, on_cursor));
        Line::from(spans)
    }

    fn select(&mut self, session: &mut Session, at: usize, body: Rect) {
        self.cursor
            .go(at, self.rows.len(), usize::from(parts(body).rows.height));
        if let Some(row) = self.rows.get(self.cursor.at) {
            session.selected = row.name.clone();
        }
    }
}

impl View for Calls {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let Some(shown) = self.shown.clone() else {
            return Outcome::Ignored;
        };
        let height = usize::from(parts(body).rows.height);
        let len = self.rows.len();
        let current = self.rows.get(self.cursor.at).cloned();
        match (action, current) {
            (Action::Move(step), _) => {
                self.cursor.step(step, len, height);
                self.select(session, self.cursor.at, body);
            }
            (Action::NextMatch | Action::PreviousMatch, _) => {
                let which = self.find(session, &shown, action == Action::NextMatch, body);
                self.cursor.fit(self.rows.len(), height);
                return super::went_to_match(session, which);
            }
            (Action::Expand, Some(row)) if row.has_children && row.is_open => {
                self.select(session, self.cursor.at + 1, body)
            }
            (Action::Expand, Some(row)) if row.has_children => {
                self.open(self.cursor.at, &shown);
                self.unfold(&shown);
            }
            (Action::Collapse, Some(row)) if row.has_children && row.is_open => {
                self.open.remove(&row.key);
                self.unfold(&shown);
            }
            (Action::Collapse, Some(row)) => {
                let parent = shown.tree.get(row.id).parent;
                if let Some(at) = self.rows.iter().position(|row| row.id == parent) {
                    self.select(session, at, body);
                }
            }
            (Action::Toggle, Some(row)) => {
                let action = if row.is_open { Action::Collapse } else { Action::Expand };
                return if row.has_children {
                    self.update(action, session, body)
                } else {
                    Outcome::Done
                };
            }
            (Action::Flip, _) => {
                self.direction = self.direction.flipped();
                self.shown = None;
                self.refresh(session, body);
            }
            (Action::Enter, _) => return Outcome::Go(TREE),
            (Action::Click(at), _) => {
                let rows = parts(body).rows;
                let row = self.cursor.offset + usize::from(at.y.saturating_sub(rows.y));
                if at.y < rows.y || at.y >= rows.bottom() || row >= len {
                    return Outcome::Done;
                }
                if row == self.cursor.at {
                    return self.update(Action::Toggle, session, body);
                }
                self.select(session, row, body);
            }
            (Action::Expand | Action::Collapse, None) => {}
            _ => return Outcome::Ignored,
        }
        self.cursor.fit(self.rows.len(), height);
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        let Some(shown) = Shown::of(session, self.direction) else {
            return;
        };
        let is_new = self.shown.as_ref().is_none_or(|old| !old.is_same(&shown));
        let under = self.rows.get(self.cursor.at).map(|row| row.key);
        if is_new {
            self.unfold(&shown);
            self.shown = Some(shown.clone());
        }
        let again = self
            .rows
            .iter()
            .position(|row| Some(row.key) == under)
            .unwrap_or(self.cursor.at);
        self.cursor.at = again;
        if self.rows.get(again).is_none_or(|row| row.name != session.selected)
            && let Some(heaviest) = shown.heaviest(&session.selected)
        {
            self.reveal(&shown, heaviest);
        }
        self.cursor.fit(self.rows.len(), usize::from(parts(body).rows.height));
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        vec![
            Query::Listing(session.sample_type),
            Query::CallTree(session.sample_type, self.direction),
        ]
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(shown) = &self.shown else { return };
        let parts = parts(body);
        let title = match self.direction {
            Direction::TopDown => " Top-down: each function below its caller. b turns it around.",
            Direction::BottomUp => " Bottom-up: each function below what it calls. b turns it around.",
        };
        paint::line(buffer, parts.title, 0, &Line::styled(title, theme.quiet()));
        let flat = if body.width >= 70 {
            format!(" {:>VALUE$} {:>6}", "flat", "flat%")
        } else {
            String::new()
        };
        let head = format!(" {:>VALUE$} {:>6}{flat}   {}", "cum", "cum%", "name");
        paint::line(buffer, parts.head, 0, &Line::styled(head, theme.quiet()));
        if self.rows.is_empty() {
            super::draw_empty(session, theme, parts.rows, buffer);
            return;
        }
        let visible = self
            .rows
            .iter()
            .enumerate()
            .skip(self.cursor.offset)
            .take(usize::from(parts.rows.height));
        for (at, row) in visible {
            let (on_cursor, y) = (at == self.cursor.at, (at - self.cursor.offset) as u16);
            if on_cursor {
                paint::style_row(buffer, parts.rows, y, theme.cursor());
            }
            let line = self.row(session, theme, shown, row, on_cursor, usize::from(body.width));
            paint::line(buffer, parts.rows, y, &line);
        }
        let name = self.rows.get(self.cursor.at).map_or("", |row| &row.name);
        super::draw_details(session, theme, parts.details, name, buffer);
        super::draw_position(theme, parts, self.cursor.offset, self.rows.len(), buffer);
    }
}
