//! The fields of tables for programs, defined once: those of [`COLUMNS`](super::COLUMNS), [`CALL_FIELDS`] and
//! [`TAG_FIELDS`] are what `json` and the `csv` reports write, and what the README documents. Their names and order are
//! stable; new ones come last.
//!
//! Every number stands as it is, in the unit of the sample type and after `-mean` and `-divide_by`, and beside it, as
//! `…_text`, as other reports print it. Percentages are of the total, with a sign and not rounded; 0 if the total is 0.
//! Names are visible text: what a terminal would act on is a mark (see `model::strings`).

use std::cmp::Reverse;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::aggregate::{Report, ValueFormat};
use super::cells::{TableContext, Value};
use super::tags;
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

/// How a field writes a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// As it is.
    Exact,
    /// As text reports print it, with its unit.
    Shown,
}

/// A field of a table whose rows are `T`.
pub struct DataField<T> {
    /// Its name in JSON and at the head of its column.
    pub name: &'static str,
    /// How it writes its value.
    pub form: Form,
    /// Its value.
    pub value: for<'a> fn(TableContext<'a>, &'a T) -> Value<'a>,
}

impl<T> DataField<T> {
    /// A cell of it.
    pub fn cell(&self, context: TableContext<'_>, row: &T) -> Cell {
        let value = (self.value)(context, row);
        match self.form {
            Form::Exact => value.exact(context),
            Form::Shown => Cell::Text(value.shown(context)),
        }
    }
}

macro_rules! fields {
    ($($name:literal $form:ident $value:expr;)*) => {
        &[$(DataField { name: $name, form: Form::$form, value: $value },)*]
    };
}

/// A call in `tree`: the names of two rows, what is held through it, whether all of the calls were inlined, and whether
/// some went through rows that are left out.
pub const CALL_FIELDS: &[DataField<CallRow>] = fields! {
    "caller" Exact |context, call| Value::Text(context.report.name(call.caller).into());
    "callee" Exact |context, call| Value::Text(context.report.name(call.callee).into());
    "weight" Exact |_, call| Value::Amount(call.weight);
    "weight_text" Shown |_, call| Value::Amount(call.weight);
    "weight_percent" Exact |_, call| Value::Share(call.weight);
    "inline" Exact |_, call| Value::Flag(call.inline);
    "residual" Exact |_, call| Value::Flag(call.residual);
};

/// A value of a label in `tags`: numbers with their unit, and what samples with it hold, in text as `tags` prints it.
pub const TAG_FIELDS: &[DataField<TagRow>] = fields! {
    "key" Exact |_, label| Value::Text((*label.key).into());
    "value" Exact |_, label| Value::Text((*label.value).into());
    "weight" Exact |_, label| Value::Amount(label.weight);
    "weight_text" Exact |context, label| Value::Text(own_unit(context.report).value(label.weight).into());
    "weight_percent" Exact |_, label| Value::Share(label.weight);
};

/// As `tags` prints them: each value in the unit that is best for it.
fn own_unit(report: &Report) -> ValueFormat {
    ValueFormat {
        to: report.options.unit.clone(),
        ..report.format.clone()
    }
}

/// A share in percent, not rounded; 0 of nothing.
pub(super) fn percent(value: i64, total: i64) -> f64 {
    match total {
        0 => 0.0,
        total => value as f64 / total as f64 * 100.0,
    }
}

/// Calls from one row to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallRow {
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
pub fn calls(report: &Report) -> Vec<CallRow> {
    let graph = &report.trimmed.graph;
    let mut is_listed = vec![false; graph.nodes.len()];
    graph.listed.iter().for_each(|node| is_listed[node.index()] = true);
    let left = graph
        .edges
        .iter()
        .filter(|edge| edge.kept && (is_listed[edge.from.index()] || is_listed[edge.to.index()]));
    let mut calls: Vec<CallRow> = left
        .map(|edge| CallRow {
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
pub struct TagRow {
    /// The label's key.
    pub key: Arc<str>,
    /// Its value as printed.
    pub value: String,
    /// Sum over the samples that have it.
    pub weight: i64,
}

/// The labels of the samples: keys by name, their values by size.
pub fn labels(report: &Report) -> Vec<TagRow> {
    let keys = tags::keys(report).into_iter();
    keys.flat_map(|key| {
        let name: Arc<str> = key.name.into();
        let label = move |(value, weight)| TagRow {
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
