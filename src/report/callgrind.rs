//! `callgrind`: every address and its calls, as KCachegrind reads them.
//!
//! A name stands in full where it first occurs, with a number that stands for it from then on. Addresses are relative
//! to the one before where that is shorter. Source: Valgrind's callgrind format, and what pprof writes of it.

use std::io::Write;

use rustc_hash::FxHashMap;

use super::aggregate::Report;
use super::header::type_name;
use crate::analyze::{NodeId, NodeInfo};
use crate::error::Result;
use crate::model::{StringId, units};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let graph = &report.trimmed.graph;
    let (profile, frames) = (&report.profile, &report.frames);
    let (kind, format) = (type_name(report), &report.format);
    super::line(
        out,
        format_args!("positions: instr line\nevents: {kind}({})", format.to),
    )?;
    let ends = graph.edges.iter().flat_map(|edge| [edge.from, edge.to]);
    let names = frames.names(profile, ends.map(|node| graph.frame(node)));
    let name_of = |node: NodeId| names.get(graph.frame(node));
    let cost = |value: i64| units::scale(value, &format.from, &format.to).0 as i64;

    let twins = Twins::new(report);
    let (mut binaries, mut files, mut functions) = (Numbers::default(), Numbers::default(), Numbers::default());
    let mut before: Option<NodeInfo> = None;
    for &node in &graph.listed {
        let frame = graph.frame(node);
        let info = *frames.info(frame);
        let function = |info: &NodeInfo| (info.binary, info.file, info.name);
        if before.as_ref().map(function) != Some(function(&info)) {
            let binary = binaries.name(profile.text(info.binary));
            let file = files.name(frames.file(frame));
            let name = functions.name(profile.text(info.name));
            super::line(out, format_args!("\nob={binary}\nfl={file}\nfn={name}"))?;
        }
        let last = before.map(|info| info.address);
        let (position, own) = (address(last, info.address), cost(graph.node(node).flat_value()));
        super::line(out, format_args!("{position} {} {own}", info.line))?;
        for edge in graph.callees_sorted(node, &name_of) {
            let callee = graph.frame(edge.to);
            let file = files.name(frames.file(callee));
            let name = functions.name(&twins.name(report, edge.to));
            let info = frames.info(callee);
            let (position, line, cost) = (address(last, info.address), info.line, cost(edge.weight));
            super::line(
                out,
                format_args!("cfl={file}\ncfn={name}\ncalls=0 {position} {line}\n* * {cost}"),
            )?;
        }
        before = Some(info);
    }
    Ok(())
}

/// An address, relative to the last one if that is shorter.
fn address(last: Option<u64>, address: u64) -> String {
    let absolute = format!("{address:#x}");
    match last.map(|last| address.wrapping_sub(last) as i64) {
        None => absolute,
        Some(0) => "*".into(),
        Some(step) => {
            let relative = format!("{step:+}");
            if relative.len() < absolute.len() {
                relative
            } else {
                absolute
            }
        }
    }
}

/// Numbers of names, counted from 1.
#[derive(Default)]
struct Numbers(FxHashMap<String, usize>);

impl Numbers {
    fn name(&mut self, name: &str) -> String {
        if name.is_empty() {
            return String::new();
        }
        if let Some(number) = self.0.get(name) {
            return format!("({number})");
        }
        let number = self.0.len() + 1;
        self.0.insert(name.to_string(), number);
        format!("({number}) {name}")
    }
}

/// Different functions of one file that have one name, or contexts of one function. Readers take them for one, so
/// that callees' names say which they are: ` [1/2]`.
struct Twins {
    /// For each listed node its function's number among its twins, from 1.
    numbers: FxHashMap<NodeId, usize>,
    counts: FxHashMap<(StringId, StringId), usize>,
}

impl Twins {
    fn new(report: &Report) -> Self {
        let graph = &report.trimmed.graph;
        let mut twins = Self {
            numbers: FxHashMap::default(),
            counts: FxHashMap::default(),
        };
        let mut functions: FxHashMap<(Option<NodeId>, NodeInfo), usize> = FxHashMap::default();
        for &node in &graph.listed {
            let info = *report.frames.info(graph.frame(node));
            let function = if info.address == 0 && info.line == 0 {
                info
            } else {
                NodeInfo {
                    address: 0,
                    line: 0,
                    column: 0,
                    ..info
                }
            };
            let caller = if report.options.call_tree {
                graph.callers(node).next().map(|edge| edge.from)
            } else {
                None
            };
            let count = twins.counts.entry((info.file, info.name)).or_default();
            let number = *functions.entry((caller, function)).or_insert_with(|| {
                *count += 1;
                *count
            });
            twins.numbers.insert(node, number);
        }
        twins
    }

    /// The name of a listed node; of one that is not, nothing.
    fn name(&self, report: &Report, node: NodeId) -> String {
        let Some(number) = self.numbers.get(&node) else {
            return String::new();
        };
        let info = report.frames.info(report.trimmed.graph.frame(node));
        let name = report.profile.text(info.name);
        match self.counts.get(&(info.file, info.name)) {
            Some(&count) if count > 1 => format!("{name} [{number}/{count}]"),
            _ => name.to_string(),
        }
    }
}
