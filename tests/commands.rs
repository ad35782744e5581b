//! pprof's interactive language without a screen: commands on standard input, standard output as pprof prints it
//! (without its prompts). The sessions are lines of `golden/sessions.tsv`, their goldens `golden/sessions/NAME.txt`,
//! made by `golden/regenerate.py --sessions`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::program;

#[test]
fn sessions_are_those_of_pprof() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let sessions = std::fs::read_to_string(tests.join("golden/sessions.tsv")).expect("the list of sessions");
    let lines = sessions
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut wrong = Vec::new();
    for line in lines {
        let [name, profile, commands] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not a session: {line}")
        };
        let typed: String = commands
            .split(';')
            .map(|command| format!("{}\n", command.trim()))
            .collect();
        let printed = answer(profile, &typed);
        let golden = std::fs::read_to_string(tests.join(format!("golden/sessions/{name}.txt"))).unwrap_or_default();
        if printed != golden {
            let differs = printed
                .lines()
                .zip(golden.lines())
                .find(|(ours, theirs)| ours != theirs);
            wrong.push(format!(
                "{name}: {} and {} bytes; first difference: {differs:?}",
                printed.len(),
                golden.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What other programs read is not shown: it goes into the first numbered file that is not there.
#[test]
fn reports_for_programs_go_into_numbered_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/orders.heap.pb.gz");
    let mut program = program::heaptui();
    program.current_dir(folder.path()).arg(profile);
    let typed = "svg\nproto\ntopproto\ncallgrind\npng\npdf\noutput=top.txt\ntop2\noutput=\npdf > other.pdf\n";
    let output = run(&mut program, typed);
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    for (file, begins) in [
        ("profile001.svg", &b"<"[..]),
        ("profile001.pb.gz", b"\x1f\x8b"),
        ("profile002.pb.gz", b"\x1f\x8b"),
        ("profile001.callgraph.out", b"positions: "),
        ("profile001.png", b"\x89PNG"),
        ("profile001.pdf", b"%PDF"),
        ("top.txt", b"Showing nodes"),
        ("other.pdf", b"%PDF"),
    ] {
        assert!(
            said.contains(&format!("Generating report in {file}\n")),
            "{file}: {said}"
        );
        let bytes = std::fs::read(folder.path().join(file)).expect(file);
        assert!(bytes.starts_with(begins), "{file}: {:?}", &bytes[..bytes.len().min(20)]);
    }
}

#[test]
fn no_command_is_no_error() {
    let output = run(program::heaptui().arg("orders.heap.pb.gz"), "");
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
}

#[test]
fn a_word_that_is_no_source_says_what_it_was_meant_for() {
    for (words, said) in [
        (
            ["peek=.", "sessions"],
            "peek=. is neither a file nor a report; did you mean -peek=.?",
        ),
        (["cum=true", "orders.heap.pb.gz"], "did you mean -cum=true?"),
        (
            ["tpo", "orders.heap.pb.gz"],
            "tpo is neither a file nor a report; did you mean top?",
        ),
        (["elsewhere/x=y.pb.gz", "orders.heap.pb.gz"], "no such file"),
    ] {
        let output = program::heaptui().args(words).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(said), "{words:?}: {said:?} in {told}");
    }
}

fn answer(profile: &str, typed: &str) -> String {
    let output = run(program::heaptui().arg(profile).env("TZ", "UTC"), typed);
    assert!(output.status.success(), "{profile}: {typed}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run(program: &mut Command, typed: &str) -> Output {
    let mut program = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = program.stdin.take().expect("it has an input");
    // A program that has said all it has to say may be gone.
    let _ = input.write_all(typed.as_bytes());
    drop(input);
    program.wait_with_output().expect("it ends")
}
