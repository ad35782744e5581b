//! Recognizes input that is not a profile and says what it is: a table of how files begin.

use crate::error::Error;

/// How such input is recognized.
enum Sign {
    /// By its first bytes.
    Bytes(&'static [u8]),
    /// By its first text after white space.
    Text(&'static str),
    /// By bytes at an offset.
    At(usize, &'static [u8]),
    /// By a test of its first bytes.
    Test(fn(&[u8]) -> bool),
}
use Sign::{At, Bytes, Test, Text};

/// A kind of input that is not a profile.
struct Kind {
    sign: Sign,
    /// What it is, with its article.
    what: &'static str,
    /// What to do instead.
    advice: &'static str,
}

const fn kind(sign: Sign, what: &'static str, advice: &'static str) -> Kind {
    Kind { sign, what, advice }
}

const NAME_THE_PROFILE: &str = "name the profile, not the program; symbols are not needed";
const FETCH_A_HEAP: &str = "a profile comes from …/debug/pprof/heap; was the right file named?";
const UNPACK: &str = "unpack it and name a profile in it";

/// Input that is not a profile. The first row that fits names it.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    // Compressed and packed.
    kind(Bytes(b"\xfd7zXZ\0"), "xz-compressed data", "decompress it first: xz -d"),
    kind(Bytes(b"BZh"), "bzip2-compressed data", "decompress it first: bzip2 -d"),
    kind(Bytes(b"\x04\x22\x4d\x18"), "lz4-compressed data", "decompress it first: lz4 -d"),
    kind(Bytes(b"\x02\x21\x4c\x18"), "lz4-compressed data", "decompress it first: lz4 -d"),
    kind(Bytes(b"\xff\x06\0\0sNaPpY"), "snappy-compressed data", "decompress it first: snzip -d"),
    kind(Bytes(b"LZIP"), "lzip-compressed data", "decompress it first: lzip -d"),
    kind(Bytes(b"\x1f\x9d"), "data compressed by compress", "decompress it first: uncompress"),
    kind(Bytes(b"7z\xbc\xaf\x27\x1c"), "a 7z archive", UNPACK),
    kind(Bytes(b"PK\x03\x04"), "a zip archive", UNPACK),
    kind(Bytes(b"PK\x05\x06"), "an empty zip archive", UNPACK),
    kind(At(257, b"ustar"), "a tar archive", UNPACK),
    kind(Bytes(b"!<arch>\n"), "an ar archive", UNPACK),
    // A gzip header whose second byte was not UTF-8.
    kind(Bytes(b"\x1f\xef\xbf\xbd\x08"), "gzip data that was taken for text, which destroyed it",
        "fetch it again as binary: curl -o heap.pb.gz …/debug/pprof/heap"),
    // Programs.
    kind(Test(is_core), "a core dump", "name a profile: a core dump has no samples in it"),
    kind(Bytes(b"\x7fELF"), "a program or library (ELF)", NAME_THE_PROFILE),
    kind(Test(is_java_class), "a Java class", NAME_THE_PROFILE),
    kind(Test(is_mach_o), "a program or library (Mach-O)", NAME_THE_PROFILE),
    kind(Test(is_pe), "a program or library (PE)", NAME_THE_PROFILE),
    kind(Bytes(b"\0asm"), "a WebAssembly module", NAME_THE_PROFILE),
    // What other profilers write.
    kind(Test(is_go_trace), "a Go execution trace",
        "open it with `go tool trace`, or fetch …/debug/pprof/heap for a heap profile"),
    kind(Test(is_go_heap_dump), "a Go heap dump", "it has objects but no stacks: fetch …/debug/pprof/heap"),
    kind(Bytes(b"PERFILE2"), "a perf.data file", "convert it with perf_to_profile first"),
    kind(Bytes(b"FLR\0"), "a Java Flight Recorder file", "open it with JDK Mission Control, or convert it with jfr2pprof first"),
    kind(Bytes(b"JAVA PROFILE "), "a Java heap dump (hprof)", "open it with Eclipse MAT"),
    kind(Text("{\"snapshot\""), "a V8 heap snapshot", "open it in Chrome's DevTools"),
    kind(Text("{\"nodes\":"), "a V8 CPU profile", "open it in Chrome's DevTools"),
    kind(Text("{\"$schema\":\"https://www.speedscope.app"), "a speedscope file", "open it on speedscope.app"),
    kind(Text("# callgrind format"), "a callgrind file", "open it with KCachegrind"),
    kind(Text("version: 1\ncreator:"), "a callgrind file", "open it with KCachegrind"),
    kind(Text("desc: "), "a massif file", "open it with ms_print"),
    kind(Text("# HELP "), "a page of Prometheus metrics", "fetch …/debug/pprof/heap instead of …/metrics"),
    kind(Text("# TYPE "), "a page of Prometheus metrics", "fetch …/debug/pprof/heap instead of …/metrics"),
    // Other files.
    kind(Bytes(b"version https://git-lfs.github.com/spec/"), "a Git LFS pointer", "fetch the file it stands for: git lfs pull"),
    kind(Bytes(b"SQLite format 3\0"), "an SQLite database", FETCH_A_HEAP),
    kind(Bytes(b"%PDF-"), "a PDF", FETCH_A_HEAP),
    kind(Bytes(b"\x89PNG"), "a PNG", FETCH_A_HEAP),
    // What a server answered.
    kind(Text("404 page not found"), "a server's 404 answer", "check the URL the file was fetched from"),
    kind(Text("<"), "an HTML or XML page", "the server answered with a page: check the URL, e.g. …/debug/pprof/heap"),
    kind(Test(is_json), "JSON", "a profile comes from …/debug/pprof/heap, not from an API that answers in JSON"),
    // Text of any kind.
    kind(Test(is_utf16), "UTF-16 text", "a text profile must be plain ASCII or UTF-8: fetch it again without conversion"),
    kind(Test(is_command_line), "the command line of a process, as …/debug/pprof/cmdline answers", "fetch …/debug/pprof/heap"),
    kind(Test(is_plain_text), "text", FETCH_A_HEAP),
];

/// The error that says what these bytes are, if they are known to be something other than a profile.
pub(super) fn named(head: &[u8]) -> Option<Error> {
    let text = head.trim_ascii_start();
    let kind = KINDS.iter().find(|kind| match kind.sign {
        Bytes(magic) => head.starts_with(magic),
        Text(start) => text.starts_with(start.as_bytes()),
        At(place, magic) => head.get(place..).is_some_and(|rest| rest.starts_with(magic)),
        Test(test) => test(head),
    });
    kind.map(|&Kind { what, advice, .. }| Error::NotAProfile { what, advice })
}

/// The error for bytes that nothing recognizes.
pub(super) fn unknown() -> Error {
    Error::NotAProfile {
        what: "binary data of no known kind",
        advice: "was it copied completely, and as binary? a profile comes from …/debug/pprof/heap",
    }
}

/// Text has no control characters except white space and the escape of colours, and is UTF-8 or nearly all ASCII. Only the
/// first bytes are judged: the lengths and ids of a protobuf profile soon bring a control character.
pub(super) fn is_text(head: &[u8]) -> bool {
    let is_plain = |&byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace() || byte == ESCAPE;
    let head = head.get(..512).unwrap_or(head);
    let others = head.iter().filter(|byte| !byte.is_ascii()).count();
    // The last character may be cut off.
    let is_utf8 = || std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    head.len() >= 4 && head.iter().all(is_plain) && (others < head.len() / 4 || is_utf8())
}

const ESCAPE: u8 = 0x1b;

fn is_plain_text(head: &[u8]) -> bool {
    is_text(head) && !head.contains(&ESCAPE)
}

fn is_json(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    text.starts_with(b"{") || text.starts_with(b"[") && is_plain_text(head)
}

/// An ELF file of type 4.
fn is_core(head: &[u8]) -> bool {
    let is_type = |at: usize| head.get(at..at + 2).is_some_and(|word| matches!(word, [4, 0] | [0, 4]));
    head.starts_with(b"\x7fELF") && is_type(16)
}

/// One architecture or several (a "fat" binary), in either byte order and width.
fn is_mach_o(head: &[u8]) -> bool {
    head.first_chunk().is_some_and(|&magic| {
        let of = |magic: u32| (magic & !1 == 0xfeed_face) || magic == 0xcafe_babe;
        of(u32::from_be_bytes(magic)) || of(u32::from_le_bytes(magic))
    })
}

/// Shares its magic with fat Mach-O; where that has the number of architectures, this has its version, from 45 on.
fn is_java_class(head: &[u8]) -> bool {
    head.starts_with(b"\xca\xfe\xba\xbe") && head.get(7).is_some_and(|&version| version >= 40)
}

/// `MZ`, and the `PE` header at the offset that the word at 60 gives.
fn is_pe(head: &[u8]) -> bool {
    let place = head.get(60..64).and_then(|word| word.first_chunk());
    let place = place.map_or(0, |&word| u32::from_le_bytes(word) as usize);
    head.starts_with(b"MZ")
        && (head.get(place..).is_some_and(|rest| rest.starts_with(b"PE\0\0")) || head[2..].contains(&0))
}

fn is_go_trace(head: &[u8]) -> bool {
    head.starts_with(b"go 1.") && head.get(..16).is_some_and(|head| head.ends_with(b" trace\0\0\0"))
}

/// `go1.7 heap dump` and a line break.
fn is_go_heap_dump(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.starts_with(b"go1.") && line.ends_with(b" heap dump")
}

/// With a byte order mark, or with every other byte 0.
fn is_utf16(head: &[u8]) -> bool {
    let pairs = || head.chunks_exact(2).take(16);
    let is_ascii = |first: usize| pairs().all(|pair| pair[first] == 0 && (b'\t'..0x7f).contains(&pair[1 - first]));
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || pairs().len() >= 4 && (is_ascii(0) || is_ascii(1))
}

/// Words that each end in a 0 byte.
fn is_command_line(head: &[u8]) -> bool {
    let is_word = |&byte: &u8| byte == 0 || byte >= b' ' && byte != 0x7f;
    head.len() >= 8 && head[0] != 0 && head.contains(&0) && head.iter().all(is_word)
}
