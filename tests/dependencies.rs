//! What the program is built of: licences that let anybody have it, and no crate twice without a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Licences that ask for no more than a notice. A crate needs one of them in each part of its expression.
const LICENCES: [&str; 9] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "Unlicense",
    "CDLA-Permissive-2.0",
];

/// Crates of which two versions are built, and for whom.
const TWICE: &[(&str, &str)] = &[
    ("itertools", "prost-derive and ratatui are at different versions"),
    ("miniz_oxide", "flate2 and png are at different versions"),
    ("syn", "derives of crossterm and prost are at 2, others at 3"),
];

/// Name, version and licence of each crate that the program is built of, on the machine that the test runs on.
fn crates() -> BTreeSet<(String, String, String)> {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .args(["--format", "{p}|{l}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("text");
    let crates = tree.lines().filter_map(|line| {
        let (package, licence) = line.split_once('|')?;
        let (name, rest) = package.split_once(" v")?;
        let version = rest.split(' ').next()?;
        Some((name.into(), version.into(), licence.trim_end_matches(" (*)").into()))
    });
    crates.collect()
}

/// Whether an expression of SPDX is fulfilled by what we accept: `A OR B`, `A AND (B OR C)`, and `/` as of old.
fn is_free(expression: &str) -> bool {
    let parts = expression.split(" AND ");
    parts.into_iter().all(|part| {
        let choices = part
            .trim_matches(['(', ')'])
            .split(['/'])
            .flat_map(|part| part.split(" OR "));
        choices.into_iter().any(|licence| LICENCES.contains(&licence.trim()))
    })
}

#[test]
fn licences_let_anybody_have_it() {
    let crates = crates();
    assert!(crates.len() > 20, "the crates were not found: {crates:?}");
    let unfree: Vec<_> = crates.iter().filter(|(.., licence)| !is_free(licence)).collect();
    assert!(unfree.is_empty(), "their licences have no row: {unfree:?}");
    for (expression, expected) in [
        ("MIT OR GPL-3.0", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("GPL-3.0", false),
        ("", false),
    ] {
        assert_eq!(is_free(expression), expected, "{expression}");
    }
}

#[test]
fn no_crate_is_built_twice_without_a_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version, _) in crates() {
        versions.entry(name).or_default().insert(version);
    }
    let twice: BTreeSet<&str> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| name.as_str())
        .collect();
    let known: BTreeSet<&str> = TWICE.iter().map(|(name, _)| *name).collect();
    assert_eq!(twice, known, "crates of two versions, and those in TWICE");
}
