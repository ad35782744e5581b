//! The terminal where there are no terminals as files: what crossterm offers.

use std::io::{self, Write};
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};

/// The terminal that the program runs in.
pub(in crate::ui) struct Tty {
    is_ended: AtomicBool,
}

impl Tty {
    pub(in crate::ui) fn open() -> io::Result<Self> {
        Ok(Self {
            is_ended: AtomicBool::new(false),
        })
    }

    /// Columns and rows.
    pub(in crate::ui) fn size(&self) -> (u16, u16) {
        crossterm::terminal::size().unwrap_or((80, 24))
    }

    pub(in crate::ui) fn set_raw(&self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()
    }

    pub(in crate::ui) fn restore(&self) -> io::Result<()> {
        crossterm::terminal::disable_raw_mode()
    }

    pub(in crate::ui) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }

    pub(in crate::ui) fn write_last(&self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes)
    }

    pub(in crate::ui) fn end(&self) {
        self.is_ended.store(true, Ordering::SeqCst);
    }

    pub(in crate::ui) fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::SeqCst)
    }

    pub(in crate::ui) fn wait_for(&self, mut child: Child) -> io::Result<ExitStatus> {
        child.wait()
    }
}

pub(in crate::ui) fn was_killed(_status: ExitStatus) -> bool {
    false
}

pub(in crate::ui) fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

pub(in crate::ui) fn stop() {}
