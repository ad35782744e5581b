//! Undoes what logging does to a stack dump: a prefix on each line, or the whole dump escaped on one line.
//!
//! ```text
//! 2026-11-03T12:00:00.123Z stderr F goroutine 1 [running]:          the prefix of the first line is that of all
//! 2026-11-03T12:00:00.2Z stderr F main.main()                       lines, apart from its digits
//! {"level":"error","stack":"goroutine 1 [running]:\nmain.main()\n\t/src/main.go:9 +0x1d\n"}
//! ```

use std::borrow::Cow;

use super::goroutines::WORD;
use super::quoted;
use super::text::{Cursor, find};

/// The longest prefix that is recognized, in bytes.
const MAX_PREFIX: usize = 512;

/// The text, with any dump that is escaped on a line of its own unfolded into lines.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    let is_escaped = |line: &[u8]| find(line, WORD).is_some() && find(line, b":\\n").is_some();
    if !text.split(|&byte| byte == b'\n').any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    for line in text.split(|&byte| byte == b'\n') {
        match find(line, WORD).filter(|_| is_escaped(line)) {
            Some(start) => quoted::unescape(&line[start..], &mut plain),
            None => plain.extend_from_slice(line),
        }
        plain.push(b'\n');
    }
    Cow::Owned(plain)
}

/// The prefix of every line of a dump, taken from a goroutine's header.
#[derive(Default)]
pub(super) struct Prefix<'b>(&'b [u8]);

impl<'b> Prefix<'b> {
    /// The line without its prefix; unchanged if it has none, or another one.
    pub(super) fn removed(&mut self, line: &'b [u8]) -> &'b [u8] {
        if let Some(start) = header(line) {
            self.0 = &line[..start];
            return &line[start..];
        }
        // On an empty line, the prefix may have lost its trailing blanks.
        let blank = || after(line, self.0.trim_ascii_end()).filter(|rest| rest.trim_ascii().is_empty());
        after(line, self.0).or_else(blank).unwrap_or(line)
    }
}

/// Where the header of a goroutine begins in this line.
fn header(line: &[u8]) -> Option<usize> {
    let start = find(line.get(..MAX_PREFIX).unwrap_or(line), WORD)?;
    let mut rest = Cursor(&line[start + WORD.len()..]);
    rest.digits()?;
    rest.take(b" ")?;
    // It may follow a word, but not begin inside one.
    let is_word = line[..start].last().is_some_and(u8::is_ascii_alphanumeric);
    (!is_word).then_some(start)
}

/// The rest of the line after a prefix that differs from this one in digits only.
fn after<'b>(line: &'b [u8], prefix: &[u8]) -> Option<&'b [u8]> {
    let (mut line, mut prefix) = (Cursor(line), Cursor(prefix));
    loop {
        let text = prefix.take_while(|byte| !byte.is_ascii_digit());
        line.take(text)?;
        if prefix.0.is_empty() {
            return Some(line.0);
        }
        prefix.digits()?;
        line.digits()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_removed_from_every_line() {
        for (prefixes, blank) in [
            (["", ""], ""),
            (
                [
                    "2026-11-03T12:00:00.123456Z stderr F ",
                    "2026-11-03T12:00:00.2Z stderr F ",
                ],
                "2026-11-03T12:00:00.2Z stderr F",
            ),
            (["app_1  | ", "app_1  | "], "app_1  |"),
            (
                ["Nov 03 12:00:00 host app[12]: ", "Nov 03 12:00:01 host app[12]: "],
                "Nov 03 12:00:01 host app[12]: ",
            ),
        ] {
            let mut prefix = Prefix::default();
            let header = format!("{}goroutine 1 [running]:", prefixes[0]);
            let place = format!("{}\t/src/main.go:9", prefixes[1]);
            let lines = [&header, &place, blank].map(|line| prefix.removed(line.as_bytes()).trim_ascii_end());
            assert_eq!(
                lines,
                [&b"goroutine 1 [running]:"[..], b"\t/src/main.go:9", b""],
                "{prefixes:?}"
            );
        }
        // Other lines stay.
        let mut prefix = Prefix::default();
        for line in ["main.main()", "E1103 log: goroutine 1 [running]:", "main.main()"] {
            let expected = line.strip_prefix("E1103 log: ").unwrap_or(line);
            assert_eq!(prefix.removed(line.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn a_dump_on_one_line_becomes_lines() {
        let line = br#"{"stack":"goroutine 1 [running]:\nmain.f(\"x\")\n\t/src/main.go:9\n","level":"error"}"#;
        let lines = "goroutine 1 [running]:\nmain.f(\"x\")\n\t/src/main.go:9\n\n";
        assert_eq!(String::from_utf8_lossy(&unescaped(line)), lines);
        assert_eq!(unescaped(b"plain\n").as_ref(), b"plain\n");
    }
}
