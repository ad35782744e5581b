//! `json`: everything that reports on a profile print, as one object for programs.
//!
//! | key | what it is |
//! |---|---|
//! | `schema` | 1; grows when a key or field changes its meaning, not when one is added |
//! | `profile` | `binary`, `build_id`, `time` (RFC 3339, UTC), `time_nanos`, `duration_nanos`, `period`, `period_type`, `sample_types`, `default_sample_type`, `samples`, `comments`, `doc_url` |
//! | `sample_type` | the one reported on: `index`, `name`, `unit`, and `mean` if values are means |
//! | `granularity`, `sort`, `filters` | how it was asked for; `filters` as `name=expression` |
//! | `total`, `total_text` | what percentages are taken of |
//! | `shown`, `shown_text` | what the rows account for: the sum of their `flat` |
//! | `left_out` | `small`: nodes below `-nodefraction`; `beyond_nodecount` |
//! | `rows` | the table of `top`, fields as in `table::COLUMNS` |
//! | `edges` | the calls in the table of `tree`, fields as in `fields::CALL_FIELDS` |
//! | `tags` | the table of `tags`, fields as in `fields::TAG_FIELDS` |
//!
//! Whole numbers have up to 63 bits, more than JavaScript keeps. One row a line, so that line tools work too.

use std::io::Write;

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::aggregate::Report;
use super::cells::TableContext;
use super::churn::churn;
use super::columns::COLUMNS;
use super::fields::{CALL_FIELDS, DataField, TAG_FIELDS, calls, labels};
use super::header::active_filters;
use super::raw::comments;
use super::table::{row_fields, rows};
use super::writing;
use crate::analyze::{Granularity, Sort};
use crate::error::Result;
use crate::model::{SampleTypeId, ValueType};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let shown = report.trimmed.graph.flat_total();
    let listed = report.trimmed.graph.listed.len();
    let facts = [
        ("schema", json!(1)),
        ("profile", profile(report)),
        ("sample_type", sample_type(report)),
        ("granularity", json!(granularity(report.options.granularity))),
        ("sort", json!(sort(report.options.sort))),
        ("filters", json!(active_filters(report))),
        ("total", json!(report.format.scaled(report.total))),
        ("total_text", json!(report.format.value(report.total))),
        ("shown", json!(report.format.scaled(shown))),
        ("shown_text", json!(report.format.value(shown))),
        (
            "left_out",
            json!({
                "small": report.trimmed.dropped_nodes,
                "beyond_nodecount": report.trimmed.candidates.saturating_sub(listed),
            }),
        ),
    ];
    for (at, (name, value)) in facts.iter().enumerate() {
        let before = if at == 0 { "{" } else { "," };
        write!(out, "{before}\n\"{name}\": {value}").map_err(writing)?;
    }
    let churn = churn(report, None);
    let context = TableContext {
        churn: churn.as_ref(),
        ..TableContext::from(report)
    };
    table(context, "rows", &row_fields(COLUMNS), &rows(report), out)?;
    table(context, "edges", CALL_FIELDS, &calls(report), out)?;
    table(context, "tags", TAG_FIELDS, &labels(report), out)?;
    out.write_all(b"\n}\n").map_err(writing)
}

fn table<T>(
    context: TableContext<'_>,
    name: &str,
    fields: &[DataField<T>],
    rows: &[T],
    out: &mut dyn Write,
) -> Result<()> {
    write!(out, ",\n\"{name}\": [").map_err(writing)?;
    for (at, row) in rows.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" }).map_err(writing)?;
        serde_json::to_writer(&mut *out, &Object { context, fields, row }).map_err(|error| writing(error.into()))?;
    }
    out.write_all(b"]").map_err(writing)
}

/// A row of a table.
struct Object<'r, T> {
    context: TableContext<'r>,
    fields: &'r [DataField<T>],
    row: &'r T,
}

impl<T> Serialize for Object<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.fields.len()))?;
        for field in self.fields {
            map.serialize_entry(field.name, &field.cell(self.context, self.row))?;
        }
        map.end()
    }
}

fn profile(report: &Report) -> Value {
    let profile = &report.profile;
    let value_type = |value: &ValueType| json!({"name": profile.text(value.kind), "unit": profile.text(value.unit)});
    let main = profile.mappings.first();
    let time = Timestamp::from_nanosecond(i128::from(profile.time_nanos)).ok();
    let time = time.filter(|_| profile.time_nanos != 0).map(|time| time.to_string());
    json!({
        "binary": main.map_or("", |main| profile.text(main.file)),
        "build_id": main.map_or("", |main| profile.text(main.build_id)),
        "time": time,
        "time_nanos": profile.time_nanos,
        "duration_nanos": profile.duration_nanos,
        "period": profile.period,
        "period_type": value_type(&profile.period_type),
        "sample_types": profile.sample_types.iter().map(value_type).collect::<Vec<_>>(),
        "default_sample_type": profile.sample_type("").map_or("", |id: SampleTypeId| profile.type_name(id)),
        "samples": profile.samples.len(),
        "comments": comments(profile).collect::<Vec<_>>(),
        "doc_url": profile.text(profile.doc_url),
    })
}

fn sample_type(report: &Report) -> Value {
    let (profile, id) = (&report.profile, report.sample_type);
    json!({
        "index": id.index(),
        "name": profile.type_name(id),
        "unit": profile.type_unit(id),
        "mean": report.options.mean,
    })
}

fn granularity(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Functions => "functions",
        Granularity::FileFunctions => "filefunctions",
        Granularity::Files => "files",
        Granularity::Packages => "packages",
        Granularity::Lines => "lines",
        Granularity::Addresses => "addresses",
    }
}

fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Flat => "flat",
        Sort::Cum => "cum",
    }
}
