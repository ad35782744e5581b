//! Fetching from servers of all manners, on the loopback: what comes out, and that nothing but a profile is kept.

mod doors;
mod limits;
mod secrets;

use std::cell::Cell;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use heaptui::decode::{self, Budget};
use heaptui::error::{Error, Result};
use heaptui::host::{Described, keep};
use heaptui::progress::Observer;
use heaptui::source::{HttpOptions, Source};

use crate::support::server::{INDEX, Serve, answer, gzipped, hold, plain_profile, profile, send, server};

fn check(bytes: &[u8]) -> Result<Described> {
    let profile = decode::profile(bytes, Budget::default(), &())?;
    let (mapping, kind) = (&profile.mappings[0], profile.sample_types[0]);
    Ok(Described {
        process: profile.text(mapping.file).into(),
        kind: profile.text(kind.kind).into(),
        time_nanos: profile.time_nanos,
        ending: decode::ending(bytes),
    })
}

/// Fetches into a folder of its own, where on failure nothing may be left.
fn fetched(url: &str, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("p");
    let source = Source::parse(&url.into());
    let saved = keep(&|| source.read(options, observer), Some(&path), &check);
    match saved {
        Ok(saved) => {
            assert_eq!(saved.path, path);
            Ok(fs::read(path).expect("the file is there"))
        }
        Err(error) => {
            let left = fs::read_dir(folder.path()).expect("the folder is there").count();
            assert_eq!(left, 0, "a failed fetch leaves nothing behind: {error}");
            Err(error)
        }
    }
}

fn failure(url: &str, options: &HttpOptions) -> String {
    fetched(url, options, &()).expect_err("this fetch fails").to_string()
}

#[test]
fn profiles_arrive_as_they_are() {
    let table: [(&str, Serve, Vec<u8>); 7] = [
        (
            "gzipped",
            |_, stream| answer(stream, "200 OK", "", &profile()),
            profile(),
        ),
        (
            "plain",
            |_, stream| answer(stream, "200 OK", "", &plain_profile()),
            plain_profile(),
        ),
        (
            "an encoding is declined",
            |request, stream| {
                let request = request.to_ascii_lowercase();
                assert!(request.contains("\naccept-encoding: identity"), "{request}");
                answer(stream, "200 OK", "", &profile());
            },
            profile(),
        ),
        (
            "gzip declared as an encoding all the same",
            |_, stream| answer(stream, "200 OK", "Content-Encoding: gzip\r\n", &profile()),
            plain_profile(),
        ),
        (
            "encoded once more",
            |_, stream| answer(stream, "200 OK", "Content-Encoding: gzip\r\n", &gzipped(&profile())),
            profile(),
        ),
        (
            "redirected",
            |request, stream| match request.starts_with("GET /moved ") {
                true => answer(stream, "200 OK", "", &profile()),
                false => answer(stream, "302 Found", "Location: /moved\r\n", b"<a href=/moved>"),
            },
            profile(),
        ),
        (
            "chunked, in drops",
            |_, stream| {
                send(stream, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for byte in profile() {
                    send(stream, &[b'1', b'\r', b'\n', byte, b'\r', b'\n']);
                }
                send(stream, b"0\r\n\r\n");
            },
            profile(),
        ),
    ];
    for (case, serve, expected) in table {
        let (address, _requests) = server(serve);
        let bytes = fetched(&address, &HttpOptions::default(), &());
        assert_eq!(
            bytes.unwrap_or_else(|error| panic!("{case}: {error}")),
            expected,
            "{case}"
        );
    }
}

#[test]
fn failures_say_what_happened_and_what_to_try() {
    let table: [(&str, Serve, &[&str]); 26] = [
        (
            "http://ADDRESS/debug/pprof/hep",
            |request, stream| match request.starts_with("GET /debug/pprof/ ") {
                true => answer(stream, "200 OK", "Content-Type: text/html\r\n", INDEX),
                false => answer(stream, "404 Not Found", "X-Go-Pprof: 1\r\n", b"Unknown profile\n"),
            },
            &["404 Not Found: Unknown profile; ", "/debug/pprof/ offers allocs, heap"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "404 Not Found", "", b"404 page not found\n"),
            &["404", "import net/http/pprof"],
        ),
        (
            "ADDRESS/x",
            |request, stream| match request.starts_with("GET /x ") {
                true => answer(stream, "404 Not Found", "", b""),
                false => drop(stream.flush()),
            },
            &[
                "404",
                "if it is a prefix, the heap is at http://",
                "/x/debug/pprof/heap",
            ],
        ),
        (
            "ADDRESS/x",
            |request, stream| match request.split(' ').nth(1).unwrap_or_default() {
                "/x" => answer(stream, "302 Found", "Location: /y\r\n", b""),
                _ => answer(stream, "404 Not Found", "", b""),
            },
            &[
                "404",
                "if it is a prefix, the heap is at http://",
                "/y/debug/pprof/heap",
            ],
        ),
        (
            "ADDRESS/heap",
            |request, stream| match request.starts_with("GET /debug/pprof/ ") {
                true => answer(stream, "200 OK", "Content-Type: text/html\r\n", INDEX),
                false => answer(stream, "404 Not Found", "", b"404 page not found\n"),
            },
            &["404 page not found; ", "/debug/pprof/ offers allocs, heap"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "200 OK", "", b"<!DOCTYPE html><title>Log in</title>"),
            &["a page, not a profile", "login"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "200 OK", "Content-Type: text/html\r\n", b"hello"),
            &["a page, not a profile"],
        ),
        (
            "ADDRESS/debug/pprof/trace",
            |_, stream| answer(stream, "200 OK", "", b"go 1.26 trace\0\0\0rest"),
            &["execution trace", "go tool trace"],
        ),
        (
            "ADDRESS",
            |_, stream| {
                send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
                send(stream, &profile()[..60]);
            },
            &["60 of 500 bytes", "try again"],
        ),
        (
            "ADDRESS",
            |_, stream| send(stream, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            &["bytes", "try again"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "200 OK", "", &profile()[..60]),
            &["malformed profile", "ends early"],
        ),
        ("ADDRESS", |_, stream| answer(stream, "200 OK", "", b""), &["empty"]),
        (
            "ADDRESS",
            |_, stream| answer(stream, "200 OK", "", &[b'x'; 2000]),
            &["more than 1000 bytes"],
        ),
        (
            "ADDRESS",
            |_, stream| {
                send(stream, b"HTTP/1.0 200 OK\r\n\r\n");
                while stream.write_all(&[b'x'; 4096]).is_ok() {}
            },
            &["more than 1000 bytes"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "302 Found", "Location: /again\r\n", b""),
            &["more than 10 redirects", "login"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "200 OK", "Content-Encoding: br\r\n", b"x"),
            &["encoded as br", "ask the process itself"],
        ),
        (
            "ADDRESS",
            |_, stream| {
                answer(
                    stream,
                    "200 OK",
                    "Content-Encoding: gzip\r\n",
                    b"\x1f\x8b\x08\x00garbage, not gzip at all",
                )
            },
            &["encoded for HTTP is broken after 0 bytes"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "302 Found", "Location: file:///etc/passwd\r\n", b""),
            &["sends on to file:///etc/passwd, which cannot be asked"],
        ),
        (
            "ADDRESS?seconds=90",
            |_, stream| {
                let body = b"profile duration exceeds server's WriteTimeout\nmore";
                answer(stream, "400 Bad Request", "X-Go-Pprof: 1\r\n", body);
            },
            &[
                "400 Bad Request: profile duration exceeds server's WriteTimeout;",
                "fewer --seconds",
            ],
        ),
        (
            "http://me:secret@ADDRESS",
            |_, stream| answer(stream, "401 Unauthorized", "", b""),
            &["401 Unauthorized", "is not good for it"],
        ),
        (
            // The password is for another server than this one.
            "http://me:secret@ADDRESS",
            |request, stream| match request.split_once("127.0.0.1:") {
                Some((_, rest)) => {
                    let port = rest.lines().next().unwrap_or_default();
                    let location = format!("Location: http://localhost:{port}/debug/pprof/heap\r\n");
                    answer(stream, "302 Found", &location, b"");
                }
                None => answer(stream, "401 Unauthorized", "", b""),
            },
            &["http://localhost:", "401 Unauthorized", "say who asks"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "401 Unauthorized", "", b""),
            &["401 Unauthorized", "user:password@", "--bearer-file"],
        ),
        (
            "ADDRESS",
            |_, stream| answer(stream, "403 Forbidden", "", b""),
            &["403", "allows"],
        ),
        (
            "ADDRESS",
            |_, stream| send(stream, b"SSH-2.0-x\r\n\r\n"),
            &["not HTTP", "another service"],
        ),
        ("ADDRESS", |_, _| {}, &["closed the connection without an answer"]),
        (
            "https://ADDRESS",
            |_, stream| send(stream, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            &["no secure connection", "use http://"],
        ),
    ];
    let options = HttpOptions {
        max_bytes: 1000,
        ..HttpOptions::default()
    };
    for (url, serve, expected) in table {
        let (address, _requests) = server(serve);
        let message = failure(&url.replace("ADDRESS", &address), &options);
        for part in expected {
            assert!(message.contains(part), "{url}: {part:?} in {message:?}");
        }
        assert!(!message.contains('\n') && !message.contains("secret"), "{message:?}");
    }
}

#[test]
fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    drop(listener);
    let message = failure(&address, &HttpOptions::default());
    assert!(message.contains("connection refused; is the process up"), "{message}");
    // Too long for any name server to be asked, and local, so that no proxy is.
    let host = "x".repeat(64);
    let message = failure(&format!("http://{host}.localhost:1/"), &HttpOptions::default());
    assert!(message.contains("no such host; check the name"), "{message}");
    let message = failure("http://a b:1/", &HttpOptions::default());
    assert!(message.contains("not a valid URL; e.g. http"), "{message}");
}

#[test]
fn patience_has_a_limit() {
    let table: [(Serve, &str); 2] = [
        (|_, stream| hold(stream), "no answer within TIME; is the process stuck?"),
        (
            |_, stream| {
                send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nx");
                hold(stream);
            },
            "the server stopped sending within TIME; try again",
        ),
    ];
    for (serve, expected) in table {
        // A server on a busy machine may need longer until it is connected, and its first bytes are across.
        let said = [20, 100, 1000, 10_000]
            .map(Duration::from_millis)
            .into_iter()
            .map(|patience| {
                let options = HttpOptions {
                    timeout: Some(patience),
                    grace: Duration::ZERO,
                    ..HttpOptions::default()
                };
                let (address, _requests) = server(serve);
                let expected = expected.replace("TIME", &format!("{patience:?}"));
                (failure(&address, &options), expected)
            });
        let mut tried = Vec::new();
        let is_said = said.into_iter().any(|(message, expected)| {
            let is_it = message.contains(&expected);
            tried.push(message);
            is_it
        });
        assert!(is_said, "{expected:?} in {tried:?}");
    }
}

/// Gives up as soon as the server has been asked.
struct StopWhenAsked(Receiver<String>);

impl Observer for StopWhenAsked {
    fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
        self.0.try_recv().map_or(Ok(()), |_| Err(Error::Cancelled))
    }
}

/// Gives up when it is told the same twice after something has arrived.
#[derive(Default)]
struct StopWhenStalled(Cell<u64>);

impl Observer for StopWhenStalled {
    fn progress(&self, done: u64, total: Option<u64>) -> Result<()> {
        if done == 0 {
            return Ok(());
        }
        assert_eq!(total, Some(500), "Content-Length is passed on");
        match self.0.replace(done) == done {
            true => Err(Error::Cancelled),
            false => Ok(()),
        }
    }
}

#[test]
fn waiting_can_be_given_up() {
    let (address, requests) = server(|_, stream| hold(stream));
    let ended = fetched(&address, &HttpOptions::default(), &StopWhenAsked(requests));
    assert!(matches!(ended, Err(Error::Cancelled)), "before the answer: {ended:?}");
    let (address, _requests) = server(|_, stream| {
        send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
        send(stream, &[b'x'; 100]);
        hold(stream);
    });
    let ended = fetched(&address, &HttpOptions::default(), &StopWhenStalled::default());
    assert!(matches!(ended, Err(Error::Cancelled)), "amid the answer: {ended:?}");
}

#[test]
fn seconds_are_asked_for() {
    let (address, requests) = server(|_, stream| answer(stream, "200 OK", "", &profile()));
    let options = HttpOptions {
        seconds: Some(5),
        ..HttpOptions::default()
    };
    let url = format!("{address}/debug/pprof/heap?gc=1&seconds=30");
    fetched(&url, &options, &()).expect("a profile");
    assert_eq!(requests.recv().as_deref(), Ok("/debug/pprof/heap?gc=1&seconds=5"));
}

#[test]
fn credentials_that_do_not_fit_are_found_before_asking() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("empty.pem");
    fs::write(&file, "").expect("a file");
    let missing = Some(folder.path().join("missing.pem"));
    let empty = Some(file);
    let table = [
        (&empty, &None, &None, "--tls_cert and --tls_key need each other"),
        (&None, &empty, &None, "--tls_cert and --tls_key need each other"),
        (&empty, &empty, &None, "empty.pem: no certificate in PEM form here"),
        (&None, &None, &empty, "empty.pem: no certificate in PEM form here"),
        (&None, &None, &missing, "missing.pem: No such file"),
    ];
    for (cert, key, ca, expected) in table {
        let options = HttpOptions {
            tls_cert: cert.clone(),
            tls_key: key.clone(),
            tls_ca: ca.clone(),
            ..HttpOptions::default()
        };
        let message = failure("https://127.0.0.1:1/", &options);
        assert!(message.contains(expected), "{expected:?} in {message:?}");
    }
}

#[test]
fn a_file_names_itself_and_never_replaces_another() {
    const NAME: &str = "pprof.prometheus.inuse_space.20261123T101500Z";
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The current folder belongs to the whole process, so a child of its own does the fetching.
    if let Some(url) = std::env::var_os("FETCH_HERE") {
        let source = Source::parse(&url.to_string_lossy().into());
        let saved = keep(&|| source.read(&HttpOptions::default(), &()), None, &check).expect("a profile");
        assert!(saved.path.is_file());
        return;
    }
    let (address, _requests) = server(|request, stream| match request.starts_with("GET /plain ") {
        true => answer(stream, "200 OK", "", &plain_profile()),
        false => answer(stream, "200 OK", "", &profile()),
    });
    for path in ["", "", "", "/plain"] {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this test"));
        child.args(["--exact", "fetch::a_file_names_itself_and_never_replaces_another"]);
        child
            .env("FETCH_HERE", format!("{address}{path}"))
            .current_dir(folder.path());
        let output = child.output().expect("the child runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a plain name")
        })
        .collect();
    names.sort();
    let expected = ["2.pb.gz", "3.pb.gz", "pb", "pb.gz"].map(|ending| format!("{NAME}.{ending}"));
    assert_eq!(names, expected);
}
