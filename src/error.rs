//! What can go wrong, in one enum. Each message says what happened, where, and what to try.

use std::io;

use crate::model::Incompatible;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that the library can fail with. `main` prints it on one line and exits with [`Error::exit_code`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line or an option's value is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file, standard input or output could not be opened, read or written.
    #[error("{name}: {reason}")]
    Io {
        /// The file, or what stands for it.
        name: String,
        /// What the system said.
        reason: io::Error,
    },
    /// There are no bytes.
    #[error("empty input: no bytes to read; was the profile written completely?")]
    Empty,
    /// The bytes are something else than a profile.
    #[error("not a profile: this is {what}; {advice}")]
    NotAProfile {
        /// What it is, with its article.
        what: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// The bytes should be a profile, but break its rules.
    #[error("malformed profile: {0}")]
    Malformed(String),
    /// Profiles that cannot be merged or compared.
    #[error("{0}")]
    Incompatible(#[from] Incompatible),
    /// More bytes than allowed.
    #[error("more than {limit} bytes of profile; if it is honest, allow more with --max-bytes")]
    TooLarge {
        /// The limit that was passed.
        limit: u64,
    },
    /// More memory than a profile of its size may take.
    #[error(
        "too large: its {what} would take more than the {limit} MiB of memory that it is allowed; \
         if it is honest, allow more with --max-bytes"
    )]
    TooHeavy {
        /// What there is most of.
        what: &'static str,
        /// The limit, in MiB.
        limit: u64,
    },
    /// A regular expression does not compile.
    #[error("{option}: {reason}")]
    Regex {
        /// The option or argument that it was given for.
        option: String,
        /// Why it does not compile, on one line.
        reason: String,
    },
    /// The report has nothing to show.
    #[error("{0}")]
    NoMatch(String),
    /// A server could not be asked, or its answer is no profile.
    #[error("{url}: {what}; {advice}")]
    Http {
        /// What was asked for.
        url: String,
        /// What happened.
        what: String,
        /// What to try.
        advice: String,
    },
    /// What went wrong with one of several sources.
    #[error("{name}: {error}")]
    Source {
        /// As the user named it.
        name: String,
        /// What went wrong.
        error: Box<Error>,
    },
    /// The dashboard ended without a word of its own; told by who gave the terminal back.
    #[error(
        "the dashboard ended without a word, for lack of memory or because it was killed; the terminal is given back"
    )]
    Ended,
    /// A mistake in heaptui itself, found out while a profile was worked on.
    #[error("a mistake in heaptui, please report it: {0}")]
    Bug(String),
    /// The user asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// 2 for a wrong command line, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Regex { .. } => 2,
            Self::Source { error, .. } => error.exit_code(),
            _ => 1,
        }
    }

    /// A file with two profiles.
    pub(crate) fn two_profiles() -> Self {
        Self::malformed("two profiles, one behind the other: name them one by one, and they are added up")
    }

    /// A [`Error::Malformed`] from anything that can be said.
    pub fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }
}

/// Of some names the one that was probably meant: typed wrongly or cut short, whatever the case of its letters.
pub(crate) fn closest<N: AsRef<str> + Ord>(wanted: &str, names: impl IntoIterator<Item = N>) -> Option<N> {
    let wanted = wanted.to_lowercase();
    let known = names.into_iter();
    let (_, best) = known
        .filter_map(|name| Some((distance(&wanted, name.as_ref())?, name)))
        .min()?;
    Some(best)
}

/// How far a name is from the wanted one, if it could be meant.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    let typos = strsim::damerau_levenshtein(wanted, &name);
    let is_cut = wanted.len() > 2 && (name.starts_with(wanted) || wanted.starts_with(&name) && name.len() > 2);
    (is_cut || typos <= (wanted.chars().count() + 1) / 4).then_some(typos)
}
