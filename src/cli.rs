//! The command line: ours (`heaptui top --cum FILE`) and pprof's (`heaptui -top -cum FILE`).
//!
//! Two steps: `translate` rewrites pprof's spelling into ours with the tables of `report`, clap parses the
//! rest. The result is typed, and checked as far as it can be without reading any input.

mod diagnosis;
mod diff;
mod documents;
mod flags;
mod hosts;
mod input;
mod own;
mod spelling;
mod theme;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};

pub use self::diagnosis::Diagnosis;
pub use self::diff::DiffRequest;
pub use self::hosts::{HostsRequest, Survey};
pub use self::input::{Input, Remembered, Tls};
use self::own::OWN;
use self::spelling::{Given, Translated, translate};
pub use self::theme::Theme;
pub use self::watch::Watched;
use crate::error::{Error, Result};
use crate::report::{self, Embedding, OPTIONS, OptionGroup, OptionRow, Options, REPORTS, ReportRow, Takes};

/// What the user wants.
#[derive(Debug)]
pub enum Request {
    /// Print this text (help, version) and be done.
    Print(String),
    /// Print the configuration in force.
    Config(ConfigChoice),
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
        /// What a page is wanted of.
        page: PageRequest,
    },
    /// Answer about a process.
    Diagnosis(Diagnosis),
    /// Compare two profiles.
    Diff(DiffRequest),
    /// Show many processes side by side.
    Hosts(HostsRequest),
    /// Watch a process in the dashboard, if there is a terminal.
    Watch(Dashboard, Watched),
    /// Watch a process, a line a snapshot.
    WatchHeadless {
        /// What to ask.
        input: Input,
        /// How.
        watched: Watched,
    },
    /// Give the terminal back, with these modes, when the dashboard is gone.
    Guard(String),
    /// Save what a server answers.
    Fetch {
        /// What to read.
        input: Input,
        /// Where to; a name of our own if missing.
        output: Option<PathBuf>,
    },
}

/// Which configuration holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum ConfigChoice {
    /// The one where configurations are, if there is one.
    #[default]
    Usual,
    /// The one in this file.
    File(PathBuf),
    /// None.
    Nothing,
}

/// Whom the options are for: those of a configuration are the dashboard's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// The dashboard.
    Dashboard,
    /// A report, whose bytes are pprof's unless the command line says otherwise.
    Report,
}

impl Request {
    /// What it reads, if it reads anything.
    pub fn input_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Dashboard(dashboard) | Self::Watch(dashboard, _) => Some(&mut dashboard.input),
            Self::Report { input, .. } | Self::WatchHeadless { input, .. } | Self::Fetch { input, .. } => Some(input),
            Self::Diagnosis(diagnosis) => Some(&mut diagnosis.input),
            Self::Diff(diff) => Some(&mut diff.input),
            Self::Hosts(hosts) => Some(&mut hosts.input),
            Self::Print(_) | Self::Config(_) | Self::Guard(_) => None,
        }
    }
}

/// What the page of a report is wanted of.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageRequest {
    /// Whether it holds the profile.
    pub embedding: Embedding,
    /// Whether several profiles are moments of one process.
    pub is_series: bool,
}

/// A dashboard and how to begin.
#[derive(Debug)]
pub struct Dashboard {
    /// What to read.
    pub input: Input,
    /// Filters, sort and sample type to begin with.
    pub options: Box<Options>,
    /// Its colours; none for what the configuration says.
    pub theme: Option<Theme>,
    /// Keys to play before the user's.
    pub keys: Option<String>,
    /// Draw one frame of this many columns and rows to standard output instead of opening a terminal.
    pub print: Option<(u16, u16)>,
    /// Draw it into this file instead.
    pub picture: Option<PathBuf>,
    /// Whether several profiles are moments of one process.
    pub is_series: bool,
    /// Bytes that the moments of a watch may take; none for the usual.
    pub memory: Option<u64>,
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

/// Parses the arguments behind the program's name, without a configuration.
///
/// # Errors
/// [`Error::Usage`] with what is wrong and what would be right.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request> {
    parse_over(args, &mut |_, _| Ok(Options::default()))
}

/// The options that a configuration begins with.
pub type Defaults<'d> = &'d mut dyn FnMut(&ConfigChoice, Audience) -> Result<Options>;

/// Parses the arguments behind the program's name. Options that they do not give are those of a configuration, which is asked
/// for only where it is needed.
///
/// # Errors
/// [`Error::Usage`] with what is wrong and what would be right; whatever `defaults` fails with.
pub fn parse_over(args: impl IntoIterator<Item = OsString>, defaults: Defaults<'_>) -> Result<Request> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    // `help`, `help top`: what the fingers of many know.
    if args.first().is_some_and(|first| first == "help") {
        args.remove(0);
        args.push("--help".into());
    }
    let Translated { line, given, argument } = translate(args)?;
    // The options of the table are read already: the parser needs them, as commands that are not named, only to tell of them.
    let quick = command(Knows::Named(&line)).try_get_matches_from(line.iter());
    let whole = |error: clap::Error| match error.kind() {
        ErrorKind::DisplayVersion => Err(error),
        _ => command(Knows::Everything).try_get_matches_from(line.iter()),
    };
    let matches = match quick.or_else(whole) {
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
    request(&matches, &given, argument, defaults)
}

fn request(matches: &ArgMatches, given: &[Given], argument: Option<String>, defaults: Defaults<'_>) -> Result<Request> {
    if let Some(modes) = matches.get_one::<String>("guard") {
        return Ok(Request::Guard(modes.clone()));
    }
    let (name, matches) = matches.subcommand().unwrap_or(("", matches));
    match name {
        documents::COMPLETIONS => {
            return documents::completions(matches, command(Knows::Everything)).map(Request::Print);
        }
        documents::MAN => return documents::manual(command(Knows::Everything), STATUSES).map(Request::Print),
        _ => {}
    }
    let choice = match matches.get_one::<PathBuf>("config") {
        _ if matches.get_flag("no-config") => ConfigChoice::Nothing,
        Some(file) => ConfigChoice::File(file.clone()),
        None => ConfigChoice::Usual,
    };
    if name == CONFIG {
        return Ok(Request::Config(choice));
    }
    let audience = if name.is_empty() {
        Audience::Dashboard
    } else {
        Audience::Report
    };
    let input = input::read(matches)?;
    let output = matches.get_one::<PathBuf>("output").cloned();
    let options = Box::new(options(given, defaults(&choice, audience)?)?);
    if name == "fetch" {
        return Ok(Request::Fetch { input, output });
    }
    if name == diff::NAME {
        return diff::request(matches, input, options).map(Request::Diff);
    }
    if name == hosts::NAME {
        return hosts::request(matches, input).map(Request::Hosts);
    }
    if name == watch::NAME {
        watch::check(&input)?;
        let watched = watch::watched(matches)?;
        return match flags::is_set(matches, "headless") {
            true => Ok(Request::WatchHeadless { input, watched }),
            false => Ok(Request::Watch(dashboard(matches, input, options)?, watched)),
        };
    }
    if let Some(row) = diagnosis::find(name) {
        return diagnosis::request(row, matches, input).map(Request::Diagnosis);
    }
    if let Some(report) = REPORTS.iter().find(|report| report.is_called(name)) {
        let parsed = || matches.get_one::<String>("argument").cloned();
        let argument = report.argument.and_then(|_| argument.or_else(parsed));
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
            page: PageRequest {
                embedding: match flags::is_set(matches, "embed") {
                    true => Embedding::Profile,
                    false => Embedding::None,
                },
                is_series: matches.get_flag("series"),
            },
        });
    }
    dashboard(matches, input, options).map(Request::Dashboard)
}

fn dashboard(matches: &ArgMatches, input: Input, options: Box<Options>) -> Result<Dashboard> {
    let print = print_size(matches)?;
    let keys = matches.get_one::<String>("keys").cloned();
    let theme = matches.get_one::<String>("theme").map(|name| Theme::parse(name));
    let theme = theme.transpose()?;
    let picture = matches.get_one::<PathBuf>("picture").cloned();
    if picture.is_some() && print.is_none() {
        return Err(Error::Usage(
            "--picture needs the size of the screen: --print 120x36".into(),
        ));
    }
    let size = |text: &String| {
        let wrong = || Error::Usage(format!("--memory takes a size, e.g. 512MB or 2GB, not {text:?}"));
        crate::load::session::bytes(text).ok_or_else(wrong)
    };
    Ok(Dashboard {
        input,
        options,
        theme,
        keys,
        print,
        picture,
        is_series: matches.get_flag("series"),
        memory: matches.get_one::<String>("memory").map(size).transpose()?,
    })
}

/// The size of a frame that is to be printed, if one is.
fn print_size(matches: &ArgMatches) -> Result<Option<(u16, u16)>> {
    let size = matches.get_one::<String>("print").map(|size| {
        let sides = size
            .split_once('x')
            .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        sides.ok_or_else(|| Error::Usage(format!("--print takes COLUMNSxROWS, e.g. 80x24, not {size:?}")))
    });
    size.transpose()
}

/// Applies the options in the table's order, so that which of two wins does not depend on the order they came in.
/// Of one option given twice the last counts, and any goes before a default.
fn options(given: &[Given], mut options: Options) -> Result<Options> {
    // The shorthands of sample types fill what is empty.
    if given
        .iter()
        .any(|(row, _)| row.takes == Takes::Choice(OptionGroup::SampleType))
    {
        options.sample_index.clear();
    }
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
    for group in [OptionGroup::Sort, OptionGroup::Granularity] {
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

/// What a parser knows of.
#[derive(Clone, Copy, PartialEq)]
enum Knows<'l> {
    /// All there is: for the help, and to say what was perhaps meant.
    Everything,
    /// No options of the table, and the commands that are words of this line.
    Named(&'l [OsString]),
}

impl Knows<'_> {
    fn has(self, name: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Named(line) => line.iter().any(|word| word == name),
        }
    }
}

fn command(knows: Knows<'_>) -> Command {
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
    let is_named = |report: &&ReportRow| knows.has(report.name) || report.aliases.iter().any(|alias| knows.has(alias));
    let reports = REPORTS.iter().filter(is_named).map(|report| {
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
        command.args(flags::args(report.name)).args(argument).arg(source())
    });
    let fetch = Command::new("fetch")
        .args_override_self(true)
        .about("Save a profile from a URL, checked and whole, to a file")
        .arg(source());
    let config = Command::new(CONFIG).about("Print the configuration in force, with all that can be in one");
    let others = diagnosis::commands(source)
        .chain([
            diff::command(source()),
            hosts::command(source()),
            watch::command(source()),
            fetch,
            config,
        ])
        .chain(documents::commands());
    root.subcommands(reports)
        .subcommands(others.filter(|command| knows.has(command.get_name())))
}

/// The command that prints the configuration.
const CONFIG: &str = "config";

/// What the program's exit status says.
const STATUSES: &[(&str, &str)] = &[
    ("0", "The question was answered."),
    ("1", "Something could not be read, written or fetched."),
    (
        "2",
        "The command line, a filter or a configuration that was named is wrong.",
    ),
    ("3", "A leak (leaks), or growth beyond the limit (diff --fail-growth)."),
    ("4", "Growth that may be a leak (leaks)."),
];

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
