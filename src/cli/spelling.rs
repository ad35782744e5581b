//! pprof's spelling of the command line, made into ours with the tables of `report`.

use std::ffi::OsString;

use super::{flags, own};
use crate::error::{Error, Result, closest};
use crate::report::{self, OPTIONS, OptionRow, REPORTS, ReportRow, Takes};

/// An option of the table with its value as text.
pub(super) type Given = (&'static OptionRow, String);

/// A command line that clap understands, and the options of the table that were in it.
pub(super) struct Translated {
    pub(super) line: Vec<OsString>,
    pub(super) given: Vec<Given>,
    /// The report's argument, which may look like an option: in the line stands something else in its place.
    pub(super) argument: Option<String>,
}

/// What clap reads in place of a report's argument.
const ARGUMENT: &str = "ARGUMENT";

/// Reads the options of the table (`-nodecount 30`, `--nodecount=30`, `-cum`, `-trim=false`) and rewrites the rest:
/// `-top` becomes the command `top`, other long names get two dashes. clap sees what is in no table.
pub(super) fn translate(args: Vec<OsString>) -> Result<Translated> {
    let mut given: Vec<Given> = Vec::new();
    let mut command: Option<(&ReportRow, Option<OsString>)> = None;
    let mut out: Vec<OsString> = Vec::with_capacity(args.len() + 2);
    // Our own spelling: `peek REGEX FILE`, where REGEX may begin with a dash as well.
    let mut awaited = false;
    let mut argument: Option<String> = None;
    let command_word = args
        .first()
        .and_then(|first| first.to_str())
        .unwrap_or_default()
        .to_string();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            out.push(arg);
            out.extend(args.by_ref());
            break;
        }
        // A header that stands right behind its letter; it may hold a password, so it is not looked at.
        if arg.to_str().is_some_and(|arg| arg.starts_with("-H") && arg.len() > 2) {
            out.push(arg);
            continue;
        }
        let Some((name, value)) = arg.to_str().and_then(flag_parts) else {
            let is_word = out
                .iter()
                .all(|word| word.to_str().is_some_and(|word| word.starts_with("--")));
            let takes = |name: &str| REPORTS.iter().any(|row| row.is_called(name) && row.argument.is_some());
            awaited = command.is_none() && is_word && arg.to_str().is_some_and(takes);
            out.push(arg);
            continue;
        };
        if let Some(flag) = flags::flag(&command_word, name, value, || args.next()) {
            out.push(flag);
            continue;
        }
        let mut value = value.map(OsString::from);
        let missing = || Error::Usage(format!("-{name} needs a value"));
        if let Some(report) = REPORTS.iter().find(|report| report.is_called(name)) {
            if report.argument.is_some() && value.is_none() {
                value = Some(args.next().ok_or_else(missing)?);
            }
            // As in pprof, an empty value is none.
            if report.argument.is_some() && value.as_ref().is_some_and(|value| value.is_empty()) {
                continue;
            }
            let off = report.argument.is_none()
                && value
                    .as_ref()
                    .is_some_and(|value| value.to_str().map(report::parse_bool) == Some(Ok(false)));
            if off {
                continue;
            }
            if let Some((other, _)) = &command
                && other.name != report.name
            {
                return Err(Error::Usage(format!(
                    "-{} and -{name}: one report at a time",
                    other.name
                )));
            }
            command = Some((report, value.filter(|_| report.argument.is_some())));
        } else if let Some(row) = report::option(name) {
            let value = match (value, row.takes) {
                (Some(value), _) => value,
                (None, Takes::Value(_)) => args.next().ok_or_else(missing)?,
                (None, _) => "true".into(),
            };
            let value = value
                .into_string()
                .map_err(|_| Error::Usage(format!("-{name}: the value is not UTF-8")))?;
            given.push((row, value));
        } else if let Some(own) = own::find(name) {
            // Ours, with one dash or two.
            let mut long = OsString::from(format!("--{}", own.name));
            if own.takes_value() {
                let value = value.map_or_else(|| args.next().ok_or_else(missing), Ok)?;
                long.push("=");
                long.push(&value);
                // As in pprof, an empty text is none.
                out.extend((!value.is_empty() || !own.is_text()).then_some(long));
            } else if is_true(name, value.as_ref())? {
                out.push(long);
            }
        } else if let Some((_, advice)) = NOT_HERE.iter().find(|(names, _)| names.contains(&name)) {
            return Err(Error::Usage(format!("-{name}: {advice}")));
        } else if PARSERS.contains(&name) {
            out.push(format!("--{name}").into());
        } else if awaited {
            awaited = false;
            argument = arg.to_str().map(String::from);
            out.push(ARGUMENT.into());
        } else if name.len() > 1 {
            return Err(unknown(name));
        } else {
            out.push(arg);
        }
    }
    let mut line = vec![OsString::from("heaptui")];
    if let Some((report, value)) = command {
        line.push(report.name.into());
        line.append(&mut out);
        if let Some(value) = value {
            // Behind the options: the first word that is not one.
            let at = line
                .iter()
                .skip(2)
                .position(|word| !word.to_str().is_some_and(|word| word.starts_with("--")));
            line.insert(at.map_or(line.len(), |at| at + 2), ARGUMENT.into());
            let not_text = |_| Error::Usage(format!("-{}: the value is not UTF-8", report.name));
            argument = Some(value.into_string().map_err(not_text)?);
        }
    } else {
        line.append(&mut out);
    }
    Ok(Translated { line, given, argument })
}

/// Options of the parser's own.
const PARSERS: [&str; 2] = ["help", "version"];

/// An option that is nobody's.
fn unknown(name: &str) -> Error {
    let reports = REPORTS.iter().map(|row| row.name);
    let options = OPTIONS.iter().map(|row| row.name);
    let names = reports
        .chain(options)
        .chain(own::OWN.iter().map(|row| row.name))
        .chain(PARSERS);
    let advice = match closest(name, names) {
        Some(meant) => format!("did you mean -{meant}?"),
        None => "heaptui --help lists them".into(),
    };
    Error::Usage(format!("-{name}: no such option; {advice}"))
}

/// What pprof has and heaptui has not: (names, what to do instead).
const NOT_HERE: &[(&[&str], &str)] = &[
    (
        &["http", "no_browser"],
        "there is no server; -web opens a page that needs none, -html writes it, and without either there is the dashboard",
    ),
    (&["ps", "gif"], "write -svg, -png or -pdf"),
    (
        &["gv", "evince", "eog"],
        "write -svg, -png or -pdf to a file and open that",
    ),
    (&["kcachegrind"], "write -callgrind to a file and open that"),
    (&["disasm"], "there is no disassembly; -list shows source"),
];

/// Whether `-name`, `-name=true` or `-name=false` says yes.
fn is_true(name: &str, value: Option<&OsString>) -> Result<bool> {
    let Some(value) = value else { return Ok(true) };
    report::parse_bool(&value.to_string_lossy()).map_err(|reason| Error::Usage(format!("-{name}: {reason}")))
}

/// `-name`, `--name`, `-name=value`, `--name=value`.
fn flag_parts(arg: &str) -> Option<(&str, Option<&str>)> {
    let flag = arg.strip_prefix('-')?;
    let flag = flag.strip_prefix('-').unwrap_or(flag);
    match flag.split_once('=') {
        _ if flag.is_empty() => None,
        Some((name, value)) => Some((name, Some(value))),
        None => Some((flag, None)),
    }
}
