//! Pyroscope and Parca as sources: doubles that answer as the servers' sources say. No live server was at hand.

use std::fs;
use std::net::TcpStream;
use std::process::Output;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::start;
use crate::support::program::heaptui;
use crate::support::server::{answer, plain_profile, profile};

/// A day's end: 2026-11-26T12:00:00Z.
pub(super) const END: &str = "1795694400";

/// Its merges are of two snapshots, and hold 42 bytes.
fn pyroscope(request: &str, stream: &mut TcpStream) {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let wrong = |stream: &mut TcpStream, message: &str| {
        let error = json!({ "code": "invalid_argument", "message": message }).to_string();
        answer(
            stream,
            "400 Bad Request",
            "Content-Type: application/json\r\n",
            error.as_bytes(),
        );
    };
    let lower = head.to_ascii_lowercase();
    if !head.starts_with("POST /stores/querier.v1.QuerierService/") {
        return answer(stream, "404 Not Found", "", b"404 page not found");
    }
    let is_proto = lower.contains("\ncontent-type: application/proto");
    let object: Value = serde_json::from_str(body).unwrap_or_default();
    match head.split([' ', '/']).nth(4).unwrap_or_default() {
        "SelectMergeProfile" if !is_proto => wrong(stream, "protobuf is wanted"),
        "SelectMergeProfile" if body.contains("{job=}") => wrong(stream, "unexpected \"}\" in label matching"),
        "SelectMergeProfile" if body.contains("nobody") => answer(stream, "200 OK", "", b""),
        "SelectMergeProfile" if body.contains(":inuse_space:") || body.contains(":alloc_space:") => {
            answer(
                stream,
                "200 OK",
                "Content-Type: application/proto\r\n",
                &plain_profile(),
            );
        }
        "SelectSeries" if object["aggregation"] == "TIME_SERIES_AGGREGATION_TYPE_AVERAGE" => {
            assert_eq!(object["profileTypeID"], "memory:inuse_space:bytes:space:bytes");
            // All of the time is a single step, which begins where it ends.
            assert_eq!(object["end"], object["start"]);
            let timestamp = object["end"].to_string();
            let series = json!({ "series": [{ "points": [{ "timestamp": timestamp, "value": 21.0 }] }] });
            answer(stream, "200 OK", "", series.to_string().as_bytes());
        }
        // By process: two of a fleet, else one.
        "SelectSeries"
            if object["groupBy"]
                .as_array()
                .is_some_and(|names| names.contains(&json!("pod"))) =>
        {
            let count = 1 + usize::from(body.contains("fleet"));
            let series: Vec<Value> = (0..count)
                .map(|at| {
                    let labels = json!([{ "name": "pod", "value": format!("api-{at}") }]);
                    json!({ "labels": labels, "points": [{ "timestamp": object["end"].to_string(), "value": 21.0 }] })
                })
                .collect();
            answer(stream, "200 OK", "", json!({ "series": series }).to_string().as_bytes());
        }
        "LabelValues" => answer(stream, "200 OK", "", br#"{"names":["api","db"]}"#),
        _ => wrong(stream, "unknown"),
    }
}

fn parca(request: &str, stream: &mut TcpStream) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let body = match path.split_once('?').unwrap_or((path, "")) {
        ("/api/profiles/query", query) if query.contains("nobody") => {
            let text = json!({ "code": 5, "message": "No data found for the query, try a different query or time range", "details": [] });
            return answer(stream, "404 Not Found", "", text.to_string().as_bytes());
        }
        ("/api/profiles/query", query) => {
            let wanted = "mode=MODE_MERGE&merge.query=memory%3Ainuse_space%3Abytes%3Aspace%3Abytes%7Bjob%3D%22api%22%7D\
                &merge.start=2026-11-26T11%3A45%3A00Z&merge.end=2026-11-26T12%3A00%3A00Z&report_type=REPORT_TYPE_PPROF";
            assert_eq!(query.replace("fleet", "api"), wanted);
            json!({ "pprof": BASE64_STANDARD.encode(profile()), "total": "42" })
        }
        ("/api/profiles/query_range", query) => {
            assert!(query.ends_with("&step=900s"), "{query}");
            let samples = json!([{ "timestamp": "2026-11-26T11:50:00Z", "value": "21", "count": 2 }]);
            let of = |instance: &str| {
                let labels = json!([{ "name": "instance", "value": instance }, { "name": "version", "value": "7" }]);
                json!({ "labelset": { "labels": labels }, "samples": samples })
            };
            match query.contains("fleet") {
                true => json!({ "series": [of("a:1"), of("b:1")] }),
                false => json!({ "series": [{ "samples": samples }] }),
            }
        }
        ("/api/profiles/types", _) => {
            let row = |name: &str| json!({ "name": name, "sampleType": "inuse_space", "sampleUnit": "bytes", "periodType": "space", "periodUnit": "bytes" });
            json!({ "types": [row("memory"), row("other")] })
        }
        _ => return answer(stream, "404 Not Found", "", b"{\"code\":5,\"message\":\"Not Found\"}"),
    };
    answer(
        stream,
        "200 OK",
        "Content-Type: application/json\r\n",
        body.to_string().as_bytes(),
    );
}

pub(super) fn run(args: &[&str]) -> Output {
    heaptui().args(args).output().expect("the program starts")
}

/// What is written to standard output, or to the other one where it failed.
pub(super) fn told(args: &[&str]) -> String {
    let output = run(args);
    let text = if output.status.success() {
        output.stdout
    } else {
        output.stderr
    };
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn a_store_is_a_source_like_any_other() {
    let (pyroscope, parca) = (start(pyroscope), start(parca));
    let pyroscope = format!("pyroscope:http://{pyroscope}/stores");
    let parca = format!("parca:{parca}");
    let alloc = "memory:alloc_space:bytes:space:bytes{service_name=\"api\"}";
    #[rustfmt::skip]
    let table: [(&[&str], &str); 16] = [
        // A mean of what is held: 42 bytes in two snapshots.
        (&["top", "--until", END, &pyroscope], "of 21B total"),
        (&["top", "--until", END, "--match", "job=\"api\"", &parca], "of 21B total"),
        // A sum of what was allocated.
        (&["top", "--until", END, "--match", alloc, &pyroscope], "of 42B total"),
        // Of several processes both are those of one on average, and the report says so.
        (&["top", "--until", END, "--match", &alloc.replace("api", "fleet"), &pyroscope], "of 21B total"),
        (&["top", "--until", END, "--match", "{service_name=\"fleet\"}", &pyroscope], "of 21B total"),
        (&["top", "--until", END, "--match", "{service_name=\"fleet\"}", &pyroscope], "One process on average, of 2\n"),
        (&["top", "--until", END, "--match", "job=\"fleet\"", &parca], "One process on average, of 2\n"),
        (&["top", &format!("{pyroscope}?until={END}&from=2026-11-26T11:00:00Z")], "of 21B total"),
        (&["diff", &format!("{pyroscope}?until={END}"), &format!("{pyroscope}?until={END}")], "21B before"),
        (&["--print", "100x20", "--until", END, &pyroscope], "total 21B"),
        (&["--print", "160x20", "--until", END, "--match", "job=\"fleet\"", &parca], "One process on average, of 2"),
        (&["top", "--match", "{job=}", &pyroscope], "400 Bad Request: unexpected \"}\" in label matching; check --match"),
        (&["top", "--match", "job=\"nobody\"", &pyroscope], "nothing is stored for memory:inuse_space:bytes:space:bytes{job=\"nobody\"} in this time; there is service_name api, db"),
        (&["top", "--match", "job=\"nobody\"", &parca], "there is the type memory:inuse_space:bytes:space:bytes, other:inuse_space"),
        (&["top", &format!("{parca}/elsewhere")], "404 Not Found: Not Found; check --match"),
        (&["top", "--from", "now", "--until", "-1h", &parca], "--from is not before --until"),
    ];
    for (args, said) in table {
        let told = told(args);
        assert!(told.contains(said), "{args:?}: {said:?} in {told}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("heap.pb.gz").display().to_string();
    told(&["fetch", "--until", END, &pyroscope, "-o", &file]);
    assert!(
        told(&["top", &file]).contains("of 21B total"),
        "{:?}",
        fs::read(&file).map(|bytes| bytes.len())
    );
}

#[test]
fn no_secret_of_a_store_is_written() {
    let (pyroscope, parca) = (start(pyroscope), start(parca));
    for address in [
        format!("pyroscope:http://alice:sesame@{pyroscope}/stores"),
        format!("pyroscope:http://alice:sesame@{pyroscope}/none"),
        format!("parca:alice:sesame@{parca}?until={END}"),
        "parca:http://alice:sesame@127.0.0.1:1".into(),
        "parca:http//alice:sesame@127.0.0.1:1".into(),
    ] {
        for command in [
            &["top", "--match", "job=\"api\""][..],
            &["--print", "100x20"],
            &["leaks", "--until", END],
            &["fetch", "-o", "-"],
        ] {
            let output = run(&[command, &[&address, "-HX-Scope-OrgID: tenanttenant"]].concat());
            let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            let found = ["alice", "sesame", "YWxpY2U6c2VzYW1l", "tenanttenant"]
                .iter()
                .find(|secret| text.contains(**secret));
            assert_eq!(found, None, "{command:?} {address}: {text}");
        }
    }
}
