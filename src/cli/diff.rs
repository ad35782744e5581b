//! `diff`: two profiles side by side.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};

use super::{Input, flags};
use crate::error::{Error, Result};
use crate::report::{DiffForm, Limit, Options};
use crate::secret::SourceName;

/// The command.
pub(super) const NAME: &str = "diff";

/// A comparison that is asked for.
#[derive(Debug)]
pub struct DiffRequest {
    /// What to read: after, with before as its base.
    pub input: Input,
    /// How to report.
    pub options: Box<Options>,
    /// How it is written.
    pub form: DiffForm,
    /// How much growth is a failure.
    pub limit: Option<Limit>,
    /// Where to; standard output if missing.
    pub output: Option<PathBuf>,
}

/// What the parser is told.
pub(super) fn command(source: Arg) -> Command {
    Command::new(NAME)
        .args_override_self(true)
        .about("Two profiles side by side: what each function held before and after")
        .args(flags::args(NAME))
        .arg(source.help("The profile of before, then the profile of after"))
}

pub(super) fn request(matches: &ArgMatches, mut input: Input, options: Box<Options>) -> Result<DiffRequest> {
    let form = match (flags::is_set(matches, "json"), flags::is_set(matches, "csv")) {
        (true, true) => return Err(Error::Usage("--json or --csv, not both".into())),
        (true, false) => DiffForm::Json,
        (false, true) => DiffForm::Csv,
        (false, false) => DiffForm::Text,
    };
    if !input.combine.base.is_empty() {
        let usage = "diff takes both profiles as they are: -base and -diff_base are for other reports";
        return Err(Error::Usage(usage.into()));
    }
    let two = <[SourceName; 2]>::try_from(std::mem::take(&mut input.sources));
    let [before, after] = two.map_err(|_| Error::Usage("diff takes two profiles: heaptui diff BEFORE AFTER".into()))?;
    input.combine.base = vec![before];
    input.sources = vec![after];
    Ok(DiffRequest {
        input,
        options,
        form,
        limit: flags::value(matches, "fail-growth").map(Limit::parse).transpose()?,
        output: matches.get_one("output").cloned(),
    })
}
