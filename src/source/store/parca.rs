//! Parca: its query service through the gateway under `/api`.
//!
//! Read in parca-dev/parca 3b5647cd9: `proto/parca/query/v1alpha1/query.proto`, `pkg/server/server.go`,
//! `pkg/parcacol/querier.go`. The parameters of a merge are the fields of its message; `pprof` in the response is
//! base64 of a gzipped profile. For states, a `query_range` counts the profiles of each step.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use super::history::{counted, process_of};
use super::{HttpOptions, ProfileStore, StepLength, StoreStep, texts};
use crate::error::{Error, Result};
use crate::progress::Observer;

pub(super) fn merge(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Result<Option<Vec<u8>>> {
    let query = query(store);
    let [start, end] = [store.start, store.end].map(time);
    let parameters = [
        ("mode", "MODE_MERGE"),
        ("merge.query", &*query),
        ("merge.start", &*start),
        ("merge.end", &*end),
        ("report_type", "REPORT_TYPE_PPROF"),
    ];
    let Some(answer) = found(get(store, "query", &parameters, options, observer))? else {
        return Ok(None);
    };
    let profile = answer["pprof"].as_str().ok_or_else(|| store.foreign())?;
    BASE64_STANDARD.decode(profile).map(Some).map_err(|_| store.foreign())
}

fn query(store: &ProfileStore) -> String {
    format!("{}{}", store.profile_type, store.selector)
}

/// Turns the error for no data into `None`.
fn found(answer: Result<Value>) -> Result<Option<Value>> {
    match answer {
        Err(Error::Http { what, .. }) if what.starts_with("404") && what.contains("No data found") => Ok(None),
        answer => answer.map(Some),
    }
}

/// How many profiles each step with data has. The server counts per step, and steps begin at multiples of their
/// length; the timestamp of a count may be anywhere in its step.
pub(super) fn steps(
    store: &ProfileStore,
    length: StepLength,
    options: &HttpOptions,
    observer: &dyn Observer,
) -> Result<Vec<StoreStep>> {
    let (query, step) = (query(store), format!("{}s", store.millis_of(length).max(1000) / 1000));
    // The end of the range is inclusive, unless it is also the end of a step.
    let last = match length {
        StepLength::Whole => store.end,
        StepLength::Millis(_) => store.end - 1,
    };
    let [start, end] = [store.start, last].map(time);
    let parameters = [("query", &*query), ("start", &*start), ("end", &*end), ("step", &*step)];
    let answer = found(get(store, "query_range", &parameters, options, observer))?.unwrap_or_default();
    let series = answer["series"].as_array().into_iter().flatten();
    let samples = series.flat_map(|series| {
        let process = process_of(&series["labelset"]["labels"]);
        let samples = series["samples"].as_array().into_iter().flatten();
        samples.map(move |sample| (process.clone(), sample))
    });
    let mut counts: BTreeMap<i64, (f64, BTreeSet<Vec<String>>)> = BTreeMap::new();
    for (process, sample) in samples {
        let taken = sample["timestamp"]
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok());
        let taken = taken.map_or(store.start, Timestamp::as_millisecond);
        let (count, processes) = counts.entry(store.step_end(taken, length)).or_default();
        // Servers from before `count` existed do not write it.
        *count += sample["count"].as_f64().unwrap_or(1.0);
        processes.insert(process);
    }
    let step = |(end, (count, processes)): (i64, (f64, BTreeSet<_>))| StoreStep {
        end,
        snapshots: counted(count),
        processes: processes.len(),
    };
    Ok(counts.into_iter().map(step).collect())
}

/// The profile types with data.
pub(super) fn types(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
    let [start, end] = [store.start, store.end].map(time);
    let answer = get(store, "types", &[("start", &*start), ("end", &*end)], options, observer)?;
    let rows = answer["types"].as_array().into_iter().flatten();
    let name = |row: &Value| {
        let part = |key: &str| row[key].as_str().unwrap_or_default().to_string();
        let keys = ["name", "sampleType", "sampleUnit", "periodType", "periodUnit"];
        let mut parts = keys.map(part).to_vec();
        parts.extend((row["delta"] == true).then(|| "delta".to_string()));
        parts.join(":")
    };
    Ok(rows.map(name).collect())
}

/// The names of labels, or the values of one: the list under `key` in the response.
pub(super) fn names(
    store: &ProfileStore,
    what: &str,
    key: &str,
    options: &HttpOptions,
    observer: &dyn Observer,
) -> Result<Vec<String>> {
    let [start, end] = [store.start, store.end].map(time);
    let answer = get(store, what, &[("start", &*start), ("end", &*end)], options, observer)?;
    Ok(texts(&answer[key]))
}

fn get(
    store: &ProfileStore,
    what: &str,
    parameters: &[(&str, &str)],
    options: &HttpOptions,
    observer: &dyn Observer,
) -> Result<Value> {
    let url = store.server.asking(&format!("/api/profiles/{what}"), parameters);
    let text = store.ask(&url, None, options, observer)?;
    serde_json::from_slice(&text).map_err(|_| store.foreign())
}

fn time(millis: i64) -> String {
    Timestamp::from_millisecond(millis)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}
