//! Lists of ids, which are most of a large profile, eight bytes at a time.
//!
//! The length of an id is unpredictable, so this is branch-free: every byte is decoded as if it began an
//! id, side by side, and a table says which of them do.

/// Bytes looked at together: eight that may begin an id, and two more that the last of them may need.
const VIEW: usize = 8 + 2;
/// Lists with more bytes than this are not read here: a stack of Go has at most 1024 frames.
const LONGEST: usize = 1 << 16;
/// The highest bit of each of eight bytes: set if the varint continues in the next byte.
const GOES_ON: u64 = 0x8080_8080_8080_8080;

/// Reads lists of ids into a buffer that it reuses.
#[derive(Default)]
pub(super) struct ShortIds {
    rows: Vec<u16>,
}

impl ShortIds {
    /// The rows of a packed list of ids, where the row of id 1 is 0; 65535 stands for the id 0. The list is the first
    /// `length` of `bytes`; with some bytes after it, reading is quicker. `None` if an id has more than three bytes or 16
    /// bits, or is cut off, and for a list longer than the buffer is meant for.
    ///
    /// # Panics
    /// If `bytes` has fewer than `length`.
    pub(super) fn read(&mut self, bytes: &[u8], length: usize) -> Option<&[u16]> {
        let has_end = bytes[..length].last().is_none_or(|&last| last < 0x80);
        if self.rows.len() < length + 8 {
            if length > LONGEST {
                return None;
            }
            self.rows.resize(length + 8, 0);
        }
        let (mut count, mut at, mut before) = (0, 0, 0);
        let mut too_large = [0; 8];
        while at < length {
            let rest = &bytes[at..];
            let mut copy = [0; VIEW];
            let view = rest.first_chunk().unwrap_or_else(|| {
                copy[..rest.len()].copy_from_slice(rest);
                &copy
            });
            let inside = (length - at).min(8);
            let mut rows = [0; 8];
            begin_everywhere(view, &INSIDE[inside], &mut rows, &mut too_large);
            // A byte begins an id if the one before it ends one.
            let goes_on = usize::from(goes_on(view));
            let firsts = &FIRSTS[!(goes_on << 1 | before) & ((1 << inside) - 1)];
            before = goes_on >> 7;
            let to = self.rows[count..].first_chunk_mut::<8>()?;
            for (to, place) in to.iter_mut().zip(firsts.places) {
                *to = rows[usize::from(place & 7)];
            }
            count += usize::from(firsts.count);
            at += 8;
        }
        (has_end && too_large == [0; 8]).then_some(&self.rows[..count])
    }
}

/// For each of eight bytes, the row of the id that begins there if one does. Sets bits of `too_large` for a row that
/// does not fit, if the byte is `inside` the list.
#[inline(always)]
fn begin_everywhere(view: &[u8; VIEW], inside: &[u16; 8], rows: &mut [u16; 8], too_large: &mut [u16; 8]) {
    for at in 0..8 {
        let [a, b, c] = [0, 1, 2].map(|further| u16::from(view[at + further]));
        // All bits set if the id has that byte, else none.
        let (second, third) = (0u16.wrapping_sub(a >> 7), 0u16.wrapping_sub(b >> 7));
        rows[at] = ((a & 0x7f) | ((b & 0x7f) << 7 & second) | (c << 14 & second & third)).wrapping_sub(1);
        too_large[at] |= c & 0xfc & second & third & inside[at];
    }
}

/// Which of the first eight bytes continue in the next one; bit 0 is the first byte.
#[inline(always)]
fn goes_on(view: &[u8; VIEW]) -> u8 {
    let [a, b, c, d, e, f, g, h, ..] = *view;
    let word = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    ((word & GOES_ON).wrapping_mul(0x0002_0408_1020_4081) >> 56) as u8
}

/// By how many of eight bytes are inside the list: all bits set for each that is.
const INSIDE: [[u16; 8]; 9] = {
    let mut inside = [[0; 8]; 9];
    let mut count = 0;
    while count < 8 {
        count += 1;
        inside[count] = inside[count - 1];
        inside[count][count - 1] = u16::MAX;
    }
    inside
};

/// A choice of places from eight.
#[derive(Clone, Copy)]
struct Some8 {
    /// The chosen places, in ascending order.
    places: [u8; 8],
    count: u8,
}

/// The choice for each bit mask.
const FIRSTS: [Some8; 256] = {
    let mut all = [Some8 {
        places: [0; 8],
        count: 0,
    }; 256];
    let mut choice = 0;
    while choice < 256 {
        let some = &mut all[choice];
        let mut place = 0;
        while place < 8 {
            if choice >> place & 1 == 1 {
                some.places[some.count as usize] = place;
                some.count += 1;
            }
            place += 1;
        }
        choice += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use prost::encoding::encode_varint;

    use super::ShortIds;

    #[test]
    fn ids_of_one_to_three_bytes_are_read_together() {
        let mut short = ShortIds::default();
        for length in 0..40u32 {
            let ids = (0..length).map(|at| at.wrapping_mul(2_654_435_761) >> [16, 20, 26][at as usize % 3]);
            let mut ids: Vec<u32> = ids.chain([0, 1, 127, 128, 16383, 16384, 65535]).collect();
            let mut list = Vec::new();
            ids.iter().for_each(|&id| encode_varint(id.into(), &mut list));
            // With more bytes than they need.
            list.extend([0x80, 0, 0x81, 0x80, 0, 0x80, 0x80, 0]);
            ids.extend([0, 1, 0]);
            for behind in 0..20 {
                let bytes = [&list[..], &vec![0xff; behind]].concat();
                let rows = short.read(&bytes, list.len()).expect("all of them fit");
                let found: Vec<u32> = rows.iter().map(|row| u32::from(row.wrapping_add(1))).collect();
                assert_eq!(found, ids);
            }
            for other in [
                &[0xff, 0xff, 4][..],
                &[0x80, 0x80, 0x80, 1],
                &[0x80],
                &[0x80, 0x80],
                &[0xff; 12],
            ] {
                for bytes in [[&list, other].concat(), [other, &list].concat()] {
                    let is_inside = bytes.starts_with(other);
                    if other[other.len() - 1] < 0x80 || !is_inside {
                        assert_eq!(short.read(&bytes, bytes.len()), None, "{other:?} {is_inside}");
                    }
                }
            }
        }
    }
}
