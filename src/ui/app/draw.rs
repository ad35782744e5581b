//! Drawing everything. Changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::model::units;
use crate::ui::app::chrome;
use crate::ui::app::regions::Regions;
use crate::ui::app::{App, Load, Message};
use crate::ui::widget::{bar, paint};

impl App {
    /// Draws everything; returns where the terminal's cursor belongs, if anywhere.
    pub(in crate::ui) fn draw(&self, buffer: &mut Buffer) -> Option<Position> {
        let regions = Regions::new(self.area.intersection(buffer.area));
        let theme = self.theme;
        chrome::draw(self, &regions, theme, buffer);
        match (&self.pane, &self.menu) {
            (_, Some(menu)) => menu.draw(&self.session, theme, regions.body, buffer),
            (Some(pane), None) => pane.draw(theme, regions.body, buffer),
            _ if self.session.profile().is_some() && self.session.listing().is_none() => {
                let text = match &self.message {
                    Some(Message::Problem(problem)) => vec!["Nothing to show.".into(), problem.clone()],
                    _ if self.is_changing() => vec!["Adding up…".into()],
                    _ => vec!["The profile has no samples.".into()],
                };
                paint::middle(buffer, regions.body, theme.heading(), &text);
            }
            _ if self.session.profile().is_some() => {
                self.views[self.front].draw(&self.session, theme, regions.body, buffer);
                self.draw_reload(&regions, buffer);
            }
            _ => self.draw_load(&regions, buffer),
        }
        let (_, prompt) = self.asking.as_ref()?;
        let area = if regions.footer.height > 0 {
            regions.footer
        } else {
            regions.body
        };
        let row = Rect {
            height: area.height.min(1),
            ..area
        };
        paint::clear(buffer, row);
        if let Some(problem) = &prompt.problem
            && regions.body.height > 1
        {
            let above = Rect {
                y: regions.body.bottom() - 1,
                height: 1,
                ..regions.body
            };
            paint::clear(buffer, above);
            paint::line(buffer, above, 0, &Line::styled(format!(" {problem}"), theme.error()));
        }
        (row.height > 0 && row.width > 0).then(|| prompt.draw(buffer, row, theme))
    }

    /// The whole body while there is nothing else to show.
    fn draw_load(&self, regions: &Regions, buffer: &mut Buffer) {
        let theme = self.theme;
        let (heading, text) = match &self.load {
            Load::Running { done, total } => {
                let source = &self.session.source;
                (
                    theme.heading(),
                    vec![
                        format!("Reading {source}"),
                        progress(*done, *total),
                        "Esc cancels, q quits".into(),
                    ],
                )
            }
            Load::Failed(why) => {
                let again = if self.session.is_remote { "r or ^R" } else { "^R" };
                let keys = format!("{again} tries again, q quits");
                (theme.error(), vec![why.clone(), keys])
            }
            Load::Idle => return,
        };
        paint::middle(buffer, regions.body, heading, &text);
    }

    /// A line over the footer while a profile is read again.
    fn draw_reload(&self, regions: &Regions, buffer: &mut Buffer) {
        if let Load::Running { done, total } = &self.load {
            let text = format!(" Reading again, Esc cancels: {}", progress(*done, *total));
            paint::clear(buffer, regions.footer);
            paint::line(buffer, regions.footer, 0, &Line::styled(text, self.theme.value()));
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
