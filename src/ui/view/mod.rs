//! The views. One file each and one row in [`VIEWS`].

pub(super) mod calls;
pub(super) mod flame;
pub(super) mod goroutines;
pub(super) mod graph;
pub(super) mod source;
pub(super) mod top;
pub(super) mod tree;

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use regex::Regex;

use crate::analyze::goroutines::is_of_goroutines;
use crate::analyze::{CallTree, Direction, TreeNodeId};
use crate::model::{Profile, SampleTypeId};
use crate::ui::keys::action::{Action, Filter, KeyContext, Toward};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::list::{Emphasis, List, Match, Tally, next_match};
use crate::ui::widget::{name, paint};
use crate::ui::work::{listing::Listing, query::Query};

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
    pub(super) make: fn() -> Box<dyn View>,
}

/// Every view, in the order of `Tab`.
pub(super) const VIEWS: &[ViewRow] = &[
    ViewRow {
        id: top::ID,
        title: "Top",
        help: "the functions that hold most, one a row, as `pprof -top` lists them",
        enter: Some(("callers", "Show the function's callers and callees")),
        make: || Box::<top::Top>::default(),
    },
    ViewRow {
        id: tree::ID,
        title: "Tree",
        help: "the selected function between its callers and its callees, as `pprof -peek` shows it",
        enter: Some(("go", "Go to the caller or callee under the cursor")),
        make: || Box::<tree::Tree>::default(),
    },
    ViewRow {
        id: calls::ID,
        title: "Calls",
        help: "the whole call tree, from the roots down or from the leaves up",
        enter: None,
        make: || Box::<calls::Calls>::default(),
    },
    ViewRow {
        id: flame::ID,
        title: "Flame",
        help: "the call tree as a picture: each frame as wide as what it holds, below the one that called it",
        enter: Some(("zoom", "Zoom into the frame; … stands for small ones, merged")),
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
        make: || Box::<graph::CallGraph>::default(),
    },
    ViewRow {
        id: source::ID,
        title: "Source",
        help: "the selected function's source with what each line holds, as `pprof -list` prints it",
        enter: Some(("callee", "Go to the function that the line calls most")),
        make: || Box::<source::Source>::default(),
    },
    ViewRow {
        id: goroutines::ID,
        title: "Goroutines",
        help: "what goroutines do and wait for, those that are alike as one row; … stands for calls of the runtime",
        enter: Some(("stack", "Show the stack; in it, the function's callers and callees")),
        make: || Box::<goroutines::Goroutines>::default(),
    },
];

/// The view that one begins in and backs out to.
pub(super) const HOME: ViewId = VIEWS[0].id;

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
    /// Whether an expression matches what is searched here; nothing where that is the names of all functions.
    fn finds(&self, _: &Session, _: &Regex) -> Option<bool> {
        None
    }
    /// How many matches the search has here; nothing while that is not known.
    fn tally(&self, session: &Session) -> Option<Tally>;
    /// Draws.
    fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer);
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

    /// The largest context of a function.
    fn heaviest(&self, name: &str) -> Option<TreeNodeId> {
        self.tree.heaviest(*self.listing.by_name.get(name)?)
    }
}

/// Why there are no rows, and what to try: a heading and advice.
fn draw_empty(session: &Session, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let Some(profile) = session.profile() else { return };
    let text = if profile.samples.is_empty() || profile.sample_types.is_empty() {
        vec![
            "The profile has no samples.".to_string(),
            "Was the process doing anything when it was taken?".to_string(),
        ]
    } else if !session.filters().is_empty() {
        let filters: Vec<String> = session
            .filters()
            .iter()
            .map(|(name, text)| format!("{name}='{text}'"))
            .collect();
        vec![
            format!("Nothing is left by {}.", filters.join(", ")),
            filter_advice(session),
        ]
    } else {
        let kind = profile.type_name(session.sample_type);
        let types = (0..profile.sample_types.len()).map(SampleTypeId::from_index);
        let others = types.filter(|id| session.listing_of(*id).is_some_and(|listing| listing.report.total != 0));
        let others: Vec<String> = others
            .take(9)
            .map(|id| format!("{} {}", id.0 + 1, profile.type_name(id)))
            .collect();
        let advice = match &others[..] {
            [] => "So is every other sample type.".to_string(),
            others => format!("Not 0: {}. Press the number.", others.join(", ")),
        };
        vec![format!("Every sample of {kind} is 0."), advice]
    };
    paint::middle(buffer, area, theme.heading(), &text);
}

/// Which keys clear and change filters.
fn filter_advice(session: &Session) -> String {
    let key = |action| session.keys.label(action, &[KeyContext::Filtered, KeyContext::Views]);
    let filters = [Filter::Focus, Filter::Ignore, Filter::Hide, Filter::Show];
    let change = filters.map(|filter| key(Action::Filter(filter))).join(", ");
    format!(
        "{} clears the filters; {change} change them.",
        key(Action::ClearFilters)
    )
}

/// Which keys lead to other sample types.
fn other_types(session: &Session) -> String {
    let key = |action| session.keys.label(action, &[KeyContext::InUse, KeyContext::Objects]);
    let (in_use, objects) = (key(Action::ToggleInUse), key(Action::ToggleObjects));
    format!("Other sample types: {in_use}, {objects} or their number")
}

/// Why the selected function is not here.
fn draw_absent(session: &Session, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let Some(listing) = session.listing() else { return };
    let kind = listing.report.profile.type_name(listing.report.sample_type);
    let text = [
        format!("{} has no samples of {kind} here.", session.selected),
        format!(
            "{}; {} clears filters.",
            other_types(session),
            session.keys.label(Action::ClearFilters, &[KeyContext::Filtered])
        ),
    ];
    paint::middle(buffer, area, theme.heading(), &text);
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

/// At the right end of the rule above the details: which rows are in view, where not all are.
fn draw_position(theme: Theme, parts: Parts, list: &List, len: usize, buffer: &mut Buffer) {
    if let Some(position) = list.position(len, parts.rows) {
        draw_note(theme, parts, &position, buffer);
    }
}

/// Writes at the right end of the rule above the details.
fn draw_note(theme: Theme, parts: Parts, note: &str, buffer: &mut Buffer) {
    let line = Line::styled(note.to_string(), theme.quiet());
    let width = (line.width() as u16).min(parts.details.width);
    let area = Rect {
        x: parts.details.right() - width,
        width,
        height: parts.details.height.min(1),
        ..parts.details
    };
    paint::line(buffer, area, 0, &line);
}

/// What parts the rows from the details.
fn draw_rule(theme: Theme, area: Rect, buffer: &mut Buffer) {
    let rule = "─".repeat(usize::from(area.width));
    paint::line(buffer, area, 0, &Line::styled(rule, theme.quiet()));
}

/// Details of a function at the lower end of a view: full name, source, package.
fn draw_details(session: &Session, theme: Theme, area: Rect, full: &str, buffer: &mut Buffer) {
    if area.height == 0 || full.is_empty() {
        return;
    }
    draw_rule(theme, area, buffer);
    paint::line(
        buffer,
        area,
        1,
        &Line::from(vec![Span::raw(" "), Span::styled(full.to_string(), theme.function())]),
    );
    let facts = [("at", place(session, full)), ("package", package(session, full))];
    fill(
        buffer,
        area,
        2,
        theme,
        "",
        facts.into_iter().filter(|(_, fact)| !fact.is_empty()),
    );

    let types = session.profile().map_or(0, |profile| profile.sample_types.len());
    // The type in view first: it is the one that always has room. Then its counterpart.
    let stem = |id: SampleTypeId| {
        let name = session.profile().map_or("", |profile| profile.type_name(id));
        name.split('_').next().unwrap_or_default()
    };
    let mut types: Vec<SampleTypeId> = (0..types).take(9).map(SampleTypeId::from_index).collect();
    types.sort_by_key(|id| (*id != session.sample_type, stem(*id) != stem(session.sample_type)));
    let listings = types.into_iter().filter_map(|id| session.listing_of(id));
    let values = listings.map(|listing| {
        let report = &listing.report;
        let sums = listing
            .by_name
            .get(full)
            .map(|&node| *listing.whole.node(node))
            .unwrap_or_default();
        // In the unit of the tables, so that a number is the same in both.
        let [flat, cum] = [sums.flat_value(), sums.cum_value()].map(|value| report.format.value(value));
        let text = format!("{flat}/{cum}");
        (report.profile.type_name(report.sample_type), text)
    });
    fill(buffer, area, 3, theme, "flat/cum", values);
}

/// Writes named facts into a row, as many as there is room for; the first in any case.
fn fill<'f>(
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    theme: Theme,
    title: &'static str,
    facts: impl Iterator<Item = (&'f str, String)>,
) {
    let mut line = Line::from(vec![Span::styled(format!(" {title}"), theme.quiet())]);
    for (at, (name, fact)) in facts.enumerate() {
        let gap = if line.width() > 1 { "  " } else { "" };
        let spans = [Span::styled(format!("{gap}{name} "), theme.quiet()), Span::raw(fact)];
        let wide: usize = spans.iter().map(Span::width).sum();
        if at == 0 || line.width() + wide <= usize::from(area.width) {
            line.spans.extend(spans);
        }
    }
    paint::line(buffer, area, row, &line);
}

/// The package of a row's function; empty for rows that are no function.
fn package(session: &Session, full: &str) -> String {
    let name = session.listing().and_then(|listing| {
        let report = &listing.report;
        let node = *listing.by_name.get(full)?;
        Some(report.profile.text(report.frames.info(node).name))
    });
    name.map(|name| name::package(name).to_string()).unwrap_or_default()
}

/// `file:line` of the line that matters most in a function, as far as the profile knows.
fn place(session: &Session, full: &str) -> String {
    let place = session.listing().and_then(|listing| {
        let report = &listing.report;
        let node = *listing.by_name.get(full)?;
        let info = report.frames.info(node);
        if info.line > 0 {
            // The row is a line already.
            return Some(format!("{}:{}", report.frames.file(node), info.line));
        }
        let line = listing.lines.get(&info.name)?;
        let file = report
            .profile
            .text(report.profile.functions[line.function.index()].filename);
        let known = (!file.is_empty()).then_some(file)?;
        Some(if line.line > 0 {
            format!("{known}:{}", line.line)
        } else {
            known.to_string()
        })
    });
    place.unwrap_or_default()
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
        10..=19 => 3,
        _ => 4,
    };
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
