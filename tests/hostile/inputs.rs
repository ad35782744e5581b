//! The table of bad inputs: what each is, and what must come of it.

use prost::encoding::WireType::{self, EndGroup, LengthDelimited, SixtyFourBit, StartGroup, ThirtyTwoBit, Varint};

use super::good::{
    TEXTS, and, assembled, body, bytes, function, gzip, instead, key, location, number, packed, raw, record, sample,
    with_texts,
};
use super::texts;

/// What must come of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It is read.
    Read,
    /// It is refused.
    Refused,
    /// Either; but it must be taken well.
    Any,
}
use Fate::{Any, Read, Refused};

/// A bad input.
pub(super) struct Input {
    pub(super) what: String,
    pub(super) fate: Fate,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn input(fate: Fate, what: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Input {
    let (what, bytes) = (what.into(), bytes.into());
    Input { what, fate, bytes }
}

/// All of them.
pub(super) fn all() -> Vec<Input> {
    let parts = [
        containers(),
        cuts(),
        wire(),
        references(),
        values(),
        texts::names(),
        texts::expressions(),
        shapes(),
        bombs(),
        others(),
    ];
    parts.into_iter().flatten().collect()
}

fn containers() -> Vec<Input> {
    let (raw, gz) = (raw(), gzip(&raw()));
    let (half, end) = (raw.len() / 2, gz.len());
    let changed = |at: usize, byte: u8| {
        let mut gz = gz.clone();
        gz[at] = byte;
        gz
    };
    let header = |flags: u8, more: &[u8]| [&gz[..3], &[flags], &gz[4..10], more, &gz[10..]].concat();
    vec![
        input(Read, "the good profile", raw.clone()),
        input(Read, "the good profile, gzipped", gz.clone()),
        input(Refused, "nothing", []),
        input(Refused, "gzip of nothing", gzip(&[])),
        input(Read, "gzip of gzip", gzip(&gz)),
        input(Refused, "gzip of a text", gzip(&b"no profile\n".repeat(20))),
        input(Refused, "a wrong checksum", changed(end - 8, !gz[end - 8])),
        input(Refused, "a wrong size", changed(end - 1, 0x7f)),
        input(Refused, "another method of compression", changed(2, 7)),
        input(Any, "reserved flags", changed(3, 0xe0)),
        input(Refused, "a change in the deflated data", changed(end / 2, !gz[end / 2])),
        input(
            Read,
            "a header with extra field, name and comment",
            header(0x1c, b"\x04\0ABCDname\x1b[2J\0comment\0"),
        ),
        input(Any, "a wrong checksum of the header", header(2, b"\0\0")),
        input(Any, "text behind the gzip", [&gz[..], b"text behind"].concat()),
        input(Any, "zeros behind the gzip", [&gz[..], &[0; 512]].concat()),
        input(
            Read,
            "two members that are one profile",
            [gzip(&raw[..half]), gzip(&raw[half..])].concat(),
        ),
        input(Refused, "two profiles", [&raw[..], &raw].concat()),
        input(Refused, "two gzipped profiles", [&gz[..], &gz].concat()),
        input(Refused, "a second member that is cut", [&gz[..], &gz[..40]].concat()),
    ]
}

/// Cut everywhere, changed everywhere, and short of each of its fields.
fn cuts() -> Vec<Input> {
    let (raw, gz) = (raw(), gzip(&raw()));
    let mut inputs = Vec::new();
    for end in 0..raw.len() {
        inputs.push(input(Any, format!("cut after {end} bytes"), &raw[..end]));
    }
    for end in 0..gz.len() {
        inputs.push(input(Refused, format!("cut after {end} bytes of its gzip"), &gz[..end]));
    }
    for (at, mask) in (0..raw.len()).zip([0x01, 0x80, 0x07].into_iter().cycle()) {
        let mut changed = raw.clone();
        changed[at] ^= mask;
        inputs.push(input(Any, format!("byte {at} xor {mask:#x}"), changed));
    }
    let body = body();
    for at in 0..body.len() {
        let mut without = body.clone();
        let (field, _) = without.remove(at);
        inputs.push(input(
            Any,
            format!("without field {field}, row {at}"),
            assembled(&without),
        ));
        let mut twice = body.clone();
        twice.insert(at, body[at].clone());
        inputs.push(input(Any, format!("field {field}, row {at} twice"), assembled(&twice)));
    }
    let mut reversed = body.clone();
    reversed.reverse();
    inputs.push(input(Read, "its fields in reverse", assembled(&reversed)));
    inputs.push(input(Any, "only texts", assembled(&[])));
    inputs
}

fn wire() -> Vec<Input> {
    let mut inputs = Vec::new();
    // Every field of every message in every wire type that it does not have.
    let values: [(WireType, &[u8]); 6] = [
        (Varint, b"\x07"),
        (LengthDelimited, b"\x03abc"),
        (SixtyFourBit, b"abcdefgh"),
        (ThirtyTwoBit, b"abcd"),
        (StartGroup, b"\x08\x01"),
        (EndGroup, b""),
    ];
    for (wire_type, value) in values {
        for field in 1..=16 {
            let strange = [&key(field, wire_type), value].concat();
            inputs.push(input(Any, format!("field {field} as {wire_type:?}"), and(&strange)));
            for message in [1, 2, 3, 4, 5, 11] {
                let what = format!("field {field} of message {message} as {wire_type:?}");
                inputs.push(input(Any, what, and(&bytes(message, &strange))));
            }
            let label = bytes(2, &[packed(2, &[1, 1]), bytes(3, &strange)].concat());
            inputs.push(input(
                Any,
                format!("field {field} of a label as {wire_type:?}"),
                and(&label),
            ));
            let line = bytes(4, &[number(1, 9), bytes(4, &strange)].concat());
            inputs.push(input(
                Any,
                format!("field {field} of a line as {wire_type:?}"),
                and(&line),
            ));
        }
    }
    let period = |value: &[u8]| instead(12, &[&key(12, Varint), value].concat());
    let length = |value: &[u8]| and(&[&key(6, LengthDelimited), value].concat());
    inputs.extend([
        input(
            Refused,
            "a number of 11 bytes",
            period(b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
        ),
        input(
            Any,
            "a number that is larger than 64 bits",
            period(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ),
        input(
            Read,
            "a number in more bytes than it needs",
            period(b"\x85\x80\x80\x00"),
        ),
        input(
            Refused,
            "a number that never ends",
            and(&[&key(12, Varint)[..], &[0xff; 5]].concat()),
        ),
        input(Refused, "a text that is longer than the file", length(b"\xe8\x07abc")),
        input(Refused, "a text of 2^31 - 1 bytes", length(b"\xff\xff\xff\xff\x07")),
        input(
            Refused,
            "a text of 2^63 bytes",
            length(b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01abc"),
        ),
        input(
            Refused,
            "a text of 2^64 - 1 bytes",
            length(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01abc"),
        ),
        input(
            Refused,
            "packed ids that are longer than their sample",
            and(&bytes(2, b"\x0a\x5a\x01")),
        ),
        input(
            Refused,
            "packed values that end in a number",
            and(&bytes(2, b"\x12\x01\x80")),
        ),
        input(Refused, "wire type 6", and(b"\x16\x00")),
        input(Refused, "wire type 7", and(b"\x17\x00")),
        input(Refused, "field 0", and(b"\x00\x05")),
        input(Refused, "field 2^40", and(b"\x80\x80\x80\x80\x80\x80\x01\x01")),
        input(
            Read,
            "unknown fields",
            and(&[number(500, 1), bytes(501, b"x")].concat()),
        ),
        input(
            Any,
            "nested unknown messages",
            and(&(0..200).fold(Vec::new(), |inner, _| bytes(99, &inner))),
        ),
        input(Any, "nested groups", and(&key(99, StartGroup).repeat(100_000))),
        input(
            Read,
            "ids and values that are not packed",
            and(&bytes(2, &[number(1, 1), number(2, 7), number(2, 7)].concat())),
        ),
    ]);
    inputs
}

fn references() -> Vec<Input> {
    let mut inputs = vec![
        input(Refused, "the id 0 among as many locations as two bytes tell apart", {
            let many: Vec<u8> = (4..=65_536).flat_map(|id| location(id, &[])).collect();
            and(&[many, sample(&[1, 0, 1], &[1, 1])].concat())
        }),
        // The last byte of the first says a number's unit, and is 0.
        input(Refused, "a label that goes on behind its end", {
            let of = |label: &[u8]| bytes(2, &[packed(2, &[1, 1]), bytes(3, label)].concat());
            let whole = [number(1, 10), number(3, 1), number(4, 0)].concat();
            and(&[of(&whole), of(&whole[..whole.len() - 1])].concat())
        }),
    ];
    // Every number that names a text, a function, a location or a mapping, as what it must not be.
    for value in [18, 9999, u32::MAX.into(), 1 << 32, i64::MAX as u64, u64::MAX, 1 << 63] {
        for (what, bytes) in [
            (
                "a type's name",
                instead(1, &[record(1, &[(1, value)]), record(1, &[(1, 3)])].concat()),
            ),
            (
                "a type's unit",
                instead(1, &[record(1, &[(2, value)]), record(1, &[(1, 3)])].concat()),
            ),
            ("the period's type", instead(11, &record(11, &[(1, value)]))),
            ("a label's key", and(&labelled(&[(1, value), (2, 1)]))),
            ("a label's text", and(&labelled(&[(1, 10), (2, value)]))),
            ("a label's unit", and(&labelled(&[(1, 10), (3, 1), (4, value)]))),
            ("a mapping's file", instead(3, &record(3, &[(1, 1), (5, value)]))),
            ("a build id", instead(3, &record(3, &[(1, 1), (6, value)]))),
            ("a function's name", and(&record(5, &[(1, 9), (2, value)]))),
            ("a function's system name", and(&record(5, &[(1, 9), (3, value)]))),
            ("a function's file", and(&record(5, &[(1, 9), (4, value)]))),
            ("drop_frames", instead(7, &number(7, value))),
            ("keep_frames", instead(8, &number(8, value))),
            ("a comment", instead(13, &number(13, value))),
            ("the default type", instead(14, &number(14, value))),
            ("the documentation", instead(15, &number(15, value))),
            ("a line's function", and(&location(9, &[(value, 1)]))),
            ("a sample's location", and(&sample(&[value], &[1, 1]))),
        ] {
            inputs.push(input(Refused, format!("{value:#x} as {what}"), bytes));
        }
        let huge = [
            function(value, 4),
            location(value, &[(value, 1)]),
            sample(&[value], &[1, 1]),
        ]
        .concat();
        inputs.push(input(Read, format!("{value:#x} as ids"), and(&huge)));
        let mapping = record(3, &[(1, value), (2, value), (3, value), (4, value)]);
        inputs.push(input(Any, format!("{value:#x} all over a mapping"), and(&mapping)));
    }
    let odd = |location: &[u8]| and(&[location, &sample(&[9], &[1, 1])].concat());
    inputs.extend([
        input(Refused, "location 0", and(&location(0, &[(1, 1)]))),
        input(Refused, "function 0", and(&function(0, 4))),
        input(Refused, "mapping 0", and(&record(3, &[(2, 1)]))),
        input(Refused, "a sample in location 0", and(&sample(&[0], &[1, 1]))),
        input(Refused, "two locations with one id", and(&location(1, &[]))),
        input(Refused, "two functions with one id", and(&function(1, 4))),
        input(Any, "two mappings with one id", and(&record(3, &[(1, 1)]))),
        input(
            Any,
            "a location in a missing mapping",
            odd(&record(4, &[(1, 9), (2, 42)])),
        ),
        input(Any, "a location without a mapping", odd(&record(4, &[(1, 9)]))),
        input(
            Any,
            "a location at the last address",
            odd(&record(4, &[(1, 9), (2, 1), (3, u64::MAX)])),
        ),
        input(
            Any,
            "a function without a name",
            odd(&[record(5, &[(1, 9)]), location(9, &[(9, 0)])].concat()),
        ),
        input(Refused, "no texts", with_texts(&body(), &[])),
        input(
            Refused,
            "a first text that is not empty",
            with_texts(&body(), &TEXTS.map(|_| &b"x"[..])),
        ),
    ]);
    inputs
}

fn labelled(label: &[(u32, u64)]) -> Vec<u8> {
    bytes(2, &[packed(1, &[1]), packed(2, &[1, 1]), record(3, label)].concat())
}

fn values() -> Vec<Input> {
    const MIN: u64 = 1 << 63;
    const MAX: u64 = MIN - 1;
    let both = |value: u64| sample(&[3, 2, 1], &[value, value]);
    let mut inputs = vec![
        input(Refused, "no values", and(&sample(&[1], &[]))),
        input(Refused, "too few values", and(&sample(&[1], &[1]))),
        input(Refused, "too many values", and(&sample(&[1], &[1, 2, 3]))),
        input(Any, "no types", instead(1, &[])),
        input(Refused, "one type only", instead(1, &record(1, &[(1, 1), (2, 2)]))),
        input(Any, "no samples", instead(2, &[])),
        input(Read, "a sample without a stack", and(&sample(&[], &[1, 1]))),
        input(
            Any,
            "two types with one name",
            instead(1, &record(1, &[(1, 1), (2, 2)]).repeat(2)),
        ),
    ];
    for (what, samples) in [
        ("the largest number, twice", both(MAX).repeat(2)),
        ("the least number, twice", both(MIN).repeat(2)),
        ("the least number", both(MIN)),
        ("the largest and the least", [both(MAX), both(MIN)].concat()),
        ("-1", both(u64::MAX)),
        ("sums of 0", [both(7), both(7u64.wrapping_neg())].concat()),
        ("0", both(0)),
    ] {
        inputs.push(input(Read, format!("values: {what}"), instead(2, &samples)));
    }
    for value in [0, 1, MAX, MIN, u64::MAX] {
        let label = labelled(&[(1, 12), (3, value), (4, 13)]);
        inputs.push(input(Read, format!("{value:#x} as a label"), and(&label)));
        for field in [9, 10, 12] {
            let what = format!("{value:#x} as number {field}");
            inputs.push(input(Any, what, instead(field, &number(field, value))));
        }
        let line = [location(9, &[(1, value)]), sample(&[9], &[1, 1])].concat();
        inputs.push(input(Read, format!("{value:#x} as a line"), and(&line)));
        let start = record(5, &[(1, 9), (2, 4), (5, value)]);
        inputs.push(input(
            Read,
            format!("{value:#x} as a function's first line"),
            and(&start),
        ));
    }
    inputs
}

fn shapes() -> Vec<Input> {
    let deep: Vec<u64> = (0..20_000).map(|at| at % 3 + 1).collect();
    let lines: Vec<(u64, u64)> = (0..5_000).map(|at| (at % 3 + 1, at)).collect();
    let chain: Vec<u8> = (10..1500)
        .flat_map(|id| [function(id, 4), location(id, &[(id, id)])].concat())
        .collect();
    let chained: Vec<u64> = (10..1500).collect();
    let labels: Vec<u8> = (0..3_000)
        .flat_map(|at| record(3, &[(1, 10), (3, at), (4, 13)]))
        .collect();
    let cycles = |at: u64| sample(&[at % 3 + 1, (at + 1) % 3 + 1, at * 7 % 3 + 1], &[1 << 20, 1 << 20]);
    vec![
        input(
            Read,
            "a stack of 20,000 frames in recursion",
            and(&sample(&deep, &[1 << 30, 1 << 30])),
        ),
        input(
            Read,
            "a stack of 1,490 functions",
            and(&[chain, sample(&chained, &[1 << 30, 1 << 30])].concat()),
        ),
        input(
            Read,
            "5,000 inlined calls",
            and(&[location(9, &lines), sample(&[9, 9], &[1, 1])].concat()),
        ),
        input(
            Read,
            "3,000 labels",
            and(&bytes(2, &[packed(1, &[1]), packed(2, &[1, 1]), labels].concat())),
        ),
        input(
            Read,
            "everything calls everything",
            and(&(0..300).flat_map(cycles).collect::<Vec<_>>()),
        ),
        input(Any, "300 types", instead(1, &record(1, &[(1, 1), (2, 2)]).repeat(300))),
        input(Read, "2,000 comments", and(&number(13, 14).repeat(2_000))),
    ]
}

fn bombs() -> Vec<Input> {
    vec![
        input(Refused, "4 MiB of zeros", gzip(&vec![0; 4 << 20])),
        input(
            Refused,
            "empty messages of all kinds",
            gzip(&and(&(1..=5)
                .flat_map(|field| bytes(field, b"").repeat(20_000))
                .collect::<Vec<_>>())),
        ),
        input(Read, "empty texts", gzip(&and(&bytes(6, b"").repeat(200_000)))),
        input(Read, "a text of 2 MiB", gzip(&and(&bytes(6, &vec![b'A'; 2 << 20])))),
        input(
            Refused,
            "a stack of more than a million frames",
            gzip(&and(&sample(&vec![1; (1 << 20) + 1], &[1, 1]))),
        ),
        input(
            Read,
            "one sample 20,000 times",
            gzip(&and(&sample(&[3, 2, 1], &[1 << 20, 1 << 20]).repeat(20_000))),
        ),
    ]
}

/// What is no profile of this format.
fn others() -> Vec<Input> {
    vec![
        input(Refused, "ELF", *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
        input(Refused, "zlib", *b"\x78\x9c\x4b\x4c\x4a\x06\x00"),
        input(Refused, "xz", *b"\xfd7zXZ\0\0\x04"),
        input(Refused, "bzip2", *b"BZh91AY&SY"),
        input(Refused, "zstd", *b"\x28\xb5\x2f\xfd\0\0\0\0"),
        input(Refused, "zip", *b"PK\x03\x04\x14\0\0\0"),
        input(Refused, "HTML", *b"<!DOCTYPE html>\n<html><script>alert(1)</script></html>\n"),
        input(Refused, "JSON", *b"{\"error\":\"unauthorized\",\"code\":401}\n"),
        input(Refused, "404", *b"404 page not found\n"),
        input(Refused, "a command line", *b"/usr/bin/prog\0--flag\0"),
        input(Refused, "a Go trace", *b"go 1.22 trace\0\0\0\x01\x02\x03"),
        input(Refused, "UTF-16", *b"\xff\xfeh\0e\0a\0p\0"),
        input(Refused, "0xff", [0xff; 4096]),
        input(Any, "a legacy header alone", *b"heap profile: 0: 0 [0: 0] @ heap/1048576\n"),
        input(Any, "legacy numbers past 64 bits", *b"heap profile: 1: 2 [3: 4] @ heap/1\n99999999999999999999: 99999999999999999999 [1: 1] @ 0x1 0x2\n"),
        input(Any, "legacy extreme numbers", *b"heap profile: 1: 2 [3: 4] @ heap/9223372036854775807\n9223372036854775807: -9223372036854775808 [-1: 9223372036854775807] @ 0xffffffffffffffff 0x0\n"),
        input(Any, "legacy lines that are wrong", *b"heap profile: 1: 2 [3: 4] @ heap/1048576\n1: 2 [3: 4] @ 0xzz\ngarbage\x1b[2J\n"),
        input(Any, "goroutines", *b"goroutine profile: total 3\n2 @ 0x1 0x2\n#\t0x1\tmain.\x1b[2Ja+0x1\t/a\x07.go:1\n\n1 @ 0x3\n"),
        input(Any, "a dump of goroutines", *b"goroutine 1 [run\x1bning]:\nmain.ma\x07in()\n\t/a\x1b[2J.go:1 +0x1\n"),
        input(Any, "contention with 0 cycles a second", *b"--- contention:\ncycles/second=0\n1 1 @ 0x1\n"),
        input(Any, "threads", *b"--- threadz 1 ---\n\n--- Thread 7f (name: x\x1b/1) stack: ---\n  PC: 0x1 a\n"),
        input(Any, "Java", *b"--- heapz 1 ---\nformat = java\nresolution = bytes\n 1 1 @ 0x1\n 0x1 ev\x1b[2Jil (x.java:1)\n"),
        input(Any, "a binary CPU profile with 2^62 frames", [0, 3, 0, 10_000, 0, 1, 1 << 62, 0, 0].map(u64::to_le_bytes).concat()),
        input(Any, "a binary CPU profile that is cut", [0, 3, 0, 10_000, 0, 1, 5, 0x40_0000].map(u64::to_le_bytes).concat()),
    ]
}
