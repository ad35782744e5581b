//! Whether source text can be what was built: a profile says nothing of the text, but of its lines.

use super::aggregate::Report;
use super::routine::Routine;
use super::sources::{Found, SourceText};
use crate::model::visible;

/// Why a file may not be what was built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doubt {
    /// This line holds something, and the file ends before it.
    PastTheEnd(i64),
    /// This line holds something, and is blank or a comment.
    NoCode(i64),
    /// The file was written after the profile was taken.
    Newer,
}

impl Doubt {
    /// What to say of it.
    pub fn text(self) -> String {
        let why = match self {
            Self::PastTheEnd(line) => format!("line {line} holds something, and the file ends before it"),
            Self::NoCode(line) => format!("line {line} holds something, and is blank or a comment"),
            Self::Newer => "the file is newer than the profile".to_string(),
        };
        format!("This may not be the source that was built: {why}.")
    }
}

/// The strongest doubt that a file is what a function was built from.
pub fn doubt(report: &Report, routine: &Routine, text: &SourceText) -> Option<Doubt> {
    let held = routine.lines.iter().filter(|(_, values)| **values != (0, 0));
    let lines = || held.clone().map(|(&line, _)| line).filter(|&line| line > 0);
    let past = lines().find(|&line| line > text.len() as i64).map(Doubt::PastTheEnd);
    let no_code = || lines().find(|&line| !text.has_code(line)).map(Doubt::NoCode);
    let newer = || {
        let taken = Some(report.profile.time_nanos).filter(|&nanos| nanos != 0)?;
        (text.found.written_nanos? > taken).then_some(Doubt::Newer)
    };
    past.or_else(no_code).or_else(newer)
}

/// Where a file was found, and by which rule.
pub fn place(found: &Found) -> String {
    let path = found.path.display().to_string();
    let rule = found.beyond_pprof.unwrap_or("by its name");
    format!("Found {rule}: {}", visible(&path))
}
