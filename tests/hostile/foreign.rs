//! What is no profile, and what it is named; and profiles inside of something else.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use heaptui::decode::{self, Budget};

use super::good::{gzip, instead, raw};

/// Bytes, and words that the error has.
fn foreign() -> Vec<(&'static [u8], &'static str)> {
    vec![
        (b"", "empty input"),
        (b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46", "xz -d"),
        (b"BZh91AY&SY\x12\x34\x56\x78", "bzip2 -d"),
        (b"\x04\x22\x4d\x18\x64\x40\xa7\x01", "lz4 -d"),
        (b"\x02\x21\x4c\x18\x64\x40\xa7\x01", "lz4 -d"),
        (b"\xff\x06\0\0sNaPpY\0\0", "snappy"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7z archive"),
        (b"PK\x03\x04\x14\0\0\0", "zip archive"),
        (TAR, "tar archive"),
        (b"\x1f\xef\xbf\xbd\x08\0\0\0", "taken for text"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0", "ELF"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0", "core dump"),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0", "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07", "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10", "Java class"),
        (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", "PE"),
        (b"go 1.22 trace\0\0\0\x01\x02\x03", "execution trace"),
        (b"go1.7 heap dump\n\x06\0", "Go heap dump"),
        (b"PERFILE2\x68\0\0\0", "perf.data"),
        (b"FLR\0\0\x02\0\x01aaaa", "Flight Recorder"),
        (b"JAVA PROFILE 1.0.2\0\0\0\0\x08", "hprof"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "git lfs pull",
        ),
        (b"\n<!DOCTYPE html>\n<html><script>alert(1)</script></html>\n", "HTML"),
        (b"{\"error\":\"unauthorized\",\"code\":401}\n", "JSON"),
        (b"[1, 2, 3]", "JSON"),
        (b"# HELP go_goroutines Number of goroutines.\n", "Prometheus"),
        (b"404 page not found\n", "404"),
        (
            b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\n404 page not found\n",
            "404",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", "empty input"),
        (b"./server\0--port\0", "command line"),
        (b"/usr/bin/prometheus\0--config.file=prom.yml\0", "command line"),
        (b"\xff\xfeh\0e\0a\0p\0", "UTF-16"),
        (b"h\0e\0a\0p\0 \0p\0r\0o\0", "UTF-16"),
        (b"\xfe\xff\0h\0e\0a\0p", "UTF-16"),
        (b"no profile at all, only words\n", "text"),
        (b"bm8gcHJvZmlsZSBhdCBhbGwsIG9ubHkgd29yZHM=\n", "text"),
        (&[0; 4096], "no known kind"),
        (&[0xff; 4096], "no known kind"),
        (b"\x1f\x8b", "ends early"),
    ]
}

/// Its magic is behind the name of the first file, and what is known of it.
const TAR: &[u8] = &{
    let mut block = [0; 512];
    block[0] = b'a';
    let magic = *b"ustar\x0000";
    let mut at = 0;
    while at < magic.len() {
        block[257 + at] = magic[at];
        at += 1;
    }
    block
};

/// Words of the wire format, which say nothing to who named the wrong file.
const JARGON: [&str; 5] = ["wire", "varint", "tag", "protobuf", "buffer"];

#[test]
fn what_is_no_profile_is_named() {
    for (bytes, words) in foreign() {
        for bytes in [bytes.to_vec(), gzip(bytes)] {
            let error = decode::profile(&bytes[..], Budget::default(), &())
                .expect_err(words)
                .to_string();
            assert!(error.contains(words), "{words}: {error}");
            assert!(!JARGON.iter().any(|word| error.contains(word)), "{words}: {error}");
        }
    }
}

#[test]
fn a_profile_is_found_inside_of_what_it_is_wrapped_in() {
    let (raw, gz) = (raw(), gzip(&raw()));
    let zlib = {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&raw).expect("memory");
        encoder.finish().expect("memory")
    };
    let base64 = base64(&gz);
    let lines = base64
        .as_bytes()
        .chunks(64)
        .map(|line| [line, b"\n"].concat())
        .collect::<Vec<_>>()
        .concat();
    let pem = [&b"-----BEGIN PROFILE-----\n"[..], &lines, b"-----END PROFILE-----\n"].concat();
    let headers = b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\n";
    let text = b"heap profile: 1: 8 [1: 8] @ heap/2\n1: 8 [1: 8] @ 0x1 0x2\n".to_vec();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("plain", raw.clone(), "pb"),
        ("gzip", gz.clone(), "pb.gz"),
        ("gzip of gzip", gzip(&gz), "pb.gz.gz"),
        ("zeros behind gzip", [&gz[..], &[0; 4096]].concat(), "pb.gz"),
        ("zeros behind it", [&raw[..], &[0; 4096]].concat(), "pb"),
        ("zlib", zlib, "pb.z"),
        ("zstd, stored", zstd(&gz, 1), "pb.gz.zst"),
        ("zstd, in frames", zstd(&raw, 3), "pb.zst"),
        ("base64", base64.into_bytes(), "pb.gz.b64"),
        ("base64 in lines", lines.clone(), "pb.gz.b64"),
        (
            "base64 of what is not compressed",
            self::base64(&raw).into_bytes(),
            "pb.b64",
        ),
        ("PEM", pem, "pb.gz.b64"),
        ("curl -i", [&headers[..], &gz].concat(), "pb.gz.http.http"),
        ("a byte order mark", [b"\xef\xbb\xbf", &gz[..]].concat(), "pb.gz"),
        ("text", text.clone(), "txt"),
        ("gzipped text", gzip(&text), "txt.gz"),
    ];
    for (what, bytes, ending) in cases {
        let profile = decode::profile(&bytes[..], Budget::default(), &());
        let samples = profile
            .map(|profile| profile.samples.len())
            .map_err(|error| error.to_string());
        assert!(samples.as_ref().is_ok_and(|&count| count > 0), "{what}: {samples:?}");
        assert_eq!(decode::ending(&bytes), ending, "{what}");
    }
    let nested = (0..9).fold(raw, |inner, _| gzip(&inner));
    let error = decode::profile(&nested[..], Budget::default(), &()).expect_err("too deep");
    assert!(error.to_string().contains("8 times"), "{error}");
}

#[test]
fn two_profiles_in_one_file_are_named() {
    let (raw, gz) = (raw(), gzip(&raw()));
    let text = b"heap profile: 1: 8 [1: 8] @ heap/2\n1: 8 [1: 8] @ 0x1 0x2\n";
    let timeless = instead(9, &[]);
    for bytes in [
        [&raw[..], &raw].concat(),
        [&timeless[..], &timeless].concat(),
        [&gz[..], &gz].concat(),
        [&text[..], &gz].concat(),
    ] {
        let error = decode::profile(&bytes[..], Budget::default(), &()).expect_err("two of them");
        assert!(error.to_string().contains("two profiles"), "{error}");
    }
}

/// RFC 4648, with its padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |bytes: &[u8]| {
        let word = bytes
            .iter()
            .chain([&0, &0])
            .take(3)
            .fold(0, |word, &byte| word << 8 | usize::from(byte));
        (0..4)
            .map(|at| {
                if at <= bytes.len() {
                    char::from(DIGITS[word >> (18 - 6 * at) & 63])
                } else {
                    '='
                }
            })
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// RFC 8878: as many frames of one block that is stored as it is, a skippable one behind each.
fn zstd(bytes: &[u8], frames: usize) -> Vec<u8> {
    let mut all = Vec::new();
    for part in bytes.chunks(bytes.len().div_ceil(frames)) {
        let length = u32::try_from(part.len()).expect("a short part");
        // One segment, whose length has four bytes; the last block.
        all.extend(b"\x28\xb5\x2f\xfd\xa0");
        all.extend(length.to_le_bytes());
        all.extend(&(length << 3 | 1).to_le_bytes()[..3]);
        all.extend(part);
        all.extend(b"\x50\x2a\x4d\x18\x03\0\0\0abc");
    }
    all
}
