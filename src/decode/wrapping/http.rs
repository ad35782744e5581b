//! The headers of an HTTP response, which `curl -i` writes before the body.

use std::io::{self, BufRead, BufReader, Read};

use super::Bytes;

/// The longest headers, in bytes: more than servers send.
const MAX_HEADERS: u64 = 1 << 20;

/// Whether a response begins here.
pub(super) fn sniff(head: &[u8]) -> bool {
    head.strip_prefix(b"HTTP/")
        .and_then(<[u8]>::first)
        .is_some_and(u8::is_ascii_digit)
}

/// The body.
pub(super) fn open(bytes: Bytes<'_>) -> io::Result<Bytes<'_>> {
    let mut bytes = BufReader::new(bytes);
    let mut headers = bytes.by_ref().take(MAX_HEADERS);
    let mut line = Vec::new();
    // They end at a blank line.
    while headers.read_until(b'\n', &mut line)? > 0 && !line.trim_ascii().is_empty() {
        line.clear();
    }
    Ok(Box::new(bytes))
}
