//! Names in a drawing, as short as pprof makes them.

use std::borrow::Cow;

use crate::graphics::columns;

/// A function's name without what is in front of its package's last part (Go), its class (Java) or the innermost
/// class or namespace (C++). Source: the patterns of pprof's `ShortenFunctionName`.
pub fn shorten(name: &str) -> Cow<'_, str> {
    let name = name.strip_prefix("(anonymous namespace)::").unwrap_or(name);
    let name = without_version(name);
    let short = |name: &str| {
        let range = go(name).or_else(|| java(name)).or_else(|| cpp(name));
        range.unwrap_or(0..name.len())
    };
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(&name[short(name)]),
        Cow::Owned(name) => Cow::Owned(name[short(&name)].to_string()),
    }
}

/// A short name over lines of so many letters, as many of its parts on each as fit.
pub(in crate::report) fn filled(name: &str, letters: usize) -> Vec<String> {
    let name = name.replace("[...]", "[…]");
    let mut lines: Vec<String> = Vec::new();
    let mut rest = &*name;
    while !rest.is_empty() {
        let colons = rest.find("::").map(|at| at + 2);
        let end = rest.find('.').map(|at| at + 1).into_iter().chain(colons).min();
        let (part, behind) = rest.split_at(end.unwrap_or(rest.len()));
        match lines.last_mut() {
            Some(line) if columns(line) + columns(part) <= letters => line.push_str(part),
            _ => lines.push(part.to_string()),
        }
        rest = behind;
    }
    lines
}

/// A short name over several lines, at the borders of its parts.
pub(in crate::report) fn lines(name: &str) -> Vec<String> {
    if name.is_empty() {
        return Vec::new();
    }
    // The dots of Go's type parameters, `[...]`, are no ends of lines.
    let name = name.replace("[...]", "[…]");
    let parts = name.split("::").flat_map(|part| part.split('.'));
    parts.map(String::from).collect()
}

type Range = std::ops::Range<usize>;

/// Takes out a module's major version, the first `/v2` or higher in front of a `/` or a `.`.
fn without_version(name: &str) -> Cow<'_, str> {
    for (at, _) in name.match_indices("/v") {
        let digits = &name[at + 2..];
        let rest = digits.trim_start_matches(|char: char| char.is_ascii_digit());
        let number = &digits[..digits.len() - rest.len()];
        let is_version = !number.is_empty() && !number.starts_with('0') && number != "1";
        if is_version && rest.starts_with(['.', '/']) {
            return Cow::Owned(format!("{}{rest}", &name[..at]));
        }
    }
    Cow::Borrowed(name)
}

/// `example.com/a/pkg.(*T).M` → `pkg.(*T).M`: behind the last folder that leaves a package and a name.
fn go(name: &str) -> Option<Range> {
    let in_folder = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(end) = name[at..].find('/') {
        if end == 0 || !name[at..at + end].chars().all(in_folder) {
            break;
        }
        at += end + 1;
        starts.push(at);
    }
    // The first dot from a start on: each piece of the name is looked at once.
    let (mut dot, mut end) = (None, name.len());
    let has_package = |&start: &usize| {
        dot = name[start..end].find('.').map(|at| start + at).or(dot);
        end = start;
        dot.is_some_and(|dot| dot > start && dot + 1 < name.len())
    };
    let last = starts.into_iter().rev().find(has_package);
    last.map(|start| start..name.len())
}

/// `com.example.Class.method(int)` → `Class.method`.
fn java(name: &str) -> Option<Range> {
    let mut start = 0;
    while let Some(length) = word(&name[start..], is_lower, &[]) {
        match name[start + length..].strip_prefix('.') {
            Some(_) => start += length + 1,
            None => break,
        }
    }
    let class = word(&name[start..], is_upper, &['$'])?;
    let method = name[start + class..].strip_prefix('.')?;
    let length = match method.strip_prefix("<init>") {
        Some(_) => "<init>".len(),
        None => word(method, is_lower, &['$'])?,
    };
    let end = start + class + 1 + length;
    (end == name.len() || name[end..].starts_with('(')).then_some(start..end)
}

/// `a::b::Class::method<int>(int)` → `Class::method<int>`.
fn cpp(name: &str) -> Option<Range> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(length) = word(&name[at..], is_letter, &[]) {
        if !name[at + length..].starts_with("::") {
            break;
        }
        at += length + 2;
        starts.push(at);
    }
    starts.into_iter().rev().find_map(|start| {
        let class = word(&name[start..], is_letter, &[])?;
        if !name[start..].trim_start_matches('_').starts_with(is_upper) {
            return None;
        }
        let method = name[start + class..].strip_prefix("::")?;
        let tilde = usize::from(method.starts_with('~'));
        let end = start + class + 2 + tilde + word(&method[tilde..], is_letter, &[])?;
        let arguments = name[end..].starts_with('<').then(|| name[end..].rfind('>')).flatten();
        Some(start..end + arguments.map_or(0, |last| last + 1))
    })
}

/// The length of a word that begins as it must; `others` may be in it besides letters and digits.
fn word(text: &str, begins: fn(char) -> bool, others: &[char]) -> Option<usize> {
    let first = text.chars().next().filter(|&char| begins(char))?;
    let in_word = |char: char| char.is_ascii_alphanumeric() || char == '_' || others.contains(&char);
    let rest = &text[first.len_utf8()..];
    Some(text.len() - rest.trim_start_matches(in_word).len())
}

fn is_lower(char: char) -> bool {
    char.is_ascii_lowercase()
}

fn is_upper(char: char) -> bool {
    char.is_ascii_uppercase()
}

fn is_letter(char: char) -> bool {
    char.is_ascii_alphabetic() || char == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled() {
        for (name, letters, lines) in [
            ("http.(*conn).serve", 40, &["http.(*conn).serve"][..]),
            ("http.(*conn).serve", 13, &["http.(*conn).", "serve"]),
            ("http.(*conn).serve", 1, &["http.", "(*conn).", "serve"]),
            ("b.F[...].func1", 8, &["b.F[…].", "func1"]),
            ("Class::method", 8, &["Class::", "method"]),
            ("a.", 8, &["a."]),
            ("", 8, &[]),
        ] {
            assert_eq!(filled(name, letters), lines, "{name}");
        }
    }

    #[test]
    fn names_become_short() {
        for (name, short) in [
            ("main.main", "main.main"),
            ("net/http.(*conn).serve", "http.(*conn).serve"),
            ("example.com/a/b/v2.(*T).M", "b.(*T).M"),
            ("example.com/a/v15/b.F", "b.F"),
            ("example.com/a/v1/b.F", "b.F"),
            ("example.com/a/v1.F", "v1.F"),
            ("gopkg.in/yaml%2ev3.Unmarshal", "yaml%2ev3.Unmarshal"),
            ("a/b.F[go.shape.struct { x/y.T }]", "b.F[go.shape.struct { x/y.T }]"),
            ("a/b/c", "a/b/c"),
            ("a/.hidden", "a/.hidden"),
            ("com.example.Class.method(int)", "Class.method"),
            ("com.example.Outer$Inner.<init>", "Outer$Inner.<init>"),
            ("com.example.Class.Other", "com.example.Class.Other"),
            ("foo::bar::Class::method<a<b>, c>(int)", "Class::method<a<b>, c>"),
            ("foo::Class::~Class", "Class::~Class"),
            ("foo::__Impl::go", "__Impl::go"),
            ("foo::bar", "foo::bar"),
            ("(anonymous namespace)::f", "f"),
            ("", ""),
        ] {
            assert_eq!(shorten(name), short, "{name}");
        }
    }
}
