//! The lines above a report's table.

use std::io::Write;

use jiff::Timestamp;

use super::Shows;
use super::aggregate::Report;
use super::options::option;
use crate::analyze::base_name;
use crate::error::Result;
use crate::model::strings::visible_lines;
use crate::model::units;

/// What profile it is: binary, build id, comments, sample type, time, duration; each where known.
pub(super) fn profile(report: &Report) -> Vec<String> {
    let profile = &report.profile;
    let mut lines = Vec::new();
    if let Some(main) = profile.mappings.first() {
        let (file, build_id) = (profile.text(main.file), profile.text(main.build_id));
        lines.extend((!file.is_empty()).then(|| format!("File: {}", base_name(file))));
        lines.extend((!build_id.is_empty()).then(|| format!("Build ID: {build_id}")));
    }
    let comments = profile
        .comments
        .iter()
        .map(|&comment| String::from_utf8_lossy(profile.strings.raw(comment)));
    lines.extend(
        comments
            .filter(|comment| !comment.starts_with('#'))
            .map(|comment| visible_lines(&comment).into_owned()),
    );
    let kind = type_name(report);
    lines.extend((!kind.is_empty()).then(|| format!("Type: {kind}")));
    let doc = profile.text(profile.doc_url);
    lines.extend((!doc.is_empty()).then(|| format!("Doc: {doc}")));
    if profile.time_nanos != 0 {
        lines.extend(time(report).map(|time| format!("Time: {time}")));
    }
    if profile.duration_nanos != 0 {
        let duration = units::label(profile.duration_nanos, "nanoseconds", "auto");
        let total = report.format.value(report.total);
        let share = match units::scale(report.total, &report.format.from, "nanoseconds") {
            (nanos, "ns") if nanos != 0.0 => format!("({})", units::percentage(nanos as i64, profile.duration_nanos)),
            _ => String::new(),
        };
        lines.push(format!("Duration: {duration}, Total samples = {total} {share}"));
    }
    lines
}

/// The sample type, as the report counts it.
pub(super) fn type_name(report: &Report) -> String {
    let kind = report.profile.type_name(report.sample_type);
    let mean = if report.options.mean { "mean_" } else { "" };
    format!("{mean}{kind}")
}

pub(super) fn time(report: &Report) -> Option<String> {
    let time = Timestamp::from_nanosecond(i128::from(report.profile.time_nanos)).ok()?;
    Some(
        time.to_zoned(report.environment.zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S %Z")
            .to_string(),
    )
}

/// Writes everything above the table.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    lines(report).iter().try_for_each(|line| {
        out.write_all(line)
            .and_then(|()| out.write_all(b"\n"))
            .map_err(super::writing)
    })
}

/// The profile, the filters, and how much of it is shown.
pub(super) fn lines(report: &Report) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    if !report.options.compact_labels || report.shows == Shows::Drawing {
        lines.extend(profile(report).into_iter().map(String::into_bytes));
    }
    let filters = active_filters(report);
    if !filters.is_empty() {
        lines.push(b"Active filters:".to_vec());
        lines.extend(filters.iter().map(|filter| [b"   ", &*cut(filter)].concat()));
    }
    lines.extend(accounting(report).into_iter().map(String::into_bytes));
    lines
}

/// How much of the profile the table shows, and how much was left out.
pub fn accounting(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let trimmed = &report.trimmed;
    let (shown, total) = (trimmed.graph.flat_total(), report.total);
    let value = |value: i64| report.format.value(value);
    let share = units::percentage(shown, total);
    let dropped = |count: usize, what: &str, by: &str, fraction: f64| {
        let plural = if count > 1 { "s" } else { "" };
        let cutoff = value(((total as f64 * fraction) as i64).saturating_abs());
        format!("Dropped {count} {what}{plural} ({by} <= {cutoff})")
    };
    lines.push(format!(
        "Showing nodes accounting for {}, {} of {} total",
        value(shown),
        share.trim(),
        value(total)
    ));
    if total != 0 {
        if trimmed.dropped_nodes > 0 {
            lines.push(dropped(
                trimmed.dropped_nodes,
                "node",
                "cum",
                report.limits.node_fraction,
            ));
        }
        if trimmed.dropped_edges > 0 && report.shows == Shows::Drawing {
            lines.push(dropped(
                trimmed.dropped_edges,
                "edge",
                "freq",
                report.limits.edge_fraction,
            ));
        }
        let listed = trimmed.graph.listed.len();
        if listed > 0 && listed < trimmed.candidates {
            lines.push(format!("Showing top {listed} nodes out of {}", trimmed.candidates));
        }
    }
    lines
}

/// The filters that pprof tells of, in its order.
const TOLD: [&str; 9] = [
    "focus",
    "ignore",
    "hide",
    "show",
    "show_from",
    "tagfocus",
    "tagignore",
    "tagshow",
    "taghide",
];

/// The filters in force, `name=expression`.
pub(super) fn active_filters(report: &Report) -> Vec<String> {
    let rows = TOLD.iter().filter_map(|name| option(name));
    let values = rows.map(|row| (row.name, row.get(&report.options)));
    values
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("{name}={text}"))
        .collect()
}

/// A text of at most 80 bytes; `…` shows that it was longer. Bytes, because the cut may go through a character.
fn cut(text: &str) -> Vec<u8> {
    match text.as_bytes().get(..80) {
        Some(cut) if text.len() > 80 => [cut, "…".as_bytes()].concat(),
        _ => text.as_bytes().to_vec(),
    }
}
