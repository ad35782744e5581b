//! Reports and diagnoses: what `analyze` found, written as text, data or pictures.
//!
//! A report is a file with a `write` to any writer, and a row of [`REPORTS`]; [`DIAGNOSES`], [`OPTIONS`] and [`COLUMNS`] list the
//! rest once. Knows pprof's layouts and rules of what each report leaves out. Knows no terminal, file, network or clock:
//! the time zone and the reader of [`Sources`] come with the [`Environment`].

mod aggregate;
mod built;
mod callgraph;
mod callgrind;
mod cells;
mod churn;
mod columns;
mod command;
mod csv;
mod diagnosis;
mod diff;
mod environment;
mod fields;
mod folded;
mod header;
mod hosts;
mod json;
mod list;
mod options;
mod page;
mod proto;
mod raw;
mod reports;
mod routine;
mod sample_types;
mod sources;
mod speedscope;
mod sums;
pub mod syntax;
mod table;
mod tags;
mod top;
mod traces;
mod tree;

use std::io::{BufWriter, Write};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::Profile;

pub use aggregate::{Report, TableUnit, ValueFormat, filters};
pub use built::{Doubt, doubt, place};
pub use callgraph::shorten;
pub use cells::{OverTime, TableContext, Value, blocks};
pub use churn::{are_on_churn, churn};
pub use columns::COLUMNS;
pub use command::{Output, ReportStep, Step, complete, interpret, is_choice, numbered};
pub use diagnosis::{
    Advice, AnswerForm, Asked, DIAGNOSES, DUMP, DiagnosisRow, Evidence, FindingWords, LeakWords, Live, MemoryRow,
    MemoryWords, Outcome, PROOF, SHAPES, Witness, dump_cost, seconds, shape, too_few, waited, write_leaks,
};
pub use diff::{Change, Diff, DiffForm, Limit};
pub use environment::Environment;
pub use fields::{CALL_FIELDS, CallRow, Cell, DataField, Form, TAG_FIELDS, TagRow, calls, labels};
pub use header::accounting;
pub use hosts::{HostOrder, HostRow, HostsForm, SORTED, host_table, sentence, write_hosts};
pub use options::{OPTIONS, OptionGroup, OptionRow, Options, Section, Takes, option, parse_bool};
pub use page::{Embedding, PageExtras, PageMoment, StackSums};
pub use reports::*;
pub use routine::{Counting, LineCall, Routine, routines};
pub use sample_types::SAMPLE_TYPES;
pub use sources::{Found, Missing, NoSources, Shelf, SourceText, Sources, WantedFile};
pub use sums::{RowSums, SideSums};
pub use table::{
    Align, Column, ColumnId, Inline, Key, Order, Row, ScreenPlace, SortDirection, When, row_fields, rows,
    screen_columns, sort_rows, text_columns,
};

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
