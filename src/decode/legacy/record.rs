//! A row of values and addresses, and the `#` lines that Go writes below it.
//!
//! `runtime/pprof` (`printStackRecord`) gives a line for each frame, inlined ones included, innermost first:
//!
//! ```text
//! 1: 416 [1: 416] @ 0x4471a8 0x44745e 0x46e309
//! #<tab>0x4471a7<tab>main.leaf+0x27<tab><tab>/src/main.go:40
//! #<tab>0x44745d<tab>main.caller+0x7d<tab>/src/main.go:41
//! ```
//!
//! Addresses of a row are return addresses; those of `#` lines are one less. Addresses that only the row has are
//! hidden frames: Go's runtime at the innermost end, `runtime.goexit` at the outermost, C code between. The protobuf of the
//! same profile has neither of the first two, nor a separate address for an inlined frame, and it is the same here.
//! Without `#` lines, the addresses are all there is.

use std::ops::Range;

use super::text::{self, Cursor};
use crate::decode::builder::Builder;
use crate::decode::samples::deep_enough;
use crate::error::Result;
use crate::model::{Label, Line, LocationId};

/// How many addresses in a row may be hidden. Keeps a bad file from taking time quadratic in its length.
const MAX_HIDDEN: usize = 128;

/// Turns rows and the comments below them into samples.
pub(super) struct Records<'b> {
    pub(super) builder: Builder,
    is_open: bool,
    values: Vec<i64>,
    labels: Vec<Label>,
    /// Return addresses, innermost first.
    addresses: Vec<u64>,
    frames: Vec<Frame<'b>>,
    /// Parts of one stack; the buffers are reused.
    stack: Vec<LocationId>,
    lines: Vec<Line>,
}

/// What a `#` line says.
struct Frame<'b> {
    address: u64,
    /// Empty if unknown.
    name: &'b [u8],
    /// Where the machine code that contains the frame begins: equal for a function and what is inlined into it.
    entry: Option<u64>,
    file: &'b [u8],
    line: i64,
    /// Whether the row has the address as well, and which of its addresses, just before that one, are hidden.
    is_listed: bool,
    hidden: Range<usize>,
}

impl<'b> Records<'b> {
    pub(super) fn new(builder: Builder) -> Self {
        Self {
            builder,
            is_open: false,
            values: Vec::new(),
            labels: Vec::new(),
            addresses: Vec::new(),
            frames: Vec::new(),
            stack: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Begins a row: its values, and the addresses in the text after its `@`.
    pub(super) fn row(&mut self, values: &[i64], addresses: &[u8]) -> Result<()> {
        self.close()?;
        self.is_open = true;
        self.values.extend_from_slice(values);
        text::addresses(addresses, &mut self.addresses)
    }

    /// Adds a label to the row.
    pub(super) fn label(&mut self, label: Label) {
        self.labels.push(label);
    }

    /// Reads a comment below the row.
    pub(super) fn comment(&mut self, line: &'b [u8]) -> Result<()> {
        if self.is_open {
            self.frames.extend(frame(line));
        }
        deep_enough(self.frames.len())
    }

    /// Ends the last row. Returns the builder, with a sample for each row.
    pub(super) fn finish(mut self) -> Result<Builder> {
        self.close()?;
        Ok(self.builder)
    }

    /// Makes a sample of the row and clears it.
    fn close(&mut self) -> Result<()> {
        if !self.is_open {
            return Ok(());
        }
        if self.frames.is_empty() {
            for address in &self.addresses {
                self.stack.push(self.builder.location(address.wrapping_sub(1), &[]));
            }
        } else {
            self.symbolized_stack();
        }
        self.builder.sample(&self.stack, &self.labels, &self.values)?;
        self.is_open = false;
        self.values.clear();
        self.labels.clear();
        self.addresses.clear();
        self.frames.clear();
        self.stack.clear();
        Ok(())
    }

    fn symbolized_stack(&mut self) {
        let listed = self.find_hidden();
        let mut start = 0;
        while let Some((first, outer)) = self.frames[start..].split_first() {
            let end = start + 1 + outer.iter().take_while(|frame| frame.shares_code(first)).count();
            if start > 0 {
                self.push_bare(first.hidden.clone());
            }
            self.push_function(start..end);
            start = end;
        }
        // The last hidden address is `runtime.goexit`.
        if listed > 0 {
            self.push_bare(listed..self.addresses.len().saturating_sub(1));
        }
    }

    /// Finds the address of each frame in the row. Returns how many of the row's addresses are accounted for.
    fn find_hidden(&mut self) -> usize {
        let mut next = 0;
        for frame in &mut self.frames {
            let candidates = self.addresses[next..].iter().take(MAX_HIDDEN);
            let is_same = |&address: &u64| address.wrapping_sub(1) == frame.address || address == frame.address;
            if let Some(hidden) = candidates.copied().position(|address| is_same(&address)) {
                frame.is_listed = true;
                frame.hidden = next..next + hidden;
                next += hidden + 1;
            }
        }
        next
    }

    /// Adds locations for addresses without a frame.
    fn push_bare(&mut self, addresses: Range<usize>) {
        for address in self.addresses.get(addresses).unwrap_or_default() {
            self.stack.push(self.builder.location(address.wrapping_sub(1), &[]));
        }
    }

    /// Adds the locations of frames that share one piece of machine code. It was compiled for the outermost;
    /// all others are inlined, until recursion repeats that name.
    fn push_function(&mut self, frames: Range<usize>) {
        let frames = &self.frames[frames];
        let Some(outermost) = frames.last().map(|frame| frame.name) else {
            return;
        };
        for inlined in frames.split_inclusive(|frame| frame.name == outermost) {
            self.lines.clear();
            for frame in inlined.iter().filter(|frame| !frame.name.is_empty()) {
                self.lines.push(Line {
                    function: self.builder.function(frame.name, frame.file),
                    line: frame.line,
                    column: 0,
                });
            }
            self.stack.push(self.builder.location(inlined[0].address, &self.lines));
        }
    }
}

impl Frame<'_> {
    /// Whether the frame is in the same piece of machine code as `inner`, with no hidden frame between them.
    fn shares_code(&self, inner: &Frame<'_>) -> bool {
        let is_same = self.entry.is_some() && self.entry == inner.entry;
        !self.name.is_empty() && self.hidden.is_empty() && (is_same || !self.is_listed)
    }
}

/// The frame that a comment describes, if it does. A frame at 0 without a name stands for an empty stack.
fn frame(line: &[u8]) -> Option<Frame<'_>> {
    let line = line.strip_prefix(b"#")?.trim_ascii();
    let mut cursor = Cursor(line.strip_prefix(b"0x")?);
    let address = text::hexadecimal(cursor.take_while(|byte| byte.is_ascii_hexdigit()))?;
    let rest = cursor.0.trim_ascii_start();
    if rest.is_empty() && address == 0 || rest.len() == cursor.0.len() && !rest.is_empty() {
        return None;
    }
    let (name, place) = rest.split_at(name_end(rest));
    let (name, offset) = match name.windows(3).rposition(|part| part == b"+0x") {
        Some(plus) => (&name[..plus], text::hexadecimal(&name[plus + 3..])),
        None => (name, None),
    };
    let (file, line) = file_line(place.trim_ascii_start());
    Some(Frame {
        address,
        name,
        entry: offset.and_then(|offset| address.checked_sub(offset)),
        file,
        line,
        is_listed: false,
        hidden: 0..0,
    })
}

/// Where the name and offset end: at a tab, or, in text whose tabs became spaces, at the first space after the offset.
fn name_end(text: &[u8]) -> usize {
    if let Some(tab) = text.iter().position(|&byte| byte == b'\t') {
        return tab;
    }
    let offset = text.windows(3).position(|part| part == b"+0x").unwrap_or(text.len());
    let space = text[offset..].iter().position(|&byte| byte == b' ');
    space.map_or(text.len(), |space| offset + space)
}

/// A source position, `file:line`; line 0 if none is given.
pub(super) fn file_line(place: &[u8]) -> (&[u8], i64) {
    let parts = place
        .iter()
        .rposition(|&byte| byte == b':')
        .map(|colon| (&place[..colon], &place[colon + 1..]));
    let split = parts.and_then(|(file, line)| Some((file, text::decimal(line)?)));
    split.unwrap_or((place, 0))
}
