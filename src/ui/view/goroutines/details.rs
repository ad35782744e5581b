//! What is told of the row under the cursor, and of what is missing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::model::{Groups, goroutines_of};
use super::{FACTS, Goroutines, ID, Parts};
use crate::analyze::goroutines::Detail;
use crate::model::units::grouped;
use crate::report;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::draw_rule;
use crate::ui::widget::list::Emphasis;
use crate::ui::widget::{name, paint};
use crate::ui::work::host::Probe;
use crate::ui::work::probes::Reply;

impl Goroutines {
    pub(super) fn draw_details(&self, theme: Theme, area: Rect, buffer: &mut Buffer) {
        let (Some((groups, row)), true) = (self.row(), area.height > 0) else {
            return;
        };
        draw_rule(theme, area, buffer);
        let mut facts = Vec::new();
        let listed = |names: &[(String, i64)]| {
            let each = names.iter().take(3).map(|(name, count)| match *count == row.count {
                true => name.clone(),
                false => format!("{name} ({})", grouped(*count)),
            });
            each.collect::<Vec<_>>().join(", ")
        };
        if !row.states.is_empty() {
            facts.push(("", listed(&row.states)));
        }
        if let Some(wait) = row.wait {
            facts.push(("waits", report::waited(wait)));
        }
        if !row.created_by.is_empty() {
            facts.push(("created by", listed(&row.created_by)));
        }
        let labels = row
            .labels
            .iter()
            .map(|(key, value, count)| (format!("{key}={value}"), *count));
        let labels: Vec<(String, i64)> = labels.collect();
        if !labels.is_empty() {
            facts.push(("labels", listed(&labels)));
        }
        let (width, mut lines) = (usize::from(area.width), vec![Line::raw(" ")]);
        for (name, fact) in facts {
            let name = if name.is_empty() {
                name.to_string()
            } else {
                format!("{name} ")
            };
            let line = lines.len() - 1;
            if lines[line].width() > 1 && lines[line].width() + name.width() + fact.width() + 2 > width {
                lines.push(Line::raw(" "));
            }
            let line = lines.len() - 1;
            let gap = if lines[line].width() > 1 { "  " } else { "" };
            lines[line].push_span(Span::styled(format!("{gap}{name}"), theme.quiet()));
            lines[line].push_span(Span::raw(fact));
        }
        lines.truncate(usize::from(FACTS - 1));
        for (at, line) in lines.iter().enumerate() {
            paint::line(buffer, area, at as u16 + 1, line);
        }
        let above = lines.len() + 1;
        let (stack, room) = (groups.stack(row), usize::from(area.height).saturating_sub(above));
        for (at, call) in stack.iter().take(room).enumerate() {
            let is_cut = at + 1 == room && stack.len() > room;
            let line = match is_cut {
                true => Line::styled(format!("   … {} more calls", stack.len() - at), theme.quiet()),
                false => call_line(theme, call.as_ref(), Emphasis::Plain, usize::from(area.width)),
            };
            paint::line(buffer, area, (at + above) as u16, &line);
        }
    }

    /// What is missing, at the end of the rule above the details.
    pub(super) fn draw_note(&self, session: &Session, theme: Theme, parts: Parts, buffer: &mut Buffer) {
        let position = self.list.position(self.order.len(), parts.rows).unwrap_or_default();
        let missing = match session.probes.reply(Probe::StackDump) {
            Reply::Outstanding => " asking for a stack dump… ".into(),
            Reply::Failed(why) => format!(" no stack dump: {why} "),
            Reply::None | Reply::Came(_) => {
                let counted = self.shown.as_ref().filter(|groups| groups.known == Detail::Counts);
                counted.map_or(String::new(), |groups| missing_words(session, groups))
            }
        };
        for note in [format!("{missing}{position}"), missing, position] {
            let wide = note.width() as u16;
            if wide > 0 && wide + 2 < parts.details.width {
                let area = Rect {
                    x: parts.details.right() - wide,
                    width: wide,
                    height: parts.details.height.min(1),
                    ..parts.details
                };
                paint::line(buffer, area, 0, &Line::styled(note, theme.quiet()));
                return;
            }
        }
    }
}

/// What a counted profile does not tell, and what would.
fn missing_words(session: &Session, groups: &Groups) -> String {
    let cost = report::dump_cost(groups.of);
    let key = session.keys.label(Action::Dump, &[KeyContext::View(ID)]);
    match session.probes.is_live {
        _ if groups.of == 0 => String::new(),
        true => format!(" {key} asks for waits and creators: {cost}, and a pause of the process "),
        false => format!(" goroutine?debug=2 tells waits and creators, for about {cost} "),
    }
}

/// A call of a stack; none stands for some of the runtime's.
pub(super) fn call_line(
    theme: Theme,
    call: Option<&(String, String)>,
    emphasis: Emphasis,
    width: usize,
) -> Line<'static> {
    let quiet = emphasis.style(theme.quiet());
    let Some((function, place)) = call else {
        return Line::from(vec![emphasis.marker(), Span::styled("  … runtime", quiet)]);
    };
    let short = name::shorten(function, width.saturating_sub(place.width() + 5).max(12));
    let split = name::function_start(&short);
    Line::from(vec![
        emphasis.marker(),
        Span::raw("  "),
        Span::styled(short[..split].to_string(), quiet),
        Span::styled(short[split..].to_string(), emphasis.style(theme.function())),
        Span::styled(format!("  {place}"), quiet),
    ])
}

/// Why there are no goroutines to show, and where to get them.
pub(super) fn draw_missing(session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
    let again = || {
        let key = session.keys.label(Action::Dump, &[KeyContext::View(ID)]);
        format!("{key} asks again.")
    };
    let text = match (goroutines_of(session), session.probes.reply(Probe::Goroutines)) {
        (Some(_), _) => vec!["Counting goroutines…".to_string()],
        (None, Reply::Outstanding) => vec!["Asking the process for its goroutines…".to_string()],
        (None, Reply::Failed(why)) => vec![
            "The process did not tell of its goroutines.".to_string(),
            why.clone(),
            again(),
        ],
        (None, _) => vec![
            "No goroutine profile came with this one.".to_string(),
            "Open …/debug/pprof/goroutine?debug=2 of the process, or a file of it, or a session's folder.".to_string(),
        ],
    };
    paint::middle(buffer, body, theme.heading(), &text);
}
