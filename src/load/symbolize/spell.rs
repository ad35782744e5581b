//! Corrects in the text what pprof spells differently from libiberty.

use super::Spelling;

/// A standard type with a short code in symbols: the crate's spelling, its short name in `std`, the names of its
/// constructors and of its template, and the template's arguments.
struct Standard {
    crates: &'static str,
    short: &'static str,
    constructor: &'static str,
    template: &'static str,
    arguments: &'static str,
}

const STANDARD: &[Standard] = &[
    Standard {
        crates: "std::string",
        short: "std::string",
        constructor: "string",
        template: "basic_string",
        arguments: "<char, std::char_traits<char>, std::allocator<char> >",
    },
    Standard {
        crates: "std::basic_istream<char, std::char_traits<char> >",
        short: "std::istream",
        constructor: "basic_istream",
        template: "basic_istream",
        arguments: "<char, std::char_traits<char> >",
    },
    Standard {
        crates: "std::ostream",
        short: "std::ostream",
        constructor: "ostream",
        template: "basic_ostream",
        arguments: "<char, std::char_traits<char> >",
    },
    Standard {
        crates: "std::basic_iostream<char, std::char_traits<char> >",
        short: "std::iostream",
        constructor: "basic_iostream",
        template: "basic_iostream",
        arguments: "<char, std::char_traits<char> >",
    },
];

/// pprof's name for a piece of the crate's output.
pub(super) fn standard(piece: &str) -> &str {
    if piece == "std::nullptr_t" {
        return "decltype(nullptr)";
    }
    let row = STANDARD.iter().find(|row| row.crates == piece);
    row.map_or(piece, |row| row.short)
}

/// Types whose literals get a suffix instead of a cast before them.
const NUMBERS: &[(&str, &str)] = &[
    ("(unsigned int)", "u"),
    ("(long)", "l"),
    ("(unsigned long)", "ul"),
    ("(long long)", "ll"),
    ("(unsigned long long)", "ull"),
];

/// A function's name written without parameters has no qualifiers either.
pub(super) fn drop_qualifiers(text: &mut String, encoding: &[u8]) {
    let nested = encoding.strip_prefix(b"N").is_some_and(|rest| {
        let rest = rest.iter().find(|byte| !b"rVK".contains(byte));
        matches!(rest, Some(b'R' | b'O'))
    });
    if !nested && !encoding.starts_with(b"Z") {
        return;
    }
    while let Some(rest) = [" &", " &&", " const", " volatile"]
        .iter()
        .find_map(|end| text.strip_suffix(end))
    {
        text.truncate(rest.len());
    }
}

/// A name in pprof's spelling.
pub(super) fn spell(mut text: String, spelling: Spelling) -> String {
    for (head, meaning) in [("{vtable(", "vtable for "), ("{vtt(", "VTT for ")] {
        if let Some(rest) = text.strip_prefix(head).and_then(|rest| rest.strip_suffix(")}")) {
            text = format!("{meaning}{rest}");
        }
    }
    if let Some((derived, base)) = text
        .strip_prefix("construction vtable for ")
        .and_then(|rest| rest.split_once("-in-"))
    {
        text = format!("construction vtable for {base}-in-{derived}");
    }
    if let Some(rest) = text.strip_prefix("reference temporary #") {
        text = format!(
            "reference temporary {}",
            rest.trim_start_matches(|char: char| char.is_ascii_digit() || char == ' ')
        );
    }
    for row in STANDARD {
        constructors(&mut text, row, spelling);
    }
    for (kind, suffix) in NUMBERS {
        numbers(&mut text, kind, suffix);
    }
    functions(&text, spelling)
}

fn constructors(text: &mut String, row: &Standard, spelling: Spelling) {
    let arguments = if spelling == Spelling::Short { "" } else { row.arguments };
    for tilde in ["", "~"] {
        let old = format!("{}::{tilde}{}", row.short, row.constructor);
        let new = format!("std::{0}{arguments}::{tilde}{0}", row.template);
        replace(text, &old, |rest| {
            let next = rest.chars().next();
            (!next.is_some_and(|char| char.is_alphanumeric() || char == '_')).then(|| (0, new.clone()))
        });
    }
}

fn numbers(text: &mut String, kind: &str, suffix: &str) {
    replace(text, kind, |rest| {
        let sign = usize::from(rest.starts_with('-'));
        let digits = rest[sign..].bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0).then(|| (sign + digits, format!("{}{suffix}", &rest[..sign + digits])))
    });
}

/// Replaces each `old` for which `new` returns a replacement, together with the number of bytes after it that `new`
/// returns.
fn replace(text: &mut String, old: &str, new: impl Fn(&str) -> Option<(usize, String)>) {
    if !text.contains(old) {
        return;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(old) {
        let (before, behind) = (&rest[..at], &rest[at + old.len()..]);
        out.push_str(before);
        match new(behind) {
            Some((length, new)) => {
                out.push_str(&new);
                rest = &behind[length..];
            }
            None => {
                out.push_str(old);
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    *text = out;
}

/// A pair of parentheses.
struct Group {
    open: usize,
    close: usize,
    /// Whether it is nested in others, or in template arguments.
    depth: Depth,
}

#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Outermost,
    Within,
}

/// Corrects parameter lists: those of a function that encloses a local entity are removed, as is that function's
/// return type; those in a type are preceded by a space.
fn functions(text: &str, spelling: Spelling) -> String {
    let groups = groups(text);
    let is_type = text.starts_with("typeinfo ");
    // Replacements: from, to, new text.
    let mut edits: Vec<(usize, usize, &str)> = Vec::new();
    for group in &groups {
        let before = &text[..group.open];
        if encloses(&text[group.close + 1..]) && !before.ends_with("decltype ") {
            if spelling != Spelling::Full {
                edits.push((group.open + 1, group.close, ""));
            }
            // Only templates have a return type, and only the outermost function keeps it.
            let whole = group.depth == Depth::Outermost && text.ends_with(')') && ends_in_template(text, &groups);
            if before.ends_with('>') && !whole {
                let (start, name) = return_type(before);
                edits.push((start, name, ""));
            }
        } else if (group.depth == Depth::Within || is_type)
            && !["{lambda", "decltype"].iter().any(|word| before.ends_with(word))
            && before.ends_with(|char: char| char.is_alphanumeric() || "_>*&".contains(char))
        {
            edits.push((group.open, group.open, " "));
        }
    }
    edits.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (from, to, new) in edits {
        if from >= at {
            out.push_str(&text[at..from]);
            out.push_str(new);
            at = to;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// Whether what follows a parameter list is local to the function with those parameters.
fn encloses(mut behind: &str) -> bool {
    while let Some(rest) = [" const", " volatile", " &&", " &"]
        .iter()
        .find_map(|word| behind.strip_prefix(word))
    {
        behind = rest;
    }
    behind.starts_with("::")
}

/// Whether the last parameter list is that of a template.
fn ends_in_template(text: &str, groups: &[Group]) -> bool {
    let last = groups
        .iter()
        .filter(|group| group.depth == Depth::Outermost)
        .max_by_key(|group| group.open);
    last.is_some_and(|group| text[..group.open].ends_with('>'))
}

/// All pairs of parentheses except those that belong to names: `operator()`, `(anonymous namespace)`.
fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let (mut groups, mut open, mut angles) = (Vec::new(), Vec::new(), 0_usize);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        if let Some(symbol) = rest.strip_prefix(b"operator") {
            at += 8 + if symbol.starts_with(b"()") {
                2
            } else {
                symbol.iter().take_while(|byte| b"<>=-".contains(byte)).count()
            };
            continue;
        }
        if rest.starts_with(ANONYMOUS) {
            at += ANONYMOUS.len();
            continue;
        }
        match bytes[at] {
            b'<' => angles += 1,
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b'>' => angles = angles.saturating_sub(1),
            b'(' => open.push((
                at,
                if angles > 0 || !open.is_empty() {
                    Depth::Within
                } else {
                    Depth::Outermost
                },
            )),
            b')' => groups.extend(open.pop().map(|(open, depth)| Group { open, close: at, depth })),
            _ => {}
        }
        at += 1;
    }
    groups
}

const ANONYMOUS: &[u8] = b"(anonymous namespace)";

/// Where the return type begins that precedes the last name in `text`, and where that name begins.
fn return_type(text: &str) -> (usize, usize) {
    let (mut depth, mut name) = (0_usize, None);
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b')' | b'>' | b'}' => depth += 1,
            b'(' | b'<' | b'{' if depth == 0 => return (at + 1, name.unwrap_or(at + 1)),
            b'(' | b'<' | b'{' => depth -= 1,
            b' ' if depth == 0 => {
                let behind = &text[at..];
                let before = &text[..at];
                if before.ends_with(',') || before.ends_with(" for") {
                    return (at + 1, name.unwrap_or(at + 1));
                }
                if name.is_none() && !encloses(behind) {
                    name = Some(at + 1);
                }
            }
            _ => {}
        }
    }
    (0, name.unwrap_or(0))
}
