//! The legacy mangling: C++ in form, with escapes for characters that C++ symbols cannot have.

use super::{hex, number};

/// Demangles a legacy symbol: `_ZN`, parts each preceded by their length, `17h` and a hash, `E`.
pub(in super::super) fn demangle(symbol: &[u8]) -> Option<Vec<u8>> {
    let mut parts = symbol.strip_prefix(b"_ZN")?;
    // A dot is followed by the compiler's name for a clone.
    if let Some(end) = parts.windows(2).rposition(|pair| pair == b"E.") {
        parts = &parts[..=end];
    }
    let mut parts = parts.strip_suffix(b"E")?;
    let (hash, mark) = (parts.last_chunk::<16>()?, parts.len().checked_sub(19)?);
    let mut digits = 0_u16;
    for &digit in hash {
        digits |= 1 << hex(digit)?;
    }
    // A hash has many different digits; a C++ name that happens to end like this does not.
    if !parts[mark..].starts_with(b"17h") || mark == 0 || digits.count_ones() < 5 {
        return None;
    }
    parts = &parts[..mark];
    let mut name = Vec::with_capacity(symbol.len());
    while !parts.is_empty() {
        let digits = parts.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut length = number(&parts[..digits])?;
        parts = &parts[digits..];
        if let Some(rest) = parts.strip_prefix(b"_") {
            (parts, length) = (rest, length.checked_sub(1)?);
        }
        let (part, rest) = parts.split_at_checked(length)?;
        if !name.is_empty() {
            name.extend_from_slice(b"::");
        }
        unescape(part, &mut name);
        parts = rest;
    }
    Some(name)
}

const ESCAPES: &[(&[u8], u8)] = &[
    (b"$SP$", b'@'),
    (b"$BP$", b'*'),
    (b"$RF$", b'&'),
    (b"$LT$", b'<'),
    (b"$GT$", b'>'),
    (b"$LP$", b'('),
    (b"$RP$", b')'),
    (b"$C$", b','),
];

fn unescape(part: &[u8], name: &mut Vec<u8>) {
    let mut rest = if part.starts_with(b"_$") { &part[1..] } else { part };
    while let [first, behind @ ..] = rest {
        if *first == b'$' {
            let known = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
            let (char, length) = match (known, rest) {
                (Some((escape, char)), _) => (*char, escape.len()),
                (None, [_, b'u', high, low, b'$', ..]) => match (hex(*high), hex(*low)) {
                    (Some(high @ 2..=7), Some(low)) => (high << 4 | low, 5),
                    _ => return name.extend_from_slice(rest),
                },
                _ => return name.extend_from_slice(rest),
            };
            name.push(char);
            rest = &rest[length..];
        } else if let Some(behind) = rest.strip_prefix(b"..") {
            name.extend_from_slice(b"::");
            rest = behind;
        } else {
            name.push(*first);
            rest = behind;
        }
    }
}
