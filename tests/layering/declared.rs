//! What files declare: parameters of functions that are true or false.

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
