//! The help screen: a loop over the tables.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::report::{COLUMNS, ColumnId, SAMPLE_TYPES, SHAPES, screen_columns};
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::keys::bindings::Bindings;
use crate::ui::keys::chord::Chord;
use crate::ui::theme::Theme;
use crate::ui::view::{VIEWS, ViewId, leaks, row_of};
use crate::ui::widget::paint;

/// Where keys act, in the order of the help.
pub(in crate::ui) fn order() -> Vec<KeyContext> {
    let around = [
        KeyContext::Views,
        KeyContext::OverTime,
        KeyContext::Comparable,
        KeyContext::Process,
        KeyContext::Watched,
        KeyContext::Filtered,
        KeyContext::InUse,
        KeyContext::Objects,
        KeyContext::Lists,
    ];
    let views = VIEWS.iter().map(|view| KeyContext::View(view.id));
    let behind = [
        KeyContext::Hosts,
        KeyContext::Server,
        KeyContext::Everywhere,
        KeyContext::Menu,
        KeyContext::Prompt,
        KeyContext::Pane,
    ];
    around.into_iter().chain(views).chain(behind).collect()
}

/// What the help begins with.
pub(in crate::ui) struct Front {
    pub(in crate::ui) view: ViewId,
    /// Its columns, from left to right.
    pub(in crate::ui) columns: Vec<ColumnId>,
    /// The column that orders its rows.
    pub(in crate::ui) sort: ColumnId,
}

/// All lines of the help in a width, in two columns where they fit. It begins with the view in front and its columns.
pub(in crate::ui) fn lines(bindings: &Bindings, theme: Theme, width: usize, front: &Front) -> Vec<Line<'static>> {
    let is_wide = width >= 2 * COLUMN;
    let column = if is_wide { width / 2 } else { width };
    let mut blocks = vec![first(bindings, theme, column, front)];
    let mut last = "";
    // The table of hosts has a help of its own.
    let is_elsewhere = |context: &KeyContext| [KeyContext::View(front.view), KeyContext::Hosts].contains(context);
    for context in order().into_iter().filter(|context| !is_elsewhere(context)) {
        let lines = keys(bindings, theme, column, context, &[context]);
        match blocks.last_mut() {
            Some(block) if context.title() == last => block.extend(lines),
            _ => blocks.push([vec![heading(theme, context.title())], lines].concat()),
        }
        last = context.title();
    }
    let mouse = "a click selects, a second one goes in; the wheel scrolls, dragging moves the graph; tabs and column heads can be clicked";
    let mut block = |title: &str, style: Style, entries: Vec<(&str, &str)>| {
        let mut lines = vec![heading(theme, title)];
        for (term, text) in entries {
            entry(&mut lines, style, term, text, column);
        }
        blocks.push(lines);
    };
    block("Mouse", theme.key(), vec![("click, wheel", mouse)]);
    let columns = screen_columns(COLUMNS).into_iter().map(|(column, _)| column);
    let others = columns.filter(|column| !front.columns.contains(&column.id));
    let others: Vec<(&str, &str)> = others.map(|column| (column.head, column.help)).collect();
    let title = match front.columns.is_empty() {
        true => "Columns",
        false => "Other columns",
    };
    block(title, theme.value(), others);
    if front.view != leaks::ID {
        block("Shapes in Leaks", theme.value(), shapes().collect());
    }
    block("Sample types", theme.value(), SAMPLE_TYPES.to_vec());
    let views = VIEWS.iter().map(|view| (view.title, view.help)).collect();
    block("Views", theme.value(), views);
    if is_wide {
        beside(&blocks, column)
    } else {
        below(&blocks)
    }
}

/// The lines of some contexts alone, in a width; without keys that do something else there.
pub(in crate::ui) fn lines_of(
    bindings: &Bindings,
    theme: Theme,
    width: usize,
    contexts: &[KeyContext],
) -> Vec<Line<'static>> {
    let block = |context: &KeyContext| {
        [
            vec![heading(theme, context.title())],
            keys(bindings, theme, width, *context, contexts),
        ]
        .concat()
    };
    below(&contexts.iter().map(block).collect::<Vec<_>>())
}

/// How what is suspected of leaking went, in words.
fn shapes() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHAPES.iter().map(|(_, name, says)| (*name, *says))
}

/// The least width of a column of two.
const COLUMN: usize = 60;

fn heading(theme: Theme, text: &str) -> Line<'static> {
    Line::styled(format!(" {text}"), theme.heading())
}

/// What the view in front shows, its own keys, and its columns.
fn first(bindings: &Bindings, theme: Theme, width: usize, front: &Front) -> Vec<Line<'static>> {
    let Some(row) = row_of(front.view) else {
        return Vec::new();
    };
    let mut lines = vec![heading(theme, row.title)];
    for part in paint::wrap(row.help, width.saturating_sub(4).max(10)) {
        lines.push(Line::raw(format!("   {part}")));
    }
    let own = KeyContext::View(front.view);
    lines.extend(keys(bindings, theme, width, own, &[own]));
    for (name, says) in shapes().filter(|_| front.view == leaks::ID) {
        entry(&mut lines, theme.value(), name, says, width);
    }
    let columns = screen_columns(COLUMNS).into_iter().map(|(column, _)| column);
    for column in columns.filter(|column| front.columns.contains(&column.id)) {
        let mark = if column.id == front.sort { "▼" } else { "" };
        entry(
            &mut lines,
            theme.value(),
            &format!("{mark}{}", column.head),
            column.help,
            width,
        );
    }
    lines
}

/// A line for each row of the key table in a context whose keys do nothing in those of `contexts` before it.
fn keys(
    bindings: &Bindings,
    theme: Theme,
    width: usize,
    context: KeyContext,
    contexts: &[KeyContext],
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for binding in bindings.active(&[context]) {
        let before = contexts.split(|other| *other == context).next().unwrap_or_default();
        let is_free = |(chord, _): &(Chord, Action)| bindings.lookup(*chord, before).is_none();
        if !binding.keys.iter().any(is_free) {
            continue;
        }
        let keys: Vec<String> = binding.keys.iter().map(|(chord, _)| chord.label()).collect();
        let keys = if keys.len() > 4 {
            format!("{} … {}", keys[0], keys[keys.len() - 1])
        } else {
            keys.join("  ")
        };
        entry(&mut lines, theme.key(), &keys, binding.help, width);
    }
    lines
}

/// Blocks one below the other, an empty line between.
fn below(blocks: &[Vec<Line<'static>>]) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        if !lines.is_empty() {
            lines.push(Line::raw(""));
        }
        lines.extend(block.iter().cloned());
    }
    lines
}

/// Blocks in two columns, the first about as long as the second.
fn beside(blocks: &[Vec<Line<'static>>], width: usize) -> Vec<Line<'static>> {
    let all: usize = blocks.iter().map(|block| block.len() + 1).sum();
    let mut first = 0;
    let mut long = 0;
    while first < blocks.len() && long + blocks[first].len() / 2 < all / 2 {
        long += blocks[first].len() + 1;
        first += 1;
    }
    let [left, right] = [&blocks[..first], &blocks[first..]].map(below);
    let rows = left.len().max(right.len());
    let row = |at: usize| {
        let mut line = left.get(at).cloned().unwrap_or_default();
        if let Some(other) = right.get(at) {
            let gap = width.saturating_sub(line.width());
            // What is styled as a whole keeps its style as a part.
            let styled = |line: &Line<'static>| {
                let style = line.style;
                let spans = line.spans.iter().cloned();
                spans.map(|span| span.patch_style(style)).collect::<Vec<_>>()
            };
            let spans = [styled(&line), vec![Span::raw(" ".repeat(gap))], styled(other)].concat();
            line = Line::from(spans);
        }
        line
    };
    (0..rows).map(row).collect()
}

const TERM: usize = 16;

fn entry(lines: &mut Vec<Line<'static>>, style: Style, term: &str, text: &str, width: usize) {
    for (at, part) in paint::wrap(text, width.saturating_sub(TERM + 4).max(10))
        .into_iter()
        .enumerate()
    {
        let term = if at == 0 { term } else { "" };
        lines.push(Line::from(vec![
            Span::styled(format!("   {term:<TERM$} "), style),
            Span::raw(part),
        ]));
    }
}
