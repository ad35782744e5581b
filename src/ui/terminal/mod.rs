//! The terminal: taken over, and always given back.

mod clipboard;
#[cfg(unix)]
mod guard;
pub(in crate::ui) mod input;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "windows.rs"]
mod system;

use std::io::{self, Write};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Thread, ThreadId};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use crate::error::{Error, Result};
use crate::ui::event::Mouse;
use crate::ui::listen::LISTENER;

#[cfg(unix)]
pub use guard::guard;
#[cfg(unix)]
pub(super) use system::Waited;
pub(super) use system::{Tty, stop};

/// Columns and rows that are drawn at most, so that no terminal's word for its size costs memory without bound: twice
/// what a wall of screens has.
pub(super) const LARGEST: (u16, u16) = (2000, 500);

/// The size of a terminal, as far as it is drawn on.
pub(super) fn bounded((width, height): (u16, u16)) -> (u16, u16) {
    (width.min(LARGEST.0), height.min(LARGEST.1))
}

/// The terminal while it is ours. Dropping it gives it back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Output>>,
    hold: Arc<Hold>,
}

impl Screen {
    /// Takes the terminal over. A panic in the thread that does so, or in one that listens, gives it back, is reported, and
    /// ends the program: nothing would be drawn or heard any more. Of one in any other thread those tell who wait for it.
    pub(super) fn open(tty: &Arc<Tty>) -> Result<Self> {
        let hold = Arc::new(Hold {
            tty: Arc::clone(tty),
            is_taken: AtomicBool::new(false),
            has_mouse: AtomicBool::new(true),
            // Without one the terminal is given back in all cases but those in which the program cannot.
            #[cfg(unix)]
            guard: tty.guard().ok(),
        });
        let (hook, held) = (std::panic::take_hook(), Arc::clone(&hold));
        let screens = std::thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            if !is_needed(&std::thread::current(), screens) {
                return;
            }
            held.release();
            hook(info);
            std::process::exit(PANICKED);
        }));
        let (width, height) = bounded(tty.size());
        let output = Output {
            hold: Arc::clone(&hold),
            frame: Vec::with_capacity(1 << 16),
        };
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, width, height)),
        };
        let terminal = Terminal::with_options(CrosstermBackend::new(output), options).map_err(failed)?;
        // Before anything can fail, so that it is released then.
        let screen = Self { terminal, hold };
        screen.hold.take().map_err(failed)?;
        Ok(screen)
    }

    /// Draws a frame in an area, the screen's; false when the terminal takes none any more: it is gone, or the program is asked to end.
    pub(super) fn present(&mut self, area: Rect, draw: impl FnOnce(&mut Frame<'_>)) -> Result<bool> {
        let is_new = self.terminal.get_frame().area() != area;
        let resized = if is_new { self.terminal.resize(area) } else { Ok(()) };
        match resized.and_then(|()| self.terminal.draw(draw).map(|_| ())) {
            Ok(()) => Ok(true),
            Err(reason) if system::is_gone(&reason) || self.hold.tty.is_ended() => Ok(false),
            Err(reason) => Err(failed(reason)),
        }
    }

    /// Has the next frame drawn from scratch, in the terminal's size.
    pub(super) fn refresh(&mut self) -> Result<()> {
        let (width, height) = bounded(self.hold.tty.size());
        self.terminal.resize(Rect::new(0, 0, width, height)).map_err(failed)
    }

    /// Takes the terminal back after others had it without being lent it.
    pub(super) fn retake(&mut self) -> Result<()> {
        self.hold.take().map_err(failed)?;
        self.refresh()
    }

    /// Gives the terminal back, stops until the user continues, takes it again.
    pub(super) fn suspend(&mut self) -> Result<()> {
        self.hold.release();
        stop();
        self.retake()
    }

    /// Gives the terminal to another program until it ends, then takes it again unless this one is to end as well;
    /// says what went wrong with the program.
    pub(super) fn lend(&mut self, program: &mut Command) -> Result<Option<String>> {
        self.hold.hand_over();
        let tty = &self.hold.tty;
        let outcome = program.spawn().and_then(|child| tty.wait_for(child));
        if tty.is_ended() {
            if outcome.is_ok_and(system::was_killed) {
                let _ = tty.write_last(&leaving());
            }
            let _ = tty.restore();
            return Ok(None);
        }
        self.retake()?;
        let name = program.get_program().to_string_lossy();
        Ok(match outcome {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!("{name} failed: {status}")),
            Err(reason) => Some(format!("{name} does not start: {reason}")),
        })
    }

    /// Has the terminal's clipboard take a text, as far as the terminal allows it.
    pub(super) fn copy(&self, text: &str) {
        self.say(&clipboard::sequence(text, clipboard::Between::here()));
    }

    /// Takes the mouse, or lets go of it, until it is said again.
    pub(super) fn give_mouse(&self, mouse: Mouse) {
        self.hold.has_mouse.store(mouse == Mouse::Ours, Ordering::SeqCst);
        let mut sequence = Vec::new();
        let _ = self.hold.queue_mouse(&mut sequence);
        self.say(&sequence);
    }

    /// Sends the terminal something that is not shown.
    pub(super) fn say(&self, sequence: &[u8]) {
        let _ = self.hold.tty.write(sequence);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.hold.release();
    }
}

/// What the system says of a program that panicked.
const PANICKED: i32 = 101;

/// Whether the terminal is ours, for all threads.
struct Hold {
    tty: Arc<Tty>,
    is_taken: AtomicBool,
    /// Whether the mouse is ours while the terminal is.
    has_mouse: AtomicBool,
    #[cfg(unix)]
    guard: Option<guard::Guard>,
}

impl Hold {
    #[cfg(unix)]
    fn tell(&self, state: guard::State) {
        if let Some(guard) = &self.guard {
            guard.tell(state);
        }
    }

    fn take(&self) -> io::Result<()> {
        #[cfg(unix)]
        self.tell(guard::State::Taken);
        self.is_taken.store(true, Ordering::SeqCst);
        self.tty.set_raw()?;
        let mut sequences = Vec::new();
        queue!(sequences, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        self.queue_mouse(&mut sequences)?;
        self.tty.write(&sequences)
    }

    fn queue_mouse(&self, sequences: &mut Vec<u8>) -> io::Result<()> {
        match self.has_mouse.load(Ordering::SeqCst) {
            true => queue!(sequences, EnableMouseCapture),
            false => queue!(sequences, DisableMouseCapture),
        }
    }

    /// Gives the terminal back to somebody who is to find it as it was, however slowly it reads; in a hurry where the program
    /// is asked to end.
    fn hand_over(&self) {
        if self.is_taken.load(Ordering::SeqCst) && self.tty.write(&leaving()).is_ok() {
            self.is_taken.store(false, Ordering::SeqCst);
            let _ = self.tty.restore();
            #[cfg(unix)]
            self.tell(guard::State::Free);
        }
        self.release();
    }

    /// Best effort: the terminal may be gone.
    fn release(&self) {
        // The guard is told last: what is half given back is not given back.
        if self.is_taken.swap(false, Ordering::SeqCst) {
            let _ = self.tty.write_last(&leaving());
            let _ = self.tty.restore();
            #[cfg(unix)]
            self.tell(guard::State::Free);
        }
    }
}

fn leaving() -> Vec<u8> {
    let mut sequences = Vec::new();
    let _ = queue!(
        sequences,
        ResetColor,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        Show
    );
    sequences
}

/// Whether the program cannot go on without a thread: the screen's own, and those that listen.
fn is_needed(fallen: &Thread, screens: ThreadId) -> bool {
    fallen.id() == screens || fallen.name() == Some(LISTENER)
}

/// Collects a frame and sends it as a whole.
struct Output {
    hold: Arc<Hold>,
    frame: Vec<u8>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Once the terminal is given back it gets nothing more: ratatui says farewell to it, and complains if it cannot.
        let is_taken = self.hold.is_taken.load(Ordering::SeqCst);
        let sent = if is_taken {
            self.hold.tty.write(&self.frame)
        } else {
            Ok(())
        };
        self.frame.clear();
        sent
    }
}

pub(super) fn failed(reason: io::Error) -> Error {
    Error::Io {
        name: "terminal".into(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn the_program_ends_with_its_screen_and_its_listeners_alone() {
        let screens = thread::current().id();
        let is_needed_there = move || is_needed(&thread::current(), screens);
        assert!(is_needed_there());
        let listener = thread::Builder::new().name(LISTENER.into()).spawn(is_needed_there);
        assert!(listener.is_ok_and(|thread| thread.join().is_ok_and(|is_needed| is_needed)));
        // A worker, and one that a worker waits for.
        let worker = thread::spawn(move || {
            let inner = thread::scope(|scope| scope.spawn(is_needed_there).join().is_ok_and(|is_needed| is_needed));
            inner || is_needed_there()
        });
        assert!(worker.join().is_ok_and(|is_needed| !is_needed));
    }
}
