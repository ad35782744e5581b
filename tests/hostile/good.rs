//! A good profile in pieces, so that each can be broken: built of fields as they are on the wire.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::encoding::{WireType, encode_key, encode_varint};

/// What stands where in the string table of [`fields`].
pub(super) const TEXTS: [&str; 18] = [
    "",
    "alloc_space",
    "bytes",
    "inuse_space",
    "main.main",
    "main.work",
    "main.leaf",
    "/src/main.go",
    "/bin/prog",
    "6f1c3a5b",
    "request",
    "GET",
    "size",
    "kilobytes",
    "a comment",
    "https://example.com/doc",
    "runtime\\..*",
    "runtime\\.keep",
];

/// A field of a message: its number and its value, key and length included.
pub(super) type Field = (u32, Vec<u8>);

/// A number.
pub(super) fn number(field: u32, value: u64) -> Vec<u8> {
    let mut bytes = key(field, WireType::Varint);
    encode_varint(value, &mut bytes);
    bytes
}

/// A message, a text or packed numbers.
pub(super) fn bytes(field: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = key(field, WireType::LengthDelimited);
    encode_varint(value.len() as u64, &mut bytes);
    bytes.extend_from_slice(value);
    bytes
}

/// A key and nothing behind it.
pub(super) fn key(field: u32, wire_type: WireType) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_key(field, wire_type, &mut bytes);
    bytes
}

/// Packed numbers.
pub(super) fn packed(field: u32, values: &[u64]) -> Vec<u8> {
    let mut value = Vec::new();
    values.iter().for_each(|&number| encode_varint(number, &mut value));
    bytes(field, &value)
}

/// A message whose fields are all numbers.
pub(super) fn record(field: u32, values: &[(u32, u64)]) -> Vec<u8> {
    bytes(
        field,
        &values
            .iter()
            .flat_map(|&(at, value)| number(at, value))
            .collect::<Vec<_>>(),
    )
}

/// A sample with these locations and values.
pub(super) fn sample(stack: &[u64], values: &[u64]) -> Vec<u8> {
    bytes(2, &[packed(1, stack), packed(2, values)].concat())
}

/// A location with these lines: function and number.
pub(super) fn location(id: u64, lines: &[(u64, u64)]) -> Vec<u8> {
    let head = [number(1, id), number(2, 1), number(3, id.wrapping_mul(16))].concat();
    let lines = lines
        .iter()
        .flat_map(|&(function, line)| record(4, &[(1, function), (2, line)]));
    bytes(4, &head.into_iter().chain(lines).collect::<Vec<_>>())
}

/// A function whose name is this text.
pub(super) fn function(id: u64, name: u64) -> Vec<u8> {
    record(5, &[(1, id), (2, name), (3, name), (4, 7), (5, 10)])
}

/// A good profile without its string table.
pub(super) fn body() -> Vec<Field> {
    let text = record(3, &[(1, 10), (2, 11)]);
    let numeric = record(3, &[(1, 12), (3, 4096), (4, 13)]);
    let labelled = [packed(1, &[3, 2, 1]), packed(2, &[30 << 20, 10 << 20]), text, numeric].concat();
    vec![
        (1, record(1, &[(1, 1), (2, 2)])),
        (1, record(1, &[(1, 3), (2, 2)])),
        (2, bytes(2, &labelled)),
        (2, sample(&[2, 1], &[5 << 20, 5 << 20])),
        (
            3,
            record(3, &[(1, 1), (2, 0x40_0000), (3, 0x50_0000), (5, 8), (6, 9), (7, 1)]),
        ),
        (4, location(1, &[(1, 12)])),
        (4, location(2, &[(2, 20)])),
        (4, location(3, &[(3, 30), (2, 22)])),
        (5, function(1, 4)),
        (5, function(2, 5)),
        (5, function(3, 6)),
        (7, number(7, 16)),
        (8, number(8, 17)),
        (9, number(9, 1_767_225_600_000_000_000)),
        (10, number(10, 5_000_000_000)),
        (11, record(11, &[(1, 3), (2, 2)])),
        (12, number(12, 524_288)),
        (13, number(13, 14)),
        (14, number(14, 3)),
        (15, number(15, 15)),
    ]
}

/// A profile of a body and texts.
pub(super) fn with_texts(body: &[Field], texts: &[&[u8]]) -> Vec<u8> {
    let texts = texts.iter().flat_map(|text| bytes(6, text));
    let body = body.iter().flat_map(|(_, bytes)| bytes.clone());
    body.chain(texts).collect()
}

/// A profile of a body and the good texts.
pub(super) fn assembled(body: &[Field]) -> Vec<u8> {
    with_texts(body, &TEXTS.map(str::as_bytes))
}

/// The good profile.
pub(super) fn raw() -> Vec<u8> {
    assembled(&body())
}

/// The good profile with more behind it.
pub(super) fn and(more: &[u8]) -> Vec<u8> {
    [&raw(), more].concat()
}

/// The good profile without the fields of this number, and with this in their place.
pub(super) fn instead(field: u32, other: &[u8]) -> Vec<u8> {
    let mut body = body();
    body.retain(|(number, _)| *number != field);
    body.insert(0, (field, other.to_vec()));
    assembled(&body)
}

/// Gzipped.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .unwrap_or_default()
}
