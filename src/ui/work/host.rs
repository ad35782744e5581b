//! What the dashboard has others do: profiles are loaded, files saved, programs started. Both traits are handed in, so
//! that nothing under `ui` knows a file, a server or another program.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::model::Loaded;
use crate::progress::Observer;

/// Where the dashboard's profile comes from.
pub trait Loader: Send + Sync {
    /// What to call it in the header.
    fn name(&self) -> String;
    /// Whether reading it again may give something new from a server.
    fn is_remote(&self) -> bool;
    /// Reads it.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn load(&self, observer: &dyn Observer) -> Result<Loaded>;
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// It is replaced.
    Replace,
    /// It stays, and nothing is written.
    Keep,
}

/// What came of saving a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Saved {
    /// It is written.
    Written,
    /// Nothing is written: one of its name is there.
    Kept,
}

/// What came of opening a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Opened {
    /// A browser has it; what to say of it, in a line.
    Shown(String),
    /// The user has to open it; how, in a few lines.
    Instructions(String),
}

/// What the machine does for the dashboard.
pub trait Host: Send + Sync {
    /// Writes a file that the user named.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn save(&self, file: &str, bytes: &[u8], existing: Existing) -> Result<Saved>;
    /// Opens a page in a browser.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn open_page(&self, page: &[u8]) -> Result<Opened>;
    /// The command that opens the user's editor on a file at a line; none if the user has no editor.
    fn editor(&self, file: &Path, line: i64) -> Option<Command>;
}

/// A machine that does nothing: it saves no file and starts no program.
#[derive(Clone, Copy, Debug)]
pub struct NoHost;

impl Host for NoHost {
    fn save(&self, file: &str, _: &[u8], _: Existing) -> Result<Saved> {
        Err(Error::Usage(format!("{file}: files are not written here")))
    }

    fn open_page(&self, _: &[u8]) -> Result<Opened> {
        let usage = "pages are not opened here; write them to a file with > FILE";
        Err(Error::Usage(usage.into()))
    }

    fn editor(&self, _: &Path, _: i64) -> Option<Command> {
        None
    }
}
