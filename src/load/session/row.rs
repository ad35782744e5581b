//! A line of `session.jsonl`: one snapshot. Written and read here, so that both agree.
//!
//! | key | what it is |
//! |---|---|
//! | `time` | RFC 3339 in UTC, with milliseconds |
//! | `heap` | the name of a heap profile in the folder: `debug=1` text, which has `runtime.MemStats`, or protobuf; gzipped or not |
//! | `goroutine` | the name of a goroutine profile in the folder |
//! | `rss`, `rss_file` | bytes of resident memory, and the part that is mapped files, as in `/proc/PID/status` |
//! | `forced_gc` | whether a garbage collection was forced for the snapshot |
//!
//! All but `time` are optional; unknown keys are ignored.

use jiff::{Timestamp, Unit};
use serde_json::{Map, Value};

use crate::model::{Collection, Resident, ResidentMoment};

/// One snapshot of a recorded session.
#[derive(Clone, PartialEq, Debug)]
pub struct SessionRow {
    /// When it was taken.
    pub time: Timestamp,
    /// The heap profile's file, in the session's folder.
    pub heap: Option<String>,
    /// The goroutine profile's file, in the session's folder.
    pub goroutine: Option<String>,
    /// Resident memory, in bytes.
    pub rss: Option<u64>,
    /// The part of it that is mapped files, in bytes.
    pub rss_file: Option<u64>,
    /// Whether a garbage collection was forced before.
    pub collection: Collection,
}

impl SessionRow {
    /// A snapshot of which only the time is known.
    pub(super) fn at(time: Timestamp) -> Self {
        Self {
            time,
            heap: None,
            goroutine: None,
            rss: None,
            rss_file: None,
            collection: Collection::Unknown,
        }
    }

    /// Parses a line.
    ///
    /// # Errors
    /// What is wrong with it, as text.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(line).map_err(|error| match error.is_eof() {
            true => "is cut off".to_string(),
            false => "is no JSON".to_string(),
        })?;
        let Value::Object(object) = value else {
            return Err("is no JSON object".into());
        };
        let time = object.get("time").and_then(Value::as_str).unwrap_or_default();
        let row = Self {
            time: time.parse().map_err(|_| "has no time as 2006-01-02T15:04:05.000Z")?,
            heap: text(&object, "heap")?,
            goroutine: text(&object, "goroutine")?,
            rss: number(&object, "rss")?,
            rss_file: number(&object, "rss_file")?,
            collection: match object.get("forced_gc") {
                None | Some(Value::Null) => Collection::Unknown,
                Some(Value::Bool(true)) => Collection::Forced,
                Some(Value::Bool(false)) => Collection::AsItCame,
                Some(_) => return Err("has a forced_gc that is neither true nor false".into()),
            },
        };
        match (&row.heap, &row.goroutine) {
            (None, None) => Err("names no profile".into()),
            _ => Ok(row),
        }
    }

    /// Resident memory, if recorded.
    pub fn resident(&self) -> Option<Resident> {
        Some(Resident {
            bytes: self.rss?,
            files: self.rss_file,
            moment: ResidentMoment::Now,
        })
    }

    /// The line, with its line break.
    pub fn line(&self) -> String {
        let mut object = Map::new();
        let time = self.time.round(Unit::Millisecond).unwrap_or(self.time);
        object.insert("time".into(), format!("{time:.3}").into());
        let forced = match self.collection {
            Collection::Forced => Some(true),
            Collection::AsItCame => Some(false),
            Collection::Unknown => None,
        };
        let fields = [
            ("forced_gc", forced.map(Value::from)),
            ("heap", self.heap.clone().map(Value::from)),
            ("goroutine", self.goroutine.clone().map(Value::from)),
            ("rss", self.rss.map(Value::from)),
            ("rss_file", self.rss_file.map(Value::from)),
        ];
        let known = fields
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_string(), value?)));
        object.extend(known);
        format!("{}\n", Value::Object(object))
    }
}

fn text(object: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(format!("has a {key} that is no file's name")),
    }
}

fn number(object: &Map<String, Value>, key: &str) -> Result<Option<u64>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .map(Some)
            .ok_or_else(|| format!("has a {key} that is no number of bytes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let row = SessionRow {
            time: "2026-11-26T12:00:03.004Z".parse().unwrap(),
            heap: Some("001.heap.txt.gz".into()),
            goroutine: None,
            rss: Some(13_565_952),
            rss_file: None,
            collection: Collection::Forced,
        };
        let line = row.line();
        assert!(line.contains(r#""time":"2026-11-26T12:00:03.004Z""#), "{line}");
        assert!(line.ends_with("}\n"), "{line}");
        assert_eq!(SessionRow::parse(line.as_bytes()), Ok(row));
    }

    #[test]
    fn a_wrong_line_says_what_is_wrong() {
        let table = [
            (r#"{"time": "2026-11-26T12:00:"#, "is cut off"),
            ("[]", "is no JSON object"),
            ("\u{0}", "is no JSON"),
            (r#"{"heap": "a"}"#, "has no time as 2006-01-02T15:04:05.000Z"),
            (r#"{"time": "2026-11-26T12:00:00Z"}"#, "names no profile"),
            (
                r#"{"time": "2026-11-26T12:00:00Z", "heap": 7}"#,
                "has a heap that is no file's name",
            ),
            (
                r#"{"time": "2026-11-26T12:00:00Z", "heap": "a", "rss": -1}"#,
                "has a rss that is no number of bytes",
            ),
            (
                r#"{"time": "2026-11-26T12:00:00Z", "heap": "a", "forced_gc": 1}"#,
                "has a forced_gc that is neither true nor false",
            ),
        ];
        for (line, wrong) in table {
            assert_eq!(SessionRow::parse(line.as_bytes()).unwrap_err(), wrong, "{line}");
        }
    }
}
