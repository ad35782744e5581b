//! Servers that never come to an end, and loads that are given up: every fetch ends, and leaves nothing behind.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use heaptui::error::Error;
use heaptui::source::{HttpOptions, Source};

use super::{StopWhenAsked, failure, fetched};
use crate::support::server::{Serve, hold, send, server};

/// Sends something again and again, until the client goes away.
fn endlessly(stream: &mut TcpStream, bytes: &[u8], pause: Duration) {
    while stream.write_all(bytes).is_ok() {
        thread::sleep(pause);
    }
}

#[test]
fn what_never_ends_is_ended() {
    /// Often enough that no pause is too long.
    const DRIP: Duration = Duration::from_millis(5);
    let table: [(&str, Serve, &[&str]); 5] = [
        (
            "a body in drops",
            |_, stream| {
                send(stream, b"HTTP/1.1 200 OK\r\n\r\n");
                endlessly(stream, b"x", DRIP);
            },
            &["the answer does not end", "--timeout"],
        ),
        (
            "trailers",
            |_, stream| {
                send(
                    stream,
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
                );
                endlessly(stream, b"X-More: yes\r\n", DRIP);
            },
            // The client may refuse them before they take too long.
            &["answer"],
        ),
        (
            "headers in drops",
            |_, stream| {
                send(stream, b"HTTP/1.1 200 OK\r\n");
                endlessly(stream, b"A: b\r\n", DRIP);
            },
            &["answer"],
        ),
        (
            "a flood of headers",
            |_, stream| {
                send(stream, b"HTTP/1.1 200 OK\r\n");
                endlessly(stream, &b"A: b\r\n".repeat(1000), Duration::ZERO);
            },
            &["headers"],
        ),
        (
            "answers before the answer",
            |_, stream| endlessly(stream, b"HTTP/1.1 100 Continue\r\n\r\n", DRIP),
            &["answer"],
        ),
    ];
    for (case, serve, expected) in table {
        let options = HttpOptions {
            timeout: Some(Duration::from_millis(500)),
            grace: Duration::ZERO,
            ..HttpOptions::default()
        };
        let (address, _requests) = server(serve);
        let message = failure(&address, &options);
        for part in expected {
            assert!(message.contains(part), "{case}: {part:?} in {message:?}");
        }
    }
}

/// How many threads read from a source now.
#[cfg(target_os = "linux")]
fn readers() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("the threads").flatten();
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim() == "source").count()
}

#[cfg(target_os = "linux")]
fn files() -> usize {
    fs::read_dir("/proc/self/fd").expect("the open files").count()
}

#[cfg(target_os = "linux")]
#[test]
fn loads_that_are_given_up_leave_nothing_behind() {
    let before = files();
    for at in 0..200 {
        // Alternately before the answer and amid it.
        let serve: Serve = match at % 2 {
            0 => |_, stream| hold(stream),
            _ => |_, stream| {
                send(stream, b"HTTP/1.1 200 OK\r\n\r\nx");
                hold(stream);
            },
        };
        let (address, requests) = server(serve);
        let ended = fetched(&address, &HttpOptions::default(), &StopWhenAsked(requests));
        assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
        assert_eq!(readers(), 0, "the thread has ended when the load has");
    }
    // The servers' own listeners stay; their ends of the connections close once they notice.
    let until = Instant::now() + Duration::from_secs(60);
    while files() > before + 200 {
        assert!(Instant::now() < until, "{} files are open, {before} were", files());
        thread::yield_now();
    }
}

#[test]
fn a_connection_that_nobody_answers_can_be_given_up() {
    struct StopSoon(std::cell::Cell<u32>);
    impl heaptui::progress::Observer for StopSoon {
        fn progress(&self, _done: u64, _total: Option<u64>) -> heaptui::error::Result<()> {
            self.0.set(self.0.get() + 1);
            if self.0.get() > 2 {
                Err(Error::Cancelled)
            } else {
                Ok(())
            }
        }
    }
    // A queue of one that is full: Linux then leaves further ones without an answer.
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    listener
        .bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into())
        .expect("a free port");
    listener.listen(0).expect("a queue");
    let address = listener.local_addr().expect("its address").as_socket().expect("of TCP");
    let _waiting: Vec<_> = (0..2)
        .map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(100)))
        .collect();
    let source = Source::parse(&address.to_string().into());
    let ended = source.read(&HttpOptions::default(), &StopSoon(0.into()));
    assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
    #[cfg(target_os = "linux")]
    assert_eq!(readers(), 0, "the thread has ended when the load has");
}
