//! Names of functions in little space.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report;

/// A name longer than this is cut in its middle before anything is measured: no screen is so wide, and characters that
/// take no space may be any number.
pub(super) const LONGEST: usize = 4096;

/// A name of which the screen may take what fits: at most [`LONGEST`] bytes of it, and `…`.
pub(super) fn bounded(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST {
        return Cow::Borrowed(name);
    }
    let is_boundary = |at: &usize| name.is_char_boundary(*at);
    let head = (0..=LONGEST / 2).rev().find(is_boundary).unwrap_or(0);
    let tail = (name.len() - LONGEST / 2..name.len()).find(is_boundary);
    Cow::Owned(format!("{}…{}", &name[..head], &name[tail.unwrap_or(name.len())..]))
}

/// Where the part that people look for begins: behind the import path. `github.com/a/b.(*T).M` → at `b`.
/// Slashes in type arguments and parameters do not count, and a version alone says too little: `encoding/json/v2.F` → at
/// `json`.
pub(in super::super) fn function_start(name: &str) -> usize {
    let name = head(name);
    let end = name.find(['(', '[', '<', ' ']).unwrap_or(name.len());
    let behind = |end: usize| name[..end].rfind('/').map_or(0, |slash| slash + 1);
    let start = behind(end);
    match start > 0 && is_version(&name[start..end]) {
        true => behind(start - 1),
        false => start,
    }
}

/// The part of a name in which its package is looked for.
fn head(name: &str) -> &str {
    let longest = LONGEST.min(name.len());
    let end = (0..=longest).rev().find(|at| name.is_char_boundary(*at));
    &name[..end.unwrap_or(0)]
}

/// Whether a package is called for the version of its module: `v2`, as in `v2.Unmarshal`.
fn is_version(name: &str) -> bool {
    let digits = name.split('.').next().and_then(|package| package.strip_prefix('v'));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// A name without its import path; where that leaves no more than a version, with one part of it.
pub(in super::super) fn short(name: &str) -> Cow<'_, str> {
    let start = function_start(name);
    let last = name[start..].split(['(', '[', '<', ' ']).next().unwrap_or_default();
    match last.contains('/') {
        true => Cow::Borrowed(&name[start..]),
        false => report::shorten(name),
    }
}

/// The package of a function: `github.com/a/b.(*T).M` → `github.com/a/b`; empty if the name has none.
pub(in super::super) fn package(name: &str) -> &str {
    let name = head(name);
    let start = function_start(name);
    let rest = &name[start..];
    let end = rest
        .find("::")
        .or_else(|| rest.find(['.', '(', '[']))
        .map_or(0, |dot| start + dot);
    &name[..end]
}

/// A name in at most `width` cells. Parts of the import path go first, from its middle; then what [`label`] leaves out.
/// `…` marks each place where something is missing.
pub(in super::super) fn shorten(name: &str, width: usize) -> String {
    let name = &*bounded(name);
    if name.width() <= width {
        return name.to_string();
    }
    if let Some(both) = with_place(name, width, shorten) {
        return both;
    }
    let (path, function) = name.split_at(function_start(name));
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    if !path.is_empty() {
        for kept in (0..parts.len()).rev() {
            let gap = if kept == 0 { "…/" } else { "/…/" };
            let candidate = format!("{}{gap}{function}", parts[..kept].join("/"));
            if candidate.width() <= width {
                return candidate;
            }
        }
    }
    cut_arguments(function, width).unwrap_or_else(|| label(function, width))
}

/// A function with the end of its type arguments, which tells it from others: `apply[go.shape.string]` → `apply[…string]`;
/// nothing without room for a word of them.
fn cut_arguments(function: &str, width: usize) -> Option<String> {
    let (from, to) = (function.find('[')? + 1, function.rfind(']')?);
    let around = function.width().checked_sub(function.get(from..to)?.width())?;
    let room = width.checked_sub(around).filter(|room| *room >= LEAST_EACH)?;
    let arguments = cut_start(&function[from..to], room);
    Some(format!("{}{arguments}{}", &function[..from], &function[to..]))
}

/// The least cells of a function and of a place that are cut for each other.
const LEAST_EACH: usize = 8;

/// A name with a place behind it, `f /src/a/b.go:12`: both are shortened, each from its own left.
fn with_place(name: &str, width: usize, shorten: fn(&str, usize) -> String) -> Option<String> {
    let (function, place) = name.rsplit_once(' ')?;
    let is_place = place.contains('/') && place.contains(':');
    if !is_place || width <= 2 * LEAST_EACH {
        return None;
    }
    // The file with a sign that its folders are missing, and no more than leaves room for the function.
    let file = place[place.rfind('/').unwrap_or(0)..].width() + 1;
    let own = short_words(function).last().map_or(0, |word| word.width() + 1);
    let room = width.saturating_sub(file + 1).max(own.clamp(LEAST_EACH, width / 2));
    let function = shorten(function, room);
    let place = cut_path(place, (width - function.width() - 1).min(file));
    Some(format!("{function} {place}"))
}

/// A function's name without its import path, and what is left of it without its package, then without its type.
fn short_words(function: &str) -> Vec<&str> {
    let short = &function[function_start(function)..];
    words(short).into_iter().map(|start| &short[start..]).collect()
}

/// A name without import path in at most `width` cells. The receiver's type goes first, since it is the method that
/// tells boxes apart; then the package, then the middle of what is left.
pub(in super::super) fn label(name: &str, width: usize) -> String {
    let name = &*bounded(name);
    if name.width() <= width {
        return name.to_string();
    }
    if let Some(both) = with_place(name, width, label) {
        return both;
    }
    // What a function was made for says least.
    if let (Some(from), Some(to)) = (name.find('['), name.rfind(']'))
        && from < to
        && &name[from..=to] != "[…]"
    {
        return label(&format!("{}[…]{}", &name[..from], &name[to + 1..]), width);
    }
    let (owner, method) = match name.find(").") {
        Some(at) if name.contains(".(") => (&name[..=at], &name[at + 2..]),
        _ => name.split_once('.').unwrap_or(("", name)),
    };
    if let Some((package, kind)) = owner.split_once(".(") {
        let star = if kind.starts_with('*') { "*" } else { "" };
        let kind = kind.trim_start_matches('*').trim_end_matches(')');
        let fixed = format!("{package}.({star}).{method}").width();
        let left = width.saturating_sub(fixed);
        let candidate = format!("{package}.({star}{}).{method}", cut_end(kind, left));
        if left >= 2 && candidate.width() <= width {
            return candidate;
        }
        let candidate = format!("{package}.…{method}");
        if candidate.width() <= width {
            return candidate;
        }
    }
    let left = width.saturating_sub(method.width() + 1);
    if left >= 6 && !owner.is_empty() && !owner.contains('(') {
        return format!("{}.{method}", cut_end(owner, left));
    }
    // What a closure is called belongs to its function.
    let words = words(method);
    let mut tails = words.iter().map(|&start| &method[start..]);
    let last = words.last().map_or(method, |&start| &method[start..]);
    match tails.find(|tail| tail.width() < width) {
        Some(tail) => format!("…{tail}"),
        None => cut_middle(last, width),
    }
}

/// A name in a frame of at most `width` cells: the function with its package, or without it, or the last word alone
/// (`func1` is none), whichever fits first; else as much of that word as fits. Empty where that would say nothing.
pub(in super::super) fn frame_label(name: &str, width: usize) -> String {
    let name = &*bounded(name);
    // A place behind it (`f /src/a/b.go:12`) is known well enough by its line.
    let is_place = |(_, place): &(&str, &str)| place.contains(':');
    let (function, line) = match name.rsplit_once(' ').filter(is_place) {
        Some((function, place)) => (function, &place[place.rfind(':').unwrap_or(0)..]),
        None => (name, ""),
    };
    let short = &function[function_start(function)..];
    let words = if function.starts_with('/') {
        vec![0]
    } else {
        words(short)
    };
    for (at, &start) in words.iter().enumerate() {
        let sign = if start == 0 { "" } else { "…" };
        let label = format!("{sign}{}{line}", &short[start..]);
        if label.width() <= width {
            return label;
        }
        // Part of a type tells methods of one name apart.
        if let (true, Some(&next)) = (at > 0, words.get(at + 1)) {
            let method = &short[next..];
            let room = width.saturating_sub(method.width() + line.width());
            if let Some(kind) = cut_type(&short[start..next - 1], room.saturating_sub(1)) {
                return format!("{kind}.{method}{line}");
            }
        }
    }
    let last = words.last().map_or(short, |&start| &short[start..]);
    if width < LEAST_WORD {
        String::new()
    } else {
        cut_end(last, width)
    }
}

/// Less of a word says nothing.
const LEAST_WORD: usize = 5;

/// A method's type in at most `width` cells, where three letters of it fit: `(*conn)` → `(*con…)`.
fn cut_type(kind: &str, width: usize) -> Option<String> {
    let inner = kind.trim_start_matches(['(', '*']).trim_end_matches(')');
    let around = kind.width() - inner.width();
    let start = &kind[..kind.len() - kind.trim_start_matches(['(', '*']).len()];
    let end = if start.starts_with('(') { ")" } else { "" };
    (width >= around + 4).then(|| format!("{start}{}{end}", cut_end(inner, width - around)))
}

/// Where the words of a function's name begin: package, type, method. What the compiler calls a closure belongs to the
/// word before.
fn words(function: &str) -> Vec<usize> {
    let mut words = vec![0];
    let mut depth = 0;
    for (at, char) in function.char_indices() {
        match char {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            '.' if depth == 0 && !is_closure(&function[at + 1..]) => words.push(at + 1),
            _ => {}
        }
    }
    words
}

/// Whether a name goes on with `func1`, `1`, `gowrap2`, `deferwrap1` or nothing.
fn is_closure(rest: &str) -> bool {
    let word = rest.split('.').next().unwrap_or(rest);
    let kind = word.trim_end_matches(|char: char| char.is_ascii_digit() || char == '-');
    ["", "func", "gowrap", "deferwrap"].contains(&kind)
}

/// Text with `…` in its middle where it is too long.
fn cut_middle(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    if width < 8 {
        return cut_end(text, width);
    }
    let tail_room = (width - 1) / 2;
    let mut tail_start = text.len();
    let mut used = 0;
    for (at, char) in text.char_indices().rev() {
        used += char.width().unwrap_or(0);
        if used > tail_room {
            break;
        }
        tail_start = at;
    }
    let head = cut_end(text, width - text[tail_start..].width());
    format!("{head}{}", &text[tail_start..])
}

/// Text with `…` at its start where it is too long.
pub(in super::super) fn cut_start(text: &str, width: usize) -> String {
    let text = &*bounded(text);
    if text.width() <= width {
        return text.to_string();
    }
    let mut used = 1;
    let fits = text.chars().rev().take_while(|char| {
        used += char.width().unwrap_or(0);
        used <= width
    });
    let kept: usize = fits.map(char::len_utf8).sum();
    if width == 0 {
        String::new()
    } else {
        format!("…{}", &text[text.len() - kept..])
    }
}

/// A place (`/src/a/b.go:12`) in at most `width` cells: folders go first, whole, from its left.
pub(in super::super) fn cut_path(place: &str, width: usize) -> String {
    let place = &*bounded(place);
    let fits = |tail: &&str| tail.width() < width;
    let mut tails = place.match_indices('/').map(|(at, _)| &place[at..]);
    match tails.find(fits) {
        Some(tail) if place.width() > width => format!("…{tail}"),
        _ => cut_start(place, width),
    }
}

/// Text with `…` at its end where it is too long.
pub(in super::super) fn cut_end(text: &str, width: usize) -> String {
    let text = &*bounded(text);
    if text.width() <= width {
        return text.to_string();
    }
    let mut used = 1;
    let fits = text.chars().take_while(|char| {
        used += char.width().unwrap_or(0);
        used <= width
    });
    let mut cut: String = fits.collect();
    if width > 0 {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_takes_what_fits() {
        let long = format!("example.com/{}.f{}", "x".repeat(5 << 20), "\u{335}".repeat(5 << 20));
        for cut in [shorten, label, frame_label, cut_start, cut_path, cut_end] {
            let short = cut(&long, 60);
            assert!(
                short.width() <= 60 && short.len() <= 2 * LONGEST,
                "{} bytes",
                short.len()
            );
        }
    }

    #[test]
    fn names_are_cut_where_it_hurts_least() {
        let name = "github.com/prometheus/prometheus/tsdb.(*Head).getOrCreate";
        for (width, short) in [
            (80, name),
            (50, "github.com/prometheus/…/tsdb.(*Head).getOrCreate"),
            (40, "github.com/…/tsdb.(*Head).getOrCreate"),
            (30, "…/tsdb.(*Head).getOrCreate"),
            (20, "tsdb.…getOrCreate"),
            (5, "getO…"),
            (1, "…"),
            (0, ""),
        ] {
            assert_eq!(shorten(name, width), short, "at {width}");
        }
        let method = "etcdserver.(*EtcdServer).raftRequestOnce";
        for (width, short) in [
            (40, method),
            (34, "etcdserver.(*Etc…).raftRequestOnce"),
            (28, "etcdserver.…raftRequestOnce"),
            (20, "…raftRequestOnce"),
            (10, "raftR…Once"),
            (1, "…"),
            (0, ""),
        ] {
            assert_eq!(label(method, width), short, "at {width}");
        }
        for (name, short) in [
            ("json.mapEncoder.encodeWithSomething", "…encodeWithSomething"),
            (
                "slices.sortCmpFunc[go.shape.struct { SKU string }]",
                "slices.sortCmpFunc[…]",
            ),
            ("extraordinarily_long_package.Decode", "extraordinarily_long….Decode"),
            (
                "catalog.(*Catalog).Snapshot /src/shop/catalog.go:103",
                "…Snapshot …/catalog.go:103",
            ),
        ] {
            assert_eq!(label(name, 28), short);
        }
        let line = "example.com/shop/catalog.(*Catalog).Snapshot /src/shop/catalog/catalog.go:103";
        assert_eq!(shorten(line, 52), "…/catalog.(*Catalog).Snapshot …/catalog.go:103");
        let generic = "main.(*stack[go.shape.string]).Push";
        for (width, short) in [(28, "main.(*stack[….string]).Push"), (27, "main.(*stack[…]).Push")] {
            assert_eq!(shorten(generic, width), short);
        }
        let short = "compress/flate.(*dictDecoder).init compress/flate/dict_decoder.go:43";
        assert_eq!(shorten(short, 24), "…init …ict_decoder.go:43");
        let handler = "net/http.HandlerFunc.ServeHTTP";
        let (method, line) = ("net/http.(*conn).serve", "net/http.(*conn).serve /go/http/server.go:12");
        for (name, width, label) in [
            (method, 18, "http.(*conn).serve"),
            (method, 17, "…(*conn).serve"),
            (method, 13, "(*conn).serve"),
            (method, 12, "…serve"),
            (method, 4, ""),
            (handler, 22, "…HandlerFunc.ServeHTTP"),
            (handler, 16, "Handl….ServeHTTP"),
            (handler, 13, "…ServeHTTP"),
            (method, 2, ""),
            ("a/b.(*T).Run.func1.2", 12, "…Run.func1.2"),
            ("a/b.Run.gowrap1", 9, "Run.gowr…"),
            (line, 21, "http.(*conn).serve:12"),
            (line, 20, "…(*conn).serve:12"),
            ("a/b.F[github.com/x/y.T].func1", 10, "F[github.…"),
            ("encoding/json/v2.Unmarshal", 20, "json/v2.Unmarshal"),
            ("encoding/json/v2.Unmarshal", 12, "…Unmarshal"),
            ("/src/a/b.go", 4, "b.go"),
            ("/src/a/b.go", 3, ""),
        ] {
            assert_eq!(frame_label(name, width), label, "{name} at {width}");
        }
        let place = "/src/shop/catalog.go:103";
        for (width, short) in [
            (24, place),
            (23, "…/shop/catalog.go:103"),
            (20, "…/catalog.go:103"),
            (15, "…catalog.go:103"),
            (8, "….go:103"),
            (0, ""),
        ] {
            assert_eq!(cut_path(place, width), short, "at {width}");
        }
        for (name, wanted) in [
            ("github.com/a/b.(*T).M", "github.com/a/b"),
            ("main.main", "main"),
            ("a.b/json/v2.(*T).M", "a.b/json/v2"),
            ("a/b.F[github.com/x/y.T]", "a/b"),
            ("std::io::read", "std"),
            ("malloc", ""),
        ] {
            assert_eq!(package(name), wanted, "{name}");
        }
    }
}
