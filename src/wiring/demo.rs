//! What `--demo` opens: a service that leaks, watched for a minute, with its sources. Recorded by `assets/demo.sh`.
//!
//! One archive, packed together: snapshots of one process are much alike, so that twenty of them take the room of two.

use std::sync::Arc;

use super::environment;
use crate::decode;
use crate::error::{Error, Result};
use crate::load::session::SessionRow;
use crate::model::Profile;
use crate::report::{Environment, Found, Missing, Sources, WantedFile};

/// A zstd of a tar.
const PACKED: &[u8] = include_bytes!("../../assets/demo.tar.zst");

/// The demonstration, unpacked.
#[derive(Clone, Debug)]
pub(super) struct Demo(Arc<Vec<(String, Arc<[u8]>)>>);

impl Demo {
    /// Unpacks it.
    ///
    /// # Errors
    /// None: what the program was built with can be read, as a test sees to.
    pub(super) fn open() -> Result<Self> {
        Ok(Self(Arc::new(files(&decode::unwrapped(PACKED, u64::MAX)?))))
    }

    /// One of its files.
    pub(super) fn file(&self, name: &str) -> Option<Arc<[u8]>> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, content)| Arc::clone(content))
    }

    /// A profile of one of its snapshots.
    ///
    /// # Errors
    /// [`Error::Empty`] if there is no such file, else none.
    pub(super) fn profile(&self, name: &str) -> Result<Profile> {
        let bytes = self.file(name).ok_or(Error::Empty)?;
        decode::profile(&bytes[..], decode::Budget::default(), &())
    }

    /// Its snapshots, the earliest first.
    pub(super) fn rows(&self) -> Vec<SessionRow> {
        let list = self.file("session.jsonl").unwrap_or_default();
        let lines = list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.filter_map(|line| SessionRow::parse(line).ok()).collect()
    }

    /// The machine, with its sources.
    pub(super) fn environment(&self) -> Environment {
        let local = environment();
        Environment {
            sources: Arc::new(Shelf {
                demo: self.clone(),
                local: Arc::clone(&local.sources),
            }),
            ..local
        }
    }
}

/// The files of a tar, by their paths. Source: the ustar format, POSIX.1-1988.
fn files(mut archive: &[u8]) -> Vec<(String, Arc<[u8]>)> {
    const BLOCK: usize = 512;
    let text = |field: &[u8]| {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).trim().to_string()
    };
    let mut files = Vec::new();
    while let Some((head, rest)) = archive.split_at_checked(BLOCK) {
        let size = usize::from_str_radix(&text(&head[124..136]), 8).unwrap_or(0);
        let name = text(&head[..100]);
        let Some(content) = rest.get(..size) else { break };
        if size > 0 {
            files.push((name.trim_start_matches("./").to_string(), content.into()));
        }
        archive = rest.get(size.next_multiple_of(BLOCK)..).unwrap_or_default();
    }
    files
}

/// The sources of the demonstration; the machine's for whatever else there is.
#[derive(Debug)]
struct Shelf {
    demo: Demo,
    local: Arc<dyn Sources>,
}

impl Sources for Shelf {
    fn folders(&self) -> String {
        self.local.folders()
    }

    fn find(&self, wanted: &WantedFile<'_>) -> Result<Found, Missing> {
        let path = wanted.path.strip_prefix("example.com/");
        let source = path.and_then(|path| self.demo.file(&format!("src/{path}")));
        match source {
            None => self.local.find(wanted),
            Some(text) => Ok(Found {
                text: String::from_utf8_lossy(&text).into_owned(),
                path: wanted.path.into(),
                beyond_pprof: Some("built into heaptui"),
                written_nanos: None,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstration_is_whole() {
        let demo = Demo::open().expect("an archive");
        let rows = demo.rows();
        assert_eq!(rows.len(), 20);
        for row in rows {
            for name in [row.heap, row.goroutine] {
                let profile = demo.profile(&name.expect("a name")).expect("a profile");
                assert!(!profile.samples.stack.is_empty());
            }
        }
        let source = demo.file("src/orders/internal/session/store.go").expect("a source");
        assert!(source.starts_with(b"// Package session"));
    }

    #[test]
    fn a_broken_archive_ends_early() {
        for bytes in [&b""[..], &[0; 511], &[b'7'; 512], &[b'7'; 5000]] {
            assert!(files(bytes).len() < 10);
        }
    }
}
