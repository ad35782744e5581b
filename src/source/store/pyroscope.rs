//! Pyroscope: `querier.v1.QuerierService` by the Connect protocol.
//!
//! Read in grafana/pyroscope 3fe6a457a: `api/querier/v1/querier.proto`, `pkg/model/timeseries/range.go` and `aggregator.go`.
//! `SelectMergeProfile` returns a `google.v1.Profile`, which has the fields of pprof's: requested in protobuf, its
//! bytes are a profile. A `SelectSeries` of averages gives the mean total of a snapshot in each step, one by process which
//! processes there are. The header
//! `X-Scope-OrgID` names a tenant.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::history::PROCESS_LABELS;
use super::{HttpOptions, Message, ProfileStore, Snapshots, StepLength, StoreStep, texts};
use crate::error::{Error, Result};
use crate::progress::Observer;

const SERVICE: &str = "/querier.v1.QuerierService/";

pub(super) fn merge(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Result<Option<Vec<u8>>> {
    let message = Message {
        content_type: "application/proto",
        bytes: select(store),
    };
    let url = store.server.below(&format!("{SERVICE}SelectMergeProfile"));
    match store.ask(&url, Some(message), options, observer) {
        // A profile without anything in it is no bytes at all.
        Err(Error::Empty) => Ok(None),
        answer => answer.map(Some),
    }
}

/// A `SelectMergeProfileRequest`.
fn select(store: &ProfileStore) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (field, text) in [(1, &store.profile_type), (2, &store.selector)] {
        bytes.push(field << 3 | 2);
        varint(text.len() as u64, &mut bytes);
        bytes.extend(text.as_bytes());
    }
    for (field, millis) in [(3, store.start), (4, store.end)] {
        bytes.push(field << 3);
        varint(millis.unsigned_abs(), &mut bytes);
    }
    bytes
}

fn varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The number of processes and, of a state, the mean total of a snapshot, for each step with data. A step spans `length`
/// up to its end.
pub(super) fn steps(
    store: &ProfileStore,
    length: StepLength,
    options: &HttpOptions,
    observer: &dyn Observer,
) -> Result<Vec<StoreStep>> {
    let mut request = json!({
        "profileTypeID": store.profile_type,
        "labelSelector": store.selector,
        "start": store.step_end(store.start, length),
        "end": store.step_end(store.end - 1, length),
        "step": store.millis_of(length) as f64 / 1e3,
        "groupBy": PROCESS_LABELS,
    });
    let mut processes: BTreeMap<i64, usize> = BTreeMap::new();
    let answer = call(store, "SelectSeries", &request, options, observer)?;
    for (end, _) in points(&answer) {
        *processes.entry(end).or_default() += 1;
    }
    if !store.is_held() {
        let step = |(end, processes)| StoreStep {
            end,
            snapshots: None,
            processes,
        };
        return Ok(processes.into_iter().map(step).collect());
    }
    // Without grouping there is one series.
    request["groupBy"] = json!([]);
    request["aggregation"] = "TIME_SERIES_AGGREGATION_TYPE_AVERAGE".into();
    let answer = call(store, "SelectSeries", &request, options, observer)?;
    let step = |(end, mean): (i64, f64)| StoreStep {
        end,
        snapshots: Some(Snapshots::Mean(mean)),
        processes: processes.get(&end).copied().unwrap_or(1),
    };
    Ok(points(&answer).filter(|(_, mean)| *mean > 0.0).map(step).collect())
}

/// The points of all series in a response: time and value. JSON has no infinite numbers.
fn points(answer: &Value) -> impl Iterator<Item = (i64, f64)> {
    let series = answer["series"].as_array().into_iter().flatten();
    let points = series.flat_map(|series| series["points"].as_array().into_iter().flatten());
    points.filter_map(|point| Some((number(&point["timestamp"])?, point["value"].as_f64()?)))
}

/// An integer, which JSON of protobuf may write as a string.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

pub(super) fn types(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
    let request = json!({ "start": store.start, "end": store.end });
    let answer = call(store, "ProfileTypes", &request, options, observer)?;
    let rows = answer["profileTypes"].as_array().into_iter().flatten();
    Ok(rows.filter_map(|row| Some(row["ID"].as_str()?.to_string())).collect())
}

/// The names of labels, or the values of one.
pub(super) fn names(
    store: &ProfileStore,
    method: &str,
    label: Option<&str>,
    options: &HttpOptions,
    observer: &dyn Observer,
) -> Result<Vec<String>> {
    let mut request = json!({ "start": store.start, "end": store.end });
    if let Some(label) = label {
        request["name"] = label.into();
    }
    let answer = call(store, method, &request, options, observer)?;
    Ok(texts(&answer["names"]))
}

fn call(
    store: &ProfileStore,
    method: &str,
    request: &Value,
    options: &HttpOptions,
    observer: &dyn Observer,
) -> Result<Value> {
    let message = Message {
        content_type: "application/json",
        bytes: request.to_string().into_bytes(),
    };
    let url = store.server.below(&format!("{SERVICE}{method}"));
    let text = store.ask(&url, Some(message), options, observer)?;
    serde_json::from_slice(&text).map_err(|_| store.foreign())
}
