//! The menu of exports: what other programs read. A loop over the reports whose files have an ending. And what becomes of
//! a report that is made: it is shown, or the host takes it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::error::Result;
use crate::model::units;
use crate::report::{Content, Options, Output, REPORTS, ReportRow, ReportStep};
use crate::ui::app::ask::Ask;
use crate::ui::app::overlay::Overlay;
use crate::ui::app::{App, Message};
use crate::ui::event::Effect;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::widget::{list::List, paint, pane::Pane, prompt::Prompt};
use crate::ui::work::host::{Existing, Opened, Saved};
use crate::ui::work::query::{Query, ReportJob, Written};
use crate::ui::work::threads::{Done, Errand};

/// The menu over the view.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ui) struct Menu {
    list: List,
}

/// Every export with its letter: the first of its name that no other has.
pub(in crate::ui) fn exports() -> Vec<(char, &'static ReportRow, &'static str)> {
    let mut exports: Vec<(char, &ReportRow, &str)> = Vec::new();
    for (row, ending) in REPORTS.iter().filter_map(|row| Some((row, row.ending?))) {
        let is_free = |letter: &char| exports.iter().all(|(taken, ..)| taken != letter);
        let mut letters = row.name.chars().chain('a'..='z');
        let letter = letters.find(|letter| is_letter(*letter) && is_free(letter));
        let letter = letter.unwrap_or(' ');
        exports.push((letter, row, ending));
    }
    exports
}

/// `q` leaves.
fn is_letter(char: char) -> bool {
    char.is_ascii_lowercase() && char != 'q'
}

impl Menu {
    /// Moves, or picks a row: returns which.
    pub(in crate::ui) fn update(&mut self, action: Action, body: Rect) -> Option<usize> {
        let (exports, area) = (exports(), rows(body));
        match action {
            Action::Move(step) => self.list.step(step, exports.len(), area),
            Action::Enter => return Some(self.list.at()),
            Action::Letter(letter) => return exports.iter().position(|(own, ..)| *own == letter),
            Action::Click(at) => return self.list.hit(at, exports.len(), area),
            _ => {}
        }
        None
    }

    pub(in crate::ui) fn draw(&self, session: &Session, theme: Theme, body: Rect, buffer: &mut Buffer) {
        paint::clear(buffer, body);
        let area = rows(body);
        if area.y > body.y {
            let kind = session
                .profile()
                .map_or("", |profile| profile.type_name(session.sample_type));
            let filters = if session.filters().is_empty() {
                ""
            } else {
                " (filtered)"
            };
            let title = Line::from(vec![
                Span::styled(" Export ", theme.heading()),
                Span::styled(format!("{kind}{filters} as …"), theme.text()),
            ]);
            paint::line(buffer, body, 0, &title);
        }
        let mut list = self.list;
        let exports = exports();
        list.fit(exports.len(), area);
        let widest = exports.iter().map(|(_, row, _)| row.name.len()).max().unwrap_or(0);
        list.draw(&exports, theme, area, buffer, |(letter, row, _), emphasis| {
            Line::from(vec![
                Span::styled(format!("   {letter}  "), emphasis.style(theme.key())),
                Span::styled(format!("{:<widest$}  ", row.name), emphasis.style(theme.function())),
                Span::raw(row.help),
            ])
        });
    }
}

/// Where the rows are: below the title.
fn rows(body: Rect) -> Rect {
    let title = if body.height >= 4 { 2 } else { 0 };
    Rect {
        y: body.y + title,
        height: body.height - title,
        ..body
    }
}

impl App {
    /// Shows a report, or has the host take it.
    pub(in crate::ui) fn written(&mut self, written: Box<Written>) -> Option<Effect> {
        let step = &written.job.step;
        let errand = match (&step.output, step.report.content) {
            (Output::File(file), _) => Errand::Save(written.clone(), file.clone()),
            (Output::Numbered(ending), _) => Errand::SaveNumbered(written.clone(), ending),
            (Output::Screen, Content::Page) => Errand::OpenPage(written),
            (Output::Screen, _) => {
                let warnings: String = written.warnings.iter().map(|warning| format!("{warning}\n")).collect();
                let text = format!("{warnings}{}", String::from_utf8_lossy(&written.bytes));
                self.open_pane(Pane::text(written.job.title.clone(), &text));
                return None;
            }
        };
        self.errands += 1;
        Some(Effect::Run(errand))
    }

    /// Says what came of an errand.
    pub(in crate::ui) fn done(&mut self, done: Result<Done>) {
        match done {
            Ok(Done::Save(written, file, Saved::Written)) => {
                let size = i64::try_from(written.bytes.len()).unwrap_or(i64::MAX);
                let size = units::label(size, "bytes", "auto");
                let note = format!("Wrote {file} ({size}). {}", written.warnings.join(" "));
                self.message = Some(Message::Note(note.trim().into()));
            }
            Ok(Done::Save(written, _, Saved::Kept)) => self.ask_to_replace(&written.job),
            Ok(Done::OpenPage(_, Opened::Shown(note))) => self.message = Some(Message::Note(note)),
            Ok(Done::OpenPage(written, Opened::Instructions(text))) => {
                self.open_pane(Pane::text(written.job.title, &text));
            }
            Err(error) => self.message = Some(Message::Problem(error.to_string())),
        }
    }

    /// A name for the file of an export: the profile's, the sample type, the format's ending.
    pub(in crate::ui) fn proposed_file(&self, report: &ReportRow) -> String {
        let session = &self.session;
        let kind = session
            .profile()
            .map_or("", |profile| profile.type_name(session.sample_type));
        let ending = report.ending.unwrap_or_default();
        let parts = [stem(&session.source), clean(kind), ending.to_string()];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(".")
    }

    /// Writes what is in view into a file.
    pub(in crate::ui) fn export(&mut self, export: usize, file: String, existing: Existing) -> Option<Effect> {
        let &(_, report, _) = exports().get(export)?;
        self.overlay.take_if(|overlay| matches!(overlay, Overlay::Menu(_)));
        let options = Options {
            sample_index: self.session.sample_type.0.to_string(),
            ..self.session.options.clone()
        };
        let step = ReportStep {
            report,
            argument: None,
            options,
            output: Output::File(file.trim().to_string()),
        };
        let effect = self.session.ask(vec![Query::Report(Box::new(ReportJob {
            title: report.name.into(),
            step: Box::new(step),
            existing,
        }))]);
        self.message = Some(match effect {
            Some(_) => Message::Note(format!("Writing {} …", report.name)),
            None => Message::Problem("The profile has no sample types: there is nothing to export.".into()),
        });
        effect
    }

    /// Asks for another name, or to replace the file that is there.
    pub(in crate::ui) fn ask_to_replace(&mut self, job: &ReportJob) {
        let Output::File(file) = job.step.output.clone() else {
            return;
        };
        let export = exports()
            .iter()
            .position(|(_, row, _)| row.name == job.step.report.name);
        let (Some(export), None) = (export, self.question()) else {
            let note = format!("{file} is there already: nothing was written.");
            self.message = Some(Message::Problem(note));
            return;
        };
        self.message = None;
        let mut prompt = Prompt::new("write to: ", file);
        let enter = self.session.keys.label(Action::Accept, &[KeyContext::Prompt]);
        prompt.problem = Some(format!(
            "{enter} replaces the file that is there already; another name leaves it"
        ));
        self.open_prompt(Ask::Replace(export), prompt);
    }
}

/// Endings of profiles, outermost first.
const PROFILES: [&str; 5] = [".gz", ".pb", ".prof", ".pprof", ".txt"];
/// How much of a profile's name goes into a file's.
const LONGEST: usize = 64;

/// A profile's name without scheme, ending and query.
fn stem(source: &str) -> String {
    let name = source.split_once("://").map_or(source, |(_, rest)| rest);
    let mut name = name.split('?').next().unwrap_or_default().replace("/debug/pprof/", ".");
    for ending in PROFILES {
        if let Some(rest) = name.strip_suffix(ending).filter(|rest| !rest.is_empty()) {
            name = rest.to_string();
        }
    }
    clean(&name)
}

/// Without what means something to a shell or a file system.
fn clean(name: &str) -> String {
    let is_plain = |char: &char| char.is_ascii_alphanumeric() || "_.-".contains(*char);
    let plain: String = name
        .chars()
        .take(LONGEST)
        .map(|char| if is_plain(&char) { char } else { '_' })
        .collect();
    plain.trim_matches(['.', '-']).to_string()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Position;

    use super::*;
    use crate::ui::keys::action::Movement;

    #[test]
    fn each_export_has_a_letter_of_its_own() {
        let exports = exports();
        assert!(exports.len() > 5);
        for (at, (letter, row, ending)) in exports.iter().enumerate() {
            assert!(is_letter(*letter), "{}: {letter:?}", row.name);
            assert!(
                exports[..at].iter().all(|(other, ..)| other != letter),
                "{letter} is of two"
            );
            assert!(
                exports[..at].iter().all(|(_, _, other)| other != ending),
                "{ending} is of two"
            );
        }
    }

    #[test]
    fn a_click_picks_the_row_under_it() {
        let body = Rect::new(0, 3, 40, 8);
        let mut menu = Menu::default();
        let click = |y: u16| Action::Click(Position { x: 4, y });
        assert_eq!(menu.update(click(4), body), None, "the title");
        assert_eq!(menu.update(click(5), body), Some(0));
        menu.update(Action::Move(Movement::Last), body);
        assert_eq!(menu.update(click(10), body), Some(exports().len() - 1));
        assert_eq!(menu.update(click(11), body), None, "below");
    }

    #[test]
    fn names_of_files_are_plain() {
        for (source, name) in [
            ("prometheus.heap.pb.gz", "prometheus.heap"),
            ("http://localhost:6060/debug/pprof/heap?gc=1", "localhost_6060.heap"),
            ("a.prof less b.prof", "a.prof_less_b"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("-rf $(x)", "rf___x_"),
            (".gz", "gz"),
            ("demo", "demo"),
        ] {
            assert_eq!(stem(source), name, "{source}");
        }
    }
}
