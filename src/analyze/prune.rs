//! Removing frames together with what they called.

use regex::Regex;

use super::filter::Scope;
use super::pattern::compile;
use crate::model::{FunctionId, LocationId, Profile};

/// Applies a profile's `drop_frames` and `keep_frames`: in every stack, the frame nearest the root that matches
/// and is below one that does not is removed with everything it called. As in pprof, an invalid expression is ignored.
/// Source: `profile.proto`, pprof's `profile/prune.go`.
pub(super) fn uninteresting(scope: &mut Scope, profile: &Profile) {
    let whole = |text: &str| compile("drop_frames", &format!("^({text})$")).ok();
    let drop = profile.text(profile.drop_frames);
    if drop.is_empty() {
        return;
    }
    let Some(drop) = whole(drop) else { return };
    let keep = profile.text(profile.keep_frames);
    let keep = if keep.is_empty() { None } else { Some(whole(keep)) };
    let keep = match keep {
        Some(None) => return,
        Some(keep) => keep,
        None => None,
    };
    let matches = matcher(profile, |name| {
        drop.is_match(name) && !keep.as_ref().is_some_and(|keep| keep.is_match(name))
    });

    let mut cut = vec![Cut::Nothing; profile.locations.len()];
    for (location, cut) in cut.iter_mut().enumerate() {
        let location = LocationId::from_index(location);
        let lines = scope.lines(location);
        let Some(at) = lines
            .iter()
            .rposition(|&line| matches[profile.lines[line as usize].function.index()])
        else {
            continue;
        };
        *cut = if at + 1 == lines.len() { Cut::Whole } else { Cut::Below };
        if *cut == Cut::Below {
            scope.keep_lines(location, at + 1..lines.len());
        }
    }
    scope.trim_samples(profile, |stack, span| {
        let mut below_user_code = false;
        for at in (span.from..span.to).rev() {
            match cut[stack.at(at as usize).index()] {
                Cut::Nothing => below_user_code = true,
                _ if !below_user_code => {}
                Cut::Whole => return Some((at + 1, span.to)),
                Cut::Below => return Some((at, span.to)),
            }
        }
        Some((span.from, span.to))
    });
}

#[derive(Clone, Copy, PartialEq)]
enum Cut {
    Nothing,
    /// Some inlined calls of the location are removed.
    Below,
    /// The whole location is removed.
    Whole,
}

/// Applies `prune_from`: in every stack, everything that the innermost matching frame called is removed; the frame stays.
pub(super) fn from(scope: &mut Scope, profile: &Profile, expression: &Regex) {
    let matches = matcher(profile, |name| expression.is_match(name));
    let mut cut = vec![false; profile.locations.len()];
    for (location, cut) in cut.iter_mut().enumerate() {
        let location = LocationId::from_index(location);
        let lines = scope.lines(location);
        if let Some(at) = lines
            .iter()
            .position(|&line| matches[profile.lines[line as usize].function.index()])
        {
            *cut = true;
            scope.keep_lines(location, at..lines.len());
        }
    }
    let hidden = scope.hidden().to_vec();
    scope.trim_samples(profile, |stack, span| {
        let visible = |at: &u32| !hidden[stack.at(*at as usize).index()];
        let first = (span.from..span.to)
            .filter(visible)
            .find(|&at| cut[stack.at(at as usize).index()]);
        Some((first.unwrap_or(span.from), span.to))
    });
}

/// For each function whether its simplified name matches; functions without a name never do.
fn matcher(profile: &Profile, matches: impl Fn(&str) -> bool) -> Vec<bool> {
    let rows = 0..profile.functions.len();
    rows.map(|row| {
        let name = profile.text(profile.functions[FunctionId::from_index(row).index()].name);
        !name.is_empty() && matches(simplify(name))
    })
    .collect()
}

/// A name without a leading dot and without its parameter list: up to the first `(` that is neither
/// `(anonymous namespace)` nor part of `operator()`. So Go's `main.(*T).M` is matched as `main.`, as in pprof.
fn simplify(name: &str) -> &str {
    let name = name.strip_prefix('.').unwrap_or(name);
    let mut from = 0;
    while let Some(found) = name[from..].find(['(', 'o']) {
        let at = from + found;
        let reserved = ["(anonymous namespace)", "operator()"]
            .into_iter()
            .find(|word| name[at..].starts_with(word));
        match reserved {
            Some(word) => from = at + word.len(),
            None if name[at..].starts_with('(') => return &name[..at],
            None => from = at + 1,
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::simplify;

    #[test]
    fn names_lose_their_arguments() {
        for (name, simple) in [
            ("main.(*T).M", "main."),
            ("ns::f(int)", "ns::f"),
            ("(anonymous namespace)::g(int)", "(anonymous namespace)::g"),
            ("A::operator()(int) const", "A::operator()"),
            (".dotted", "dotted"),
            ("go.foo", "go.foo"),
        ] {
            assert_eq!(simplify(name), simple);
        }
    }
}
