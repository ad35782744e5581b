//! The program in a real terminal: what it draws there, and that it gives the terminal back however it ends.

use std::fs;
use std::process::Command;

use crate::support::terminal::Session;

const FIXTURE: &str = "tests/fixtures/orders.heap.pb.gz";

/// The first frame is there, and in the details what takes a while: the line that matters most.
fn is_open(screen: &vt100::Screen) -> bool {
    let contents = screen.contents();
    screen.alternate_screen() && contents.contains("q quit") && contents.contains("store.go:74")
}

#[test]
fn a_walk_through_the_dashboard() {
    let mut session = Session::start(FIXTURE, &[]);
    session.wait("first frame", is_open);
    let screen = session.screen();
    assert_ne!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    assert!(screen.bracketed_paste() && screen.hide_cursor());
    for (keys, text) in [
        ("\t", "call at"),
        ("k\r", "session.newHistory → session.newSession"),
        ("\t", "Top-down"),
        // The mouse in the flame view: a click selects, another zooms; the wheel scrolls; a click on a tab goes back.
        ("\tg", "cum 169.61MB 100%"),
        ("\x1b[<65;40;10M", "rows 2–"),
        ("\x1b[<64;40;10M", "rows 1–"),
        ("\x1b[<0;70;5M", "cum 32.22MB 19.00%"),
        ("\x1b[<0;70;5M", "Top-down › runtime.main"),
        ("\x7f\x7f", "[Top]"),
        ("\x1b[<0;16;2M", "[Calls]"),
        ("i", "[2 alloc_space]"),
        ("o", "[1 alloc_objects]"),
        ("\x1b[Z\x1b[Z", "[Top]"),
        ("4", "[4 inuse_space]"),
        ("f", "type to replace"),
        ("\x1b[200~json(\x1b[201~", "unclosed group"),
        ("\x7f\r", "focus=json"),
        ("F/gopher\r", "Nothing matches"),
        ("\x0c", "gopher"),
        ("?", "Views and filters"),
    ] {
        session.keys(keys, text);
    }
    session.press("qq");
    session.end("0");
}

/// A pipe is a source that has not come yet, for as long as the test wants.
#[test]
fn keys_act_once_their_profile_is_there() {
    let mut session = Session::start_with("$N/pipe", &[], |folder| {
        let made = Command::new("mkfifo").arg(folder.join("pipe")).status();
        assert!(made.expect("mkfifo starts").success());
    });
    session.wait("that it reads", |screen| screen.contents().contains("Reading"));
    // Help acts at once, so what was typed before it has been read.
    session.keys("\tk\r?", "Views and filters");
    session.press("?");
    session.wait("that the help is closed", |screen| {
        !screen.contents().contains("Views and filters")
    });
    let profile = fs::read(FIXTURE).expect("a fixture");
    fs::write(session.notes.path().join("pipe"), profile).expect("a reader");
    session.wait("the view, and the function in it, that were asked for", |screen| {
        screen.contents().contains("session.newHistory → session.newSession")
    });
    session.press("q");
    session.end("0");
}

#[test]
fn the_mouse_selects_and_moves() {
    let mut session = Session::start(FIXTURE, &[]);
    session.wait("first frame", is_open);
    session.mouse(0, session.place(" Graph "));
    session.wait("the graph", |screen| {
        screen.contents().contains("│ session.attributes │")
    });
    let (x, y) = session.place("session.attributes");
    session.mouse(0, (x, y));
    session.wait("what was clicked", |screen| {
        screen.contents().contains("internal/session.attributes")
    });
    session.mouse(32, (x + 3, y + 2));
    session.wait("what was dragged", |screen| {
        let row = screen.rows(0, 80).nth(y + 1).unwrap_or_default();
        row.chars()
            .skip(x + 2)
            .collect::<String>()
            .starts_with("session.attributes")
    });
    // A second click goes in.
    session.mouse(0, (x + 3, y + 2));
    session.wait("its neighbours", |screen| {
        screen.contents().contains("1 caller and 0 callees")
    });
    session.press("qq");
    session.end("0");
}

#[test]
fn it_ends_as_it_is_asked_to() {
    type Ask = fn(&mut Session);
    let table: [(&str, Ask); 5] = [
        ("Ctrl-C", |session| session.press("\x03")),
        ("Ctrl-C in a prompt and again", |session| {
            session.keys("f", "type to replace");
            session.press("\x03");
            session.wait("no prompt", |screen| !screen.contents().contains("type to replace"));
            session.press("\x03");
        }),
        ("SIGTERM", |session| session.signal("TERM")),
        ("SIGHUP", |session| session.signal("HUP")),
        ("SIGINT", |session| session.signal("INT")),
    ];
    for (name, ask) in table {
        println!("{name}");
        let mut session = Session::start(FIXTURE, &[]);
        session.wait("first frame", is_open);
        ask(&mut session);
        session.end("0");
    }
}

#[test]
fn what_cannot_be_opened_is_told_in_a_line() {
    for (args, status, message) in [
        ("no/such.pb.gz", "1", "no such file"),
        ("Cargo.toml", "1", "heaptui: "),
        ("-focus=( tests/fixtures/orders.heap.pb.gz", "2", "unclosed group"),
        (
            "--keys \"<nosuch>\" tests/fixtures/orders.heap.pb.gz",
            "2",
            "unknown key",
        ),
        ("-nosuch F", "2", "--help"),
    ] {
        let args = args.replace('(', "\\(");
        let parser = Session::start(&args, &[]).end(status);
        let contents = parser.screen().contents();
        assert!(contents.contains(message), "{args}: {message}:\n{contents}");
    }
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let mut session = Session::start(FIXTURE, &[]);
    session.wait("first frame", is_open);
    let trimmed = |screen: &vt100::Screen| {
        screen
            .rows(0, 80)
            .map(|row| row.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    let first = trimmed(session.screen());
    for (rows, cols) in [(10, 40), (5, 20), (60, 200), (24, 80)] {
        session.resize(rows, cols);
        session.wait("frame of the new size", |screen| {
            screen.rows(0, cols).last().is_some_and(|row| row.contains("q quit"))
        });
    }
    session.wait("frame from before", |screen| trimmed(screen) == first);
    session.press("q");
    session.end("0");
}

#[test]
fn it_stops_and_comes_back() {
    let mut session = Session::start(FIXTURE, &[]);
    session.wait("first frame", is_open);
    session.keys("\t", "call at");
    session.press("\x1a");
    session.wait("shell's screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor()
    });
    let pid = session.note("pid");
    // It stops a moment after it has given the terminal back: it is called until it comes.
    session.wait_nudging(
        "frame after the pause",
        || {
            let _ = Command::new("kill").args(["-s", "CONT", pid.trim()]).status();
        },
        |screen| screen.alternate_screen() && screen.contents().contains("call at"),
    );
    session.press("q");
    session.end("0");
}

#[test]
fn an_editor_gets_the_terminal_and_gives_it_back() {
    use std::os::unix::fs::PermissionsExt;
    let args = "-source_path=tests/fixtures/src/orders tests/fixtures/orders.heap.pb.gz";
    let mut session = Session::start(args, &[("VISUAL", ""), ("EDITOR", "$N/vi")]);
    session.wait("first frame", is_open);
    session.keys("/newSession\r\t\t\t\t\t", "history: newHistory()");

    session.keys("v", "failed: exit status: 127");

    let editor = session.notes.path().join("vi");
    let script = "#!/bin/sh\necho \"$@\" > $N/arguments; stty -a > $N/during; echo editing $(cat $N/round); read typed; echo $typed > $N/typed\n";
    fs::write(&editor, script).expect("an editor");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("a program");
    for (round, typed) in [("one", "jjq"), ("two", "q again")] {
        // What the editor said the last time is on the screen before it is there again.
        fs::write(session.notes.path().join("round"), round).expect("a note");
        session.keys("v", &format!("editing {round}"));
        let screen = session.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        session.press(typed);
        session.press("\r");
        session.wait("the same frame", |screen| {
            screen.alternate_screen() && screen.hide_cursor() && screen.contents().contains("history: newHistory()")
        });
        assert_eq!(session.note("typed").trim(), typed, "all keys are the editor's");
        let arguments = session.note("arguments");
        let place = "+69 tests/fixtures/src/orders/internal/session/store.go";
        assert_eq!(arguments.trim(), place);
        assert_eq!(
            session.note("during"),
            session.note("before"),
            "the terminal is as it was"
        );
    }
    session.press("q");
    session.end("0");
}

#[test]
fn without_colours_nothing_is_coloured() {
    for (value, is_coloured) in [("1", false), ("", true)] {
        let mut session = Session::start(FIXTURE, &[("NO_COLOR", value)]);
        session.wait("first frame", is_open);
        let screen = session.screen();
        let cells = (0..24).flat_map(|row| (0..80).filter_map(move |column| screen.cell(row, column)));
        let coloured =
            cells.filter(|cell| cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default);
        assert_eq!(coloured.count() > 0, is_coloured, "NO_COLOR={value}");
        session.press("q");
        session.end("0");
    }
}
