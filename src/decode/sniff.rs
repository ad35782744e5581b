//! What bytes are, judged by how they begin.

use crate::error::{Error, Result};

/// What can be decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// The protobuf format.
    Proto,
    /// One of the text formats or the binary CPU format.
    Legacy,
}

/// How something begins that is no profile: (first bytes, what it is, what to do instead).
const OTHERS: &[(&[u8], &str, &str)] = &[
    (
        b"\x7fELF",
        "an ELF binary or core dump",
        "name the profile, not the program; symbols are not needed",
    ),
    (b"PERFILE2", "a perf.data file", "convert it with perf_to_profile first"),
    (
        b"\x28\xb5\x2f\xfd",
        "zstd-compressed data",
        "decompress it first: zstd -d",
    ),
    (b"\xfd7zXZ\0", "xz-compressed data", "decompress it first: xz -d"),
    (b"BZh", "bzip2-compressed data", "decompress it first: bzip2 -d"),
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (
        b"<",
        "an HTML or XML page",
        "the server answered with a page: check the URL, e.g. …/debug/pprof/heap",
    ),
    (
        b"{",
        "JSON",
        "a profile comes from …/debug/pprof/heap, not from an API that answers in JSON",
    ),
    (
        b"404 page not found",
        "a server's 404 answer",
        "check the URL the file was fetched from",
    ),
    (
        b"\xff\xfe",
        "UTF-16 text",
        "a text profile must be plain ASCII or UTF-8: fetch it again without conversion",
    ),
];

/// What the first line of a legacy text has in it that is neither blank nor a comment. The binary CPU format begins with
/// the words 0 and 3.
const LEGACY: &[(At, &[u8])] = &[
    (At::Anywhere, b"heap profile:"),
    (At::Anywhere, b" profile: total "),
    (At::Start, b"--- "),
    (At::Start, b"goroutine "),
    // What a Go program that dies says before its goroutines.
    (At::Start, b"panic: "),
    (At::Start, b"fatal error: "),
    (At::Start, b"SIGQUIT: "),
    (At::Start, b"SIGABRT: "),
    (At::Start, b"MAPPED_LIBRARIES"),
    // A comment that is longer than what is looked at.
    (At::Start, b"# "),
];

/// Where in a line a text is.
enum At {
    Start,
    Anywhere,
}

/// The format of a profile from its first bytes (a few hundred are enough).
pub(super) fn format(head: &[u8]) -> Result<Format> {
    if head.is_empty() {
        return Err(Error::Empty);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if head.starts_with(b"go 1.") && head.get(..16).is_some_and(|head| head.ends_with(b" trace\0\0\0")) {
        let advice = "open it with `go tool trace`, or fetch …/debug/pprof/heap for a heap profile";
        return Err(Error::NotAProfile {
            what: "a Go execution trace",
            advice,
        });
    }
    if let Some(&(_, what, advice)) = OTHERS
        .iter()
        .find(|(magic, ..)| head.starts_with(magic) || text.starts_with(magic))
    {
        return Err(Error::NotAProfile { what, advice });
    }
    let binary_cpu = head
        .get(..8)
        .is_some_and(|head| matches!(head, [0, 0, 0, 0, 0 | 3, 0, 0, 0 | 3]));
    if binary_cpu || is_legacy_text(text) {
        return Ok(Format::Legacy);
    }
    // Lengths and ids of messages are control characters, and soon come.
    let begins = &head[..head.len().min(512)];
    if begins.len() >= 4
        && begins
            .iter()
            .all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace())
    {
        let advice = "a profile comes from …/debug/pprof/heap; was the right file named?";
        return Err(Error::NotAProfile { what: "text", advice });
    }
    Ok(Format::Proto)
}

fn is_legacy_text(text: &[u8]) -> bool {
    let is_comment = |line: &&[u8]| line.is_empty() || line.starts_with(b"#");
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|line| !is_comment(line)).unwrap_or(text);
    LEGACY.iter().any(|(at, part)| match at {
        At::Start => line.starts_with(part),
        // A protobuf may have the words, too, but not in a line of text.
        At::Anywhere => is_text(line) && line.windows(part.len()).any(|window| window == *part),
    })
}

fn is_text(line: &[u8]) -> bool {
    line.iter().all(|&byte| byte >= b' ' || byte == b'\t')
}
