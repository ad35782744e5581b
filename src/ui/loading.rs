//! How far a load is, and how the screen shows it. Knows no loader.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::session::Session;
use super::theme::Theme;
use super::widget::{bar, paint};
use crate::model::units;

/// What the loader is doing.
pub(super) enum Load {
    Idle,
    Running { done: u64, total: Option<u64> },
    Failed(String),
}

impl Load {
    /// The whole body while there is nothing else to show.
    pub(super) fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        let (heading, text) = match self {
            Self::Running { done, total } => {
                let what = format!("Reading {}", session.source);
                let keys = "Esc cancels, q quits".into();
                (theme.heading(), vec![what, progress(*done, *total), keys])
            }
            Self::Failed(why) => {
                let again = if session.is_remote { "r or ^R" } else { "^R" };
                (
                    theme.error(),
                    vec![why.clone(), format!("{again} tries again, q quits")],
                )
            }
            Self::Idle => return,
        };
        paint::middle(buffer, body, heading, &text);
    }

    /// A line over the footer while a profile is read again.
    pub(super) fn draw_again(&self, session: &Session, theme: Theme, footer: Rect, buffer: &mut Buffer) {
        if let Self::Running { done, total } = self {
            let text = format!(
                " Reading {} again: {}  Esc cancels",
                session.source,
                progress(*done, *total)
            );
            paint::line(buffer, footer, 0, &" ".repeat(usize::from(footer.width)).into());
            paint::line(buffer, footer, 0, &Line::styled(text, theme.value()));
        }
    }
}

fn progress(done: u64, total: Option<u64>) -> String {
    let bytes = |count: u64| units::label(i64::try_from(count).unwrap_or(i64::MAX), "bytes", "auto");
    match total {
        Some(total) if total > 0 => format!(
            "{} {} of {}",
            bar::bar(done as f64 / total as f64, 24),
            bytes(done),
            bytes(total)
        ),
        _ if done > 0 => bytes(done),
        _ => "waiting for the first byte".into(),
    }
}
