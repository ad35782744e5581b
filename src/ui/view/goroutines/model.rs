//! Goroutines as the view shows them: those that are alike as a row, behind the filters.

use std::sync::Arc;

use regex::Regex;
use rustc_hash::FxHashMap;

use crate::analyze::Scope;
use crate::analyze::goroutines::{
    Detail, GoroutineGroup, Goroutines, Grouping, folded, is_of_goroutines, stack_key_of,
};
use crate::error::Result;
use crate::model::{Profile, Side};
use crate::report::{self, Options};
use crate::ui::session::Session;
use crate::ui::work::host::Probe;

/// Asks for the goroutines of a profile in rows.
#[derive(Clone, Debug)]
pub(in crate::ui) struct GroupJob {
    pub(in crate::ui) profile: Arc<Profile>,
    pub(in crate::ui) grouping: Grouping,
}

impl PartialEq for GroupJob {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.profile, &other.profile) && self.grouping == other.grouping
    }
}

impl Eq for GroupJob {}

/// What came of a [`GroupJob`].
#[derive(Debug)]
pub(in crate::ui) struct Groups {
    pub(super) profile: Arc<Profile>,
    pub(super) grouping: Grouping,
    pub(super) known: Detail,
    /// How many goroutines the filters leave, and how many there are.
    pub(super) total: i64,
    pub(super) of: i64,
    /// The largest first.
    pub(super) rows: Vec<GoroutineGroup>,
    /// The keys of the program's own labels.
    pub(super) labels: Vec<String>,
    /// How many calls the longest stack of a row has, those of the runtime folded.
    pub(super) depth: usize,
}

impl GroupJob {
    /// Counts them.
    ///
    /// # Errors
    /// Those of the filters.
    pub(in crate::ui) fn groups(&self, options: &Options) -> Result<Groups> {
        let profile = &self.profile;
        let filters = report::filters(options)?;
        let scope = Scope::new(profile, &filters);
        let samples = scope.spans().iter().map(|span| span.sample);
        let found = Goroutines::within(profile, &self.grouping, samples);
        let (known, total, rows) = match found {
            Some(found) => (found.detail, found.total, found.groups),
            None => (Detail::Counts, 0, Vec::new()),
        };
        let column = report_column(profile);
        let of = column.map_or(0, |values| {
            values.iter().fold(0, |sum: i64, one| sum.saturating_add(*one))
        });
        let mut labels: Vec<String> = Vec::new();
        for (key, ..) in rows.iter().flat_map(|group| &group.labels) {
            if !labels.contains(key) {
                labels.push(key.clone());
            }
        }
        labels.sort();
        let depths = rows.iter().map(|group| folded(profile, group.stack).len());
        Ok(Groups {
            profile: Arc::clone(profile),
            grouping: self.grouping.clone(),
            known,
            total,
            of,
            depth: depths.max().unwrap_or(0),
            rows,
            labels,
        })
    }
}

fn report_column(profile: &Profile) -> Option<&Vec<i64>> {
    let kind = ["goroutine", "goroutineleak"]
        .iter()
        .find_map(|name| profile.sample_type(name))?;
    profile.samples.values.get(kind.index())
}

/// The goroutines that can be shown: what the process was asked for, the profile's own, or those of the same moment.
pub(in crate::ui) fn goroutines_of(session: &Session) -> Option<&Arc<Profile>> {
    let asked = session.probes.reply(Probe::Goroutines).snapshot();
    asked
        .map(|asked| &asked.profile)
        .or_else(|| goroutines_in_view(session))
}

/// Those of the profile in view.
pub(super) fn goroutines_in_view(session: &Session) -> Option<&Arc<Profile>> {
    let profile = session.profile()?;
    if is_of_goroutines(profile) {
        return Some(profile);
    }
    let snapshots = session.loaded.as_ref()?.side(Side::After);
    snapshots.filter_map(|snapshot| snapshot.goroutines.as_ref()).last()
}

impl Groups {
    /// A function's name; that of the call that stands for a row, or nothing.
    pub(super) fn own(&self, row: &GoroutineGroup) -> &str {
        row.own.map_or("", |own| {
            self.profile.text(self.profile.functions[own.function.index()].name)
        })
    }

    /// `file.go:31` of the call that stands for a row.
    pub(super) fn place(&self, row: &GoroutineGroup) -> String {
        row.own.map_or(String::new(), |own| {
            let function = &self.profile.functions[own.function.index()];
            place(self.profile.text(function.filename), own.line)
        })
    }

    /// What stands for each row at other moments; nothing where several rows would be one.
    pub(super) fn keys(&self) -> Vec<Option<String>> {
        let key = |row: &GoroutineGroup| match self.grouping {
            Grouping::Stack => {
                let state = row.states.first().map_or("", |(state, _)| state);
                stack_key_of(&self.profile, row.stack, state)
            }
            _ => row.key.clone(),
        };
        let keys: Vec<String> = self.rows.iter().map(key).collect();
        let mut rows: FxHashMap<&str, usize> = FxHashMap::default();
        for key in &keys {
            *rows.entry(key).or_default() += 1;
        }
        let own = keys
            .iter()
            .map(|key| (rows.get(&**key) == Some(&1)).then(|| key.clone()));
        own.collect()
    }

    /// What makes a row the same one in other groups.
    pub(super) fn identity(&self, row: &GoroutineGroup) -> String {
        let first = |names: &[(String, i64)]| names.first().map_or(String::new(), |(name, _)| name.clone());
        let (own, place) = (self.own(row), self.place(row));
        let (state, creator) = (first(&row.states), first(&row.created_by));
        match self.grouping {
            Grouping::Stack => format!("{state}\n{creator}\n{own}\n{place}"),
            _ => row.key.clone(),
        }
    }

    /// The calls of a row's stack, the innermost first, with their places; none for some of the runtime's.
    pub(super) fn stack(&self, row: &GoroutineGroup) -> Vec<Option<(String, String)>> {
        let lines = folded(&self.profile, row.stack);
        let call = |line: crate::model::Line| {
            let function = &self.profile.functions[line.function.index()];
            let file = self.profile.text(function.filename);
            (self.profile.text(function.name).to_string(), place(file, line.line))
        };
        lines.into_iter().map(|line| line.map(call)).collect()
    }

    /// For each row whether an expression matches what it says, or a call of its stack.
    pub(super) fn matches(&self, expression: &Regex) -> Vec<bool> {
        let functions = self.profile.functions.iter();
        let found: Vec<bool> = functions
            .map(|function| expression.is_match(self.profile.text(function.name)))
            .collect();
        let in_stack = |row: &GoroutineGroup| {
            let locations = self.profile.stacks.get(row.stack).iter();
            let mut lines = locations.flat_map(|location| self.profile.lines_of(location));
            lines.any(|line| found[line.function.index()])
        };
        let said = |row: &GoroutineGroup| {
            let mut names = row.states.iter().chain(&row.created_by);
            names.any(|(name, _)| expression.is_match(name))
                || expression.is_match(&row.key)
                || row
                    .labels
                    .iter()
                    .any(|(key, value, _)| expression.is_match(&format!("{key}={value}")))
        };
        let is_match = |row: &GoroutineGroup| said(row) || in_stack(row);
        self.rows.iter().map(is_match).collect()
    }

    /// What they can be grouped by.
    pub(super) fn groupings(&self) -> Vec<Grouping> {
        let mut all = vec![Grouping::Stack, Grouping::OwnFunction, Grouping::State];
        if self.known == Detail::Each {
            all.push(Grouping::CreatedBy);
        }
        all.extend(self.labels.iter().cloned().map(Grouping::Label));
        all
    }
}

/// Whether two identities of rows are of goroutines that wait in the same call, whoever created them.
pub(super) fn is_same_call(one: &str, other: &str) -> bool {
    let call = |identity: &str| identity.splitn(3, '\n').nth(2).map(str::to_string);
    call(one).is_some_and(|own| Some(own) == call(other))
}

/// `file.go:31`; empty where no file is known.
fn place(file: &str, line: i64) -> String {
    match file.rsplit('/').next() {
        None | Some("") => String::new(),
        Some(file) if line > 0 => format!("{file}:{line}"),
        Some(file) => file.to_string(),
    }
}
