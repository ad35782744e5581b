//! `folded`: stacks for flame graph tools (inferno, flamegraph.pl, speedscope): `root;child;leaf value`.
//!
//! Nothing is left out unless `-nodecount` says so: frames of other nodes are then passed over, and their values stand
//! at the nearest caller. A line for each stack that differs, in the order of the names; values are whole numbers in
//! the unit of the sample type. In a name `;` is written `\x3b`; it holds no newline, as it is visible text.

use std::collections::BTreeMap;
use std::io::Write;

use super::aggregate::Report;
use super::fields::{names, ranks};
use super::writing;
use crate::analyze::mean;
use crate::error::Result;

pub(super) fn write(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    let negative = stacks(report, out)?;
    if negative > 0 {
        report.note(format!(
            "stacks with a negative value: {negative}; most flame graph tools leave them out"
        ));
    }
    Ok(())
}

/// Writes the stacks; how many have a negative value.
fn stacks(report: &Report, out: &mut dyn Write) -> Result<usize> {
    let names = names(report);
    let ranks = ranks(&names);
    let mut by_rank: Vec<String> = vec![String::new(); names.len()];
    for (name, &rank) in names.iter().zip(&ranks) {
        if by_rank[rank as usize].is_empty() {
            by_rank[rank as usize] = name.replace(';', "\\x3b");
        }
    }
    drop(names);
    let (profile, weights, kept) = (&report.profile, report.weights(), kept(report));
    let mut stacks: BTreeMap<Box<[u32]>, (i64, i64)> = BTreeMap::new();
    let mut stack: Vec<u32> = Vec::new();
    for span in report.scope.spans() {
        let sample = span.sample.index();
        let (value, divisor) = weights.of(sample);
        if value == 0 && divisor == 0 {
            continue;
        }
        let frames = profile
            .stacks
            .get(profile.samples.stack[sample])
            .part(span.from, span.to);
        let nodes = frames
            .iter()
            .rev()
            .flat_map(|frame| report.frames.of(frame).iter().rev());
        stack.clear();
        stack.extend(nodes.filter(|node| kept[node.index()]).map(|node| ranks[node.index()]));
        if stack.is_empty() {
            continue;
        }
        let sum = match stacks.get_mut(&*stack) {
            Some(sum) => sum,
            None => stacks.entry(stack.as_slice().into()).or_default(),
        };
        *sum = (sum.0.saturating_add(value), sum.1.saturating_add(divisor));
    }
    let mut negative = 0;
    for (stack, (sum, divisor)) in &stacks {
        let value = report.format.scaled(mean(*sum, *divisor));
        if value == 0 {
            continue;
        }
        for (at, &frame) in stack.iter().enumerate() {
            let before = if at == 0 { "" } else { ";" };
            write!(out, "{before}{}", by_rank[frame as usize]).map_err(writing)?;
        }
        writeln!(out, " {value}").map_err(writing)?;
        negative += usize::from(value < 0);
    }
    Ok(negative)
}

/// Which nodes are shown: those that hold most, as many as the user wants.
pub(super) fn kept(report: &Report) -> Vec<bool> {
    let wanted = usize::try_from(report.options.node_count).unwrap_or(0);
    let wanted = if report.options.trim { wanted } else { 0 };
    let mut kept = vec![wanted == 0; report.frames.len()];
    let listed = report.trimmed.graph.listed.iter().take(wanted);
    listed.for_each(|node| kept[node.index()] = true);
    kept
}
