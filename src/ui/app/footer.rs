//! The last line: a message, or the keys that act here.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{App, IN_USE, Message, OBJECTS};
use crate::ui::keys::action::{Action, Toward};
use crate::ui::keys::bindings::Binding;
use crate::ui::theme::Theme;
use crate::ui::timeline::Following;
use crate::ui::widget::paint;
use crate::ui::work::host::Series;

/// What ends with a full stop and ends no sentence.
const SHORT: [&str; 2] = ["e.g.", "i.e."];

/// Draws a message, or the keys that act.
pub(super) fn draw(app: &App, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let width = usize::from(area.width);
    let said = |text: &str| format!(" {}", sentences(text, width.saturating_sub(1)));
    let line = match &app.message {
        Some(Message::Problem(text)) => Line::styled(said(text), theme.error()),
        Some(Message::Note(text) | Message::UntilMoment(text)) => Line::styled(said(text), theme.value()),
        None => keys_line(app, theme, width),
    };
    paint::line(buffer, area, 0, &line);
}

/// Of a text that is too long as many whole sentences as fit; all of it where the first does not.
fn sentences(text: &str, width: usize) -> &str {
    if text.width() <= width {
        return text;
    }
    let parts = text.match_indices(". ").map(|(at, _)| &text[..=at]);
    let whole = parts.filter(|part| !SHORT.iter().any(|short| part.ends_with(short)));
    whole.take_while(|part| part.width() <= width).last().unwrap_or(text)
}

/// The keys that act here, as many as there is room for; help and quit always.
fn keys_line(app: &App, theme: Theme, width: usize) -> Line<'static> {
    let contexts = app.contexts();
    let bindings = &app.session.keys;
    let shown: Vec<_> = bindings
        .active(&contexts)
        .filter(|binding| !binding.short.is_empty())
        .collect();
    let words: Vec<_> = shown.into_iter().map(|binding| (binding, word(app, binding))).collect();
    // What does nothing at the moment is not shown.
    let shown: Vec<_> = words.iter().filter(|(_, word)| !word.is_empty()).collect();
    let is_last = |binding: &Binding| matches!(binding.keys[0].1, Action::Help | Action::Quit);
    let wide = |binding: &Binding, word: &str| binding.keys[0].0.label().width() + word.width() + 3;
    let last = shown.iter().filter(|(binding, _)| is_last(binding));
    let reserved: usize = last.map(|(binding, word)| wide(binding, word)).sum();
    // Behind the last one there is no gap.
    let mut left = (width + 1).saturating_sub(reserved);
    let mut spans = Vec::new();
    for (binding, word) in shown {
        if !is_last(binding) {
            if wide(binding, word) > left {
                left = 0;
                continue;
            }
            left -= wide(binding, word);
        }
        let gap = if spans.is_empty() { " " } else { "  " };
        spans.extend([
            Span::raw(gap),
            Span::styled(binding.keys[0].0.label(), theme.key()),
            Span::styled(format!(" {word}"), theme.quiet()),
        ]);
    }
    Line::from(spans)
}

/// What a key does at the moment.
fn word<'b>(app: &App, binding: &'b Binding) -> Cow<'b, str> {
    let (session, action) = (&app.session, binding.keys[0].1);
    let part = |pairs, at: usize| {
        let sibling = session.sibling_type(pairs)?;
        let name = session.profile()?.type_name(sibling);
        name.split('_').nth(at).map(String::from)
    };
    let everywhere = || match action {
        Action::Base => Some(app.base_word().into()),
        Action::Granularity => Some(session.next_granularity().1.into()),
        Action::ToggleInUse => part(IN_USE, 0),
        Action::ToggleObjects => part(OBJECTS, 1),
        // Of a process, the key that begins the watch does it, too.
        Action::Hold if matches!(session.series, Series::Process { .. }) => Some(String::new()),
        Action::Watch | Action::Hold => match session.timeline.following {
            Following::Live | Following::Stale(_) => Some("pause".into()),
            Following::Paused => Some("go on".into()),
            _ => None,
        },
        // There is none after the newest.
        Action::Step(Toward::Next) => session.timeline.past().is_none().then(String::new),
        _ => None,
    };
    let view = &app.views[app.front];
    let here = match binding.context.is_over_the_view() {
        true => None,
        false => view.word(action, session),
    };
    let word = here.or_else(everywhere);
    word.map_or(binding.short.into(), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn a_message_is_cut_behind_a_sentence() {
        let example = "--keep takes a size, e.g. 500MB. Nothing was kept.";
        let names = "Open a session's folder. heaptui watch records one.";
        let number = "It took 1.5 s. 12 are left.";
        for (text, width, said) in [
            (example, 80, example),
            (example, 40, "--keep takes a size, e.g. 500MB."),
            // The first sentence does not fit.
            (example, 28, example),
            (names, 30, "Open a session's folder."),
            (number, 20, "It took 1.5 s."),
            ("", 0, ""),
        ] {
            assert_eq!(sentences(text, width), said, "{text:?} in {width} cells");
        }
    }
}
