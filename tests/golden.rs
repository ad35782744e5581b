//! The reports are, byte for byte, those that pprof printed: `tests/golden/cases.tsv` names them, one a line, and
//! `tests/golden/regenerate.py` made the goldens and says what a line means.
//!
//! `HEAPTUI_UNDER_TEST=/path/to/pprof cargo test golden` judges another program by the same goldens.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::support::program;

/// What a golden holds where pprof fails.
const FAILS: &str = "!fails\n";
/// What a golden's name keeps of its flags besides letters and digits.
const PLAIN: &str = "-_=.,^$()[]+@~{}!#&;'";
/// How many failures are shown in full.
const SHOWN: usize = 5;
/// How many lines of a report are shown from the first that differs.
const CONTEXT: usize = 6;

#[test]
fn reports_are_those_of_pprof() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let list = std::fs::read_to_string(tests.join("golden/cases.tsv")).expect("the list of cases");
    let cases: Vec<Case> = list.lines().filter_map(Case::parse).collect();
    assert!(!cases.is_empty(), "tests/golden/cases.tsv names no case");
    let program = std::env::var_os("HEAPTUI_UNDER_TEST").unwrap_or_else(|| program::PATH.into());
    let home = tempfile::tempdir().expect("an empty home");

    let total = cases.len();
    let queue = Mutex::new(cases.into_iter().enumerate().collect::<VecDeque<_>>());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                while let Some((place, case)) = take(&queue) {
                    if let Err(why) = case.check(&tests, &program, home.path()) {
                        failures.lock().expect("no thread panics").push((place, why));
                    }
                }
            });
        }
    });

    let mut failures = failures.into_inner().expect("no thread panics");
    failures.sort();
    let shown: String = failures.iter().take(SHOWN).map(|(_, why)| why.as_str()).collect();
    assert!(
        failures.is_empty(),
        "\n{shown}\n{} of {total} reports are not those of pprof; the first {} are above.\n\
         A new case or another pprof: tests/golden/regenerate.py makes the goldens, then read the difference.",
        failures.len(),
        failures.len().min(SHOWN),
    );
}

fn take<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue.lock().ok()?.pop_front()
}

/// A line of `cases.tsv`.
struct Case {
    profile: String,
    words: Vec<String>,
}

impl Case {
    /// `None` for a comment and an empty line.
    fn parse(line: &str) -> Option<Case> {
        let (profile, args) = line.split_once('\t')?;
        (!line.starts_with('#')).then(|| Case {
            profile: profile.to_owned(),
            words: split_words(args),
        })
    }

    /// `-symbolize=remote`, the words and the profile: in place of each `{}`, else at the end.
    fn argv(&self) -> Vec<String> {
        let mut argv = vec!["-symbolize=remote".to_owned()];
        argv.extend(self.words.iter().map(|word| word.replace("{}", &self.profile)));
        if !self.words.iter().any(|word| word.contains("{}")) {
            argv.push(self.profile.clone());
        }
        argv
    }

    /// The golden's place: the profile is the folder, the flags are the name.
    fn golden(&self) -> PathBuf {
        let flags = self.words.join("_");
        let mut name = String::new();
        for c in flags.strip_prefix('-').unwrap_or(&flags).chars() {
            if c.is_ascii_alphanumeric() || PLAIN.contains(c) {
                name.push(c);
            } else {
                name.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")));
            }
        }
        let folder = self.profile.strip_suffix(".pb.gz").unwrap_or(&self.profile);
        Path::new("golden").join(folder).join(name + ".txt")
    }

    /// Run the program and compare; the error is what a reader needs to see.
    fn check(&self, tests: &Path, program: &OsString, home: &Path) -> Result<(), String> {
        let golden = self.golden();
        let argv = self.argv();
        let wrong = |what: &str| {
            Err(format!(
                "--- heaptui {}\n    {}\n{what}\n",
                argv.join(" "),
                golden.display()
            ))
        };
        let Ok(expected) = std::fs::read(tests.join(&golden)) else {
            return wrong("    this golden is missing\n");
        };
        let answer = Command::new(program)
            .args(&argv)
            .current_dir(tests.join("fixtures"))
            .env("TZ", "UTC")
            .env("HOME", home)
            .env("PPROF_TMPDIR", home)
            .stdin(Stdio::null())
            .output();
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return wrong(&format!("    cannot be started: {error}\n")),
        };
        let errors = String::from_utf8_lossy(&answer.stderr);
        let fails = expected == FAILS.as_bytes();
        match answer.status.code() {
            Some(0) if fails => wrong("    pprof fails here, this succeeds\n"),
            Some(0) if answer.stdout == expected => Ok(()),
            Some(0) => wrong(&first_difference(&expected, &answer.stdout)),
            None | Some(101) => wrong(&format!("    died ({}): {errors}", answer.status)),
            Some(_) if !fails => wrong(&format!("    pprof succeeds here, this fails: {errors}")),
            Some(_) if !answer.stdout.is_empty() => wrong("    fails as it should, but after it printed\n"),
            Some(_) => Ok(()),
        }
    }
}

/// Words apart by blanks; single quotes keep a blank within a word.
fn split_words(args: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = args.trim_start();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').unwrap_or((quoted, "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

/// The lines from the first that differs, pprof's with `-`, ours with `+`. Blanks at a line's end are made visible.
fn first_difference(expected: &[u8], printed: &[u8]) -> String {
    let (expected, printed) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(printed));
    let (expected, printed): (Vec<_>, Vec<_>) = (expected.split('\n').collect(), printed.split('\n').collect());
    let same = expected.iter().zip(&printed).take_while(|(a, b)| a == b).count();
    let mut out = format!("    line {} of {}:\n", same + 1, expected.len());
    for (sign, lines) in [('-', &expected), ('+', &printed)] {
        for line in lines.iter().skip(same).take(CONTEXT) {
            let text = line.trim_end_matches(' ');
            out += &format!("    {sign} {text}{}\n", "·".repeat(line.len() - text.len()));
        }
    }
    out
}
