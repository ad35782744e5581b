//! Profile stores, which keep the profiles of many processes: Pyroscope and Parca. They merge the profiles of a time range.
//!
//! A state (`inuse_space`, goroutines) is merged by adding up snapshots, perhaps hundreds: [`Merged`] says
//! how many, so that the reader can take the mean. What happened over time (allocations, CPU time) is a sum over all
//! processes that match; it says how many they are, so that both can be told of one process on average. A query is a
//! profile type, by default [`USUAL_TYPE`], and `{label="value"}` after it; each response has one sample type. Requests and
//! responses follow the servers' own source code; they were not tried on a live server.

mod history;
mod parca;
mod pyroscope;

use std::fmt;

pub use self::history::{StepLength, StoreStep};
use super::answer;
use super::http::{HttpOptions, Message, Question};
use super::url::Url;
use crate::error::{Error, Result};
use crate::progress::Observer;

/// Memory in use, as Go's profiles name it in both stores.
const USUAL_TYPE: &str = "memory:inuse_space:bytes:space:bytes";

/// A query to a store: which processes, which type of profile, which time range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileStore {
    kind: Kind,
    server: Url,
    /// Type of the profiles, e.g. [`USUAL_TYPE`].
    profile_type: String,
    /// Label selector, with its braces.
    selector: String,
    /// Start of the time range, milliseconds since 1970 UTC.
    start: i64,
    end: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Pyroscope,
    Parca,
}

const KINDS: [(&str, Kind); 2] = [("pyroscope:", Kind::Pyroscope), ("parca:", Kind::Parca)];

/// The query parameters of a store's address; `None` for those that are not given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StoreQuery {
    /// The query: a selector, perhaps after a profile type.
    pub selector: Option<String>,
    /// Start of the time range, as typed.
    pub from: Option<String>,
    /// End of the time range, as typed.
    pub until: Option<String>,
}

/// Picks the field of a parameter.
type Parameter = fn(&mut StoreQuery) -> &mut Option<String>;

/// The query parameters, each with its field.
const PARAMETERS: [(&str, Parameter); 3] = [
    ("match", |query| &mut query.selector),
    ("from", |query| &mut query.from),
    ("until", |query| &mut query.until),
];

/// A store's response: a merged profile.
#[derive(Debug)]
pub struct Merged {
    /// The profile's bytes.
    pub bytes: Vec<u8>,
    /// How many snapshots it is the sum of; `None` if the type is additive anyway.
    pub snapshots: Option<Snapshots>,
    /// How many processes it is of, at least 1.
    pub processes: usize,
}

/// How many snapshots a merged profile was made from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Snapshots {
    /// This many.
    Count(f64),
    /// Unknown, but this is the mean total of one snapshot, in the sample type's unit.
    Mean(f64),
}

impl ProfileStore {
    /// What the addresses of stores begin with, such as `parca:`.
    pub fn prefixes() -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().map(|(prefix, _)| prefix)
    }

    /// Names of the query parameters that [`ProfileStore::parse`] knows.
    pub fn parameters() -> impl Iterator<Item = &'static str> {
        PARAMETERS.into_iter().map(|(name, _)| name)
    }

    /// Parses `pyroscope:URL` and `parca:URL`, whose URL may have `match`, `from` and `until` as query parameters;
    /// `None` for anything else. [`ProfileStore::within`] sets the time range.
    pub fn parse(name: &str) -> Option<(Self, StoreQuery)> {
        let (prefix, kind) = KINDS.iter().find(|(prefix, _)| name.starts_with(prefix))?;
        let (address, query) = name[prefix.len()..]
            .split_once('?')
            .unwrap_or((&name[prefix.len()..], ""));
        let server = Url::read(address)?;
        let mut asked = StoreQuery::default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if let Some((_, field)) = PARAMETERS.iter().find(|(name, _)| *name == key) {
                *field(&mut asked) = Some(super::url::text(value));
            }
        }
        let store = Self {
            kind: *kind,
            server,
            profile_type: USUAL_TYPE.into(),
            selector: "{}".into(),
            start: 0,
            end: 0,
        };
        Some((store, asked))
    }

    /// Sets what is asked for: a query, with or without a profile type, and a time range in milliseconds since 1970 UTC.
    pub fn within(self, query: &str, start: i64, end: i64) -> Self {
        let query = query.trim();
        let (profile_type, selector) = query.split_at(query.find('{').unwrap_or(query.len()));
        let (profile_type, selector) = match (profile_type.trim(), selector) {
            // A type has colons, and a label matcher an operator.
            (plain, "") if plain.contains(['=', '~']) => (USUAL_TYPE, format!("{{{plain}}}")),
            ("", "") => (USUAL_TYPE, "{}".into()),
            ("", selector) => (USUAL_TYPE, selector.into()),
            (kind, "") => (kind, "{}".into()),
            (kind, selector) => (kind, selector.into()),
        };
        Self {
            profile_type: profile_type.into(),
            selector,
            start,
            end,
            ..self
        }
    }

    /// The time range: start and end, milliseconds since 1970 UTC.
    pub fn time(&self) -> (i64, i64) {
        (self.start, self.end)
    }

    /// Whether each snapshot is a complete state, so that a sum of snapshots means little. For allocations, Pyroscope
    /// stores the increase since the snapshot before (`pkg/phlaredb/delta.go`); Parca stores them as scraped, since the
    /// program started, unless the type says that it is a delta.
    pub fn is_held(&self) -> bool {
        let mut parts = self.profile_type.split(':');
        let kind = parts.nth(1).unwrap_or_default();
        match self.kind {
            Kind::Pyroscope => kind.starts_with("inuse") || kind.starts_with("goroutine"),
            Kind::Parca => parts.next_back() != Some("delta"),
        }
    }

    /// The type of the profiles, e.g. `memory:inuse_space:bytes:space:bytes`.
    pub fn profile_type(&self) -> &str {
        &self.profile_type
    }

    /// Fetches the merged profile.
    ///
    /// # Errors
    /// Those of the connection; [`Error::Http`] if the store has nothing for the query, with what it does have.
    pub fn fetch(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Merged> {
        let Some(bytes) = self.merge(options, observer)? else {
            let (what, known) = match self.kind {
                Kind::Pyroscope => ("service_name", self.values("service_name", options, observer)),
                Kind::Parca => ("the type", self.types(options, observer)),
            };
            // Say what is missing even if the store cannot say what it has.
            return Err(self.nothing(what, &known.unwrap_or_default()));
        };
        let step = self.steps(StepLength::Whole, options, observer)?.pop();
        Ok(Merged {
            bytes,
            snapshots: step.and_then(|step| step.snapshots),
            processes: step.map_or(1, |step| step.processes),
        })
    }

    /// Sends a request to this path of the server.
    fn ask(
        &self,
        url: &Url,
        message: Option<Message>,
        options: &HttpOptions,
        observer: &dyn Observer,
    ) -> Result<Vec<u8>> {
        let question = Question {
            message,
            ..Question::data(
                "check --match and the address, e.g. --match 'memory:inuse_space:bytes:space:bytes{service_name=\"api\"}'",
            )
        };
        super::answer_to(url, &question, options, observer)
    }

    /// The error for a query without results; `known` is what the store does have.
    fn nothing(&self, what: &str, known: &[String]) -> Error {
        const SHOWN: usize = 12;
        let advice = match known {
            [] => "is anything written to it, in this time? see --from and --until".to_string(),
            known if known.len() > SHOWN => format!(
                "there is {what} {} and {} more",
                known[..SHOWN].join(", "),
                known.len() - SHOWN
            ),
            known => format!("there is {what} {}", known.join(", ")),
        };
        let what = format!(
            "nothing is stored for {}{} in this time",
            self.profile_type, self.selector
        );
        answer::error(&self.server, what, advice)
    }

    fn foreign(&self) -> Error {
        let name = match self.kind {
            Kind::Pyroscope => "Pyroscope",
            Kind::Parca => "Parca",
        };
        let what = format!("the answer is not that of {name}");
        answer::error(
            &self.server,
            what,
            "is this the server's address, with the path in front that it may have?",
        )
    }
}

/// The strings of a list.
fn texts(list: &serde_json::Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(|text| Some(text.as_str()?.to_string())).collect()
}

impl fmt::Display for ProfileStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = KINDS
            .iter()
            .find(|(_, kind)| *kind == self.kind)
            .map_or("", |(prefix, _)| prefix);
        write!(out, "{prefix}{}", self.server)?;
        match self.selector.as_str() {
            "{}" => Ok(()),
            selector => write!(out, " {selector}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_an_address_and_a_query() {
        #[rustfmt::skip]
        let table = [
            ("", USUAL_TYPE, "{}"),
            ("job=\"api\"", USUAL_TYPE, "{job=\"api\"}"),
            (" {job=~\"a.*\"}", USUAL_TYPE, "{job=~\"a.*\"}"),
            ("process_cpu:cpu:nanoseconds:cpu:nanoseconds", "process_cpu:cpu:nanoseconds:cpu:nanoseconds", "{}"),
            ("a:b:c:d:e{x=\"y\"}", "a:b:c:d:e", "{x=\"y\"}"),
        ];
        for (query, profile_type, selector) in table {
            let (store, asked) = ProfileStore::parse("pyroscope:http://h:4040/p").expect("a store");
            assert_eq!(asked, StoreQuery::default());
            let store = store.within(query, 1000, 2500);
            assert_eq!(
                (store.profile_type.as_str(), store.selector.as_str()),
                (profile_type, selector),
                "{query}"
            );
            assert_eq!(store.time(), (1000, 2500));
        }
        let (store, asked) = ProfileStore::parse("parca:me:pw@h:7070?match=job%3D%22a+b%22&from=-2h").expect("a store");
        assert_eq!(
            (asked.selector.as_deref(), asked.from.as_deref()),
            (Some("job=\"a+b\""), Some("-2h"))
        );
        assert_eq!(store.to_string(), "parca:http://h:7070");
        for wrong in ["pyroscope:", "parca:here", "http://h:1", "stores:h:1"] {
            assert!(ProfileStore::parse(wrong).is_none(), "{wrong}");
        }
    }
}
