//! `weblist`: what `list` prints, as a page.

use std::io::Write;

use super::super::aggregate::Report;
use super::super::built::{doubt, place};
use super::super::header;
use super::super::routine::{Counting, Routine, routines};
use super::super::sources::Shelf;
use super::{escaped, fill};
use crate::error::Result;
use crate::model::units::percentage;
use crate::model::{strings::visible_lines, visible};

const PAGE: &str = include_str!("../../../assets/page/code.html");
const STYLE: &str = include_str!("../../../assets/page/code.css");
/// SHA-256 of the style in base 64; `tests/page.rs` says what it must be.
const STYLE_HASH: &str = "kr7EOe735z4HLT4f/Dcw6+wUrfbcZYsDZ/BqjirK8mQ=";
/// Source that a page holds at most, MiB.
const MAX_SHOWN: usize = 64;

pub(in super::super) fn write(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    let argument = report.argument.as_ref();
    let mut all = routines(report, Counting::Once, &|name| {
        argument.is_none_or(|argument| argument.is_match(name))
    });
    if all.is_empty() {
        return Err(report.no_match());
    }
    // What holds most comes first.
    all.sort_by_key(|routine| std::cmp::Reverse((routine.cum.unsigned_abs(), routine.flat.unsigned_abs())));
    let mut shelf = Shelf::new(report);
    let mut body = String::new();
    for routine in &all {
        if body.len() > MAX_SHOWN << 20 {
            body.push_str("<p>There is more; ask for fewer functions.</p>\n");
            break;
        }
        section(report, routine, &mut shelf, &mut body);
    }
    let kind = header::type_name(report);
    let pattern = argument.map_or("", |argument| argument.as_str());
    let title = escaped(&format!("{kind} of {pattern}"));
    let facts = header::profile(report)
        .into_iter()
        .chain(header::active_filters(report));
    let facts: Vec<String> = facts.map(|fact| escaped(&fact)).collect();
    let total = report.format.value(report.total);
    let parts = [
        ("title", &*title),
        ("style", STYLE),
        ("style hash", STYLE_HASH),
        ("facts", &facts.join("  ·  ")),
        ("total", &total),
        ("body", &body),
    ];
    fill(PAGE, &parts, out)
}

/// A function in a file: its lines, those that hold nothing quiet.
fn section(report: &Report, routine: &Routine, shelf: &mut Shelf<'_>, body: &mut String) {
    let value = |value: i64| match value {
        0 => ".".to_string(),
        value => report.format.value(value),
    };
    let share = percentage(routine.cum, report.total);
    body.push_str(&format!(
        "<section>\n<h2>{}</h2>\n<p>{}</p>\n<p>flat {}, cum {} ({} of total)</p>\n",
        escaped(&routine.name),
        escaped(&routine.file),
        report.format.value(routine.flat),
        report.format.value(routine.cum),
        share.trim(),
    ));
    let row = |number: i64, text: &str| {
        let (flat, cum) = routine.lines.get(&number).copied().unwrap_or_default();
        let class = if (flat, cum) == (0, 0) { "" } else { " class=\"held\"" };
        let text = escaped(&visible_lines(text));
        format!(
            "<tr{class}><td>{}<td>{}<td>{number}<td>{text}\n",
            value(flat),
            value(cum)
        )
    };
    let text = match &*routine.file {
        "" => Err("the profile names no file".to_string()),
        file => shelf
            .text(file)
            .map_err(|missing| visible(&missing.reason).into_owned()),
    };
    const HEAD: &str = "<table>\n<tr><th>flat<th>cum<th>line<th>\n";
    match text {
        Ok(text) => {
            if let Some(doubt) = doubt(report, routine, &text) {
                let said = [doubt.text(), place(&text.found)].map(|text| escaped(&text));
                body.push_str(&format!("<p>{} {}</p>\n", said[0], said[1]));
            }
            body.push_str(HEAD);
            let lines = (routine.first..=routine.last).map_while(|number| Some(row(number, text.line(number)?)));
            body.extend(lines);
        }
        Err(reason) => {
            body.push_str(&format!("<p>No source: {}.</p>\n{HEAD}", escaped(&reason)));
            body.extend(routine.lines.keys().map(|&number| row(number, "")));
        }
    }
    body.push_str("</table>\n</section>\n");
}
