//! zlib (RFC 1950). Its first two bytes are weak evidence, so it must inflate, too.

use std::io::{self, BufReader, Read};

use flate2::bufread::ZlibDecoder;

use super::Bytes;

/// Whether this inflates.
pub(super) fn sniff(head: &[u8]) -> bool {
    let [method, flags, ..] = *head else { return false };
    let is_header = method & 0x0f == 8 && method >> 4 <= 7 && u16::from_be_bytes([method, flags]).is_multiple_of(31);
    // A head that is cut off lacks the end.
    is_header && matches!(ZlibDecoder::new(head).read(&mut [0; 16]), Ok(1..))
}

/// The inflated bytes.
pub(super) fn open(bytes: Bytes<'_>) -> io::Result<Bytes<'_>> {
    Ok(Box::new(ZlibDecoder::new(BufReader::new(bytes))))
}
