//! What `heaptui memory` and `heaptui goroutines` say: of a session, of files, and of what does not carry it.

use std::fmt::Write;
use std::fs;
use std::net::TcpStream;

use serde_json::Value;

use crate::support::program::heaptui;
use crate::support::server::{answer, server};

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = heaptui().args(arguments).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (
        output.status.code().unwrap_or(-1),
        text(output.stdout),
        text(output.stderr),
    )
}

fn json(arguments: &[&str]) -> Value {
    let (status, text, error) = run(arguments);
    assert_eq!(status, 0, "{arguments:?}: {error}");
    serde_json::from_str(&text).expect("JSON")
}

/// Bytes of a part.
fn part(memory: &Value, id: &str) -> i64 {
    let parts = memory["parts"].as_array().expect("parts");
    let found = parts.iter().find(|part| part["id"] == id).expect("a part of this name");
    found["bytes"].as_i64().expect("bytes")
}

const IN_RSS: [&str; 8] = [
    "live",
    "garbage",
    "span_slack",
    "idle_kept",
    "stacks",
    "runtime",
    "files",
    "outside",
];

#[test]
fn resident_memory_is_the_sum_of_its_parts() {
    for session in ["cache", "waiters", "requests", "warmup"] {
        let memory = json(&["memory", "--json", &format!("sessions/{session}")]);
        let sum: i64 = IN_RSS.iter().map(|id| part(&memory, id)).sum();
        assert_eq!(
            Some(sum - part(&memory, "untouched")),
            memory["rss"].as_i64(),
            "{session}"
        );
        assert_eq!(memory["rss_is_peak"], false, "{session}");
        assert_eq!(
            memory["live_basis"], "collected",
            "{session}: the collection was forced"
        );
        let (_, text, _) = run(&["memory", &format!("sessions/{session}")]);
        assert!(text.starts_with("RSS "), "{text}");
    }
    // A file by itself knows the peak alone, and does not know that the collection was forced.
    let memory = json(&["memory", "--json", "sessions/cache/020.heap.txt.gz"]);
    assert_eq!(
        (&memory["rss_is_peak"], &memory["live_basis"]),
        (&true.into(), &"samples".into())
    );
}

#[test]
fn expvar_tells_memory_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("vars.json");
    let vars = r#"{"cmdline":["agent"],"memstats":{"HeapAlloc":600,"HeapInuse":700,"HeapIdle":300,"HeapReleased":100,
        "StackSys":50,"Sys":1200,"NextGC":1000,"NumGC":3,"PauseEnd":[7,0,0],"BySize":[{"Size":8}]}}"#;
    fs::write(&file, vars).expect("a file");
    let name = file.to_string_lossy();
    let memory = json(&["memory", "--json", &name]);
    assert_eq!((memory["go"].as_i64(), memory["rss"].as_i64()), (Some(1100), None));
    let told: Vec<i64> = IN_RSS.iter().map(|id| part(&memory, id)).collect();
    assert_eq!(told, [500, 100, 100, 200, 50, 150, 0, 0], "{memory}");

    fs::write(&file, r#"{"cmdline":[]}"#).expect("a file");
    let (status, _, error) = run(&["memory", &name]);
    assert_eq!(status, 1);
    assert!(error.contains("JSON without memstats"), "{error}");
    let (status, _, error) = run(&["memory", "deltas.heap.pb.gz"]);
    assert_eq!(status, 1);
    assert!(error.contains("debug=1"), "it says what would have it: {error}");
    assert!(error.contains(": deltas.heap.pb.gz: "), "and what has not: {error}");
}

#[test]
fn the_demonstration_has_an_answer_to_each() {
    let table = [
        ("leaks", 3, "leak: "),
        ("memory", 0, "RSS "),
        ("goroutines", 0, "goroutines in"),
    ];
    for (name, status, says) in table {
        let (found, text, error) = run(&[name, "--demo"]);
        assert_eq!(found, status, "{name}: {error}");
        assert!(text.contains(says), "{name}: {text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_local_process_is_asked_for_its_memory() {
    let own = std::process::id().to_string();
    let memory = json(&["memory", "--json", "--pid", &own, "sessions/cache/020.heap.txt.gz"]);
    assert_eq!(memory["rss_is_peak"], false);
    assert!(part(&memory, "files") > 0, "a program is a mapped file");
    let (status, _, error) = run(&["memory", "--pid", "many", "sessions/cache"]);
    assert_eq!(status, 2, "{error}");
}

fn serve_metrics(request: &str, stream: &mut TcpStream) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let heap = || fs::read("tests/fixtures/sessions/cache/020.heap.txt.gz").expect("a fixture");
    match path.strip_prefix("http://orders.test").unwrap_or(path) {
        "/debug/pprof/heap?debug=1" => answer(stream, "200 OK", "", &heap()),
        "/metrics" => answer(stream, "200 OK", "", b"process_resident_memory_bytes 7.340032e+07\n"),
        _ => answer(stream, "404 Not Found", "", b"Unknown profile"),
    }
}

#[test]
fn a_process_elsewhere_tells_its_memory_in_its_metrics() {
    // Behind a proxy it is nobody's of this machine.
    let (address, _) = server(serve_metrics);
    let output = heaptui()
        .env("http_proxy", format!("http://{address}"))
        .args(["memory", "--json", "http://orders.test/debug/pprof/heap"])
        .output()
        .expect("the program starts");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let memory: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("JSON: {error}"));
    assert_eq!(memory["rss"].as_i64(), Some(70 << 20));
    assert_eq!(memory["rss_is_peak"], false);
    assert!(memory["notes"].to_string().contains("/metrics"), "{}", memory["notes"]);
}

/// What another server tells, and to whom: who asks is told to nobody but the server of the profiles.
fn serve_other_metrics(request: &str, stream: &mut TcpStream) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let is_told = request.contains("sesame") || request.contains("X-Key");
    match path {
        _ if is_told => answer(stream, "200 OK", "", b"process_resident_memory_bytes 1\n"),
        "/metrics" => answer(stream, "200 OK", "", b"process_resident_memory_bytes 3.145728e+07\n"),
        _ => answer(stream, "200 OK", "", b"go_goroutines 7\n"),
    }
}

#[test]
fn memory_is_told_where_the_user_says() {
    let ((heap, _), (other, asked)) = (server(serve_metrics), server(serve_other_metrics));
    let named = format!("alice:ses@{other}");
    let memory = json(&["memory", "--json", "-H", "X-Key: sesame", "--metrics", &named, &heap]);
    assert_eq!(memory["rss"].as_i64(), Some(30 << 20), "the page, not the system");
    assert_eq!(asked.recv().as_deref(), Ok("/metrics"));
    let elsewhere = format!("http://alice:ses@{other}/x");
    for (args, says) in [
        (
            ["memory", "--metrics", &elsewhere, &heap],
            "no process_resident_memory_bytes",
        ),
        (
            ["leaks", "--metrics", &elsewhere, &heap],
            "no process_resident_memory_bytes",
        ),
        (["memory", "--metrics", "127.0.0.1:1", &heap], "127.0.0.1:1"),
        (
            ["memory", "--metrics", "alice:ses@", &heap],
            "--metrics takes the URL of a page",
        ),
        (["memory", "--metrics", &other, "sessions/cache"], "one live process"),
    ] {
        let (status, _, error) = run(&args);
        assert!(status != 0 && error.contains(says), "{args:?}: {error}");
        assert!(!error.contains("ses@") && !error.contains("alice"), "{error}");
    }
}

/// A dump of so many goroutines, a third of them waiting for a channel.
fn dump(count: usize) -> String {
    let mut text = String::new();
    for id in 0..count {
        let (state, function) = match id % 3 {
            0 => (format!("chan receive, {} minutes", id % 7 + 1), "main.awaitReply"),
            1 => ("select".into(), "main.(*worker).run"),
            _ => ("IO wait, locked to thread".into(), "main.(*server).read"),
        };
        let _ = write!(
            text,
            "goroutine {id} [{state}] {{tenant: t{}}}:\nruntime.gopark(0x1)\n\t/go/src/runtime/proc.go:1 +0x1\n{function}(0xc0)\n\t/app/main.go:7 +0x2\ncreated by main.start in goroutine 1\n\t/app/main.go:3 +0x3\n\n",
            id % 2
        );
    }
    text
}

#[test]
fn goroutines_that_are_alike_are_a_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dump.txt");
    fs::write(&file, dump(3000)).expect("a file");
    let name = file.to_string_lossy();
    let all = json(&["goroutines", "--json", &name]);
    assert_eq!((all["total"].as_i64(), &all["known"]), (Some(3000), &"each".into()));
    let groups = all["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 3);
    let waiting = groups
        .iter()
        .find(|group| group["function"] == "main.awaitReply")
        .expect("a group");
    assert_eq!(waiting["wait"], serde_json::json!({"least": 1, "median": 4, "most": 7}));
    assert_eq!(waiting["created_by"][0]["name"], "main.start");
    assert_eq!(
        waiting["states"][0],
        serde_json::json!({"name": "chan receive", "count": 1000})
    );
    assert_eq!(waiting["stack"][0], Value::Null, "frames of the runtime are folded");
    let by = |what: &str| {
        json(&["goroutines", "--json", "--by", what, &name])["groups"]
            .as_array()
            .map(Vec::len)
    };
    let table = [
        ("stack", 3),
        ("function", 3),
        ("state", 3),
        ("created-by", 1),
        ("label=tenant", 2),
        ("label=no", 1),
    ];
    for (what, count) in table {
        assert_eq!(by(what), Some(count), "by {what}");
    }
    let (status, _, error) = run(&["goroutines", "--by", "colour", &name]);
    assert_eq!(status, 2);
    assert!(error.contains("label=KEY"), "{error}");
    let (_, text, _) = run(&["goroutines", &name]);
    assert!(text.starts_with("3,000 goroutines in 3 groups"), "{text}");
    assert!(text.contains("1–7 min, median 4 min"), "{text}");
}

#[test]
fn a_counted_profile_says_what_it_lacks() {
    let all = json(&["goroutines", "--json", "sessions/waiters"]);
    assert_eq!(all["known"], "counts");
    let first = &all["groups"][0];
    assert_eq!(
        (&first["function"], &first["states"][0]["name"]),
        (&"main.await".into(), &"chan receive".into())
    );
    assert_eq!(first["wait"], Value::Null);
    assert!(
        all["notes"][0].as_str().is_some_and(|note| note.contains("debug=2")),
        "{all}"
    );
    let (status, _, error) = run(&["goroutines", "deltas.heap.pb.gz"]);
    assert_eq!(status, 1);
    assert!(error.contains("goroutine?debug=2"), "{error}");
}
