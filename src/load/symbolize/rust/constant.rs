//! Constants in generic arguments.

use super::{Reader, hex};

impl Reader<'_> {
    pub(super) fn constant(&mut self) -> Option<()> {
        self.within(Self::constant_here)
    }

    fn constant_here(&mut self) -> Option<()> {
        let kind = self.next()?;
        match kind {
            b'B' => return self.back(Self::constant),
            b'p' => {
                self.write(b"_");
                return Some(());
            }
            _ => {}
        }
        let signed = b"aslxni".contains(&kind);
        if !signed && !b"htmyojbc".contains(&kind) {
            return None;
        }
        if signed && self.take(b'n') {
            self.write(b"-");
        }
        let start = self.at;
        let mut value = 0_u64;
        let mut closed = false;
        while let Some(byte) = self.next() {
            if byte == b'_' {
                closed = true;
                break;
            }
            let digit = u64::from(hex(byte)?);
            if value == 0 && digit == 0 && self.peek() != Some(b'_') {
                return None;
            }
            value = value.wrapping_mul(16).wrapping_add(digit);
        }
        let digits = &self.symbol[start..self.at - usize::from(closed)];
        if digits.is_empty() {
            return None;
        }
        let text = match kind {
            b'b' => match (digits.len(), value) {
                (1, 0) => "false".into(),
                (1, 1) => "true".into(),
                _ => return None,
            },
            b'c' => match value {
                _ if digits.len() > 6 => return None,
                9 => r"'\t'".into(),
                10 => r"'\n'".into(),
                13 => r"'\r'".into(),
                32..=126 => match value as u8 {
                    quoted @ (b'\\' | b'\'') => format!(r"'\{}'", char::from(quoted)),
                    plain => format!("'{}'", char::from(plain)),
                },
                _ => format!(r"'\u{{{value:x}}}'"),
            },
            _ if digits.len() > 16 => format!("0x{}", String::from_utf8_lossy(digits)),
            _ => value.to_string(),
        };
        self.write(text.as_bytes());
        Some(())
    }
}
