//! What the terminal says, byte by byte: cut into sequences here, so that one that is not finished or never meant for
//! us is given up and swallows no key; a sequence becomes a key or a click in `terminput`.
//!
//! Source of the forms: ECMA-48, sections 5.4 (control sequences) and 5.6 (control strings); xterm's
//! "Control Sequences" for the mouse, pasting and answers.

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;

/// What was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Said {
    /// A key, the mouse, a paste.
    Event(TerminalEvent),
    /// The answer to the question for the colour of the background, as X11 writes colours.
    Background(String),
    /// The answer to the question what the terminal is: whatever was asked before is answered or never will be.
    Identity,
}

/// How long after an escape character the rest of a sequence may come; alone it is the key.
const ALONE: Duration = Duration::from_millis(25);
/// How long an unfinished sequence may stay so.
const UNFINISHED: Duration = Duration::from_millis(100);
/// How long a paste may pause.
const PASTING: Duration = Duration::from_secs(1);

/// A control string is no longer than this: none that is asked for is.
const LONGEST_STRING: usize = 4096;
/// A paste is handed on in parts of about this size.
const LONGEST_PASTE: usize = 1 << 20;

const PASTE: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// Cuts bytes into sequences.
#[derive(Default)]
pub(in crate::ui) struct Decoder {
    /// What has not become anything yet.
    bytes: Vec<u8>,
    is_pasting: bool,
}

impl Decoder {
    /// Takes what was read.
    pub(in crate::ui) fn feed(&mut self, bytes: &[u8]) -> Vec<Said> {
        // Where the end of a paste can begin, so that no byte is looked at twice.
        let seen = self.bytes.len().saturating_sub(PASTE_END.len());
        self.bytes.extend_from_slice(bytes);
        let mut said = Vec::new();
        let mut at = 0;
        if self.is_pasting {
            at = self.paste(0, seen, &mut said);
        }
        while !self.is_pasting
            && let Some(length) = self.bytes.get(at..).and_then(sequence)
        {
            let sequence = &self.bytes[at..at + length];
            at += length;
            if sequence == PASTE {
                self.is_pasting = true;
                at = self.paste(at, at, &mut said);
            } else {
                said.extend(meaning(sequence));
            }
        }
        self.bytes.drain(..at);
        said
    }

    /// Hands on what was pasted from `start`, looking for the end from `seen`; returns where to go on.
    fn paste(&mut self, start: usize, seen: usize, said: &mut Vec<Said>) -> usize {
        let end = self
            .bytes
            .get(seen..)
            .and_then(|rest| rest.windows(PASTE_END.len()).position(|bytes| bytes == PASTE_END));
        let (end, next) = match end {
            Some(at) => {
                self.is_pasting = false;
                (seen + at, seen + at + PASTE_END.len())
            }
            None if self.bytes.len() - start > LONGEST_PASTE => {
                // The end may have come in part.
                let kept = self.bytes.len() - PASTE_END.len();
                (kept, kept)
            }
            None => return start,
        };
        said.push(pasted(&self.bytes[start..end]));
        next
    }

    /// How long to wait, from where it began, for the rest of what has begun; none if nothing has.
    pub(in crate::ui) fn patience(&self) -> Option<Duration> {
        match self.bytes[..] {
            _ if self.is_pasting => Some(PASTING),
            [] => None,
            [0x1b] => Some(ALONE),
            _ => Some(UNFINISHED),
        }
    }

    /// Whether what is read is a paste, which takes its time.
    pub(in crate::ui) fn is_pasting(&self) -> bool {
        self.is_pasting
    }

    /// Nothing more came: what has begun is what it is, or nothing.
    pub(in crate::ui) fn give_up(&mut self) -> Option<Said> {
        let bytes = std::mem::take(&mut self.bytes);
        if std::mem::take(&mut self.is_pasting) {
            return Some(pasted(&bytes));
        }
        match bytes[..] {
            // The key, or a key with Alt that begins sequences, too.
            [0x1b] | [0x1b, b']' | b'P' | b'X' | b'^' | b'_'] => meaning(&bytes),
            _ => None,
        }
    }
}

fn pasted(bytes: &[u8]) -> Said {
    Said::Event(TerminalEvent::Paste(String::from_utf8_lossy(bytes).into_owned()))
}

/// The length of the sequence or character that bytes begin with; none if it is not whole.
fn sequence(bytes: &[u8]) -> Option<usize> {
    match *bytes.first()? {
        0x1b => match *bytes.get(1)? {
            b'[' => control_sequence(bytes),
            b'O' => bytes.get(2).map(|_| 3),
            b']' | b'P' | b'X' | b'^' | b'_' => control_string(bytes),
            0x1b => Some(1),
            _ => Some(1 + character(bytes.get(1..)?)?),
        },
        _ => character(bytes),
    }
}

fn control_sequence(bytes: &[u8]) -> Option<usize> {
    match *bytes.get(2)? {
        // The mouse in its oldest form: three bytes of any value behind it.
        b'M' => return (bytes.len() >= 6).then_some(6),
        // A function key of Linux's console.
        b'[' => return bytes.get(3).map(|_| 4),
        _ => {}
    }
    let is_inside = |byte: &u8| (0x20..=0x3f).contains(byte);
    let inside = bytes.iter().skip(2).take_while(|byte| is_inside(byte)).count();
    match bytes.get(2 + inside) {
        Some(0x40..=0x7e) => Some(3 + inside),
        // It breaks off: what follows stands for itself.
        Some(_) => Some(2 + inside),
        None if inside > LONGEST_STRING => Some(2 + inside),
        None => None,
    }
}

fn control_string(bytes: &[u8]) -> Option<usize> {
    let body = bytes.get(2..).unwrap_or_default();
    let end = body
        .iter()
        .take(LONGEST_STRING)
        .position(|byte| matches!(byte, 0x07 | 0x1b | 0x18 | 0x1a));
    match end {
        Some(at) if body[at] == 0x1b => match body.get(at + 1)? {
            b'\\' => Some(2 + at + 2),
            _ => Some(2 + at),
        },
        Some(at) => Some(2 + at + 1),
        None => (body.len() > LONGEST_STRING).then_some(2 + LONGEST_STRING),
    }
}

/// The length of a UTF-8 character, or of a byte that begins none.
fn character(bytes: &[u8]) -> Option<usize> {
    let length = match *bytes.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let rest = bytes.iter().skip(1).take(length - 1);
    let continued = rest.take_while(|byte| (0x80..0xc0).contains(*byte)).count();
    match 1 + continued {
        whole if whole == length => Some(length),
        part if part == bytes.len() => None,
        part => Some(part),
    }
}

fn meaning(sequence: &[u8]) -> Option<Said> {
    if let Some(rest) = sequence.strip_prefix(b"\x1b]11;") {
        let colour = rest.strip_suffix(b"\x07").or(rest.strip_suffix(b"\x1b\\"))?;
        return Some(Said::Background(String::from_utf8_lossy(colour).into_owned()));
    }
    if sequence.starts_with(b"\x1b[?") && sequence.ends_with(b"c") {
        return Some(Said::Identity);
    }
    if let [0x1b, b']' | b'P' | b'X' | b'^' | b'_', _, ..] = sequence {
        return None;
    }
    let event = terminput::Event::parse_from(sequence).ok()??;
    terminput_crossterm::to_crossterm(event).ok().map(Said::Event)
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use proptest::prelude::*;

    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Said {
        Said::Event(TerminalEvent::Key(KeyEvent::new(code, modifiers)))
    }

    fn plain(char: char) -> Said {
        key(KeyCode::Char(char), KeyModifiers::NONE)
    }

    fn paste(text: &str) -> Said {
        Said::Event(TerminalEvent::Paste(text.into()))
    }

    /// Everything that bytes say, with a pause at the end.
    fn all(parts: &[&[u8]]) -> Vec<Said> {
        let mut decoder = Decoder::default();
        let mut said: Vec<Said> = parts.iter().flat_map(|part| decoder.feed(part)).collect();
        while decoder.patience().is_some() {
            said.extend(decoder.give_up());
        }
        said
    }

    #[test]
    fn sequences_are_keys_and_no_key_is_lost_to_one_that_is_none() {
        let none = KeyModifiers::NONE;
        let escape = || key(KeyCode::Esc, none);
        for (bytes, expected) in [
            (
                &b"a\xc3\xa9\r"[..],
                vec![plain('a'), plain('é'), key(KeyCode::Enter, none)],
            ),
            (b"\x1b", vec![escape()]),
            (b"\x1b\x1b", vec![escape(), escape()]),
            (b"\x1b[A\x1bOB", vec![key(KeyCode::Up, none), key(KeyCode::Down, none)]),
            (
                b"\x1b[5~\x1b[1;5C",
                vec![key(KeyCode::PageUp, none), key(KeyCode::Right, KeyModifiers::CONTROL)],
            ),
            (b"\x1bx", vec![key(KeyCode::Char('x'), KeyModifiers::ALT)]),
            (
                b"\x03\x7f\t",
                vec![
                    key(KeyCode::Char('c'), KeyModifiers::CONTROL),
                    key(KeyCode::Backspace, none),
                    key(KeyCode::Tab, none),
                ],
            ),
            // Unfinished and unknown ones, with a key behind them.
            (b"\x1b[12\rq", vec![key(KeyCode::Enter, none), plain('q')]),
            (b"\x1b[12;\x1b[Aq", vec![key(KeyCode::Up, none), plain('q')]),
            (b"\x1b[999zq", vec![plain('q')]),
            (b"\x1b[1", vec![]),
            (b"\x1b]0;title\x07q", vec![plain('q')]),
            (b"\x1bP1$r\x1b\\q", vec![plain('q')]),
            (b"\x1b_Gi=1;OK\x1b[Aq", vec![key(KeyCode::Up, none), plain('q')]),
            (b"\xff\xc3q\xe2\x82", vec![plain('q')]),
            (
                b"\x1b]11;rgb:1/2/3\x1b\\\x1b[?62;c q",
                vec![
                    Said::Background("rgb:1/2/3".into()),
                    Said::Identity,
                    plain(' '),
                    plain('q'),
                ],
            ),
            (b"\x1b]11;rgb:1/2/3\x07", vec![Said::Background("rgb:1/2/3".into())]),
            (
                b"\x1b[200~a\x1b[A\xff\x1b[201~q",
                vec![paste("a\x1b[A\u{fffd}"), plain('q')],
            ),
            (b"\x1b[200~never ends", vec![paste("never ends")]),
        ] {
            assert_eq!(all(&[bytes]), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn a_paste_without_an_end_is_bounded() {
        let part = [b'x'; 1 << 16];
        let mut decoder = Decoder::default();
        let mut said = decoder.feed(PASTE);
        let mut most = 0;
        for _ in 0..100 {
            said.extend(decoder.feed(&part));
            most = most.max(decoder.bytes.len());
        }
        said.extend(decoder.feed(PASTE_END));
        assert!(most <= LONGEST_PASTE + part.len() + PASTE_END.len(), "{most}");
        let length = said.iter().map(|said| match said {
            Said::Event(TerminalEvent::Paste(text)) => text.len(),
            other => panic!("{other:?}"),
        });
        assert_eq!(length.sum::<usize>(), 100 * part.len());
        assert_eq!(decoder.patience(), None);
    }

    proptest! {
        /// Whatever comes, in whatever parts, is taken; and where it was parted does not matter.
        #[test]
        fn bytes_mean_the_same_in_any_parts(
            pieces in proptest::collection::vec(
                prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..8),
                    proptest::sample::select(vec![&b"\x1b["[..], b"\x1b", b"\x1b]11;", b"\x1b[<0;1;2M", b"\x1b[M", PASTE, PASTE_END, b"\x1bO", b"\x1b\\", b"q", b"1;2"])
                        .prop_map(<[u8]>::to_vec),
                ],
                0..20,
            ),
        ) {
            let whole = pieces.concat();
            let parts: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let single: Vec<&[u8]> = whole.chunks(1).collect();
            let expected = all(&[&whole]);
            prop_assert_eq!(all(&parts), expected.clone());
            prop_assert_eq!(all(&single), expected);
        }
    }
}
