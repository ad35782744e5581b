//! The help screen: a loop over the tables.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::report::{COLUMNS, SAMPLE_TYPES, screen_columns};
use crate::ui::keys::action::KeyContext;
use crate::ui::keys::bindings::Bindings;
use crate::ui::theme::Theme;
use crate::ui::view::VIEWS;
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
        KeyContext::Server,
        KeyContext::Everywhere,
        KeyContext::Menu,
        KeyContext::Prompt,
        KeyContext::Pane,
    ];
    around.into_iter().chain(views).chain(behind).collect()
}

/// All lines of the help in a width.
pub(in crate::ui) fn lines(bindings: &Bindings, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let heading = |lines: &mut Vec<Line<'static>>, text: &str| {
        if !lines.is_empty() {
            lines.push(Line::raw(""));
        }
        lines.push(Line::styled(format!(" {text}"), theme.heading()));
    };
    let mut last = "";
    for context in order() {
        for binding in bindings.active(&[context]) {
            if context.title() != last {
                last = context.title();
                heading(&mut lines, last);
            }
            let keys: Vec<String> = binding.keys.iter().map(|(chord, _)| chord.label()).collect();
            let keys = if keys.len() > 4 {
                format!("{} … {}", keys[0], keys[keys.len() - 1])
            } else {
                keys.join("  ")
            };
            entry(&mut lines, theme.key(), &keys, binding.help, width);
        }
    }
    heading(&mut lines, "Mouse");
    let mouse = "a click selects, a second one goes in; the wheel scrolls, dragging moves the graph; tabs and column heads can be clicked";
    entry(&mut lines, theme.key(), "click, wheel", mouse, width);
    heading(&mut lines, "What the numbers mean");
    for (column, _) in screen_columns(COLUMNS) {
        entry(&mut lines, theme.value(), column.head, column.help, width);
    }
    heading(&mut lines, "Sample types");
    for (kind, help) in SAMPLE_TYPES {
        entry(&mut lines, theme.value(), kind, help, width);
    }
    heading(&mut lines, "Views");
    for view in VIEWS {
        entry(&mut lines, theme.value(), view.title, view.help, width);
    }
    lines
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
