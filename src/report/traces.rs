//! `traces`: every sample with its labels and its stack, innermost frame first.

use std::collections::BTreeMap;
use std::io::Write;

use super::aggregate::Report;
use super::header;
use super::writing;
use crate::analyze::{LabelUnits, NodeId, mean};
use crate::error::Result;
use crate::model::{LabelSetId, LabelValue, units};

const SEPARATOR: &str = "-----------+-------------------------------------------------------";
/// What stands before the first frame, behind the value, and before the others.
const GAP: &str = "   ";
const INDENT: &str = "             ";

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let (profile, frames) = (&report.profile, &report.frames);
    super::line(out, format_args!("{}", header::profile(report).join("\n")))?;

    // Frames and labels repeat: each is put into words once.
    let names: Vec<String> = (0..frames.len() as u32).map(|node| report.name(NodeId(node))).collect();
    let units = LabelUnits::new(profile);
    let mut labels: Vec<Option<Box<str>>> = vec![None; profile.labels.len()];
    let weights = report.weights();
    // The frames of the last stack, but for the value in front: neighbours often have the same.
    let (mut shown, mut lines) = (None, String::new());
    for span in report.scope.spans() {
        let sample = span.sample.index();
        let stack = (profile.samples.stack[sample], span.from, span.to);
        if shown.replace(stack) != Some(stack) {
            lines.clear();
            let seen = profile.stacks.get(stack.0).part(span.from, span.to);
            for location in &seen {
                let nodes = frames.of(location);
                for (at, node) in nodes.iter().enumerate() {
                    let inline = if at + 1 < nodes.len() { " (inline)" } else { "" };
                    let gap = if lines.is_empty() { GAP } else { INDENT };
                    lines.extend([gap, &names[node.index()], inline, "\n"]);
                }
            }
        }
        if lines.is_empty() {
            continue;
        }
        let set = profile.samples.labels[sample];
        let labels = labels[set.index()].get_or_insert_with(|| label_lines(report, &units, set).into());
        let (value, divisor) = weights.of(sample);
        let value = report.format.value(mean(value, divisor));
        write!(out, "{SEPARATOR}\n{labels}{value:>10}").map_err(writing)?;
        out.write_all(lines.as_bytes()).map_err(writing)?;
    }
    super::line(out, format_args!("{SEPARATOR}"))
}

/// A line for each key, texts before numbers; each list is in the order of its lines.
fn label_lines(report: &Report, units: &LabelUnits, set: LabelSetId) -> String {
    let profile = &report.profile;
    let (mut texts, mut numbers) = (Entries::new(), Entries::new());
    for label in report.scope.labels(profile, set) {
        let (entries, value) = match label.value {
            LabelValue::Text(text) => (&mut texts, profile.text(text).to_string()),
            LabelValue::Number { value, .. } => {
                let unit = units.of(profile, label.key);
                (&mut numbers, units::label(value, unit, "auto"))
            }
        };
        entries.entry(profile.text(label.key)).or_default().push(value);
    }
    let lines = |entries: Entries| {
        let line = |(key, values): (&str, Vec<String>)| format!("{key:>10}:  {}\n", values.join(" "));
        let mut lines: Vec<String> = entries.into_iter().map(line).collect();
        lines.sort_unstable();
        lines.concat()
    };
    lines(texts) + &lines(numbers)
}

/// The values of each key.
type Entries<'p> = BTreeMap<&'p str, Vec<String>>;
