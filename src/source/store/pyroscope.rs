//! Pyroscope: `querier.v1.QuerierService` by the Connect protocol.
//!
//! Read in grafana/pyroscope 3fe6a457a: `api/querier/v1/querier.proto`, `pkg/model/timeseries/range.go` and `aggregator.go`.
//! `SelectMergeProfile` returns a `google.v1.Profile`, which has the fields of pprof's: requested in protobuf, its
//! bytes are a profile. A `SelectSeries` of averages gives the mean total of a snapshot in each step. The header
//! `X-Scope-OrgID` names a tenant.

use serde_json::{Value, json};

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

/// The mean total of a snapshot, for each step with data. A step spans `length` up to its end.
pub(super) fn steps(
    store: &ProfileStore,
    length: StepLength,
    options: &HttpOptions,
    observer: &dyn Observer,
) -> Result<Vec<StoreStep>> {
    let request = json!({
        "profileTypeID": store.profile_type,
        "labelSelector": store.selector,
        "start": store.step_end(store.start, length),
        "end": store.step_end(store.end - 1, length),
        "step": store.millis_of(length) as f64 / 1e3,
        "aggregation": "TIME_SERIES_AGGREGATION_TYPE_AVERAGE",
    });
    let answer = call(store, "SelectSeries", &request, options, observer)?;
    // Without grouping there is one series. JSON has no infinite numbers.
    let series = answer["series"].as_array().into_iter().flatten();
    let points = series.flat_map(|series| series["points"].as_array().into_iter().flatten());
    let step = |point: &Value| {
        Some(StoreStep {
            end: number(&point["timestamp"])?,
            snapshots: point["value"].as_f64().filter(|mean| *mean > 0.0).map(Snapshots::Mean),
        })
    };
    Ok(points
        .filter_map(step)
        .filter(|step| step.snapshots.is_some())
        .collect())
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
