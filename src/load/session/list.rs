//! Which snapshots a session has, and in which files, without opening those where that can be known.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;

use super::{Holds, INDEX, MAX_SNAPSHOTS, Open, SECOND, SessionRow, clock, io_error, is_folder};
use crate::error::{Error, Result};
use crate::secret::SourceName;

/// The longest line of a list, in bytes.
const MAX_LINE: u64 = 1 << 16;

/// The snapshots of a session, the earliest first.
#[derive(Debug, Default)]
pub struct Listed {
    /// One row per snapshot; its files are paths that can be opened.
    pub rows: Vec<SessionRow>,
    /// Warnings for the user, one line each.
    pub warnings: Vec<String>,
}

/// Lists the snapshots of a folder or of several profiles. A folder's `session.jsonl` is trusted; without one
/// each file is opened, since only its content says what it is and when it was taken.
///
/// # Errors
/// [`Error::Io`] for a folder that cannot be read, [`Error::NoMatch`] if there is no profile, and the error of `open`
/// if nothing can be read or the user cancels.
pub fn list(sources: &[SourceName], open: Open<'_>) -> Result<Listed> {
    let listed = match sources {
        [folder] if is_folder(folder.as_typed()) => {
            let folder = Path::new(folder.as_typed());
            let index = folder.join(INDEX);
            match index.is_file() {
                true => listed(folder, &index)?,
                false => opened(&files(folder)?, open)?,
            }
        }
        files => opened(files, open)?,
    };
    match listed.rows.is_empty() {
        true => Err(Error::NoMatch(
            "no heap or goroutine profile in it: a session has several".into(),
        )),
        false => Ok(listed),
    }
}

/// The snapshots of a list whose files exist.
fn listed(folder: &Path, index: &Path) -> Result<Listed> {
    let mut listed = Listed::default();
    let rows = rows(index, &mut listed.warnings)?;
    for mut row in rows {
        let mut missing = None;
        for name in [&mut row.heap, &mut row.goroutine].into_iter().flatten() {
            match inside(folder, name) {
                Some(path) => *name = path.to_string_lossy().into_owned(),
                None => missing = Some(name.clone()),
            }
        }
        match missing {
            None => listed.rows.push(row),
            Some(name) => listed.warnings.push(format!(
                "{}: {name:?} is no file in this folder; its snapshot is left out",
                folder.display()
            )),
        }
    }
    Ok(listed)
}

/// Profiles without a list: a goroutine profile belongs to the heap profile nearest in time, if the distance is less than
/// half the usual interval between heap profiles.
fn opened(files: &[SourceName], open: Open<'_>) -> Result<Listed> {
    let mut listed = Listed::default();
    let (mut heaps, mut others) = (Vec::new(), Vec::new());
    let (mut failure, mut last) = (None, None::<i128>);
    let mut is_guessed = false;
    for name in files.iter().take(2 * MAX_SNAPSHOTS) {
        let profile = match open(name) {
            Ok(profile) => profile,
            Err(error @ (Error::Cancelled | Error::Usage(_))) => return Err(error),
            Err(error) => {
                listed.warnings.push(format!("{name}: {error}"));
                failure.get_or_insert(error);
                continue;
            }
        };
        let taken = clock::taken(&profile, name.as_typed());
        is_guessed |= taken.is_none();
        let nanos = taken.unwrap_or_else(|| last.map_or(0, |last| last.saturating_add(SECOND)));
        last = Some(nanos);
        let (kind, file) = (Holds::of(&profile), Some(name.as_typed().to_string()));
        let mut row = SessionRow::at(Timestamp::from_nanosecond(nanos).unwrap_or_default());
        match kind {
            Some(Holds::Heap) => {
                row.heap = file;
                heaps.push(row);
            }
            Some(Holds::Goroutines) => {
                row.goroutine = file;
                others.push(row);
            }
            Some(Holds::Proof | Holds::Stats) => {}
            // Profiles of any other type form a series of their own.
            None => {
                row.heap = file;
                heaps.push(row);
            }
        }
    }
    let key = |row: &SessionRow| row.time;
    heaps.sort_by_key(key);
    others.sort_by_key(key);
    let nanos = |row: &SessionRow| row.time.as_nanosecond();
    let mut steps: Vec<i128> = heaps.windows(2).map(|pair| nanos(&pair[1]) - nanos(&pair[0])).collect();
    steps.sort_unstable();
    let near = steps.get(steps.len() / 2).map_or(i128::MAX, |step| step / 2);
    for other in others {
        let away = |row: &SessionRow| (nanos(row) - nanos(&other)).abs();
        let free = heaps
            .iter_mut()
            .filter(|row| row.heap.is_some() && row.goroutine.is_none());
        match free.min_by_key(|row| away(row)).filter(|row| away(row) <= near) {
            Some(row) => row.goroutine = other.goroutine,
            None => listed.rows.push(other),
        }
    }
    listed.rows.extend(heaps);
    listed.rows.sort_by_key(key);
    if is_guessed {
        let text = "when the profiles were taken is not known: they are taken for a second apart";
        listed.warnings.push(text.into());
    }
    match failure {
        Some(error) if listed.rows.is_empty() => Err(error),
        _ => Ok(listed),
    }
}

/// The files of a folder, sorted by name, hidden ones excluded.
pub(super) fn files(folder: &Path) -> Result<Vec<SourceName>> {
    let failed = |reason| io_error(folder, reason);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)?.take(2 * MAX_SNAPSHOTS) {
        let path = entry.map_err(failed)?.path();
        let is_hidden = path
            .file_name()
            .is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if path.is_file() && !is_hidden {
            files.extend(path.to_str().map(String::from));
        }
    }
    files.sort();
    Ok(files.into_iter().map(SourceName::from).collect())
}

/// The valid lines of a list, the earliest first; what is wrong with the others goes into `wrong`.
pub(super) fn rows(index: &Path, wrong: &mut Vec<String>) -> Result<Vec<SessionRow>> {
    let failed = |reason| io_error(index, reason);
    let mut lines = BufReader::new(File::open(index).map_err(failed)?);
    let mut rows = Vec::new();
    for number in 1_usize.. {
        let mut line = Vec::new();
        let read = (&mut lines)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(failed)?;
        if read == 0 {
            break;
        }
        let is_whole = line.ends_with(b"\n");
        if line.trim_ascii().is_empty() {
            continue;
        }
        match SessionRow::parse(&line) {
            Ok(row) => rows.push(row),
            Err(_) if !is_whole && read as u64 == MAX_LINE => {
                wrong.push(format!(
                    "{}:{number}: is too long, and nothing behind it is read",
                    index.display()
                ));
                break;
            }
            Err(what) => wrong.push(format!("{}:{number}: {what}; it is left out", index.display())),
        }
        if rows.len() > MAX_SNAPSHOTS {
            rows.pop();
            wrong.push(format!(
                "{}: only the first {MAX_SNAPSHOTS} snapshots are read",
                index.display()
            ));
            break;
        }
    }
    rows.sort_by_key(|row| row.time);
    Ok(rows)
}

/// The path of a file in a folder. `None` for names that contain a folder, and for links that lead out of it.
pub(super) fn inside(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut parts = Path::new(name).components();
    let (Some(Component::Normal(_)), None) = (parts.next(), parts.next()) else {
        return None;
    };
    let path = folder.join(name);
    let real = fs::canonicalize(&path).ok()?;
    let is_inside = real.parent() == fs::canonicalize(folder).ok().as_deref();
    (is_inside && real.is_file()).then_some(path)
}
