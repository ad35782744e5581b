//! The views. One file each and one row in [`VIEWS`].

pub(super) mod calls;
mod details;
mod empty;
pub(super) mod flame;
pub(super) mod goroutines;
pub(super) mod graph;
pub(super) mod leaks;
pub(super) mod memory;
pub(super) mod packages;
pub(super) mod source;
pub(super) mod top;
pub(super) mod tree;

use std::cmp::Reverse;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use regex::Regex;

use crate::analyze::goroutines::is_of_goroutines;
use crate::analyze::{CallTree, Direction, Granularity, NodeId, TreeNodeId};
use crate::model::{Profile, Snapshot};
use crate::report::ColumnId;
use crate::ui::keys::action::{Action, Toward};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Emphasis, Match, Tally, next_match};
use crate::ui::widget::name;
use crate::ui::work::host::{Probe, Series};
use crate::ui::work::{listing::Listing, query::Query};

pub(super) use details::place;
use details::{draw_details, draw_details_at, draw_lines, draw_position, draw_rule, fill};
use empty::{draw_absent, draw_empty, other_types};

/// Which view: a short name that stays, since configurations may hold it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ViewId(pub(super) &'static str);

/// A row of [`VIEWS`].
pub(super) struct ViewRow {
    pub(super) id: ViewId,
    pub(super) title: &'static str,
    /// What it shows, in a sentence.
    pub(super) help: &'static str,
    /// What Enter does in it, for the footer and for the help; none where the key table says so.
    pub(super) enter: Option<(&'static str, &'static str)>,
    /// Whether it has anything to show: else `Tab` passes it over.
    pub(super) applies: fn(&Session) -> bool,
    pub(super) make: fn() -> Box<dyn View>,
}

/// Every view, in the order of `Tab`.
pub(super) const VIEWS: &[ViewRow] = &[
    ViewRow {
        id: top::ID,
        title: "Top",
        help: "the functions that hold most, one a row, as `pprof -top` lists them",
        enter: Some(("callers", "Show the function's callers and callees")),
        applies: |_| true,
        make: || Box::<top::Top>::default(),
    },
    ViewRow {
        id: leaks::ID,
        title: "Leaks",
        help: "whether the process leaks, who keeps what, and how it grew: the verdict on a session or a watch; of the heap exact, of functions by their samples, as in Top",
        enter: Some((
            "callers",
            "Show the function's callers and callees, or the view that says more",
        )),
        applies: |session| session.series != Series::None,
        make: || Box::<leaks::Leaks>::default(),
    },
    ViewRow {
        id: memory::ID,
        title: "Memory",
        help: "resident memory as parts that add up, what each means, and what would shrink it",
        enter: Some(("more", "Go where more is told of the part: Top or Goroutines")),
        applies: has_memory,
        make: || Box::<memory::Memory>::default(),
    },
    ViewRow {
        id: goroutines::ID,
        title: "Goroutines",
        help: "what goroutines do and wait for, those that are alike as one row; … stands for calls of the runtime",
        enter: Some(("stack", "Show the stack; in it, the function's callers and callees")),
        applies: has_goroutines,
        make: || Box::<goroutines::Goroutines>::default(),
    },
    ViewRow {
        id: tree::ID,
        title: "Tree",
        help: "the selected function between its callers ╭ and its callees ╰, as `pprof -peek` shows it: cum is what goes through a call, calls% its share of the function's; ┆ above is one path, the heaviest from the root; +1 behind a line: another line makes the call, too",
        enter: Some(("go", "Go to the caller or callee under the cursor")),
        applies: |_| true,
        make: || Box::<tree::Tree>::default(),
    },
    ViewRow {
        id: calls::ID,
        title: "Calls",
        help: "the whole call tree, from the roots down or from the leaves up",
        enter: None,
        applies: |_| true,
        make: || Box::<calls::Calls>::default(),
    },
    ViewRow {
        id: flame::ID,
        title: "Flame",
        help: "the call tree as a picture: each frame as wide as what it holds, below the one that called it",
        enter: Some(("zoom", "Zoom into the frame; … stands for small ones, merged")),
        applies: |_| true,
        make: || Box::<flame::Flame>::default(),
    },
    ViewRow {
        id: graph::ID,
        title: "Graph",
        help: "functions as boxes with lines to what they call, as `pprof -dot` draws them; the frame shows cum: ┌ below 10%, ┏ from 10%, ╔ from 50%; dotted lines lead through functions that are not drawn",
        enter: Some((
            "go in",
            "From the map to the graph, from there to the function's callers and callees",
        )),
        applies: |_| true,
        make: || Box::<graph::CallGraph>::default(),
    },
    ViewRow {
        id: source::ID,
        title: "Source",
        help: "the selected function's source with what each line holds, as `pprof -list` prints it",
        enter: Some(("callee", "Go to the function that the line calls most")),
        applies: |_| true,
        make: || Box::<source::Source>::default(),
    },
    ViewRow {
        id: packages::ID,
        title: "Packages",
        help: "what each package's functions hold themselves, summed up by whose code it is",
        enter: Some(("callers", "Show who calls the function that holds most of it")),
        applies: |_| true,
        make: || Box::<packages::Packages>::default(),
    },
];

fn has_memory(session: &Session) -> bool {
    let snapshot = session.snapshot();
    session.probes.is_live || snapshot.is_some_and(|snapshot| snapshot.mem_stats().is_some())
}

fn has_goroutines(session: &Session) -> bool {
    let is_its_own = session.profile().is_some_and(|profile| is_of_goroutines(profile));
    let snapshot = session.snapshot();
    session.probes.is_live || is_its_own || snapshot.is_some_and(|snapshot| snapshot.goroutines.is_some())
}

/// The view that one begins in and backs out to.
pub(in crate::ui) const HOME: ViewId = VIEWS[0].id;

/// What is said of the process: no steps on a way that begins at [`HOME`], so that going back from there leads nowhere.
pub(super) const BESIDE_HOME: [ViewId; 3] = [leaks::ID, memory::ID, goroutines::ID];

/// The place among [`VIEWS`] of the view that a profile opens on.
pub(super) fn first(profile: &Profile) -> usize {
    // Which functions hold goroutines says little: the runtime parks nearly all of them.
    let id = if is_of_goroutines(profile) {
        goroutines::ID
    } else {
        HOME
    };
    VIEWS.iter().position(|row| row.id == id).unwrap_or_default()
}

/// A view's row.
pub(super) fn row_of(id: ViewId) -> Option<&'static ViewRow> {
    VIEWS.iter().find(|row| row.id == id)
}

/// What a view made of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// It acted, or the action was its own and there was nothing to do.
    Done,
    /// Not its own.
    Ignored,
    /// It wants another view in front.
    Go(ViewId),
    /// The live process is to be asked, again if it was.
    Probe(Probe),
    /// The user's editor is to be opened on a file at a line.
    Edit(PathBuf, i64),
    /// The footer is to say this.
    Say(String),
}

/// A view that can be put back as it was: every view that is `Clone`.
pub(super) trait Keep {
    /// The view as it is now.
    fn kept(&self) -> Box<dyn View>;
}

impl<V: View + Clone + 'static> Keep for V {
    fn kept(&self) -> Box<dyn View> {
        Box::new(self.clone())
    }
}

/// A view of the session. `body` is the same rectangle for `update` and `draw`.
pub(super) trait View: Keep {
    /// Acts.
    fn update(&mut self, action: Action, session: &mut Session, body: Rect) -> Outcome;
    /// Follows a change of data, selection or size.
    fn refresh(&mut self, session: &mut Session, body: Rect);
    /// What it needs to be analysed.
    fn queries(&self, session: &Session) -> Vec<Query>;
    /// What the live process is to be asked once, before it can show anything.
    fn probe(&self, _: &Session) -> Option<Probe> {
        None
    }
    /// Whether an expression matches what is searched here; nothing where that is the names of all functions.
    fn finds(&self, _: &Session, _: &Regex) -> Option<bool> {
        None
    }
    /// The name under the cursor.
    fn name(&self, session: &Session) -> String {
        session.selected.clone()
    }
    /// Where what is under the cursor is, if that is more than where its function is: a line, or a stack of names.
    fn place(&self, _: &Session) -> Option<String> {
        None
    }
    /// What an action does at the moment, in a word for the footer, where that changes; empty where it does nothing.
    fn word(&self, _: Action, _: &Session) -> Option<String> {
        None
    }
    /// Which of the [`COLUMNS`](crate::report::COLUMNS) it has, for the help.
    fn columns(&self, _: &Session) -> Vec<ColumnId> {
        Vec::new()
    }
    /// How many matches the search has here; nothing while that is not known.
    fn tally(&self, session: &Session) -> Option<Tally>;
    /// Draws.
    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer);
}

/// The row that stands for a function in the profile in view; where rows are lines, the heaviest of its own.
fn stand_in(session: &Session, function: &str) -> Option<String> {
    let listing = session.listing()?;
    if listing.by_name.contains_key(function) {
        return Some(function.to_string());
    }
    if session.options.granularity != Granularity::Lines {
        return None;
    }
    let is_line = |name: &str| name.strip_prefix(function).is_some_and(|place| place.starts_with(' '));
    let cum = |node: NodeId| listing.whole.node(node).cum_value().unsigned_abs();
    let lines = listing
        .by_name
        .iter()
        .filter(|(name, _)| !function.is_empty() && is_line(name));
    let heaviest = lines.max_by_key(|&(name, &node)| (cum(node), Reverse(name)))?;
    Some(heaviest.0.clone())
}

/// What to say where no row stands for a function.
fn without_row(session: &Session, function: &str) -> String {
    match session.options.granularity {
        Granularity::Functions | Granularity::Lines => {
            format!("{function} is not in the profile that the other views show.")
        }
        _ => "The other views have no rows of functions now: :granularity=functions brings them back.".into(),
    }
}

/// What a key does in a view that does not show functions: Enter as said, and what rows of functions stand for is no matter.
fn word_apart<'w>(action: Action, enter: impl FnOnce() -> &'w str) -> Option<String> {
    match action {
        Action::Enter => Some(enter().into()),
        Action::Granularity => Some(String::new()),
        _ => None,
    }
}

/// A call tree with the listing that knows the names of its nodes: both of one analysis, so that a tree that is out of
/// date is drawn with its own names until the new one is there.
#[derive(Clone)]
struct Shown {
    listing: Arc<Listing>,
    tree: Arc<CallTree>,
}

impl Shown {
    /// The tree of the sample type in view, where it is ready.
    fn of(session: &Session, direction: Direction) -> Option<Self> {
        Some(Self {
            listing: Arc::clone(session.listing_of(session.sample_type)?),
            tree: Arc::clone(session.tree(direction)?),
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.tree, &other.tree)
    }

    /// The name of a context's function; empty for the root.
    fn name(&self, id: TreeNodeId) -> String {
        let node = self.tree.node(id);
        node.map(|node| self.listing.report.name(node)).unwrap_or_default()
    }

    /// The context that a path of names leads to.
    fn find(&self, names: impl Iterator<Item = String>) -> Option<TreeNodeId> {
        let mut at = TreeNodeId::ROOT;
        for name in names {
            let node = self.listing.by_name.get(&name)?;
            let is_it = |id: &TreeNodeId| self.tree.node(*id) == Some(*node);
            at = self.tree.children(at).find(is_it)?;
        }
        Some(at)
    }

    /// From below the root always on to what is largest.
    fn heaviest_path(&self) -> Vec<TreeNodeId> {
        let first = |id: &TreeNodeId| self.tree.children(*id).next();
        std::iter::successors(first(&TreeNodeId::ROOT), first).collect()
    }

    /// The largest context of a function.
    fn heaviest(&self, name: &str) -> Option<TreeNodeId> {
        self.tree.heaviest(*self.listing.by_name.get(name)?)
    }
}

/// A function's name in `width` cells: its package quiet, the function itself bold, search matches marked.
fn name_spans(session: &Session, theme: Theme, full: &str, width: usize, emphasis: Emphasis) -> Vec<Span<'static>> {
    let short = name::shorten(full, width);
    let split = name::function_start(&short);
    let (quiet, bold) = (emphasis.style(theme.quiet()), emphasis.style(theme.function()));
    let mut spans = vec![Span::styled(short[..split].to_string(), quiet)];
    let function = &short[split..];
    let found = session.search.as_ref().filter(|search| search.is_match(full));
    match found {
        Some(search) => {
            let range = search.find(function).map_or(0..function.len(), |found| found.range());
            for (text, style) in [
                (&function[..range.start], bold),
                (&function[range.clone()], theme.found()),
                (&function[range.end..], bold),
            ] {
                spans.push(Span::styled(text.to_string(), style));
            }
        }
        None => spans.push(Span::styled(function.to_string(), bold)),
    }
    spans
}

/// What comes of going to the next match: which it is, if there is one.
fn went_to_match<T>(session: &Session, found: Option<Match<T>>) -> Outcome {
    match found {
        Some(found) => Outcome::Say(format!("Match {} of {}.", found.nth + 1, found.count)),
        None if session.search.is_some() => Outcome::Say("Nothing matches here.".into()),
        None => Outcome::Ignored,
    }
}

/// The next of `len` names that matches the search, from one on in one direction, around the end.
fn find_match(
    session: &Session,
    len: usize,
    from: usize,
    toward: Toward,
    name: impl Fn(usize) -> String,
) -> Option<Match<usize>> {
    next_match(&matches(session, len, name)?, from, toward)
}

/// Which of `len` names match the search; nothing without one.
fn matches(session: &Session, len: usize, name: impl Fn(usize) -> String) -> Option<Vec<usize>> {
    let search = session.search.as_ref()?;
    Some((0..len).filter(|&at| search.is_match(&name(at))).collect())
}

/// The part of a body that lists are in: beside it is their scroll bar.
fn beside_bar(body: Rect) -> Rect {
    Rect {
        width: body.width.saturating_sub(u16::from(body.width > 20)),
        ..body
    }
}

/// The time of day of a snapshot, where it has one.
fn clock_of(session: &Session) -> impl Fn(&Snapshot) -> Option<String> {
    let zone = session.environment.zone.clone();
    move |snapshot| {
        let time = Timestamp::from_nanosecond(i128::from(snapshot.time_nanos()?)).ok()?;
        Some(time.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string())
    }
}

/// The parts of a view's body, from top to bottom; the rows come first where there is little room.
#[derive(Clone, Copy)]
struct Parts {
    /// What the view shows.
    title: Rect,
    /// The heads of the columns.
    head: Rect,
    /// The rows.
    rows: Rect,
    /// Details of the function under the cursor.
    details: Rect,
}

fn parts(body: Rect) -> Parts {
    let details = match body.height {
        0..=9 => 0,
        10..=25 => 1,
        _ => 4,
    };
    parts_with(body, details)
}

/// The parts of a body whose details have so many rows.
fn parts_with(body: Rect, details: u16) -> Parts {
    let heads = if body.height >= 5 { 2 } else { 0 };
    let part = |y: u16, height: u16| Rect {
        y: body.y + y,
        height,
        ..body
    };
    Parts {
        title: part(0, heads / 2),
        head: part(heads / 2, heads / 2),
        rows: part(heads, body.height.saturating_sub(heads + details)),
        details: part(body.height.saturating_sub(details), details),
    }
}
