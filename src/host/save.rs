//! Saving: a regular file is written atomically; anything else is opened and written to.
//!
//! Only a regular file is ever replaced. A device, a pipe or a descriptor, whichever links lead there, is opened; a
//! terminal never receives control characters.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// Who saves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caller {
    /// A command: it waits for a pipe as long as it takes, and may write text to a terminal.
    Command,
    /// The dashboard: it does not wait for a pipe without a reader, and it occupies the terminal itself.
    Dashboard,
}

/// Writes a file atomically, replacing one that exists. Links are followed. What
/// is not a regular file, such as `/dev/stdout`, `/dev/null` or a pipe, is written to.
///
/// # Errors
/// [`Error::Io`]; [`Error::Usage`] if bytes other than text would go to a terminal.
pub fn save(bytes: &[u8], path: &Path, caller: Caller) -> Result<()> {
    match writable(path)? {
        Place::File { path, permissions } => {
            replace(bytes, &path, permissions.as_ref()).map_err(|reason| unwritable(&path, reason))
        }
        other => other.write(bytes, path, caller),
    }
}

/// Writes a file atomically, unless one of that name exists: then does nothing and
/// returns false. What is not a regular file is written to.
///
/// # Errors
/// As [`save`].
pub fn save_new(bytes: &[u8], path: &Path, caller: Caller) -> Result<bool> {
    match writable(path)? {
        Place::File {
            permissions: Some(_), ..
        } => Ok(false),
        Place::File { path, .. } => write_beside(bytes, &path, None)
            .and_then(|temporary| name_new(&temporary, &path))
            .map_err(|reason| unwritable(&path, reason)),
        other => other.write(bytes, path, caller).map(|()| true),
    }
}

/// Whether the bytes are safe on a terminal: text without control characters except line breaks and tabs.
pub fn is_plain(bytes: &[u8]) -> bool {
    let is_plain = |char: char| !char.is_control() || matches!(char, '\n' | '\t');
    std::str::from_utf8(bytes).is_ok_and(|text| text.replace("\r\n", "\n").chars().all(is_plain))
}

/// Whether a path leads to something that is written to instead of being replaced.
pub fn is_stream(path: &Path) -> bool {
    place(path).is_ok_and(|place| !matches!(place, Place::File { .. }))
}

/// What a path leads to.
pub(super) enum Place {
    /// A regular file with its permissions, or `None` for a free name.
    File {
        path: PathBuf,
        permissions: Option<Permissions>,
    },
    /// Standard output, which may be a socket, or a file that others write to as well: written to through the open
    /// descriptor.
    Output,
    /// Standard error.
    Errors,
    /// A device, a pipe or another open descriptor.
    Opened(PathBuf),
}

/// The number of links to follow before they are taken for a cycle.
const MAX_LINKS: u32 = 40;

/// Follows links by hand: some of those under `/proc` lead to what has no path, such as `pipe:[4711]`.
fn place(path: &Path) -> io::Result<Place> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if let Some(place) = descriptor(&path) {
            return Ok(place);
        }
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Place::File {
                    path,
                    permissions: None,
                });
            }
            Err(error) => return Err(error),
        };
        if found.is_symlink() {
            path = folder(&path).join(fs::read_link(&path)?);
        } else if found.is_file() {
            let permissions = Some(found.permissions());
            return Ok(Place::File { path, permissions });
        } else {
            return Ok(Place::Opened(path));
        }
    }
    Err(io::Error::other("links that lead in a circle"))
}

/// Folders in which a number is a descriptor of this process.
const DESCRIPTORS: [&str; 2] = ["/dev/fd", "/proc/self/fd"];

fn descriptor(path: &Path) -> Option<Place> {
    let number: u32 = path.file_name()?.to_str()?.parse().ok()?;
    let within = fs::canonicalize(folder(path)).ok()?;
    let is_own = DESCRIPTORS
        .iter()
        .any(|folder| fs::canonicalize(folder).is_ok_and(|folder| folder == within));
    match number {
        1 if is_own => Some(Place::Output),
        2 if is_own => Some(Place::Errors),
        // Descriptors of other processes are not files of a folder either.
        _ if is_own || within.starts_with("/proc") => Some(Place::Opened(path.to_owned())),
        _ => None,
    }
}

impl Place {
    fn write(&self, bytes: &[u8], name: &Path, caller: Caller) -> Result<()> {
        let failed = |reason| unwritable(name, reason);
        match self {
            Self::File { path, .. } | Self::Opened(path) => {
                let file = open(path, caller).map_err(failed)?;
                write(file, bytes, name, caller)
            }
            Self::Output => write(io::stdout().lock(), bytes, name, caller),
            Self::Errors => write(io::stderr().lock(), bytes, name, caller),
        }
    }
}

/// Opens what is not replaced. A file behind a descriptor is appended to.
fn open(path: &Path, caller: Caller) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true);
    #[cfg(unix)]
    if caller == Caller::Dashboard {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    options.open(path)
}

/// How long a pipe may accept nothing before the dashboard gives up.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often to try meanwhile.
const AGAIN: Duration = Duration::from_millis(10);

fn write(mut out: impl Write + IsTerminal, bytes: &[u8], name: &Path, caller: Caller) -> Result<()> {
    if out.is_terminal() {
        let name = name.display();
        let problem = match caller {
            Caller::Dashboard => format!("{name} is a terminal, and this one is taken: name a file"),
            Caller::Command if is_plain(bytes) => String::new(),
            Caller::Command => format!("{name} is a terminal, and this is not plain text: name a file"),
        };
        if !problem.is_empty() {
            return Err(Error::Usage(problem));
        }
    }
    let mut rest = bytes;
    let mut last = Instant::now();
    while !rest.is_empty() {
        match out.write(rest) {
            Ok(0) => return Err(unwritable(name, io::ErrorKind::WriteZero.into())),
            Ok(length) => {
                rest = rest.get(length..).unwrap_or_default();
                last = Instant::now();
            }
            Err(reason) if reason.kind() == io::ErrorKind::Interrupted => {}
            // Only the dashboard opens without blocking; another process may have set standard output so.
            Err(reason) if reason.kind() == io::ErrorKind::WouldBlock => {
                if caller == Caller::Dashboard && last.elapsed() > PATIENCE {
                    return Err(unwritable(name, reason));
                }
                thread::sleep(AGAIN);
            }
            Err(reason) => return Err(unwritable(name, reason)),
        }
    }
    out.flush().map_err(|reason| unwritable(name, reason))
}

/// Gives a temporary file its final name; false if that name is taken.
pub(super) fn name_new(temporary: &Temporary, path: &Path) -> io::Result<bool> {
    // Unlike a rename, a link never replaces a file that another process has just created.
    match fs::hard_link(&temporary.0, path) {
        Ok(()) => Ok(true),
        // Not every file system has links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !path.exists() => {
            fs::rename(&temporary.0, path).map(|()| true)
        }
        Err(_) => Ok(false),
    }
}

fn replace(bytes: &[u8], path: &Path, permissions: Option<&Permissions>) -> io::Result<()> {
    let temporary = write_beside(bytes, path, permissions)?;
    fs::rename(&temporary.0, path)?;
    // The name is durable once the folder is synced; that not every system can do this is not an error.
    File::open(folder(path))
        .and_then(|folder| folder.sync_all())
        .unwrap_or_default();
    Ok(())
}

/// A temporary file, removed on drop unless it was renamed.
pub(super) struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap_or_default();
    }
}

/// Writes a temporary file in the folder of another, so that only a rename is left to do. Its name is short,
/// as the other's may be as long as names can be; it is readable by no one who may not read the other.
pub(super) fn write_beside(bytes: &[u8], path: &Path, permissions: Option<&Permissions>) -> io::Result<Temporary> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(permissions) = permissions {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(permissions.mode() & 0o777);
    }
    let mut number = 0_u32;
    let (temporary, mut file) = loop {
        let path = folder(path).join(format!(".heaptui-{}-{number}.tmp", process::id()));
        match options.open(&path) {
            Ok(file) => break (Temporary(path), file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    };
    // Restores the permissions that the umask removed.
    if let Some(permissions) = permissions {
        file.set_permissions(permissions.clone())?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(temporary)
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// What a path leads to. Finds early what would fail late.
pub(super) fn writable(path: &Path) -> Result<Place> {
    let failed = |kind, advice| unwritable(path, io::Error::new(kind, advice));
    if path.is_dir() {
        return Err(failed(
            io::ErrorKind::IsADirectory,
            "this is a directory; name a file in it",
        ));
    }
    let place = place(path).map_err(|reason| unwritable(path, reason))?;
    match &place {
        Place::File {
            path: file,
            permissions: None,
        } if !folder(file).is_dir() => {
            return Err(failed(
                io::ErrorKind::NotFound,
                "its folder does not exist; make it first",
            ));
        }
        // A file is replaced by a new one of its name, so its own write protection would not prevent that.
        Place::File {
            path: file,
            permissions: Some(_),
        } => {
            OpenOptions::new()
                .write(true)
                .open(file)
                .map_err(|reason| unwritable(path, reason))?;
        }
        _ => {}
    }
    Ok(place)
}

pub(super) fn unwritable(path: &Path, reason: io::Error) -> Error {
    Error::Io {
        name: path.display().to_string(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["p", &"n".repeat(255)] {
            let path = folder.path().join(name);
            save(b"one", &path, Caller::Command).unwrap();
            save(b"two", &path, Caller::Command).unwrap();
            assert!(!save_new(b"three", &path, Caller::Command).unwrap());
            assert_eq!(fs::read(&path).unwrap(), b"two");
            fs::remove_file(&path).unwrap();
            assert!(save_new(b"two", &path, Caller::Command).unwrap());
            assert_eq!(fs::read(&path).unwrap(), b"two");
        }
        for (path, problem) in [
            (folder.path().to_owned(), "is a directory"),
            (folder.path().join("no/p"), "its folder does not exist"),
            (folder.path().join("p/p"), "Not a directory"),
        ] {
            let error = save(b"x", &path, Caller::Command).unwrap_err().to_string();
            assert!(cfg!(windows) || error.contains(problem), "{error}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let within = |name: &str| folder.path().join(name);
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, within(name)).unwrap();
        link("/dev/fd/1", "stdout");
        link("stdout", "link to stdout");
        link("/dev/fd/2", "stderr");
        link("/dev/fd/77", "closed");
        link("/dev/null", "null");
        link("missing", "dangling");
        link("circle", "circle");
        let leads = |path: &Path| match place(path) {
            Ok(Place::File { path, permissions }) => format!(
                "{} {}",
                path.file_name().unwrap_or_default().display(),
                permissions.is_some()
            ),
            Ok(Place::Output) => "output".into(),
            Ok(Place::Errors) => "errors".into(),
            Ok(Place::Opened(_)) => "opened".into(),
            Err(error) => error.to_string(),
        };
        for (name, expected) in [
            ("/dev/stdout", "output"),
            ("/dev/stderr", "errors"),
            ("/dev/fd/1", "output"),
            ("/proc/self/fd/1", "output"),
            ("/dev/fd/77", "opened"),
            ("/dev/null", "opened"),
            ("/dev/tty", "opened"),
        ] {
            // Other systems have no /proc, and /dev/stdout as a device.
            assert!(
                cfg!(not(target_os = "linux")) || leads(Path::new(name)) == expected,
                "{name}"
            );
        }
        for (name, expected) in [
            ("stdout", "output"),
            ("link to stdout", "output"),
            ("stderr", "errors"),
            ("closed", "opened"),
            ("null", "opened"),
            ("dangling", "missing false"),
            ("1", "1 false"),
            ("circle", "links that lead in a circle"),
        ] {
            assert_eq!(leads(&within(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_terminal_gets_text_only() {
        for (bytes, expected) in [
            (&b"a\tb\r\nc \xc3\xa9\n"[..], true),
            (b"", true),
            (b"a\x1b[2J", false),
            (b"a\x07", false),
            (b"a\rb", false),
            ("a\u{9b}2J".as_bytes(), false),
            (b"\x1f\x8b", false),
            (b"a\xff", false),
        ] {
            assert_eq!(is_plain(bytes), expected, "{bytes:?}");
        }
    }
}
