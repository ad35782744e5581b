//! Interned strings that are safe to show.
//!
//! Strings in a profile are untrusted: a function may be called `"\x1b]0;pwned\x07"`. Escaping at each
//! place that prints would be forgotten at one of them, so it happens where strings enter the model:
//! [`Strings::intern`] stores *visible* text ([`visible`]). For the few strings that differ from it, it also
//! keeps the original bytes for the writer of profiles ([`Strings::raw`]).

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::ids::StringId;

/// Distinct strings, end to end in one `String`. Id 0 is the empty string.
#[derive(Clone, Debug)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
    index: HashTable<StringId>,
    raw: FxHashMap<StringId, Box<[u8]>>,
}

impl Default for Strings {
    fn default() -> Self {
        let mut strings = Self {
            text: String::new(),
            ends: Vec::new(),
            index: HashTable::new(),
            raw: FxHashMap::default(),
        };
        strings.intern(b"");
        strings
    }
}

impl Strings {
    /// Interns a string and returns its id. Bytes that are not UTF-8 become U+FFFD, and a character that a terminal
    /// would act on becomes a mark; two strings that differ only there stay two rows.
    pub fn intern(&mut self, bytes: &[u8]) -> StringId {
        let hash = hash(bytes);
        if let Some(&id) = self.index.find(hash, |&id| self.raw(id) == bytes) {
            return id;
        }
        let id = StringId::from_index(self.ends.len());
        match std::str::from_utf8(bytes).map(printable) {
            Ok(Cow::Borrowed(text)) => self.text.push_str(text),
            shown => {
                let lossy = |_| Cow::Owned(printable(&String::from_utf8_lossy(bytes)).into_owned());
                let shown = shown.unwrap_or_else(lossy);
                self.text.push_str(&shown);
                self.raw.insert(id, bytes.into());
            }
        }
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let Self { text, ends, index, raw } = self;
        index.insert_unique(hash, id, |&id| {
            self::hash(raw.get(&id).map_or(slice(text, ends, id).as_bytes(), AsRef::as_ref))
        });
        id
    }

    /// The id of a string, if it is interned. Compares with the visible text, not with the original bytes.
    pub fn find(&self, text: &str) -> Option<StringId> {
        self.index
            .find(hash(text.as_bytes()), |&id| self.get(id) == text)
            .copied()
    }

    /// The visible text of a string.
    #[inline]
    pub fn get(&self, id: StringId) -> &str {
        slice(&self.text, &self.ends, id)
    }

    /// The bytes of a string as the profile has them.
    pub fn raw(&self, id: StringId) -> &[u8] {
        self.raw.get(&id).map_or(self.get(id).as_bytes(), AsRef::as_ref)
    }

    /// How many bytes the visible text of all strings has together.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Whether any string contains a tab.
    pub fn has_tabs(&self) -> bool {
        self.text.contains('\t')
    }

    /// Replaces tabs with spaces: reports print tabs, as pprof does, but a screen has no place for them.
    pub fn show_tabs_as_blanks(&mut self) {
        let has_tab = |id: &StringId| self.get(*id).contains('\t') && !self.raw.contains_key(id);
        let ids = (0..self.len()).map(StringId::from_index).filter(has_tab);
        let originals: Vec<_> = ids.map(|id| (id, self.get(id).as_bytes().into())).collect();
        self.raw.extend(originals);
        self.text = self.text.replace('\t', " ");
    }

    /// How many distinct strings there are, the empty one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Never true: the empty string is always there.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

fn slice<'t>(text: &'t str, ends: &[u32], id: StringId) -> &'t str {
    let start = id.index().checked_sub(1).map_or(0, |before| ends[before]);
    &text[start as usize..ends[id.index()] as usize]
}

/// Replaces each character that a terminal acts on instead of showing it: C0 controls become their pictures
/// (`␛`, `␊`), everything else that controls or reorders text, or takes no space of its own, becomes e.g.
/// `<U+202E>`. Text without any is borrowed.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| !(0x20..0x7f).contains(&byte)) || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .fold(String::with_capacity(text.len() + 8), |mut shown, char| {
                push_visible(&mut shown, char);
                shown
            }),
    )
}

/// Like [`visible`], but keeps line breaks and tabs: for text that has several lines on purpose.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    visible_but(text, &['\n', '\t'])
}

/// Like [`visible`], but keeps tabs: for text in a report.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| !(0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    visible_but(text, &['\t'])
}

fn visible_but<'t>(text: &'t str, stay: &[char]) -> Cow<'t, str> {
    let stays = |char: char| !is_hidden(char) || stay.contains(&char);
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if stays(char) {
            shown.push(char);
        } else {
            push_visible(&mut shown, char);
        }
    }
    Cow::Owned(shown)
}

fn push_visible(shown: &mut String, char: char) {
    match char {
        '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + char as u32)),
        '\x7f' => shown.push('␡'),
        _ if is_hidden(char) => shown.push_str(&format!("<U+{:04X}>", char as u32)),
        _ => shown.push(char),
    }
}

/// Control characters (Cc), and those format characters (Cf) and separators that reorder, join, hide or break text.
fn is_hidden(char: char) -> bool {
    matches!(char,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
