//! pprof's interactive language without a screen: commands on standard input, standard output as pprof prints it
//! (without its prompts). The sessions are lines of `golden/sessions.tsv`, their goldens `golden/sessions/NAME.txt`,
//! made by `golden/regenerate.py --sessions`.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

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
        let printed = answer(profile, &typed).expect("it runs");
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

fn answer(profile: &str, typed: &str) -> std::io::Result<String> {
    let mut program = program::heaptui()
        .arg(profile)
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = program.stdin.take() {
        input.write_all(typed.as_bytes())?;
    }
    let output = program.wait_with_output()?;
    assert!(output.status.success(), "{profile}: {typed}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
