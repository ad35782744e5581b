//! A process watched from the command line, recorded, judged and compared: real requests on the loopback.

use std::fs;
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::support::server::{answer, profile, server};
#[cfg(unix)]
use crate::support::terminal::Session;

/// How many snapshots of the heap the doubles were asked for.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// Go's `debug=1` text of a process that keeps ever more; what it has allocated in all begins anew when it restarts.
fn heap(snapshot: u64) -> String {
    let (since_start, held) = (snapshot % 8 + 1, (snapshot + 1) << 20);
    let objects = held / 4096;
    format!(
        "heap profile: {objects}: {held} [{objects}: {held}] @ heap/2\n\
         {objects}: {held} [{objects}: {held}] @ 0x1000 0x2000\n\
         #\t0x1000\tmain.(*store).put+0x10\t/src/store.go:74\n\
         #\t0x2000\tmain.main+0x20\t/src/main.go:9\n\n\
         # runtime.MemStats\n# TotalAlloc = {}\n# HeapAlloc = {held}\n# Sys = {}\n# NumGC = {since_start}\n",
        since_start << 20,
        held * 2
    )
}

fn serve(request: &str, stream: &mut TcpStream) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    match path {
        _ if path.starts_with("/debug/pprof/heap?gc=1&debug=1") => {
            let snapshot = ASKED.fetch_add(1, Ordering::Relaxed);
            match snapshot {
                // One answer that is none: the watch goes on.
                5 => answer(stream, "500 Internal Server Error", "", b"out of luck"),
                _ => answer(stream, "200 OK", "", heap(snapshot).as_bytes()),
            }
        }
        "/debug/pprof/goroutine" => {
            let text = "goroutine profile: total 3\n3 @ 0x1000 0x2000\n#\t0x1000\tmain.wait+0x1\t/src/main.go:5\n\n";
            answer(stream, "200 OK", "", text.as_bytes());
        }
        _ => answer(stream, "404 Not Found", "", b"Unknown profile"),
    }
}

fn heaptui(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_heaptui"))
        .args(args)
        .output()
        .expect("the program starts")
}

#[test]
fn a_process_is_watched_recorded_judged_and_compared() {
    let (address, requests) = server(serve);
    let folder = tempfile::tempdir().expect("a folder");
    let session = folder.path().join("session");
    let session = session.to_str().expect("a plain name");
    let watching = Command::new(env!("CARGO_BIN_EXE_heaptui"))
        .args(["watch", &address, "--every", "0.1", "--record", session, "--keep", "12"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Until it was restarted and is thinned out; then it is asked to end, and finishes what it does.
    let heaps = requests.iter().filter(|path| path.starts_with("/debug/pprof/heap"));
    assert_eq!(heaps.take(20).count(), 20);
    let ended = Command::new("kill").arg(watching.id().to_string()).status();
    assert!(ended.is_ok_and(|status| status.success()));
    let watched = watching.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&watched.stdout);
    assert!(watched.status.success(), "{watched:?}");
    assert!(
        told.contains("heap after GC 2MB") && told.contains("goroutines 3"),
        "{told}"
    );
    assert!(told.contains("restarted") && told.contains("500"), "{told}");

    let list = fs::read_to_string(format!("{session}/session.jsonl")).expect("a list");
    let count = list.lines().count();
    assert!(
        (4..=12).contains(&count) && told.lines().count() > count,
        "{told}\n{list}"
    );
    assert!(list.contains("000.heap.txt.gz"), "the first stays: {list}");
    for line in list.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let names = ["heap", "goroutine"].map(|key| row[key].as_str().expect("a name").to_string());
        assert!(
            names
                .iter()
                .all(|name| fs::exists(format!("{session}/{name}")).unwrap_or(false)),
            "{line}"
        );
    }
    let files = fs::read_dir(session).expect("the folder").count();
    assert_eq!(files, 2 * count + 1, "what is thinned out is gone");

    let judged = heaptui(&["leaks", "--json", session]);
    let verdict: serde_json::Value = serde_json::from_slice(&judged.stdout).expect("an object");
    assert!(
        verdict["snapshots"].as_u64().is_some_and(|snapshots| snapshots > 2),
        "{verdict}"
    );

    let again = heaptui(&["watch", &address, "--for", "1", "--record", session]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(
        again.status.code() == Some(2) && said.contains("holds a session already"),
        "{again:?}"
    );

    let (first, last) = (
        format!("{session}/000.heap.txt.gz"),
        list.lines().last().expect("a row"),
    );
    let last: serde_json::Value = serde_json::from_str(last).expect("a row");
    let last = format!("{session}/{}", last["heap"].as_str().expect("a name"));
    for (args, status, text) in [
        (&["diff"][..], 0, "main.(*store).put"),
        (&["diff", "--json"], 0, "\"name\": \"main.(*store).put\""),
        (&["diff", "--csv"], 0, "main.(*store).put,1048576,"),
        (&["diff", "--fail-growth", "1kB"], 3, "Total: 1MB before"),
        (&["diff", "--fail-growth", "1GB"], 0, "Total: 1MB before"),
        (
            &["diff", "--fail-growth", "10%", "-focus=nobody"],
            0,
            "No function changed.",
        ),
        (&["diff", "--fail-growth", "soon"], 2, ""),
    ] {
        let output = heaptui(&[args, &[&first, &last]].concat());
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {output:?}");
        assert!(said.contains(text), "{args:?}: {said}");
    }
}

/// How many snapshots the dashboard took, and whether its server is down.
static SHOWN: AtomicU64 = AtomicU64::new(0);
static IS_DOWN: AtomicBool = AtomicBool::new(false);

fn serve_dashboard(request: &str, stream: &mut TcpStream) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    match path {
        _ if IS_DOWN.load(Ordering::Relaxed) => answer(stream, "500 Internal Server Error", "", b"out of luck"),
        _ if path.starts_with("/debug/pprof/heap?gc=1&debug=1") => {
            let snapshot = SHOWN.fetch_add(1, Ordering::Relaxed);
            answer(stream, "200 OK", "", heap(snapshot).as_bytes());
        }
        "/debug/pprof/" => {
            let row = |name: &str| format!("<tr><td>7</td><td><a href='{name}?debug=1'>{name}</a></td></tr>");
            let page = ["heap", "sessions"].map(row).concat();
            answer(stream, "200 OK", "", page.as_bytes());
        }
        "/debug/pprof/sessions" => answer(stream, "200 OK", "", &profile()),
        path if path.starts_with("/debug/pprof/trace") => answer(stream, "500 Internal Server Error", "", b"no trace"),
        _ => answer(stream, "404 Not Found", "", b"Unknown profile"),
    }
}

#[test]
#[cfg(unix)]
fn a_process_is_watched_in_the_dashboard() {
    let (address, requests) = server(serve_dashboard);
    let mut session = Session::start(&format!("watch --every 0.1 {address}"), &[]);
    let shows = |text: &'static str| move |screen: &vt100::Screen| screen.contents().contains(text);
    session.wait("the first snapshots", |screen| {
        let contents = screen.contents();
        contents.contains("main.(*store).put") && contents.contains("● live")
    });
    session.wait("what came since", shows("Δ"));
    // Held, one can look back, and nothing is asked for.
    session.keys(" ", "‖ paused");
    let asked = SHOWN.load(Ordering::Relaxed);
    session.keys(",", " s back");
    session.keys(">", "‖ paused");
    session.keys("B", "This moment is the base");
    assert!(SHOWN.load(Ordering::Relaxed) <= asked + 1, "one was under way");
    session.press(" ");
    session.wait("before and after", |screen| {
        let contents = screen.contents();
        contents.contains("before") && contents.contains("ratio") && contents.contains("● live")
    });
    session.wait("a restart", shows("╎"));
    IS_DOWN.store(true, Ordering::Relaxed);
    session.wait("a server that is down", shows("○ no answer"));
    IS_DOWN.store(false, Ordering::Relaxed);
    session.wait("a server that is back", shows("● live"));
    // Another profile of the server; the watch goes on behind.
    session.keys("p", "7 records");
    session.keys("s", "·  sessions  ·");
    session.keys("p", "7 records");
    session.keys("t", "trace?seconds=5: 500");
    session.keys(">", "main.(*store).put");
    session.press("q");
    session.end("0");
    drop(requests);
}

#[test]
fn what_is_no_process_is_told_at_once() {
    for (args, said) in [
        (&["watch"][..], "watch takes one process"),
        (&["watch", "Cargo.toml"], "watch takes a live process"),
        (&["watch", "127.0.0.1:9", "--every", "0"], "shortest"),
        (&["watch", "127.0.0.1:9", "--keep", "2"], "--keep keeps 4"),
        (&["watch", "127.0.0.1:9", "--for", "soon"], "--for takes seconds"),
        (&["diff", "Cargo.toml"], "diff takes two profiles"),
    ] {
        let output = heaptui(args);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(2) && told.contains(said),
            "{args:?}: {told}"
        );
    }
}
