//! The rules of the architecture, as checks of the text under `src/`: who may name whom, which crate is named where,
//! what is pure, what no file may say. A rule is a row with a sentence that says why; a violation is a `file:line`.
//! What every file keeps to, it keeps to under `tests/`, `benches/`, `examples/` and `fuzz/` too.

mod declared;
mod text;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use text::{absolute, begins_with, code, paths, says};

/// A module at the top of the crate, the others that it may name, and why no more.
#[rustfmt::skip]
const MAY_NAME: &[(&str, &[&str], &str)] = &[
    ("error", &["model"], "everybody fails with it, so it knows nobody but what everybody knows"),
    ("progress", &["error"], "work reports without knowing who listens"),
    ("model", &[], "what a profile is depends on nothing"),
    ("decode", &["model", "error", "progress"], "bytes become a profile wherever they come from"),
    ("encode", &["model", "error", "decode"], "a profile becomes bytes; the wire types are the decoder's"),
    ("analyze", &["model", "error", "progress"], "questions are asked of a profile, not of a file or a screen, and can be given up"),
    ("layout", &[], "boxes and lines are placed for any graph and any picture"),
    ("graphics", &[], "shapes on a page are the same whatever they show"),
    ("report", &["analyze", "encode", "layout", "graphics", "model", "error"], "text and pictures are made of aggregates, for any writer"),
    ("secret", &[], "what must not be shown is known before anybody shows anything"),
    ("source", &["error", "progress", "secret"], "where bytes come from has nothing to do with what they mean"),
    ("load", &["analyze", "model", "error", "secret"], "several profiles become one; how a name is opened is handed in"),
    ("host", &["error", "model", "progress"], "files are saved and other programs started; what they hold or show is the caller's business"),
    ("zone", &[], "the local time zone is the machine's business alone"),
    ("ui", &["report", "analyze", "layout", "graphics", "model", "error", "progress"], "the screen is handed its loader and draws what analyze made"),
    ("wiring", EVERYTHING, "what rooms ask for is done by rooms that can"),
    ("cli", &["report", "load", "error", "secret"], "what was typed becomes a request; nothing is read or drawn yet"),
    ("config", &["cli", "report", "ui", "error", "secret"], "what a user wrote down is checked against the tables that it names"),
    ("lib", EVERYTHING, "the list of modules"),
    ("main", EVERYTHING, "the one place that ties everything together"),
];
const EVERYTHING: &[&str] = &["*"];

/// A crate, the places that may name it (none: all may), and why no other.
#[rustfmt::skip]
const CRATES: &[(&str, &[&str], &str)] = &[
    ("ratatui", &["ui/"], "only the screen draws"),
    ("crossterm", &["ui/"], "only the screen knows a terminal"),
    ("tui_input", &["ui/"], "only the screen has prompts"),
    ("rustix", &["ui/", "host/"], "only the screen and the machine are systems"),
    ("terminput", &["ui/terminal/input.rs"], "one file knows what bytes are which keys"),
    ("terminput_crossterm", &["ui/terminal/input.rs"], "one file knows what bytes are which keys"),
    ("xterm_color", &["ui/theme/"], "answers about colours are for the theme"),
    ("signal_hook", &["ui/", "host/signals.rs"], "only the screen must be given back"),
    ("unicode_width", &["ui/", "graphics/font.rs"], "screens and pictures have cells; reports are padded by bytes, as pprof does"),
    ("ureq", &["source/http/"], "one folder knows the HTTP client"),
    ("rustls", &["source/http/"], "one folder knows TLS"),
    ("socket2", &["source/http/dial.rs"], "one file connects"),
    ("base64", &["source/url/userinfo.rs", "source/http/header.rs", "source/store/parca.rs", "decode/wrapping/", "ui/terminal/clipboard.rs", "report/page/mod.rs"], "a header is written in it, and a profile in a page; what a profile may be wrapped in is a module of that name"),
    ("prost", &["decode/", "encode/"], "the wire format has one reader and one writer"),
    ("ruzstd", &["decode/wrapping/zstd.rs", "source/coding.rs"], "compression belongs to file formats and to HTTP"),
    ("flate2", &["decode/", "encode/", "graphics/pdf.rs", "source/coding.rs"], "as ruzstd"),
    ("tiny_skia", &["graphics/png.rs"], "one format has pixels"),
    ("png", &["graphics/"], "one format is PNG"),
    ("pdf_writer", &["graphics/pdf.rs"], "one format is PDF"),
    ("ttf_parser", &["graphics/font.rs"], "one file knows the font"),
    ("dejavu", &["graphics/font.rs"], "one file knows the font"),
    ("clap", &["cli.rs", "cli/"], "the parser of the command line can be replaced in one place"),
    ("clap_complete", &["cli/"], "as clap"),
    ("clap_mangen", &["cli/"], "as clap"),
    ("toml", &["config/"], "one room knows how a configuration is written"),
    ("cpp_demangle", &["load/symbolize/cpp.rs"], "one file knows how C++ is demangled"),
    ("strsim", &["error.rs"], "a message about a name proposes a similar one"),
    ("thiserror", &["error.rs", "model/align.rs", "decode/wrapping/lid.rs"], "errors are one enum, and two that it wraps"),
    ("jiff", &["report/", "ui/", "host/keep.rs", "load/session/", "load/watch.rs", "source/store/parca.rs", "wiring/", "zone.rs"], "times are formatted where they are shown or saved"),
    ("regex", &["analyze/", "report/", "ui/", "decode/legacy/"], "expressions are filters, or legacy text"),
    ("serde", &["report/"], "only reports are written for programs"),
    ("serde_json", &["report/json.rs", "report/speedscope.rs", "report/page/", "report/diagnosis/", "report/diff.rs", "report/hosts/", "load/session/row.rs", "decode/expvar.rs", "source/answer.rs", "source/prometheus.rs", "source/store/"], "reports, the list of a session, expvar and what stores answer are JSON"),
    ("hashbrown", &[], "a container"),
    ("rustc_hash", &[], "a hash"),
];

const PURE: &[&str] = &[
    "decode/",
    "encode/",
    "model/",
    "analyze/",
    "layout/",
    "report/",
    "graphics/",
    "error.rs",
    "progress.rs",
    "secret.rs",
];

/// Something that must not be found.
struct Rule {
    /// Where: beginnings of paths; none for everywhere.
    inside: &'static [&'static str],
    /// But not there.
    outside: &'static [&'static str],
    what: What,
    why: &'static str,
}

enum What {
    /// Paths that begin so, also through `use` with braces, `super` and `self`.
    Names(&'static [&'static str]),
    /// Code (not comments, not strings) that holds one of these, as whole words.
    Says(&'static [&'static str]),
}
use What::{Names, Says};

const RULES: &[Rule] = &[
    Rule {
        inside: PURE,
        outside: &[],
        what: Names(&["std::fs", "std::net", "std::env", "std::process", "std::os"]),
        why: "bytes to text is pure: it knows no file, network or process",
    },
    Rule {
        inside: PURE,
        outside: &[],
        what: Names(&["std::io::stdin", "std::io::stdout", "std::io::stderr"]),
        why: "readers and writers are handed in",
    },
    Rule {
        inside: PURE,
        outside: &[],
        what: Says(&["Instant", "SystemTime", "Timestamp::now", "Zoned::now"]),
        why: "the same input gives the same text at any time",
    },
    Rule {
        inside: PURE,
        // Inflating and decoding overlap, and the samples are added up in parts: how the work is done, not when.
        outside: &["decode/mod.rs", "analyze/sums.rs"],
        what: Names(&["std::thread", "std::sync::mpsc"]),
        why: "who calls decides on which thread",
    },
    Rule {
        inside: &[],
        outside: &["main.rs"],
        what: Says(&["println!", "print!", "eprintln!", "eprint!"]),
        why: "only main prints: a library that prints breaks the screen",
    },
    Rule {
        inside: &["ui/"],
        outside: &["ui/mod.rs", "ui/work/", "ui/terminal/", "ui/listen.rs"],
        what: Names(&[
            "std::thread",
            "std::io",
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
        ]),
        why: "update does no I/O: it returns an effect, and the loop or a worker has it",
    },
    Rule {
        inside: &["ui/"],
        outside: &["ui/mod.rs", "ui/work/", "ui/listen.rs"],
        what: Says(&["Instant", "SystemTime", "Timestamp::now", "Zoned::now"]),
        why: "what is drawn follows from the state alone",
    },
    Rule {
        inside: &["ui/"],
        outside: &[],
        what: Says(&["fn draw(&mut"]),
        why: "drawing changes nothing",
    },
    Rule {
        inside: &["ui/"],
        outside: &["ui/work/"],
        what: Says(&["RefCell", "Cell", "Mutex", "RwLock"]),
        why: "state has one owner and comes through one channel",
    },
    Rule {
        inside: &[],
        outside: &[],
        what: Says(&[
            "RefCell",
            "OnceCell",
            "OnceLock",
            "LazyLock",
            "thread_local!",
            "static mut",
        ]),
        why: "no global and no hidden state",
    },
    Rule {
        inside: &[],
        outside: &[],
        what: Says(&[".unwrap()", ".expect(", ".unwrap_err()", ".expect_err("]),
        why: "what can fail is an error value: a panic breaks the terminal",
    },
    Rule {
        inside: &[],
        outside: &[],
        what: Says(&["todo!", "unimplemented!", "panic!", "dbg!"]),
        why: "nothing is unfinished and nothing panics",
    },
    Rule {
        inside: &[],
        // What prost generates is as large as the schema.
        outside: &["decode/wire/mod.rs"],
        what: Says(&["dead_code", "unused"]),
        why: "what nobody uses is deleted, not allowed",
    },
    Rule {
        inside: &[],
        outside: &[],
        what: Says(&["unsafe"]),
        why: "profiles come from anywhere: memory safety is not up to us",
    },
];

const MAX_LINES: usize = 500;
const NO_NOUNS: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "shared"];

#[test]
fn the_code_keeps_to_its_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), "", &mut files);
    assert!(files.len() > 20, "src/ was not found");
    let found: Vec<String> = files.iter().flat_map(|(path, text)| violations(path, text)).collect();
    assert!(found.is_empty(), "\n{}\n{} violations", found.join("\n"), found.len());
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| declared::truth_parameters(path, text))
        .collect();
    assert!(found.is_empty(), "\n{}\n{} violations", found.join("\n"), found.len());
    let found = declared::namesakes(files.iter().map(|(path, text)| (&path[..], &text[..])));
    assert!(
        found.is_empty(),
        "several meanings, or a row too many:\n{}",
        found.join("\n")
    );
}

#[test]
fn every_file_says_what_it_is_about_and_is_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["benches", "examples", "fuzz/fuzz_targets", "tests"] {
        collect(&root.join(folder), &format!("{folder}/"), &mut files);
    }
    assert!(files.len() > 20, "tests/ was not found");
    let found: Vec<String> = files.iter().flat_map(|(path, text)| misfits(path, text)).collect();
    assert!(found.is_empty(), "\n{}\n{} violations", found.join("\n"), found.len());
}

#[test]
fn every_dependency_says_where_it_may_be_named() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("the manifest");
    let mut section = "";
    let mut dependencies = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section.ends_with("dependencies") && !section.contains("dev-") && !section.contains("build-") {
            dependencies.extend(line.split_once('=').map(|(name, _)| name.trim().replace('-', "_")));
        }
    }
    let rows: BTreeSet<String> = CRATES.iter().map(|(name, ..)| name.to_string()).collect();
    let rowless: Vec<_> = dependencies.difference(&rows).collect();
    let unused: Vec<_> = rows.difference(&dependencies).collect();
    assert!(rowless.is_empty(), "dependencies without a row in CRATES: {rowless:?}");
    assert!(unused.is_empty(), "rows of CRATES that are no dependency: {unused:?}");
}

/// The checker's own check: (file, text, what is found, each as `line: beginning of the message`).
#[test]
fn planted_violations_are_found_and_nothing_else() {
    #[rustfmt::skip]
    let table: &[(&str, &str, &[&str])] = &[
        ("model/x.rs", "//! .\nuse crate::analyze::Graph;\n", &["2: names crate::analyze"]),
        ("model/mod.rs", "//! .\nuse super::error::Error;\n", &["2: names crate::error"]),
        ("model/a/b.rs", "//! .\nuse super::super::units;\nuse super::super::super::ui;\n", &["3: names crate::ui"]),
        ("ui/x.rs", "//! .\nuse crate::{model::{self, units}, error, source};\n", &["2: names crate::source"]),
        ("ui/x.rs", "//! .\nfn f() -> crate::cli::Request {}\n", &["2: names crate::cli"]),
        ("main.rs", "//! .\nuse heaptui::{source, cli};\n", &[]),
        ("ui/x.rs", "//! .\nuse heaptui::model;\n", &["2: names heaptui"]),
        ("new/x.rs", "//! .\nuse crate::model;\n", &["1: is in no row of MAY_NAME"]),
        ("report/x.rs", "//! .\nuse ratatui::text::Line;\n", &["2: names ratatui"]),
        ("source/file.rs", "//! .\nlet a = ureq::get();\n", &["2: names ureq"]),
        ("source/http/mod.rs", "//! .\nlet a = ureq::get();\n", &[]),
        ("decode/x.rs", "//! .\nuse std::{io::Read, fs::{self, File}};\n", &["2: names std::fs"]),
        ("analyze/x.rs", "//! .\nuse std::time::{Duration, Instant};\n", &["2: says Instant"]),
        ("ui/x.rs", "//! .\nfn draw(&mut self) {}\n", &["2: says fn draw(&mut"]),
        ("report/x.rs", "//! .\nfn f() {\n    println!(\"\");\n}\n", &["3: says println!"]),
        ("main.rs", "//! .\nfn f() { eprintln!(); }\n", &[]),
        ("model/x.rs", "//! .\nfn f() { a.unwrap(); b.unwrap_or(0); c.expected(); }\n", &["2: says .unwrap()"]),
        ("model/x.rs", "//! .\n// a.unwrap()\n/* /* todo!() */ */\nconst A: &str = \"a.unwrap()\";\n", &[]),
        ("model/x.rs", "//! .\nconst A: &str = r#\"\"unsafe\"\"#; const B: char = '\"'; fn f<'a>() { unsafe {} }\n", &["2: says unsafe"]),
        ("model/x.rs", "//! .\n#[cfg(test)]\nmod tests { fn f() { a.unwrap() } }\nfn g() { b.unwrap() }\n", &["4: says .unwrap()"]),
        ("model/x.rs", "//! .\n#[allow(dead_code)]\nfn f() {}\n", &["2: says dead_code"]),
        ("model/x.rs", "use std::fmt;\n", &["1: does not open"]),
        ("model/utils.rs", "//! .\n", &["1: is named"]),
        ("model/helpers/mod.rs", "//! .\n", &["1: is named"]),
    ];
    for (path, text, expected) in table {
        let found = violations(path, text);
        let wanted: Vec<String> = expected.iter().map(|wanted| format!("src/{path}:{wanted}")).collect();
        let fits = found.len() == wanted.len()
            && found
                .iter()
                .zip(&wanted)
                .all(|(found, wanted)| found.starts_with(wanted));
        assert!(fits, "{text}\nfound {found:?}\nnot {wanted:?}");
    }
    let long = format!("//! .\n{}", "fn f() {}\n".repeat(MAX_LINES));
    assert!(violations("model/x.rs", &long)[0].starts_with("src/model/x.rs:501: "));
    assert!(misfits("tests/x.rs", &long)[0].starts_with("tests/x.rs:501: "));
    assert_eq!(
        misfits("tests/common/mod.rs", "mod x;\n").len(),
        2,
        "its name, and its first line"
    );
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("a folder of sources").flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{name}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if path.ends_with(".rs") {
            files.push((path, fs::read_to_string(entry.path()).expect("a source")));
        }
    }
}

/// How a file, wherever it is, is not as files are here, as `path:line: what: why`.
fn misfits(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |line: usize, what: String, why: &str| found.push(format!("{path}:{line}: {what}: {why}"));
    let mut names = path.trim_end_matches(".rs").split('/');
    if let Some(name) = names.find(|name| NO_NOUNS.contains(name)) {
        say(1, format!("is named {name}"), "a file is named for what it is about");
    }
    if !text.starts_with("//!") {
        say(
            1,
            "does not open with //!".into(),
            "a module says first what it knows and what it must not know",
        );
    }
    let lines = text.lines().count();
    if lines > MAX_LINES && !path.ends_with("generated.rs") {
        say(
            MAX_LINES + 1,
            format!("is {lines} lines long"),
            "past 400 lines a file is split by noun",
        );
    }
    found
}

/// What a file of `src/` does that it must not, as `src/path:line: what: why`.
fn violations(path: &str, text: &str) -> Vec<String> {
    let mut found = misfits(&format!("src/{path}"), text);
    let mut say = |line: usize, what: String, why: &str| found.push(format!("src/{path}:{line}: {what}: {why}"));
    let is_within = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
    let module: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    let top = module[0];
    let module: Vec<&str> = module
        .iter()
        .copied()
        .filter(|name| !matches!(*name, "mod" | "lib" | "main"))
        .collect();

    let code = code(text);
    let names: Vec<(usize, String)> = paths(&code)
        .into_iter()
        .map(|(line, path)| (line, absolute(&module, path)))
        .collect();
    match MAY_NAME.iter().find(|(name, ..)| *name == top) {
        None => say(
            1,
            "is in no row of MAY_NAME".into(),
            "a new module says whom it may name",
        ),
        Some((_, may, why)) => {
            for (line, name) in &names {
                let other = name
                    .strip_prefix("crate::")
                    .map_or("", |rest| rest.split("::").next().unwrap_or(rest));
                let is_known = MAY_NAME.iter().any(|(name, ..)| *name == other);
                if is_known && other != top && *may != EVERYTHING && !may.contains(&other) {
                    say(*line, format!("names crate::{other}"), why);
                }
                if name.starts_with("heaptui::") && top != "main" {
                    say(
                        *line,
                        "names heaptui".into(),
                        "only the program uses the library from outside",
                    );
                }
            }
        }
    }
    for (name, places, why) in CRATES {
        if places.is_empty() || is_within(places) {
            continue;
        }
        for (line, _) in names.iter().filter(|(_, path)| begins_with(path, name)) {
            say(*line, format!("names {name}"), why);
        }
    }
    for rule in RULES {
        if (!rule.inside.is_empty() && !is_within(rule.inside)) || is_within(rule.outside) {
            continue;
        }
        match rule.what {
            Names(forbidden) => {
                for (line, name) in &names {
                    let hit = forbidden
                        .iter()
                        .find(|forbidden| begins_with(name, forbidden) || name == *forbidden);
                    hit.into_iter()
                        .for_each(|hit| say(*line, format!("names {hit}"), rule.why));
                }
            }
            Says(forbidden) => {
                for (at, line) in code.lines().enumerate() {
                    let hits = forbidden.iter().filter(|word| says(line, word));
                    hits.for_each(|hit| say(at + 1, format!("says {hit}"), rule.why));
                }
            }
        }
    }
    // A path that is named through braces comes once for each thing in them.
    let mut seen = BTreeSet::new();
    found.retain(|violation| seen.insert(violation.clone()));
    found
}
