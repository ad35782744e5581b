//! `raw` and `comments`: what is in a profile, table by table.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;

use super::aggregate::Report;
use super::line;
use crate::analyze::{NodeIdentity, excerpt};
use crate::error::Result;
use crate::model::strings::visible_lines;
use crate::model::{Label, LabelSetId, LabelValue, LocationId, Mapping, Profile, StringId};

/// The free text lines of the profile.
pub(super) fn write_comments(report: &Report, out: &mut dyn Write) -> Result<()> {
    for comment in comments(&report.profile) {
        line(out, format_args!("{comment}"))?;
    }
    Ok(())
}

/// The profile as text, in the layout of pprof's `Profile.String`.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let profile = &*seen(report);
    headers(profile, report, out)?;
    samples(profile, out)?;
    line(out, format_args!("Locations"))?;
    for row in 0..profile.locations.len() {
        location(profile, LocationId::from_index(row), out)?;
    }
    line(out, format_args!("Mappings"))?;
    profile
        .mappings
        .iter()
        .try_for_each(|mapping| self::mapping(profile, mapping, out))
}

/// What the filters leave of the report's profile.
pub(super) fn seen(report: &Report) -> Cow<'_, Profile> {
    let identity = NodeIdentity {
        no_inlines: report.options.no_inlines,
        columns: report.options.show_columns,
        ..NodeIdentity::default()
    };
    let mut seen = excerpt(&report.profile, &report.scope, &identity);
    if report.options.all_frames && seen.drop_frames != StringId(0) {
        let seen = seen.to_mut();
        (seen.drop_frames, seen.keep_frames) = (StringId(0), StringId(0));
    }
    seen
}

pub(super) fn comments(profile: &Profile) -> impl Iterator<Item = String> {
    let raw = profile.comments.iter().map(|&comment| profile.strings.raw(comment));
    raw.map(|comment| visible_lines(&String::from_utf8_lossy(comment)).into_owned())
}

fn headers(profile: &Profile, report: &Report, out: &mut dyn Write) -> Result<()> {
    for comment in comments(profile) {
        line(out, format_args!("Comment: {comment}"))?;
    }
    let text = |id| profile.text(id);
    if profile.doc_url != StringId(0) {
        line(out, format_args!("Doc: {}", text(profile.doc_url)))?;
    }
    let period = profile.period_type;
    line(
        out,
        format_args!("PeriodType: {} {}", text(period.kind), text(period.unit)),
    )?;
    line(out, format_args!("Period: {}", profile.period))?;
    if profile.time_nanos != 0
        && let Ok(time) = Timestamp::from_nanosecond(i128::from(profile.time_nanos))
    {
        let time = time.to_zoned(report.environment.zone.clone());
        let fraction = fraction(profile.time_nanos.rem_euclid(1_000_000_000) as u64, 9);
        let (date, zone) = (time.strftime("%Y-%m-%d %H:%M:%S"), time.strftime("%z %Z"));
        line(out, format_args!("Time: {date}{fraction} {zone}"))?;
    }
    if profile.duration_nanos != 0 {
        // pprof cuts it to four characters, whatever they say.
        let duration: String = duration(profile.duration_nanos).chars().take(4).collect();
        line(out, format_args!("Duration: {duration}"))?;
    }
    line(out, format_args!("Samples:"))?;
    let types = profile.sample_types.iter().map(|value| {
        let default = if value.kind == profile.default_sample_type {
            "[dflt]"
        } else {
            ""
        };
        format!("{}/{}{default}", text(value.kind), text(value.unit))
    });
    line(out, format_args!("{}", types.collect::<Vec<_>>().join(" ").trim()))
}

fn samples(profile: &Profile, out: &mut dyn Write) -> Result<()> {
    let sets = (0..profile.labels.len()).map(LabelSetId::from_index);
    let labels: Vec<String> = sets.map(|set| labels(profile, set)).collect();
    let samples = &profile.samples;
    let mut text = String::new();
    for row in 0..samples.len() {
        text.clear();
        for column in &samples.values {
            text.push_str(&format!(" {:>10}", column[row]));
        }
        text.push_str(": ");
        for frame in &profile.stacks.get(samples.stack[row]) {
            text.push_str(&profile.locations[frame.index()].id.to_string());
            text.push(' ');
        }
        line(out, format_args!("{text}{}", labels[samples.labels[row].index()]))?;
    }
    Ok(())
}

/// The lines below a sample: its texts on one, its numbers on another, each where there are any.
fn labels(profile: &Profile, set: LabelSetId) -> String {
    let (mut texts, mut numbers) = (Entries::new(), Entries::new());
    for label in profile.labels.get(set) {
        let entries = match label.value {
            LabelValue::Text(_) => &mut texts,
            LabelValue::Number { .. } => &mut numbers,
        };
        entries.entry(label.key).or_default().push(label);
    }
    let lines = [texts, numbers].into_iter().filter(|entries| !entries.is_empty());
    lines
        .map(|entries| {
            let entries = entries.iter().map(|(key, labels)| entry(profile, *key, labels));
            let mut entries: Vec<String> = entries.collect();
            entries.sort();
            format!("\n                {}", entries.join(" "))
        })
        .collect()
}

/// The labels of each key.
type Entries<'p> = BTreeMap<StringId, Vec<&'p Label>>;

/// `key:[value value]`; the unit follows each number if one of them has any.
fn entry(profile: &Profile, key: StringId, labels: &[&Label]) -> String {
    let has_unit = |label: &&Label| matches!(label.value, LabelValue::Number { unit, .. } if unit != StringId(0));
    let with_units = labels.iter().any(has_unit);
    let value = |label: &&Label| match label.value {
        LabelValue::Text(text) => Cow::Borrowed(profile.text(text)),
        LabelValue::Number { value, unit } if with_units => Cow::Owned(format!("{value} {}", profile.text(unit))),
        LabelValue::Number { value, .. } => Cow::Owned(value.to_string()),
    };
    let values: Vec<Cow<'_, str>> = labels.iter().map(value).collect();
    format!("{}:[{}]", profile.text(key), values.join(" "))
}

fn location(profile: &Profile, id: LocationId, out: &mut dyn Write) -> Result<()> {
    let location = &profile.locations[id.index()];
    let mut start = format!("{:>6}: {:#x} ", location.id, location.address);
    if let Some(mapping) = location.mapping {
        start.push_str(&format!("M={} ", profile.mappings[mapping.index()].id));
    }
    if location.folded {
        start.push_str("[F] ");
    }
    let lines = profile.lines_of(id);
    if lines.is_empty() {
        return line(out, format_args!("{start}"));
    }
    for of_source in lines {
        let function = &profile.functions[of_source.function.index()];
        let system_name = if function.system_name == function.name {
            String::new()
        } else {
            format!("({})", profile.text(function.system_name))
        };
        line(
            out,
            format_args!(
                "{start}{} {}:{}:{} s={}{system_name}",
                profile.text(function.name),
                profile.text(function.filename),
                of_source.line,
                of_source.column,
                function.start_line
            ),
        )?;
        start = " ".repeat(13);
    }
    Ok(())
}

fn mapping(profile: &Profile, mapping: &Mapping, out: &mut dyn Write) -> Result<()> {
    let has = [
        (mapping.has.functions, "[FN]"),
        (mapping.has.filenames, "[FL]"),
        (mapping.has.line_numbers, "[LN]"),
        (mapping.has.inline_frames, "[IN]"),
    ];
    let known: String = has.iter().filter(|(has, _)| *has).map(|(_, mark)| *mark).collect();
    line(
        out,
        format_args!(
            "{}: {:#x}/{:#x}/{:#x} {} {} {known}",
            mapping.id,
            mapping.start,
            mapping.limit,
            mapping.offset,
            profile.text(mapping.file),
            profile.text(mapping.build_id)
        ),
    )
}

/// A duration as Go writes it: `1h2m3.5s`, `30s`, `1.5ms`, `0s`.
fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    if nanos == 0 {
        return "0s".into();
    }
    for (unit, name, digits) in [(1_000, "ns", 0), (1_000_000, "µs", 3), (1_000_000_000, "ms", 6)] {
        if nanos < unit {
            let one = 10u64.pow(digits);
            return format!("{sign}{}{}{name}", nanos / one, fraction(nanos % one, digits as usize));
        }
    }
    let (seconds, fraction) = (nanos / 1_000_000_000, fraction(nanos % 1_000_000_000, 9));
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}{fraction}s"),
        (0, _) => format!("{sign}{minutes}m{seconds}{fraction}s"),
        _ => format!("{sign}{hours}h{minutes}m{seconds}{fraction}s"),
    }
}

/// The digits behind the point, with it and without zeros at the end; nothing for 0.
fn fraction(value: u64, digits: usize) -> String {
    let text = format!(".{value:0digits$}");
    if value == 0 {
        return String::new();
    }
    text.trim_end_matches('0').to_string()
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_written_as_go_writes_them() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (3_300_000_000, "3.3s"),
            (30_000_000_000, "30s"),
            (300_000_000_000, "5m0s"),
            (3_600_500_000_000, "1h0m0.5s"),
            (-1_500_000_000, "-1.5s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(duration(nanos), text);
        }
    }
}
