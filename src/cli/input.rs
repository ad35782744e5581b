//! What the command line says of the profiles to read: where they are, how servers are asked, how several become one.

use std::path::PathBuf;

use clap::ArgMatches;

use crate::error::{Error, Result};
use crate::load::{Combine, Comparison, Scaling};
use crate::secret::{Secret, SourceName};

/// Where bytes come from.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Files, URLs or `-`.
    pub sources: Vec<SourceName>,
    /// What is done with them besides adding them up.
    pub combine: Combine,
    /// The embedded profile.
    pub demo: bool,
    /// Inflated bytes to read at most.
    pub max_bytes: Option<u64>,
    /// Ask the server for a profile over so many seconds.
    pub seconds: Option<u32>,
    /// Give up after so many seconds.
    pub timeout: Option<u32>,
    /// PEM files: authorities to trust, a certificate to show and its key.
    pub tls: Tls,
    /// Whether any server's certificate will do.
    pub insecure: bool,
    /// Headers to send, each `Name: value`.
    pub headers: Vec<Secret>,
    /// A file with a token to send.
    pub bearer_file: Option<PathBuf>,
    /// Where resident memory is told.
    pub metrics: Option<SourceName>,
    /// Which process and which time, of a server that knows many.
    pub remembered: Remembered,
}

/// What is asked of a profile store (Pyroscope, Parca) or of Prometheus: which processes, which time; as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    /// Which processes.
    pub selector: Option<String>,
    /// From when on.
    pub from: Option<String>,
    /// Until when.
    pub until: Option<String>,
}

/// PEM files for https.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Authorities to trust instead of the public ones.
    pub ca: Option<PathBuf>,
    /// A certificate to show to the server.
    pub cert: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

pub(super) fn read(matches: &ArgMatches) -> Result<Input> {
    Ok(Input {
        sources: matches
            .get_many::<String>("source")
            .into_iter()
            .flatten()
            .map(SourceName::from)
            .collect(),
        combine: combine(matches)?,
        demo: matches.get_flag("demo"),
        max_bytes: matches.get_one("max-bytes").copied(),
        seconds: matches.get_one("seconds").copied(),
        timeout: matches.get_one("timeout").copied(),
        tls: Tls {
            ca: matches.get_one("tls_ca").cloned(),
            cert: matches.get_one("tls_cert").cloned(),
            key: matches.get_one("tls_key").cloned(),
        },
        insecure: matches.get_flag("insecure"),
        headers: matches
            .get_many::<String>("header")
            .into_iter()
            .flatten()
            .map(Secret::new)
            .collect(),
        bearer_file: matches.get_one("bearer-file").cloned(),
        metrics: matches.get_one::<String>("metrics").map(SourceName::from),
        remembered: Remembered {
            selector: matches.get_one("match").cloned(),
            from: matches.get_one("from").cloned(),
            until: matches.get_one("until").cloned(),
        },
    })
}

fn combine(matches: &ArgMatches) -> Result<Combine> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let (base, comparison) = match (text("base"), text("diff_base")) {
        (base, diff) if diff.is_empty() => (base, Comparison::Subtract),
        (base, diff) if base.is_empty() => (diff, Comparison::Diff),
        _ => {
            return Err(Error::Usage(
                "-base and -diff_base cannot be combined: choose one".into(),
            ));
        }
    };
    let scaling = if matches.get_flag("normalize") {
        Scaling::Normalized
    } else {
        Scaling::AsIs
    };
    Ok(Combine {
        base: Some(base)
            .filter(|base| !base.is_empty())
            .map(SourceName::from)
            .into_iter()
            .collect(),
        comparison,
        scaling,
        build_id: text("buildid"),
        comment: text("add_comment"),
        symbolize: text("symbolize"),
    })
}
