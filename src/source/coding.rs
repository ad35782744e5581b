//! HTTP's `Content-Encoding`, decoded as the body is read.
//!
//! Knows nothing of how a profile itself is compressed: that is the decoder's business.

use std::io::{self, Cursor, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// A body with its codings removed.
pub(super) type Body = Box<dyn Read>;

/// Removes one coding.
type Undo = fn(Body) -> io::Result<Body>;

/// The content codings of RFC 9110, 8.4.1, by name, and how to remove each.
const CODINGS: &[(&str, Undo)] = &[
    ("gzip", gzip),
    ("x-gzip", gzip),
    ("deflate", deflate),
    ("zstd", zstd),
    ("identity", Ok),
    ("none", Ok),
    ("", Ok),
];

/// Removes the codings that a header lists, the last one first.
///
/// # Errors
/// The name of an unknown coding, or the error of reading the body.
pub(super) fn undo(header: &str, body: Body) -> Result<Body, Failure> {
    let names = header.split(',').map(|name| name.trim().to_ascii_lowercase()).rev();
    names.into_iter().try_fold(body, |body, name| {
        let row = CODINGS.iter().find(|(own, _)| *own == name);
        let (_, undo) = row.ok_or(Failure::Unknown(name))?;
        undo(body).map_err(Failure::Io)
    })
}

/// Why a coding cannot be removed.
pub(super) enum Failure {
    /// No coding of this name is known.
    Unknown(String),
    /// The body cannot be read.
    Io(io::Error),
}

/// Whether a header names a coding that changes the body.
pub(super) fn is_coded(header: &str) -> bool {
    header
        .split(',')
        .any(|name| !["", "identity", "none"].contains(&name.trim().to_ascii_lowercase().as_str()))
}

fn gzip(body: Body) -> io::Result<Body> {
    let (head, body) = peek(body)?;
    // Some servers send the header with a body that is not compressed.
    Ok(if head == [0x1f, 0x8b] {
        Box::new(MultiGzDecoder::new(body))
    } else {
        body
    })
}

/// Zlib's format, or, as some servers send it, raw deflate without its header.
fn deflate(body: Body) -> io::Result<Body> {
    let (head, body) = peek(body)?;
    let is_zlib = head[0] & 0xf == 8 && u16::from_be_bytes(head) % 31 == 0;
    Ok(if is_zlib {
        Box::new(ZlibDecoder::new(body))
    } else {
        Box::new(DeflateDecoder::new(body))
    })
}

fn zstd(body: Body) -> io::Result<Body> {
    let decoder = StreamingDecoder::new(body);
    let decoder = decoder.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    Ok(Box::new(decoder))
}

/// The first two bytes, padded with zeros, and the whole body, those bytes included.
fn peek(mut body: Body) -> io::Result<([u8; 2], Body)> {
    let mut head = Vec::new();
    body.as_mut().take(2).read_to_end(&mut head)?;
    let bytes = [0, 1].map(|at| head.get(at).copied().unwrap_or_default());
    Ok((bytes, Box::new(Cursor::new(head).chain(body))))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn codings_are_undone_in_their_order() {
        let text = b"a profile, or so".as_slice();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(text).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(text).unwrap();
        let zstd = compress_to_vec(text, CompressionLevel::Fastest);
        let table = [
            ("", text.to_vec()),
            ("identity", text.to_vec()),
            ("GZIP", gzipped(text)),
            ("gzip", text.to_vec()),
            ("gzip", Vec::new()),
            ("gzip, x-gzip", gzipped(&gzipped(text))),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("zstd", zstd.clone()),
            ("zstd,gzip", gzipped(&zstd)),
        ];
        for (header, body) in table {
            let expected = if body.is_empty() { b"".as_slice() } else { text };
            let Ok(mut reader) = undo(header, Box::new(Cursor::new(body))) else {
                panic!("{header} is known");
            };
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, expected, "{header}");
            assert_eq!(is_coded(header), !["", "identity"].contains(&header), "{header}");
        }
        let unknown = undo("gzip, br", Box::new(Cursor::new(Vec::new())));
        assert!(matches!(unknown, Err(Failure::Unknown(name)) if name == "br"));
        assert!(matches!(undo("zstd", Box::new(Cursor::new(b"x"))), Err(Failure::Io(_))));
    }
}
