//! `speedscope`: stacks for <https://www.speedscope.app>, which draws them in a browser and sends them nowhere.
//!
//! One profile for each sample type, in their order, the selected one in front. Speedscope refuses weights below 0: what
//! is negative stands with its absolute value in a further profile, behind those of all types. Nothing is left out unless
//! `-nodecount` says so, as in `folded`. A sample is written as it is read, so that a large profile takes no memory.
//!
//! Source: speedscope's file format, <https://www.speedscope.app/file-format-schema.json>.

use std::io::Write;

use serde_json::json;

use super::aggregate::Report;
use super::fields::names;
use super::folded::kept;
use super::writing;
use crate::analyze::{Basis, NodeId, base_name, mean};
use crate::error::Result;
use crate::model::{LocationId, SampleTypeId, units};

/// Units that speedscope knows; the others are `none`.
const UNITS: [&str; 5] = ["bytes", "nanoseconds", "microseconds", "milliseconds", "seconds"];

/// Which of the weights a profile has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Positive,
    Negative,
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let head = json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "exporter": concat!("heaptui@", env!("CARGO_PKG_VERSION")),
        "name": name(report),
        "activeProfileIndex": report.sample_type.index(),
    });
    let head = head.to_string();
    write!(out, "{},\n\"shared\": {{\"frames\": [", head.trim_end_matches('}')).map_err(writing)?;
    frames(report, out)?;
    out.write_all(b"]},\n\"profiles\": [").map_err(writing)?;
    let kept = kept(report);
    let types = || (0..report.profile.sample_types.len()).map(SampleTypeId::from_index);
    let is_negative = |&id: &SampleTypeId| {
        let mut samples = Samples::new(report, &kept, id, Sign::Negative);
        samples.next(&mut Vec::new()).is_some()
    };
    let positive = types().map(|id| (id, Sign::Positive));
    let negative = types().filter(is_negative).map(|id| (id, Sign::Negative));
    for (at, (id, sign)) in positive.chain(negative).enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" }).map_err(writing)?;
        profile(report, &kept, id, sign, out)?;
    }
    out.write_all(b"\n]}\n").map_err(writing)
}

/// What the profile is of.
fn name(report: &Report) -> &str {
    let profile = &report.profile;
    profile
        .mappings
        .first()
        .map_or("", |main| base_name(profile.text(main.file)))
}

fn frames(report: &Report, out: &mut dyn Write) -> Result<()> {
    let (profile, places) = (&report.profile, places(report));
    for (at, (name, place)) in names(report).iter().zip(&places).enumerate() {
        let node = NodeId(at as u32);
        let info = report.frames.info(node);
        // Where the nodes are functions, the place is that of their definition.
        let function = place.map(|line| &profile.functions[profile.lines[line as usize].function.index()]);
        let (file, line) = match (report.frames.file(node), function) {
            ("", Some(function)) => (profile.text(function.filename), function.start_line),
            (file, _) => (file, info.line),
        };
        let mut frame = json!({"name": name});
        if !file.is_empty() {
            frame["file"] = json!(file);
        }
        if line != 0 {
            frame["line"] = json!(line);
        }
        let separator = if at == 0 { "" } else { "," };
        write!(out, "{separator}\n{frame}").map_err(writing)?;
    }
    Ok(())
}

/// For each node the row of a line that it stands for.
fn places(report: &Report) -> Vec<Option<u32>> {
    let mut places = vec![None; report.frames.len()];
    for location in (0..report.profile.locations.len()).map(LocationId::from_index) {
        let (nodes, lines) = (report.frames.of(location), report.scope.lines(location));
        // Without inlined calls a location's one node is its outermost line.
        for (node, line) in nodes.iter().rev().zip(lines.iter().rev()) {
            places[node.index()].get_or_insert(*line);
        }
    }
    places
}

fn profile(report: &Report, kept: &[bool], id: SampleTypeId, sign: Sign, out: &mut dyn Write) -> Result<()> {
    let profile = &report.profile;
    let mean = if report.options.mean { "mean_" } else { "" };
    let negative = if sign == Sign::Negative { ", negative" } else { "" };
    let unit = profile.type_unit(id);
    let is_it = |known: &&&str| units::comparable(unit, known) && units::scale(1, unit, known).0 == 1.0;
    let head = json!({
        "type": "sampled",
        "name": format!("{mean}{}{negative}", profile.type_name(id)),
        "unit": UNITS.iter().find(is_it).unwrap_or(&"none"),
        "startValue": 0,
    });
    let head = head.to_string();
    write!(out, "{},\n\"samples\": [", head.trim_end_matches('}')).map_err(writing)?;
    let mut stack = Vec::new();
    let mut end = 0u64;
    let mut samples = Samples::new(report, kept, id, sign);
    let mut separator = "\n[";
    while let Some(weight) = samples.next(&mut stack) {
        end = end.saturating_add(weight);
        for node in &stack {
            write!(out, "{separator}{node}").map_err(writing)?;
            separator = ",";
        }
        separator = "],\n[";
    }
    let close = if separator == "],\n[" { "]" } else { "" };
    write!(out, "{close}],\n\"weights\": [").map_err(writing)?;
    let mut samples = Samples::new(report, kept, id, sign);
    let mut separator = "";
    while let Some(weight) = samples.next(&mut stack) {
        write!(out, "{separator}{weight}").map_err(writing)?;
        separator = ",";
    }
    write!(out, "],\n\"endValue\": {end}}}").map_err(writing)
}

/// The samples of one type with a weight of one sign.
struct Samples<'r> {
    report: &'r Report,
    basis: Basis<'r>,
    kept: &'r [bool],
    sign: Sign,
    /// The next row of the scope's samples.
    at: usize,
}

impl<'r> Samples<'r> {
    fn new(report: &'r Report, kept: &'r [bool], id: SampleTypeId, sign: Sign) -> Self {
        Self {
            report,
            basis: report.basis_of(id),
            kept,
            sign,
            at: 0,
        }
    }

    /// Puts the next sample's nodes into `stack`, outermost first; returns its |weight|.
    fn next(&mut self, stack: &mut Vec<u32>) -> Option<u64> {
        loop {
            let span = self.basis.scope.spans().get(self.at)?;
            self.at += 1;
            let (value, divisor) = self.basis.weights.of(span.sample.index());
            let weight = self.report.format.scaled(mean(value, divisor));
            let is_wanted = match self.sign {
                Sign::Positive => weight > 0,
                Sign::Negative => weight < 0,
            };
            if !is_wanted {
                continue;
            }
            stack.clear();
            let nodes = self.basis.frames.walk(self.basis.stack(span)).map(|(node, _)| node);
            stack.extend(nodes.filter(|node| self.kept[node.index()]).map(|node| node.0));
            if !stack.is_empty() {
                return Some(weight.unsigned_abs());
            }
        }
    }
}
