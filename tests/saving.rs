//! Every way to write a file, to every kind of name: only a regular file, or nothing at all, is replaced; what else is
//! there stays what it is and is written to. Names of descriptors are links in a folder of the test's own, so that a
//! program that is wrong here breaks nothing else.

use std::fs::{self, FileType};
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

const FIXTURE: &str = "tests/fixtures/orders.heap.pb.gz";

/// How a name is written to: what is run by a shell in which `$1` is the name, `$H` the program and `$F` a profile.
const WAYS: &[(&str, &str)] = &[
    ("a report", r#""$H" top -o "$1" $F"#),
    ("pprof's spelling", r#""$H" -top "-output=$1" $F"#),
    ("an export", r#""$H" proto -o "$1" $F"#),
    ("fetch", r#""$H" fetch $F -o "$1""#),
    ("a command on standard input", r#"echo "top > $1" | "$H" $F"#),
    (
        "the dashboard's prompt",
        r#""$H" --print 80x24 --keys ":top > $1<enter>" $F 1>&5"#,
    ),
    (
        "the menu",
        r#""$H" --print 80x24 --keys "ej<c-u>$1<enter>$MORE" $F 1>&5"#,
    ),
];

/// A kind of name: how it is made, the redirections of the program, what reads what was written.
struct Kind {
    name: &'static str,
    make: fn(&Path),
    /// Around `WAY`.
    shell: &'static str,
    /// Where the bytes end up.
    lands: &'static str,
    /// Whether the dashboard's menu asks before it writes.
    asks: Asks,
}

#[derive(PartialEq)]
enum Asks {
    Yes,
    No,
}

fn nothing(_: &Path) {}

fn file(at: &Path) {
    fs::write(at.join("name"), "old").expect("a file");
    fs::set_permissions(at.join("name"), fs::Permissions::from_mode(0o640)).expect("permissions");
}

fn link(to: &str, at: &Path) {
    symlink(to, at.join("name")).expect("a link");
}

const KINDS: &[Kind] = &[
    Kind {
        name: "nothing",
        make: nothing,
        shell: "WAY",
        lands: "name",
        asks: Asks::No,
    },
    Kind {
        name: "a file",
        make: file,
        shell: "WAY",
        lands: "name",
        asks: Asks::Yes,
    },
    Kind {
        name: "a link to a file",
        make: |at| {
            fs::write(at.join("landed"), "old").expect("a file");
            link("landed", at);
        },
        shell: "WAY",
        lands: "landed",
        asks: Asks::Yes,
    },
    Kind {
        name: "a link to nothing",
        make: |at| link("landed", at),
        shell: "WAY",
        lands: "landed",
        asks: Asks::No,
    },
    Kind {
        name: "standard output that is a pipe",
        make: |at| {
            symlink("/dev/fd/1", at.join("stdout")).expect("a link");
            link("stdout", at);
        },
        shell: "{ WAY; } | cat > landed",
        lands: "landed",
        asks: Asks::No,
    },
    Kind {
        name: "standard output that is a file with something in it",
        make: |at| link("/dev/fd/1", at),
        shell: "{ echo before; WAY; echo behind; } > landed",
        lands: "landed",
        asks: Asks::No,
    },
    Kind {
        name: "standard error that is a pipe",
        make: |at| link("/dev/fd/2", at),
        shell: "{ WAY; } 2>&1 >/dev/null | cat > landed",
        lands: "landed",
        asks: Asks::No,
    },
    Kind {
        name: "another descriptor that is a pipe",
        make: |at| link("/dev/fd/3", at),
        shell: "{ WAY; } 3>&1 >/dev/null | cat > landed",
        lands: "landed",
        asks: Asks::No,
    },
    Kind {
        name: "another descriptor that is a file",
        make: |at| link("/dev/fd/3", at),
        shell: "{ echo before >&3; WAY; } 3> landed >/dev/null",
        lands: "landed",
        asks: Asks::No,
    },
    Kind {
        name: "a named pipe",
        make: |at| {
            Command::new("mkfifo").arg(at.join("name")).status().expect("mkfifo");
        },
        // Opening it to write waits for the reader.
        shell: "cat name > landed & exec 4> name; { WAY; } >/dev/null; exec 4>&-; wait",
        lands: "landed",
        asks: Asks::No,
    },
    Kind {
        name: "a device",
        make: |at| link("/dev/null", at),
        shell: "WAY",
        lands: "",
        asks: Asks::No,
    },
];

fn kind_of(path: &Path) -> Option<(FileType, Option<std::path::PathBuf>)> {
    let found = fs::symlink_metadata(path).ok()?;
    Some((found.file_type(), fs::read_link(path).ok()))
}

fn run(at: &Path, script: &str, more: &str) -> Output {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURE);
    Command::new("bash")
        .args(["-c", script, "bash", "name"])
        .current_dir(at)
        .env("H", env!("CARGO_BIN_EXE_heaptui"))
        .env("F", fixture)
        .env("MORE", more)
        .output()
        .expect("bash")
}

#[test]
fn only_files_are_replaced() {
    for (way, command) in WAYS {
        for kind in KINDS {
            let what = format!("{way} to {}", kind.name);
            let folder = tempfile::tempdir().expect("a folder");
            let at = folder.path();
            (kind.make)(at);
            let before = kind_of(&at.join("name"));
            let names = fs::read_dir(at).expect("a folder").count();
            let is_screen = command.contains("--print");
            // What is written to the standard output of a screen that is printed stands before that screen.
            let command = if kind.shell.contains("WAY; } |") || kind.shell.contains("} > landed") {
                command.replace(" 1>&5", "")
            } else {
                command.replace(" 1>&5", " >/dev/null")
            };
            let more = if kind.asks == Asks::Yes { "<enter>" } else { "" };
            let output = run(at, &kind.shell.replace("WAY", &command), more);
            assert!(output.status.success(), "{what}: {output:?}");
            let after = kind_of(&at.join("name"));
            match &before {
                Some(before) => assert_eq!(after.as_ref(), Some(before), "{what}: the name is what it was"),
                None => assert!(after.is_some_and(|(kind, _)| kind.is_file()), "{what}: a file"),
            }
            if kind.lands.is_empty() {
                continue;
            }
            let landed = fs::read(at.join(kind.lands)).unwrap_or_default();
            let text = String::from_utf8_lossy(&landed);
            let is_profile = command.contains("proto") || command.contains("fetch") || command.contains("\"ej");
            let is_there = match is_profile {
                true => {
                    landed.windows(2).any(|two| two == [0x1f, 0x8b])
                        || text.contains("digraph")
                        || text.contains("\"rows\"")
                }
                false => text.contains("flat  flat%"),
            };
            assert!(
                is_there,
                "{what}: {:?} {text:.300}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(!landed.starts_with(b"old"), "{what}: replaced");
            if kind.shell.contains("echo before") {
                assert!(landed.starts_with(b"before\n"), "{what}: what was there stays");
            }
            if kind.shell.contains("echo behind") && !is_screen {
                assert!(landed.ends_with(b"behind\n"), "{what}: what comes behind is behind");
            }
            if kind.name == "a file" {
                let mode = fs::metadata(at.join("name")).expect("a file").permissions().mode();
                assert_eq!(mode & 0o777, 0o640, "{what}: its permissions");
            }
            let added =
                usize::from(before.is_none()) + usize::from(kind.lands == "landed" && kind.name != "a link to a file");
            assert_eq!(
                fs::read_dir(at).expect("a folder").count(),
                names + added,
                "{what}: nothing is left beside"
            );
        }
    }
}

#[test]
fn a_full_or_closed_output_is_told_in_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in [
        "\"$H\" top $F",
        "\"$H\" proto $F",
        "\"$H\" fetch $F -o -",
        "\"$H\" fetch $F -o copy",
        "\"$H\" --help",
        "\"$H\" --print 80x24 $F",
        "echo top | \"$H\" $F",
    ] {
        let full = run(folder.path(), &format!("{command} >/dev/full"), "");
        let told = String::from_utf8_lossy(&full.stderr).into_owned();
        let is_told = told.lines().count() == 1 && told.contains("No space left");
        assert!(is_told || cfg!(not(target_os = "linux")), "{command}: {told}");
        assert!(!full.status.success() || command.starts_with("echo"), "{command}");
        let closed = run(folder.path(), &format!("{command} >&-"), "");
        let told = String::from_utf8_lossy(&closed.stderr).into_owned();
        assert!(
            !told.contains("panicked") && told.lines().count() <= 1,
            "{command}: {told}"
        );
        let no_reader = run(folder.path(), &format!("{command} | true"), "");
        let told = String::from_utf8_lossy(&no_reader.stderr).into_owned();
        assert!(told.is_empty(), "{command}: {told}");
    }
}

#[test]
fn a_pipe_without_a_reader_does_not_hold_the_dashboard() {
    let folder = tempfile::tempdir().expect("a folder");
    Command::new("mkfifo")
        .arg(folder.path().join("name"))
        .status()
        .expect("mkfifo");
    let output = run(folder.path(), "\"$H\" --print 80x24 --keys ':top > name<enter>' $F", "");
    let screen = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && screen.contains("name: "), "{screen}");
    let kind = fs::symlink_metadata(folder.path().join("name"))
        .expect("a pipe")
        .file_type();
    assert!(kind.is_fifo());
}
