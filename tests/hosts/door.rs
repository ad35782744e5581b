//! A pod behind an API server's proxy: `…/pods/NAME:PORT/proxy/debug/pprof/heap` with a token, as `kubectl proxy` and the
//! server itself serve it. Whatever else is asked of the process is asked below the same path.

use std::fs;
use std::net::TcpStream;

use super::{USUAL, process, start};
use crate::support::program::heaptui;
use crate::support::server::{INDEX, answer};

const POD: &str = "/api/v1/namespaces/ns/pods/app:6060/proxy";

const DUMP: &[u8] = b"goroutine 1 [chan receive, 5 minutes]:\nmain.wait()\n\t/src/main.go:5 +0x1\n\n";

fn api(request: &str, stream: &mut TcpStream) {
    let is_known = request.to_ascii_lowercase().contains("\nauthorization: bearer t0ken");
    match request.split_once(POD) {
        _ if !is_known => answer(stream, "401 Unauthorized", "", b"{\"kind\":\"Status\",\"code\":401}"),
        // What is not below the pod's path is the API server's.
        None => answer(
            stream,
            "404 Not Found",
            "",
            b"the server could not find the requested resource",
        ),
        Some((_, rest)) if rest.starts_with("/debug/pprof/ ") => answer(stream, "200 OK", "", INDEX),
        // The process that listens here is not the one that is asked.
        Some((_, rest)) if rest.starts_with("/debug/pprof/cmdline ") => answer(stream, "200 OK", "", b"/app\0--serve"),
        Some((_, rest)) if rest.starts_with("/debug/pprof/goroutine?debug=2 ") => answer(stream, "200 OK", "", DUMP),
        Some((method, rest)) => process(&format!("{method}{rest}"), stream, USUAL),
    }
}

#[test]
fn a_pod_is_asked_through_the_api_server() {
    let url = format!("http://{}{POD}/debug/pprof/heap", start(api));
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token").display().to_string();
    fs::write(&token, "t0ken\n").expect("a file");
    let watched = ["--every", "0.1", "--for", "0.3"];
    #[rustfmt::skip]
    let table: [(&[&str], &[&str]); 8] = [
        (&["top"], &["encoding/json.Marshal"]),
        (&["memory"], &["RSS 32 MB"]),
        (&["goroutines"], &["1 goroutine", "main.wait"]),
        (&["watch", "--headless"], &["heap after GC 10MB", "rss 32MB", "goroutines 7"]),
        (&["leaks"], &["snapshot"]),
        (&["hosts"], &["1 answered", "32 MB", "encoding/json.Marshal"]),
        (&["--print", "100x24", "--keys", "p"], &["what is held, as of the last collection"]),
        (&["watch", "--print", "100x24"], &["10.01MB", "rss"]),
    ];
    for (command, texts) in table {
        let watches = ["leaks", "watch"].contains(&command[0]);
        let plan = if watches { &watched[..] } else { &[] };
        let output = heaptui()
            .args(command)
            .args(plan)
            .args(["--bearer-file", &token, &url])
            .output()
            .expect("the program starts");
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        for text in texts {
            assert!(told.contains(text), "{command:?}: {text:?} in {told}");
        }
    }
    let output = heaptui().args(["watch", "--headless", &url]).output();
    let told = String::from_utf8_lossy(&output.expect("the program starts").stderr).into_owned();
    assert!(told.contains("401 Unauthorized"), "{told}");
}
