//! Bytes that become much more in memory: each table of a profile by itself. What is too much is refused with its name.

use std::io::{self, Read};

use heaptui::decode::{self, Budget};
use heaptui::error::Error;

use super::good::{
    Field, TEXTS, body, bytes, function, gzip, location, number, packed, raw, record, sample, with_texts,
};

/// Makes a profile that has so many rows of one kind.
type Generator = fn(usize) -> Vec<u8>;

/// A kind of rows, in the words of the error, and a profile with many of them.
const KINDS: [(&str, Generator); 14] = [
    ("samples", |count| and(&sample(&[1], &[1, 1]).repeat(count))),
    ("values", |count| {
        let types = record(1, &[(1, 1), (2, 2)]).repeat(64);
        let samples = sample(&[1], &[1; 64]).repeat(count / 64);
        without(&[1, 2], &[types, samples].concat())
    }),
    ("sample types", |count| and(&record(1, &[(1, 1), (2, 2)]).repeat(count))),
    ("samples", |count| without(&[2], &bytes(2, &packed(2, &vec![0; count])))),
    ("stacks", |count| {
        let samples =
            (0..count as u64).flat_map(|at| bytes(2, &[packed(1, &[at % 3 + 1]), packed(2, &[1, 1])].concat()));
        and(&samples.collect::<Vec<_>>())
    }),
    ("frames", |count| {
        and(&[1, 2]
            .map(|leaf| sample(&vec![leaf; 1000], &[1, 1]))
            .concat()
            .repeat(count / 2000))
    }),
    ("labels", |count| {
        let set = |at: u64| bytes(2, &[packed(1, &[1]), packed(2, &[1, 1]), labels(at, 100)].concat());
        and(&(0..count as u64 / 100).flat_map(set).collect::<Vec<_>>())
    }),
    ("samples", |count| {
        and(&bytes(2, &[packed(2, &[1, 1]), labels(0, count as u64)].concat()))
    }),
    ("lines", |count| {
        and(&(0..count as u64 / 100)
            .flat_map(|at| location(at + 9, &[(1, 1); 100]))
            .collect::<Vec<_>>())
    }),
    ("locations", |count| {
        and(&(0..count as u64)
            .flat_map(|at| location(at + 9, &[]))
            .collect::<Vec<_>>())
    }),
    ("functions", |count| {
        and(&(0..count as u64).flat_map(|at| function(at + 9, 4)).collect::<Vec<_>>())
    }),
    ("mappings", |count| {
        and(&(0..count as u64)
            .flat_map(|at| record(3, &[(1, at + 9)]))
            .collect::<Vec<_>>())
    }),
    ("comments", |count| and(&number(13, 14).repeat(count))),
    ("texts", |count| and(&bytes(6, b"").repeat(count))),
];

fn labels(first: u64, count: u64) -> Vec<u8> {
    (0..count)
        .flat_map(|at| record(3, &[(1, 10), (3, first * count + at + 1)]))
        .collect()
}

fn and(more: &[u8]) -> Vec<u8> {
    [&raw(), more].concat()
}

/// The good profile with these fields left out, and others instead.
fn without(fields: &[u32], others: &[u8]) -> Vec<u8> {
    let mut body: Vec<Field> = body();
    body.retain(|(number, _)| !fields.contains(number));
    body.insert(0, (0, others.to_vec()));
    with_texts(&body, &TEXTS.map(str::as_bytes))
}

/// Little memory, so that little is enough.
const SMALL: Budget = Budget {
    max_bytes: 1 << 30,
    memory: 1 << 20,
};

#[test]
fn every_table_is_weighed() {
    for (name, generator) in KINDS {
        let many = gzip(&generator(400_000));
        match decode::profile(&many[..], SMALL, &()) {
            Err(Error::TooHeavy { what, .. }) => assert_eq!(what, name),
            other => panic!("{name}: {:?}", other.map(|profile| profile.samples.len())),
        }
        let few = gzip(&generator(2_000));
        let read = decode::profile(&few[..], Budget::default(), &());
        assert!(!matches!(read, Err(Error::TooHeavy { .. })), "{name}: {read:?}");
    }
}

#[test]
fn text_is_weighed() {
    let row = "1: 8 [1: 8] @ 0x1 0x2\n";
    let text = |rows: usize| format!("heap profile: 1: 8 [1: 8] @ heap/2\n{}", row.repeat(rows));
    let long = |count: usize| format!("{}1: 8 [1: 8] @{}\n", text(1), " 0x1".repeat(count));
    let dump = |count: usize| {
        format!(
            "goroutine 1 [running]:\n{}",
            "main.main()\n\t/src/main.go:1\n".repeat(count)
        )
    };
    for (what, text) in [
        ("MiB", text(200_000)),
        ("stack", long((1 << 20) + 1)),
        ("stack", dump((1 << 20) + 1)),
    ] {
        let bytes = gzip(text.as_bytes());
        let budget = if what == "stack" { Budget::default() } else { SMALL };
        let error = decode::profile(&bytes[..], budget, &()).expect_err(what).to_string();
        assert!(error.contains(what), "{what}: {error}");
    }
}

/// `/dev/zero`, or a server that never ends: what is read as a whole is not worth more for being long.
#[test]
fn an_endless_input_is_given_up() {
    for (start, then) in [
        (&b""[..], 0),
        (b"\0\0\0\0\x03\0\0\0", 0),
        (b"", b' '),
        (b"heap profile: 1: 8 [1: 8] @ heap/2\n", b'\n'),
    ] {
        let error = decode::profile(start.chain(io::repeat(then)), SMALL, &()).expect_err("it is endless");
        let is_given_up = matches!(error, Error::TooHeavy { what: "text", .. } | Error::NotAProfile { .. });
        assert!(is_given_up, "{start:?} and {then} without an end: {error}");
    }
}

#[test]
fn a_long_name_is_weighed() {
    let named = |length: usize| gzip(&and(&bytes(6, &vec![b'x'; length])));
    assert!(decode::profile(&named(1 << 20)[..], Budget::default(), &()).is_ok());
    let error = decode::profile(&named(65 << 20)[..], Budget::default(), &()).expect_err("a long name");
    assert!(error.to_string().contains("a name or sample of"), "{error}");
    // An honest one of that size is not compressed to nothing.
    let error = decode::profile(&named(1 << 20)[..], SMALL, &()).expect_err("a long name");
    assert!(matches!(error, Error::TooHeavy { .. }), "{error}");
}

#[test]
fn bytes_that_come_are_worth_memory() {
    let many = and(&sample(&[1, 2, 3], &[1, 1]).repeat(400_000));
    assert!(decode::profile(&many[..], SMALL, &()).is_ok(), "as it is");
    assert!(
        decode::profile(&gzip(&many)[..], SMALL, &()).is_err(),
        "compressed to nothing"
    );
    assert!(
        decode::profile(&gzip(&many)[..], Budget::of(1 << 30), &()).is_ok(),
        "allowed"
    );
}
