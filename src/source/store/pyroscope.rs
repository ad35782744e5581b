//! Pyroscope: `querier.v1.QuerierService` by the Connect protocol.
//!
//! Read in grafana/pyroscope 3fe6a457a: `api/querier/v1/querier.proto`, `pkg/model/timeseries/range.go` and `aggregator.go`.
//! `SelectMergeProfile` answers with a `google.v1.Profile`, whose fields are those of a profile: asked for in protobuf, its
//! bytes are one. A `SelectSeries` with one step and averages says what one snapshot holds in the mean. A tenant is named by
//! the header `X-Scope-OrgID`.

use serde_json::{Value, json};

use super::{HttpOptions, Merged, Message, ProfileStore, Snapshots};
use crate::error::{Error, Result};
use crate::progress::Observer;

const SERVICE: &str = "/querier.v1.QuerierService/";

pub(super) fn fetch(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Result<Merged> {
    let message = Message {
        content_type: "application/proto",
        bytes: select(store),
    };
    let url = store.server.below(&format!("{SERVICE}SelectMergeProfile"));
    let bytes = match store.ask(&url, Some(message), options, observer) {
        // A profile without anything in it is no bytes at all.
        Err(Error::Empty) => {
            let services = services(store, options, observer);
            return Err(store.nothing("service_name", &services));
        }
        answer => answer?,
    };
    let snapshots = match store.is_held() {
        true => mean(store, options, observer)?.map(Snapshots::Mean),
        false => None,
    };
    Ok(Merged { bytes, snapshots })
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

/// What one snapshot holds in the mean.
fn mean(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Result<Option<f64>> {
    let request = json!({
        "profileTypeID": store.profile_type,
        "labelSelector": store.selector,
        "start": store.start,
        "end": store.end,
        "step": (store.end - store.start) as f64 / 1e3,
        "aggregation": "TIME_SERIES_AGGREGATION_TYPE_AVERAGE",
    });
    let answer = call(store, "SelectSeries", &request, options, observer)?;
    let points = answer["series"].as_array().into_iter().flatten();
    let mut values = points.filter_map(|series| series["points"].as_array()?.last()?["value"].as_f64());
    // Nothing is grouped, so that there is one series; what is not finite is no number in JSON.
    Ok(values.next_back().filter(|mean| *mean > 0.0))
}

/// The services that there are in this time.
fn services(store: &ProfileStore, options: &HttpOptions, observer: &dyn Observer) -> Vec<String> {
    let request = json!({ "name": "service_name", "start": store.start, "end": store.end });
    let answer = call(store, "LabelValues", &request, options, observer).unwrap_or_default();
    let names = answer["names"].as_array().into_iter().flatten();
    names.filter_map(|name| Some(name.as_str()?.to_string())).collect()
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
