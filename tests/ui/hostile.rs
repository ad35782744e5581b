//! A profile whose every text wants something of the terminal.

use prost::Message;

/// What names hold: escapes, other controls, bytes that are no UTF-8, text that changes direction or has no width.
const NAMES: &[&[u8]] = &[
    b"main.\x1b[31mred\x1b[0m",
    b"main.\x1b]0;title\x07",
    b"main.\x1b[2J\x1b[H",
    b"main.bell\x07back\x08\x08\x08\x08",
    b"main.line\nbreak\r\ttab",
    b"main.\xc2\x9b31m",
    "main.\u{202e}thgir".as_bytes(),
    "main.ze\u{200b}ro\u{feff}".as_bytes(),
    "main.e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(),
    "例え/テスト.(*関数).呼び出し".as_bytes(),
    "main.👩‍👩‍👧‍👦.family".as_bytes(),
    b"main.\xff\xfe\x80",
    b"a/very/long/path/a/very/long/path/a/very/long/path/a/very/long/path/a/very/long/path/a/very/long/path/pkg.(*Type[go.shape.struct { X int }]).Method",
    b"<lt>",
    b"%s%n",
    b"",
];

/// Source code that wants something of the terminal, in the lines around the one that the profile names.
pub(crate) const SOURCE: &str = "package x\r\n\t\x1b[31mred\x1b[0m // \x1b]0;title\x07\n/* \u{202e}thgir\n*/ s := `\u{200b}\u{feff}\n`\n\
    \tfunc\tf()\t{\n日本\t\"👩\u{200d}👩\u{200d}👧\" \x08\x08\x08 0x1F \u{9b}2J\n\0\n\r\rback\n";

/// Two functions of one name in two files.
pub(crate) fn twins() -> Vec<u8> {
    let text = [
        "",
        "inuse_space",
        "bytes",
        "twin.Make",
        "left/twin/twin.go",
        "right/twin/twin.go",
    ];
    let ids = [1, 2];
    let profile = Profile {
        sample_type: vec![ValueType { kind: 1, unit: 2 }],
        sample: ids
            .map(|id| Sample {
                location_id: vec![id],
                value: vec![1 << (20 + id)],
            })
            .to_vec(),
        mapping: vec![],
        location: ids
            .map(|id| Location {
                id,
                mapping_id: 0,
                line: vec![Line {
                    function_id: id,
                    line: 7,
                }],
            })
            .to_vec(),
        function: ids
            .map(|id| Function {
                id,
                name: 3,
                file: 3 + id as i64,
            })
            .to_vec(),
        text: text.map(|text| text.as_bytes().to_vec()).to_vec(),
    };
    profile.encode_to_vec()
}

pub(crate) fn profile() -> Vec<u8> {
    let mut text: Vec<Vec<u8>> = vec![Vec::new()];
    let mut intern = |bytes: &[u8]| {
        text.push(bytes.to_vec());
        text.len() as i64 - 1
    };
    let kind = intern(b"inuse\x1b[5m_space");
    let unit = intern(b"bytes");
    let file = intern(b"/src/\x1b[7m\nx.go");
    let binary = intern(b"/bin/\x1b]52;c;aGk=\x07server");
    let names: Vec<i64> = NAMES.iter().map(|name| intern(name)).collect();
    let ids = 1..=names.len() as u64;
    let profile = Profile {
        sample_type: vec![ValueType { kind, unit }],
        sample: ids
            .clone()
            .map(|id| Sample {
                location_id: (id..=names.len() as u64).collect(),
                value: vec![(1 << 20) / id as i64],
            })
            .collect(),
        mapping: vec![Mapping { id: 1, file: binary }],
        location: ids
            .clone()
            .map(|id| Location {
                id,
                mapping_id: 1,
                line: vec![Line {
                    function_id: id,
                    line: 7,
                }],
            })
            .collect(),
        function: ids.zip(names).map(|(id, name)| Function { id, name, file }).collect(),
        text,
    };
    profile.encode_to_vec()
}

#[derive(Clone, PartialEq, Message)]
struct Profile {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    mapping: Vec<Mapping>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<Function>,
    #[prost(bytes = "vec", repeated, tag = "6")]
    text: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    kind: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct Mapping {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "5")]
    file: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "2")]
    mapping_id: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(Clone, PartialEq, Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "4")]
    file: i64,
}
