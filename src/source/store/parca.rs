//! Parca: its query service through the gateway under `/api`.
//!
//! Read in parca-dev/parca 3b5647cd9: `proto/parca/query/v1alpha1/query.proto`, `pkg/server/server.go`,
//! `pkg/parcacol/querier.go`. A merge is asked for with the fields of the message as parameters; `pprof` in the answer is
//! base64 of a gzipped profile. Of what is held a `query_range` counts the profiles; how long its step is is no matter.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use super::{HttpOptions, Merged, ProfileStore, Snapshots};
use crate::error::{Error, Result};
use crate::progress::Observer;

pub(super) fn fetch(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Result<Merged> {
    let query = format!("{}{}", store.profile_type, store.selector);
    let [start, end] = [store.start, store.end].map(time);
    let parameters = [
        ("mode", "MODE_MERGE"),
        ("merge.query", &*query),
        ("merge.start", &*start),
        ("merge.end", &*end),
        ("report_type", "REPORT_TYPE_PPROF"),
    ];
    let answer = match get(store, "query", &parameters, options, observer) {
        Err(Error::Http { what, .. }) if what.starts_with("404") && what.contains("No data found") => {
            let types = types(store, options, observer);
            return Err(store.nothing("the type", &types));
        }
        answer => answer?,
    };
    let profile = answer["pprof"].as_str().ok_or_else(|| store.foreign())?;
    let bytes = BASE64_STANDARD.decode(profile).map_err(|_| store.foreign())?;
    let snapshots = match store.is_held() {
        true => {
            let step = format!("{}s", (store.end - store.start).max(1000) / 1000);
            let parameters = [("query", &*query), ("start", &*start), ("end", &*end), ("step", &*step)];
            count(&get(store, "query_range", &parameters, options, observer)?).map(Snapshots::Count)
        }
        false => None,
    };
    Ok(Merged { bytes, snapshots })
}

/// How many profiles a range has in all.
fn count(answer: &Value) -> Option<f64> {
    let series = answer["series"].as_array().into_iter().flatten();
    let samples = series.flat_map(|series| series["samples"].as_array().into_iter().flatten());
    // A count is not written where it is nothing: servers before there was one.
    let count: f64 = samples.map(|sample| sample["count"].as_f64().unwrap_or(1.0)).sum();
    (count > 0.0).then_some(count)
}

/// The types of profiles that there are.
fn types(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Vec<String> {
    let answer = get(store, "types", &[], options, observer).unwrap_or_default();
    let rows = answer["types"].as_array().into_iter().flatten();
    rows.map(|row| {
        let part = |key: &str| row[key].as_str().unwrap_or_default().to_string();
        let keys = ["name", "sampleType", "sampleUnit", "periodType", "periodUnit"];
        let mut parts = keys.map(part).to_vec();
        parts.extend((row["delta"] == true).then(|| "delta".to_string()));
        parts.join(":")
    })
    .collect()
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
