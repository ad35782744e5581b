//! Files, pipes and standard input.
//!
//! A regular file is read on the calling thread; a pipe or a terminal, which may block, is read by a thread of its own.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::feed::{self, Sink};
use crate::error::{Error, Result, closest};
use crate::progress::Observer;

pub(super) const STDIN: &str = "standard input";

/// Opens whatever has a path: a file, a pipe, a device.
pub(super) fn open<'o>(path: &Path, observer: &'o dyn Observer) -> Result<Box<dyn Read + 'o>> {
    let metadata = fs::metadata(path).map_err(|reason| unreadable(path, reason))?;
    if metadata.is_dir() {
        let reason = io::Error::new(
            io::ErrorKind::IsADirectory,
            "this is a directory; name the profile in it",
        );
        return Err(unreadable(path, reason));
    }
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_socket(&metadata.file_type()) {
        let advice = format!("this is a socket; name it as a server: unix://{}", path.display());
        return Err(unreadable(path, io::Error::new(io::ErrorKind::InvalidInput, advice)));
    }
    if metadata.is_file() {
        let file = File::open(path).map_err(|reason| unreadable(path, reason))?;
        return Ok(Box::new(watched(file, Some(metadata.len()), observer)));
    }
    let path = path.to_owned();
    let feed = feed::start(observer, None, move |sink| {
        let mut pipe = File::open(&path).map_err(|reason| unreadable(&path, reason))?;
        deliver(sink, &mut pipe, &path.display().to_string())
    })?;
    Ok(Box::new(feed))
}

/// Opens standard input.
pub(super) fn stdin(observer: &dyn Observer) -> Result<Box<dyn Read + '_>> {
    if io::stdin().is_terminal() {
        return Err(Error::Usage(format!(
            "{STDIN} is a terminal: pipe a profile into it, or name a file or URL"
        )));
    }
    let feed = feed::start(observer, None, |sink| deliver(sink, &mut io::stdin().lock(), STDIN))?;
    Ok(Box::new(feed))
}

fn deliver(sink: &Sink, reader: &mut dyn Read, name: &str) -> Result<()> {
    sink.open(None)?;
    sink.copy(reader, &|reason, _| Error::Io {
        name: name.into(),
        reason,
    })
}

/// A reader that reports its progress to the observer.
pub(super) fn watched<'o>(reader: impl Read + 'o, total: Option<u64>, observer: &'o dyn Observer) -> impl Read + 'o {
    Watched {
        reader,
        observer,
        done: 0,
        total,
    }
}

struct Watched<'o, R> {
    reader: R,
    observer: &'o dyn Observer,
    done: u64,
    total: Option<u64>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.observer
            .progress(self.done, self.total)
            .map_err(io::Error::other)?;
        let count = self.reader.read(buffer)?;
        self.done += count as u64;
        Ok(count)
    }
}

/// The error for a path that cannot be read, with what to try.
fn unreadable(path: &Path, reason: io::Error) -> Error {
    let advice = match reason.kind() {
        io::ErrorKind::NotFound => return missing(path, &path.display().to_string()),
        io::ErrorKind::PermissionDenied => "permission denied; read it as its owner, or copy it first".into(),
        _ => reason.to_string(),
    };
    Error::Io {
        name: path.display().to_string(),
        reason: io::Error::new(reason.kind(), advice),
    }
}

/// The error for a path that does not exist, with what to try; `shown` is its name in the message.
pub(super) fn missing(path: &Path, shown: &str) -> Error {
    let advice = match similar(path) {
        Some(name) => format!("no such file; did you mean {name}?"),
        None => "no such file; check the path, or name a server such as localhost:6060".into(),
    };
    Error::Io {
        name: shown.into(),
        reason: io::Error::new(io::ErrorKind::NotFound, advice),
    }
}

/// Reads all of a small file that an option names; it may be a pipe.
///
/// # Errors
/// [`Error::Io`], also if it is longer than a person would write it.
pub(super) fn small(path: &Path) -> Result<Vec<u8>> {
    const MAX: u64 = 1 << 20;
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX + 1).read_to_end(&mut bytes));
    let failed = |reason| Error::Io {
        name: path.display().to_string(),
        reason,
    };
    match read {
        Ok(count) if count as u64 > MAX => Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "more than 1 MiB; is this the right file?",
        ))),
        Ok(_) => Ok(bytes),
        Err(reason) => Err(failed(reason)),
    }
}

/// How many files of a folder are compared. With more, a suggestion is not worth the wait.
const MAX_COMPARED: usize = 10_000;

/// The file in the same folder whose name is most similar, if any is similar.
fn similar(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let files = entries
        .take(MAX_COMPARED)
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()));
    let names = files.filter_map(|entry| entry.file_name().into_string().ok());
    let best = closest(wanted, names)?;
    Some(folder.map_or(best.clone(), |folder| folder.join(best).display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(path: &Path) -> String {
        open(path, &())
            .err()
            .map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["heap.profile", "goroutines.txt", "x"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let table = [
            ("heap.profil", "no such file; did you mean", "heap.profile?"),
            ("Heap.Profile", "no such file; did you mean", "heap.profile?"),
            ("heap", "no such file; did you mean", "heap.profile?"),
            ("heap.profile.gz", "no such file; did you mean", "heap.profile?"),
            ("allocs.pb.gz", "no such file; check the path", "localhost:6060"),
            ("y", "no such file; check the path", "localhost:6060"),
            ("no/such/folder", "no such file; check the path", "localhost:6060"),
            ("heap.profile/x", "", "heap.profile/x: "),
            ("", "this is a directory", "name the profile in it"),
        ];
        for (name, what, advice) in table {
            let message = error(&folder.path().join(name));
            assert!(message.contains(what) && message.contains(advice), "{name}: {message}");
        }
        assert_eq!(
            error(Path::new("")),
            ": no such file; check the path, or name a server such as localhost:6060"
        );
    }

    #[test]
    fn a_file_reports_progress_and_can_be_stopped() {
        struct Stop;
        impl Observer for Stop {
            fn progress(&self, done: u64, total: Option<u64>) -> Result<()> {
                assert_eq!(total, Some(8));
                if done == 8 { Err(Error::Cancelled) } else { Ok(()) }
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        fs::write(&path, "8 bytes.").unwrap();
        let error = io::read_to_string(open(&path, &Stop).unwrap()).unwrap_err();
        assert!(matches!(error.downcast(), Ok(Error::Cancelled)));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_nobody_writes_to_can_be_given_up() {
        struct Stop(std::cell::Cell<bool>);
        impl Observer for Stop {
            fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
                if self.0.replace(true) {
                    Err(Error::Cancelled)
                } else {
                    Ok(())
                }
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success(), "mkfifo makes a pipe");
        let ended = open(&path, &Stop(false.into())).err();
        assert!(matches!(ended, Some(Error::Cancelled)), "{ended:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_a_stream() {
        let mut bytes = [1; 3];
        open(Path::new("/dev/zero"), &())
            .unwrap()
            .read_exact(&mut bytes)
            .unwrap();
        assert_eq!(bytes, [0; 3]);
    }
}
