//! Commands that answer about a process, from the table of `report`, and the options that only they have.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::Input;
use crate::error::{Error, Result};
use crate::report::{AnswerForm, Asked, DIAGNOSES, DiagnosisRow};

/// A question about a process.
#[derive(Debug)]
pub struct Diagnosis {
    /// Which.
    pub row: &'static DiagnosisRow,
    /// What to read.
    pub input: Input,
    /// How it was asked for.
    pub asked: Asked,
    /// The local process that it is about.
    pub pid: Option<u32>,
    /// Where to; standard output if missing.
    pub output: Option<PathBuf>,
}

/// A row of [`FLAGS`].
struct Flag {
    name: &'static str,
    value: Option<&'static str>,
    help: &'static str,
    /// The commands that have it; none for all.
    of: &'static [&'static str],
}

const FLAGS: &[Flag] = &[
    Flag {
        name: "json",
        value: None,
        help: "Write an object for programs",
        of: &[],
    },
    Flag {
        name: "pid",
        value: Some("PID"),
        help: "Ask the system for the resident memory of this local process",
        of: &["memory"],
    },
    Flag {
        name: "by",
        value: Some("WHAT"),
        help: "Group by stack, function, state, created-by or label=KEY",
        of: &["goroutines"],
    },
];

/// The row of this name.
pub(super) fn find(name: &str) -> Option<&'static DiagnosisRow> {
    DIAGNOSES.iter().find(|row| row.name == name)
}

/// An option of the command `row` as the parser takes it; `next` gives the word behind it. `None` if it has none so called.
pub(super) fn flag(
    row: &DiagnosisRow,
    name: &str,
    value: Option<&str>,
    next: impl FnOnce() -> Option<OsString>,
) -> Option<OsString> {
    let flag = FLAGS.iter().find(|flag| flag.name == name && flag.is_of(row))?;
    let mut long = OsString::from(format!("--{name}"));
    if let Some(value) = value.map(OsString::from).or_else(|| flag.value.and_then(|_| next())) {
        long.push("=");
        long.push(value);
    }
    Some(long)
}

/// What the parser is told.
pub(super) fn commands(source: impl Fn() -> Arg) -> impl Iterator<Item = Command> {
    DIAGNOSES.iter().map(move |row| {
        Command::new(row.name)
            .args_override_self(true)
            .about(row.help)
            .args(FLAGS.iter().filter(|flag| flag.is_of(row)).map(Flag::arg))
            .arg(source().help("A recorded session's folder, or profiles of one process: files, URLs"))
    })
}

pub(super) fn request(row: &'static DiagnosisRow, matches: &ArgMatches, input: Input) -> Result<Diagnosis> {
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten();
    let number = |pid: &String| {
        let wrong = || Error::Usage(format!("--pid takes the number of a process, not {pid:?}"));
        pid.parse().map_err(|_| wrong())
    };
    let pid = text("pid").map(number).transpose()?;
    let form = if matches.get_flag("json") {
        AnswerForm::Json
    } else {
        AnswerForm::Text
    };
    Ok(Diagnosis {
        row,
        input,
        asked: Asked {
            form,
            by: text("by").cloned(),
        },
        pid,
        output: matches.get_one("output").cloned(),
    })
}

impl Flag {
    fn is_of(&self, row: &DiagnosisRow) -> bool {
        self.of.is_empty() || self.of.contains(&row.name)
    }

    fn arg(&self) -> Arg {
        let arg = Arg::new(self.name).long(self.name).help(self.help);
        match self.value {
            Some(value) => arg.value_name(value).value_parser(value_parser!(String)),
            None => arg.action(ArgAction::SetTrue),
        }
    }
}
