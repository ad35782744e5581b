//! C++ symbols (Itanium ABI), in pprof's spelling.
//!
//! The `cpp_demangle` crate parses a symbol and writes it as libiberty does; where pprof writes it differently, the
//! output is corrected here: while it is written, if the crate says which part it is writing, otherwise in the text.
//! Source: the package github.com/ianlancetaylor/demangle as it is built into pprof.

use cpp_demangle::{BorrowedSymbol, DemangleNodeType, DemangleOptions, DemangleWrite, ParseOptions};

use super::spell;
use super::{Effort, Spelling};

/// Demangles a C++ symbol; `None` if it is not one.
pub(super) fn demangle(symbol: &[u8], spelling: Spelling, effort: &mut Effort) -> Option<String> {
    if let Some(encoding) = symbol.strip_prefix(b"_Z") {
        let parameters = if spelling == Spelling::Full {
            Parameters::Written
        } else {
            Parameters::LeftOut
        };
        return encoded(encoding, spelling, parameters, effort);
    }
    if let Some(block) = symbol.strip_prefix(b"___Z") {
        return block_of(block, spelling, effort);
    }
    keyed(symbol.strip_prefix(b"_GLOBAL_")?, spelling, effort)
}

/// Whether to write a function's parameters.
#[derive(Clone, Copy, PartialEq)]
enum Parameters {
    Written,
    LeftOut,
}

/// Clang's names of blocks: that of the function, `_block_invoke` and optionally a number.
fn block_of(symbol: &[u8], spelling: Spelling, effort: &mut Effort) -> Option<String> {
    const MARK: &[u8] = b"_block_invoke";
    let at = symbol.windows(MARK.len()).rposition(|window| window == MARK)?;
    let number = &symbol[at + MARK.len()..];
    let number = number.strip_prefix(b"_").unwrap_or(number);
    let behind = number.iter().find(|byte| !byte.is_ascii_digit());
    if behind.is_some_and(|&byte| byte != b'.') {
        return None;
    }
    let parameters = if spelling == Spelling::Full {
        Parameters::Written
    } else {
        Parameters::LeftOut
    };
    let function = encoded(&symbol[..at], spelling, parameters, effort)?;
    Some(format!("invocation function for block in {function}"))
}

/// Functions that run before and after `main`: `_GLOBAL__I_…` and `_GLOBAL__D_…`.
fn keyed(symbol: &[u8], spelling: Spelling, effort: &mut Effort) -> Option<String> {
    let what = match symbol {
        [b'.' | b'_' | b'$', b'I', b'_', _, ..] => "constructors",
        [b'.' | b'_' | b'$', b'D', b'_', _, ..] => "destructors",
        _ => return None,
    };
    let key = match symbol[3..].strip_prefix(b"_Z") {
        Some(encoding) => encoded(encoding, spelling, Parameters::Written, effort)?,
        None => String::from_utf8_lossy(symbol).into_owned(),
    };
    Some(format!("global {what} keyed to {key}"))
}

/// Thunks and the like: the prefix of the function's encoding, its number of offsets, and the meaning.
const THUNKS: &[(&[u8], usize, &str)] = &[
    (b"Th", 1, "non-virtual thunk to "),
    (b"Tv", 1, "virtual thunk to "),
    (b"Tc", 2, "covariant return thunk to "),
    (b"GA", 0, "hidden alias for "),
    (b"GTn", 0, "non-transaction clone for "),
    (b"GTt", 0, "transaction clone for "),
];

fn encoded(encoding: &[u8], spelling: Spelling, parameters: Parameters, effort: &mut Effort) -> Option<String> {
    for &(code, offsets, meaning) in THUNKS {
        let Some(mut rest) = encoding.strip_prefix(code) else {
            continue;
        };
        for offset in 0..offsets {
            // A single offset has its letter in the prefix.
            rest = behind_offset(rest, (offsets == 1 && offset == 0).then(|| code[1]))?;
        }
        let function = encoded(rest, spelling, Parameters::Written, effort)?;
        return Some(format!("{meaning}{function}"));
    }
    let symbol = [b"_Z", encoding].concat();
    let (parsed, tail) = BorrowedSymbol::with_tail_and_options(&symbol, &ParseOptions::default()).ok()?;
    let mut write = |options: &DemangleOptions| {
        let mut writer = Writer::new(spelling, effort.longest());
        let written = parsed.structured_demangle(&mut writer, options);
        effort.spend(encoding, writer.written);
        written.ok().map(|()| writer)
    };
    let hidden = DemangleOptions::new().no_params().no_return_type();
    let special = matches!(encoding, [b'T' | b'G', ..]);
    let mut text;
    if parameters == Parameters::LeftOut {
        text = write(&hidden)?.text;
        spell::drop_qualifiers(&mut text, encoding);
    } else {
        let written = write(&DemangleOptions::new())?;
        text = written.text;
        // After an entity without parameters nothing may follow; after one with them, only the name of a clone.
        let complete = matches!(tail, [] | [b'E' | b'.', ..]);
        let copy = written.state == State::Done || tail.first() == Some(&b'.');
        if !special && (!complete || copy && write(&hidden)?.text == text) {
            return None;
        }
    }
    Some(spell::spell(text, spelling))
}

/// The rest after an offset: `h` and a number, or `v` and two.
fn behind_offset(symbol: &[u8], letter: Option<u8>) -> Option<&[u8]> {
    let (letter, rest) = match letter {
        Some(letter) => (letter, symbol),
        None => symbol.split_first().map(|(&letter, rest)| (letter, rest))?,
    };
    let number = |text: &[u8]| -> Option<usize> {
        let sign = usize::from(text.first() == Some(&b'n'));
        let digits = text[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        (digits > 0 && text.get(sign + digits) == Some(&b'_')).then_some(sign + digits + 1)
    };
    let rest = &rest[number(rest)?..];
    match letter {
        b'h' => Some(rest),
        b'v' => Some(&rest[number(rest)?..]),
        _ => None,
    }
}

/// Receives the crate's output piece by piece.
struct Writer {
    text: String,
    parts: Vec<DemangleNodeType>,
    /// How many lists of template arguments are open.
    arguments: usize,
    state: State,
    spelling: Spelling,
    /// How much has been written, and the limit: substitutions can make a name huge.
    written: usize,
    longest: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Writing,
    /// A comma is pending; it is written before an argument that is not empty.
    Comma,
    /// A list of template arguments has ended; its bracket comes next.
    Closing,
    /// The name of a clone has been reached: it is not written.
    Done,
}

impl Writer {
    fn new(spelling: Spelling, longest: usize) -> Self {
        Self {
            text: String::new(),
            parts: Vec::new(),
            arguments: 0,
            state: State::Writing,
            spelling,
            written: 0,
            longest,
        }
    }

    fn is_silent(&self) -> bool {
        self.arguments > 0 && self.spelling == Spelling::Short
    }

    /// Whether an argument of a list would begin here.
    fn begins(&self) -> bool {
        let at_bracket = self.text.ends_with('(') && !self.text.ends_with(" (") && !self.text.ends_with("((");
        self.state == State::Comma || at_bracket || self.text.ends_with('<') && self.arguments > 0
    }
}

impl DemangleWrite for Writer {
    fn push_demangle_node(&mut self, part: DemangleNodeType) {
        if part == DemangleNodeType::TemplateArgs {
            self.arguments += 1;
            if self.arguments == 1 && self.is_silent() {
                // The bracket is written before.
                self.text.pop();
                if self.text.ends_with("< ") {
                    self.text.pop();
                }
            }
        }
        self.parts.push(part);
    }

    fn pop_demangle_node(&mut self) {
        if self.parts.pop() == Some(DemangleNodeType::TemplateArgs) {
            self.arguments -= 1;
            if !self.is_silent() {
                self.state = State::Closing;
            }
        }
    }

    fn write_string(&mut self, text: &str) -> std::fmt::Result {
        self.written += text.len();
        if self.written > self.longest {
            return Err(std::fmt::Error);
        }
        if self.is_silent() || self.state == State::Done {
            return Ok(());
        }
        if self.state == State::Closing {
            self.state = State::Writing;
            if self.spelling == Spelling::Short {
                return Ok(());
            }
            if self.text.ends_with('>') {
                self.text.push(' ');
            }
        }
        match text {
            ", " => {
                if !self.begins() {
                    self.state = State::Comma;
                }
                return Ok(());
            }
            ")" => self.state = State::Writing,
            " [clone" => {
                self.state = State::Done;
                return Ok(());
            }
            // From an expanded pack without elements.
            "&" | "&&" | "*" | "const" | " const" if self.begins() => return Ok(()),
            _ => {}
        }
        if self.state == State::Comma {
            self.text.push_str(", ");
            self.state = State::Writing;
        }
        self.text.push_str(spell::standard(text));
        Ok(())
    }
}
