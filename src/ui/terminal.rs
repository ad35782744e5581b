//! The terminal: taken over, and always given back.

use std::io::{self, Stdout, Write};
use std::process::Command;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::error::{Error, Result};

/// The terminal while it is ours. Dropping it gives it back.
pub(super) struct Screen {
    pub(super) terminal: Terminal<CrosstermBackend<io::BufWriter<Stdout>>>,
}

impl Screen {
    /// Takes the terminal over. A panic gives it back before it is reported.
    pub(super) fn open() -> Result<Self> {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            leave();
            hook(info);
        }));
        enter().map_err(failed)?;
        let backend = CrosstermBackend::new(io::BufWriter::with_capacity(1 << 16, io::stdout()));
        let terminal = Terminal::new(backend).map_err(failed);
        if terminal.is_err() {
            leave();
        }
        Ok(Self { terminal: terminal? })
    }

    /// Gives the terminal back, stops until the user continues, takes it again.
    pub(super) fn suspend(&mut self) -> Result<()> {
        leave();
        stop();
        enter().map_err(failed)?;
        self.refresh()
    }

    /// Gives the terminal to another program until it ends, then takes it again; says what went wrong with the program.
    pub(super) fn lend(&mut self, program: &mut Command) -> Result<Option<String>> {
        leave();
        let outcome = program.status();
        enter().map_err(failed)?;
        self.refresh()?;
        let name = program.get_program().to_string_lossy();
        Ok(match outcome {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!("{name} failed: {status}")),
            Err(reason) => Some(format!("{name} does not start: {reason}")),
        })
    }

    /// Has the next frame drawn from scratch. Not by `Terminal::clear`: that asks the terminal where its cursor is,
    /// and the answer goes to the thread that reads keys.
    pub(super) fn refresh(&mut self) -> Result<()> {
        let size = self.terminal.size().map_err(failed)?;
        self.terminal.resize(size.into()).map_err(failed)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste,
        Hide
    )
}

/// Best effort: the terminal may be gone.
fn leave() {
    let mut out = io::stdout();
    let _ = execute!(
        out,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        Show
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}

#[cfg(unix)]
pub(super) fn stop() {
    let _ = signal_hook::low_level::raise(signal_hook::consts::SIGSTOP);
}

#[cfg(not(unix))]
fn stop() {}

pub(super) fn failed(reason: io::Error) -> Error {
    Error::Io {
        name: "terminal".into(),
        reason,
    }
}
