//! What Pyroscope and Parca remember, as moments of a process that leaks: doubles of both, built from the servers' sources.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use heaptui::encode;
use heaptui::model::{Function, LabelSetId, Line, Profile, ValueType};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::start;
use super::stores::{END, run, told};
use crate::support::program::{Running, heaptui};
use crate::support::server::answer;
#[cfg(unix)]
use crate::support::terminal::Session;

/// Something to look at.
const PROFILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/deltas.heap.pb.gz");
/// The clock of a process that a store remembers, in milliseconds since 1970.
#[derive(Clone, Copy)]
struct Clock {
    /// When it was started.
    begin: i64,
    /// Between two of its snapshots.
    pace: i64,
}

/// Six hours of a process, which are over.
const PAST: Clock = Clock {
    begin: 1_795_694_400_000 - 6 * 3_600_000,
    pace: 60_000,
};

/// A process that runs: it was started when it was first looked at, ten seconds before.
static RUNNING: LazyLock<Clock> = LazyLock::new(|| Clock {
    begin: Timestamp::now().as_second() * 1000 - 10_000,
    pace: 1000,
});
/// Whether the store of that one is down.
static IS_DOWN: AtomicBool = AtomicBool::new(false);
/// Whether it tells bytes in another unit, which do not add up with those before.
static IS_ODD: AtomicBool = AtomicBool::new(false);
const TYPES: [&str; 6] = [
    "memory:alloc_objects:count:space:bytes",
    "memory:alloc_space:bytes:space:bytes",
    "memory:inuse_objects:count:space:bytes",
    "memory:inuse_space:bytes:space:bytes",
    "goroutines:goroutine:count:goroutine:count",
    "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
];

/// What functions have of a sample type at one time: blocks of 8 KiB, of which one keeps all and one none but its last.
fn at(clock: Clock, millis: i64, profile_type: &str) -> [(&'static str, i64); 2] {
    let snapshots = (millis - clock.begin) / clock.pace;
    let (kept, churned) = (256 * snapshots, 2000 * snapshots);
    let size = if profile_type.contains(":bytes:space") { 8192 } else { 1 };
    match profile_type.split(':').nth(1).unwrap_or_default() {
        "goroutine" => [("main.wait", 7), ("main.main", 1)],
        "inuse_objects" | "inuse_space" => [("main.keep", kept * size), ("main.churn", 2000 * size)],
        _ => [("main.keep", kept * size), ("main.churn", churned * size)],
    }
}

/// Snapshots in a part of time, whose ends count both.
fn snapshots(clock: Clock, start: i64, end: i64) -> impl Iterator<Item = i64> {
    let first = -(-start.max(clock.begin)).div_euclid(clock.pace);
    (first..=end.div_euclid(clock.pace)).map(move |at| at * clock.pace)
}

/// The sum of what is held at each of these times, or of what was allocated since the time before.
fn merged(clock: Clock, times: impl Iterator<Item = i64>, profile_type: &str, is_delta: bool) -> Option<Profile> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for time in times {
        let before = is_delta.then(|| at(clock, time - clock.pace, profile_type));
        for (row, (name, value)) in at(clock, time, profile_type).into_iter().enumerate() {
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
    pyroscope_of(PAST, request, stream);
}

/// Its last merge has nothing, though there was something to count.
fn forgetful(request: &str, stream: &mut TcpStream) {
    let body = request.split_once("\n\n").map_or("", |(_, body)| body);
    let is_last = request.contains("/SelectMergeProfile ") && fields(body).0[1] == PAST.begin + 6 * 3_600_000;
    match is_last {
        true => answer(stream, "200 OK", "Content-Type: application/proto\r\n", b""),
        false => pyroscope(request, stream),
    }
}

fn pyroscope_of(clock: Clock, request: &str, stream: &mut TcpStream) {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let object: Value = serde_json::from_str(body).unwrap_or_default();
    let number = |key: &str| object[key].as_i64().unwrap_or_default();
    let reply = match head.split([' ', '/']).nth(3).unwrap_or_default() {
        "SelectMergeProfile" => {
            let (numbers, texts) = fields(body);
            let is_delta = texts[0].contains(":alloc_");
            let is_odd = IS_ODD.load(Ordering::Relaxed) && clock.pace == RUNNING.pace;
            let kind = match is_odd {
                true => texts[0].replace(":alloc_space:bytes:", ":alloc_space:pages:"),
                false => texts[0].clone(),
            };
            let profile = merged(clock, snapshots(clock, numbers[0], numbers[1]), &kind, is_delta);
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
                let totals = snapshots(clock, end - step + 1, end)
                    .map(|time| at(clock, time, kind).iter().map(|row| row.1).sum::<i64>());
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
    parca_of(PAST, request, stream);
}

fn parca_of(clock: Clock, request: &str, stream: &mut TcpStream) {
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
                clock,
                snapshots(clock, time("merge.start"), time("merge.end")),
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
            for time in snapshots(clock, time("start"), time("end")) {
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

fn running(serve: fn(Clock, &str, &mut TcpStream), request: &str, stream: &mut TcpStream) {
    match IS_DOWN.load(Ordering::Relaxed) {
        true => answer(stream, "503 Service Unavailable", "", b"out of luck"),
        false => serve(*RUNNING, request, stream),
    }
}

#[test]
#[cfg(unix)]
fn a_watch_of_a_store_goes_on() {
    LazyLock::force(&RUNNING);
    let folder = tempfile::tempdir().expect("a folder");
    let session = folder.path().join("session").display().to_string();
    let store = format!(
        "pyroscope:{}",
        start(|request, stream| running(pyroscope_of, request, stream))
    );
    let asked = [
        "watch",
        "--headless",
        "--every",
        "1",
        // Longer than it takes, so that it ends where nothing comes.
        "--for",
        "120",
        "--from",
        "-5s",
        "--record",
        &session,
        &store,
    ];
    let watching = heaptui().args(asked).stdout(Stdio::piped()).spawn();
    let mut watching = Running(watching.expect("the program starts"));
    let mut lines = BufReader::new(watching.0.stdout.take().expect("a pipe"))
        .lines()
        .map_while(Result::ok);
    let mut wait = |what: &str, count: usize| {
        let found = lines.by_ref().filter(|line| line.contains(what)).take(count);
        assert_eq!(found.count(), count, "{what}");
    };
    // What there is, and what comes; then the store is down for a while.
    wait("goroutines 8", 5);
    IS_DOWN.store(true, Ordering::Relaxed);
    wait("503 Service Unavailable: out of luck", 1);
    IS_DOWN.store(false, Ordering::Relaxed);
    wait("goroutines 8", 3);
    // A step that fails when half of it is added up counts once all the same.
    IS_ODD.store(true, Ordering::Relaxed);
    wait("pages", 1);
    IS_ODD.store(false, Ordering::Relaxed);
    wait("goroutines 8", 3);
    let ended = Command::new("kill").arg(watching.0.id().to_string()).status();
    assert!(ended.is_ok_and(|status| status.success()));
    drop(lines);
    assert!(watching.0.wait().is_ok_and(|status| status.success()));
    // No second is missing, and what was allocated is added up over the outage.
    let list = fs::read_to_string(format!("{session}/session.jsonl")).expect("a list");
    let rows: Vec<Value> = list
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect();
    assert!(rows.len() >= 8, "{list}");
    let time = |row: &Value| {
        row["time"]
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok())
            .map(Timestamp::as_second)
    };
    let held = |row: &Value| {
        told(&[
            "raw",
            &format!("{session}/{}", row["heap"].as_str().unwrap_or_default()),
        ])
    };
    for pair in rows.windows(2) {
        assert_eq!(time(&pair[1]), time(&pair[0]).map(|second| second + 1), "{list}");
    }
    let allocated = |row: &Value| {
        let text = held(row);
        let counts: Vec<i64> = text
            .lines()
            .find(|line| line.contains(": 1 "))
            .map(|line| line.split([' ', ':']).filter_map(|word| word.parse().ok()).collect())
            .unwrap_or_default();
        counts.first().copied()
    };
    let (first, last) = (allocated(&rows[0]), allocated(&rows[rows.len() - 1]));
    let all = first.map(|first| first * rows.len() as i64);
    assert!(last.is_some() && last == all, "{last:?} {all:?} {}", held(&rows[0]));

    let store = format!("parca:{}", start(|request, stream| running(parca_of, request, stream)));
    let mut session = Session::start(&format!("watch --every 1 --from -5s {store}"), &[]);
    let shows = |text: &'static str| move |screen: &vt100::Screen| screen.contents().contains(text);
    session.wait("what there is", shows("● live"));
    IS_DOWN.store(true, Ordering::Relaxed);
    session.wait("a store that is down", shows("○ no answer"));
    IS_DOWN.store(false, Ordering::Relaxed);
    // Another step says that it is.
    session.wait("a store that is back", shows("● live"));
    session.keys(" ", "‖ paused");
    session.press("q");
    session.end("0");
}

#[test]
fn a_history_says_when_all_of_it_is_read() {
    for (serve, snapshots) in [(pyroscope as fn(&str, &mut TcpStream), 24), (forgetful, 23)] {
        let store = format!("pyroscope:{}", start(serve));
        let asked = ["--from", "2026-11-26T06:00:00Z", "--until", END];
        let frame = told(&[&["watch", "--print", "100x24"], &asked[..], &[&store]].concat());
        for said in [
            &format!("{snapshots} snapshots"),
            "All 24 steps are read, each of 15 min.",
        ] {
            assert!(frame.contains(said), "{said}: {frame}");
        }
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
