//! `csv`, `csv_tree`, `csv_tags`: the tables of `top`, `tree` and `tags` for spreadsheets and programs.
//!
//! RFC 4180 with a header of field names (see `fields`) and a bare newline behind each row. A cell that a spreadsheet
//! would take for a formula, because a name in the profile begins with one of [`FORMULA`], gets a `'` in front.

use std::borrow::Cow;
use std::io::Write;

use super::aggregate::Report;
use super::cells::TableContext;
use super::churn::churn;
use super::columns::COLUMNS;
use super::fields::{CALL_FIELDS, Cell, DataField, TAG_FIELDS, calls, labels};
use super::line;
use super::table::{row_fields, rows};
use crate::error::Result;

/// The rows of `top`.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let churn = churn(report, None);
    let context = TableContext {
        churn: churn.as_ref(),
        ..TableContext::from(report)
    };
    table(context, &row_fields(COLUMNS), &rows(report), out)
}

/// The calls of `tree`, one a line.
pub(super) fn write_calls(report: &Report, out: &mut dyn Write) -> Result<()> {
    table(report.into(), CALL_FIELDS, &calls(report), out)
}

/// The values of `tags`, one a line.
pub(super) fn write_tags(report: &Report, out: &mut dyn Write) -> Result<()> {
    table(report.into(), TAG_FIELDS, &labels(report), out)
}

fn table<T>(context: TableContext<'_>, fields: &[DataField<T>], rows: &[T], out: &mut dyn Write) -> Result<()> {
    let heads: Vec<&str> = fields.iter().map(|field| field.name).collect();
    line(out, format_args!("{}", heads.join(",")))?;
    for row in rows {
        let cells: Vec<String> = fields.iter().map(|field| cell(field.cell(context, row))).collect();
        line(out, format_args!("{}", cells.join(",")))?;
    }
    Ok(())
}

fn cell(cell: Cell) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Int(number) => number.to_string(),
        Cell::Float(number) => number.to_string(),
        Cell::Text(content) => text(&content),
    }
}

/// Text that may come from the profile, as a cell.
pub(super) fn text(text: &str) -> String {
    quoted(&harmless(text)).into_owned()
}

/// With what a formula begins, in full width too: some spreadsheets read it so.
const FORMULA: [char; 10] = [
    '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) && !is_quantity(text) {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

/// `-1.50MB`: no formula.
fn is_quantity(text: &str) -> bool {
    let number = text.trim_start_matches('-');
    let unit = number.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
    text.len() - number.len() <= 1 && unit.len() < number.len() && unit.chars().all(char::is_alphabetic)
}

fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}
