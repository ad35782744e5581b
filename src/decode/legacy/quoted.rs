//! Strings in Go's quotes, as `%q` of package `fmt` and the runtime's tracebacks write them.

use std::borrow::Cow;

use super::text::Cursor;

/// Takes a quoted string off the front; `None` if there is none, or its end is missing.
pub(super) fn take<'b>(cursor: &mut Cursor<'b>) -> Option<Cow<'b, [u8]>> {
    let mut rest = Cursor(cursor.0);
    rest.take(b"\"")?;
    let plain = rest.take_while(|byte| byte != b'"' && byte != b'\\');
    let mut text = Cow::Borrowed(plain);
    loop {
        match rest.0.first()? {
            b'"' => {
                rest.take(b"\"")?;
                *cursor = rest;
                return Some(text);
            }
            _ => escape(&mut rest, text.to_mut())?,
        }
        let plain = rest.take_while(|byte| byte != b'"' && byte != b'\\');
        text.to_mut().extend_from_slice(plain);
    }
}

/// Appends the text up to its closing quote, if any, with valid escapes undone.
pub(super) fn unescape(text: &[u8], into: &mut Vec<u8>) {
    let mut rest = Cursor(text);
    loop {
        into.extend_from_slice(rest.take_while(|byte| byte != b'"' && byte != b'\\'));
        if !rest.0.starts_with(b"\\") || escape(&mut rest, into).is_none() {
            return;
        }
    }
}

/// Takes one escape and appends the character it stands for.
fn escape(rest: &mut Cursor<'_>, text: &mut Vec<u8>) -> Option<()> {
    let (&kind, after) = rest.0.strip_prefix(b"\\")?.split_first()?;
    rest.0 = after;
    let plain = match kind {
        b'a' => 0x07,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 0x0b,
        b'f' => 0x0c,
        b'r' => b'\r',
        b'x' => u8::try_from(number(rest, 2)?).ok()?,
        b'u' | b'U' => {
            let code = number(rest, if kind == b'u' { 4 } else { 8 })?;
            let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(());
        }
        other => other,
    };
    text.push(plain);
    Some(())
}

/// A hexadecimal number with this many digits.
fn number(rest: &mut Cursor<'_>, digits: usize) -> Option<u32> {
    let (number, after) = rest.0.split_at_checked(digits)?;
    rest.0 = after;
    u32::from_str_radix(std::str::from_utf8(number).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_read_up_to_its_end() {
        for (input, text, rest) in [
            (r#""plain": 1"#, "plain", ": 1"),
            (r#""" "#, "", " "),
            (r#""a\"b\\c\n\t""#, "a\"b\\c\n\t", ""),
            (r#""\x41\u00e9\U0001f600}]""#, "A\u{e9}\u{1f600}}]", ""),
        ] {
            let mut cursor = Cursor(input.as_bytes());
            assert_eq!(take(&mut cursor).as_deref(), Some(text.as_bytes()), "text of {input}");
            assert_eq!(cursor.0, rest.as_bytes(), "rest of {input}");
        }
    }

    #[test]
    fn text_without_an_end_is_none() {
        for input in ["", "plain", "\"open", "\"open\\", "\"\\x4", "\"\\u12\""] {
            assert_eq!(take(&mut Cursor(input.as_bytes())), None, "{input}");
        }
    }
}
