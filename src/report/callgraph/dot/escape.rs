//! Texts in the DOT language, so that none of them ends the string it stands in.

use std::borrow::Cow;

/// Text in a DOT string, shown as it is; a line break sets the line to the left.
pub(in crate::report) fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\l")
}

/// Bytes in a DOT string, of text that may be cut within a character.
pub(in crate::report) fn quoted_bytes(text: &[u8]) -> Vec<u8> {
    let quoted = |byte: &u8| match byte {
        b'\\' => b"\\\\".to_vec(),
        b'"' => b"\\\"".to_vec(),
        b'\n' => b"\\l".to_vec(),
        &byte => vec![byte],
    };
    text.iter().flat_map(quoted).collect()
}

/// Text as pprof leaves it, unless it would end the string that it stands in: a quote that has no backslash gets one,
/// and so does a backslash that would take the string's end or a line break with it. A line break centres the line.
pub(in crate::report) fn bare(text: &str) -> Cow<'_, str> {
    if !text.contains(['"', '\n']) && !text.ends_with('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    // Whether the backslash before is not itself behind one.
    let mut escaped = false;
    for char in text.chars() {
        match (char, escaped) {
            ('"', false) => out.push_str("\\\""),
            ('\n', false) => out.push_str("\\n"),
            ('\n', true) => out.push_str("\\\\n"),
            _ => out.push(char),
        }
        escaped = char == '\\' && !escaped;
    }
    out.push_str(if escaped { "\\" } else { "" });
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_string() {
        for (text, bared) in [
            (r"C:\a\b.go", r"C:\a\b.go"),
            (r#"a"b"#, r#"a\"b"#),
            (r#"a\"b"#, r#"a\"b"#),
            (r#"a\\"b"#, r#"a\\\"b"#),
            ("a\\\nb", r"a\\\nb"),
            (r"a\", r"a\\"),
            ("a:1\nb:2", r"a:1\nb:2"),
        ] {
            assert_eq!(bare(text), bared);
        }
        assert_eq!(quoted("a\\\"\n"), r#"a\\\"\l"#);
    }
}
