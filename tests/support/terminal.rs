//! The program in a terminal: types, waits for what the screen shows, and looks at what is left behind.

use std::fs;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{self, Pty};
use rustix::termios::{LocalModes, tcgetattr};
use tempfile::TempDir;

use super::program;

/// How long a test waits for what must come before it fails. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often what is waited for is asked for again, where one has to ask.
const AGAIN: Duration = Duration::from_millis(50);

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has cells")
}

/// heaptui under a shell in a terminal of 80x24. The shell notes the terminal's settings before and after, the
/// process, and how it ended, and stays until a line is typed: with it the terminal would go.
pub(crate) struct Session {
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    terminal: Arc<Pty>,
    shell: Child,
    pub(crate) notes: TempDir,
}

impl Session {
    pub(crate) fn start(args: &str, env: &[(&str, &str)]) -> Self {
        Self::start_with(args, env, |_| {})
    }

    /// Prepares the folder `$N` first.
    pub(crate) fn start_with(args: &str, env: &[(&str, &str)], prepare: impl FnOnce(&Path)) -> Self {
        let (terminal, side) = blocking::open().expect("a terminal");
        terminal.resize(Size::new(24, 80)).expect("a size");
        let notes = tempfile::tempdir().expect("a folder for notes");
        prepare(notes.path());
        let script = format!(
            "stty -echo; stty -a > $N/before; echo before; sh -c 'echo $$ > $N/pid; exec \"$H\" {args}'; echo $? > $N/status; \
             stty -a > $N/after; echo after; read -r _"
        );
        let command = blocking::Command::new("sh")
            .args(["-c", &script])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("TERM", "xterm-256color")
            .env("H", program::PATH)
            .env("N", notes.path())
            .env_remove("NO_COLOR")
            .env_remove("COLORTERM")
            .env_remove("COLORFGBG")
            .envs(env.iter().copied());
        let shell = command.spawn(side).expect("a shell");
        let terminal = Arc::new(terminal);
        let reader = Arc::clone(&terminal);
        // A terminal that nobody looks at does not read for ever.
        let (send, output) = sync_channel(4);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = (&*reader).read(&mut bytes) {
                if send.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            parser: vt100::Parser::new(cells(24), cells(80), 0),
            output,
            terminal,
            shell,
            notes,
        }
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Reads until the screen is as it should be; `nudge` is done now and then meanwhile.
    pub(crate) fn wait_nudging(
        &mut self,
        what: &str,
        mut nudge: impl FnMut(),
        is_there: impl Fn(&vt100::Screen) -> bool,
    ) {
        let start = Instant::now();
        while !is_there(self.screen()) {
            match self.output.recv_timeout(AGAIN) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(_) => nudge(),
            }
            let is_late = start.elapsed() > PATIENCE;
            assert!(!is_late, "no {what} on the screen:\n{}", self.screen().contents());
        }
    }

    pub(crate) fn wait(&mut self, what: &str, is_there: impl Fn(&vt100::Screen) -> bool) {
        self.wait_nudging(what, || {}, is_there);
    }

    /// Types.
    pub(crate) fn press(&self, keys: &str) {
        (&*self.terminal)
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
    }

    /// Types, then reads until the text is there.
    pub(crate) fn keys(&mut self, keys: &str, text: &str) {
        self.press(keys);
        self.wait(text, |screen| screen.contents().contains(text));
    }

    /// Where a text is: column and row, counted from 1 as the mouse does.
    pub(crate) fn place(&self, text: &str) -> (usize, usize) {
        let rows = self.screen().rows(0, 80);
        let found = rows
            .zip(1..)
            .find_map(|(row, y)| Some((row[..row.find(text)?].chars().count() + 1, y)));
        found.unwrap_or_else(|| panic!("no {text} on the screen:\n{}", self.screen().contents()))
    }

    /// Presses the mouse's button (0) or moves it with the button held (32).
    pub(crate) fn mouse(&mut self, what: u8, (x, y): (usize, usize)) {
        self.press(&format!("\x1b[<{what};{x};{y}M"));
    }

    pub(crate) fn resize(&mut self, rows: u16, cols: u16) {
        self.parser.screen_mut().set_size(cells(rows), cells(cols));
        self.announce(rows, cols);
    }

    /// Says that the terminal has another size.
    pub(crate) fn announce(&self, rows: u16, cols: u16) {
        self.terminal.resize(Size::new(rows, cols)).expect("another size");
    }

    /// Whether the terminal gives lines, not keys.
    pub(crate) fn gives_lines(&self) -> bool {
        let modes = tcgetattr(&*self.terminal).expect("the terminal has modes");
        modes.local_modes.contains(LocalModes::ICANON)
    }

    pub(crate) fn note(&self, name: &str) -> String {
        fs::read_to_string(self.notes.path().join(name)).unwrap_or_default()
    }

    /// Waits for a note without reading what the terminal is sent.
    pub(crate) fn wait_for_note(&self, name: &str) {
        let start = Instant::now();
        while self.note(name).is_empty() {
            thread::sleep(AGAIN);
            assert!(start.elapsed() < PATIENCE, "no {name}");
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.note("pid");
        let sent = Command::new("kill").args(["-s", name, pid.trim()]).status();
        assert!(sent.expect("kill").success(), "{name} to {pid}");
    }

    /// Types again and again until the program ends; then as [`Session::end`].
    pub(crate) fn end_typing(mut self, keys: &str, status: &str) -> vt100::Parser {
        let start = Instant::now();
        while self.note("status").is_empty() {
            self.press(keys);
            if let Ok(bytes) = self.output.recv_timeout(AGAIN) {
                self.parser.process(&bytes);
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
        }
        self.end(status)
    }

    /// The program has ended: the terminal is as it was, and this is how it ended.
    pub(crate) fn end(mut self, status: &str) -> vt100::Parser {
        self.wait("end", |screen| {
            !screen.alternate_screen() && screen.contents().contains("after")
        });
        self.press("\n");
        self.shell.wait().expect("the shell ends");
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pasting is plain again");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is given back"
        );
        assert_eq!(screen.fgcolor(), vt100::Color::Default, "no colour stays");
        assert!(
            screen.contents().starts_with("before\n"),
            "what was there is there again:\n{}",
            screen.contents()
        );
        let settings = |note: &str| self.note(note).lines().skip(1).map(String::from).collect::<Vec<_>>();
        assert_eq!(
            settings("before"),
            settings("after"),
            "the terminal's settings are those from before, but for its size in the first line"
        );
        assert_eq!(
            self.note("status").trim(),
            status,
            "how it ended:\n{}",
            screen.contents()
        );
        self.parser
    }
}
