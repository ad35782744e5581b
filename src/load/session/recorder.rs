//! Writes a session while it grows.
//!
//! The files of a snapshot are written first, each atomically, then its line in the list: a recorder that is killed loses
//! at most the snapshot in progress. The caller passes in how to save a file and compress bytes.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{INDEX, PROOF, SessionRow, io_error};
use crate::error::{Error, Result};
use crate::load::watch::Taken;

/// How much of a recording to keep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeping {
    /// All of it.
    Everything,
    /// This many snapshots.
    Snapshots(usize),
    /// This many bytes of profiles.
    Bytes(u64),
}

impl Keeping {
    /// Parses `200` (snapshots) or `500MB`.
    ///
    /// # Errors
    /// [`Error::Usage`] for anything else, and for fewer than four snapshots.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::Usage(format!(
                "--keep takes a number of snapshots or a size, e.g. 200 or 500MB, not {text:?}"
            ))
        };
        match text.trim().parse() {
            Ok(count) if count >= FEWEST => Ok(Self::Snapshots(count)),
            Ok(_) => Err(Error::Usage(format!("--keep keeps {FEWEST} snapshots at least"))),
            Err(_) => bytes(text).map(Self::Bytes).ok_or_else(wrong),
        }
    }
}

/// Parses a number of bytes with its unit: `500MB`, `2 GiB`. `None` if it is not one.
pub fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim();
    let factor = crate::model::units::factor(unit)?;
    let is_size = unit.to_ascii_lowercase().ends_with('b');
    is_size.then_some((number as f64 * factor) as u64)
}

/// The first, the last, the largest and one between them.
const FEWEST: usize = 4;

/// How files are written.
#[derive(Clone, Copy)]
pub struct Files<'f> {
    /// Writes a file atomically.
    pub save: &'f dyn Fn(&[u8], &Path) -> Result<()>,
    /// Compresses bytes with gzip.
    pub gzip: &'f dyn Fn(&[u8]) -> Vec<u8>,
}

/// A session being written.
pub struct Recorder<'f> {
    folder: PathBuf,
    files: Files<'f>,
    keeping: Keeping,
    /// The snapshots in the list, with the size of their files and of the heap.
    kept: Vec<Kept>,
    /// The number for the next snapshot's files.
    next: u64,
}

struct Kept {
    row: SessionRow,
    bytes: u64,
    heap: u64,
}

impl<'f> Recorder<'f> {
    /// Begins a session in a folder, which is created if missing.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] if the folder already contains a session.
    pub fn create(folder: &Path, keeping: Keeping, files: Files<'f>) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|reason| io_error(folder, reason))?;
        if folder.join(INDEX).exists() {
            let folder = folder.display();
            return Err(Error::Usage(format!(
                "{folder} holds a session already: name another folder"
            )));
        }
        Ok(Self {
            folder: folder.into(),
            files,
            keeping,
            kept: Vec::new(),
            next: 0,
        })
    }

    /// Adds a snapshot; `heap` is its heap size in bytes, which decides which snapshot is the largest.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn record(&mut self, taken: &Taken, heap: u64) -> Result<()> {
        let number = self.next;
        self.next += 1;
        let mut bytes = 0;
        let mut save = |kind: &str, content: &[u8]| {
            let is_packed = content.starts_with(&[0x1f, 0x8b]);
            // Text begins with a lower-case letter: it is a `debug=1` profile. The server compresses the other format
            // itself.
            let is_text = content.first().is_some_and(|byte| byte.is_ascii_lowercase());
            let name = format!("{number:03}.{kind}.{}", if is_text { "txt.gz" } else { "pb.gz" });
            let packed = if is_packed {
                content.to_vec()
            } else {
                (self.files.gzip)(content)
            };
            bytes += packed.len() as u64;
            (self.files.save)(&packed, &self.folder.join(&name))?;
            Ok::<_, Error>(name)
        };
        let heap_name = save("heap", &taken.heap)?;
        let goroutine = taken
            .goroutine
            .as_deref()
            .map(|content| save("goroutine", content))
            .transpose()?;
        let row = SessionRow {
            time: taken.time,
            heap: Some(heap_name),
            goroutine,
            rss: taken.resident.map(|resident| resident.bytes),
            rss_file: taken.resident.and_then(|resident| resident.files),
            collection: taken.collection,
        };
        self.append(&row)?;
        // A recording that keeps everything may run for weeks: nothing about it stays in memory.
        if self.keeping == Keeping::Everything {
            return Ok(());
        }
        self.kept.push(Kept { row, bytes, heap });
        self.thin()
    }

    /// Saves the profile of goroutines that Go has proved leaked.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn prove(&self, leaked: &[u8]) -> Result<()> {
        (self.files.save)(leaked, &self.folder.join(PROOF))
    }

    fn append(&self, row: &SessionRow) -> Result<()> {
        let index = self.folder.join(INDEX);
        let failed = |reason| io_error(&index, reason);
        let mut list = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&index)
            .map_err(failed)?;
        list.write_all(row.line().as_bytes()).map_err(failed)
    }

    /// Removes snapshots until the rest is within the limit: every second one, beginning with the oldest; never the
    /// first, the last or the largest.
    fn thin(&mut self) -> Result<()> {
        let bytes: u64 = self.kept.iter().map(|kept| kept.bytes).sum();
        let is_much = match self.keeping {
            Keeping::Everything => false,
            Keeping::Snapshots(most) => self.kept.len() > most,
            Keeping::Bytes(most) => bytes > most && self.kept.len() > FEWEST,
        };
        if !is_much {
            return Ok(());
        }
        let largest = self.kept.iter().map(|kept| kept.heap).max();
        let last = self.kept.len() - 1;
        let half = last.div_ceil(2).max(2);
        let mut at = 0;
        let mut dropped = Vec::new();
        let mut is_largest_kept = false;
        self.kept.retain(|kept| {
            let is_largest = !is_largest_kept && Some(kept.heap) == largest;
            is_largest_kept |= is_largest;
            let stays = at == 0 || at == last || is_largest || at > half || at % 2 == 0;
            at += 1;
            if !stays {
                dropped.extend(
                    [kept.row.heap.clone(), kept.row.goroutine.clone()]
                        .into_iter()
                        .flatten(),
                );
            }
            stays
        });
        // The list first, so that it never names a file that is gone.
        let list: String = self.kept.iter().map(|kept| kept.row.line()).collect();
        (self.files.save)(list.as_bytes(), &self.folder.join(INDEX))?;
        for name in dropped {
            let path = self.folder.join(name);
            fs::remove_file(&path).map_err(|reason| io_error(&path, reason))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Recorder<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Recorder in {} after {} snapshots",
            self.folder.display(),
            self.next
        )
    }
}
