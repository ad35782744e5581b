//! `top`: one line a node.

use std::cmp::Reverse;
use std::io::Write;

use super::aggregate::Report;
use super::header;
use super::table::{Align, COLUMNS, SortKey};
use crate::analyze::{Graph, NodeId};
use crate::error::Result;

/// A node of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Whether its calls were inlined.
    pub inline: Inline,
    /// Its own value.
    pub flat: i64,
    /// Sum of flat down to here.
    pub sum: i64,
    /// Its value with what it calls.
    pub cum: i64,
}

/// How many of the calls into a node were inlined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inline {
    /// None, or there are no calls.
    No,
    /// Some.
    Partial,
    /// All.
    Full,
}

impl Inline {
    /// What stands behind the name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Partial => " (partial-inline)",
            Self::Full => " (inline)",
        }
    }
}

/// The rows of the table, in order.
pub fn rows(report: &Report) -> Vec<Row> {
    rows_of(report, &report.trimmed.graph)
}

/// The same of another graph of the same nodes.
pub(super) fn rows_of(report: &Report, graph: &Graph) -> Vec<Row> {
    let mut sum = 0i64;
    let row = |&node: &NodeId| {
        let sums = graph.node(node);
        let (flat, cum) = (sums.flat_value(), sums.cum_value());
        sum = sum.saturating_add(flat);
        let (mut some, mut all) = (false, true);
        for edge in graph.callers(node) {
            some |= edge.inline;
            all &= edge.inline;
        }
        let inline = match (some, all) {
            (false, _) => Inline::No,
            (true, false) => Inline::Partial,
            (true, true) => Inline::Full,
        };
        Row {
            node,
            name: report.name(node),
            inline,
            flat,
            sum,
            cum,
        }
    };
    graph.listed.iter().map(row).collect()
}

/// Orders rows and sums up their flat values again in the new order. By flat and by cum the order is pprof's.
pub fn sort_rows(rows: &mut [Row], key: SortKey, reversed: bool) {
    let size = |value: i64| Reverse(value.unsigned_abs());
    match key {
        SortKey::Flat => {
            rows.sort_by(|a, b| (size(a.flat), &a.name, size(a.cum)).cmp(&(size(b.flat), &b.name, size(b.cum))))
        }
        SortKey::Cum => {
            rows.sort_by(|a, b| (size(a.cum), &a.name, size(a.flat)).cmp(&(size(b.cum), &b.name, size(b.flat))))
        }
        SortKey::Name => {
            rows.sort_by(|a, b| (&a.name, size(a.flat), size(a.cum)).cmp(&(&b.name, size(b.flat), size(b.cum))))
        }
    }
    if reversed {
        rows.reverse();
    }
    let mut sum = 0i64;
    for row in rows {
        sum = sum.saturating_add(row.flat);
        row.sum = sum;
    }
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    header::write(report, out)?;
    let numbers: Vec<_> = COLUMNS.iter().filter(|column| column.align == Align::Right).collect();
    let heads: Vec<String> = numbers
        .iter()
        .map(|column| format!("{:>1$}", column.head, column.width))
        .collect();
    super::line(out, format_args!("{}", heads.join(" ")))?;
    for row in rows(report) {
        let mut text = String::with_capacity(64 + row.name.len());
        for column in COLUMNS {
            let cell = (column.cell)(report, &row);
            match column.align {
                Align::Right => text.push_str(&format!("{cell:>0$} ", column.width)),
                Align::Left => text.push_str(&format!(" {cell}")),
            }
        }
        super::line(out, format_args!("{text}"))?;
    }
    Ok(())
}
