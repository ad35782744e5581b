//! The whole call tree, unfolded step by step.

use std::collections::HashSet;
use std::hash::BuildHasher;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::{Outcome, Shown, View, ViewId, parts, tree};
use crate::analyze::{Direction, NodeId, TreeNodeId};
use crate::model::units::percentage;
use crate::ui::keys::action::{Action, KeyContext, Toward};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Clicked, Emphasis, List, Match, Tally, next_match};
use crate::ui::widget::{figure, paint};
use crate::ui::work::query::Query;

pub(in crate::ui) const ID: ViewId = ViewId("calls");

/// The view's own state.
#[derive(Clone, Default)]
pub(super) struct Calls {
    list: List,
    direction: Direction,
    /// Contexts that are open, by the hash of their path, so that they stay open across sample types and reloads.
    open: HashSet<PathKey>,
    rows: Vec<TreeRow>,
    /// The tree that `rows` are of.
    shown: Option<Shown>,
    /// The heaviest path, until something is selected.
    path: Vec<TreeNodeId>,
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

const VALUE: usize = 11;
/// Children shown of one context, and rows in all: a screen is no place for more.
const MAX_ROWS: usize = 100_000;

/// The contexts that match the search, in the order of the rows, folded ones included; nothing without one.
fn matches(session: &Session, shown: &Shown) -> Option<Vec<TreeNodeId>> {
    let search = session.search.as_ref()?;
    let matching = shown.listing.by_name.iter().filter(|(name, _)| search.is_match(name));
    let wanted: FxHashSet<NodeId> = matching.map(|(_, &node)| node).collect();
    Some(shown.tree.contexts_of(|node| wanted.contains(&node)))
}

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
    fn reveal(&mut self, shown: &Shown, context: TreeNodeId, area: Rect) {
        let mut path_key = 0;
        for id in shown.tree.path(context) {
            path_key = key(path_key, &shown.name(id));
            if id != context {
                self.open.insert(path_key);
            }
        }
        self.unfold(shown);
        let at = self.rows.iter().position(|row| row.id == context);
        self.list.go(at.unwrap_or(0), self.rows.len(), area);
    }

    /// Goes to the next context that matches the search.
    fn find(&mut self, session: &mut Session, shown: &Shown, toward: Toward, body: Rect) -> Option<Match<TreeNodeId>> {
        let matches = matches(session, shown)?;
        let current = self.rows.get(self.list.at()).map_or(TreeNodeId::ROOT, |row| row.id);
        let found = next_match(&matches, current, toward)?;
        self.reveal(shown, found.at, parts(body).rows);
        self.select(session);
        Some(found)
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
        emphasis: Emphasis,
        width: usize,
    ) -> Line<'static> {
        let report = &shown.listing.report;
        let context = shown.tree.get(row.id);
        let (plain, value) = (emphasis.style(theme.quiet()), emphasis.style(theme.value()));
        let figure = |sum: i64| format!("{:>VALUE$}", figure::amount(report, sum));
        let share = |sum: i64| format!(" {:>6} ", percentage(sum, report.total).trim());
        let quiet_zero = |sum: i64| if sum == 0 { plain } else { value };
        let mut spans = vec![
            emphasis.marker(),
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
        let is_marked = emphasis == Emphasis::Plain && self.path.contains(&row.id);
        let mark = match is_marked {
            true => Span::styled(format!("{indent}{mark}"), theme.related()),
            false => Span::styled(format!("{indent}{mark}"), plain),
        };
        spans.push(mark);
        spans.extend(super::name_spans(session, theme, &row.name, room, emphasis));
        Line::from(spans)
    }

    /// Selects the function of the row that the cursor is on.
    fn select(&self, session: &mut Session) {
        if let Some(row) = self.rows.get(self.list.at()) {
            session.choose(row.name.clone());
        }
    }

    /// Goes to a row and selects its function.
    fn go(&mut self, at: usize, session: &mut Session, body: Rect) {
        self.list.go(at, self.rows.len(), parts(body).rows);
        self.select(session);
    }
}

impl View for Calls {
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome {
        let Some(shown) = self.shown.clone() else {
            return Outcome::Ignored;
        };
        let (area, len) = (parts(body).rows, self.rows.len());
        let current = self.rows.get(self.list.at()).cloned();
        match (action, current) {
            (Action::Move(step), _) => {
                self.list.step(step, len, area);
                self.select(session);
            }
            (Action::Match(toward), _) => {
                let found = self.find(session, &shown, toward, body);
                return super::went_to_match(session, found);
            }
            (Action::Right, Some(row)) if row.has_children && row.is_open => self.go(self.list.at() + 1, session, body),
            (Action::Right, Some(row)) if row.has_children => {
                self.open(self.list.at(), &shown);
                self.unfold(&shown);
            }
            (Action::Left, Some(row)) if row.has_children && row.is_open => {
                self.open.remove(&row.key);
                self.unfold(&shown);
            }
            (Action::Left, Some(row)) => {
                let parent = shown.tree.get(row.id).parent;
                if let Some(at) = self.rows.iter().position(|row| row.id == parent) {
                    self.go(at, session, body);
                }
            }
            (Action::Toggle, Some(row)) => {
                let action = if row.is_open { Action::Left } else { Action::Right };
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
            (Action::Enter, _) => return Outcome::Go(tree::ID),
            (Action::Click(at), _) => match self.list.click(at, len, area) {
                Clicked::Again => return self.update(Action::Toggle, session, body),
                Clicked::Moved => self.select(session),
                Clicked::Nothing => {}
            },
            (Action::Left | Action::Right, None) => {}
            _ => return Outcome::Ignored,
        }
        self.list.fit(self.rows.len(), area);
        Outcome::Done
    }

    fn refresh(&mut self, session: &mut Session, body: Rect) {
        let Some(shown) = Shown::of(session, self.direction) else {
            return;
        };
        let is_new = self.shown.as_ref().is_none_or(|old| !old.is_same(&shown));
        let (under, area) = (self.rows.get(self.list.at()).map(|row| row.key), parts(body).rows);
        // Who has selected nothing looks at the whole.
        self.path = match session.is_untouched() {
            true => shown.heaviest_path(),
            false => Vec::new(),
        };
        if let Some(&last) = self.path.last() {
            self.reveal(&shown, last, area);
            self.shown = Some(shown);
            return self.list.go(0, self.rows.len(), area);
        }
        if is_new {
            self.unfold(&shown);
            self.shown = Some(shown.clone());
        }
        let again = self
            .rows
            .iter()
            .position(|row| Some(row.key) == under)
            .unwrap_or(self.list.at());
        let is_elsewhere = self.rows.get(again).is_none_or(|row| row.name != session.selected);
        match shown.heaviest(&session.selected).filter(|_| is_elsewhere) {
            Some(heaviest) => self.reveal(&shown, heaviest, area),
            None => self.list.go(again, self.rows.len(), area),
        }
    }

    fn queries(&self, session: &Session) -> Vec<Query> {
        vec![
            Query::Listing(session.sample_type),
            Query::CallTree(session.sample_type, self.direction),
        ]
    }

    fn place(&self, _: &Session) -> Option<String> {
        let (shown, id) = (self.shown.as_ref()?, self.rows.get(self.list.at())?.id);
        let names = shown.tree.path(id).into_iter().map(|id| shown.name(id));
        Some(names.collect::<Vec<_>>().join("\n"))
    }

    fn tally(&self, session: &Session) -> Option<Tally> {
        let matches = matches(session, self.shown.as_ref()?)?;
        Some(Tally::new(&matches, self.rows.get(self.list.at()).map(|row| row.id)))
    }

    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let Some(shown) = &self.shown else { return };
        let body = super::beside_bar(body);
        let parts = parts(body);
        let order = match self.direction {
            Direction::TopDown => "Top-down: each function below its caller",
            Direction::BottomUp => "Bottom-up: each function below what it calls",
        };
        let flip = session.keys.label(Action::Flip, &[KeyContext::View(ID)]);
        let title = format!(" {order}. {flip} turns it around.");
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
        let width = usize::from(body.width);
        self.list.draw(&self.rows, theme, parts.rows, buffer, |row, emphasis| {
            self.row(session, theme, shown, row, emphasis, width)
        });
        let name = self.rows.get(self.list.at()).map_or("", |row| &row.name);
        super::draw_details(session, theme, parts.details, name, buffer);
        super::draw_position(theme, parts.title, parts.rows, &self.list, self.rows.len(), buffer);
    }
}
