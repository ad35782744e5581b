//! `list`: source, with what each line holds in front of it.
//!
//! Knows which lines are shown, and in which layout. Where a file is, and whether it may be read, is the business of
//! whoever implements [`Sources`]: a name in a profile is untrusted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;

use rustc_hash::FxHashMap;

use super::line;
use super::prepare::Report;
use crate::analyze::{NodeId, trim_path};
use crate::error::{Error, Result};
use crate::model::strings::visible_lines;
use crate::model::{units, visible};

/// Source text by name.
pub trait Sources: fmt::Debug + Send + Sync {
    /// The folders that files are looked for in when the user names none, as `-source_path` lists them.
    fn folders(&self) -> String;

    /// The text of a file.
    ///
    /// # Errors
    /// [`Missing`] when there is none that may be read.
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, Missing>;
}

/// A file to look for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted<'w> {
    /// As the profile calls it, without the prefix that reports cut off.
    pub name: &'w str,
    /// The same without the prefix that only the search cuts off.
    pub path: &'w str,
    /// Where to look, separated by colons.
    pub folders: &'w str,
}

/// A file that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its text; it may hold anything.
    pub text: String,
    /// Where it was found, when pprof would not have found it there.
    pub elsewhere: Option<String>,
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

    fn find(&self, _: &Wanted<'_>) -> Result<Found, Missing> {
        let reason = "sources are not read here".to_string();
        Err(Missing {
            reason,
            ..Missing::default()
        })
    }
}

/// Lines that are shown above and below those that hold something.
const MARGIN: i64 = 5;
/// Source text that is kept in memory at most, bytes.
const MAX_KEPT: usize = 64 << 20;
/// Source that a report shows at most, MiB. A profile names functions and files as often as it likes.
const MAX_SHOWN: usize = 256;
/// Places that are told of at most where nothing was found.
const MAX_PLACES: usize = 12;
/// Different files that are looked for at most.
const MAX_FILES: usize = 10_000;

pub(super) fn write(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    let tried = listing(report, out)?;
    if !tried.is_empty() {
        let places: Vec<&str> = tried.iter().map(String::as_str).take(MAX_PLACES).collect();
        report.note(format!(
            "sources were also looked for in {}",
            visible(&places.join(", "))
        ));
    }
    Ok(())
}

/// Writes all routines; returns where files were looked for in vain, beyond where pprof looks.
fn listing(report: &Report, out: &mut dyn Write) -> Result<BTreeSet<String>> {
    let mut functions: BTreeMap<&str, BTreeMap<&str, Vec<NodeId>>> = BTreeMap::new();
    for &node in &report.trimmed.graph.listed {
        let name = report.profile.text(report.frames.info(node).name);
        if report
            .argument
            .as_ref()
            .is_some_and(|argument| !argument.is_match(name))
        {
            continue;
        }
        let files = functions.entry(name).or_default();
        let file = report.frames.file(node);
        if !file.is_empty() {
            files.entry(file).or_default().push(node);
        }
    }
    if functions.is_empty() {
        let pattern = report.argument.as_ref().map_or("", |argument| argument.as_str());
        return Err(Error::NoMatch(format!(
            "no function matches {pattern:?}; search for one with: heaptui top"
        )));
    }
    line(out, format_args!("Total: {}", report.format.value(report.total)))?;
    let mut shelf = Shelf::new(report);
    for (name, files) in &functions {
        if files.is_empty() {
            line(out, format_args!("No source information for {name}"))?;
        }
        for (file, nodes) in files {
            routine(report, name, file, nodes, &mut shelf, out)?;
        }
    }
    Ok(shelf.tried)
}

/// The lines of one function in one file. Values are sums, with `-mean` too: as in pprof.
fn routine(
    report: &Report,
    name: &str,
    file: &str,
    nodes: &[NodeId],
    shelf: &mut Shelf<'_>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut by_line: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let mut all = (0, 0);
    let (mut first, mut last) = (i64::MAX, 0);
    for &node in nodes {
        let (info, sums) = (report.frames.info(node), report.trimmed.graph.node(node));
        for sum in [&mut all, by_line.entry(info.line).or_default()] {
            *sum = (sum.0.saturating_add(sums.flat), sum.1.saturating_add(sums.cum));
        }
        first = first.min(match info.start_line {
            0 => info.line.saturating_sub(MARGIN),
            start => start,
        });
        last = last.max(info.line.saturating_add(MARGIN));
    }
    let (flat, cum) = (report.format.value(all.0), report.format.value(all.1));
    let share = units::percentage(all.1, report.total);
    line(out, format_args!("ROUTINE ======================== {name} in {file}"))?;
    line(out, format_args!("{flat:>10} {cum:>10} (flat, cum) {share} of Total"))?;

    let mut left = shelf.left;
    let text = match shelf.text(file) {
        Ok(text) => text,
        Err(missing) => {
            line(out, format_args!(" Error: {}", visible(&missing.reason)))?;
            return Ok(());
        }
    };
    if let Some(place) = &text.found.elsewhere {
        line(out, format_args!(" Source: {}", visible(place)))?;
    }
    for number in first.max(1)..=last {
        let Some(source) = text.line(number) else { break };
        let (flat, cum) = by_line.get(&number).copied().unwrap_or_default();
        let cell = |value: i64| match value {
            0 => ".".to_string(),
            value => report.format.value(value),
        };
        let row = format!(
            "{:>10} {:>10} {number:>6}:{}",
            cell(flat),
            cell(cum),
            visible_lines(source)
        );
        let Some(after) = left.checked_sub(row.len()) else {
            line(
                out,
                format_args!(" Error: more than {MAX_SHOWN} MiB; ask for fewer functions"),
            )?;
            break;
        };
        left = after;
        line(out, format_args!("{row}"))?;
    }
    shelf.left = left;
    Ok(())
}

/// A file that was found, and where its lines begin.
struct Text {
    found: Found,
    starts: Vec<usize>,
}

impl Text {
    fn new(found: Found) -> Self {
        let ends = found.text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0)
            .chain(ends)
            .filter(|&start| start < found.text.len())
            .collect();
        Self { found, starts }
    }

    /// A line, counted from 1, without what ends it.
    fn line(&self, number: i64) -> Option<&str> {
        let row = usize::try_from(number.checked_sub(1)?).ok()?;
        let start = *self.starts.get(row)?;
        let end = self.starts.get(row + 1).copied().unwrap_or(self.found.text.len());
        let line = &self.found.text[start..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }
}

/// Files that were looked for, so that none is read once for each function.
struct Shelf<'r> {
    report: &'r Report,
    folders: String,
    files: FxHashMap<String, Result<Text, Missing>>,
    kept: usize,
    looked_for: usize,
    /// Bytes that may still be shown.
    left: usize,
    /// Where files were looked for in vain, beyond where pprof looks.
    tried: BTreeSet<String>,
}

impl<'r> Shelf<'r> {
    fn new(report: &'r Report) -> Self {
        let folders = match &*report.options.source_path {
            "" => report.options.sources.folders(),
            folders => folders.to_string(),
        };
        Self {
            report,
            folders,
            files: FxHashMap::default(),
            kept: 0,
            looked_for: 0,
            left: MAX_SHOWN << 20,
            tried: BTreeSet::new(),
        }
    }

    fn text(&mut self, name: &str) -> &Result<Text, Missing> {
        if self.kept > MAX_KEPT {
            self.files.clear();
            self.kept = 0;
        }
        let Self { report, folders, .. } = self;
        let (kept, looked_for, tried) = (&mut self.kept, &mut self.looked_for, &mut self.tried);
        self.files.entry(name.to_string()).or_insert_with(|| {
            *looked_for += 1;
            if *looked_for > MAX_FILES {
                let reason = format!("not looked for: more than {MAX_FILES} files; ask for fewer functions");
                return Err(Missing {
                    reason,
                    ..Missing::default()
                });
            }
            let found = report.options.sources.find(&Wanted {
                name,
                path: trim_path(name, &report.options.trim_path, folders),
                folders,
            });
            match &found {
                Ok(found) => *kept += found.text.len(),
                Err(missing) => tried.extend(missing.tried.iter().take(MAX_PLACES).cloned()),
            }
            found.map(Text::new)
        })
    }
}
