//! File names as text: nothing here looks at a file system.

use std::borrow::Cow;

/// The shortest equivalent path: no empty or `.` parts, `..` resolved where possible, no trailing slash.
/// Source of the rules: Go's `filepath.Clean`, through which pprof passes every file name.
pub(super) fn clean(path: &str) -> Cow<'_, str> {
    let is_clean = |part: &str| !part.is_empty() && part != "." && part != "..";
    let rooted = path.starts_with('/');
    if path.trim_start_matches('/').len() + usize::from(rooted) == path.len()
        && path.split('/').skip(usize::from(rooted)).all(is_clean)
    {
        return Cow::Borrowed(path);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&last| last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, rest) => Cow::Owned(format!("/{rest}")),
        (false, rest) if rest.is_empty() => Cow::Borrowed("."),
        (false, rest) => Cow::Owned(rest),
    }
}

/// The last part of a path; `.` if it is empty, `/` if it has only slashes. Source: Go's `filepath.Base`.
pub fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        _ if path.is_empty() => ".",
        Some(last) if !last.is_empty() => last,
        _ => "/",
    }
}

/// A file name without the prefix that the user wants trimmed (`trim_path`, a colon-separated list), or, if there is
/// none, from the name of a folder in `source_path` on. Source: the `trim_path` rules of pprof's `report`.
pub fn trim<'p>(path: &'p str, trim_path: &str, source_path: &str) -> &'p str {
    if trim_path.is_empty() {
        for folder in source_path.split(':').filter(|folder| !folder.is_empty()) {
            let wanted = format!("/{}/", base(folder));
            if let Some(at) = path.find(&wanted) {
                return &path[at + wanted.len()..];
            }
        }
    }
    for prefix in trim_path
        .split(':')
        .filter(|prefix| !prefix.is_empty())
        .chain(["/proc/self/cwd/./", "/proc/self/cwd/"])
    {
        if let Some(rest) = path.strip_prefix(prefix) {
            if prefix.ends_with('/') {
                return rest;
            }
            if let Some(rest) = rest.strip_prefix('/') {
                return rest;
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_cleans_them() {
        for (path, cleaned) in [
            ("", "."),
            ("/", "/"),
            ("//a", "/a"),
            ("a//b/", "a/b"),
            ("./a/../b", "b"),
            ("/../a", "/a"),
            ("../../a", "../../a"),
            ("/a/b/..", "/a"),
            ("a/..", "."),
            ("/usr/lib/go/src/runtime/proc.go", "/usr/lib/go/src/runtime/proc.go"),
        ] {
            assert_eq!(clean(path), cleaned, "clean({path:?})");
        }
        for (path, last) in [("", "."), ("/", "/"), ("a/b", "b"), ("/a/b//", "b"), ("x", "x")] {
            assert_eq!(base(path), last, "base({path:?})");
        }
        assert_eq!(trim("/build/src/a.go", "/build", ""), "src/a.go");
        assert_eq!(trim("/buildx/a.go", "/build", ""), "/buildx/a.go");
        assert_eq!(trim("/far/proj/a.go", "", "/near/proj"), "a.go");
    }
}
