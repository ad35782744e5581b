//! The whole call tree, unfolded step by step.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::super::keymap::Action;
use super::super::session::Session;
use super::super::theme::Theme;
use super::super::widget::{cursor::Cursor, paint};
use super::super::work::{Listing, Want};
use super::{Outcome, TREE, View, parts};
use crate::analyze::{CallTree, Direction, NodeId, TreeNodeId};
use crate::model::units::percentage;

/// The view's own state.
#[derive(Default)]
pub(super) struct Calls {
    cursor: Cursor,
    direction: Direction,
    /// Contexts that are open, by the hash of their path, so that they stay open across sample types and reloads.
    open: HashSet<PathKey>,
    rows: Vec<TreeRow>,
    /// The tree that `rows` are of.
    tree: Option<Arc<CallTree>>,
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
    fn unfold(&mut self, listing: &Listing, tree: &CallTree) {
        self.rows.clear();
        let report = &listing.report;
        let mut stack: Vec<(TreeNodeId, usize, PathKey)> = vec![(TreeNodeId::ROOT, 0, 0)];
        while let Some((id, depth, parent_key)) = stack.pop() {
            let context = tree.get(id);
            let mut below = (0, parent_key, true);
            if let Some(node) = context.node {
                let name = report.name(node);
                let key = key(parent_key, &name);
                let is_open = self.open.contains(&key);
                let is_only = context.parent != TreeNodeId::ROOT && tree.get(context.parent).children.len() == 1;
                self.rows.push(TreeRow {
                    id,
                    depth,
                    key,
                    name,
                    has_children: !context.children.is_empty(),
                    is_open,
                    is_only,
                });
                // A chain without a choice is indented once: stacks are deep and screens are not wide.
                let deeper = usize::from(context.children.len() > 1 || !is_only);
                below = (depth + deeper, key, is_open);
            }
            if below.2 && self.rows.len() < MAX_ROWS {
                stack.extend(context.children.iter().rev().map(|&child| (child, below.0, below.1)));
            }
        }
    }

    /// Puts the cursor on the heaviest context whose function is wanted.
    fn reveal_heaviest(&mut self, listing: &Listing, tree: &CallTree, wanted: NodeId) {
        let contexts = (1..tree.len() as u32)
            .map(TreeNodeId)
            .filter(|id| tree.get(*id).node == Some(wanted));
        // Of equal ones the first, which is the one nearest to the root.
        let heaviest = contexts.min_by_key(|id| std::cmp::Reverse(tree.get(*id).cum.unsigned_abs()));
        if let Some(heaviest) = heaviest {
            self.reveal(listing, tree, heaviest);
        }
    }

    /// Opens the way to a context and puts the cursor on it.
    fn reveal(&mut self, listing: &Listing, tree: &CallTree, context: TreeNodeId) {
        let mut path_key = 0;
        for id in tree.path(context) {
            let name = tree
                .get(id)
                .node
                .map(|node| listing.report.name(node))
                .unwrap_or_default();
            path_key = key(path_key, &name);
            if id != context {
                self.open.insert(path_key);
            }
        }
        self.unfold(listing, tree);
        self.cursor.at = self.rows.iter().position(|row| row.id == context).unwrap_or(0);
    }

    /// Goes to the next context that matches the search, in the order of the rows, folded ones included.
    fn find(&mut self, session: &mut Session, listing: &Listing, tree: &CallTree, forward: bool, body: Rect) {
        let Some(search) = &session.search else { return };
        let matching = listing.by_name.iter().filter(|(name, _)| search.is_match(name));
        let wanted: FxHashSet<NodeId> = matching.map(|(_, &node)| node).collect();
        let current = self.rows.get(self.cursor.at).map(|row| row.id);
        let (mut before, mut after, mut passed) = (Vec::new(), Vec::new(), false);
        let mut stack = vec![TreeNodeId::ROOT];
        while let Some(id) = stack.pop() {
            let context = tree.get(id);
            if Some(id) == current {
                passed = true;
            } else if context.node.is_some_and(|node| wanted.contains(&node)) {
                if passed { after.push(id) } else { before.push(id) }
            }
            stack.extend(context.children.iter().rev());
        }
        let next = if forward {
            after.first().or(before.first())
        } else {
            before.last().or(after.last())
        };
        if let Some(&next) = next {
            self.reveal(listing, tree, next);
            self.select(session, self.cursor.at, body);
        }
    }

    /// Opens a row and, as long as there is no choice, what is below it.
    fn open(&mut self, at: usize, listing: &Listing, tree: &CallTree) {
        let Some(row) = self.rows.get(at) else { return };
        let (mut id, mut path_key) = (row.id, row.key);
        loop {
            self.open.insert(path_key);
            let [only] = tree.get(id).children[..] else { break };
            let name = tree
                .get(only)
                .node
                .map(|node| listing.report.name(node))
                .unwrap_or_default();
            (id, path_key) = (only, key(path_key, &name));
        }
    }

    fn row(
        &self,
        session: &Session,
        theme: Theme,
        listing: &Listing,
        row: &TreeRow,
        on_cursor: bool,
        width: usize,
    ) -> Line<'static> {
        let report = &listing.report;
        let Some(tree) = &self.tree else { return Line::default() };
        let context = tree.get(row.id);
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
        let (Some(listing), Some(tree)) = (session.listing().cloned(), self.tree.clone()) else {
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
                self.find(session, &listing, &tree, action == Action::NextMatch, body);
            }
            (Action::Expand, Some(row)) if row.has_children && row.is_open => {
                self.select(session, self.cursor.at + 1, body)
            }
            (Action::Expand, Some(row)) if row.has_children => {
                self.open(self.cursor.at, &listing, &tree);
                self.unfold(&listing, &tree);
            }
            (Action::Collapse, Some(row)) if row.has_children && row.is_open => {
                self.open.remove(&row.key);
                self.unfold(&listing, &tree);
            }
            (Action::Collapse, Some(row)) => {
                let parent = tree.get(row.id).parent;
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
                self.direction = match self.direction {
                    Direction::TopDown => Direction::BottomUp,
                    Direction::BottomUp => Direction::TopDown,
                };
                self.tree = None;
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
        let Some(listing) = session.listing().cloned() else {
            return;
        };
        let Some(tree) = session.tree(self.direction).cloned() else {
            return;
        };
        let is_new = self.tree.as_ref().is_none_or(|old| !Arc::ptr_eq(old, &tree));
        let under = self.rows.get(self.cursor.at).map(|row| row.key);
        if is_new {
            self.unfold(&listing, &tree);
            self.tree = Some(Arc::clone(&tree));
        }
        let again = self
            .rows
            .iter()
            .position(|row| Some(row.key) == under)
            .unwrap_or(self.cursor.at);
        self.cursor.at = again;
        if self.rows.get(again).is_none_or(|row| row.name != session.selected)
            && let Some(&wanted) = listing.by_name.get(&session.selected)
        {
            self.reveal_heaviest(&listing, &tree, wanted);
        }
        self.cursor.fit(self.rows.len(), usize::from(parts(body).rows.height));
    }

    fn wants(&self, session: &Session) -> Vec<Want> {
        vec![
            Want::Listing(session.sample_type),
            Want::Tree(session.sample_type, self.direction),
        ]
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let (Some(listing), Some(_)) = (session.listing(), &self.tree) else {
            return;
        };
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
            let line = self.row(session, theme, listing, row, on_cursor, usize::from(body.width));
            paint::line(buffer, parts.rows, y, &line);
        }
        let name = self.rows.get(self.cursor.at).map_or("", |row| &row.name);
        super::draw_details(session, theme, parts.details, name, buffer);
    }
}
