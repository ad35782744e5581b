//! A function's lines in one file, with what each holds: what `list` prints, and the Source view shows.

use std::collections::BTreeMap;

use super::aggregate::Report;
use crate::analyze::{Groups, NO_GROUP, NodeId, group_sums};

/// How samples are counted that have several lines of a function, as recursion makes them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counting {
    /// Once for each line, the function being the sum of its lines; sums with `-mean`, too. Source: pprof's `list`.
    EachLine,
    /// Once for the function, as in `top`.
    Once,
}

/// One function in one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routine {
    /// The function.
    pub name: String,
    /// The file as reports call it; empty if the profile names none.
    pub file: String,
    /// What ends in it.
    pub flat: i64,
    /// What passes it.
    pub cum: i64,
    /// (flat, cum) of the lines that the profile knows.
    pub lines: BTreeMap<i64, (i64, i64)>,
    /// The first line that is shown: where the function begins, or a little above what it holds.
    pub first: i64,
    /// The last line that is shown, a little below what it holds.
    pub last: i64,
    nodes: Vec<NodeId>,
}

/// A call in a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineCall {
    /// The function that is called.
    pub name: String,
    /// What goes through the call.
    pub weight: i64,
}

/// Lines that are shown above and below those that hold something.
const MARGIN: i64 = 5;

/// The functions of a report of [lines](super::Shows::Lines) whose name is wanted, by name and file.
pub fn routines(report: &Report, counting: Counting, is_wanted: &dyn Fn(&str) -> bool) -> Vec<Routine> {
    let mut functions: BTreeMap<&str, BTreeMap<&str, Vec<NodeId>>> = BTreeMap::new();
    for &node in &report.trimmed.graph.listed {
        let name = report.profile.text(report.frames.info(node).name);
        if is_wanted(name) {
            let files = functions.entry(name).or_default();
            files.entry(report.frames.file(node)).or_default().push(node);
        }
    }
    let mut routines = Vec::new();
    for (name, mut files) in functions {
        // Without a file only where there is no other.
        if files.len() > 1 {
            files.remove("");
        }
        let all = files.into_iter();
        routines.extend(all.map(|(file, nodes)| Routine::new(report, name, file, nodes)));
    }
    if counting == Counting::Once {
        count_once(report, &mut routines);
    }
    routines
}

/// Counts each sample once for a function, and once for a line.
fn count_once(report: &Report, routines: &mut [Routine]) {
    // Groups of nodes: functions first, then lines.
    let mut groups: Groups = vec![[NO_GROUP; 2]; report.frames.len()];
    let mut count = routines.len() as u32;
    let mut lines = Vec::new();
    for (at, routine) in (0u32..).zip(routines.iter()) {
        let first = count;
        let numbers: Vec<i64> = routine.lines.keys().copied().collect();
        count += numbers.len() as u32;
        for &node in &routine.nodes {
            let line = numbers.binary_search(&report.frames.info(node).line).unwrap_or(0) as u32;
            groups[node.index()] = [at, first + line];
        }
        lines.push((first as usize, numbers));
    }
    let sums = group_sums(report.basis(), &groups, count as usize);
    let value = |group: usize| (sums[group].flat_value(), sums[group].cum_value());
    for ((at, routine), (first, numbers)) in routines.iter_mut().enumerate().zip(lines) {
        (routine.flat, routine.cum) = value(at);
        let values = numbers.into_iter().enumerate();
        routine.lines = values.map(|(line, number)| (number, value(first + line))).collect();
    }
}

impl Routine {
    fn new(report: &Report, name: &str, file: &str, nodes: Vec<NodeId>) -> Self {
        let mut routine = Self {
            name: name.to_string(),
            file: file.to_string(),
            flat: 0,
            cum: 0,
            lines: BTreeMap::new(),
            first: i64::MAX,
            last: 0,
            nodes: Vec::new(),
        };
        for &node in &nodes {
            let (info, sums) = (report.frames.info(node), report.trimmed.graph.node(node));
            let line = routine.lines.entry(info.line).or_default();
            *line = (line.0.saturating_add(sums.flat), line.1.saturating_add(sums.cum));
            routine.flat = routine.flat.saturating_add(sums.flat);
            routine.cum = routine.cum.saturating_add(sums.cum);
            routine.first = routine.first.min(match info.start_line {
                0 => info.line.saturating_sub(MARGIN),
                start => start,
            });
            routine.last = routine.last.max(info.line.saturating_add(MARGIN));
        }
        routine.first = routine.first.max(1);
        Self { nodes, ..routine }
    }

    /// The calls in each line, heaviest first.
    pub fn calls(&self, report: &Report) -> BTreeMap<i64, Vec<LineCall>> {
        let mut weights: BTreeMap<i64, BTreeMap<&str, i64>> = BTreeMap::new();
        for &node in &self.nodes {
            let line = weights.entry(report.frames.info(node).line).or_default();
            for edge in report.trimmed.graph.callees(node) {
                let weight = line
                    .entry(report.profile.text(report.frames.info(edge.to).name))
                    .or_default();
                *weight = weight.saturating_add(edge.value());
            }
        }
        let sorted = |called: BTreeMap<&str, i64>| {
            let named = called.into_iter().filter(|(name, _)| !name.is_empty());
            let mut calls: Vec<LineCall> = named
                .map(|(name, weight)| LineCall {
                    name: name.to_string(),
                    weight,
                })
                .collect();
            calls.sort_by_key(|call| std::cmp::Reverse(call.weight.unsigned_abs()));
            calls
        };
        let lines = weights.into_iter().map(|(line, called)| (line, sorted(called)));
        lines.filter(|(_, calls)| !calls.is_empty()).collect()
    }
}
