//! The configuration: what a user wrote down in `config.toml`, checked against the tables that it names.
//!
//! A wrong line is reported with its file and number; all other lines hold. Knows how a configuration is written, not where
//! it is: its text is handed in.

mod print;
mod settings;

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use self::print::print;
pub use self::settings::{SETTINGS, Setting};
use crate::cli::{Audience, Theme};
use crate::report::{ColumnId, OptionRow, Options, Takes};
use crate::secret::SourceName;
use crate::ui::{Bindings, Palette};

/// What holds for every start of the program.
#[derive(Clone, Default)]
pub struct Config {
    /// The file that it was read from; none if there is none.
    pub file: Option<String>,
    /// The colours' name.
    pub theme: Option<Theme>,
    /// Colours of the user's own.
    pub palette: Palette,
    /// The columns of Top; none for all.
    pub columns: Vec<ColumnId>,
    /// Folders of sources, separated by colons; also for reports.
    pub source_path: String,
    /// Beginnings of paths to cut off; also for reports.
    pub trim_path: String,
    /// How the dashboard begins.
    pub options: Vec<(&'static OptionRow, String)>,
    /// What keys do.
    pub bindings: Bindings,
    /// Names for sources: each stands for one or several.
    pub hosts: BTreeMap<String, Vec<SourceName>>,
    /// What is wrong, a line each, with file and line.
    pub problems: Vec<String>,
}

impl Config {
    /// Reads a configuration. `file` is what problems call it, `home` what `~` stands for.
    pub fn parse(text: &str, file: &str, home: &str) -> Self {
        let mut reader = Reader {
            config: Self {
                file: Some(file.into()),
                ..Self::default()
            },
            text,
            home,
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            reader.problem(at, error.message());
        }
        reader.read(table.get_ref());
        reader.config.problems.sort_by_key(|problem| line_of(problem, file));
        reader.config
    }

    /// The options to begin with.
    pub fn options(&self, audience: Audience) -> Options {
        let mut options = Options {
            source_path: self.source_path.clone(),
            trim_path: self.trim_path.clone(),
            ..Options::default()
        };
        if audience == Audience::Dashboard {
            for (row, value) in &self.options {
                // It was tried when it was read.
                let _ = row.set(&mut options, value);
            }
        }
        options
    }

    /// Puts what each name stands for in its place.
    pub fn name_sources(&self, sources: &mut Vec<SourceName>) {
        let named = std::mem::take(sources);
        sources.extend(
            named
                .into_iter()
                .flat_map(|name| match self.hosts.get(name.as_typed()) {
                    Some(hosts) => hosts.clone(),
                    None => vec![name],
                }),
        );
    }
}

/// The number of the line that a problem is about.
fn line_of(problem: &str, file: &str) -> usize {
    let behind = problem.strip_prefix(file).and_then(|rest| rest.strip_prefix(':'));
    let number = behind.and_then(|rest| rest.split(':').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

struct Reader<'t> {
    config: Config,
    text: &'t str,
    home: &'t str,
}

impl Reader<'_> {
    fn problem(&mut self, at: usize, what: &str) {
        let line = 1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let place = format!("{}:{line}: ", self.config.file.as_deref().unwrap_or_default());
        // What cannot be read is wrong in other ways, too.
        if !self.config.problems.iter().any(|problem| problem.starts_with(&place)) {
            self.config.problems.push(format!("{place}{what}"));
        }
    }

    fn read(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            let name = key.get_ref().as_ref();
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
                let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
                self.problem(
                    key.span().start,
                    &format!("no setting is called {name:?}: there are {}", names.join(", ")),
                );
                continue;
            };
            if let Err(what) = (setting.read)(&mut self.config, value.get_ref(), self.home) {
                for (at, what) in what {
                    self.problem(at.unwrap_or(value.span().start), &what);
                }
            }
        }
    }
}

/// The entries of a table in the order they were written, so that of two keys for one action the last counts.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// Whether an option belongs into a configuration: those that say where sources are have a place of their own, and what
/// a single run is about is not for every run.
fn is_setting(row: &OptionRow) -> bool {
    row.is_kept()
        && !["output", "source_path", "trim_path"].contains(&row.name)
        && row.takes != Takes::Choice(crate::report::OptionGroup::SampleType)
}

#[cfg(test)]
mod tests;
