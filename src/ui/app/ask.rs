//! What the dashboard asks for on its last line, and what it does with the answer.

use regex::Regex;

use crate::error::{Error, Result};
use crate::model::Profile;
use crate::report::{self, OPTIONS, OptionRow, Options, ReportStep, SortDirection, Takes};
use crate::ui::app::export::exports;
use crate::ui::app::overlay::Overlay;
use crate::ui::app::{App, Message};
use crate::ui::event::Effect;
use crate::ui::keys::action::{Action, Filter, Movement, Toward};
use crate::ui::search::{Letters, Reading, Sought};
use crate::ui::session::sort_column;
use crate::ui::widget::pane::Pane;
use crate::ui::widget::prompt::{self, Prompt};
use crate::ui::work::host::Existing;
use crate::ui::work::query::{Query, ReportJob};
use crate::ui::work::threads::Errand;

/// What a prompt is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Ask {
    Search,
    Filter(Filter),
    Command,
    /// The file that an export, by its place in the menu, is written to.
    Export(usize),
    /// The file that is there already and that an export asks to replace.
    Replace(usize),
}

impl App {
    /// Opens a prompt.
    pub(in crate::ui) fn ask(&mut self, ask: Ask) -> Option<Effect> {
        let prompt = match ask {
            Ask::Search => Prompt::new("/", String::new()),
            Ask::Command => Prompt::new(":", String::new()),
            Ask::Export(export) | Ask::Replace(export) => {
                let (report, _) = *exports().get(export)?;
                Prompt::new("write to: ", self.proposed_file(report))
            }
            Ask::Filter(filter) => {
                let current = self.session.filter_mut(filter).clone();
                let selected = &self.session.selected;
                // Nobody edits a name of many megabytes, and each key would measure it.
                let fits = !selected.is_empty() && selected.len() <= prompt::LONGEST;
                let proposes = current.is_empty() && fits;
                let proposal = if proposes {
                    format!("^{}$", regex::escape(selected))
                } else {
                    current
                };
                Prompt::new(filter.label(), proposal)
            }
        };
        self.open_prompt(ask, prompt);
        None
    }

    pub(in crate::ui) fn update_prompt(&mut self, action: Action) -> Option<Effect> {
        let question = self.question()?;
        let (ask, prompt) = (question.ask, &mut question.prompt);
        match action {
            Action::Edit(request) => {
                prompt.edit(request);
                return self.check_prompt();
            }
            Action::Accept => {
                let text = prompt.value().to_string();
                let ask = match ask {
                    // Of another name it is not known whether it is there.
                    Ask::Replace(export) if !prompt.is_untouched() => Ask::Export(export),
                    ask => ask,
                };
                if let Some(problem) = self.problem(ask, &text) {
                    self.question()?.prompt.problem = Some(problem);
                    return None;
                }
                self.leave_prompt();
                let effect = self.accept(ask, text.clone());
                // What is wrong can be mended where it was typed.
                if ask == Ask::Command
                    && let Some(Message::Problem(problem)) =
                        self.message.take_if(|message| matches!(message, Message::Problem(_)))
                {
                    let mut prompt = Prompt::new(":", String::new());
                    prompt.set(text);
                    prompt.problem = Some(problem);
                    self.open_prompt(ask, prompt);
                }
                return effect;
            }
            Action::Complete if ask == Ask::Command => return self.complete(),
            Action::Move(Movement::Up) if ask == Ask::Command => self.recall(Toward::Previous),
            Action::Move(Movement::Down) if ask == Ask::Command => self.recall(Toward::Next),
            Action::Back => self.leave_prompt(),
            _ => {}
        }
        None
    }

    fn accept(&mut self, ask: Ask, text: String) -> Option<Effect> {
        match ask {
            Ask::Search => self.search(&text),
            Ask::Filter(filter) => {
                let sought = self.read_filter(filter.name(), &text).ok().flatten();
                let pattern = sought.as_ref().map(Sought::pattern);
                *self.session.filter_mut(filter) = pattern.unwrap_or_default();
                self.message = sought.and_then(|sought| sought.note()).map(Message::Note);
                self.session.analyze_again()
            }
            Ask::Command => self.command(&text),
            Ask::Export(export) => self.export(export, text, Existing::Keep),
            Ask::Replace(export) => self.export(export, text, Existing::Replace),
        }
    }

    /// Does what a line of pprof's language says.
    fn command(&mut self, line: &str) -> Option<Effect> {
        // A colon too many is no part of the command.
        let line = line.trim_start_matches([':', ' ']);
        if line.trim().is_empty() {
            return None;
        }
        self.history.retain(|old| old != line);
        self.history.push(line.to_string());
        if let Some(effect) = self.time_command(line) {
            return effect;
        }
        let profile = self.session.profile().cloned()?;
        let mut effect = None;
        let (sort, granularity) = (self.session.options.sort, self.session.options.granularity);
        self.session.options.sample_index = profile.type_name(self.session.sample_type).to_string();
        let chosen = if report::is_choice(line) {
            format!("{}=true", line.trim())
        } else {
            with_default(line).unwrap_or_else(|| line.to_string())
        };
        let mut options = self.session.options.clone();
        let steps = report::interpret(&chosen, &profile, &mut options);
        let mut notes = self.read_command(&self.session.options, &mut options, None);
        self.session.options = options;
        for step in steps {
            match step {
                report::Step::Quit => return Some(Effect::Quit),
                report::Step::Say(text) => self.open_pane(Pane::text(line.to_string(), &text)),
                report::Step::Problem(problem) => self.message = Some(Message::Problem(problem)),
                report::Step::Changed => {
                    if let Err(error) = report::filters(&self.session.options) {
                        self.message = Some(Message::Problem(error.to_string()));
                        self.session.clear_filters();
                    }
                    let wanted = profile.sample_type(&self.session.options.sample_index);
                    self.session.sample_type = wanted.unwrap_or(self.session.sample_type);
                    if self.session.options.granularity != granularity {
                        self.session.forget_names();
                    }
                    if self.session.options.sort != sort {
                        self.session.sort = sort_column(self.session.options.sort);
                        self.session.sort_direction = SortDirection::Forward;
                    }
                    self.overlay.take_if(|overlay| matches!(overlay, Overlay::Pane(_)));
                    effect = self.session.analyze_again();
                }
                report::Step::Report(mut step) => {
                    let before = self.session.options.clone();
                    let ReportStep { options, argument, .. } = &mut *step;
                    notes.extend(self.read_command(&before, options, argument.as_mut()));
                    let text = ReportJob {
                        title: line.trim().to_string(),
                        step,
                        extras: self.page_extras(),
                        sides: None,
                        // As in pprof.
                        existing: Existing::Replace,
                    };
                    effect = self.session.ask(vec![Query::Report(Box::new(text))]);
                }
            }
        }
        if self.message.is_none() && !notes.is_empty() {
            self.message = Some(Message::Note(notes.join(" ")));
        }
        effect
    }

    /// Makes the word before the cursor as long as there is no doubt, and says what it may become. What a source may become
    /// is asked in the background.
    fn complete(&mut self) -> Option<Effect> {
        let line = self.question()?.prompt.value().to_string();
        if let Some(source) = source_of(&line) {
            let problem = &mut self.question()?.prompt.problem;
            if problem.as_deref() == Some(ASKING) {
                return None;
            }
            *problem = Some(ASKING.into());
            self.errands += 1;
            return Some(Effect::Run(Errand::Complete(line, source)));
        }
        let (start, mut words) = report::complete(&line, self.session.profile()?);
        words.extend(
            SOURCES
                .iter()
                .filter(|name| start == 0 && name.starts_with(&line))
                .map(ToString::to_string),
        );
        self.question()?.prompt.complete(start, &words);
        None
    }

    /// Takes what a line may go on with, if it is still that line.
    pub(in crate::ui) fn completed(&mut self, line: &str, found: Result<(usize, Vec<String>)>) {
        let Some(question) = self.question().filter(|question| question.prompt.value() == line) else {
            return;
        };
        match found {
            Ok((start, words)) => question.prompt.complete(start, &words),
            Err(error) => question.prompt.problem = Some(error.to_string()),
        }
    }

    /// Brings back a line that was given before.
    fn recall(&mut self, toward: Toward) {
        let Some(Overlay::Prompt(question)) = &mut self.overlay else {
            return;
        };
        let at = self.history.iter().position(|line| line == question.prompt.value());
        let next = match (toward, at) {
            (Toward::Previous, None) => self.history.len().checked_sub(1),
            (Toward::Previous, Some(at)) => Some(at.saturating_sub(1)),
            (Toward::Next, at) => at.map(|at| at + 1),
        };
        let line = next.and_then(|next| self.history.get(next)).cloned();
        question.prompt.set(line.unwrap_or_default());
    }

    /// Closes the prompt; a search ends where it began.
    fn leave_prompt(&mut self) {
        let origin = self.question().and_then(|question| question.origin.take());
        origin.iter().for_each(|origin| self.go_back(origin));
        self.close_overlay();
    }

    /// Follows what is typed: says what is wrong with it, or how it is read, and shows what a search finds.
    pub(in crate::ui) fn check_prompt(&mut self) -> Option<Effect> {
        let question = self.question()?;
        let (ask, text) = (question.ask, question.prompt.value().to_string());
        // A file's name is asked for, not typed yet.
        let is_early = matches!(ask, Ask::Export(_) | Ask::Replace(_)) && text.is_empty();
        let effect = self.preview();
        let problem = self.problem(ask, &text).filter(|_| !is_early);
        let note = match ask {
            Ask::Filter(filter) => self.filter_note(filter, &text),
            _ => None,
        };
        let question = self.question()?;
        (question.prompt.problem, question.note) = (problem, note);
        effect
    }

    /// What is wrong with what is typed, so that it cannot be accepted.
    fn problem(&self, ask: Ask, text: &str) -> Option<String> {
        let read = match ask {
            Ask::Export(_) | Ask::Replace(_) if text.trim().is_empty() => {
                Err(Error::Usage("a file needs a name".into()))
            }
            Ask::Command | Ask::Export(_) | Ask::Replace(_) => Ok(None),
            Ask::Filter(filter) => self.read_filter(filter.name(), text),
            Ask::Search => self.read_search(text),
        };
        read.err().map(|error| error.to_string())
    }

    /// What stands beside a filter that is being typed.
    fn filter_note(&self, filter: Filter, text: &str) -> Option<String> {
        let sought = self.read_filter(filter.name(), text).ok().flatten()?;
        match sought.reading {
            Reading::Invalid | Reading::Unmatched => Some("as text".into()),
            Reading::Expression => {
                let profile = self.session.profile()?;
                (!names_match(profile, &sought.expression)).then(|| "nothing matches".into())
            }
        }
    }

    /// Reads a filter's expression.
    ///
    /// # Errors
    /// As [`Sought::read`].
    fn read_filter(&self, name: &str, text: &str) -> Result<Option<Sought>> {
        let profile = self.session.profile();
        Sought::read(name, text, Letters::Exact, |expression| {
            profile.is_some_and(|profile| names_match(profile, expression))
        })
    }

    /// Reads the expressions of a command that are names as text, and says which.
    fn read_command(&self, before: &Options, after: &mut Options, argument: Option<&mut String>) -> Vec<String> {
        let mut notes = Vec::new();
        let mut read = |name: &str, text: &str| {
            let sought = self.read_filter(name, text).ok().flatten()?;
            notes.push(sought.note()?);
            Some(sought.pattern())
        };
        for row in OPTIONS.iter().filter(|row| row.is_expression()) {
            let text = row.get(after);
            if text != row.get(before)
                && let Some(pattern) = read(row.name, &text)
            {
                // An expression is taken as it is.
                let _ = row.set(after, &pattern);
            }
        }
        if let Some(argument) = argument
            && let Some(pattern) = read("", argument)
        {
            *argument = pattern;
        }
        notes
    }
}

/// What is said while others are asked how a line goes on.
const ASKING: &str = "asking …";
/// What a source is typed behind.
const SOURCES: [&str; 2] = ["base=", "diff_base="];

/// Where in a line the name of a source begins.
fn source_of(line: &str) -> Option<usize> {
    let typed = line.trim_start_matches([':', ' ']);
    let name = SOURCES.iter().find(|name| typed.starts_with(**name))?;
    Some(line.len() - typed.len() + name.len())
}

/// `name=` with the value that the option has by itself: of a choice the one that is made where nobody chooses. Nothing
/// for what is no option, and where that is the empty text.
fn with_default(line: &str) -> Option<String> {
    let row = report::option(line.trim().strip_suffix('=')?)?;
    let defaults = Options::default();
    if let Takes::Choice(_) = row.takes {
        let is_it = |other: &&OptionRow| other.takes == row.takes && other.get(&defaults) == "true";
        return OPTIONS.iter().find(is_it).map(|row| format!("{}=true", row.name));
    }
    let value = row.get(&defaults);
    (!value.is_empty()).then(|| format!("{}={value}", row.name))
}

/// Whether an expression matches a name that filters look at: of a function, its file or a binary.
fn names_match(profile: &Profile, expression: &Regex) -> bool {
    let functions = profile
        .functions
        .iter()
        .flat_map(|function| [function.name, function.filename]);
    let binaries = profile.mappings.iter().map(|mapping| mapping.file);
    let mut names = functions.chain(binaries);
    names.any(|name| expression.is_match(profile.text(name)))
}
