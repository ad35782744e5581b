//! One line of typed text.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use tui_input::{Input, InputRequest};

use super::paint;
use crate::ui::theme::Theme;

/// What is pasted or proposed may not make a line longer than this many characters.
pub(in super::super) const LONGEST: usize = 10_000;

/// So many words are shown at most that a word may become.
const SHOWN: usize = 100;

/// A line that is being typed, with a proposal that the first typed character replaces.
#[derive(Clone, Debug)]
pub(in super::super) struct Prompt {
    label: &'static str,
    input: Input,
    /// Still as proposed.
    untouched: bool,
    /// What is wrong with it.
    pub(in super::super) problem: Option<String>,
}

impl Prompt {
    pub(in super::super) fn new(label: &'static str, proposal: String) -> Self {
        Self {
            label,
            untouched: !proposal.is_empty(),
            input: Input::new(proposal),
            problem: None,
        }
    }

    pub(in super::super) fn value(&self) -> &str {
        self.input.value()
    }

    /// Whether it is still what was proposed.
    pub(in super::super) fn is_untouched(&self) -> bool {
        self.untouched
    }

    /// Puts another line in its place, the cursor behind it.
    pub(in super::super) fn set(&mut self, line: String) {
        self.untouched = false;
        self.problem = None;
        self.input = Input::new(line);
    }

    /// Types a character.
    pub(in super::super) fn insert(&mut self, char: char) {
        if std::mem::take(&mut self.untouched) {
            self.input.reset();
        }
        self.edit(InputRequest::InsertChar(char));
    }

    /// Types a text at once, without its control characters. A text that does not fit is not typed, and that is the problem.
    pub(in super::super) fn paste(&mut self, text: &str) {
        let text: String = text
            .chars()
            .take(LONGEST + 1)
            .filter(|char| !char.is_control())
            .collect();
        let before = if self.untouched { "" } else { self.input.value() };
        let length = before.chars().count() + text.chars().count();
        if length > LONGEST {
            self.problem = Some(format!(
                "too long to be pasted: a line has {LONGEST} characters at most"
            ));
            return;
        }
        let cursor = if self.untouched { 0 } else { self.input.cursor() };
        let end = before.chars().count() - cursor;
        let at = before.char_indices().nth(cursor).map_or(before.len(), |(at, _)| at);
        self.set([&before[..at], &text, &before[at..]].concat());
        let _ = self.input.handle(InputRequest::SetCursor(length - end));
    }

    /// Edits.
    pub(in super::super) fn edit(&mut self, request: InputRequest) {
        self.untouched = false;
        self.problem = None;
        let _ = self.input.handle(request);
    }

    /// Makes the word that begins at `start` as long as there is no doubt about which of these it becomes, and says which there
    /// are.
    pub(in super::super) fn complete(&mut self, start: usize, words: &[String]) {
        let line = self.value().to_string();
        let Some(first) = words.first() else {
            self.problem = Some("nothing to complete".into());
            return;
        };
        let rest = words.iter().skip(1);
        let common = rest.fold(first.as_str(), |common, word| common_prefix(common, word));
        // What goes on is no whole word yet.
        let is_open = common.ends_with(['=', '"', '/', ':', '}']);
        let space = if words.len() == 1 && !is_open { " " } else { "" };
        if common.len() > line.len() - start || words.len() == 1 {
            self.set(format!("{}{common}{space}", &line[..start]));
        }
        if words.len() > 1 {
            // Behind the `=` that all of them have.
            let behind = common.rfind('=').map_or(0, |at| at + 1);
            let words: Vec<&str> = words.iter().take(SHOWN).map(|word| &word[behind..]).collect();
            self.problem = Some(words.join("  "));
        }
    }

    /// Draws it and a note behind it into the one row of `area`; returns where the terminal's cursor belongs.
    pub(in super::super) fn draw(&self, note: &str, theme: Theme, area: Rect, buffer: &mut Buffer) -> Position {
        let label = format!(" {}", self.label);
        let label_width = label.len() as u16;
        let room = usize::from(area.width.saturating_sub(label_width).saturating_sub(1));
        let scroll = self.input.visual_scroll(room);
        let text: String = self.input.value().chars().skip(scroll).collect();
        let style = if self.untouched { theme.cursor() } else { theme.text() };
        let spans = [
            Span::styled(label, theme.heading()),
            Span::styled(text, style),
            Span::styled(format!("  {note}"), theme.quiet()),
        ];
        let spans = &spans[..if note.is_empty() { 2 } else { 3 }];
        paint::line(buffer, area, 0, &Line::from(spans.to_vec()));
        let column = self.input.visual_cursor().saturating_sub(scroll) as u16;
        let x = area
            .x
            .saturating_add(label_width)
            .saturating_add(column)
            .min(area.right().saturating_sub(1));
        Position { x, y: area.y }
    }
}

fn common_prefix<'w>(a: &'w str, b: &str) -> &'w str {
    let end = a
        .char_indices()
        .zip(b.chars())
        .find(|((_, left), right)| left != right)
        .map(|((at, _), _)| at);
    &a[..end.unwrap_or(a.len().min(b.len()))]
}
