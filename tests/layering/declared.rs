//! What files declare: parameters of functions that are true or false, public types of one name.

use std::collections::BTreeMap;

use super::text::{code, says};

/// Functions that take a truth value, and why: it is what they are about.
const TRUTHS: &[(&str, &str, &str)] = &[("report/options.rs", "truth", "the spelling of a truth value")];

/// Functions with a parameter that is true or false, as `src/path:line: what: why`. A call `f(true)` does not say what
/// is true.
pub(super) fn truth_parameters(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + 3..];
        let name = rest
            .split(|char: char| !char.is_alphanumeric() && char != '_')
            .next()
            .unwrap_or(rest);
        let is_listed = TRUTHS
            .iter()
            .any(|(file, function, _)| (*file, *function) == (path, name));
        if name.is_empty() || is_listed {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let truths = parameters(rest).filter(|parameter| says(parameter, ": bool") && !parameter.contains("Fn"));
        found.extend(truths.map(|parameter| {
            let why = "a call does not say what is true: two functions, or an enum of two values";
            format!("src/{path}:{line}: {name} takes {}: {why}", parameter.trim())
        }));
    }
    found
}

/// The parameters in what begins with a function's name.
fn parameters(function: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let open = function.find(|char: char| {
        depth += i32::from(char == '<') - i32::from(char == '>');
        // The `>` of an arrow in a bound is no end of generics.
        depth <= 0 && char == '('
    });
    let inside = open.map_or("", |open| &function[open + 1..]);
    let mut depth = 1;
    let close = inside.find(|char: char| {
        depth += i32::from(char == '(') - i32::from(char == ')');
        depth == 0
    });
    inside[..close.unwrap_or(0)].split(',')
}

#[test]
fn planted_truths_are_found() {
    #[rustfmt::skip]
    let table: &[(&str, usize)] = &[
        ("fn f(a: bool) {}", 1),
        ("pub(super) const fn f(&self, a: u8,\n    is_a: bool,\n) -> u8 {}", 1),
        ("fn f<'a, T: Fn(u8) -> bool>(a: T, b: bool, c: bool) {}", 2),
        ("fn f(a: Fn(u8) -> bool) -> bool { let a: bool = true; }", 0),
        ("struct S { a: bool, f: fn(u8) -> bool }", 0),
        ("#[cfg(test)]\nmod tests { fn f(a: bool) {} }", 0),
        ("// fn f(a: bool)\n", 0),
    ];
    for (text, count) in table {
        assert_eq!(truth_parameters("model/x.rs", text).len(), *count, "{text}");
    }
    let listed = "fn truth(a: bool) {}\nfn other(a: bool) {}";
    assert_eq!(truth_parameters("report/options.rs", listed).len(), 1);
}

/// Names of several public types, and why.
#[rustfmt::skip]
const NAMESAKES: &[(&str, &str)] = &[
    ("Edge", "of a graph: where its line is, and what it weighs"),
    ("Function", "of a profile, and what a host says of it"),
    ("Held", "by a host's heap, and in a series of snapshots"),
    ("History", "of a process, and of a host"),
    ("Host", "a machine that is asked, and the one that the screen asks for files and programs"),
    ("Input", "of the command line, and of the terminal"),
    ("Part", "of a flame graph's row, and of a host's memory"),
    ("Point", "of a page: whoever places boxes knows nothing of who draws them"),
    ("State", "of a host, and of a line of source code"),
    ("Target", "of Prometheus, and of whoever asks hosts"),
];

/// The public types that a file declares.
pub(super) fn public_types(text: &str) -> Vec<String> {
    let code = code(text);
    let kinds = ["pub struct ", "pub enum ", "pub trait ", "pub type "];
    let name = |line: &str| {
        let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
        let end = rest.find(|char: char| !char.is_alphanumeric());
        Some(rest[..end.unwrap_or(rest.len())].to_string())
    };
    // What is not at the margin is in another item: a type of a trait.
    code.lines().filter_map(name).collect()
}

/// Names that several files give to public types, each with these files.
pub(super) fn namesakes<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        // Types of the wire have the schema's names.
        let names = public_types(text)
            .into_iter()
            .filter(|_| !path.ends_with("generated.rs"));
        names.for_each(|name| places.entry(name).or_default().push(path));
    }
    let is_listed = |name: &str| NAMESAKES.iter().any(|(listed, _)| *listed == name);
    let several = places
        .iter()
        .filter(|(name, places)| (places.len() > 1) != is_listed(name));
    several
        .map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect()
}

#[test]
fn planted_namesakes_are_found() {
    let one = "pub struct A;\npub(crate) struct B;\nimpl C { type D = u8; }\npub enum Edge {}\npub struct Input;\npub trait Point {}";
    let other = "pub type A<T> = Vec<T>;\npub struct B;\n    pub struct A;\npub struct Edge(u8);\npub enum Input {}\npub struct Point;";
    let files = [("one.rs", one), ("other.rs", other)];
    assert_eq!(namesakes(files.into_iter()), ["A: one.rs, other.rs"]);
    let unused = namesakes([("one.rs", "pub struct Edge;")].into_iter());
    assert_eq!(unused, ["Edge: one.rs"], "a row that is not needed any more");
}
