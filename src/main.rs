//! Parses the command line, calls the library, maps an error to an exit code. The only file that prints.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this file is for"
)]

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use heaptui::cli::{self, Input, Request};
use heaptui::decode;
use heaptui::error::{Error, Result};
use heaptui::load;
use heaptui::model::{Profile, visible};
use heaptui::report::{self, Content};

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
            output,
        } => {
            if report.content == Content::Binary && output.is_none() && io::stdout().is_terminal() {
                let name = report.name;
                return Err(Error::Usage(format!(
                    "{name} is not text: write it to a file, e.g. heaptui {name} -o FILE.pb.gz SOURCE"
                )));
            }
            options.zone = jiff::tz::TimeZone::system();
            let profile = Arc::new(read(&input)?);
            let mut text = Vec::new();
            let warnings = report::write(&profile, report, argument.as_deref(), &options, &mut text)?;
            match output {
                Some(path) => {
                    warn(&format!("Generating report in {}", path.display()));
                    save(&path, &text)?;
                }
                None => print(&text)?,
            }
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
    let loaded = load::load(&input.sources, &input.combine, &|name| {
        let file = std::fs::File::open(name).map_err(|reason| Error::Io {
            name: name.into(),
            reason,
        })?;
        decode::profile(file, decode::Limits::default(), &())
    })?;
    loaded.warnings.iter().for_each(|warning| warn(warning));
    Ok(loaded.profile)
}

fn print(text: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text).and_then(|()| out.flush());
    written.map_err(|reason| Error::Io {
        name: "standard output".into(),
        reason,
    })
}

fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "heaptui: {}", visible(text));
}

/// Writes a file that is there whole or not at all.
fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |reason| Error::Io {
        name: path.display().to_string(),
        reason,
    };
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return std::fs::write(path, bytes).map_err(failed);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|reason| {
        let _ = std::fs::remove_file(&temporary);
        failed(reason)
    })
}
