//! Where the bytes of a profile come from: a file, a pipe, a server, a profile store, the heaptui binary itself. Also
//! finds the source code that a profile refers to.
//! Knows how pprof interprets an argument, and what can go wrong in reading. Knows no profile: what the bytes mean is the
//! caller's business, handed in where it matters. Every reader asks the observer, also while it
//! waits; if the observer returns an error, reading fails with that as its inner error.

mod answer;
mod code;
mod coding;
mod feed;
mod file;
mod go_root;
mod hosts;
mod http;
mod process;
mod prometheus;
mod store;
mod url;

use std::fmt;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

pub use self::code::{Answer, Code, CodeFinder, NotFound, Rule};
pub use self::hosts::{addresses, listed};
use self::http::Question;
pub use self::http::{Certificates, Header, HttpOptions, Proxies};
pub use self::process::{Listener, ProcessMemory};
pub use self::prometheus::{Labels, Measured, Prometheus, Range, Target};
pub use self::store::{Merged, ProfileStore, Snapshots, StepLength, StoreQuery, StoreStep};
pub use self::url::{Scheme, Url};
use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::secret::SourceName;

/// An input: where the bytes of a profile come from. It can be opened repeatedly, except for standard input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A path: a file, or a pipe or device, which is read as a stream.
    File(PathBuf),
    /// A name that is neither an existing file nor an address.
    Missing(SourceName),
    /// Standard input.
    Stdin,
    /// A server.
    Url(Url),
    /// A store of the profiles of many processes.
    Store(ProfileStore),
    /// Bytes in the heaptui binary itself.
    Bytes {
        /// What to call it.
        name: &'static str,
        /// The bytes.
        bytes: &'static [u8],
    },
}

impl Source {
    /// Interprets a name: `-` is standard input; whatever exists is a file, as in pprof; then see [`Url::parse`];
    /// anything else is missing.
    pub fn parse(name: &SourceName) -> Self {
        let typed = name.as_typed();
        let path = Path::new(typed);
        match typed {
            "-" => Self::Stdin,
            _ if path.exists() => Self::File(path.into()),
            _ => match ProfileStore::parse(typed) {
                Some((store, _)) => Self::Store(store),
                None => Url::parse(typed).map_or_else(|| Self::Missing(name.clone()), Self::Url),
            },
        }
    }

    /// The name for headers and messages. Never includes a password.
    pub fn name(&self) -> String {
        self.to_string()
    }

    /// Opens it for reading. For a server, waits until a response begins that may be a profile.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Http`], [`Error::TooLarge`], [`Error::Usage`], and the error with which the observer
    /// stops it.
    pub fn open<'o>(&self, options: &HttpOptions, observer: &'o dyn Observer) -> Result<Box<dyn Read + 'o>> {
        match self {
            Self::File(path) => file::open(path, observer),
            Self::Missing(name) => Err(missing(name)),
            Self::Stdin => file::stdin(observer),
            Self::Url(url) => Ok(Box::new(http::open(url, &Question::PROFILE, options, observer)?)),
            Self::Store(store) => Ok(Box::new(Cursor::new(store.fetch(options, observer)?.bytes))),
            Self::Bytes { bytes, .. } => Ok(Box::new(file::watched(*bytes, Some(bytes.len() as u64), observer))),
        }
    }

    /// Reads everything, up to `options.max_bytes`.
    ///
    /// # Errors
    /// As [`Source::open`], and [`Error::Empty`].
    pub fn read(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<u8>> {
        whole(self.open(options, observer)?, options, &|| self.name())
    }
}

/// Fetches something from a server that is not a profile, up to `options.max_bytes`.
///
/// # Errors
/// As [`Source::read`].
pub fn data(url: &Url, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<u8>> {
    answer_to(url, &Question::data("check the URL"), options, observer)
}

/// The profiles that a server's index lists, each with its number of records.
///
/// # Errors
/// Those of the server; [`Error::NoMatch`] if the page lists none.
pub fn profiles(url: &Url, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<(String, u64)>> {
    let page = data(&url.index(), options, observer)?;
    let counts = answer::counts(&String::from_utf8_lossy(&page));
    match counts.is_empty() {
        true => Err(Error::NoMatch(format!("{} lists no profiles", url.index()))),
        false => Ok(counts),
    }
}

/// Sends a request and reads the whole response.
fn answer_to(url: &Url, question: &Question, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<u8>> {
    let answer = http::open(url, question, options, observer)?;
    whole(Box::new(answer), options, &|| url.to_string())
}

/// Reads everything, within the limit.
fn whole(reader: Box<dyn Read + '_>, options: &HttpOptions, name: &dyn Fn() -> String) -> Result<Vec<u8>> {
    let limit = options.max_bytes;
    let mut bytes = Vec::new();
    let read = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| match error.downcast::<Error>() {
        Ok(error) => error,
        Err(reason) => Error::Io { name: name(), reason },
    })?;
    match bytes.len() as u64 {
        0 => Err(Error::Empty),
        length if length > limit => Err(Error::TooLarge { limit }),
        _ => Ok(bytes),
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Missing(name) => name.fmt(out),
            Self::Stdin => out.write_str(file::STDIN),
            Self::Url(url) => url.fmt(out),
            Self::Store(store) => store.fmt(out),
            Self::Bytes { name, .. } => out.write_str(name),
        }
    }
}

/// What lists of hosts begin with, where several are asked for.
pub const LISTS: [&str; 3] = ["@", "dns:", "prometheus:"];

/// The error for a name that cannot be read.
fn missing(name: &SourceName) -> Error {
    let is_several = LISTS.iter().any(|prefix| name.as_typed().starts_with(prefix));
    if is_several {
        return Error::Usage(format!(
            "{name} names several hosts: heaptui hosts {name} shows them, heaptui leaks {name} judges them"
        ));
    }
    if name.as_typed().contains("://") {
        let advice = match name.as_typed().contains('@') {
            true => "in a user or password, write @ as %40, / as %2F, : as %3A and % as %25",
            false => "e.g. http://localhost:6060/debug/pprof/heap",
        };
        return Error::Http {
            url: name.to_string(),
            what: "this is not a valid URL".into(),
            advice: advice.into(),
        };
    }
    file::missing(Path::new(name.as_typed()), &name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_a_file_if_it_exists_and_else_what_it_looks_like() {
        let table = [
            ("-", "Stdin"),
            ("Cargo.toml", "File(\"Cargo.toml\")"),
            ("src", "File(\"src\")"),
            ("foo", "Missing(SourceName(\"foo\"))"),
            ("", "Missing(SourceName(\"\"))"),
            ("./no/such.pb.gz", "Missing(SourceName(\"./no/such.pb.gz\"))"),
            ("htp://me:pw@h", "Missing(SourceName(\"htp://…@h\"))"),
            (
                "localhost:6060/debug/pprof",
                "Url(Url(http://localhost:6060/debug/pprof/heap))",
            ),
            (":6060", "Url(Url(http://localhost:6060/debug/pprof/heap))"),
            ("https+insecure://h/x?gc=1", "Url(Url(https+insecure://h/x?gc=1))"),
        ];
        for (argument, source) in table {
            assert_eq!(format!("{:?}", Source::parse(&argument.into())), source, "{argument}");
        }
    }

    #[test]
    fn all_of_it_is_read_up_to_the_limit() {
        let source = Source::Bytes {
            name: "demo",
            bytes: b"1234",
        };
        let read = |max_bytes| {
            let options = HttpOptions {
                max_bytes,
                ..HttpOptions::default()
            };
            source.read(&options, &())
        };
        assert_eq!(read(4).unwrap(), b"1234");
        assert!(matches!(read(3), Err(Error::TooLarge { limit: 3 })));
    }
}
