//! A function's source as the Source view shows it. Made by a worker: reading files takes its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::report::syntax::{self, Language, State};
use crate::report::{
    Counting, Doubt, LineCall, Missing, Report, Routine, Shelf, SourceText, ValueFormat, doubt, routines,
};

/// A function in every file that has one of its name.
#[derive(Debug)]
pub(in crate::ui) struct Sourced {
    pub(in crate::ui) function: String,
    pub(in crate::ui) bodies: Vec<Body>,
    /// What percentages are taken of.
    pub(in crate::ui) total: i64,
    pub(in crate::ui) format: ValueFormat,
}

/// A function in one file.
#[derive(Debug)]
pub(in crate::ui) struct Body {
    pub(in crate::ui) routine: Routine,
    pub(in crate::ui) calls: BTreeMap<i64, Vec<LineCall>>,
    pub(in crate::ui) text: Result<Arc<SourceText>, Missing>,
    /// Why the text may not be what was built.
    pub(in crate::ui) doubt: Option<Doubt>,
    pub(in crate::ui) language: Option<&'static Language>,
    /// Lines that do not begin with plain code, and with what they do.
    states: BTreeMap<i64, State>,
}

impl Sourced {
    /// Looks for the files of a function; `report` is one of lines.
    pub(in crate::ui) fn new(report: &Report, function: &str) -> Self {
        let mut shelf = Shelf::new(report);
        let body = |routine: Routine| {
            let text = match &*routine.file {
                "" => Err(Missing::default()),
                file => shelf.text(file),
            };
            let language = syntax::language(&routine.file);
            let states = match (&text, language) {
                (Ok(text), Some(language)) => states(text, language),
                _ => BTreeMap::new(),
            };
            let doubt = text.as_ref().ok().and_then(|text| doubt(report, &routine, text));
            Body {
                doubt,
                calls: routine.calls(report),
                routine,
                text,
                language,
                states,
            }
        };
        let bodies = routines(report, Counting::Once, &|name| name == function)
            .into_iter()
            .map(body)
            .collect();
        Self {
            function: function.to_string(),
            bodies,
            total: report.total,
            format: report.format.clone(),
        }
    }
}

impl Body {
    /// With what a line begins.
    pub(in crate::ui) fn state(&self, line: i64) -> State {
        self.states.get(&line).copied().unwrap_or_default()
    }

    /// (flat, cum) of a line.
    pub(in crate::ui) fn values(&self, line: i64) -> (i64, i64) {
        self.routine.lines.get(&line).copied().unwrap_or_default()
    }
}

fn states(text: &SourceText, language: &Language) -> BTreeMap<i64, State> {
    let mut state = State::default();
    let mut states = BTreeMap::new();
    for number in 1.. {
        let Some(line) = text.line(number) else { break };
        if state != State::default() {
            states.insert(number, state);
        }
        state = language.scan(line, state, &mut |_, _| {});
    }
    states
}
