//! `list`: source, with what each line holds in front of it.

use std::collections::BTreeSet;
use std::io::Write;

use super::aggregate::Report;
use super::line;
use super::routine::{Counting, Routine, routines};
use super::sources::{MAX_PLACES, Shelf};
use crate::error::Result;
use crate::model::strings::visible_lines;
use crate::model::{units, visible};

/// Source that a report shows at most, MiB. A profile names functions and files as often as it likes.
const MAX_SHOWN: usize = 256;

pub(super) fn write(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    let (tried, missing) = listing(report, out)?;
    if missing > 0 {
        report.note("no source: top -lines says which lines hold how much".into());
    }
    if !tried.is_empty() {
        let places: Vec<&str> = tried.iter().map(String::as_str).take(MAX_PLACES).collect();
        report.note(format!(
            "sources were also looked for in {}",
            visible(&places.join(", "))
        ));
    }
    Ok(())
}

/// Writes all routines; returns where files were looked for in vain, beyond where pprof looks, and of how many there is none.
fn listing(report: &Report, out: &mut dyn Write) -> Result<(BTreeSet<String>, usize)> {
    let argument = report.argument.as_ref();
    let routines = routines(report, Counting::EachLine, &|name| {
        argument.is_none_or(|argument| argument.is_match(name))
    });
    if routines.is_empty() {
        return Err(report.no_match());
    }
    line(out, format_args!("Total: {}", report.format.value(report.total)))?;
    let mut shelf = Shelf::new(report);
    let mut left = MAX_SHOWN << 20;
    for routine in &routines {
        if routine.file.is_empty() {
            line(out, format_args!("No source information for {}", routine.name))?;
        } else {
            write_routine(report, routine, &mut shelf, &mut left, out)?;
        }
    }
    Ok((shelf.tried().clone(), shelf.missing()))
}

/// The lines of one function in one file; `left` is how many bytes may still be shown.
fn write_routine(
    report: &Report,
    routine: &Routine,
    shelf: &mut Shelf<'_>,
    left: &mut usize,
    out: &mut dyn Write,
) -> Result<()> {
    let Routine { name, file, .. } = routine;
    let (flat, cum) = (report.format.value(routine.flat), report.format.value(routine.cum));
    let share = units::percentage(routine.cum, report.total);
    line(out, format_args!("ROUTINE ======================== {name} in {file}"))?;
    line(out, format_args!("{flat:>10} {cum:>10} (flat, cum) {share} of Total"))?;
    let text = match shelf.text(file) {
        Ok(text) => text,
        Err(missing) => {
            line(out, format_args!(" Error: {}", visible(&missing.reason)))?;
            return Ok(());
        }
    };
    if text.found.beyond_pprof.is_some() {
        let place = text.found.path.display().to_string();
        line(out, format_args!(" Source: {}", visible(&place)))?;
    }
    for number in routine.first..=routine.last {
        let Some(source) = text.line(number) else { break };
        let (flat, cum) = routine.lines.get(&number).copied().unwrap_or_default();
        let cell = |value: i64| match value {
            0 => ".".to_string(),
            value => report.format.value(value),
        };
        let row = format!(
            "{:>10} {:>10} {number:>6}:{}",
            cell(flat),
            cell(cum),
            visible_lines(source)
        );
        let Some(after) = left.checked_sub(row.len()) else {
            line(
                out,
                format_args!(" Error: more than {MAX_SHOWN} MiB; ask for fewer functions"),
            )?;
            break;
        };
        *left = after;
        line(out, format_args!("{row}"))?;
    }
    Ok(())
}
