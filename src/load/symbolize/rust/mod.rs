//! Rust symbols, both manglings, in pprof's spelling.
//!
//! The established crate for this cannot leave out generic arguments, and reads numbers and escapes differently from pprof.
//! Sources: <https://doc.rust-lang.org/rustc/symbol-mangling/v0.html>, and for the spelling the package
//! github.com/ianlancetaylor/demangle as it is built into pprof.

mod constant;
mod legacy;
mod punycode;
mod types;

pub(super) use self::legacy::demangle as demangle_legacy;
use self::punycode::punycoded;
use super::{Effort, Spelling};

/// Symbols nested deeper than this stay mangled.
const DEEPEST: usize = 256;

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Parses a decimal number; `None` if there are no digits, or for a number larger than any in a symbol.
fn number(digits: &[u8]) -> Option<usize> {
    const LARGEST: usize = i32::MAX as usize / 10;
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_usize, |number, digit| {
        let digit = usize::from(digit - b'0');
        (number + digit < LARGEST).then_some(number * 10 + digit)
    })
}

/// Demangles a v0 symbol (`_R…`).
pub(super) fn demangle(symbol: &[u8], spelling: Spelling, effort: &mut Effort) -> Option<Vec<u8>> {
    let symbol = symbol.strip_prefix(b"_R")?;
    let end = symbol.iter().position(|&byte| byte == b'.').unwrap_or(symbol.len());
    let mut reader = Reader {
        symbol: &symbol[..end],
        at: 0,
        end,
        name: Vec::new(),
        muted: 0,
        last: 0,
        lifetimes: 0,
        generics: if spelling == Spelling::Short {
            Generics::LeftOut
        } else {
            Generics::Written
        },
        depth: 0,
        longest: effort.longest(),
    };
    let read = reader.whole();
    effort.spend(symbol, reader.name.len());
    read.map(|()| reader.name)
}

#[derive(Clone, Copy, PartialEq)]
enum Generics {
    Written,
    LeftOut,
}

/// The place of a path: generic arguments are `::<T>` in a value and `<T>` in a type.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Value,
    Type,
}

struct Reader<'s> {
    /// The symbol after `_R`.
    symbol: &'s [u8],
    /// The next byte to read, and where reading ends.
    at: usize,
    end: usize,
    name: Vec<u8>,
    /// While this is not 0, nothing is written and back references are not followed.
    muted: u32,
    /// The last byte written.
    last: u8,
    /// How many lifetimes are bound.
    lifetimes: i64,
    generics: Generics,
    depth: usize,
    /// How long the name may become: back references can make it huge.
    longest: usize,
}

impl Reader<'_> {
    fn whole(&mut self) -> Option<()> {
        self.path(Place::Value)?;
        if self.at < self.end {
            // The crate that it was instantiated for.
            self.muted(|reader| reader.path(Place::Type))?;
        }
        (self.at == self.end).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.symbol[..self.end].get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn write(&mut self, text: &[u8]) {
        if self.muted == 0 && !text.is_empty() {
            self.name.extend_from_slice(text);
            self.last = text[text.len() - 1];
        }
    }

    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.depth += 1;
        if self.depth > DEEPEST || self.name.len() > self.longest {
            return None;
        }
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn muted<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.muted += 1;
        let out = read(self);
        self.muted -= 1;
        out
    }

    fn path(&mut self, place: Place) -> Option<()> {
        self.within(|reader| reader.path_here(place))
    }

    fn path_here(&mut self, place: Place) -> Option<()> {
        match self.next()? {
            b'C' => {
                let (_, name) = self.identifier()?;
                self.write(&name);
            }
            kind @ (b'M' | b'X' | b'Y') => {
                if kind != b'Y' {
                    self.muted(|reader| {
                        reader.disambiguator()?;
                        reader.path(Place::Type)
                    })?;
                }
                self.write(b"<");
                self.kind()?;
                if kind != b'M' {
                    self.write(b" as ");
                    self.path(Place::Type)?;
                }
                self.write(b">");
            }
            b'N' => {
                let namespace = self.next()?;
                if !namespace.is_ascii_alphabetic() {
                    return None;
                }
                self.path(place)?;
                let (number, name) = self.identifier()?;
                if namespace.is_ascii_lowercase() {
                    self.write(b"::");
                    self.write(&name);
                } else {
                    self.write(b"::{");
                    match namespace {
                        b'C' => self.write(b"closure"),
                        b'S' => self.write(b"shim"),
                        other => self.write(&[other]),
                    }
                    if !name.is_empty() {
                        self.write(b":");
                        self.write(&name);
                    }
                    self.write(format!("#{number}}}").as_bytes());
                }
            }
            b'I' => {
                self.path(place)?;
                self.write(if place == Place::Value { b"::<" } else { b"<" });
                self.generics()?;
                self.write(b">");
                self.close()?;
            }
            b'B' => self.back(|reader| reader.path(place))?,
            _ => return None,
        }
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        self.take(b'E').then_some(())
    }

    /// The disambiguator among equal names, and the name.
    fn identifier(&mut self) -> Option<(i64, Vec<u8>)> {
        Some((self.disambiguator()?, self.plain_identifier()?.0))
    }

    fn disambiguator(&mut self) -> Option<i64> {
        if !self.take(b's') {
            return Some(0);
        }
        Some(self.base62()?.wrapping_add(1))
    }

    /// The name, and whether it was Punycode.
    fn plain_identifier(&mut self) -> Option<(Vec<u8>, bool)> {
        let punycode = self.take(b'u');
        let length = self.decimal()?;
        self.take(b'_');
        let name = self.symbol[self.at..self.end].get(..length)?;
        self.at += length;
        if !name.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let name = if punycode { punycoded(name)? } else { name.to_vec() };
        Some((name, punycode))
    }

    fn decimal(&mut self) -> Option<usize> {
        let rest = &self.symbol[self.at..self.end];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            // The length is then 0.
            return (!rest.is_empty()).then_some(0);
        }
        self.at += digits;
        number(&rest[..digits])
    }

    /// 0 for `_`, otherwise the digits' value plus one.
    fn base62(&mut self) -> Option<i64> {
        let mut value = 0_i64;
        let start = self.at;
        loop {
            let digit = match self.next()? {
                b'_' if self.at == start + 1 => return Some(0),
                b'_' => return Some(value.wrapping_add(1)),
                digit @ b'0'..=b'9' => digit - b'0',
                digit @ b'a'..=b'z' => digit - b'a' + 10,
                digit @ b'A'..=b'Z' => digit - b'A' + 36,
                _ => return None,
            };
            value = value.wrapping_mul(62).wrapping_add(i64::from(digit));
        }
    }

    /// Follows a back reference: reads an earlier part again.
    fn back(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let before = self.at - 1;
        let target = self.base62()?;
        if self.muted > 0 {
            return Some(());
        }
        let target = usize::try_from(target).ok().filter(|&target| target < before)?;
        let (at, end) = (self.at, self.end);
        (self.at, self.end) = (target, before);
        read(self)?;
        (self.at, self.end) = (at, end);
        Some(())
    }

    fn generics(&mut self) -> Option<()> {
        let muted = u32::from(self.generics == Generics::LeftOut);
        self.muted += muted;
        self.list(b", ", Self::generic)?;
        self.muted -= muted;
        Some(())
    }

    /// Reads items up to an `E`, which is not consumed; writes `between` them. Returns the number of items.
    fn list(&mut self, between: &[u8], read: impl Fn(&mut Self) -> Option<()>) -> Option<usize> {
        let mut count = 0;
        while self.peek().is_some_and(|byte| byte != b'E') {
            if count > 0 {
                self.write(between);
            }
            read(self)?;
            count += 1;
        }
        Some(count)
    }

    fn generic(&mut self) -> Option<()> {
        if self.take(b'L') {
            let lifetime = self.base62()?;
            self.lifetime(lifetime)
        } else if self.take(b'K') {
            self.constant()
        } else {
            self.kind()
        }
    }

    fn lifetime(&mut self, lifetime: i64) -> Option<()> {
        self.write(b"'");
        if lifetime == 0 {
            self.write(b"_");
            return Some(());
        }
        match self.lifetimes.wrapping_sub(lifetime) {
            ..0 => return None,
            depth @ 0..26 => self.write(&[b'a' + depth as u8]),
            depth => self.write(format!("z{}", depth - 25).as_bytes()),
        }
        Some(())
    }
}
