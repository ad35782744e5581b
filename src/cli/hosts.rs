//! `hosts`: many processes side by side.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};

use super::{Input, Theme, flags};
use crate::error::{Error, Result};
use crate::report::HostsForm;

/// The command.
pub(super) const NAME: &str = "hosts";

/// A table of hosts that is asked for.
#[derive(Debug)]
pub struct HostsRequest {
    /// What to ask.
    pub input: Input,
    /// How.
    pub asked: Survey,
    /// How it is written; none for a table on the terminal, where there is one.
    pub form: Option<HostsForm>,
    /// Its colours there; none for what the configuration says.
    pub theme: Option<Theme>,
    /// Keys to play before the user's.
    pub keys: String,
    /// Draw one frame of this many columns and rows to standard output instead of opening a terminal.
    pub print: Option<(u16, u16)>,
    /// Where to; standard output if missing.
    pub output: Option<PathBuf>,
}

/// How hosts are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Survey {
    /// How many at once.
    pub parallel: usize,
    /// Whether a garbage collection is forced in each process.
    pub is_collected: bool,
    /// The port of their profiles, where that is not the one that Prometheus scrapes.
    pub port: Option<u16>,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            parallel: 16,
            is_collected: false,
            port: None,
        }
    }
}

/// What the parser is told.
pub(super) fn command(source: Arg) -> Command {
    let help = "Hosts: host:port, URLs, @FILE (one a line), dns:NAME:PORT, prometheus:URL";
    Command::new(NAME)
        .args_override_self(true)
        .about("Many processes side by side, a row each, and which of them stands out")
        .args(flags::args(NAME))
        .arg(source.help(help))
}

pub(super) fn request(matches: &ArgMatches, input: Input) -> Result<HostsRequest> {
    let form = match (flags::is_set(matches, "json"), flags::is_set(matches, "csv")) {
        (true, true) => return Err(Error::Usage("--json or --csv, not both".into())),
        (true, false) => Some(HostsForm::Json),
        (false, true) => Some(HostsForm::Csv),
        (false, false) => None,
    };
    if input.sources.is_empty() {
        return Err(Error::Usage(
            "which hosts? e.g. heaptui hosts 10.0.3.7:6060 10.0.3.8:6060, or @FILE, dns:NAME:PORT, prometheus:URL"
                .into(),
        ));
    }
    Ok(HostsRequest {
        input,
        asked: survey(matches)?,
        form,
        theme: matches
            .get_one::<String>("theme")
            .map(|name| Theme::parse(name))
            .transpose()?,
        keys: matches.get_one::<String>("keys").cloned().unwrap_or_default(),
        print: super::print_size(matches)?,
        output: matches.get_one("output").cloned(),
    })
}

/// How hosts are asked, also by other commands.
pub(super) fn survey(matches: &ArgMatches) -> Result<Survey> {
    let usual = Survey::default();
    let number = |name: &str, most: usize| {
        let Some(text) = flags::value(matches, name) else {
            return Ok(None);
        };
        let wrong = || Error::Usage(format!("--{name} takes a number from 1 to {most}, not {text:?}"));
        match text.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
            _ => Err(wrong()),
        }
    };
    Ok(Survey {
        parallel: number("parallel", 256)?.unwrap_or(usual.parallel),
        is_collected: flags::is_set(matches, "gc"),
        port: number("port", 65_535)?.and_then(|port| u16::try_from(port).ok()),
    })
}
