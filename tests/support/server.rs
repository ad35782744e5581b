//! A server on the loopback that does as it is told, and the profile that it serves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What a server does with a request: its path, headers and what was sent along, and where to answer.
pub(crate) type Serve = fn(&str, &mut TcpStream);

/// Starts a server; returns its `host:port` and hears of each request's path.
pub(crate) fn server(serve: Serve) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    let (asked, requests) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, asked) = (stream.expect("a connection"), asked.clone());
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().expect("two ends"));
                let lines = reader.by_ref().lines();
                let lines = lines.map_while(|line| line.ok().filter(|line| !line.is_empty()));
                let mut request = lines.collect::<Vec<_>>().join("\n");
                if let Some(length) = content_length(&request) {
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).unwrap_or_default();
                    // A character a byte: it may be no text.
                    request += "\n\n";
                    request.extend(body.into_iter().map(char::from));
                }
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                asked.send(path).unwrap_or_default();
                serve(&request, &mut stream);
            });
        }
    });
    (address, requests)
}

/// How many bytes come behind the headers.
fn content_length(head: &str) -> Option<usize> {
    let lines = head.lines().map(str::to_ascii_lowercase);
    lines
        .filter_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
        .next()
}

/// Sends a whole answer.
pub(crate) fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    // In one piece: a second one would wait for the first to be acknowledged.
    send(stream, &[head.as_bytes(), body].concat());
}

/// Sends bytes; whether the client has had enough is its own affair.
pub(crate) fn send(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).unwrap_or_default();
}

/// Says no more until the client goes away.
pub(crate) fn hold(stream: &mut TcpStream) {
    stream.read_to_end(&mut Vec::new()).unwrap_or_default();
}

/// A profile of one sample, as in `proto/profile.proto`, not gzipped.
pub(crate) fn plain_profile() -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).expect("a short field");
        [&[number << 3 | 2, length], bytes].concat()
    };
    let mut profile = [
        field(1, &[8, 1, 16, 2]),
        field(2, &[18, 1, 42]),
        field(3, &[8, 1, 40, 3]),
    ]
    .concat();
    for text in ["", "inuse_space", "bytes", "/opt/bin/prometheus"] {
        profile.extend(field(6, text.as_bytes()));
    }
    // time_nanos: 2026-11-23T10:15:00Z.
    profile.push(9 << 3);
    let mut time = 1_795_428_900_000_000_000_u64;
    while time >= 0x80 {
        profile.push(time as u8 | 0x80);
        time >>= 7;
    }
    profile.push(time as u8);
    profile
}

/// The same, gzipped.
pub(crate) fn profile() -> Vec<u8> {
    gzipped(&plain_profile())
}

pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("memory");
    gzip.finish().expect("memory")
}

/// What `net/http/pprof` lists.
pub(crate) const INDEX: &[u8] = b"<html>\n<tr><td>7</td><td><a href='allocs?debug=1'>allocs</a></td></tr>
<tr><td>0</td><td><a href='cmdline?debug=1'>cmdline</a></td></tr>
<tr><td>7</td><td><a href='heap?debug=1'>heap</a></td></tr>\n</html>";
