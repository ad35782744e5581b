//! gzip (RFC 1952): one member or several, followed by zero bytes, as tapes and block devices leave them.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::Bytes;

const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// How many compressed bytes are read at once.
const BUFFER: usize = 1 << 16;

/// Whether gzip begins here; one byte of its magic is enough if there are no more.
pub(super) fn sniff(head: &[u8]) -> bool {
    head.starts_with(&MAGIC) || head == &MAGIC[..1]
}

/// The inflated bytes.
pub(super) fn open(bytes: Bytes<'_>) -> io::Result<Bytes<'_>> {
    Ok(Box::new(Members(Some(GzDecoder::new(BufReader::with_capacity(
        BUFFER, bytes,
    ))))))
}

/// The remaining members; `None` after the last.
struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.0 = self
                .0
                .take()
                .map(GzDecoder::into_inner)
                .map(next)
                .transpose()?
                .flatten();
        }
        Ok(0)
    }
}

/// The member that begins here; `None` if only zeros are left.
fn next<R: BufRead>(mut bytes: R) -> io::Result<Option<GzDecoder<R>>> {
    let first = bytes.fill_buf()?.first().copied();
    while bytes.fill_buf()?.first() == Some(&0) {
        let view = bytes.fill_buf()?;
        let zeros = view.iter().take_while(|&&byte| byte == 0).count();
        bytes.consume(zeros);
    }
    match (first, bytes.fill_buf()?.first()) {
        (_, None) => Ok(None),
        (Some(first), _) if first == MAGIC[0] => Ok(Some(GzDecoder::new(bytes))),
        _ => {
            let reason = "something else follows the gzip data";
            Err(io::Error::new(io::ErrorKind::InvalidData, reason))
        }
    }
}
