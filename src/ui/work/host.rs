//! What the dashboard has others do: profiles are loaded, files saved, programs started. Both traits are handed in, so
//! that nothing under `ui` knows a file, a server or another program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::model::{Comparison, Loaded, Moment, MomentId, Snapshot};
use crate::progress::Observer;

/// Where the dashboard's profiles come from.
pub trait Loader: Send + Sync {
    /// What to call it in the header.
    fn name(&self) -> String;
    /// Whether reading it again may give something new from a server.
    fn is_remote(&self) -> bool;
    /// What there is besides one moment.
    fn series(&self) -> Series {
        Series::None
    }
    /// Reads a profile.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn load(&self, wanted: &Wanted, observer: &dyn Observer) -> Result<Loaded>;
    /// Where the last word of a source that is being typed begins, and what it may become.
    ///
    /// # Errors
    /// Those of the server that knows.
    fn complete(&self, _typed: &str, _observer: &dyn Observer) -> Result<(usize, Vec<String>)> {
        Ok((0, Vec::new()))
    }
    /// The profiles that the process's server offers.
    ///
    /// # Errors
    /// Those of the server.
    fn offers(&self, _observer: &dyn Observer) -> Result<Vec<Offer>> {
        Ok(Vec::new())
    }
    /// Saves what is offered and is no profile; says where.
    ///
    /// # Errors
    /// Those of the server and of the file.
    fn save_offer(&self, offer: &Offer, _observer: &dyn Observer) -> Result<String> {
        Err(Error::Usage(format!("{} is not saved here", offer.name)))
    }
    /// Tells of the moments of the series: those that were recorded, or those that are taken until it is to stop.
    ///
    /// # Errors
    /// Why none could be told of; the message is shown.
    fn follow(&self, _control: &Control, _tell: &mut dyn FnMut(Followed)) -> Result<()> {
        Ok(())
    }
    /// Whether there is a live process that can be asked for more.
    fn is_live(&self) -> bool {
        false
    }
    /// Asks the live process for something beside the profile.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn probe(&self, _: Probe, _: &dyn Observer) -> Result<Snapshot> {
        Err(Error::Usage("only a live process can be asked".into()))
    }
}

/// Which moments there are: none, recorded ones, or those of a live process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Series {
    /// Nothing.
    None,
    /// A recorded session.
    Recorded,
    /// A process that can be watched: how often, in words, and whether that begins at once.
    Process {
        /// As in `every 3 s ±30%`.
        pace: String,
        /// Whether the user has asked for it.
        begins: bool,
    },
    /// A store's history, to which steps are added as they pass: how long one is, in words.
    Store {
        /// As in `a step of 30 s`.
        pace: String,
    },
}

/// A profile that a server offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// What it is called in the menu.
    pub name: String,
    /// Path and query, below where the server's profiles are.
    pub path: String,
    /// What it is, and how much of it there is.
    pub help: String,
    /// Whether it is opened or saved.
    pub kind: OfferKind,
}

/// What can be done with an [`Offer`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfferKind {
    /// It is a profile.
    Profile,
    /// It is for another program.
    File,
}

/// Which profile is wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Another profile of the process; its path as in [`Offer::path`].
    pub offer: Option<String>,
    /// A moment of the series; none for what the program was called with.
    pub moment: Option<MomentId>,
    /// What it is compared with.
    pub base: Base,
}

/// What a profile is compared with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Base {
    /// What the program was called with, if anything.
    #[default]
    AsNamed,
    /// Nothing.
    None,
    /// Another moment of the series.
    Moment(MomentId),
    /// The first of several profiles that were named, the others with it.
    FirstNamed,
    /// Another file or URL, as typed.
    Named(String, Comparison),
}

/// What happens while a series of moments is followed.
#[derive(Clone, PartialEq, Debug)]
pub enum Followed {
    /// Another moment, and those that are not held any more because of it.
    Moment(Moment, Vec<MomentId>),
    /// All that there was is told; what comes now is new.
    CaughtUp,
    /// A moment could not be taken: why. Others will be tried.
    Missed(String),
    /// Something that should be known once.
    Note(String),
}

/// What the user wants of a series while it is followed.
#[derive(Debug, Default)]
pub struct Control {
    is_stopped: AtomicBool,
    is_paused: AtomicBool,
    recording: Mutex<Option<PathBuf>>,
}

impl Control {
    /// Ends it.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Stops taking moments, or goes on.
    pub fn pause(&self, pause: Pause) {
        self.is_paused.store(pause == Pause::Hold, Ordering::Relaxed);
    }

    /// Whether no moments are to be taken now.
    pub fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::Relaxed)
    }

    /// Writes what comes from now on into a folder.
    pub fn record(&self, folder: PathBuf) {
        *self.recording.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
    }

    /// The folder that a recording is to begin in, once.
    pub fn take_recording(&self) -> Option<PathBuf> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether moments are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pause {
    /// Not now.
    Hold,
    /// As planned.
    GoOn,
}

/// What a live process can be asked for beside its profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Probe {
    /// Its goroutines: each with its state where there are not too many, else counted.
    Goroutines,
    /// Its goroutines with their states and waits, however many there are.
    StackDump,
    /// Its heap as text, which has `runtime.MemStats`, and its resident memory.
    Memory,
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
