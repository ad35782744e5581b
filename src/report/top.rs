//! `top`: one line a node.

use std::io::Write;

use super::columns::{Align, COLUMNS};
use super::header::header;
use super::prepare::Report;
use crate::analyze::NodeId;
use crate::error::Result;

/// A node of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place in pprof's order, from 0.
    pub rank: usize,
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
    let graph = &report.trimmed.graph;
    let mut sum = 0i64;
    let row = |(rank, &node): (usize, &NodeId)| {
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
            rank,
            node,
            name: report.name(node),
            inline,
            flat,
            sum,
            cum,
        }
    };
    graph.listed.iter().enumerate().map(row).collect()
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    super::line(out, format_args!("{}", header(report).join("\n")))?;
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
