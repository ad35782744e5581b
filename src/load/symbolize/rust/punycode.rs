//! Names that are not ASCII.

/// Decodes Punycode as Rust writes it: the letters, `_`, then digits. Source: RFC 3492, section 6.2.
pub(super) fn punycoded(name: &[u8]) -> Option<Vec<u8>> {
    let (plain, code) = match name.iter().rposition(|&byte| byte == b'_') {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => (&name[..0], name),
    };
    let mut out: Vec<char> = plain.iter().map(|&byte| char::from(byte)).collect();
    let (mut at, mut next, mut bias) = (0_usize, 128_usize, 72_usize);
    let mut code = code.iter();
    while !code.as_slice().is_empty() {
        let before = at;
        let mut weight = 1_usize;
        for threshold in (36_usize..).step_by(36) {
            let digit = match *code.next()? {
                digit @ b'0'..=b'9' => digit - b'0' + 26,
                digit @ b'A'..=b'Z' => digit - b'A',
                digit @ b'a'..=b'z' => digit - b'a',
                _ => return None,
            };
            let digit = usize::from(digit);
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let least = threshold.saturating_sub(bias).clamp(1, 26);
            if digit < least {
                break;
            }
            if weight >= i32::MAX as usize / 36 {
                return None;
            }
            weight *= 36 - least;
        }
        let count = out.len() + 1;
        let mut delta = (at - before) / if before == 0 { 700 } else { 2 };
        delta += delta / count;
        let mut k = 0;
        while delta > (35 * 26) / 2 {
            delta /= 35;
            k += 36;
        }
        bias = k + 36 * delta / (delta + 38);
        next += at / count;
        at %= count;
        out.insert(at, u32::try_from(next).ok().and_then(char::from_u32)?);
        at += 1;
    }
    Some(out.into_iter().collect::<String>().into_bytes())
}
