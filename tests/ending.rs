//! However it ends, the terminal comes back: signals at every moment, terminals that hang up, do not read, lie about
//! their size or send what nobody asked for.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use pty_process::blocking;

use crate::support::program;
use crate::support::terminal::Session;

const FIXTURE: &str = "tests/fixtures/orders.heap.pb.gz";

/// Signals that end the program.
const SIGNALS: [&str; 7] = ["INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "ALRM"];

/// A moment in the program's life: its arguments, with the keys that lead there, and how one sees that it is there.
struct Moment {
    name: &'static str,
    args: &'static str,
    is_there: fn(&vt100::Screen) -> bool,
    /// Signals that are another program's then.
    left_alone: &'static [&'static str],
}

fn shows(screen: &vt100::Screen, text: &str) -> bool {
    screen.contents().contains(text)
}

const MOMENTS: [Moment; 5] = [
    Moment {
        name: "before the first frame",
        // Keys are played before it, and wait for a profile that does not come.
        args: "--keys j $N/pipe",
        is_there: vt100::Screen::alternate_screen,
        left_alone: &[],
    },
    Moment {
        name: "loading",
        args: "$N/pipe",
        is_there: |screen| screen.alternate_screen() && shows(screen, "heaptui"),
        left_alone: &[],
    },
    Moment {
        name: "idle",
        args: FIXTURE,
        is_there: |screen| screen.alternate_screen() && shows(screen, "q quit"),
        left_alone: &[],
    },
    Moment {
        name: "in a prompt",
        args: "--keys f tests/fixtures/orders.heap.pb.gz",
        is_there: |screen| shows(screen, "type to replace"),
        left_alone: &[],
    },
    Moment {
        name: "in the editor",
        args: "-source_path=tests/fixtures/src/orders --keys \"/newSession<enter><tab><tab><tab><tab><tab>v\" tests/fixtures/orders.heap.pb.gz",
        is_there: |screen| !screen.alternate_screen() && shows(screen, "editing"),
        left_alone: &["INT", "QUIT"],
    },
];

/// A terminal with a pipe that nobody writes to, and an editor that leaves the terminal as it is when it is ended.
fn session(args: &str) -> Session {
    Session::start_with(args, &[("VISUAL", ""), ("EDITOR", "$N/vi")], |notes| {
        let made = Command::new("mkfifo").arg(notes.join("pipe")).status();
        assert!(made.expect("mkfifo").success());
        let editor = notes.join("vi");
        fs::write(&editor, "#!/bin/sh\nstty raw -echo; echo editing; exec sleep 1000\n").expect("an editor");
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("a program");
    })
}

#[test]
fn signals_at_every_moment_give_the_terminal_back() {
    for moment in &MOMENTS {
        for signal in SIGNALS {
            println!("{signal} {}", moment.name);
            let mut session = session(moment.args);
            session.wait(moment.name, moment.is_there);
            session.signal(signal);
            if moment.left_alone.contains(&signal) {
                session.signal("TERM");
            }
            session.end("0");
        }
    }
}

/// No signal is caught then; somebody else is there for it.
#[test]
fn a_program_that_is_killed_leaves_the_terminal_to_its_guard() {
    for (signal, moment) in [("KILL", &MOMENTS[1]), ("KILL", &MOMENTS[2]), ("ABRT", &MOMENTS[2])] {
        println!("{signal} {}", moment.name);
        let mut session = session(moment.args);
        session.wait(moment.name, moment.is_there);
        assert!(!session.gives_lines());
        session.signal(signal);
        session.wait("its guard", |screen| shows(screen, "the terminal is given back"));
        assert!(session.gives_lines());
        let screen = session.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

#[test]
fn a_terminal_that_does_not_read_holds_nothing_up() {
    let mut session = Session::start(FIXTURE, &[]);
    session.wait("first frame", MOMENTS[2].is_there);
    // Frames that are larger than what lies between the two.
    session.announce(400, 1000);
    session.press("\t\x0c\t\x0c\t\x0c");
    session.signal("TERM");
    session.wait_for_note("status");
    session.end("0");
}

#[test]
fn a_terminal_of_any_size_is_drawn_on() {
    for (rows, columns) in [(65535, 65535), (65535, 1), (1, 65535), (0, 0), (1, 1)] {
        println!("{columns}x{rows}");
        let mut session = Session::start(FIXTURE, &[]);
        session.wait("first frame", MOMENTS[2].is_there);
        session.announce(rows, columns);
        session.press("\tq");
        session.end("0");
    }
}

#[test]
fn what_is_typed_early_or_behind_something_unfinished_counts() {
    let mut early = Session::start(FIXTURE, &[]);
    early.wait("start", |screen| shows(screen, "before"));
    early.press("q");
    early.end("0");
    let mut session = Session::start(FIXTURE, &[]);
    session.wait("first frame", MOMENTS[2].is_there);
    session.press("\x1bP");
    session.end_typing("q", "0");
}

#[test]
fn colours_follow_the_terminal() {
    let ink = |screen: &vt100::Screen, wanted: (u8, u8, u8)| {
        let mut cells = (0..24).flat_map(|row| (0..80).filter_map(move |column| screen.cell(row, column)));
        cells.any(|cell| cell.fgcolor() == vt100::Color::Rgb(wanted.0, wanted.1, wanted.2))
    };
    for (args, variable, answer, wanted) in [
        ("", "", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62c", (0x0b, 0x5c, 0x75)),
        (
            "",
            "0;15",
            "\x1b]11;rgb:0000/0000/0000\x07\x1b[?62c",
            (0x6c, 0xc7, 0xd6),
        ),
        ("", "0;15", "\x1b[?62c", (0x0b, 0x5c, 0x75)),
        ("--theme light", "15;0", "", (0x0b, 0x5c, 0x75)),
        ("--theme=dark", "0;15", "", (0x6c, 0xc7, 0xd6)),
    ] {
        println!("{args} {variable} {answer:?}");
        let env = [("COLORTERM", "truecolor"), ("COLORFGBG", variable)];
        let mut session = Session::start(&format!("{args} {FIXTURE}"), &env);
        session.wait("first frame", MOMENTS[2].is_there);
        session.press(answer);
        session.wait("colours", |screen| ink(screen, wanted));
        session.press("q");
        session.end("0");
    }
}

#[test]
fn a_terminal_gets_nothing_that_it_would_obey() {
    let esc = "heap profile: 1: 1 [1: 1] @ heap/1\n1: 1 [1: 1] @ 0x1\n# \x1b]0;title\x07\x1b[31m\n";
    for (args, env, status, told) in [
        ("tests/fixtures/orders.heap.pb.gz", ("TERM", "dumb"), "2", "TERM=dumb"),
        (
            "fetch tests/fixtures/orders.heap.pb.gz -o -",
            ("A", "b"),
            "2",
            "not plain text",
        ),
        (
            "fetch tests/fixtures/orders.heap.pb.gz -o /dev/tty",
            ("A", "b"),
            "2",
            "not plain text",
        ),
        (
            "fetch tests/fixtures/orders.heap.pb.gz -o /dev/stdout",
            ("A", "b"),
            "2",
            "not plain text",
        ),
        ("fetch $N/esc -o -", ("A", "b"), "2", "not plain text"),
        (
            "proto -o /dev/tty tests/fixtures/orders.heap.pb.gz",
            ("A", "b"),
            "2",
            "not plain text",
        ),
        ("proto tests/fixtures/orders.heap.pb.gz", ("A", "b"), "2", "not text"),
        (
            "top -nodecount=5 -o /dev/tty tests/fixtures/orders.heap.pb.gz",
            ("A", "b"),
            "0",
            "flat%",
        ),
        (
            "top -nodecount=5 -o /dev/fd/2 tests/fixtures/orders.heap.pb.gz",
            ("A", "b"),
            "0",
            "flat%",
        ),
    ] {
        let session = Session::start_with(args, &[env], |notes| {
            fs::write(notes.join("esc"), esc).expect("a profile")
        });
        let parser = session.end(status);
        assert!(shows(parser.screen(), told), "{args}: {}", parser.screen().contents());
    }
}

#[test]
fn a_terminal_that_hangs_up_without_a_signal_ends_it() {
    let notes = tempfile::tempdir().expect("a folder for notes");
    for (name, args) in [("idle", FIXTURE), ("loading", "$N/pipe")] {
        let _ = Command::new("mkfifo").arg(notes.path().join("pipe")).status();
        let (mut terminal, side) = blocking::open().expect("a terminal");
        // Only the shell is told of it, and says nothing.
        let script = format!("trap : HUP; \"$H\" {args} 2>$N/said; echo $? > $N/{name}");
        let shell = blocking::Command::new("sh")
            .args(["-c", &script])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("TERM", "xterm")
            .env("H", program::PATH)
            .env("N", notes.path());
        let mut shell = shell.spawn(side).expect("a shell");
        let mut seen = Vec::new();
        let mut bytes = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains("quit") {
            let length = terminal.read(&mut bytes).expect("the terminal's output");
            seen.extend_from_slice(&bytes[..length]);
        }
        drop(terminal);
        shell.wait().expect("the shell ends");
        let note = |name: &str| fs::read_to_string(notes.path().join(name)).unwrap_or_default();
        assert_eq!((note(name).trim(), &*note("said")), ("0", ""), "{name}");
    }
}
