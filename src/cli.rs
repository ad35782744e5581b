//! The command line: ours (`heaptui top --cum FILE`) and pprof's (`heaptui -top -cum FILE`).
//!
//! Two steps: `translate` rewrites pprof's spelling into ours with the tables of `report`, clap parses the
//! rest. What comes out is typed and has been checked as far as that goes without reading anything.

mod own;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

use self::own::OWN;
use crate::error::{Error, Result, closest};
use crate::load::{Combine, Comparison, Scaling};
use crate::report::{self, Group, OPTIONS, OptionRow, Options, REPORTS, ReportRow, Takes};

/// What the user wants.
#[derive(Debug)]
pub enum Request {
    /// Print this text (help, version) and be done.
    Print(String),
    /// Open the dashboard.
    Dashboard(Dashboard),
    /// Write a report.
    Report {
        /// Which.
        report: &'static ReportRow,
        /// The report's own argument.
        argument: Option<String>,
        /// What to read.
        input: Input,
        /// How to report.
        options: Box<Options>,
        /// Where to; standard output if missing.
        output: Option<PathBuf>,
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
    /// Draw it into this file instead.
    pub picture: Option<PathBuf>,
}

/// Where bytes come from.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Files, URLs or `-`.
    pub sources: Vec<String>,
    /// What is done with them besides adding them up.
    pub combine: Combine,
    /// The embedded profile.
    pub demo: bool,
    /// Inflated bytes to read at most.
    pub max_bytes: Option<u64>,
    /// Ask the server for a profile over so many seconds.
    pub seconds: Option<u32>,
    /// Give up after so many seconds.
    pub timeout: Option<u32>,
    /// PEM files: authorities to trust, a certificate to show and its key.
    pub tls: Tls,
}

/// PEM files for https.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Authorities to trust instead of the public ones.
    pub ca: Option<PathBuf>,
    /// A certificate to show to the server.
    pub cert: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
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
    let mut args: Vec<OsString> = args.into_iter().collect();
    // `help`, `help top`: what the fingers of many know.
    if args.first().is_some_and(|first| first == "help") {
        args.remove(0);
        args.push("--help".into());
    }
    let Translated { line, given } = translate(args)?;
    // The options of the table are read already: the parser needs them only to tell of them.
    let quick = command(Knows::TheRest).try_get_matches_from(line.iter());
    let matches = match quick.or_else(|_| command(Knows::Everything).try_get_matches_from(line.iter())) {
        Ok(matches) => matches,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Request::Print(error.render().to_string()));
        }
        Err(error) => {
            // What is wrong, and what was perhaps meant; not the usage.
            let text = error.render().to_string();
            let parts = text.trim_start_matches("error: ").split("\n\n").enumerate();
            let parts = parts
                .filter(|(at, part)| *at == 0 || part.trim_start().starts_with("tip:"))
                .map(|(_, part)| part);
            let words = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
            let message = parts.map(words).collect::<Vec<_>>().join("; ");
            return Err(Error::Usage(format!("{message} (heaptui --help lists what there is)")));
        }
    };
    request(&matches, &given)
}

fn request(matches: &ArgMatches, given: &[Given]) -> Result<Request> {
    let (name, matches) = matches.subcommand().unwrap_or(("", matches));
    let input = input(matches)?;
    let output = matches.get_one::<PathBuf>("output").cloned();
    let options = Box::new(options(given)?);
    if name == "fetch" {
        return Ok(Request::Fetch { input, output });
    }
    if let Some(report) = REPORTS.iter().find(|report| report.is_called(name)) {
        let argument = report
            .argument
            .and_then(|_| matches.get_one::<String>("argument").cloned());
        if let (Some(what), true) = (report.argument, input.sources.is_empty() && !input.demo) {
            let name = report.name;
            return Err(Error::Usage(format!(
                "{name} needs a {what} and then a profile: heaptui {name} {what} SOURCE"
            )));
        }
        return Ok(Request::Report {
            report,
            argument,
            input,
            options,
            output,
        });
    }
    let print = matches.get_one::<String>("print").map(|size| {
        let sides = size
            .split_once('x')
            .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        sides.ok_or_else(|| Error::Usage(format!("--print takes COLUMNSxROWS, e.g. 80x24, not {size:?}")))
    });
    let keys = matches.get_one::<String>("keys").cloned();
    let picture = matches.get_one::<PathBuf>("picture").cloned();
    if picture.is_some() && print.is_none() {
        return Err(Error::Usage(
            "--picture needs the size of the screen: --print 120x36".into(),
        ));
    }
    Ok(Request::Dashboard(Dashboard {
        input,
        options,
        keys,
        print: print.transpose()?,
        picture,
    }))
}

fn input(matches: &ArgMatches) -> Result<Input> {
    Ok(Input {
        sources: matches
            .get_many::<String>("source")
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        combine: combine(matches)?,
        demo: matches.get_flag("demo"),
        max_bytes: matches.get_one("max-bytes").copied(),
        seconds: matches.get_one("seconds").copied(),
        timeout: matches.get_one("timeout").copied(),
        tls: Tls {
            ca: matches.get_one("tls_ca").cloned(),
            cert: matches.get_one("tls_cert").cloned(),
            key: matches.get_one("tls_key").cloned(),
        },
    })
}

fn combine(matches: &ArgMatches) -> Result<Combine> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let (base, comparison) = match (text("base"), text("diff_base")) {
        (base, diff) if diff.is_empty() => (base, Comparison::Subtract),
        (base, diff) if base.is_empty() => (diff, Comparison::Diff),
        _ => {
            return Err(Error::Usage(
                "-base and -diff_base cannot be combined: choose one".into(),
            ));
        }
    };
    let scaling = if matches.get_flag("normalize") {
        Scaling::Normalized
    } else {
        Scaling::AsIs
    };
    Ok(Combine {
        base: Some(base).filter(|base| !base.is_empty()).into_iter().collect(),
        comparison,
        scaling,
        build_id: text("buildid"),
        comment: text("add_comment"),
        symbolize: text("symbolize"),
    })
}

/// Applies the options in the table's order, so that which of two wins does not depend on the order they came in.
/// Of one option given twice the last counts.
fn options(given: &[Given]) -> Result<Options> {
    let mut options = Options::default();
    let mut on: Vec<&OptionRow> = Vec::new();
    for row in OPTIONS {
        let Some((_, value)) = given.iter().rev().find(|(other, _)| other.name == row.name) else {
            continue;
        };
        row.set(&mut options, value)
            .map_err(|reason| Error::Usage(format!("-{}: {reason}", row.name)))?;
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

/// An option of the table with its value as text.
type Given = (&'static OptionRow, String);

/// A command line that clap understands, and the options of the table that were in it.
struct Translated {
    line: Vec<OsString>,
    given: Vec<Given>,
}

/// Reads the options of the table (`-nodecount 30`, `--nodecount=30`, `-cum`, `-trim=false`) and rewrites the rest:
/// `-top` becomes the command `top`, other long names get two dashes. clap sees what is in no table.
fn translate(args: Vec<OsString>) -> Result<Translated> {
    let mut given: Vec<Given> = Vec::new();
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
                long.push("=");
                long.push(value.map_or_else(|| args.next().ok_or_else(missing), Ok)?);
                out.push(long);
            } else if is_true(name, value.as_ref())? {
                out.push(long);
            }
        } else if let Some((_, advice)) = NOT_HERE.iter().find(|(names, _)| names.contains(&name)) {
            return Err(Error::Usage(format!("-{name}: {advice}")));
        } else if PARSERS.contains(&name) {
            out.push(format!("--{name}").into());
        } else if name.len() > 1 {
            return Err(unknown(name));
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
    Ok(Translated { line, given })
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

/// What a parser knows of.
#[derive(Clone, Copy, PartialEq)]
enum Knows {
    /// The options of the table too: for the help, and to say what was perhaps meant.
    Everything,
    /// All but the options of the table.
    TheRest,
}

fn command(knows: Knows) -> Command {
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
        .args(OPTIONS.iter().filter(|_| knows == Knows::Everything).map(option_arg))
        .args(OWN.iter().map(own::OwnRow::arg))
        .arg(source());
    let reports = REPORTS.iter().map(|report| {
        let command = Command::new(report.name)
            .args_override_self(true)
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
        .args_override_self(true)
        .about("Save a profile from a URL, checked and whole, to a file")
        .arg(source());
    root.subcommands(reports).subcommand(fetch)
}

const EXAMPLES: &str = "  heaptui --demo                                     look around
  heaptui heap.pb.gz                                 the dashboard on a saved profile
  heaptui localhost:6060                             the same on the heap of a running process
  heaptui top -cum heap.pb.gz                        what `go tool pprof -top -cum` prints
  heaptui fetch localhost:6060 -o heap.pb.gz         what `curl` does, checked";

/// An option of the table as the help shows it; its value is read by [`translate`].
fn option_arg(row: &OptionRow) -> Arg {
    let arg = Arg::new(row.name)
        .long(row.name)
        .help(row.help)
        .help_heading(row.section.title())
        .global(true);
    match row.takes {
        Takes::Value(name) => arg.value_name(name),
        Takes::Flag | Takes::Choice(_) => arg.action(ArgAction::SetTrue),
    }
}
