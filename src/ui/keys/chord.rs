//! A key with its modifiers, and how it is written: `j`, `G`, `<tab>`, `<s-tab>`, `<c-d>`, `<lt>`. The notation of the
//! key table, of `--keys` and of tests.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Named keys: (notation, code, label).
const NAMED: &[(&str, KeyCode, &str)] = &[
    ("enter", KeyCode::Enter, "⏎"),
    ("tab", KeyCode::Tab, "Tab"),
    ("s-tab", KeyCode::BackTab, "S-Tab"),
    ("esc", KeyCode::Esc, "Esc"),
    ("bs", KeyCode::Backspace, "⌫"),
    ("del", KeyCode::Delete, "Del"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pgup", KeyCode::PageUp, "PgUp"),
    ("pgdn", KeyCode::PageDown, "PgDn"),
    ("space", KeyCode::Char(' '), "Space"),
    ("lt", KeyCode::Char('<'), "<"),
    ("f5", KeyCode::F(5), "F5"),
];

/// A key that is pressed with or without Ctrl. Shift is part of the character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Chord {
    /// The chord of a key that was pressed.
    pub(in crate::ui) fn pressed(key: &KeyEvent) -> Self {
        Self {
            code: key.code,
            modifiers: key.modifiers - KeyModifiers::SHIFT,
        }
    }

    /// The chord of a character.
    pub(in crate::ui) fn char(char: char) -> Self {
        Self {
            code: KeyCode::Char(char),
            modifiers: KeyModifiers::NONE,
        }
    }

    /// The event that pressing it is.
    pub(in crate::ui) fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// How it is written; [`parse`] reads it back.
    pub(in crate::ui) fn notation(self) -> String {
        match (self.name(), self.code) {
            (Some((notation, _)), _) => format!("<{notation}>"),
            (None, KeyCode::Char(char)) if self.modifiers.contains(KeyModifiers::CONTROL) => format!("<c-{char}>"),
            (None, code) => code.to_string(),
        }
    }

    /// How people are told of it.
    pub(in crate::ui) fn label(self) -> String {
        match (self.name(), self.code) {
            (Some((_, label)), _) => label.to_string(),
            (None, KeyCode::Char(char)) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                format!("^{}", char.to_uppercase())
            }
            (None, code) => code.to_string(),
        }
    }

    fn name(self) -> Option<(&'static str, &'static str)> {
        let is_it = |row: &&(&str, KeyCode, &str)| row.1 == self.code && self.modifiers.is_empty();
        NAMED.iter().find(is_it).map(|&(notation, _, label)| (notation, label))
    }
}

/// The chords of a text. `None` for an unknown name in `<>`.
pub(in crate::ui) fn parse(text: &str) -> Option<Vec<Chord>> {
    let mut chords = Vec::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let after = &rest[char.len_utf8()..];
        if char != '<' {
            chords.push(Chord::char(char));
            rest = after;
            continue;
        }
        let (name, behind) = after.split_once('>')?;
        chords.push(named(name)?);
        rest = behind;
    }
    Some(chords)
}

fn named(name: &str) -> Option<Chord> {
    if let Some(&(_, code, _)) = NAMED.iter().find(|(notation, ..)| *notation == name) {
        let modifiers = KeyModifiers::NONE;
        return Some(Chord { code, modifiers });
    }
    let mut letter = name.strip_prefix("c-")?.chars();
    let code = KeyCode::Char(letter.next()?);
    let modifiers = KeyModifiers::CONTROL;
    letter.next().is_none().then_some(Chord { code, modifiers })
}
