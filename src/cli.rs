//! The command line: ours (`heaptui top --cum FILE`) and pprof's (`heaptui -top -cum FILE`).
//!
//! Two steps: [`translate`] rewrites pprof's spelling into ours with the tables of `report`, clap parses the
//! rest. What comes out is typed and has been checked as far as that goes without reading anything.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::error::{Error, Result};
use crate::report::{self, Group, OPTIONS, OptionRow, Options, REPORTS, ReportRow, Takes};

/// What the user wants.
#[derive(Debug)]
pub enum Request {
    /// Print this text (help, version) and be done.
    Print(String),
    /// Open the dashboard.
    Dashboard(Dashboard),
    /// Write a report to standard output.
    Report {
        /// Which.
        report: &'static ReportRow,
        /// The report's own argument.
        argument: Option<String>,
        /// What to read.
        input: Input,
        /// How to report.
        options: Box<Options>,
    },
    /// Save what a server answers.
    Fetch {
        /// What to read.
        input: Input,
        /// Where to; a name of our own if missing.
        output: Option<PathBuf>,
    },
}

/// A dashboard and how to begin.
#[derive(Debug)]
pub struct Dashboard {
    /// What to read.
    pub input: Input,
    /// Filters, sort and sample type to begin with.
    pub options: Box<Options>,
    /// Keys to play before the user's.
    pub keys: Option<String>,
    /// Draw one frame of this many columns and rows to standard output instead of opening a terminal.
    pub print: Option<(u16, u16)>,
}

/// Where bytes come from.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Files, URLs or `-`.
    pub sources: Vec<String>,
    /// The embedded profile.
    pub demo: bool,
    /// Inflated bytes to read at most.
    pub max_bytes: Option<u64>,
    /// Ask the server for a profile over so many seconds.
    pub seconds: Option<u32>,
    /// Give up after so many seconds.
    pub timeout: Option<u32>,
}

impl ReportRow {
    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

impl std::fmt::Debug for ReportRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Parses the arguments behind the program's name.
///
/// # Errors
/// [`Error::Usage`] with what is wrong and what would be right.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request> {
    let args = translate(args.into_iter().collect())?;
    let matches = match command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Request::Print(error.render().to_string()));
        }
        Err(error) => {
            let text = error.render().to_string();
            let text = text.trim_start_matches("error: ");
            let message = text
                .split("\n\n")
                .next()
                .unwrap_or(text)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            return Err(Error::Usage(format!("{message} (heaptui --help lists what there is)")));
        }
    };
    request(&matches)
}

fn request(matches: &ArgMatches) -> Result<Request> {
    let (name, matches) = matches.subcommand().unwrap_or(("", matches));
    let input = input(matches);
    let options = Box::new(options(matches)?);
    if name == "fetch" {
        return Ok(Request::Fetch {
            input,
            output: matches.get_one::<PathBuf>("output").cloned(),
        });
    }
    if let Some(report) = REPORTS.iter().find(|report| report.is_called(name)) {
        let argument = report
            .argument
            .and_then(|_| matches.get_one::<String>("argument").cloned());
        return Ok(Request::Report {
            report,
            argument,
            input,
            options,
        });
    }
    let print = matches.get_one::<String>("print").map(|size| {
        let sides = size
            .split_once('x')
            .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        sides.ok_or_else(|| Error::Usage(format!("--print takes COLUMNSxROWS, e.g. 80x24, not {size:?}")))
    });
    let keys = matches.get_one::<String>("keys").cloned();
    Ok(Request::Dashboard(Dashboard {
        input,
        options,
        keys,
        print: print.transpose()?,
    }))
}

fn input(matches: &ArgMatches) -> Input {
    Input {
        sources: matches
            .get_many::<String>("source")
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        demo: matches.get_flag("demo"),
        max_bytes: matches.get_one("max-bytes").copied(),
        seconds: matches.get_one("seconds").copied(),
        timeout: matches.get_one("timeout").copied(),
    }
}

/// Applies the options in the table's order, so that which of two wins does not depend on the order they came in.
fn options(matches: &ArgMatches) -> Result<Options> {
    let mut options = Options::default();
    let mut on: Vec<&OptionRow> = Vec::new();
    for row in OPTIONS {
        let Some(value) = matches.get_one::<String>(row.name) else {
            continue;
        };
        (row.set)(&mut options, value).map_err(|reason| Error::Usage(format!("-{}: {reason}", row.name)))?;
        let is_on = matches!(row.takes, Takes::Choice(_)) && report::parse_bool(value) == Ok(true);
        on.extend(is_on.then_some(row));
    }
    for group in [Group::Sort, Group::Granularity] {
        let names: Vec<&str> = on
            .iter()
            .filter(|row| row.takes == Takes::Choice(group))
            .map(|row| row.name)
            .collect();
        if names.len() > 1 {
            return Err(Error::Usage(format!(
                "-{} cannot be combined: choose one",
                names.join(" and -")
            )));
        }
    }
    Ok(options)
}

/// pprof's spelling in ours: `-top` becomes the command `top`, `-nodecount 30` and `--nodecount=30` become
/// `--nodecount=30`, `-cum` becomes `--cum=true`. What is in no table stays as it is.
fn translate(args: Vec<OsString>) -> Result<Vec<OsString>> {
    let mut command: Option<(&ReportRow, Option<OsString>)> = None;
    let mut out: Vec<OsString> = Vec::with_capacity(args.len() + 2);
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            out.push(arg);
            out.extend(args.by_ref());
            break;
        }
        let Some((name, value)) = arg.to_str().and_then(flag_parts) else {
            out.push(arg);
            continue;
        };
        let mut value = value.map(OsString::from);
        let missing = || Error::Usage(format!("-{name} needs a value"));
        if let Some(report) = REPORTS.iter().find(|report| report.is_called(name)) {
            if report.argument.is_some() && value.is_none() {
                value = Some(args.next().ok_or_else(missing)?);
            }
            let off = report.argument.is_none()
                && value
                    .as_ref()
                    .is_some_and(|value| value.to_str().map(report::parse_bool) == Some(Ok(false)));
            if off {
                continue;
            }
            if let Some((other, _)) = &command {
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
            let mut joined = OsString::from(format!("--{}=", row.name));
            joined.push(value);
            out.push(joined);
        } else if name.len() > 1 && OWN.iter().any(|own| own.name == name.replace('_', "-")) {
            // Ours, with one dash or two.
            let mut long = OsString::from(format!("--{}", name.replace('_', "-")));
            if let Some(value) = value {
                long.push("=");
                long.push(value);
            }
            out.push(long);
        } else {
            out.push(arg);
        }
    }
    let mut line = vec![OsString::from("heaptui")];
    if let Some((report, argument)) = command {
        line.push(report.name.into());
        line.append(&mut out);
        if let Some(argument) = argument {
            // Behind the options: the first word that is not one.
            let at = line
                .iter()
                .skip(2)
                .position(|word| !word.to_str().is_some_and(|word| word.starts_with("--")));
            line.insert(at.map_or(line.len(), |at| at + 2), argument);
        }
    } else {
        line.append(&mut out);
    }
    Ok(line)
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

/// A row of [`OWN`].
struct OwnRow {
    name: &'static str,
    short: Option<char>,
    value: Option<&'static str>,
    kind: Kind,
    help: &'static str,
    hidden: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Flag,
    Text,
    Path,
    Bytes,
    Seconds,
}

/// Options that are about the program, not about a report.
const OWN: &[OwnRow] = &[
    own("demo", Kind::Flag, None, "Open the heap profile that is built in"),
    own(
        "seconds",
        Kind::Seconds,
        Some("N"),
        "Ask the server for a profile over N seconds",
    ),
    own(
        "timeout",
        Kind::Seconds,
        Some("N"),
        "Give up on a server after N seconds [default: 60]",
    ),
    own(
        "max-bytes",
        Kind::Bytes,
        Some("N"),
        "Refuse profiles with more than N bytes inflated [default: 16 GiB]",
    ),
    OwnRow {
        short: Some('o'),
        ..own(
            "output",
            Kind::Path,
            Some("FILE"),
            "Write to FILE instead of standard output",
        )
    },
    OwnRow {
        hidden: true,
        ..own(
            "keys",
            Kind::Text,
            Some("KEYS"),
            "Play these keys first, e.g. \"jj<tab>\"",
        )
    },
    OwnRow {
        hidden: true,
        ..own(
            "print",
            Kind::Text,
            Some("WxH"),
            "Print one frame of that size and leave",
        )
    },
];

const fn own(name: &'static str, kind: Kind, value: Option<&'static str>, help: &'static str) -> OwnRow {
    OwnRow {
        name,
        short: None,
        value,
        kind,
        help,
        hidden: false,
    }
}

impl OwnRow {
    fn arg(&self) -> Arg {
        let arg = Arg::new(self.name)
            .long(self.name)
            .help(self.help)
            .hide(self.hidden)
            .global(true);
        let arg = if let Some(short) = self.short {
            arg.short(short)
        } else {
            arg
        };
        let arg = if let Some(value) = self.value {
            arg.value_name(value)
        } else {
            arg
        };
        match self.kind {
            Kind::Flag => arg.action(ArgAction::SetTrue),
            Kind::Text => arg.action(ArgAction::Set),
            Kind::Path => arg.value_parser(value_parser!(PathBuf)),
            Kind::Bytes => arg.value_parser(value_parser!(u64)),
            Kind::Seconds => arg.value_parser(value_parser!(u32)),
        }
    }
}

fn command() -> Command {
    let source = || {
        Arg::new("source")
            .value_name("SOURCE")
            .num_args(0..)
            .help("Profiles: files, URLs, host:port, or - for standard input")
    };
    let root = Command::new("heaptui")
        .version(env!("CARGO_PKG_VERSION"))
        .max_term_width(100)
        .about("A terminal dashboard for Go heap profiles, with the numbers of `go tool pprof`")
        .before_help(EXAMPLES)
        .override_usage("heaptui [OPTIONS] SOURCE\n       heaptui REPORT [OPTIONS] SOURCE\n       heaptui -top [OPTIONS] SOURCE          (pprof's spelling: one dash or two)")
        .subcommand_negates_reqs(true)
        .args_conflicts_with_subcommands(false)
        // As in pprof, of an option that is given twice the last counts.
        .args_override_self(true)
        .disable_help_subcommand(true)
        .args(OPTIONS.iter().map(option_arg))
        .args(OWN.iter().map(OwnRow::arg))
        .arg(source());
    let reports = REPORTS.iter().map(|report| {
        let command = Command::new(report.name)
            .about(report.help)
            .visible_aliases(report.aliases.iter().copied());
        let argument = report.argument.map(|name| {
            Arg::new("argument")
                .value_name(name)
                .required(true)
                .help("A regular expression")
        });
        command.args(argument).arg(source())
    });
    let fetch = Command::new("fetch")
        .about("Save a profile from a URL, checked and whole, to a file")
        .arg(source());
    root.subcommands(reports).subcommand(fetch)
}

const EXAMPLES: &str = "  heaptui --demo                                     look around
  heaptui heap.pb.gz                                 the dashboard on a saved profile
  heaptui localhost:6060                             the same on the heap of a running process
  heaptui top -cum heap.pb.gz                        what `go tool pprof -top -cum` prints
  heaptui fetch localhost:6060 -o heap.pb.gz         what `curl` does, checked";

fn option_arg(row: &OptionRow) -> Arg {
    let arg = Arg::new(row.name)
        .long(row.name)
        .help(row.help)
        .help_heading(row.section.title())
        .global(true);
    match row.takes {
        Takes::Value(name) => arg.value_name(name),
        Takes::Flag | Takes::Choice(_) => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .hide_possible_values(true),
    }
}
