//! Keeps fetched profiles: checks them before writing, and names files after what they contain.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::save::{self, Caller, save, unwritable};
use crate::error::Result;

/// What a fetched profile turned out to be; its file is named after this.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Described {
    /// The program's name; may be empty.
    pub process: String,
    /// The sample type, e.g. `inuse_space`; may be empty.
    pub kind: String,
    /// When it was taken, nanoseconds since 1970 UTC; 0 if unknown.
    pub time_nanos: i64,
    /// The ending of its file's name, without a dot, e.g. `pb.gz`.
    pub ending: String,
}

/// The result of [`keep`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedFile {
    /// Where it was written.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it contains.
    pub described: Described,
}

/// Reads a profile, checks it, and only then writes it, unchanged. Without an `output` the file gets
/// a [`default_name`] in the working directory, and never replaces another.
///
/// # Errors
/// Those of `read`, `check` and [`save`].
pub fn keep(
    read: &dyn Fn() -> Result<Vec<u8>>,
    output: Option<&Path>,
    check: &dyn Fn(&[u8]) -> Result<Described>,
) -> Result<SavedFile> {
    // Fail before half a minute is spent on a profile that cannot be written.
    if let Some(path) = output {
        save::writable(path)?;
    }
    let bytes = read()?;
    let described = check(&bytes)?;
    let path = match output {
        Some(path) => {
            save(&bytes, path, Caller::Command)?;
            path.to_owned()
        }
        None => save_described(&bytes, &described)?,
    };
    Ok(SavedFile {
        path,
        bytes: bytes.len() as u64,
        described,
    })
}

/// A name in pprof's manner, `pprof.PROCESS.TYPE.TIME`, with a UTC time, e.g.
/// `pprof.prometheus.inuse_space.20261123T101500Z`. It does not include the ending.
pub fn default_name(process: &str, kind: &str, time_nanos: i64) -> String {
    let time = Timestamp::from_nanosecond(time_nanos.into()).unwrap_or_default();
    let time = time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let parts = ["pprof".into(), clean(process), clean(kind), time];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(".")
}

/// How many characters of a name from the profile go into a file's name.
const MAX_PART: usize = 64;

/// The base name of a path, without characters that mean something to a shell or file system.
fn clean(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).trim_matches('.');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let letters = name.chars().take(MAX_PART);
    letters
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect()
}

/// Writes a new file in the working directory and returns its name.
fn save_described(bytes: &[u8], described: &Described) -> Result<PathBuf> {
    let time = match described.time_nanos {
        ..=0 => i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default(),
        time => time,
    };
    let name = default_name(&described.process, &described.kind, time);
    let ending = &described.ending;
    let first = PathBuf::from(format!("{name}.{ending}"));
    let temporary = save::write_beside(bytes, &first, None).map_err(|reason| unwritable(&first, reason))?;
    let mut names = (2..).map(|number| PathBuf::from(format!("{name}.{number}.{ending}")));
    let mut path = first;
    while !save::name_new(&temporary, &path).map_err(|reason| unwritable(&path, reason))? {
        path = names.next().unwrap_or_default();
    }
    Ok(path)
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
}
