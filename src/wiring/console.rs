//! What the program reads and writes beside profiles: commands on standard input, a frame as a picture, signals.

use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::{Error, Result};
use crate::graphics::FileFormat;
use crate::host::{self, Caller};
use crate::report;
use crate::secret::SourceName;
use crate::source::Source;
use crate::ui::{self, Setup};

/// Refuses words that name no source and were meant for something else; `reports` are those that there are.
///
/// # Errors
/// [`Error::Usage`] with what was probably meant.
pub fn check_words(sources: &[SourceName], reports: &str) -> Result<()> {
    for name in sources {
        if !matches!(Source::parse(name), Source::Missing(_)) {
            continue;
        }
        let typed = name.as_typed();
        let advice = match typed.split_once('=') {
            // As at the prompt, where no dash is wanted.
            Some((word, _)) if report::report(word).is_some() || report::option(word).is_some() => {
                format!("; did you mean -{name}?")
            }
            // What can be no report is told of as any file that is not there.
            _ if sources.len() == 1 || typed.contains(['.', '/']) => continue,
            _ => match report::similar(typed) {
                Some(report) => format!("; did you mean {report}?"),
                None => format!(" ({reports})"),
            },
        };
        return Err(Error::Usage(format!("{name} is neither a file nor a report{advice}")));
    }
    Ok(())
}

/// Draws a frame into a file, in the format that its ending says.
///
/// # Errors
/// [`Error::Usage`] for another ending, those of the frame, [`Error::Io`].
pub fn save_picture(setup: &Setup, size: (u16, u16), path: &Path) -> Result<()> {
    let ending = path.extension().unwrap_or_default();
    let found = FileFormat::ALL.iter().find(|(own, _)| ending == *own);
    let Some(&(_, format)) = found else {
        return Err(Error::Usage(
            "--picture takes a file ending in .svg, .png or .pdf".into(),
        ));
    };
    let mut bytes = Vec::new();
    let failed = |reason| Error::Io {
        name: path.display().to_string(),
        reason,
    };
    ui::picture(setup, size)?.write(format, &mut bytes).map_err(failed)?;
    host::save(&bytes, path, Caller::Command)
}

/// The next command on standard input, if there is one.
///
/// # Errors
/// [`Error::Io`]; [`Error::Usage`] for what are no commands.
pub fn command_line(lines: &mut impl BufRead) -> Result<Option<String>> {
    const MAX: u64 = 1 << 20;
    let mut line = Vec::new();
    let read = lines.by_ref().take(MAX).read_until(b'\n', &mut line);
    read.map_err(|reason| Error::Io {
        name: "standard input".into(),
        reason,
    })?;
    if line.len() as u64 == MAX && !line.ends_with(b"\n") {
        let usage = "standard input holds no commands: a line of more than 1 MiB; to read a profile from it, add -";
        return Err(Error::Usage(usage.into()));
    }
    let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
    Ok((!line.is_empty()).then_some(text))
}

/// Set when the program is asked to end, so that what is under way is finished first.
///
/// # Errors
/// [`Error::Io`] where signals cannot be had.
pub fn stop_on_signals() -> Result<Arc<AtomicBool>> {
    host::stop_on_signals().map_err(|reason| Error::Io {
        name: "signals".into(),
        reason,
    })
}
