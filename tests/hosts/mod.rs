//! Many hosts on the loopback: a row each, whatever some of them do; lists, names and a Prometheus server that name them.

mod door;
mod history;
mod prometheus;
mod stores;
#[cfg(unix)]
mod table;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::Output;

use serde_json::{Value, json};

use crate::support::program::heaptui;
use crate::support::server::{Serve, answer, hold, send, server};

/// Go's `debug=1` text of about 20 KB in which one function holds so many bytes.
fn heap(held: u64) -> Vec<u8> {
    let mut text = format!("heap profile: 1: {held} [1: {held}] @ heap/2\n");
    text += &format!(
        "1: {held} [1: {held}] @ 0x1000 0x2000\n#\t0x1000\tencoding/json.Marshal+0x10\t/src/encode.go:74\n#\t0x2000\tmain.main+0x20\t/src/main.go:9\n\n"
    );
    for row in 0..150_u64 {
        let address = 0x10_0000 + row * 16;
        text += &format!(
            "1: 64 [1: 64] @ {address:#x} 0x2000\n#\t{address:#x}\tmain.part{row}+0x10\t/src/parts.go:{row}\n#\t0x2000\tmain.main+0x20\t/src/main.go:9\n\n"
        );
    }
    text += &format!(
        "# runtime.MemStats\n# HeapAlloc = {held}\n# NumGC = 3\n# GCCPUFraction = 0.02\n# MaxRSS = 99999744\n"
    );
    text.into_bytes()
}

const GOROUTINES: &[u8] =
    b"goroutine profile: total 7\n7 @ 0x1000 0x2000\n#\t0x1000\tmain.wait+0x1\t/src/main.go:5\n#\t0x2000\tmain.main+0x2\t/src/main.go:9\n\n";

fn process(request: &str, stream: &mut TcpStream, held: u64) {
    match request.split(' ').nth(1).unwrap_or_default() {
        "/debug/pprof/heap" | "/debug/pprof/heap?debug=1" | "/debug/pprof/heap?gc=1&debug=1" => {
            answer(stream, "200 OK", "", &heap(held))
        }
        "/debug/pprof/goroutine" => answer(stream, "200 OK", "", GOROUTINES),
        "/metrics" => {
            let text = b"# TYPE go_goroutines gauge\ngo_goroutines 7\nprocess_resident_memory_bytes 3.3554432e+07\nprocess_start_time_seconds 1.5e+09\n";
            answer(stream, "200 OK", "Content-Type: text/plain\r\n", text);
        }
        _ => answer(stream, "404 Not Found", "", b"404 page not found\n"),
    }
}

const USUAL: u64 = 10 << 20;

fn usual(request: &str, stream: &mut TcpStream) {
    process(request, stream, USUAL);
}

fn large(request: &str, stream: &mut TcpStream) {
    process(request, stream, 3 * USUAL);
}

fn silent(_: &str, stream: &mut TcpStream) {
    hold(stream);
}

fn garbage(_: &str, stream: &mut TcpStream) {
    let bytes: Vec<u8> = (0..20_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    answer(stream, "200 OK", "", &bytes);
}

fn endless(_: &str, stream: &mut TcpStream) {
    send(
        stream,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nheap profile: 1: 64 [1: 64] @ heap/2\n",
    );
    let row = b"1: 64 [1: 64] @ 0x1000\n#\t0x1000\tmain.f+0x1\t/x.go:1\n\n";
    while std::io::Write::write_all(stream, row).is_ok() {}
}

/// Sends a few lines, and then no more.
fn dripping(_: &str, stream: &mut TcpStream) {
    send(stream, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    send(stream, &heap(64)[..200]);
    hold(stream);
}

fn start(serve: Serve) -> String {
    server(serve).0
}

/// An address at which nobody listens.
fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").to_string()
}

fn hosts(args: &[&str]) -> Output {
    heaptui().arg("hosts").args(args).output().expect("the program starts")
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn what_some_hosts_do_is_no_matter_to_the_rest() {
    const GOOD: usize = 195;
    let mut addresses: Vec<String> = (0..GOOD).map(|_| start(usual)).collect();
    addresses.insert(7, start(large));
    let broken = [silent as Serve, garbage, endless].map(start);
    addresses.splice(3..3, broken.iter().cloned());
    addresses.push(refusing());
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("hosts");
    fs::write(&list, format!("# all of them\n\n{}\n", addresses.join(" # one\n"))).expect("a file");
    let list = format!("@{}", list.display());
    let output = hosts(&["--json", "--max-bytes", "8000000", &list]);
    assert!(output.status.success(), "{output:?}");
    let object = object(&output);
    let rows = object["hosts"].as_array().expect("rows");
    let names: Vec<&str> = rows.iter().filter_map(|row| row["host"].as_str()).collect();
    assert_eq!(names, addresses, "in the order in which they were named");
    let good = |row: &&Value| row["error"].is_null();
    assert_eq!(rows.iter().filter(good).count(), GOOD + 1, "{object:#}");
    for row in rows.iter().filter(good) {
        assert_eq!((&row["rss"], &row["goroutines"]), (&json!(32 << 20), &json!(7)));
        assert_eq!(
            (&row["top"]["function"], &row["gc_share"]),
            (&json!("encoding/json.Marshal"), &json!(0.02))
        );
        assert_eq!(row["heap_is"], "in_use");
        assert!(row["uptime"].as_f64().is_some_and(|uptime| uptime > 1e8), "{row}");
    }
    for (at, said) in [
        (3, "no answer within 2s"),
        (4, "not a profile"),
        (names.len() - 1, "connection refused"),
    ] {
        let error = rows[at]["error"].as_str().unwrap_or_default();
        assert!(error.contains(said), "{said:?} in {error:?}");
    }
    // Which of its limits an endless answer meets first depends on the machine.
    assert!(rows[5]["error"].is_string() && rows[5]["heap"].is_null(), "{}", rows[5]);
    let outliers = object["outliers"].as_array().expect("outliers");
    let said = outliers
        .iter()
        .map(|outlier| outlier["sentence"].as_str().unwrap_or_default())
        .collect::<Vec<_>>();
    assert_eq!(outliers.len(), 1, "{said:?}");
    assert_eq!(outliers[0]["function"], "encoding/json.Marshal");
    assert!(said[0].contains("holds 3.0x the median heap"), "{said:?}");
}

#[test]
fn a_table_is_text_or_rows_and_says_who_failed() {
    let (one, two, three, none) = (start(usual), start(usual), start(large), refusing());
    let twice = format!("http://{one}/debug/pprof/allocs");
    let all = [one.as_str(), &two, &three, &none, &twice, "--gc"];
    let text = hosts(&all);
    let told = String::from_utf8_lossy(&text.stdout);
    assert!(told.starts_with("5 hosts: 4 answered, 1 failed\n"), "{told}");
    assert!(
        told.contains(&format!(
            "! {three} holds 3.0x the median heap (30 MB, median 10 MB); encoding/json.Marshal accounts for 100%"
        )),
        "{told}"
    );
    // Unless a time is given, nobody waits long for one of several that says nothing, or next to nothing.
    let silent = object(&hosts(&["--json", &one, &start(silent), &start(dripping)]));
    for (at, said) in [(1, "no answer within 2s"), (2, "the server stopped sending: ")] {
        let error = silent["hosts"][at]["error"].as_str().unwrap_or_default();
        assert!(error.contains(said) && error.contains("2s"), "{error}");
    }
    let csv = hosts(&[&all[..], &["--csv"]].concat());
    let mut rows = csv::Reader::from_reader(&csv.stdout[..]);
    let rows: Vec<_> = rows
        .records()
        .map(|row| row.expect("a row of as many cells as the head"))
        .collect();
    assert_eq!(rows.len(), 5);
    assert_eq!(
        (&rows[0][0], &rows[0][4], &rows[2][10]),
        (one.as_str(), "collected", "heap")
    );
    // Too long for any name server to be asked.
    let nameless = format!("dns:{}:1", "x".repeat(64));
    for (args, status, said) in [
        (&[none.as_str()][..], 1, "no host answered"),
        (&["here"], 2, "here is no host"),
        (&[], 2, "which hosts? e.g."),
        (&[&nameless], 1, ": no addresses ("),
        (&["@nowhere"], 1, "nowhere"),
        (&["dns:localhost"], 2, "a name and a port are wanted"),
        (&["prometheus:"], 2, "no address of a server"),
        (&["--parallel", "0", &one], 2, "--parallel takes a number from 1 to 256"),
        (&["--json", "--csv", &one], 2, "not both"),
    ] {
        let output = hosts(args);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(status) && told.contains(said),
            "{args:?}: {output:?}"
        );
    }
}

/// A Prometheus server that scrapes two processes, of which it says that they are here.
fn prometheus(request: &str, stream: &mut TcpStream) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let address = |port: &str| format!("127.0.0.1:{port}");
    // Which ports those are comes with the path in front.
    let mut parts = path.split('/').skip(1);
    let (a, b) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let labels = |port: &str, job: &str| json!({ "instance": address(port), "job": job });
    let target = |port: &str, job: &str| json!({ "labels": labels(port, job), "scrapeUrl": format!("http://{}/metrics", address(port)), "health": "up" });
    let data = match parts.collect::<Vec<_>>().join("/").split_once('?') {
        Some(("api/v1/targets", "state=active")) => json!({ "activeTargets": [target(a, "api"), target(b, "db")] }),
        Some(("api/v1/query", "query=up%7Bjob%3D%22api%22%7D")) => {
            let mut metric = labels(a, "api");
            metric["__name__"] = "up".into();
            json!({ "resultType": "vector", "result": [{ "metric": metric, "value": [1_795_694_400, "1"] }] })
        }
        Some(("api/v1/query_range", query)) => {
            let factor = if query.contains("goroutines") { 1 } else { 1 << 20 };
            let values = [1, 2, 4].map(|value| json!([1_795_694_400 + value * 60, (value * factor).to_string()]));
            json!({ "resultType": "matrix", "result": [{ "metric": labels(a, "api"), "values": values }] })
        }
        _ => {
            let error = json!({ "status": "error", "errorType": "bad_data", "error": "parse error" });
            return answer(stream, "400 Bad Request", "", error.to_string().as_bytes());
        }
    };
    let body = json!({ "status": "success", "data": data }).to_string();
    answer(stream, "200 OK", "Content-Type: application/json\r\n", body.as_bytes());
}

#[test]
fn a_prometheus_server_names_hosts_and_remembers_them() {
    let (a, b, server) = (start(usual), start(large), start(prometheus));
    let port = |address: &str| address.rsplit(':').next().unwrap_or_default().to_string();
    let source = format!("prometheus:http://{server}/{}/{}", port(&a), port(&b));
    let all = object(&hosts(&["--json", &source]));
    let names: Vec<&str> = all["hosts"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["host"].as_str())
        .collect();
    assert_eq!(names, [a.as_str(), &b]);
    let row = &all["hosts"][0];
    assert_eq!(row["heap"], USUAL + 150 * 64);
    assert_eq!(
        row["history"]["heap"],
        json!([
            [1795694460.0, 1 << 20],
            [1795694520.0, 2 << 20],
            [1795694640.0, 4 << 20]
        ])
    );
    assert_eq!(
        row["history"]["rss"].as_array().map(Vec::len),
        Some(4),
        "and what it is now"
    );
    let selected = hosts(&["--match", "job=\"api\"", "--from", "-2h", &source]);
    let told = String::from_utf8_lossy(&selected.stdout);
    assert!(
        told.contains(&a) && !told.contains(&b) && told.contains("+31 MB   +3 MB"),
        "{told}"
    );
    for (args, said) in [
        (&["--match", "job=", &source][..], "parse error"),
        (&["--from", "soon", &source], "--from takes a time"),
        (
            &["--from", "-1h", "--until", "-2h", &source],
            "--from is not before --until",
        ),
        (
            &[&format!("prometheus:{a}")],
            "404 page not found; is this a Prometheus server",
        ),
    ] {
        let output = hosts(args);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(said), "{args:?}: {output:?}");
    }
}

#[test]
fn hosts_are_judged_one_by_one() {
    let (one, two, none) = (start(usual), start(large), refusing());
    let run = |args: &[&str]| {
        let common = ["leaks", "--no-gc", "--for", "3", "--every", "0.2", &one, &two, &none];
        heaptui().args(common).args(args).output().expect("the program starts")
    };
    let output = run(&["--json"]);
    let object = object(&output);
    assert_eq!(
        (output.status.code(), &object["verdict"]),
        (Some(0), &json!("none")),
        "{object:#}"
    );
    assert_eq!(object["sentence"], format!("none of 3 hosts leaks; not judged: {none}"));
    let rows = object["hosts"].as_array().expect("rows");
    assert_eq!((&rows[0]["host"], &rows[0]["verdict"]), (&json!(one), &json!("none")));
    assert!(
        rows[2]["error"].as_str().is_some_and(|error| error.contains("refused")),
        "{object:#}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let record = folder.path().to_str().expect("a plain name");
    let told = run(&["--record", record]);
    assert!(
        String::from_utf8_lossy(&told.stdout).contains(&format!("\n{one}\nno leak seen")),
        "{told:?}"
    );
    let session = folder.path().join(one.replace(':', "_")).join("session.jsonl");
    assert!(session.exists(), "each host has a recording of its own");
}

#[test]
fn no_secret_of_a_host_is_written() {
    let refuses: Serve = |request, stream| answer(stream, "403 Forbidden", "", request.replace('\n', " ").as_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("list");
    fs::write(folder.path().join("token"), "t0kentoken\n").expect("a file");
    for serve in [usual, refuses, garbage] {
        let address = start(serve);
        fs::write(
            &list,
            format!("http://alice:sesame@{address}\nalice:sesame@127.0.0.1:1\n"),
        )
        .expect("a file");
        let list = format!("@{}", list.display());
        let token = format!("--bearer-file={}", folder.path().join("token").display());
        for source in [
            &list,
            &format!("alice:sesame@{address}"),
            &format!("prometheus:http://alice:sesame@{address}/x"),
            &format!("prometheus:http//alice:sesame@{address}/x"),
            &format!("dns:alice:sesame@{address}"),
            &format!("@alice:sesame@{address}"),
        ] {
            for form in ["--json", "--csv", "--timeout=2", &token, "-HCookie: cookiecookie"] {
                let output = hosts(&[form, source]);
                let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                let secrets = ["alice", "sesame", "YWxpY2U6c2VzYW1l", "t0kentoken", "cookiecookie"];
                let found = secrets.iter().find(|secret| text.contains(**secret));
                assert_eq!(found, None, "{form} {source}: {text}");
            }
        }
    }
}
