//! The line above the graph: what is shown, and how much of it is outside of the screen.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{CallGraph, ID, Scale, map};
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::graph::cells::Area;
use crate::ui::view::graph::model::{Call, Diagram};
use crate::ui::widget::name;

impl CallGraph {
    /// What is shown, and how much of it is outside of the screen.
    pub(super) fn title(&self, session: &Session, theme: Theme, picture: &Diagram, window: Area) -> Line<'static> {
        let (drawn, calls) = (picture.functions.len(), picture.calls.len());
        let outside = outside(picture, window);
        let mut spans = vec![Span::raw(" ")];
        match (&self.missing, self.scale) {
            (Some(missing), _) => {
                spans.push(Span::styled("Not drawn: ", theme.quiet()));
                spans.push(Span::styled(short(missing), theme.heading()));
                let enter = session.keys.label(Action::Enter, &[KeyContext::View(ID)]);
                let advice = if self.is_alone {
                    format!(": nor what it calls or is called by. {enter} shows that.")
                } else {
                    format!(". The nearest is marked; {enter} shows its calls.")
                };
                spans.push(Span::styled(advice, theme.quiet()));
                return Line::from(spans);
            }
            (None, Scale::Around) => {
                let counts = neighbours(session, picture);
                let room = usize::try_from(window.width)
                    .unwrap_or(0)
                    .saturating_sub(counts.width() + 1);
                spans.extend(self.way(theme, room));
                spans.push(Span::styled(counts, theme.quiet()));
            }
            (None, _) => {
                let calls = match picture.known_calls {
                    all if all > calls => format!("{calls} of {all}"),
                    all => all.to_string(),
                };
                let rows = session.granularity().unwrap_or("functions");
                let text = format!("{drawn} of {} {rows}, {calls} calls", picture.known);
                spans.push(Span::styled(text, theme.quiet()));
            }
        }
        if self.scale == Scale::Map {
            spans.push(Span::styled(format!("  {}", map::LEGEND), theme.quiet()));
            return Line::from(spans);
        }
        spans.push(Span::styled(outside, theme.quiet()));
        Line::from(spans)
    }

    /// The functions on the way here, as many of the last ones as there is room for.
    fn way(&self, theme: Theme, room: usize) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        let mut used = 0;
        for (back, full) in self.trail.iter().rev().enumerate() {
            let text = if back == 0 {
                short(full)
            } else {
                format!("{} → ", short(full))
            };
            used += text.width();
            // Two cells for the sign that there are more.
            if back > 0 && used + 2 > room {
                spans.push(Span::styled("… ", theme.quiet()));
                break;
            }
            spans.push(Span::styled(
                text,
                if back == 0 { theme.heading() } else { theme.quiet() },
            ));
        }
        spans.reverse();
        spans
    }
}

/// How many boxes are outside of the screen, on each side.
fn outside(picture: &Diagram, window: Area) -> String {
    let count = |is_out: &dyn Fn(&Area) -> bool| picture.canvas.boxes.iter().filter(|area| is_out(area)).count();
    let sides = [
        ('◀', count(&|area| area.right() <= window.x)),
        ('▶', count(&|area| area.x >= window.right())),
        ('▲', count(&|area| area.bottom() <= window.y)),
        ('▼', count(&|area| area.y >= window.bottom())),
    ];
    let sides = sides.into_iter().filter(|(_, count)| *count > 0);
    sides.map(|(arrow, count)| format!("  {arrow} {count}")).collect()
}

fn short(full: &str) -> String {
    full[name::function_start(full)..].to_string()
}

/// How many callers and callees of the function in the middle, which is the picture's first, there are and are drawn.
fn neighbours(session: &Session, picture: &Diagram) -> String {
    let (Some(listing), Some(middle)) = (session.listing(), picture.functions.first()) else {
        return String::new();
    };
    let Some(&node) = listing.by_name.get(&middle.name) else {
        return String::new();
    };
    let text = |all: usize, drawn: usize, what: &str| {
        let plural = if all == 1 { "" } else { "s" };
        let drawn = if drawn < all {
            format!("{drawn} of ")
        } else {
            String::new()
        };
        format!("{drawn}{all} {what}{plural}")
    };
    let (callers, callees) = (listing.whole.callers(node).count(), listing.whole.callees(node).count());
    let drawn = |end: fn(&Call) -> usize| picture.calls.iter().filter(|call| end(call) == 0).count();
    let callers = text(callers, drawn(|call| call.to), "caller");
    let callees = text(callees, drawn(|call| call.from), "callee");
    format!(": {callers} and {callees}, with theirs")
}
