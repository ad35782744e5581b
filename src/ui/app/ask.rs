//! What the dashboard asks for on its last line, and what it does with the answer.

use regex::Regex;

use crate::analyze::compile_pattern;
use crate::error::{Error, Result};
use crate::report::{self, SortDirection};
use crate::ui::app::export::exports;
use crate::ui::app::regions::Regions;
use crate::ui::app::{App, Message};
use crate::ui::event::Effect;
use crate::ui::keys::table::{Action, Filter, Movement};
use crate::ui::session::sort_column;
use crate::ui::widget::{pane::Pane, prompt::Prompt};
use crate::ui::work::host::Existing;
use crate::ui::work::query::{Query, ReportJob};

/// What a prompt is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Ask {
    Search,
    Filter(Filter),
    Command,
    /// The file that an export, by its place in the menu, is written to.
    Export(usize),
    /// The same, of a file that is there already.
    Replace(usize),
}

impl App {
    /// Opens a prompt.
    pub(in crate::ui) fn ask(&mut self, ask: Ask) -> Option<Effect> {
        let prompt = match ask {
            Ask::Search => Prompt::new("/", String::new()),
            Ask::Command => Prompt::new(":", String::new()),
            Ask::Export(export) | Ask::Replace(export) => {
                let (_, report, _) = *exports().get(export)?;
                Prompt::new("write to: ", self.proposed_file(report))
            }
            Ask::Filter(filter) => {
                let current = self.session.filter_mut(filter).clone();
                let selected = &self.session.selected;
                let proposes = current.is_empty() && !selected.is_empty();
                let proposal = if proposes {
                    format!("^{}$", regex::escape(selected))
                } else {
                    current
                };
                Prompt::new(filter.label(), proposal)
            }
        };
        self.asking = Some((ask, prompt));
        None
    }

    pub(in crate::ui) fn update_prompt(&mut self, action: Action) -> Option<Effect> {
        let (ask, prompt) = self.asking.as_mut()?;
        match action {
            Action::Edit(request) => {
                prompt.edit(request);
                self.check_prompt();
            }
            Action::Accept => {
                let (ask, text) = (*ask, prompt.value().to_string());
                let ask = match ask {
                    // Of another name it is not known whether it is there.
                    Ask::Replace(export) if !prompt.is_untouched() => Ask::Export(export),
                    ask => ask,
                };
                if let Err(error) = compile(ask, &text) {
                    prompt.problem = Some(error.to_string());
                    return None;
                }
                self.asking = None;
                let effect = self.accept(ask, text.clone());
                // What is wrong can be mended where it was typed.
                if ask == Ask::Command
                    && let Some(Message::Problem(problem)) =
                        self.message.take_if(|message| matches!(message, Message::Problem(_)))
                {
                    let mut prompt = Prompt::new(":", String::new());
                    prompt.set(text);
                    prompt.problem = Some(problem);
                    self.asking = Some((ask, prompt));
                }
                return effect;
            }
            Action::Complete if *ask == Ask::Command => self.complete(),
            Action::Move(step) if *ask == Ask::Command => self.recall(step),
            Action::Back => self.asking = None,
            _ => {}
        }
        None
    }

    fn accept(&mut self, ask: Ask, text: String) -> Option<Effect> {
        match ask {
            Ask::Search => self.search(&text),
            Ask::Filter(filter) => {
                *self.session.filter_mut(filter) = text;
                self.session.analyze_again()
            }
            Ask::Command => self.command(&text),
            Ask::Export(export) => self.export(export, text, Existing::Keep),
            Ask::Replace(export) => self.export(export, text, Existing::Replace),
        }
    }

    fn search(&mut self, text: &str) -> Option<Effect> {
        let expression = compile(Ask::Search, text).ok().flatten();
        let nothing = Message::Note(format!("Nothing matches {text:?}."));
        if let Some(pane) = &mut self.pane {
            let body = Regions::new(self.area).body;
            if !pane.search(expression.clone(), body) && expression.is_some() {
                self.message = Some(nothing);
            }
            return None;
        }
        self.session.search = expression;
        let search = self.session.search.as_ref()?;
        match self.views[self.front].finds(&self.session) {
            Some(true) => return self.update(Action::NextMatch),
            Some(false) => {
                self.message = Some(nothing);
                return None;
            }
            None => {}
        }
        // Where the cursor is may match already.
        if search.is_match(&self.session.selected) {
            return self.ask_for_view();
        }
        let knows =
            |listing: &crate::ui::work::listing::Listing| listing.by_name.keys().any(|name| search.is_match(name));
        if !self.session.listing().is_some_and(|listing| knows(listing)) {
            self.message = Some(nothing);
            return None;
        }
        let before = self.session.selected.clone();
        let effect = self.update(Action::NextMatch);
        if before == self.session.selected && self.front == 0 {
            self.message = Some(Message::Note(
                "What matches is too small for this list; Tab to Calls finds it.".into(),
            ));
        }
        effect
    }

    /// Does what a line of pprof's language says.
    fn command(&mut self, line: &str) -> Option<Effect> {
        if line.trim().is_empty() {
            return None;
        }
        self.history.retain(|old| old != line);
        self.history.push(line.to_string());
        let profile = self.session.profile().cloned()?;
        let mut effect = None;
        let (sort, granularity) = (self.session.options.sort, self.session.options.granularity);
        self.session.options.sample_index = profile.type_name(self.session.sample_type).to_string();
        let chosen = if report::is_choice(line) {
            format!("{}=true", line.trim())
        } else {
            line.to_string()
        };
        for step in report::interpret(&chosen, &profile, &mut self.session.options) {
            match step {
                report::Step::Quit => return Some(Effect::Quit),
                report::Step::Say(text) => self.pane = Some(Pane::text(line.to_string(), &text)),
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
                    self.pane = None;
                    effect = self.session.analyze_again();
                }
                report::Step::Report(step) => {
                    let text = ReportJob {
                        title: line.trim().to_string(),
                        step,
                        // As in pprof.
                        existing: Existing::Replace,
                    };
                    effect = self.session.ask(vec![Query::Report(Box::new(text))]);
                }
            }
        }
        effect
    }

    /// Makes the word before the cursor as long as there is no doubt, and says what it may become.
    fn complete(&mut self) {
        let (Some((_, prompt)), Some(profile)) = (&mut self.asking, self.session.profile()) else {
            return;
        };
        let line = prompt.value().to_string();
        let (start, words) = report::complete(&line, profile);
        let Some(first) = words.first() else {
            prompt.problem = Some("nothing to complete".into());
            return;
        };
        let common = words
            .iter()
            .skip(1)
            .fold(first.as_str(), |common, word| common_prefix(common, word));
        let space = if words.len() == 1 && !common.ends_with('=') {
            " "
        } else {
            ""
        };
        if common.len() > line.len() - start || words.len() == 1 {
            prompt.set(format!("{}{common}{space}", &line[..start]));
        }
        if words.len() > 1 {
            // Behind the `=` that all of them have.
            let behind = common.rfind('=').map_or(0, |at| at + 1);
            let words: Vec<&str> = words.iter().map(|word| &word[behind..]).collect();
            prompt.problem = Some(words.join("  "));
        }
    }

    /// Brings an earlier line back.
    fn recall(&mut self, step: Movement) {
        let Some((_, prompt)) = &mut self.asking else { return };
        let at = self.history.iter().position(|line| line == prompt.value());
        let next = match (step, at) {
            (Movement::Up, None) => self.history.len().checked_sub(1),
            (Movement::Up, Some(at)) => Some(at.saturating_sub(1)),
            (_, at) => at.map(|at| at + 1),
        };
        let line = next.and_then(|next| self.history.get(next)).cloned();
        prompt.set(line.unwrap_or_default());
    }

    /// Says what is wrong with an expression while it is typed.
    pub(in crate::ui) fn check_prompt(&mut self) {
        if let Some((ask, prompt)) = &mut self.asking {
            prompt.problem = compile(*ask, prompt.value()).err().map(|error| error.to_string());
        }
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

/// The expression that is asked for; none for empty text. A search in small letters matches both cases.
fn compile(ask: Ask, text: &str) -> Result<Option<Regex>> {
    match ask {
        Ask::Export(_) | Ask::Replace(_) if text.trim().is_empty() => Err(Error::Usage("a file needs a name".into())),
        Ask::Command | Ask::Export(_) | Ask::Replace(_) => Ok(None),
        _ if text.is_empty() => Ok(None),
        Ask::Filter(filter) => compile_pattern(filter.name(), text).map(Some),
        Ask::Search if text.chars().any(char::is_uppercase) => compile_pattern("search", text).map(Some),
        // Checked as it was typed, so that an error shows what was typed.
        Ask::Search => compile_pattern("search", text)
            .and_then(|_| compile_pattern("search", &format!("(?i){text}")))
            .map(Some),
    }
}
