//! `tree` and `peek`: each node between its callers and its callees.

use std::io::Write;

use super::aggregate::Report;
use super::header;
use crate::analyze::Edge;
use crate::error::Result;
use crate::model::units::percentage;

const SEPARATOR: &str = "----------------------------------------------------------+-------------";
const LEGEND: &str = "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t ";

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let graph = &report.trimmed.graph;
    let names = |node| report.name(node);
    let value = |value: i64| report.format.value(value);
    if let Some(argument) = &report.argument
        && !graph.listed.iter().any(|&node| argument.is_match(&report.name(node)))
    {
        return Err(report.no_match());
    }
    header::write(report, out)?;
    super::line(out, format_args!("{SEPARATOR}\n{LEGEND}"))?;

    let mut sum = 0i64;
    for &node in &graph.listed {
        let (name, sums) = (report.name(node), graph.node(node));
        let (flat, cum) = (sums.flat_value(), sums.cum_value());
        if report
            .argument
            .as_ref()
            .is_some_and(|argument| !argument.is_match(&name))
        {
            continue;
        }
        sum = sum.saturating_add(flat);
        let call = |edge: &Edge, other: String| {
            let (weight, share) = (value(edge.weight), percentage(edge.weight, cum));
            let inline = if edge.inline { " (inline)" } else { "" };
            format!("{weight:>50} {share} |   {other}{inline}")
        };
        super::line(out, format_args!("{SEPARATOR}"))?;
        for edge in graph.callers_sorted(node, &names) {
            super::line(out, format_args!("{}", call(edge, report.name(edge.from))))?;
        }
        let share = |value: i64| percentage(value, report.total);
        let (own, all) = (value(flat), value(cum));
        super::line(
            out,
            format_args!(
                "{own:>10} {} {} {all:>10} {}                | {name}",
                share(flat),
                share(sum),
                share(cum)
            ),
        )?;
        for edge in graph.callees_sorted(node, &names) {
            super::line(out, format_args!("{}", call(edge, report.name(edge.to))))?;
        }
    }
    if !graph.listed.is_empty() {
        super::line(out, format_args!("{SEPARATOR}"))?;
    }
    Ok(())
}
