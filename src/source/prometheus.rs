//! A Prometheus server as a list of processes with their history: the targets it scrapes, and what it has measured.
//!
//! Knows the HTTP API (<https://prometheus.io/docs/prometheus/latest/querying/api>): `/api/v1/targets`, `/api/v1/query` and
//! `/api/v1/query_range`. The server decides which targets a selector matches: those whose `up` series it selects.

use std::collections::BTreeMap;

use serde_json::Value;

use super::http::Question;
use super::{HttpOptions, Url, answer, answer_to};
use crate::error::{Error, Result};
use crate::progress::Observer;

/// Limit on a response in bytes: a thousand targets with a day of history are some MB.
const MAX_ANSWER: u64 = 128 << 20;
const ADVICE: &str = "is this a Prometheus server, and --match a selector such as 'job=\"api\"'?";

/// Labels by name.
pub type Labels = BTreeMap<String, String>;

/// A Prometheus server, by its address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prometheus(Url);

/// A process that Prometheus scrapes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its name: its `instance` label.
    pub instance: String,
    /// All its labels.
    pub labels: Labels,
    /// The address of its heap profile, assuming it is served next to its metrics.
    pub url: Url,
}

/// A time series of one process.
#[derive(Clone, PartialEq, Debug)]
pub struct Measured {
    /// Its labels, without the name of the metric.
    pub labels: Labels,
    /// Seconds since 1970 UTC, and the value in the expression's unit.
    pub points: Vec<(f64, f64)>,
}

/// A time range with a step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Range {
    /// The start, in seconds since 1970 UTC.
    pub start: f64,
    /// The end, in seconds since 1970 UTC.
    pub end: f64,
    /// Seconds between two points.
    pub step: f64,
}

impl Prometheus {
    /// Parses the address of a server, with or without `http://`; `None` if it is not one.
    pub fn parse(address: &str) -> Option<Self> {
        Url::read(address).map(Self)
    }

    /// The active targets that match a selector: `job="api"`, with or without braces; empty for all.
    ///
    /// # Errors
    /// Those of the connection, and [`Error::Http`] if the response is not Prometheus's.
    pub fn targets(&self, selector: &str, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<Target>> {
        let data = self.ask("/api/v1/targets", &[("state", "active")], options, observer)?;
        let mut targets: Vec<Target> = self.list(&data, "activeTargets")?.iter().filter_map(target).collect();
        if !selector.trim().is_empty() {
            let query = format!("up{}", braced(selector));
            let data = self.ask("/api/v1/query", &[("query", &query)], options, observer)?;
            let selected: Vec<Labels> = self
                .list(&data, "result")?
                .iter()
                .map(|row| labels(&row["metric"]))
                .collect();
            targets.retain(|target| selected.contains(&target.labels));
        }
        Ok(targets)
    }

    /// Evaluates an expression over time; `{}` in it stands for the selector. One series per label set.
    ///
    /// # Errors
    /// As [`Prometheus::targets`].
    pub fn history(
        &self,
        expression: &str,
        selector: &str,
        range: Range,
        options: &HttpOptions,
        observer: &dyn Observer,
    ) -> Result<Vec<Measured>> {
        let query = expression.replace("{}", &braced(selector));
        let [start, end, step] = [range.start, range.end, range.step].map(|number| format!("{number:.3}"));
        let query = [("query", &*query), ("start", &start), ("end", &end), ("step", &step)];
        let data = self.ask("/api/v1/query_range", &query, options, observer)?;
        Ok(self.list(&data, "result")?.iter().map(measured).collect())
    }

    /// Sends a query and returns the `data` of its response.
    fn ask(&self, path: &str, query: &[(&str, &str)], options: &HttpOptions, observer: &dyn Observer) -> Result<Value> {
        let options = HttpOptions {
            max_bytes: options.max_bytes.min(MAX_ANSWER),
            ..options.clone()
        };
        let url = self.0.asking(path, query);
        let text = answer_to(&url, &Question::data(ADVICE), &options, observer)?;
        let mut value: Value = serde_json::from_slice(&text).map_err(|_| self.foreign())?;
        match value.get_mut("data").map(Value::take) {
            Some(data) if value["status"] == "success" => Ok(data),
            _ => Err(self.foreign()),
        }
    }

    fn list<'d>(&self, data: &'d Value, key: &str) -> Result<&'d Vec<Value>> {
        data.get(key).and_then(Value::as_array).ok_or_else(|| self.foreign())
    }

    fn foreign(&self) -> Error {
        answer::error(&self.0, "the answer is not that of Prometheus's API", ADVICE)
    }
}

impl std::fmt::Display for Prometheus {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "prometheus:{}", self.0)
    }
}

/// A selector with its braces.
fn braced(selector: &str) -> String {
    let selector = selector.trim();
    match selector.starts_with('{') {
        true => selector.into(),
        false => format!("{{{selector}}}"),
    }
}

fn target(row: &Value) -> Option<Target> {
    let url = Url::read(row["scrapeUrl"].as_str()?)?.beside_metrics();
    let labels = labels(&row["labels"]);
    let instance = labels.get("instance").cloned().unwrap_or_else(|| url.server());
    Some(Target { instance, labels, url })
}

fn labels(value: &Value) -> Labels {
    let pairs = value.as_object().into_iter().flatten();
    let texts = pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_string())));
    texts.filter(|(key, _)| key != "__name__").collect()
}

fn measured(row: &Value) -> Measured {
    let point = |point: &Value| {
        let value: f64 = point[1].as_str()?.parse().ok()?;
        Some((point[0].as_f64()?, value)).filter(|(_, value)| value.is_finite())
    };
    Measured {
        labels: labels(&row["metric"]),
        points: row["values"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(point)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_read_and_broken_ones_passed_over() {
        let row = |url: &str| json!({"labels": {"instance": "a", "job": "api"}, "scrapeUrl": url, "health": "up"});
        let read = target(&row("http://10.0.0.1:8080/metrics")).expect("a target");
        assert_eq!(
            (read.instance.as_str(), read.url.server().as_str()),
            ("a", "10.0.0.1:8080")
        );
        assert_eq!(read.labels["job"], "api");
        assert_eq!(target(&row("")), None);
        assert_eq!(target(&json!({})), None);
        let row = json!({"metric": {"__name__": "up", "job": "api"}, "values": [[1, "2"], [2.5, "NaN"], [3, 4], "x", [4, "5e6"]]});
        let read = measured(&row);
        assert_eq!(read.points, [(1.0, 2.0), (4.0, 5e6)]);
        assert_eq!(read.labels.len(), 1);
        for (selector, braces) in [("", "{}"), ("a=\"b\"", "{a=\"b\"}"), (" {a=~\"b\"} ", "{a=~\"b\"}")] {
            assert_eq!(braced(selector), braces);
        }
    }
}
