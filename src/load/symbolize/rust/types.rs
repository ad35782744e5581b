//! Types in generic arguments.

use super::{Place, Reader};

impl Reader<'_> {
    /// Reads and writes a type.
    pub(super) fn kind(&mut self) -> Option<()> {
        self.within(Self::kind_here)
    }

    fn kind_here(&mut self) -> Option<()> {
        let first = self.peek()?;
        if let Some((_, name)) = BASIC.iter().find(|(letter, _)| *letter == first) {
            self.at += 1;
            self.write(name.as_bytes());
            return Some(());
        }
        if b"CMXYNI".contains(&first) {
            return self.path(Place::Type);
        }
        self.at += 1;
        let bound = self.lifetimes;
        match first {
            b'A' | b'S' => {
                self.write(b"[");
                self.kind()?;
                if first == b'A' {
                    self.write(b"; ");
                    self.constant()?;
                }
                self.write(b"]");
            }
            b'T' => {
                self.write(b"(");
                let count = self.list(b", ", Self::kind)?;
                self.write(if count == 1 { b",)" } else { b")" });
                self.close()?;
            }
            b'R' | b'Q' => {
                self.write(b"&");
                if self.take(b'L') {
                    let lifetime = self.base62()?;
                    if lifetime > 0 {
                        self.lifetime(lifetime)?;
                        self.write(b" ");
                    }
                }
                self.write(if first == b'Q' { b"mut " } else { b"" });
                self.kind()?;
            }
            b'P' | b'O' => {
                self.write(if first == b'P' { b"*const " } else { b"*mut " });
                self.kind()?;
            }
            b'F' => {
                self.signature()?;
                self.lifetimes = bound;
            }
            b'D' => {
                self.write(b"dyn ");
                self.binder()?;
                self.list(b" + ", Self::dyn_trait)?;
                self.close()?;
                self.lifetimes = bound;
                if !self.take(b'L') {
                    return None;
                }
                let lifetime = self.base62()?;
                if lifetime > 0 {
                    self.write(if self.last == b' ' { b"+ " } else { b" + " });
                    self.lifetime(lifetime)?;
                }
            }
            b'B' => self.back(Self::kind)?,
            _ => return None,
        }
        Some(())
    }

    /// Writes `for<'a, 'b> ` if lifetimes are bound here.
    fn binder(&mut self) -> Option<()> {
        if !self.take(b'G') {
            return Some(());
        }
        let count = self.base62()?.wrapping_add(1);
        // What follows must name each of them.
        if count >= (self.end - self.at) as i64 - self.lifetimes {
            return None;
        }
        self.write(b"for<");
        for at in 0..count {
            self.write(if at > 0 { b", " } else { b"" });
            self.lifetimes += 1;
            self.lifetime(1)?;
        }
        self.write(b"> ");
        Some(())
    }

    fn signature(&mut self) -> Option<()> {
        self.binder()?;
        if self.take(b'U') {
            self.write(b"unsafe ");
        }
        if self.take(b'K') {
            self.write(b"extern \"");
            if self.take(b'C') {
                self.write(b"C");
            } else {
                let (mut abi, punycode) = self.plain_identifier()?;
                if punycode {
                    return None;
                }
                abi.iter_mut()
                    .filter(|byte| **byte == b'_')
                    .for_each(|byte| *byte = b'-');
                self.write(&abi);
            }
            self.write(b"\" ");
        }
        self.write(b"fn(");
        self.list(b", ", Self::kind)?;
        self.close()?;
        self.write(b")");
        if self.take(b'u') {
            return Some(());
        }
        self.write(b" -> ");
        self.kind()
    }

    fn dyn_trait(&mut self) -> Option<()> {
        let mut open = self.open_path()?;
        while self.take(b'p') {
            self.write(if open { b", " } else { b"<" });
            open = true;
            let (name, _) = self.plain_identifier()?;
            self.write(&name);
            self.write(b" = ");
            self.kind()?;
        }
        self.write(if open { b">" } else { b"" });
        Some(())
    }

    /// Reads a path and leaves its generic arguments open for more. Returns whether it has any.
    fn open_path(&mut self) -> Option<bool> {
        self.within(|reader| {
            if reader.take(b'I') {
                reader.path(Place::Type)?;
                reader.write(b"<");
                reader.generics()?;
                reader.close()?;
                return Some(true);
            }
            if reader.take(b'B') {
                let mut open = false;
                reader.back(|reader| {
                    open = reader.open_path()?;
                    Some(())
                })?;
                return Some(open);
            }
            reader.path(Place::Type)?;
            Some(false)
        })
    }
}

const BASIC: &[(u8, &str)] = &[
    (b'a', "i8"),
    (b'b', "bool"),
    (b'c', "char"),
    (b'd', "f64"),
    (b'e', "str"),
    (b'f', "f32"),
    (b'h', "u8"),
    (b'i', "isize"),
    (b'j', "usize"),
    (b'l', "i32"),
    (b'm', "u32"),
    (b'n', "i128"),
    (b'o', "u128"),
    (b'p', "_"),
    (b's', "i16"),
    (b't', "u16"),
    (b'u', "()"),
    (b'v', "..."),
    (b'x', "i64"),
    (b'y', "u64"),
    (b'z', "!"),
];
