//! Closures of one program built by two versions of Go, whose compilers name them differently: `main.f.func1.2` is
//! `main.f.f.func1.func2` in Go 1.24 and simpler again in Go 1.27. The same closure is known by where it is written.
//!
//! Source: golang/go issue 71835, and the release notes of Go 1.27.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{FunctionId, Profile};

/// Where a closure is written: its file, and a line.
type Place<'p> = (&'p [u8], i64);

/// The closures of a profile whose names another profile has not.
struct Strangers<'p> {
    profile: &'p Profile,
    functions: FxHashSet<FunctionId>,
}

impl<'p> Strangers<'p> {
    fn new(profile: &'p Profile, other: &Profile) -> Self {
        let known: FxHashSet<_> = identities(other).map(|(_, identity)| identity).collect();
        let functions = identities(profile)
            .filter(|(_, (name, _))| is_closure(name))
            .filter(|(_, identity)| !known.contains(identity))
            .map(|(function, _)| function)
            .collect();
        Self { profile, functions }
    }

    /// Where each is defined, as far as the profile says.
    fn definitions(&self) -> impl Iterator<Item = (Place<'p>, FunctionId)> {
        self.functions.iter().filter_map(|&id| {
            let start = self.profile.functions[id.index()].start_line;
            (start != 0).then(|| (self.place(id, start), id))
        })
    }

    /// The lines that samples have been on.
    fn lines(&self) -> impl Iterator<Item = (Place<'p>, FunctionId)> {
        let lines = self.profile.lines.iter();
        lines
            .filter(|line| line.line != 0 && self.functions.contains(&line.function))
            .map(|line| (self.place(line.function, line.line), line.function))
    }

    fn place(&self, id: FunctionId, line: i64) -> Place<'p> {
        (
            self.profile.strings.raw(self.profile.functions[id.index()].filename),
            line,
        )
    }
}

/// Names the closures of `profile` as `other` does, where it has one of another name at the same place: the line on which
/// they are defined, or, for those of which that is not known, a line that both have samples on. A place at which either
/// has several closures says nothing.
///
/// Returns how many have another name now.
pub fn spell_closures_as(profile: &mut Arc<Profile>, other: &Profile) -> usize {
    let mut spelled: FxHashMap<FunctionId, FunctionId> = FxHashMap::default();
    let (own, others) = (Strangers::new(profile, other), Strangers::new(other, profile));
    if own.functions.is_empty() || others.functions.is_empty() {
        return 0;
    }
    let by_definition = (only_ones(own.definitions()), only_ones(others.definitions()));
    let by_line = (only_ones(own.lines()), only_ones(others.lines()));
    for (own, others) in [by_definition, by_line] {
        for (place, id) in own {
            if let Some(&Some(theirs)) = others.get(&place)
                && let Some(id) = id
            {
                spelled.entry(id).or_insert(theirs);
            }
        }
    }
    let count = spelled.len();
    if count == 0 {
        return 0;
    }
    let profile = Arc::make_mut(profile);
    for (id, theirs) in spelled {
        let name = other.strings.raw(other.functions[theirs.index()].name);
        let name = profile.strings.intern(name);
        let function = &mut profile.functions[id.index()];
        (function.name, function.system_name) = (name, name);
    }
    count
}

/// What is at each place; nothing where there are several.
fn only_ones<'p>(at: impl Iterator<Item = (Place<'p>, FunctionId)>) -> FxHashMap<Place<'p>, Option<FunctionId>> {
    let mut found: FxHashMap<Place<'p>, Option<FunctionId>> = FxHashMap::default();
    for (place, function) in at {
        let only = found.entry(place).or_insert(Some(function));
        *only = only.filter(|known| *known == function);
    }
    found
}

/// All functions with name and file.
fn identities(profile: &Profile) -> impl Iterator<Item = (FunctionId, (&[u8], &[u8]))> {
    let text = |id| profile.strings.raw(id);
    let functions = profile.functions.iter().enumerate();
    functions.map(move |(at, function)| {
        (
            FunctionId::from_index(at),
            (text(function.name), text(function.filename)),
        )
    })
}

/// Whether the compiler made this name: of a function literal, a `go` or `defer` statement, or the body of a loop over a
/// function.
fn is_closure(name: &[u8]) -> bool {
    let from = name.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
    [&b".func"[..], b".gowrap", b".deferwrap", b"-range"]
        .into_iter()
        .any(|kind| {
            let windows = name[from..].windows(kind.len() + 1);
            windows
                .into_iter()
                .any(|part| part.starts_with(kind) && part[kind.len()].is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::spell_closures_as;
    use crate::model::{Function, LabelSetId, Line, Profile};

    /// A function's name, the line of its definition, and a line that a sample is on.
    type Row = (&'static str, i64, i64);

    /// A case: what it is of, the functions of both profiles, and the names of the first in the end.
    type Case = (&'static str, &'static [Row], &'static [Row], &'static [&'static str]);

    fn profile(rows: &[Row]) -> Profile {
        let mut profile = Profile::default();
        let filename = profile.strings.intern(b"/src/main.go");
        for &(name, start_line, line) in rows {
            let name = profile.strings.intern(name.as_bytes());
            let function = profile.add_function(Function {
                name,
                filename,
                start_line,
                ..Function::default()
            });
            let column = 0;
            let location = profile.add_location(None, 0, &[Line { function, line, column }]);
            profile.add_sample(&[location], LabelSetId(0), &[]);
        }
        profile
    }

    fn names(profile: &Profile) -> Vec<&str> {
        let functions = profile.functions.iter();
        functions.map(|function| profile.text(function.name)).collect()
    }

    #[test]
    fn closures_are_known_by_their_place() {
        let table: [Case; 6] = [
            (
                "by definition",
                &[("main.f.func1.2", 9, 10)],
                &[("main.f.f.func1.func2", 9, 12)],
                &["main.f.f.func1.func2"],
            ),
            (
                "by line",
                &[("main.f.func1.2", 0, 10)],
                &[("main.f.f.func1.func2", 9, 10)],
                &["main.f.f.func1.func2"],
            ),
            (
                "elsewhere",
                &[("main.f.func1.2", 9, 10)],
                &[("main.g.func1", 30, 31)],
                &["main.f.func1.2"],
            ),
            (
                "both are there",
                &[("main.f.func1", 9, 10)],
                &[("main.f.func1", 20, 21), ("main.f.func2", 9, 10)],
                &["main.f.func1"],
            ),
            (
                "two on a line",
                &[("main.f.func1", 9, 9)],
                &[("main.f.1", 9, 9), ("main.f.a.func1", 9, 9), ("main.f.b.func1", 9, 9)],
                &["main.f.func1"],
            ),
            (
                "no closure",
                &[("main.old", 9, 10)],
                &[("main.renamed", 9, 10)],
                &["main.old"],
            ),
        ];
        for (what, own, other, right) in table {
            let mut own = Arc::new(profile(own));
            spell_closures_as(&mut own, &profile(other));
            assert_eq!(names(&own), right, "{what}");
        }
    }
}
