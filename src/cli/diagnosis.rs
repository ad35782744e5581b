//! Commands that answer about a process, from the table of `report`.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};

use super::watch::watched;
use super::{Input, Survey, Watched, flags, hosts};
use crate::error::{Error, Result};
use crate::report::{AnswerForm, Asked, DIAGNOSES, DiagnosisRow};

/// A question about a process.
#[derive(Debug)]
pub struct Diagnosis {
    /// Which.
    pub row: &'static DiagnosisRow,
    /// What to read.
    pub input: Input,
    /// How it is to be written.
    pub asked: Asked,
    /// How a live process is watched for it.
    pub watched: Watched,
    /// How several hosts are found.
    pub survey: Survey,
    /// The local process that it is about.
    pub pid: Option<u32>,
    /// Where to; standard output if missing.
    pub output: Option<PathBuf>,
}

/// The row of this name.
pub(super) fn find(name: &str) -> Option<&'static DiagnosisRow> {
    DIAGNOSES.iter().find(|row| row.name == name)
}

/// What the parser is told.
pub(super) fn commands(source: impl Fn() -> Arg) -> impl Iterator<Item = Command> {
    DIAGNOSES.iter().map(move |row| {
        Command::new(row.name)
            .args_override_self(true)
            .about(row.help)
            .args(flags::args(row.name))
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
    let form = if flags::is_set(matches, "json") {
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
        watched: watched(matches)?,
        survey: hosts::survey(matches)?,
        pid,
        output: matches.get_one("output").cloned(),
    })
}
