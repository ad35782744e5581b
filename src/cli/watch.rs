//! `watch`: snapshots of a process over time.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};

use super::{Input, flags};
use crate::error::{Error, Result};
use crate::load::session::{Keeping, SaveWhen};
use crate::load::watch::{Forcing, Plan};

/// The command.
pub(super) const NAME: &str = "watch";

/// How a process is watched.
#[derive(Clone, Debug)]
pub struct Watched {
    /// When snapshots are taken.
    pub plan: Plan,
    /// The time between them as it was asked for; a store's history has its own.
    pub every: Option<Duration>,
    /// The folder that the session is written into.
    pub record: Option<PathBuf>,
    /// How much of it is kept.
    pub keeping: Keeping,
    /// When a snapshot is recorded; none for always.
    pub save_when: Option<SaveWhen>,
}

impl Default for Watched {
    fn default() -> Self {
        Self {
            plan: Plan::default(),
            every: None,
            record: None,
            keeping: Keeping::Everything,
            save_when: None,
        }
    }
}

/// What the parser is told.
pub(super) fn command(source: Arg) -> Command {
    Command::new(NAME)
        .args_override_self(true)
        .about("Watch a process: the dashboard over time, or a line a snapshot; --record keeps it")
        .args(flags::args(NAME))
        .arg(source.help("The process: host:port or a URL; pyroscope:URL or parca:URL for its history in steps"))
}

pub(super) fn watched(matches: &ArgMatches) -> Result<Watched> {
    let seconds = |name: &str| {
        let Some(text) = flags::value(matches, name) else {
            return Ok(None);
        };
        let wrong = || {
            Error::Usage(format!(
                "--{name} takes seconds or a time, e.g. 3, 0.5, 90s, 5m, 4h, not {text:?}"
            ))
        };
        duration(text).map(Some).ok_or_else(wrong)
    };
    let plan = Plan::default();
    let every = seconds("every")?;
    if every.is_some_and(|every| every < SHORTEST) {
        return Err(Error::Usage("--every: a tenth of a second is the shortest".into()));
    }
    Ok(Watched {
        plan: Plan {
            every: every.unwrap_or(plan.every),
            length: seconds("for")?,
            collection: match flags::is_set(matches, "no-gc") {
                true => Forcing::Never,
                false => Forcing::AsItPays,
            },
        },
        every,
        record: flags::value(matches, "record").map(PathBuf::from),
        keeping: match flags::value(matches, "keep") {
            Some(text) => Keeping::parse(text)?,
            None => Keeping::Everything,
        },
        save_when: flags::value(matches, "save-when").map(SaveWhen::parse).transpose()?,
    })
}

pub(super) fn check(input: &Input) -> Result<()> {
    match input.sources.len() {
        1 => Ok(()),
        _ => Err(Error::Usage("watch takes one process: heaptui watch HOST:PORT".into())),
    }
}

const SHORTEST: Duration = Duration::from_millis(100);

/// `3`, `0.5`, `500ms`, `90s`, `5m`, `4h`.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text
        .find(|char: char| !char.is_ascii_digit() && char != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let factor = match text[digits..].trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * factor).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_unless_it_says_otherwise() {
        for (text, millis) in [
            ("3", Some(3000)),
            ("0.5", Some(500)),
            ("500ms", Some(500)),
            ("5m", Some(300_000)),
            ("4h", Some(14_400_000)),
            ("", None),
            ("-1", None),
            ("3 days", None),
            ("1e99", None),
        ] {
            assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
        }
    }
}
