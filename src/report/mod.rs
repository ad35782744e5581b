//! Aggregates as text. One file a report, each `write`s to any writer; [`REPORTS`] lists them once.
//!
//! Knows pprof's layouts and rules of what each report leaves out. Knows no terminal, file, network or clock:
//! the time zone and the reader of [`Sources`] come with the [`Options`].

mod aggregate;
mod callgraph;
mod callgrind;
mod command;
mod csv;
mod environment;
mod fields;
mod folded;
mod header;
mod json;
mod list;
mod options;
mod page;
mod proto;
mod raw;
mod routine;
mod sample_types;
mod sources;
mod speedscope;
mod table;
mod tags;
mod top;
mod traces;
mod tree;

use std::io::{BufWriter, Write};
use std::sync::Arc;

use crate::error::{Error, Result, closest};
use crate::graphics::FileFormat;
use crate::model::Profile;

pub use aggregate::{Report, ValueFormat, filters};
pub use callgraph::shorten;
pub use command::{ReportStep, Step, complete, interpret, is_choice};
pub use environment::Environment;
pub use fields::{CALL_FIELDS, Call, Cell, DataField, Form, Label, TAG_FIELDS, calls, labels};
pub use header::accounting;
pub use options::{Group, OPTIONS, OptionRow, Options, Section, Takes, option, parse_bool};
pub use routine::{LineCall, Routine, routines};
pub use sample_types::SAMPLE_TYPES;
pub use sources::{Found, Missing, NoSources, Shelf, Sources, Text, Wanted};
pub use table::{
    Align, COLUMNS, Column, ColumnId, Inline, Key, Order, Row, ScreenPlace, SortDirection, TableContext, Value,
    row_fields, rows, screen_columns, sort_rows, text_columns,
};

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
    /// What of the profile it shows.
    pub shows: Shows,
    /// What is written.
    pub content: Content,
    /// The ending of a file of it, if it is made for other programs: the menu of exports.
    pub ending: Option<&'static str>,
    write: fn(&mut Report, &mut dyn Write) -> Result<()>,
}

/// What of a profile a report shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shows {
    /// Samples as they are: no graph is made, values have a unit each, file names stay whole.
    Samples,
    /// Nodes, one by one, without their calls.
    Table,
    /// Nodes, one by one.
    Nodes,
    /// Nodes and calls as a picture.
    Drawing,
    /// Every address of every binary and its calls, for another program.
    Addresses,
    /// Lines of source of each binary, whatever the granularity; values have a unit each.
    Lines,
}

/// What a report is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// Lines for the eye.
    Text,
    /// Text for another program, of which an eye makes nothing.
    Markup,
    /// Bytes, which a terminal must not get.
    Binary,
    /// A page that is opened in a browser unless the user names a file.
    Page,
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
        shows: Shows::Table,
        content: Content::Text,
        ending: None,
        write: |report, out| top::write(report, out),
    },
    ReportRow {
        name: "tree",
        aliases: &[],
        argument: None,
        help: "Each function with its callers and callees",
        nodes: 80,
        trims: true,
        shows: Shows::Nodes,
        content: Content::Text,
        ending: None,
        write: |report, out| tree::write(report, out),
    },
    ReportRow {
        name: "peek",
        aliases: &[],
        argument: Some("REGEX"),
        help: "Callers and callees of the functions that match",
        nodes: 80,
        trims: false,
        shows: Shows::Nodes,
        content: Content::Text,
        ending: None,
        write: |report, out| tree::write(report, out),
    },
    ReportRow {
        name: "svg",
        aliases: &[],
        argument: None,
        help: "The call graph as a picture, with full names as tooltips",
        nodes: 80,
        trims: true,
        shows: Shows::Drawing,
        content: Content::Markup,
        ending: Some("svg"),
        write: |report, out| callgraph::write_picture(report, FileFormat::Svg, out),
    },
    ReportRow {
        name: "png",
        aliases: &[],
        argument: None,
        help: "The call graph as a picture of pixels",
        nodes: 80,
        trims: true,
        shows: Shows::Drawing,
        content: Content::Binary,
        ending: Some("png"),
        write: |report, out| callgraph::write_picture(report, FileFormat::Png, out),
    },
    ReportRow {
        name: "pdf",
        aliases: &[],
        argument: None,
        help: "The call graph as a page of PDF",
        nodes: 80,
        trims: true,
        shows: Shows::Drawing,
        content: Content::Binary,
        ending: Some("pdf"),
        write: |report, out| callgraph::write_picture(report, FileFormat::Pdf, out),
    },
    ReportRow {
        name: "dot",
        aliases: &[],
        argument: None,
        help: "The call graph as a drawing for Graphviz",
        nodes: 80,
        trims: true,
        shows: Shows::Drawing,
        content: Content::Text,
        ending: Some("dot"),
        write: |report, out| callgraph::write_dot(report, out),
    },
    ReportRow {
        name: "html",
        aliases: &[],
        argument: None,
        help: "Graph, flame graph and top of all sample types in one page for a browser",
        nodes: 0,
        trims: true,
        shows: Shows::Table,
        content: Content::Markup,
        ending: Some("html"),
        write: |report, out| page::write(report, out),
    },
    ReportRow {
        name: "web",
        aliases: &[],
        argument: None,
        help: "The page of html, opened in a browser (pprof opens an SVG)",
        nodes: 0,
        trims: true,
        shows: Shows::Table,
        content: Content::Page,
        ending: None,
        write: |report, out| page::write(report, out),
    },
    ReportRow {
        name: "callgrind",
        aliases: &[],
        argument: None,
        help: "Every address and its calls, for KCachegrind",
        nodes: 0,
        trims: false,
        shows: Shows::Addresses,
        content: Content::Text,
        ending: Some("callgrind"),
        write: |report, out| callgrind::write(report, out),
    },
    ReportRow {
        name: "traces",
        aliases: &[],
        argument: None,
        help: "Every sample with its labels and its stack",
        nodes: 80,
        trims: false,
        shows: Shows::Samples,
        content: Content::Text,
        ending: None,
        write: |report, out| traces::write(report, out),
    },
    ReportRow {
        name: "tags",
        aliases: &[],
        argument: None,
        help: "The labels of the samples and what each accounts for",
        nodes: 80,
        trims: false,
        shows: Shows::Samples,
        content: Content::Text,
        ending: None,
        write: |report, out| tags::write(report, out),
    },
    ReportRow {
        name: "list",
        aliases: &[],
        argument: Some("REGEX"),
        help: "The source of the functions that match, with what each line holds",
        nodes: 0,
        trims: false,
        shows: Shows::Lines,
        content: Content::Text,
        ending: None,
        write: list::write,
    },
    ReportRow {
        name: "weblist",
        aliases: &[],
        argument: Some("REGEX"),
        help: "The source of the functions that match as a web page, opened in a browser",
        nodes: 0,
        trims: false,
        shows: Shows::Lines,
        content: Content::Page,
        ending: None,
        write: |report, out| page::write_code(report, out),
    },
    ReportRow {
        name: "raw",
        aliases: &[],
        argument: None,
        help: "All that is in the profile, table by table",
        nodes: 0,
        trims: false,
        shows: Shows::Samples,
        content: Content::Text,
        ending: None,
        write: |report, out| raw::write(report, out),
    },
    ReportRow {
        name: "comments",
        aliases: &[],
        argument: None,
        help: "The comments in the profile",
        nodes: 0,
        trims: false,
        shows: Shows::Samples,
        content: Content::Text,
        ending: None,
        write: |report, out| raw::write_comments(report, out),
    },
    ReportRow {
        name: "proto",
        aliases: &[],
        argument: None,
        help: "The profile as the filters leave it, in the format that all tools read",
        nodes: 0,
        trims: false,
        shows: Shows::Samples,
        content: Content::Binary,
        ending: Some("pb.gz"),
        write: |report, out| proto::write(report, out),
    },
    ReportRow {
        name: "topproto",
        aliases: &[],
        argument: None,
        help: "The rows of top in that format",
        nodes: 0,
        trims: true,
        shows: Shows::Table,
        content: Content::Binary,
        ending: Some("top.pb.gz"),
        write: |report, out| proto::write_top(report, out),
    },
    ReportRow {
        name: "json",
        aliases: &[],
        argument: None,
        help: "The tables of top, tree and tags for programs, as JSON",
        nodes: 0,
        trims: true,
        shows: Shows::Nodes,
        content: Content::Text,
        ending: Some("json"),
        write: |report, out| json::write(report, out),
    },
    ReportRow {
        name: "csv",
        aliases: &[],
        argument: None,
        help: "The table of top as CSV",
        nodes: 0,
        trims: true,
        shows: Shows::Table,
        content: Content::Text,
        ending: Some("csv"),
        write: |report, out| csv::write(report, out),
    },
    ReportRow {
        name: "csv_tree",
        aliases: &[],
        argument: None,
        help: "The calls of tree as CSV",
        nodes: 0,
        trims: true,
        shows: Shows::Nodes,
        content: Content::Text,
        ending: Some("tree.csv"),
        write: |report, out| csv::write_calls(report, out),
    },
    ReportRow {
        name: "csv_tags",
        aliases: &[],
        argument: None,
        help: "The table of tags as CSV",
        nodes: 0,
        trims: false,
        shows: Shows::Samples,
        content: Content::Text,
        ending: Some("tags.csv"),
        write: |report, out| csv::write_tags(report, out),
    },
    ReportRow {
        name: "folded",
        aliases: &[],
        argument: None,
        help: "Stacks behind the filters, for flame graph tools: root;child;leaf value",
        nodes: 0,
        trims: false,
        shows: Shows::Table,
        content: Content::Text,
        ending: Some("folded"),
        write: |report, out| folded::write(report, out),
    },
    ReportRow {
        name: "speedscope",
        aliases: &[],
        argument: None,
        help: "Stacks behind the filters, of all sample types, for speedscope.app, as JSON",
        nodes: 0,
        trims: false,
        shows: Shows::Table,
        content: Content::Markup,
        ending: Some("speedscope.json"),
        write: |report, out| speedscope::write(report, out),
    },
];

/// The report of this name.
pub fn report(name: &str) -> Option<&'static ReportRow> {
    REPORTS
        .iter()
        .find(|row| row.name == name || row.aliases.contains(&name))
}

/// The report that was probably meant by a name that none has.
pub fn similar(name: &str) -> Option<&'static str> {
    closest(name, REPORTS.iter().map(|row| row.name))
}

/// Writes a report of a profile; on an error other than [`Error::Io`], nothing. Returns what should be warned of, a
/// line each.
///
/// # Errors
/// [`Error::Usage`] and [`Error::Regex`] for options that cannot be, [`Error::NoMatch`] when a report's argument
/// matches nothing, [`Error::Io`] from the writer.
pub fn write(
    profile: &Arc<Profile>,
    row: &ReportRow,
    argument: Option<&str>,
    options: &Options,
    environment: &Environment,
    out: &mut dyn Write,
) -> Result<Vec<String>> {
    let mut report = Report::new(profile, row, argument, options, environment)?;
    let mut out = BufWriter::with_capacity(1 << 16, out);
    (row.write)(&mut report, &mut out)?;
    out.flush().map_err(writing)?;
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
