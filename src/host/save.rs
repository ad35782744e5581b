//! Keeping what was fetched: a file is there whole or not at all, and only if it is a profile.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use jiff::Timestamp;

use crate::error::{Error, Result};

/// What a check found a profile to be. Names its file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Described {
    /// The program; may be empty.
    pub process: String,
    /// The sample type, e.g. `inuse_space`; may be empty.
    pub kind: String,
    /// When it was taken, nanoseconds since 1970 UTC; 0 if unknown.
    pub time_nanos: i64,
}

/// What [`keep`] did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// Where it is.
    pub path: PathBuf,
    /// How long it is.
    pub bytes: u64,
    /// What it is.
    pub described: Described,
}

/// Reads a profile, checks it, and only then writes it, with the bytes as they came. Without an `output` the file gets
/// a [`default_name`] in the current folder, and never replaces another.
///
/// # Errors
/// As `read` and [`save`], and whatever `check` refuses with.
pub fn keep(
    read: &dyn Fn() -> Result<Vec<u8>>,
    output: Option<&Path>,
    check: &dyn Fn(&[u8]) -> Result<Described>,
) -> Result<Saved> {
    // Before half a minute is spent on a profile that has no place to go.
    if let Some(path) = output {
        writable(path)?;
    }
    let bytes = read()?;
    let described = check(&bytes)?;
    let path = match output {
        Some(path) => {
            save(&bytes, path)?;
            path.to_owned()
        }
        None => save_described(&bytes, &described)?,
    };
    Ok(Saved {
        path,
        bytes: bytes.len() as u64,
        described,
    })
}

/// Writes a file that is there whole or not at all, in place of the one that may be there. What is neither file
/// nor folder, such as `/dev/null` or a pipe, is written to.
///
/// # Errors
/// [`Error::Io`].
pub fn save(bytes: &[u8], path: &Path) -> Result<()> {
    writable(path)?;
    let written = match fs::canonicalize(path) {
        // What a link points at is replaced, not the link.
        Ok(path) if path.is_file() => replace(bytes, &path),
        Ok(path) => OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes)),
        Err(_) => replace(bytes, path),
    };
    written.map_err(|reason| unwritable(path, reason))
}

/// Writes a file that is there whole or not at all, unless one of that name is there already: then does nothing and
/// returns false.
///
/// # Errors
/// [`Error::Io`].
pub fn save_new(bytes: &[u8], path: &Path) -> Result<bool> {
    writable(path)?;
    if path.exists() {
        return Ok(false);
    }
    write_beside(bytes, path)
        .and_then(|temporary| name_new(&temporary, path))
        .map_err(|reason| unwritable(path, reason))
}

/// The name in pprof's manner, `pprof.PROCESS.TYPE.TIME`, with a UTC time, e.g.
/// `pprof.prometheus.inuse_space.20261123T101500Z`. The ending comes from the bytes: see [`keep`].
pub fn default_name(process: &str, kind: &str, time_nanos: i64) -> String {
    let time = Timestamp::from_nanosecond(time_nanos.into()).unwrap_or_default();
    let time = time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let parts = ["pprof".into(), clean(process), clean(kind), time];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(".")
}

/// How much of a name that the profile gives goes into a file's name.
const MAX_PART: usize = 64;

/// The last part of a path, with nothing in it that means something to a shell or file system.
fn clean(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).trim_matches('.');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let letters = name.chars().take(MAX_PART);
    letters
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect()
}

fn ending(bytes: &[u8]) -> &'static str {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    match bytes {
        [0x1f, 0x8b, ..] => "pb.gz",
        // The first byte of the protobuf format is a line feed, but a length follows.
        _ if bytes.iter().take(16).all(is_text) => "txt",
        _ => "pb",
    }
}

/// Writes a new file in the current folder and returns its name.
fn save_described(bytes: &[u8], described: &Described) -> Result<PathBuf> {
    let time = match described.time_nanos {
        ..=0 => i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default(),
        time => time,
    };
    let name = default_name(&described.process, &described.kind, time);
    let ending = ending(bytes);
    let first = PathBuf::from(format!("{name}.{ending}"));
    let temporary = write_beside(bytes, &first).map_err(|reason| unwritable(&first, reason))?;
    let mut names = (2..).map(|number| PathBuf::from(format!("{name}.{number}.{ending}")));
    let mut path = first;
    while !name_new(&temporary, &path).map_err(|reason| unwritable(&path, reason))? {
        path = names.next().unwrap_or_default();
    }
    Ok(path)
}

/// Gives a temporary file its name; false if that is taken.
fn name_new(temporary: &Temporary, path: &Path) -> io::Result<bool> {
    // Unlike a rename, a link never replaces a file that another process has just made.
    match fs::hard_link(&temporary.0, path) {
        Ok(()) => Ok(true),
        // Not every file system has links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !path.exists() => {
            fs::rename(&temporary.0, path).map(|()| true)
        }
        Err(_) => Ok(false),
    }
}

fn replace(bytes: &[u8], path: &Path) -> io::Result<()> {
    let temporary = write_beside(bytes, path)?;
    if let Ok(metadata) = fs::metadata(path) {
        fs::set_permissions(&temporary.0, metadata.permissions())?;
    }
    fs::rename(&temporary.0, path)?;
    // The name is safe once the folder is; that not every system can do this is no failure.
    File::open(folder(path))
        .and_then(|folder| folder.sync_all())
        .unwrap_or_default();
    Ok(())
}

/// A file that goes away unless it is renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap_or_default();
    }
}

/// Writes a temporary file in the folder of another, so that a rename is all that is left to do.
fn write_beside(bytes: &[u8], path: &Path) -> io::Result<Temporary> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 0_u32;
    let (temporary, mut file) = loop {
        let path = folder(path).join(format!(".{name}.{}.{number}.tmp", process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => break (Temporary(path), file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    };
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(temporary)
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Finds out early what would fail late.
fn writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        let reason = io::Error::new(io::ErrorKind::IsADirectory, "this is a directory; name a file in it");
        return Err(unwritable(path, reason));
    }
    if !folder(path).is_dir() {
        let reason = io::Error::new(io::ErrorKind::NotFound, "its folder does not exist; make it first");
        return Err(unwritable(path, reason));
    }
    // A file is replaced by another of its name, which its own protection would not prevent.
    if path.is_file()
        && let Err(reason) = OpenOptions::new().write(true).open(path)
    {
        return Err(unwritable(path, reason));
    }
    Ok(())
}

fn unwritable(path: &Path, reason: io::Error) -> Error {
    Error::Io {
        name: path.display().to_string(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        let time = 1_795_428_900_000_000_000;
        for (process, kind, name) in [
            (
                "prometheus",
                "inuse_space",
                "pprof.prometheus.inuse_space.20261123T101500Z",
            ),
            ("/usr/bin/etcd", "goroutine", "pprof.etcd.goroutine.20261123T101500Z"),
            ("", "", "pprof.20261123T101500Z"),
            ("../..", "a b\u{1b}", "pprof.a_b_.20261123T101500Z"),
            ("é$(x)", "C:\\x.exe", "pprof.___x_.x.exe.20261123T101500Z"),
        ] {
            assert_eq!(default_name(process, kind, time), name);
        }
        assert!(default_name(&"x".repeat(500), "", time).len() < 100);
        default_name("", "", i64::MIN);
    }

    #[test]
    fn the_ending_tells_the_form() {
        assert_eq!(ending(&[0x1f, 0x8b, 8]), "pb.gz");
        assert_eq!(ending(b"\x0a\x04\x08\x01\x10\x02"), "pb");
        assert_eq!(ending(b"heap profile: 1: 2 [3: 4] @ heap/1"), "txt");
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        save(b"one", &path).unwrap();
        save(b"two", &path).unwrap();
        assert!(!save_new(b"three", &path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        fs::remove_file(&path).unwrap();
        assert!(save_new(b"two", &path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert!(
            save(b"x", folder.path())
                .unwrap_err()
                .to_string()
                .contains("is a directory")
        );
        let lost = save(b"x", &folder.path().join("no/p")).unwrap_err();
        assert!(lost.to_string().contains("its folder does not exist"), "{lost}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        save(b"new", &link).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        save(b"x", Path::new("/dev/null")).unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }
}
