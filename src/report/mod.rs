//! Aggregates as text. One file a report, each `write`s to any writer; [`REPORTS`] lists them once.
//!
//! Knows pprof's layouts and rules of what each report leaves out. Knows no terminal, file, network or clock:
//! the time zone and the reader of [`Sources`] come with the [`Options`].

mod columns;
mod header;
mod list;
mod options;
mod prepare;
mod proto;
mod raw;
mod top;
mod tree;

use std::io::Write;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::Profile;

pub use columns::{Align, COLUMNS, Column, SAMPLE_TYPES, SortKey};
pub use header::{accounting, active_filters};
pub use list::{Found, Missing, NoSources, Sources, Wanted};
pub use options::{Group, OPTIONS, OptionRow, Options, Section, Takes, option, parse_bool};
pub use prepare::{Format, Report, filters};
pub use top::{Inline, Row, rows, sort_rows};

/// A row of [`REPORTS`].
pub struct ReportRow {
    /// The command and pprof's option.
    pub name: &'static str,
    /// Other names of it.
    pub aliases: &'static [&'static str],
    /// What it is given behind its name, if anything.
    pub argument: Option<&'static str>,
    /// One line of help.
    pub help: &'static str,
    /// How many nodes it lists if the user does not say; 0 for all.
    pub nodes: usize,
    /// Whether small nodes and edges are left out unless the user says otherwise.
    pub trims: bool,
    /// What is written.
    pub content: Content,
    /// What of the profile it shows.
    pub shows: Shows,
    write: fn(&Report, &mut dyn Write) -> Result<()>,
}

/// What a report is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// Lines for the eye.
    Text,
    /// Bytes, which a terminal must not get.
    Binary,
}

/// What of a profile a report shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shows {
    /// Nodes, one by one, in one unit.
    Nodes,
    /// Lines of source of each binary, whatever the granularity; values have a unit each.
    Lines,
}

/// Every report.
pub const REPORTS: &[ReportRow] = &[
    ReportRow {
        name: "top",
        aliases: &["text"],
        argument: None,
        help: "The functions that hold most, one a line",
        nodes: 0,
        trims: true,
        content: Content::Text,
        shows: Shows::Nodes,
        write: top::write,
    },
    ReportRow {
        name: "tree",
        aliases: &[],
        argument: None,
        help: "Each function with its callers and callees",
        nodes: 80,
        trims: true,
        content: Content::Text,
        shows: Shows::Nodes,
        write: tree::write,
    },
    ReportRow {
        name: "peek",
        aliases: &[],
        argument: Some("REGEX"),
        help: "Callers and callees of the functions that match",
        nodes: 80,
        trims: false,
        content: Content::Text,
        shows: Shows::Nodes,
        write: tree::write,
    },
    ReportRow {
        name: "list",
        aliases: &[],
        argument: Some("REGEX"),
        help: "The source of the functions that match, with what each line holds",
        nodes: 0,
        trims: false,
        content: Content::Text,
        shows: Shows::Lines,
        write: list::write,
    },
    ReportRow {
        name: "raw",
        aliases: &[],
        argument: None,
        help: "All that is in the profile, table by table",
        nodes: 0,
        trims: false,
        content: Content::Text,
        shows: Shows::Nodes,
        write: raw::write,
    },
    ReportRow {
        name: "comments",
        aliases: &[],
        argument: None,
        help: "The comments in the profile",
        nodes: 0,
        trims: false,
        content: Content::Text,
        shows: Shows::Nodes,
        write: raw::write_comments,
    },
    ReportRow {
        name: "proto",
        aliases: &[],
        argument: None,
        help: "The profile as the filters leave it, in the format that all tools read",
        nodes: 0,
        trims: false,
        content: Content::Binary,
        shows: Shows::Nodes,
        write: proto::write,
    },
    ReportRow {
        name: "topproto",
        aliases: &[],
        argument: None,
        help: "The rows of top in that format",
        nodes: 0,
        trims: true,
        content: Content::Binary,
        shows: Shows::Nodes,
        write: proto::write_top,
    },
];

/// The report of this name.
pub fn report(name: &str) -> Option<&'static ReportRow> {
    REPORTS
        .iter()
        .find(|row| row.name == name || row.aliases.contains(&name))
}

/// Writes a report of a profile, whole or, on an error, not at all. Returns what should be warned of, a line each.
///
/// # Errors
/// [`Error::Usage`] and [`Error::Regex`] for options that cannot be, [`Error::NoMatch`] when a report's argument
/// matches nothing, [`Error::Io`] from the writer.
pub fn write(
    profile: &Arc<Profile>,
    row: &ReportRow,
    argument: Option<&str>,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Vec<String>> {
    let report = Report::new(profile, row, argument, options)?;
    let mut text = Vec::new();
    (row.write)(&report, &mut text)?;
    out.write_all(&text).map_err(writing)?;
    Ok(report.warnings())
}

/// A line of a report.
fn line(out: &mut dyn Write, text: std::fmt::Arguments<'_>) -> Result<()> {
    writeln!(out, "{text}").map_err(writing)
}

fn writing(reason: std::io::Error) -> Error {
    Error::Io {
        name: "writing the report".into(),
        reason,
    }
}
