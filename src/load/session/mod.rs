//! Recorded sessions: snapshots of one process over time, as files.
//!
//! A folder with a `session.jsonl` (see [`SessionRow`]) and the profiles that it names, or any profiles in any order.
//! Every file is one that other tools can read. Nothing outside the folder is opened, whatever a line says, and what
//! cannot be read is a warning: a session that was killed in mid-write loses its last line. The caller passes in how to
//! open a profile.

mod clock;
mod list;
mod recorder;
mod row;
mod when;

use std::path::Path;

pub use list::{Listed, list};
pub use recorder::{Files, Keeping, Recorder, bytes};
pub use row::SessionRow;
pub use when::{Gate, Observed, SaveWhen};

use crate::analyze::leaks::{History, Observation};
use crate::error::{Error, Result};
use crate::model::{Collection, Profile, Resident};
use crate::secret::SourceName;

/// The name of the list of snapshots in a session's folder.
pub const INDEX: &str = "session.jsonl";
/// The name of the profile of goroutines that Go has proved leaked, in the same folder.
pub const PROOF: &str = "goroutineleak.pb.gz";

/// The most snapshots that are read: one every ten seconds for a day.
const MAX_SNAPSHOTS: usize = 8640;
/// How many warnings of one kind are listed; the rest are counted.
const MAX_LISTED: usize = 5;

/// A session that was read.
#[derive(Debug, Default)]
pub struct Session {
    /// Its snapshots, reduced to what the verdict needs.
    pub history: History,
    /// The rows of the snapshots, if there is a list; their files are paths that can be opened.
    pub rows: Vec<SessionRow>,
    /// The latest profiles.
    pub last: Last,
    /// Warnings for the user, one line each.
    pub warnings: Vec<String>,
}

/// The latest of each kind of profile in a session.
#[derive(Debug, Default)]
pub struct Last {
    /// The heap profile.
    pub heap: Option<Profile>,
    /// The goroutine profile.
    pub goroutines: Option<Profile>,
    /// A profile without samples that has only `runtime.MemStats`.
    pub stats: Option<Profile>,
    /// Resident memory, if recorded.
    pub resident: Option<Resident>,
    /// Whether a garbage collection was forced before the heap profile.
    pub collection: Collection,
}

/// Opens a profile by its name.
pub type Open<'o> = &'o dyn Fn(&SourceName) -> Result<Profile>;

/// Whether a name is that of a folder, which can only be a session.
pub fn is_folder(name: &str) -> bool {
    Path::new(name).is_dir()
}

/// Reads a session: a folder, or several profiles in any order.
///
/// # Errors
/// [`Error::Io`] for a folder that cannot be read, [`Error::NoMatch`] if there is no profile, and the error of `open`
/// if nothing can be read or the user cancels.
pub fn session(sources: &[SourceName], open: Open<'_>) -> Result<Session> {
    let mut reader = Reader::new(open);
    match sources {
        [folder] if is_folder(folder.as_typed()) => reader.folder(Path::new(folder.as_typed()))?,
        several if several.iter().any(|name| is_folder(name.as_typed())) => {
            return Err(Error::Usage(
                "one session at a time: a folder, or several profiles".into(),
            ));
        }
        files => reader.files(files)?,
    }
    reader.finish()
}

/// Reads a session whose snapshots are listed already. `open` is asked for the names that the rows have.
///
/// # Errors
/// As [`session`].
pub fn session_of(rows: Vec<SessionRow>, open: Open<'_>) -> Result<Session> {
    let mut reader = Reader::new(open);
    reader.snapshots(rows, &|reader, name, holds| {
        let profile = reader.profile(&name.into())?;
        Ok(profile.filter(|profile| Holds::of(profile) == Some(holds)))
    })?;
    reader.finish()
}

/// Reads a file of a snapshot; `None` if it has no profile of this kind.
type Member<'m, 'o> = &'m dyn Fn(&mut Reader<'o>, &str, Holds) -> Result<Option<Profile>>;

struct Reader<'o> {
    open: Open<'o>,
    session: Session,
    /// Warnings that are only counted.
    unlisted: usize,
    /// The first error.
    failure: Option<Error>,
}

impl<'o> Reader<'o> {
    fn new(open: Open<'o>) -> Self {
        Self {
            open,
            session: Session::default(),
            unlisted: 0,
            failure: None,
        }
    }

    fn folder(&mut self, folder: &Path) -> Result<()> {
        let index = folder.join(INDEX);
        if index.is_file() {
            return self.listed(folder, &index);
        }
        let files = list::files(folder)?;
        self.files(&files)
    }

    /// Reads the snapshots of a list.
    fn listed(&mut self, folder: &Path, index: &Path) -> Result<()> {
        let mut wrong = Vec::new();
        let rows = list::rows(index, &mut wrong)?;
        wrong.into_iter().for_each(|wrong| self.warn(wrong));
        self.snapshots(rows, &|reader, name, holds| reader.member(folder, name, holds))?;
        let place = |name: &mut String| *name = folder.join(&*name).to_string_lossy().into_owned();
        for row in &mut self.session.rows {
            [&mut row.heap, &mut row.goroutine]
                .into_iter()
                .flatten()
                .for_each(place);
        }
        if folder.join(PROOF).exists()
            && let Some(proof) = self.member(folder, PROOF, Holds::Proof)?
        {
            self.session.history.prove(&proof);
        }
        Ok(())
    }

    /// Reads the snapshots of some rows.
    fn snapshots(&mut self, rows: Vec<SessionRow>, member: Member<'_, 'o>) -> Result<()> {
        let start = rows.first().map(|row| row.time);
        for row in rows {
            let mut read = |name: Option<&str>, holds| match name {
                Some(name) => member(self, name, holds),
                None => Ok(None),
            };
            let heap = read(row.heap.as_deref(), Holds::Heap)?;
            let goroutines = read(row.goroutine.as_deref(), Holds::Goroutines)?;
            if heap.is_none() && row.heap.is_some() || heap.is_none() && goroutines.is_none() {
                continue;
            }
            let since = start.map_or(0.0, |start| row.time.duration_since(start).as_secs_f64());
            self.session.history.push(&Observation {
                seconds: since,
                heap: heap.as_ref(),
                goroutines: goroutines.as_ref(),
                resident: row.resident(),
                collection: row.collection,
            });
            self.keep(heap, goroutines);
            self.session.last.resident = row.resident();
            self.session.last.collection = row.collection;
            self.session.rows.push(row);
        }
        Ok(())
    }

    /// Reads a file that a list names, if it is in the folder and contains the kind of profile it should.
    fn member(&mut self, folder: &Path, name: &str, holds: Holds) -> Result<Option<Profile>> {
        let Some(path) = list::inside(folder, name) else {
            let folder = folder.display();
            self.warn(format!(
                "{folder}: {name:?} is no file in this folder; its snapshot is left out"
            ));
            return Ok(None);
        };
        let profile = self.profile(&path.to_string_lossy().into_owned().into())?;
        let right = profile.filter(|profile| Holds::of(profile) == Some(holds));
        if right.is_none() && self.failure.is_none() {
            self.warn(format!(
                "{}: holds no {} profile; its snapshot is left out",
                path.display(),
                holds.name()
            ));
        }
        Ok(right)
    }

    /// Reads profiles without a list.
    fn files(&mut self, files: &[SourceName]) -> Result<()> {
        if files.len() > 2 * MAX_SNAPSHOTS {
            self.warn(format!("only the first {} files are read", 2 * MAX_SNAPSHOTS));
        }
        let mut start = None;
        let mut last: Option<(i128, bool)> = None;
        for name in files.iter().take(2 * MAX_SNAPSHOTS) {
            let Some(profile) = self.profile(name)? else { continue };
            let Some(holds) = Holds::of(&profile) else {
                self.warn(format!(
                    "{name}: is neither a heap nor a goroutine profile; it is left out"
                ));
                continue;
            };
            if holds == Holds::Proof {
                self.session.history.prove(&profile);
                continue;
            }
            let time = clock::taken(&profile, name.as_typed());
            let nanos = time.unwrap_or_else(|| last.map_or(0, |(last, _)| last.saturating_add(SECOND)));
            last = Some((nanos, time.is_some()));
            let start = *start.get_or_insert(nanos);
            let is_counted = holds == Holds::Goroutines;
            self.session.history.push(&Observation {
                seconds: nanos.saturating_sub(start) as f64 / SECOND as f64,
                heap: (!is_counted).then_some(&profile),
                goroutines: is_counted.then_some(&profile),
                ..Observation::default()
            });
            match holds {
                Holds::Goroutines => self.keep(None, Some(profile)),
                Holds::Stats => self.session.last.stats = Some(profile),
                _ => self.keep(Some(profile), None),
            }
        }
        if last.is_some_and(|(_, is_known)| !is_known) {
            self.warn("when the profiles were taken is not known: they are taken for a second apart".into());
        }
        self.session.history.pair();
        Ok(())
    }

    fn profile(&mut self, name: &SourceName) -> Result<Option<Profile>> {
        match (self.open)(name) {
            Ok(profile) => Ok(Some(profile)),
            Err(error @ (Error::Cancelled | Error::Usage(_))) => Err(error),
            Err(error) => {
                let (name, text) = (name.to_string(), error.to_string());
                self.warn(if text.starts_with(&name) {
                    text
                } else {
                    format!("{name}: {text}")
                });
                self.failure.get_or_insert(error);
                Ok(None)
            }
        }
    }

    fn keep(&mut self, heap: Option<Profile>, goroutines: Option<Profile>) {
        let last = &mut self.session.last;
        last.heap = heap.or(last.heap.take());
        last.goroutines = goroutines.or(last.goroutines.take());
    }

    fn warn(&mut self, text: String) {
        if self.session.warnings.len() < MAX_LISTED {
            self.session.warnings.push(text);
        } else {
            self.unlisted += 1;
        }
    }

    fn finish(mut self) -> Result<Session> {
        if self.session.history.is_empty() {
            let nothing = || Error::NoMatch("no heap or goroutine profile in it: a session has several".into());
            return Err(self.failure.unwrap_or_else(nothing));
        }
        if self.unlisted > 0 {
            self.session
                .warnings
                .push(format!("and {} more like these", self.unlisted));
        }
        Ok(self.session)
    }
}

const SECOND: i128 = 1_000_000_000;

/// The kinds of profiles in a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Holds {
    Heap,
    Goroutines,
    /// Goroutines that Go has proved leaked.
    Proof,
    /// No samples, but `runtime.MemStats`.
    Stats,
}

impl Holds {
    fn of(profile: &Profile) -> Option<Self> {
        let has = |name: &str| profile.sample_type(name).is_some();
        match () {
            () if has("inuse_space") => Some(Self::Heap),
            () if has("goroutine") => Some(Self::Goroutines),
            () if has("goroutineleak") => Some(Self::Proof),
            () if profile.mem_stats.is_some() => Some(Self::Stats),
            () => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Heap => "heap",
            Self::Goroutines => "goroutine",
            Self::Proof => "goroutineleak",
            Self::Stats => "memstats",
        }
    }
}

fn io_error(path: &Path, reason: std::io::Error) -> Error {
    Error::Io {
        name: path.display().to_string(),
        reason,
    }
}
