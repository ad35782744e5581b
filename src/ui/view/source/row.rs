//! The rows of the Source view, and how each looks.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use regex::Regex;
use unicode_width::UnicodeWidthChar;

use crate::model::strings::visible_lines;
use crate::model::{units::percentage, visible};
use crate::report::syntax::Token;
use crate::report::{self, Options};
use crate::ui::theme::Theme;
use crate::ui::view::source::model::{Body, Sourced};
use crate::ui::widget::list::Emphasis;
use crate::ui::widget::{bar, paint};

/// A row. Bodies are counted from 0, lines from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Row {
    Line {
        body: usize,
        number: i64,
    },
    /// Above each of several bodies.
    Head {
        body: usize,
    },
    /// What is wrong with the source, or why there is none, and what to do.
    Note(String),
    Blank,
}

impl Row {
    /// The body and the line, if it is one.
    pub(super) fn line(&self) -> Option<(usize, i64)> {
        match self {
            Self::Line { body, number } => Some((*body, *number)),
            Self::Head { .. } | Self::Note(_) | Self::Blank => None,
        }
    }

    /// Whether its text matches.
    pub(super) fn is_match(&self, shown: &Sourced, search: &Regex) -> bool {
        match self {
            Self::Line { body, number } => {
                let body = shown.bodies.get(*body);
                body.is_some_and(|body| search.is_match(&text(body, *number)))
            }
            Self::Note(note) => search.is_match(note),
            Self::Head { .. } | Self::Blank => false,
        }
    }
}

/// Lines above and below a function that are shown at most.
const MAX_AROUND: i64 = 200_000;
/// Cells that the code can be moved to the left.
pub(super) const MAX_LEFT: usize = 2000;
/// Cells between tab stops.
const TAB: usize = 4;
/// Places that are named at most where a file was looked for.
const MAX_PLACES: usize = 6;

/// All rows. The whole file of a function that is in one, of others what belongs to the function.
pub(super) fn rows(sourced: &Sourced, options: &Options, width: u16) -> Vec<Row> {
    let mut rows = Vec::new();
    let is_only = sourced.bodies.len() == 1;
    for (at, body) in sourced.bodies.iter().enumerate() {
        let line = |number: i64| Row::Line { body: at, number };
        if !is_only {
            rows.extend((at > 0).then_some(Row::Blank));
            rows.push(Row::Head { body: at });
        }
        let routine = &body.routine;
        match &body.text {
            Ok(text) => {
                if let Some(doubt) = body.doubt {
                    rows.extend(notes(&doubt.text(), width));
                    rows.extend(notes(&report::place(&text.found), width));
                }
                let around = if is_only { MAX_AROUND } else { 0 };
                let last = routine.last.saturating_add(around).min(text.len() as i64);
                rows.extend((routine.first.saturating_sub(around).max(1)..=last).map(line));
                // What the profile says of lines that the file does not have.
                rows.extend(
                    routine
                        .lines
                        .keys()
                        .copied()
                        .filter(|&number| number > last || number < 1)
                        .map(line),
                );
            }
            Err(_) => {
                rows.extend(advice(body, options).iter().flat_map(|text| notes(text, width)));
                rows.push(Row::Blank);
                rows.extend(routine.lines.keys().copied().map(line));
            }
        }
    }
    rows
}

fn notes(text: &str, width: u16) -> impl Iterator<Item = Row> {
    let wrapped = paint::wrap(text, usize::from(width).saturating_sub(4).max(20));
    wrapped.into_iter().map(Row::Note)
}

/// Why there is no source, and what to do about it.
fn advice(body: &Body, options: &Options) -> Vec<String> {
    let Err(missing) = &body.text else { return Vec::new() };
    if body.routine.file.is_empty() {
        return vec!["The profile names no file for it: these are the lines that it knows.".into()];
    }
    let mut text = vec![format!("No source: {}.", visible(&missing.reason))];
    if !missing.tried.is_empty() {
        let places: Vec<&str> = missing.tried.iter().take(MAX_PLACES).map(String::as_str).collect();
        text.push(format!("Also looked in {}.", visible(&places.join(", "))));
    }
    let set = |name: &str, value: &str| {
        if value.is_empty() {
            format!("-{name} is not set")
        } else {
            format!("-{name} is {value}")
        }
    };
    text.push(format!(
        "If you have it: :source_path=FOLDER says where ({}), :trim_path=PREFIX what to cut off its name ({}).",
        set("source_path", &options.source_path),
        set("trim_path", &options.trim_path)
    ));
    text
}

/// A line's code; without source what it calls.
fn text(body: &Body, number: i64) -> String {
    match &body.text {
        Ok(text) => text.line(number).unwrap_or_default().to_string(),
        Err(_) => {
            let calls = body.calls.get(&number).map_or(&[][..], |calls| calls);
            let names: Vec<&str> = calls.iter().take(3).map(|call| &*call.name).collect();
            let more = if calls.len() > names.len() { ", …" } else { "" };
            if names.is_empty() {
                String::new()
            } else {
                format!("calls {}{more}", names.join(", "))
            }
        }
    }
}

/// How wide what stands before the code is.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    flat: usize,
    cum: usize,
    bar: usize,
    number: usize,
}

impl Columns {
    pub(super) fn new(shown: &Sourced, width: usize) -> Self {
        let widest = |value: fn(&(i64, i64)) -> i64| {
            let values = shown
                .bodies
                .iter()
                .flat_map(|body| body.routine.lines.values().map(value));
            values.map(|value| cell(shown, value).len()).max().unwrap_or(0).max(5)
        };
        let numbers = shown.bodies.iter().map(|body| {
            let last = body.text.as_ref().map_or(0, |text| text.len() as i64);
            last.max(body.routine.lines.keys().copied().max().unwrap_or(0))
        });
        let number = numbers.max().unwrap_or(0).to_string().len().max(4);
        let bar = match width {
            0..60 => 0,
            60..100 => 4,
            _ => 8,
        };
        Self {
            flat: widest(|values| values.0),
            cum: widest(|values| values.1),
            bar,
            number,
        }
    }

    /// What stands above the columns.
    pub(super) fn head(self) -> String {
        let Self { flat, cum, bar, number } = self;
        let gap = if bar > 0 { " " } else { "" };
        format!(" {:>flat$} {:>cum$} {:bar$}{gap}{:>number$}", "flat", "cum", "", "line")
    }
}

fn cell(shown: &Sourced, value: i64) -> String {
    match value {
        0 => ".".into(),
        value => shown.format.value(value),
    }
}

/// Whether code has the colours of its language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Syntax {
    Plain,
    Coloured,
}

/// What rows are drawn with.
pub(super) struct Look<'v> {
    pub(super) shown: &'v Sourced,
    pub(super) columns: Columns,
    pub(super) theme: Theme,
    pub(super) left: usize,
    pub(super) search: Option<&'v Regex>,
}

impl Look<'_> {
    pub(super) fn line(&self, row: &Row, emphasis: Emphasis) -> Line<'static> {
        let theme = self.theme;
        let mark = emphasis.marker();
        match row {
            Row::Blank => Line::from(mark),
            Row::Note(note) => Line::from(vec![mark, Span::styled(format!(" {note}"), Style::new())]),
            Row::Head { body } => {
                let Some(body) = self.shown.bodies.get(*body) else {
                    return Line::default();
                };
                let (routine, format) = (&body.routine, &self.shown.format);
                let values = format!(
                    "  flat {}  cum {} ({})",
                    format.value(routine.flat),
                    format.value(routine.cum),
                    percentage(routine.cum, self.shown.total).trim()
                );
                let file = Span::styled(format!(" {}", routine.file), theme.heading());
                Line::from(vec![mark, file, Span::styled(values, theme.value())])
            }
            Row::Line { body, number } => match self.shown.bodies.get(*body) {
                Some(body) => self.code(body, *number, emphasis),
                None => Line::default(),
            },
        }
    }

    fn code(&self, body: &Body, number: i64, emphasis: Emphasis) -> Line<'static> {
        let (theme, columns, routine) = (self.theme, self.columns, &body.routine);
        let (flat, cum) = body.values(number);
        let is_inside = (routine.first..=routine.last).contains(&number);
        let has_value = (flat, cum) != (0, 0);
        let value = |value: i64, width: usize| {
            // Lines of the function that hold nothing have a point, as in `list`; others nothing at all.
            let text = if is_inside || value != 0 {
                cell(self.shown, value)
            } else {
                String::new()
            };
            let look = if value == 0 { theme.quiet() } else { theme.value() };
            Span::styled(format!("{text:>width$} "), emphasis.style(look))
        };
        let largest = routine
            .lines
            .values()
            .map(|values| values.1.unsigned_abs())
            .max()
            .unwrap_or(0);
        let share = cum as f64 / largest.max(1) as f64;
        let gap = usize::from(columns.bar > 0);
        let number_text = if number > 0 { number.to_string() } else { "?".into() };
        let number_style = if has_value { theme.function() } else { theme.quiet() };
        let mut spans = vec![
            emphasis.marker(),
            value(flat, columns.flat),
            value(cum, columns.cum),
            Span::styled(format!("{:gap$}", bar::bar(share, columns.bar)), emphasis.bar(theme)),
            Span::raw(" ".repeat(gap)),
            Span::styled(
                format!("{number_text:>0$}  ", columns.number),
                emphasis.style(number_style),
            ),
        ];
        let plain = if is_inside { theme.text() } else { theme.quiet() };
        let syntax = match emphasis {
            Emphasis::Plain if is_inside => Syntax::Coloured,
            _ => Syntax::Plain,
        };
        spans.extend(self.coloured(body, number, emphasis.style(plain), syntax));
        Line::from(spans)
    }

    /// The code of a line: tabs as blanks, what commands a terminal as pictures, as many cells left out as asked for.
    fn coloured(&self, body: &Body, number: i64, plain: Style, syntax: Syntax) -> Vec<Span<'static>> {
        let text = text(body, number);
        // No screen has room for more.
        let text = start(&text, (MAX_LEFT + 1000) * 4);
        let mut styled: Vec<(usize, Style)> = Vec::new();
        if syntax == Syntax::Coloured
            && let (Some(language), Ok(_)) = (body.language, &body.text)
        {
            language.scan(text, body.state(number), &mut |range, token| {
                styled.push((range.start, plain));
                styled.push((range.end, self.theme.token(token)));
            });
        }
        if syntax == Syntax::Coloured && body.text.is_err() {
            styled.push((text.len(), self.theme.quiet()));
        }
        styled.push((text.len(), plain));
        let found = self
            .search
            .and_then(|search| search.find(text))
            .map(|found| found.range());
        let mut spans: Vec<(String, Style)> = Vec::new();
        let (mut column, mut part) = (0, 0);
        for (at, char) in text.char_indices() {
            while styled[part].0 <= at {
                part += 1;
            }
            let is_found = found.as_ref().is_some_and(|found| found.contains(&at));
            let style = if is_found { self.theme.found() } else { styled[part].1 };
            let shown = match char {
                '\t' => " ".repeat(TAB - column % TAB),
                char => visible_lines(char.encode_utf8(&mut [0; 4])).into_owned(),
            };
            for char in shown.chars() {
                column += char.width().unwrap_or(0);
                if column <= self.left {
                    continue;
                }
                match spans.last_mut() {
                    Some((text, last)) if *last == style => text.push(char),
                    _ => spans.push((char.to_string(), style)),
                }
            }
        }
        spans
            .into_iter()
            .map(|(text, style)| Span::styled(text, style))
            .collect()
    }
}

/// The beginning of a text, at most so many bytes.
fn start(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Theme {
    /// A piece of code.
    fn token(self, token: Token) -> Style {
        match token {
            Token::Comment => self.quiet(),
            Token::Text | Token::Number => self.literal(),
            Token::Keyword => self.keyword(),
        }
    }
}
