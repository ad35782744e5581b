//! Parses the command line, calls the library, maps an error to an exit code. The only file that prints.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this file is for"
)]

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use heaptui::cli::{self, Input, Request};
use heaptui::decode;
use heaptui::error::{Error, Result};
use heaptui::model::{Profile, visible};
use heaptui::report;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Io { reason, .. }) if reason.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            warn(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

fn run() -> Result<()> {
    match cli::parse(std::env::args_os().skip(1))? {
        Request::Print(text) => print(text.as_bytes()),
        Request::Report {
            report,
            argument,
            input,
            mut options,
        } => {
            options.zone = jiff::tz::TimeZone::system();
            let profile = Arc::new(read(&input)?);
            let mut out = io::stdout().lock();
            let warnings = report::write(&profile, report, argument.as_deref(), &options, &mut out)?;
            out.flush().map_err(|reason| Error::Io {
                name: "standard output".into(),
                reason,
            })?;
            warnings.iter().for_each(|warning| warn(warning));
            Ok(())
        }
        Request::Dashboard(_) if !io::stdout().is_terminal() => {
            let names: Vec<&str> = report::REPORTS.iter().map(|row| row.name).collect();
            let names = names.join(", ");
            Err(Error::Usage(format!(
                "standard output is not a terminal: name a report ({names}), e.g. heaptui top FILE"
            )))
        }
        Request::Dashboard(_) | Request::Fetch { .. } => Ok(()),
    }
}

fn read(input: &Input) -> Result<Profile> {
    let [name] = &input.sources[..] else {
        return Err(Error::Usage("which profile?".into()));
    };
    let file = std::fs::File::open(name).map_err(|reason| Error::Io {
        name: name.clone(),
        reason,
    })?;
    decode::profile(file, decode::Limits::default(), &())
}

fn print(text: &[u8]) -> Result<()> {
    io::stdout().write_all(text).map_err(|reason| Error::Io {
        name: "standard output".into(),
        reason,
    })
}

fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "heaptui: {}", visible(text));
}
