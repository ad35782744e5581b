//! Answers about a process rather than tables of a profile: what leaks, where its memory is, what its goroutines do.
//!
//! [`DIAGNOSES`] lists them once: the command line, the help and the tests loop over it. Each is made of an [`Evidence`],
//! which a recorded session, files or a live process can give, and is written as text or as JSON.

mod causes;
mod goroutines;
mod leaks;
mod memory;
pub(super) mod words;

use std::io::Write;

pub use self::goroutines::{dump_cost, waited};
pub use self::leaks::{Advice, DUMP, FindingWords, LeakWords, PROOF, SHAPES, Witness, shape, too_few, write_leaks};
pub use self::memory::{MemoryRow, MemoryWords};
pub use self::words::seconds;
use super::writing;
use crate::analyze::leaks::{History, Level};
use crate::error::Result;
use crate::model::{MemStats, Profile, Resident};

/// What is known of a process.
#[derive(Debug, Default)]
pub struct Evidence {
    /// All snapshots, reduced.
    pub history: History,
    /// The last heap profile.
    pub heap: Option<Profile>,
    /// The last goroutine profile.
    pub goroutines: Option<Profile>,
    /// The last `runtime.MemStats`, where the heap profile has none.
    pub mem_stats: Option<Box<MemStats>>,
    /// Resident memory at the last snapshot.
    pub resident: Option<Resident>,
    /// Whether the heap was collected before the last snapshot.
    pub is_collected: bool,
}

/// How a diagnosis is to be written, and what of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// How the answer is written.
    pub form: AnswerForm,
    /// What goroutines are grouped by; as it was typed.
    pub by: Option<String>,
}

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AnswerForm {
    /// For the eye.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// What an answer means for the caller of the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Outcome {
    /// It was answered.
    #[default]
    Answered,
    /// Something leaks.
    Leaks,
    /// Something grows that may come to rest.
    Grows,
}

impl Outcome {
    /// The program's exit status.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Answered => 0,
            Self::Leaks => 3,
            Self::Grows => 4,
        }
    }
}

impl From<Level> for Outcome {
    fn from(level: Level) -> Self {
        match level {
            Level::None => Self::Answered,
            Level::Growing => Self::Grows,
            Level::Leak => Self::Leaks,
        }
    }
}

/// What a live process is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Live {
    /// Snapshots over time.
    Watch,
    /// The heap as text, which alone has `runtime.MemStats`.
    HeapText,
    /// Its goroutines, with what each waits for where there are not too many.
    Goroutines,
}

/// A row of [`DIAGNOSES`].
pub struct DiagnosisRow {
    /// The command.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What a live process is asked for.
    pub live: Live,
    write: fn(&Evidence, &Asked, &mut dyn Write) -> Result<Outcome>,
}

impl std::fmt::Debug for DiagnosisRow {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

impl DiagnosisRow {
    /// Writes the answer.
    ///
    /// # Errors
    /// [`crate::error::Error::NoMatch`] where the evidence does not carry it, [`crate::error::Error::Io`] from the writer.
    pub fn write(&self, evidence: &Evidence, asked: &Asked, out: &mut dyn Write) -> Result<Outcome> {
        (self.write)(evidence, asked, out)
    }
}

/// Every diagnosis, in the order of the help. A new one is a file beside this one and a row here.
pub const DIAGNOSES: &[DiagnosisRow] = &[
    DiagnosisRow {
        name: "leaks",
        help: "Whether the process leaks, who keeps what, and how sure that is",
        live: Live::Watch,
        write: leaks::write,
    },
    DiagnosisRow {
        name: "memory",
        help: "Where the process's memory is, and what would shrink it",
        live: Live::HeapText,
        write: memory::write,
    },
    DiagnosisRow {
        name: "goroutines",
        help: "What its goroutines do, wait for and were started by, those alike as one row",
        live: Live::Goroutines,
        write: goroutines::write,
    },
];

/// Writes an object, a key a line.
fn write_object(object: &serde_json::Value, out: &mut dyn Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, object).map_err(|error| writing(error.into()))?;
    out.write_all(b"\n").map_err(writing)
}
