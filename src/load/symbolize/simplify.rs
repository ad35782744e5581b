//! Simplifies names that look like demangled C++.

use super::Spelling;

/// An already demangled name without what its spelling leaves out; `None` if nothing would remain.
/// Go's generic names look like that too, and pprof cuts them likewise: `apply[func(int) bool]` becomes `apply[func bool]`.
pub(super) fn simplify(name: &[u8], spelling: Spelling) -> Option<Vec<u8>> {
    if spelling == Spelling::Full || !looks_like_cpp(name) {
        return None;
    }
    let mut short = without(name, b'(', b')');
    if spelling == Spelling::Short {
        short = without(&short, b'<', b'>');
    }
    (short != name).then_some(short)
}

/// Source: pprof's `looksLikeDemangledCPlusPlus`. `Class.<init>` is Java, `pkg.(*T[...]).Method` is Go.
fn looks_like_cpp(name: &[u8]) -> bool {
    let has = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    let bracket = name.iter().any(|byte| b"<>[]".contains(byte));
    (bracket || has(b"::")) && !has(b".<") && !has(b"]).")
}

/// The name without the outermost pairs of these brackets and their content. From an unmatched closing bracket on,
/// the rest stays.
fn without(name: &[u8], open: u8, close: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let (mut depth, mut start) = (0_usize, 0);
    for (at, &byte) in name.iter().enumerate() {
        if byte == open {
            if depth == 0 {
                start = out.len();
            }
            depth += 1;
        } else if byte == close && depth == 0 {
            out.extend_from_slice(&name[at..]);
            return out;
        }
        out.push(byte);
        if byte == close {
            depth -= 1;
            if depth == 0 {
                out.truncate(start);
            }
        }
    }
    out
}
