//! Stack dumps of Go: `debug=2` of the goroutine profile, or what a program prints when it dies. pprof does not read them.
//!
//! ```text
//! goroutine 72 [chan receive, 5 minutes, locked to thread] {request: upload}:
//! main.(*T).inlined(...)
//! <tab>/src/main.go:28
//! main.loop(0xc000183848)
//! <tab>/src/main.go:40 +0x8c
//! created by main.main in goroutine 1
//! <tab>/src/main.go:91 +0xb6
//! ```
//!
//! Each goroutine is a sample with the value 1. Its labels: `goroutine` (its number), `state`, `wait` in minutes,
//! `created_by`, `leaked`, `locked_to_thread`, `synctest_bubble`, then its own. An inlined function, marked `(...)`,
//! shares a location with its caller. Headers are those of `goroutineheader` in Go's `runtime/traceback.go`. A dump may
//! be anywhere in a text, and may have been through a log, in the ways that [`logged`] knows.

use std::borrow::Cow;

use super::finish::finish;
use super::logged::{self, Prefix};
use super::quoted;
use super::record::file_line;
use super::text::{Cursor, Lines, decimal, find};
use crate::decode::budget::Account;
use crate::decode::builder::Builder;
use crate::decode::foreign;
use crate::decode::samples::deep_enough;
use crate::error::Result;
use crate::model::{Label, Line, LocationId, Profile};

/// What a header, the line before a stack, begins with.
pub(super) const WORD: &[u8] = b"goroutine ";
/// A header with more labels is not taken for one.
const MAX_LABELS: usize = 1 << 16;
/// Stands for frames that Go left out of a long stack.
const ELIDED: &[u8] = b"[frames elided]";

/// Whether this is text: a dump may be anywhere in it.
pub(in crate::decode) fn sniff(head: &[u8]) -> bool {
    foreign::is_text(head)
}

/// Reads a stack dump. It may be cut anywhere: Go itself stops after 64 MiB.
pub(in crate::decode) fn parse(bytes: &[u8], account: &Account) -> Result<Option<Profile>> {
    let text = logged::unescaped(bytes);
    let types = ("goroutine", "count");
    let mut dump = Dump {
        builder: Builder::new(account, &[types], types, 1),
        part: Part::Outside,
        labels: Vec::new(),
        frames: Vec::new(),
    };
    let mut prefix = Prefix::default();
    for line in Lines::new(&text) {
        dump.line(prefix.removed(line))?;
    }
    dump.close()?;
    if dump.builder.profile.samples.is_empty() {
        return Ok(None);
    }
    Ok(Some(finish(dump.builder, Lines::new(b""))?))
}

struct Dump<'b> {
    builder: Builder,
    part: Part,
    /// Those of the goroutine being read.
    labels: Vec<Label>,
    frames: Vec<Frame<'b>>,
}

/// What the next line may be part of.
#[derive(PartialEq, Eq)]
enum Part {
    /// Not in a goroutine, or among its ancestors.
    Outside,
    Stack,
    /// The place where the goroutine was created, which is its last line.
    Creator,
}

struct Frame<'b> {
    name: &'b [u8],
    file: &'b [u8],
    line: i64,
    is_inlined: bool,
}

impl<'b> Dump<'b> {
    fn line(&mut self, line: &'b [u8]) -> Result<()> {
        if let Some(header) = line.strip_prefix(WORD).and_then(Header::read) {
            self.close()?;
            self.part = Part::Stack;
            header.labels(&mut self.builder, &mut self.labels);
            return Ok(());
        }
        if line.is_empty() || line.starts_with(b"[") {
            self.close()?;
        }
        if self.part != Part::Stack {
            return Ok(());
        }
        if let Some(creator) = line.strip_prefix(b"created by ") {
            let end = find(creator, b" in goroutine ").unwrap_or(creator.len());
            self.labels
                .push(self.builder.text_label(b"created_by", &creator[..end]));
            self.part = Part::Creator;
        } else if line.starts_with(b"\t") || line.starts_with(b" ") {
            if let Some(frame) = self.frames.last_mut() {
                (frame.file, frame.line) = place(line);
            }
        } else {
            self.frames.extend(frame(line));
        }
        deep_enough(self.frames.len())
    }

    /// Makes a sample of the goroutine read so far, if any.
    fn close(&mut self) -> Result<()> {
        if self.part == Part::Outside {
            return Ok(());
        }
        self.part = Part::Outside;
        self.frames.retain(|frame| frame.name != b"runtime.goexit");
        let builder = &mut self.builder;
        let stack: Vec<LocationId> = self
            .frames
            .split_inclusive(|frame| !frame.is_inlined)
            .map(|frames| {
                let lines: Vec<Line> = frames
                    .iter()
                    .map(|frame| Line {
                        function: builder.function(frame.name, frame.file),
                        line: frame.line,
                        column: 0,
                    })
                    .collect();
                builder.location(0, &lines)
            })
            .collect();
        self.builder.sample(&stack, &self.labels, &[1])?;
        self.labels.clear();
        self.frames.clear();
        Ok(())
    }
}

/// `name(arguments)`, where the name may contain parentheses and the arguments do not.
fn frame(line: &[u8]) -> Option<Frame<'_>> {
    let is_elided = line.starts_with(b"...") && line.ends_with(b" frames elided...");
    let open = line.iter().rposition(|&byte| byte == b'(');
    let name = if is_elided { ELIDED } else { &line[..open?] };
    Some(Frame {
        name,
        file: b"",
        line: 0,
        is_inlined: line.ends_with(b"(...)"),
    })
}

/// `<tab>file:line +0x1b fp=0x… sp=0x… pc=0x…`, all but the first optional.
fn place(line: &[u8]) -> (&[u8], i64) {
    let line = line.trim_ascii();
    let end = [&b" +0x"[..], b" fp=0x"]
        .iter()
        .filter_map(|&next| find(line, next))
        .min();
    file_line(&line[..end.unwrap_or(line.len())])
}

/// One of a goroutine's own labels.
type KeyValue<'b> = (Cow<'b, [u8]>, Cow<'b, [u8]>);

/// A header: the line before a goroutine's stack.
#[derive(Default)]
struct Header<'b> {
    id: i64,
    state: &'b [u8],
    minutes: i64,
    bubble: Option<i64>,
    is_locked: bool,
    labels: Vec<KeyValue<'b>>,
}

impl<'b> Header<'b> {
    /// Reads what follows `goroutine `; `None` if it is not a header, or only part of one.
    fn read(text: &'b [u8]) -> Option<Self> {
        let mut cursor = Cursor(text);
        let mut header = Self {
            id: decimal(cursor.digits()?)?,
            ..Self::default()
        };
        // ` gp=0x… m=0 mp=0x…`, in some dumps.
        cursor.take_while(|byte| byte != b'[');
        cursor.take(b"[")?;
        header.state = cursor.take_while(|byte| byte != b',' && byte != b']');
        while cursor.take(b", ").is_some() {
            if cursor.take(b"labels:{").is_some() {
                read_labels(&mut cursor, &mut header.labels)?;
                continue;
            }
            let word = cursor.take_while(|byte| byte != b',' && byte != b']');
            if let Some(minutes) = word.strip_suffix(b" minutes") {
                header.minutes = decimal(minutes)?;
            } else if let Some(bubble) = word.strip_prefix(b"synctest bubble ") {
                header.bubble = Some(decimal(bubble)?);
            } else {
                header.is_locked |= word == b"locked to thread";
            }
        }
        cursor.take(b"]")?;
        if cursor.take(b" {").is_some() {
            read_labels(&mut cursor, &mut header.labels)?;
        }
        cursor.take(b":")?;
        Some(header)
    }

    fn labels(&self, builder: &mut Builder, labels: &mut Vec<Label>) {
        let (state, is_leaked) = self.state();
        labels.clear();
        labels.push(builder.number_label("goroutine", self.id, ""));
        labels.push(builder.text_label(b"state", &state));
        if self.minutes > 0 {
            labels.push(builder.number_label("wait", self.minutes, "minutes"));
        }
        if is_leaked {
            labels.push(builder.text_label(b"leaked", b"true"));
        }
        if self.is_locked {
            labels.push(builder.text_label(b"locked_to_thread", b"true"));
        }
        if let Some(bubble) = self.bubble {
            labels.push(builder.number_label("synctest_bubble", bubble, ""));
        }
        for (key, value) in &self.labels {
            labels.push(builder.text_label(key, value));
        }
    }

    /// The state without ` (leaked)` and ` (scan)`, and whether it was leaked. ` (durable)` may follow those marks, but it
    /// stays: it is part of the name of some states.
    fn state(&self) -> (Cow<'b, [u8]>, bool) {
        let durable: &[u8] = b" (durable)";
        let (plain, durable) = match self.state.strip_suffix(durable) {
            Some(plain) => (plain, durable),
            None => (self.state, &b""[..]),
        };
        let without_scan = plain.strip_suffix(b" (scan)").unwrap_or(plain);
        let without_leaked = without_scan.strip_suffix(b" (leaked)").unwrap_or(without_scan);
        let is_leaked = without_leaked.len() < without_scan.len();
        if without_leaked.len() == plain.len() {
            return (Cow::Borrowed(self.state), is_leaked);
        }
        (Cow::Owned([without_leaked, durable].concat()), is_leaked)
    }
}

/// Reads `key: value, "quoted key": "quoted value"}`.
fn read_labels<'b>(cursor: &mut Cursor<'b>, labels: &mut Vec<KeyValue<'b>>) -> Option<()> {
    while cursor.take(b"}").is_none() {
        if labels.len() == MAX_LABELS {
            return None;
        }
        let key = read_word(cursor)?;
        cursor.take(b":")?;
        cursor.spaces();
        labels.push((key, read_word(cursor)?));
        if cursor.take(b",").is_some() {
            cursor.spaces();
        } else if !cursor.0.starts_with(b"}") {
            return None;
        }
    }
    Some(())
}

/// A string that is quoted only where it has to be.
fn read_word<'b>(cursor: &mut Cursor<'b>) -> Option<Cow<'b, [u8]>> {
    if cursor.0.starts_with(b"\"") {
        return quoted::take(cursor);
    }
    let plain = cursor.take_while(|byte| !matches!(byte, b':' | b',' | b'}' | b'"'));
    Some(Cow::Borrowed(plain))
}
