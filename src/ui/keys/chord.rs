//! Keys as text: `j`, `G`, `<tab>`, `<s-tab>`, `<c-d>`, `<lt>`. The notation of the key table, of `--keys` and of tests.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Named keys: (notation, code, how the footer shows it).
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

/// The keys of a text. `None` for an unknown name in `<>`.
pub(in crate::ui) fn parse(text: &str) -> Option<Vec<KeyEvent>> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let after = &rest[char.len_utf8()..];
        if char != '<' {
            keys.push(KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE));
            rest = after;
            continue;
        }
        let (name, behind) = after.split_once('>')?;
        keys.push(named(name)?);
        rest = behind;
    }
    Some(keys)
}

fn named(name: &str) -> Option<KeyEvent> {
    if let Some(&(_, code, _)) = NAMED.iter().find(|(notation, ..)| *notation == name) {
        return Some(KeyEvent::new(code, KeyModifiers::NONE));
    }
    let mut letter = name.strip_prefix("c-")?.chars();
    let code = KeyCode::Char(letter.next()?);
    letter
        .next()
        .is_none()
        .then_some(KeyEvent::new(code, KeyModifiers::CONTROL))
}

/// Whether a pressed key is the one of this notation. Shift counts only where it does not change the character.
pub(in crate::ui) fn matches(key: &KeyEvent, notation: &str) -> bool {
    let Some(wanted) = parse(notation).and_then(|keys| keys.first().copied()) else {
        return false;
    };
    key.code == wanted.code && key.modifiers - KeyModifiers::SHIFT == wanted.modifiers
}

/// How a key of this notation is shown to people.
pub(in crate::ui) fn display(notation: &str) -> String {
    let name = notation.trim_start_matches('<').trim_end_matches('>');
    match (NAMED.iter().find(|(other, ..)| *other == name), name.strip_prefix("c-")) {
        (Some((_, _, shown)), _) => (*shown).to_string(),
        (None, Some(letter)) => format!("^{}", letter.to_uppercase()),
        _ => notation.to_string(),
    }
}
