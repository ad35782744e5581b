//! The verdict on recorded sessions: `fixtures/sessions`, made by the program beside them. What it says, how it is written,
//! and what it does with sessions that are broken.

use std::fs;
use std::path::{Path, PathBuf};

use heaptui::analyze::leaks::{History, Kind, Level, Observation, Verdict, judge};
use heaptui::decode::{self, Budget};
use heaptui::error::Error;
use heaptui::load::session::{self, Session};
use heaptui::model::{Collection, Function, LabelSetId, Line, Profile, Resident};
use heaptui::secret::SourceName;
use serde_json::Value;

use crate::support::program::heaptui;

/// A session, what it is, who is named first, and how it is taken.
const SESSIONS: &[(&str, Level, Option<Kind>, &str)] = &[
    ("cache", Level::Leak, Some(Kind::Heap), "main.(*store).put"),
    ("waiters", Level::Leak, Some(Kind::Goroutine), "main.await"),
    ("buffer", Level::Growing, Some(Kind::Heap), "main.buffer.func1"),
    ("requests", Level::None, None, ""),
    ("warmup", Level::None, None, ""),
];

fn folder(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    root.join(name).to_string_lossy().into_owned()
}

fn open(name: &SourceName) -> Result<Profile, Error> {
    let file = fs::File::open(name.as_typed()).map_err(|reason| Error::Io {
        name: name.to_string(),
        reason,
    })?;
    decode::profile(file, Budget::default(), &())
}

fn named(files: &[String]) -> Vec<SourceName> {
    files.iter().map(SourceName::from).collect()
}

fn read(name: &str) -> Session {
    session::session(&[folder(name).into()], &open).expect("a session")
}

/// A snapshot as it was recorded, to be changed.
struct Recorded {
    seconds: f64,
    heap: Profile,
    goroutines: Profile,
    resident: Option<Resident>,
}

fn recorded(name: &str) -> Vec<Recorded> {
    let rows = read(name).rows;
    let start = rows[0].time;
    let profile = |file: &Option<String>| open(&file.as_deref().expect("a file").into()).expect("a profile");
    rows.iter()
        .map(|row| Recorded {
            seconds: row.time.duration_since(start).as_secs_f64(),
            heap: profile(&row.heap),
            goroutines: profile(&row.goroutine),
            resident: row.resident(),
        })
        .collect()
}

fn history<'r>(snapshots: impl IntoIterator<Item = &'r Recorded>, collection: Collection) -> History {
    let mut history = History::default();
    for snapshot in snapshots {
        history.push(&Observation {
            seconds: snapshot.seconds,
            heap: Some(&snapshot.heap),
            goroutines: Some(&snapshot.goroutines),
            resident: snapshot.resident,
            collection,
        });
    }
    history
}

/// The level, and kind and name of the first finding.
fn said(verdict: &Verdict) -> (Level, Option<Kind>, String) {
    let first = verdict.findings.first();
    let call = first.and_then(|first| first.culprit.as_ref()?.call());
    let name = call.map_or(String::new(), |call| call.name.clone());
    (verdict.level, first.map(|first| first.kind), name)
}

#[test]
fn leaks_are_named_first_and_healthy_programs_left_alone() {
    for &(name, level, kind, culprit) in SESSIONS {
        let session = read(name);
        assert!(session.warnings.is_empty(), "{name}: {:?}", session.warnings);
        let verdict = judge(&session.history);
        assert_eq!(
            said(&verdict),
            (level, kind, culprit.to_string()),
            "{name}: {:?}",
            verdict.findings
        );
    }
}

#[test]
fn less_is_known_of_less_but_nothing_healthy_is_called_a_leak() {
    for &(name, level, kind, culprit) in SESSIONS {
        let all = recorded(name);
        let judged = |snapshots: &[Recorded], collection| judge(&history(snapshots, collection));
        // Without a forced collection the heap grows at most.
        let uncollected = judged(&all, Collection::AsItCame);
        let capped = if kind == Some(Kind::Goroutine) {
            level
        } else {
            level.min(Level::Growing)
        };
        assert!(
            uncollected.level <= capped.max(Level::Growing),
            "{name}: {:?}",
            uncollected.findings
        );
        let heap = uncollected.findings.iter().filter(|finding| finding.kind == Kind::Heap);
        assert!(heap.map(|finding| finding.level).max() < Some(Level::Leak), "{name}");
        // As .pb.gz files carry it.
        let mut bare = recorded(name);
        bare.iter_mut().for_each(|snapshot| {
            snapshot.heap.mem_stats = None;
            snapshot.resident = None;
        });
        let verdict = judged(&bare, Collection::Unknown);
        assert!(verdict.level <= level, "{name}: {:?}", verdict.findings);
        if kind == Some(Kind::Goroutine) || name == "cache" {
            assert_eq!(said(&verdict).2, culprit, "{name}");
        }
        for every in [2, 4, 10] {
            let few = judge(&history(all.iter().step_by(every), Collection::Forced));
            assert!(
                few.level <= level.max(Level::Growing),
                "{name}, every {every}th: {:?}",
                few.findings
            );
        }
    }
}

#[test]
fn another_clock_and_the_profilers_own_stacks_change_nothing() {
    for &(name, ..) in SESSIONS {
        let all = recorded(name);
        let usual = judge(&history(&all, Collection::Forced));
        for factor in [0.25, 16.0, 1024.0] {
            let mut other = recorded(name);
            other.iter_mut().for_each(|snapshot| snapshot.seconds *= factor);
            let verdict = judge(&history(&other, Collection::Forced));
            assert_eq!(said(&verdict), said(&usual), "{name}, {factor} times as long");
        }
        let mut profiled = recorded(name);
        for (at, snapshot) in profiled.iter_mut().enumerate() {
            profile_itself(
                &mut snapshot.heap,
                &[1 + at as i64 * 1000, (1 + at as i64 * 1000) << 12],
            );
            profile_itself(&mut snapshot.goroutines, &[1 + at as i64 * 50, 0]);
        }
        let verdict = judge(&history(&profiled, Collection::Forced));
        assert_eq!(verdict.findings, usual.findings, "{name}");
    }
}

/// Adds a stack of the handler with these values, repeated in all columns.
fn profile_itself(profile: &mut Profile, values: &[i64; 2]) {
    let name = profile.strings.intern(b"net/http/pprof.handler.ServeHTTP");
    let function = profile.add_function(Function {
        name,
        system_name: name,
        ..Function::default()
    });
    let line = Line {
        function,
        line: 1,
        column: 0,
    };
    let location = profile.add_location(None, 0, &[line]);
    let columns: Vec<i64> = (0..profile.sample_types.len())
        .map(|column| values[column % 2])
        .collect();
    profile.add_sample(&[location], LabelSetId(0), &columns);
}

#[test]
fn a_session_and_its_reverse_are_not_both_leaks() {
    for &(name, ..) in SESSIONS {
        let mut backwards = recorded(name);
        let end = backwards.last().expect("snapshots").seconds;
        backwards
            .iter_mut()
            .for_each(|snapshot| snapshot.seconds = end - snapshot.seconds);
        backwards.reverse();
        let verdict = judge(&history(&backwards, Collection::Forced));
        assert_eq!(verdict.level, Level::None, "{name}: {:?}", verdict.findings);
    }
}

#[test]
fn a_hole_in_the_snapshots_hides_no_leak() {
    for &(name, level, kind, culprit) in SESSIONS {
        let with_hole = recorded(name);
        let seen = with_hole.iter().enumerate().filter(|(at, _)| !(8..13).contains(at));
        let verdict = judge(&history(seen.map(|(_, snapshot)| snapshot), Collection::Forced));
        if level == Level::Leak {
            assert_eq!(
                said(&verdict),
                (level, kind, culprit.to_string()),
                "{name}: {:?}",
                verdict.caveats
            );
        } else {
            assert!(verdict.level <= level, "{name}: {:?}", verdict.findings);
        }
    }
}

#[test]
fn the_command_says_it_in_words_and_as_json_and_by_its_status() {
    for &(name, level, kind, culprit) in SESSIONS {
        let run = |arguments: &[&str]| {
            heaptui()
                .args(arguments)
                .arg(folder(name))
                .output()
                .expect("the program starts")
        };
        let text = run(&["leaks"]);
        let status = match level {
            Level::None => 0,
            Level::Growing => 4,
            Level::Leak => 3,
        };
        assert_eq!(text.status.code(), Some(status), "{name}");
        let words = String::from_utf8(text.stdout).expect("text");
        let first = words.lines().next().expect("a sentence");
        assert!(first.contains(culprit), "{first}");
        let beginning = ["no leak seen in 4 s: ", "growing: ", "leak: "][level as usize];
        assert!(first.starts_with(beginning), "{first}");

        let json = run(&["leaks", "--json"]);
        assert_eq!(json.status.code(), Some(status), "{name}");
        let object: Value = serde_json::from_slice(&json.stdout).expect("JSON");
        assert_eq!(
            object["verdict"],
            ["none", "growing", "leak"][level as usize],
            "{object}"
        );
        assert_eq!(object["snapshots"], 21, "{object}");
        let findings = object["findings"].as_array().expect("a list");
        assert_eq!(findings.is_empty(), kind.is_none(), "{object}");
        for finding in findings {
            let is_one_of = |key: &str, of: &[&str]| of.iter().any(|value| finding[key] == *value);
            assert!(
                is_one_of("kind", &["heap", "goroutine", "stacks", "outside"]),
                "{finding}"
            );
            assert!(is_one_of("unit", &["bytes/s", "goroutines/s"]), "{finding}");
            assert!(
                is_one_of("confidence", &["certain", "high", "medium", "low"]),
                "{finding}"
            );
            assert!(finding["rate"].is_number() && finding["line"].is_number(), "{finding}");
            assert!(
                finding["file"].is_string() && finding["evidence"].is_array(),
                "{finding}"
            );
            assert!(
                finding["reached_by"].is_array() && finding.get("share").is_some(),
                "{finding}"
            );
        }
        if let Some(first) = findings.first() {
            assert_eq!(first["name"], culprit, "{first}");
        }
    }
}

#[test]
fn profiles_without_a_list_are_a_session_too() {
    let files: Vec<String> = recorded_files("waiters", ".goroutine.pb.gz");
    assert_eq!(files.len(), 21);
    let session = session::session(&named(&files), &open).expect("a session");
    let verdict = judge(&session.history);
    assert_eq!(
        said(&verdict),
        (Level::Leak, Some(Kind::Goroutine), "main.await".into())
    );

    // Texts have no time of their own; with a forced collection the last one tells it. They come in any order.
    let mut files = recorded_files("cache", ".heap.txt.gz");
    files.reverse();
    files.extend(recorded_files("cache", ".goroutine.pb.gz"));
    let session = session::session(&named(&files), &open).expect("a session");
    assert_eq!(session.history.len(), 21, "heap and goroutines are one snapshot");
    let verdict = judge(&session.history);
    assert_eq!(
        said(&verdict),
        (Level::Leak, Some(Kind::Heap), "main.(*store).put".into())
    );
    assert!(verdict.levels.goroutines.is_some());
}

fn recorded_files(name: &str, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(name)).expect("a folder").flatten();
    let paths = entries.map(|entry| entry.path().to_string_lossy().into_owned());
    let mut files: Vec<String> = paths.filter(|path| path.ends_with(ending)).collect();
    files.sort();
    files
}

/// What is wrong with a session, how it is made so, and what is said of it.
type Break = (&'static str, fn(&Path), &'static str);

const BREAKS: &[Break] = &[
    (
        "killed in mid-write",
        |folder| cut(&folder.join("session.jsonl"), 40),
        "session.jsonl:21: is cut off; it is left out",
    ),
    (
        "a file is missing",
        |folder| remove(&folder.join("007.heap.txt.gz")),
        "\"007.heap.txt.gz\" is no file in this folder",
    ),
    (
        "a file is cut",
        |folder| cut(&folder.join("020.heap.txt.gz"), 300),
        "020.heap.txt.gz: ",
    ),
    (
        "a file is empty",
        |folder| write(&folder.join("003.heap.txt.gz"), b""),
        "003.heap.txt.gz: ",
    ),
    (
        "a file is another's",
        |folder| copy(folder, "002.goroutine.pb.gz", "002.heap.txt.gz"),
        "holds no heap profile",
    ),
    (
        "a path leads out",
        |folder| {
            line(
                folder,
                r#"{"time":"2026-11-26T12:00:00Z","heap":"../cache/000.heap.txt.gz"}"#,
            )
        },
        "is no file in this folder",
    ),
    (
        "a path is absolute",
        |folder| line(folder, r#"{"time":"2026-11-26T12:00:00Z","heap":"/etc/passwd"}"#),
        "is no file in this folder",
    ),
    (
        "a line is no JSON",
        |folder| line(folder, "\u{1b}]0;x"),
        "session.jsonl:22: is no JSON",
    ),
    (
        "a line is deep",
        |folder| line(folder, &"[".repeat(60_000)),
        "session.jsonl:22: is no JSON",
    ),
    (
        "a line is endless",
        |folder| line(folder, &"x".repeat(200_000)),
        "is too long",
    ),
    (
        "a time is none",
        |folder| line(folder, r#"{"time":"yesterday","heap":"000.heap.txt.gz"}"#),
        "has no time",
    ),
];

fn cut(file: &Path, by: u64) {
    let length = fs::metadata(file).expect("a file").len();
    let file = fs::File::options().write(true).open(file).expect("a file");
    file.set_len(length - by).expect("it is cut");
}

fn remove(file: &Path) {
    fs::remove_file(file).expect("a file");
}

fn write(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).expect("it is written");
}

fn copy(folder: &Path, from: &str, to: &str) {
    fs::copy(folder.join(from), folder.join(to)).expect("a copy");
}

fn line(folder: &Path, line: &str) {
    let list = folder.join("session.jsonl");
    let text = fs::read_to_string(&list).expect("a list");
    write(&list, format!("{text}{line}\n").as_bytes());
}

fn copied(to: &Path) -> PathBuf {
    let copy = to.join("copy");
    fs::create_dir(&copy).expect("a folder");
    for entry in fs::read_dir(folder("cache")).expect("a session").flatten() {
        fs::copy(entry.path(), copy.join(entry.file_name())).expect("a copy");
    }
    copy
}

#[test]
fn a_broken_session_is_warned_of_and_judged_by_the_rest() {
    for (name, breaks, warning) in BREAKS {
        let temporary = tempfile::tempdir().expect("a folder");
        let copy = copied(temporary.path());
        breaks(&copy);
        let session = session::session(&[copy.to_string_lossy().into_owned().into()], &open).expect(name);
        let warned = session.warnings.iter().any(|said| said.contains(warning));
        assert!(warned, "{name}: {:?}", session.warnings);
        assert!(session.history.len() >= 20, "{name}: one snapshot is lost at most");
        let verdict = judge(&session.history);
        assert_eq!(said(&verdict).2, "main.(*store).put", "{name}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_and_pipes_are_not_opened() {
    let temporary = tempfile::tempdir().expect("a folder");
    let copy = copied(temporary.path());
    let outside = temporary.path().join("outside.heap.txt.gz");
    fs::rename(copy.join("004.heap.txt.gz"), &outside).expect("it is moved");
    std::os::unix::fs::symlink(&outside, copy.join("004.heap.txt.gz")).expect("a link");
    let made = std::process::Command::new("mkfifo").arg(copy.join("pipe")).status();
    assert!(made.expect("mkfifo").success());
    line(&copy, r#"{"time":"2026-11-26T12:00:00Z","heap":"pipe"}"#);
    let session = session::session(&[copy.to_string_lossy().into_owned().into()], &open).expect("a session");
    assert_eq!(
        (session.warnings.len(), session.history.len()),
        (2, 20),
        "{:?}",
        session.warnings
    );
}

#[test]
fn what_is_no_session_is_an_error() {
    let temporary = tempfile::tempdir().expect("a folder");
    let empty = temporary.path().to_string_lossy().into_owned();
    let one = folder("cache/000.heap.txt.gz");
    let table: [(&[&str], i32, &str); 4] = [
        (&[&empty], 1, "no heap or goroutine profile"),
        (&[&one], 1, "one snapshot; a trend needs at least three"),
        (&["no-such-file"], 1, "no-such-file"),
        (&[&folder("cache"), &folder("buffer")], 2, "one session at a time"),
    ];
    for (sources, status, said) in table {
        let run = heaptui()
            .arg("leaks")
            .args(sources)
            .output()
            .expect("the program starts");
        let error = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(status), "{error}");
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_watch_that_has_only_begun_calls_nothing_a_leak() {
    for &(name, level, ..) in SESSIONS {
        let all = recorded(name);
        let begun = judge(&history(all.iter().take(6), Collection::Forced)).while_watching();
        assert!(begun.level < Level::Leak, "{name}: {:?}", begun.findings);
        let whole = judge(&history(&all, Collection::Forced)).while_watching();
        assert_eq!(whole.level, level, "{name}: of all snapshots what it was");
    }
}
