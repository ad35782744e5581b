//! The menu of exports: what other programs read. A loop over the reports whose files have an ending. And what becomes of
//! a report that is made: it is shown, or the host takes it.

use jiff::Timestamp;

use crate::error::Result;
use crate::model::units;
use crate::report::{Content, Covers, Options, Output, PageExtras, REPORTS, ReportRow, ReportStep, TOP};
use crate::ui::app::ask::Ask;
use crate::ui::app::overlay::Overlay;
use crate::ui::app::{App, Message};
use crate::ui::event::Effect;
use crate::ui::keys::action::{Action, KeyContext};
use crate::ui::session::Session;
use crate::ui::timeline::Point;
use crate::ui::widget::{menu::Choice, pane::Pane, prompt::Prompt};
use crate::ui::work::host::{Existing, Opened, Saved};
use crate::ui::work::query::{Query, ReportJob, Written};
use crate::ui::work::threads::{Done, Errand};

/// Every export with the ending of its file.
pub(in crate::ui) fn exports() -> Vec<(&'static ReportRow, &'static str)> {
    REPORTS.iter().filter_map(|row| Some((row, row.ending?))).collect()
}

/// The exports as the rows of a menu.
pub(in crate::ui) fn choices() -> Vec<Choice> {
    let choice = |(row, _): (&ReportRow, &str)| Choice::new(row.name, row.help);
    exports().into_iter().map(choice).collect()
}

/// What stands over the menu of exports.
pub(in crate::ui) fn title(session: &Session) -> String {
    let kind = session
        .profile()
        .map_or("", |profile| profile.type_name(session.sample_type));
    let filters = if session.filters().is_empty() {
        ""
    } else {
        " (filtered)"
    };
    format!("Export {kind}{filters} as …")
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
            Ok(Done::Complete(line, found)) => self.completed(&line, found),
            Err(error) => self.message = Some(Message::Problem(error.to_string())),
        }
    }

    /// When the moment in view was taken, for a file's name; empty where there are no moments.
    fn moment_taken(&self) -> String {
        let session = &self.session;
        let point = session.timeline.point().filter(|_| session.offer.is_none());
        let time = point.and_then(|point| Timestamp::from_nanosecond(point.moment.nanos).ok());
        let zoned = time.map(|time| time.to_zoned(session.environment.zone.clone()));
        zoned.map_or_else(String::new, |time| time.strftime("%Y-%m-%dT%H%M%S").to_string())
    }

    /// When a moment was, as the header says it.
    fn clock(&self, point: &Point) -> String {
        let Session {
            environment, timeline, ..
        } = &self.session;
        environment
            .clock(point.moment.nanos, timeline.length())
            .unwrap_or_default()
    }

    /// The moments that are compared: the base's and the one in view.
    fn clocks_compared(&self) -> Option<[String; 2]> {
        let timeline = &self.session.timeline;
        let base = timeline.points().get(timeline.base().and(timeline.base_place())?)?;
        Some([base, timeline.point()?].map(|point| self.clock(point)))
    }

    /// What both sides of the comparison in view are called, the base first; nothing where none is in view.
    fn sides(&self) -> Option<[String; 2]> {
        let session = &self.session;
        session.loaded.as_ref()?.sides.as_ref()?;
        let of_subject = |clock| format!("{}, {clock}", session.subject());
        let clocks = self.clocks_compared().map(|clocks| clocks.map(of_subject));
        clocks.or_else(|| Some([session.base_name()?, session.subject()]))
    }

    /// What a page of what is in view says besides the profile: its name, of a series the moment, and of a comparison
    /// both sides.
    pub(in crate::ui) fn page_extras(&self) -> PageExtras {
        let session = &self.session;
        let is_compared = session.loaded.as_ref().is_some_and(|loaded| loaded.sides.is_some());
        let compares = match (is_compared, self.clocks_compared()) {
            (false, _) => String::new(),
            (true, Some([base, now])) => format!("{}: {now} − {base}", session.subject()),
            (true, None) => session.title(),
        };
        let point = session.timeline.point().filter(|_| session.offer.is_none());
        let subject = match point.map(|point| self.clock(point)) {
            Some(time) if !time.is_empty() => format!("{} at {time}", session.subject()),
            _ => session.subject(),
        };
        PageExtras {
            subject,
            compares,
            ..PageExtras::default()
        }
    }

    /// A name for the file of an export: the profile's, of a series the moment's time, the sample type if it is
    /// about one, whether it is a comparison, the format's ending.
    pub(in crate::ui) fn proposed_file(&self, report: &ReportRow) -> String {
        let session = &self.session;
        let kind = match (session.profile(), report.covers) {
            (Some(profile), Covers::OneType) => profile.type_name(session.sample_type),
            _ => "",
        };
        let ending = report.ending.unwrap_or_default();
        let loaded = session.loaded.as_ref();
        let compared = match loaded.is_some_and(|loaded| loaded.sides.is_some()) {
            true => "diff",
            false => "",
        };
        let parts = [
            stem(&session.subject()),
            self.moment_taken(),
            clean(kind),
            compared.into(),
            ending.into(),
        ];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(".")
    }

    /// Writes what is in view into a file.
    pub(in crate::ui) fn export(&mut self, export: usize, file: String, existing: Existing) -> Option<Effect> {
        let &(report, _) = exports().get(export)?;
        self.overlay.take_if(|overlay| matches!(overlay, Overlay::Exports(_)));
        let options = Options {
            sample_index: self.session.sample_type.0.to_string(),
            // A file says what it is of.
            compact_labels: false,
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
            extras: self.page_extras(),
            sides: self.sides().filter(|_| report.name == TOP.name),
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
        let export = exports().iter().position(|(row, _)| row.name == job.step.report.name);
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
