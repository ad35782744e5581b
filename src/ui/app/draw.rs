//! Drawing everything. Changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use tui_input::InputRequest;

use crate::model::units;
use crate::ui::app::ask::Ask;
use crate::ui::app::chrome;
use crate::ui::app::overlay::Overlay;
use crate::ui::app::regions::Regions;
use crate::ui::app::{App, Load, Message};
use crate::ui::app::{export, offers};
use crate::ui::event::Reading;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::widget::{bar, paint};

impl App {
    /// Draws everything; returns where the terminal's cursor belongs, if anywhere.
    pub(in crate::ui) fn draw(&self, buffer: &mut Buffer) -> Option<Position> {
        let regions = self.regions_in(self.area.intersection(buffer.area));
        let theme = self.theme;
        chrome::draw(self, &regions, theme, buffer);
        match self.overlay.as_ref().and_then(Overlay::over_body) {
            Some(Overlay::Exports(menu)) => {
                let title = export::title(&self.session);
                menu.draw(&title, &export::choices(), theme, regions.body, buffer);
            }
            Some(Overlay::Offers(menu, offers)) => {
                let title = format!("Profiles of {}", chrome::short_source(&self.session.source));
                menu.draw(&title, &offers::choices(offers), theme, regions.body, buffer);
            }
            Some(Overlay::Pane(pane)) => pane.draw(theme, regions.body, buffer),
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
        let Some(Overlay::Prompt(question)) = &self.overlay else {
            return None;
        };
        let prompt = &question.prompt;
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
        let note = match question.ask {
            Ask::Search => self.search_note(),
            _ if prompt.is_untouched() => {
                let edit = self
                    .session
                    .keys
                    .label(Action::Edit(InputRequest::GoToNextChar), &[KeyContext::Prompt]);
                Some(format!("type to replace, {edit} to edit, ⏎ to take it"))
            }
            _ => question.note.clone(),
        };
        let note = note.unwrap_or_default();
        (row.height > 0 && row.width > 0).then(|| prompt.draw(&note, theme, row, buffer))
    }

    /// The key for what can be done everywhere.
    pub(in crate::ui) fn label(&self, action: Action) -> String {
        self.session.keys.label(action, &[KeyContext::Everywhere])
    }

    /// The whole body while there is nothing else to show.
    fn draw_load(&self, regions: &Regions, buffer: &mut Buffer) {
        let theme = self.theme;
        let (heading, text) = match &self.load {
            Load::Running(reading) => {
                let source = &self.session.source;
                (
                    theme.heading(),
                    vec![
                        format!("Reading {source}"),
                        progress(*reading),
                        format!(
                            "{} cancels, {} quits",
                            self.label(Action::Back),
                            self.label(Action::Quit)
                        ),
                    ],
                )
            }
            Load::Failed(why) => {
                let here = &[KeyContext::Server];
                let again = match self.label(Action::Reload) {
                    key if self.session.is_remote => {
                        format!("{} or {key}", self.session.keys.label(Action::Reload, here))
                    }
                    key => key,
                };
                let keys = format!("{again} tries again, {} quits", self.label(Action::Quit));
                (theme.error(), vec![why.clone(), keys])
            }
            Load::Idle | Load::Opening => return,
        };
        paint::middle(buffer, regions.body, heading, &text);
    }

    /// A line over the footer while a profile is read again.
    fn draw_reload(&self, regions: &Regions, buffer: &mut Buffer) {
        if let Load::Running(reading) = self.load {
            let what = match &self.session.offer {
                Some(offer) => offer.name.as_str(),
                None => "again",
            };
            let text = format!(
                " Reading {what}, {} cancels: {}",
                self.label(Action::Back),
                progress(reading)
            );
            paint::clear(buffer, regions.footer);
            paint::line(buffer, regions.footer, 0, &Line::styled(text, self.theme.value()));
        }
    }
}

fn progress(reading: Reading) -> String {
    let bytes = |count: u64| units::label(i64::try_from(count).unwrap_or(i64::MAX), "bytes", "auto");
    match reading {
        Reading::Waiting(left) if !left.is_zero() => format!("waiting, {} s left", left.as_secs() + 1),
        Reading::Bytes(done, Some(total)) if total > 0 => format!(
            "{} {} of {}",
            bar::bar(done as f64 / total as f64, 24),
            bytes(done),
            bytes(total)
        ),
        Reading::Bytes(done @ 1.., _) => bytes(done),
        Reading::Waiting(_) | Reading::Bytes(..) => "waiting for the first byte".into(),
    }
}
