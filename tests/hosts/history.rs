//! What Pyroscope and Parca remember, as moments of a process that leaks: doubles of both, built from the servers' sources.

use std::collections::BTreeMap;
use std::net::TcpStream;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use heaptui::encode;
use heaptui::model::{Function, LabelSetId, Line, Profile, ValueType};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::start;
use super::stores::{END, run, told};
use crate::support::server::answer;

/// Something to look at.
const PROFILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/deltas.heap.pb.gz");
/// A snapshot every minute.
const MINUTE: i64 = 60_000;
/// When the process was started, milliseconds since 1970.
const BEGIN: i64 = 1_795_694_400_000 - 6 * 3_600_000;
const TYPES: [&str; 6] = [
    "memory:alloc_objects:count:space:bytes",
    "memory:alloc_space:bytes:space:bytes",
    "memory:inuse_objects:count:space:bytes",
    "memory:inuse_space:bytes:space:bytes",
    "goroutines:goroutine:count:goroutine:count",
    "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
];

/// What functions have of a sample type at one time: blocks of 8 KiB, of which one keeps all and one none but its last.
fn at(millis: i64, profile_type: &str) -> [(&'static str, i64); 2] {
    let minutes = (millis - BEGIN) / MINUTE;
    let (kept, churned) = (256 * minutes, 2000 * minutes);
    let size = if profile_type.contains(":bytes:space") { 8192 } else { 1 };
    match profile_type.split(':').nth(1).unwrap_or_default() {
        "goroutine" => [("main.wait", 7), ("main.main", 1)],
        "inuse_objects" | "inuse_space" => [("main.keep", kept * size), ("main.churn", 2000 * size)],
        _ => [("main.keep", kept * size), ("main.churn", churned * size)],
    }
}

/// Snapshots in a part of time, whose ends count both.
fn snapshots(start: i64, end: i64) -> impl Iterator<Item = i64> {
    let first = -(-start.max(BEGIN)).div_euclid(MINUTE);
    (first..=end.div_euclid(MINUTE)).map(|minute| minute * MINUTE)
}

/// The sum of what is held at each of these times, or of what was allocated since the time before.
fn merged(times: impl Iterator<Item = i64>, profile_type: &str, is_delta: bool) -> Option<Profile> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for time in times {
        let before = is_delta.then(|| at(time - MINUTE, profile_type));
        for (row, (name, value)) in at(time, profile_type).into_iter().enumerate() {
            *sums.entry(name).or_default() += value - before.map_or(0, |before| before[row].1);
        }
    }
    let mut profile = Profile::default();
    let names: Vec<&str> = profile_type.split(':').collect();
    let (kind, unit) = (
        profile.strings.intern(names[1].as_bytes()),
        profile.strings.intern(names[2].as_bytes()),
    );
    profile.sample_types = vec![ValueType { kind, unit }];
    for (name, sum) in &sums {
        let name = profile.strings.intern(name.as_bytes());
        let function = profile.add_function(Function {
            name,
            system_name: name,
            ..Function::default()
        });
        let location = profile.add_location(
            None,
            0,
            &[Line {
                function,
                line: 7,
                column: 0,
            }],
        );
        profile.add_sample(&[location], LabelSetId(0), &[*sum]);
    }
    (!sums.is_empty()).then_some(profile)
}

fn encoded(profile: &Profile) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode::profile(profile, &mut bytes).expect("memory");
    bytes
}

/// The fields of a message: numbers and texts.
fn fields(body: &str) -> (Vec<i64>, Vec<String>) {
    let mut bytes = body.chars().map(|char| u8::try_from(char).expect("a byte"));
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    while let Some(key) = bytes.next() {
        let (mut number, mut shift) = (0, 0);
        for byte in bytes.by_ref() {
            number |= i64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        match key & 7 {
            0 => numbers.push(number),
            _ => texts.push(bytes.by_ref().take(number as usize).map(char::from).collect()),
        }
    }
    (numbers, texts)
}

fn pyroscope(request: &str, stream: &mut TcpStream) {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let object: Value = serde_json::from_str(body).unwrap_or_default();
    let number = |key: &str| object[key].as_i64().unwrap_or_default();
    let reply = match head.split([' ', '/']).nth(3).unwrap_or_default() {
        "SelectMergeProfile" => {
            let (numbers, texts) = fields(body);
            let is_delta = texts[0].contains(":alloc_");
            let profile = merged(snapshots(numbers[0], numbers[1]), &texts[0], is_delta);
            let bytes = profile.map_or(Vec::new(), |profile| encoded(&profile));
            return answer(stream, "200 OK", "Content-Type: application/proto\r\n", &bytes);
        }
        "SelectSeries" => {
            let kind = object["profileTypeID"].as_str().unwrap_or_default();
            let step = (object["step"].as_f64().unwrap_or_default() * 1e3) as i64;
            // As in RangeSeries: a point for what lies behind the one before, up to its time.
            let mut points = Vec::new();
            let mut end = number("start");
            while end <= number("end") {
                let totals =
                    snapshots(end - step + 1, end).map(|time| at(time, kind).iter().map(|row| row.1).sum::<i64>());
                let totals: Vec<i64> = totals.collect();
                if !totals.is_empty() {
                    let mean = totals.iter().sum::<i64>() as f64 / totals.len() as f64;
                    points.push(json!({ "value": mean, "timestamp": end.to_string() }));
                }
                end += step;
            }
            json!({ "series": [{ "labels": [], "points": points }] })
        }
        "ProfileTypes" => json!({ "profileTypes": TYPES.map(|id| json!({ "ID": id })) }),
        "LabelNames" => json!({ "names": ["__session_id__", "pod", "service_name"] }),
        "LabelValues" if object["name"] == "pod" => json!({ "names": ["api-1", "api-2"] }),
        "LabelValues" => json!({ "names": ["api"] }),
        _ => return answer(stream, "404 Not Found", "", b"404 page not found"),
    };
    answer(
        stream,
        "200 OK",
        "Content-Type: application/json\r\n",
        reply.to_string().as_bytes(),
    );
}

fn parca(request: &str, stream: &mut TcpStream) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parameter = |wanted: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.filter(|(key, _)| *key == wanted).map(|(_, value)| value).next();
        value.unwrap_or_default().replace("%3A", ":").replace("%7B%7D", "")
    };
    let time = |key: &str| parameter(key).parse::<Timestamp>().map_or(0, Timestamp::as_millisecond);
    let reply = match path {
        "/api/profiles/query" => {
            match merged(
                snapshots(time("merge.start"), time("merge.end")),
                &parameter("merge.query"),
                false,
            ) {
                Some(profile) => json!({ "pprof": BASE64_STANDARD.encode(encoded(&profile)) }),
                None => {
                    let text =
                        br#"{"code":5,"message":"No data found for the query, try a different query or time range"}"#;
                    return answer(stream, "404 Not Found", "", text);
                }
            }
        }
        "/api/profiles/query_range" => {
            let step: i64 = parameter("step").trim_end_matches('s').parse().expect("seconds");
            let mut buckets: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
            for time in snapshots(time("start"), time("end")) {
                buckets.entry(time / (step * 1000)).or_default().push(time);
            }
            let sample = |times: &Vec<i64>| {
                let first = Timestamp::from_millisecond(times[0]).expect("a time").to_string();
                json!({ "timestamp": first, "value": "1", "count": times.len() })
            };
            json!({ "series": [{ "samples": buckets.values().map(sample).collect::<Vec<_>>() }] })
        }
        "/api/profiles/types" => {
            let row = |id: &str| {
                let parts: Vec<&str> = id.split(':').collect();
                json!({ "name": parts[0], "sampleType": parts[1], "sampleUnit": parts[2], "periodType": parts[3], "periodUnit": parts[4] })
            };
            json!({ "types": TYPES.map(row) })
        }
        "/api/profiles/labels" => json!({ "labelNames": ["pod", "service_name"] }),
        "/api/profiles/labels/pod/values" => json!({ "labelValues": ["api-1", "api-2"] }),
        _ => return answer(stream, "404 Not Found", "", br#"{"code":5,"message":"Not Found"}"#),
    };
    answer(
        stream,
        "200 OK",
        "Content-Type: application/json\r\n",
        reply.to_string().as_bytes(),
    );
}

#[test]
fn what_a_store_remembers_is_a_series() {
    for (prefix, serve) in [("pyroscope:", pyroscope as fn(&str, &mut TcpStream)), ("parca:", parca)] {
        let store = format!("{prefix}{}", start(serve));
        let asked = ["--from", "2026-11-26T06:00:00Z", "--until", END];
        // What is found is in the status of leaks.
        let said = |args: &[&str]| {
            let output = run(args);
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
        };
        let print = |args: &[&str]| said(&[args, &asked[..], &[&store]].concat());

        let leaks = print(&["leaks"]);
        assert!(leaks.contains("main.keep"), "{prefix} {leaks}");
        assert!(
            leaks
                .lines()
                .next()
                .is_some_and(|line| line.contains("main.keep keeps")),
            "{prefix} {leaks}"
        );

        let lines = print(&["watch", "--headless"]);
        assert_eq!(lines.lines().count(), 24, "{prefix} {lines}");
        assert!(
            lines
                .lines()
                .all(|line| line.contains("goroutines 8") && !line.contains("took")),
            "{prefix} {lines}"
        );
        let few = print(&["watch", "--headless", "--every", "1h"]);
        assert_eq!(few.lines().count(), 6, "{prefix} {few}");

        let frame = print(&["watch", "--print", "100x24"]);
        for said in ["24 snapshots", "main.keep", "4 inuse_space", "recorded"] {
            assert!(frame.contains(said), "{prefix} {said}: {frame}");
        }
        let steps = print(&["watch", "--every", "10", "--headless"]);
        assert!(steps.contains("2160 steps are too many"), "{prefix} {steps}");

        let folder = tempfile::tempdir().expect("a folder");
        let session = folder.path().join("session").display().to_string();
        print(&["watch", "--headless", "--record", &session]);
        assert_eq!(said(&["leaks", &session]), leaks, "{prefix}");

        let nothing = said(&[
            "leaks",
            "--from",
            "2026-11-26T04:00:00Z",
            "--until",
            "2026-11-26T05:00:00Z",
            &store,
        ]);
        assert!(
            nothing.contains("nothing is stored for memory:inuse_space"),
            "{prefix} {nothing}"
        );
    }
}

#[test]
fn what_a_store_knows_completes_in_the_prompt() {
    let doubles = [
        format!("pyroscope:{}", start(pyroscope)),
        format!("parca:{}", start(parca)),
    ];
    for store in doubles {
        // What is typed behind the store's address, and what is on the last line behind that.
        for (typed, said) in [
            ("", "?match="),
            ("?fr", "?from="),
            ("?match=ser", "?match=service_name=\""),
            (
                "?match=pod=\"ap",
                "api-1\"  api-2\"\n :base=pyroscope:…?match=pod=\"api-",
            ),
            ("?match={po", "?match={pod=\""),
            ("?match=process", "?match=process_cpu:cpu:nanoseconds:cpu:nanoseconds"),
            (
                "?match=memory:inuse",
                "memory:inuse_objects:count:space:bytes  memory:inuse_space:bytes:space:bytes\n :base=pyroscope:…?match=memory:inuse_",
            ),
            ("?match=nobody", "nothing to complete\n :base=pyroscope:…?match=nobody"),
            ("?from=soon&match=x", "--from takes a time"),
        ] {
            let keys = format!(":base={store}{typed}<tab>");
            let frame = told(&[PROFILE, "--keys", &keys, "--print", "160x24"]);
            let said = said.replace("pyroscope:…", &store);
            assert!(frame.contains(&said), "{store} {typed}: {said:?} in {frame}");
        }
    }
    let nobody = told(&[
        PROFILE,
        "--keys",
        ":base=pyroscope:127.0.0.1:1?match=x<tab>",
        "--print",
        "160x24",
    ]);
    assert!(nobody.contains("connection refused"), "{nobody}");
    let kinds = told(&[PROFILE, "--keys", ":diff_base=py<tab>", "--print", "160x24"]);
    assert!(kinds.contains(":diff_base=pyroscope:"), "{kinds}");
}
