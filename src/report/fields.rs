//! The fields of tables for programs, defined once: [`ROW_FIELDS`], [`CALL_FIELDS`] and [`TAG_FIELDS`] are what `json`
//! and the `csv` reports write, and what the README documents. Their names and order are stable; new ones come last.
//!
//! Every number stands as it is, in the unit of the sample type and after `-mean` and `-divide_by`, and beside it, as
//! `…_text`, as other reports print it. Percentages are of the total, with a sign and not rounded; 0 if the total is 0.
//! Names are visible text: what a terminal would act on is a mark (see `model::strings`).

use std::cmp::Reverse;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::aggregate::{Report, ValueFormat};
use super::tags;
use super::top::{Inline, Row};
use crate::analyze::NodeId;

/// A value of a field.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Unknown, or left out by the granularity.
    None,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Int(i64),
    /// A share in percent.
    Float(f64),
    /// Text that may come from the profile.
    Text(String),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => to.serialize_none(),
            Self::Flag(flag) => to.serialize_bool(*flag),
            Self::Int(number) => to.serialize_i64(*number),
            Self::Float(number) => to.serialize_f64(*number),
            Self::Text(text) => to.serialize_str(text),
        }
    }
}

/// A field of a table whose rows are `T`.
pub struct Field<T> {
    /// Its name in JSON and at the head of its column.
    pub name: &'static str,
    /// What it means.
    pub help: &'static str,
    /// Its value.
    pub cell: fn(&Report, &T) -> Cell,
}

macro_rules! fields {
    ($($name:literal $help:literal $cell:expr;)*) => { &[$(Field { name: $name, help: $help, cell: $cell },)*] };
}

/// A row of `top`.
pub const ROW_FIELDS: &[Field<Row>] = fields! {
    "name" "as other reports print it" |_, row| Cell::Text(row.name.clone());
    "function" "its function, if a row is less than a file" |report, row| text(report.profile.text(report.frames.info(row.node).name));
    "file" "its file, with -filefunctions, -files, -lines and -addresses" |report, row| text(report.frames.file(row.node));
    "line" "its line, with -lines and -addresses" |report, row| number(report.frames.info(row.node).line);
    "inline" "whether its calls were inlined: no, partial or full" |_, row| Cell::Text(inlined(row.inline).into());
    "flat" "held by the row itself" |report, row| value(report, row.flat);
    "flat_text" "the same with its unit" |report, row| shown(report, row.flat);
    "flat_percent" "as a share of the total" |report, row| percent(report, row.flat);
    "sum" "flat of this row and all above it" |report, row| value(report, row.sum);
    "sum_percent" "as a share of the total" |report, row| percent(report, row.sum);
    "cum" "held by the row and everything it calls" |report, row| value(report, row.cum);
    "cum_text" "the same with its unit" |report, row| shown(report, row.cum);
    "cum_percent" "as a share of the total" |report, row| percent(report, row.cum);
};

/// A call in `tree`.
pub const CALL_FIELDS: &[Field<Call>] = fields! {
    "caller" "the name of a row" |report, call| Cell::Text(report.name(call.caller));
    "callee" "the name of a row" |report, call| Cell::Text(report.name(call.callee));
    "weight" "held through this call" |report, call| value(report, call.weight);
    "weight_text" "the same with its unit" |report, call| shown(report, call.weight);
    "weight_percent" "as a share of the total" |report, call| percent(report, call.weight);
    "inline" "whether all of the calls were inlined" |_, call| Cell::Flag(call.inline);
    "residual" "whether some of the calls went through rows that are left out" |_, call| Cell::Flag(call.residual);
};

/// A value of a label in `tags`.
pub const TAG_FIELDS: &[Field<Label>] = fields! {
    "key" "the label's key" |_, label| Cell::Text(label.key.to_string());
    "value" "the label's value; numbers with their unit" |_, label| Cell::Text(label.value.clone());
    "weight" "held by samples that have it" |report, label| value(report, label.weight);
    "weight_text" "the same with its unit" |report, label| Cell::Text(own_unit(report).value(label.weight));
    "weight_percent" "as a share of the total" |report, label| percent(report, label.weight);
};

fn value(report: &Report, value: i64) -> Cell {
    Cell::Int(report.format.scaled(value))
}

fn shown(report: &Report, value: i64) -> Cell {
    Cell::Text(report.format.value(value))
}

/// As `tags` prints them: each value in the unit that is best for it.
fn own_unit(report: &Report) -> ValueFormat {
    ValueFormat {
        to: report.options.unit.clone(),
        ..report.format.clone()
    }
}

fn percent(report: &Report, value: i64) -> Cell {
    Cell::Float(match report.total {
        0 => 0.0,
        total => value as f64 / total as f64 * 100.0,
    })
}

fn text(text: &str) -> Cell {
    match text {
        "" => Cell::None,
        text => Cell::Text(text.to_string()),
    }
}

fn number(number: i64) -> Cell {
    match number {
        0 => Cell::None,
        number => Cell::Int(number),
    }
}

fn inlined(inline: Inline) -> &'static str {
    match inline {
        Inline::No => "no",
        Inline::Partial => "partial",
        Inline::Full => "full",
    }
}

/// Calls from one row to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    /// The caller.
    pub caller: NodeId,
    /// The callee.
    pub callee: NodeId,
    /// What is held through it; the mean if there is a divisor.
    pub weight: i64,
    /// Whether all of the calls were inlined.
    pub inline: bool,
    /// Whether some of the calls went through rows that are left out.
    pub residual: bool,
}

/// The calls between rows, largest |weight| first, then by the names of caller and callee.
pub fn calls(report: &Report) -> Vec<Call> {
    let graph = &report.trimmed.graph;
    let mut is_listed = vec![false; graph.nodes.len()];
    graph.listed.iter().for_each(|node| is_listed[node.index()] = true);
    let left = graph
        .edges
        .iter()
        .filter(|edge| edge.kept && (is_listed[edge.from.index()] || is_listed[edge.to.index()]));
    let mut calls: Vec<Call> = left
        .map(|edge| Call {
            caller: edge.from,
            callee: edge.to,
            weight: edge.value(),
            inline: edge.inline,
            residual: edge.residual,
        })
        .collect();
    let ranks = ranks(&names(report));
    calls.sort_by_key(|call| {
        let [caller, callee] = [call.caller, call.callee].map(|node| ranks[node.index()]);
        (Reverse(call.weight.unsigned_abs()), caller, callee)
    });
    calls
}

/// A value of a label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The label's key.
    pub key: Arc<str>,
    /// Its value as printed.
    pub value: String,
    /// Sum over the samples that have it.
    pub weight: i64,
}

/// The labels of the samples: keys by name, their values by size.
pub fn labels(report: &Report) -> Vec<Label> {
    let keys = tags::keys(report).into_iter();
    keys.flat_map(|key| {
        let name: Arc<str> = key.name.into();
        let label = move |(value, weight)| Label {
            key: Arc::clone(&name),
            value,
            weight,
        };
        key.values.into_iter().map(label)
    })
    .collect()
}

/// The names of all nodes.
pub(super) fn names(report: &Report) -> Vec<String> {
    (0..report.frames.len() as u32)
        .map(|node| report.name(NodeId(node)))
        .collect()
}

/// The place of each name among all, in order; of equal names the same.
pub(super) fn ranks(names: &[String]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    let mut ranks = vec![0; names.len()];
    let mut rank = 0;
    for (at, &row) in order.iter().enumerate() {
        if at > 0 && names[row] != names[order[at - 1]] {
            rank += 1;
        }
        ranks[row] = rank;
    }
    ranks
}
