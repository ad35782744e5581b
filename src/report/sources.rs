//! Source text by the name that a profile has for it.
//!
//! Knows which names are asked for, and how much is kept. Where a file is, and whether it may be read, is the business of
//! the implementor of [`Sources`]: a name in a profile is untrusted.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::aggregate::Report;
use super::syntax::{self, State, Token};
use crate::analyze::trim_path;

/// Source text by name.
pub trait Sources: fmt::Debug + Send + Sync {
    /// The folders that files are looked for in when the user names none, as `-source_path` lists them.
    fn folders(&self) -> String;

    /// The text of a file.
    ///
    /// # Errors
    /// [`Missing`] when there is none that may be read.
    fn find(&self, wanted: &WantedFile<'_>) -> Result<Found, Missing>;
}

/// A file to look for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WantedFile<'w> {
    /// As the profile calls it, without the prefix that reports cut off.
    pub name: &'w str,
    /// `name` without the prefix that only the search cuts off.
    pub path: &'w str,
    /// Where to look, separated by colons.
    pub folders: &'w str,
}

/// A file that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its text; it may hold anything.
    pub text: String,
    /// Where it is.
    pub path: PathBuf,
    /// By which rule, in words, where pprof would not have found it.
    pub beyond_pprof: Option<&'static str>,
    /// When it was written, nanoseconds since 1970; `None` where that says nothing of what was built.
    pub written_nanos: Option<i64>,
}

/// Why a file was not found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Missing {
    /// What pprof says, where it fails too.
    pub reason: String,
    /// Further places that were tried.
    pub tried: Vec<String>,
}

/// Finds nothing, so that a library user reads no file by accident.
#[derive(Clone, Copy, Debug)]
pub struct NoSources;

impl Sources for NoSources {
    fn folders(&self) -> String {
        String::new()
    }

    fn find(&self, _: &WantedFile<'_>) -> Result<Found, Missing> {
        let reason = "sources are not read here".to_string();
        Err(Missing {
            reason,
            ..Missing::default()
        })
    }
}

/// Source text that is kept in memory at most, bytes.
const MAX_KEPT: usize = 64 << 20;
/// Places that are told of at most where nothing was found.
pub(super) const MAX_PLACES: usize = 12;
/// Different files that are looked for at most.
const MAX_FILES: usize = 10_000;

/// A file that was found, and where its lines begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceText {
    /// The file.
    pub found: Found,
    starts: Vec<usize>,
    /// For each line whether it has more than blanks and comments.
    has_code: Vec<bool>,
}

impl SourceText {
    /// Finds the lines of a file.
    pub fn new(found: Found) -> Self {
        let ends = found.text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0)
            .chain(ends)
            .filter(|&start| start < found.text.len())
            .collect();
        let mut text = Self {
            found,
            starts,
            has_code: Vec::new(),
        };
        text.has_code = text.lines_with_code();
        text
    }

    fn lines_with_code(&self) -> Vec<bool> {
        let language = syntax::language(&self.found.path.to_string_lossy());
        let mut state = State::default();
        let has_code = |line: &str| {
            let mut code = line.to_string();
            if let Some(language) = language {
                state = language.scan(line, state, &mut |range, token| {
                    if token == Token::Comment {
                        code.replace_range(range.clone(), &" ".repeat(range.len()));
                    }
                });
            }
            !code.trim().is_empty()
        };
        let lines = (1..=self.len() as i64).map_while(|number| self.line(number));
        lines.map(has_code).collect()
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// A line, counted from 1, without what ends it.
    pub fn line(&self, number: i64) -> Option<&str> {
        let row = usize::try_from(number.checked_sub(1)?).ok()?;
        let start = *self.starts.get(row)?;
        let end = self.starts.get(row + 1).copied().unwrap_or(self.found.text.len());
        let line = &self.found.text[start..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// Whether a line, counted from 1, has more than blanks and comments.
    pub fn has_code(&self, number: i64) -> bool {
        let row = usize::try_from(number.saturating_sub(1)).ok();
        row.and_then(|row| self.has_code.get(row)).copied().unwrap_or(false)
    }
}

/// Files that were looked for, so that none is read once for each function.
pub struct Shelf<'r> {
    report: &'r Report,
    folders: String,
    files: FxHashMap<String, Result<Arc<SourceText>, Missing>>,
    kept: usize,
    looked_for: usize,
    tried: BTreeSet<String>,
}

impl<'r> Shelf<'r> {
    /// An empty one, for the sources of a report.
    pub fn new(report: &'r Report) -> Self {
        let folders = match &*report.options.source_path {
            "" => report.environment.sources.folders(),
            folders => folders.to_string(),
        };
        Self {
            report,
            folders,
            files: FxHashMap::default(),
            kept: 0,
            looked_for: 0,
            tried: BTreeSet::new(),
        }
    }

    /// Where files were looked for in vain, beyond where pprof looks.
    pub fn tried(&self) -> &BTreeSet<String> {
        &self.tried
    }

    /// How many files were looked for in vain, of those that are still known.
    pub fn missing(&self) -> usize {
        self.files.values().filter(|file| file.is_err()).count()
    }

    /// The text of a file by the name that reports print.
    ///
    /// # Errors
    /// [`Missing`] when there is none that may be read, or too many were asked for.
    pub fn text(&mut self, name: &str) -> Result<Arc<SourceText>, Missing> {
        if let Some(known) = self.files.get(name) {
            return known.clone();
        }
        if self.kept > MAX_KEPT {
            self.files.clear();
            self.kept = 0;
        }
        let found = self.find(name).map(|found| Arc::new(SourceText::new(found)));
        match &found {
            Ok(text) => self.kept += text.found.text.len(),
            Err(missing) => self.tried.extend(missing.tried.iter().take(MAX_PLACES).cloned()),
        }
        self.files.insert(name.to_string(), found.clone());
        found
    }

    fn find(&mut self, name: &str) -> Result<Found, Missing> {
        self.looked_for += 1;
        if self.looked_for > MAX_FILES {
            let reason = format!("not looked for: more than {MAX_FILES} files; ask for fewer functions");
            return Err(Missing {
                reason,
                ..Missing::default()
            });
        }
        let options = &self.report.options;
        self.report.environment.sources.find(&WantedFile {
            name,
            path: trim_path(name, &options.trim_path, &self.folders),
            folders: &self.folders,
        })
    }
}
