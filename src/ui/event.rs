//! Everything that can happen, in one closed enum with one receiver.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::Event as TerminalEvent;

use crate::error::Error;
use crate::model::Profile;
use crate::ui::work::answers::Product;

/// What the loop waits for.
#[derive(Debug)]
pub(super) enum Event {
    /// A key, the mouse, a paste or a new size.
    Terminal(TerminalEvent),
    /// The terminal cannot be read any more.
    TerminalGone,
    /// A signal asks to end (SIGTERM, SIGHUP, SIGINT).
    End,
    /// A signal asks to stop for a while (SIGTSTP).
    Suspend,
    /// A program that had the terminal ended.
    Returned { problem: Option<String> },
    /// How far a load is, in bytes.
    Progress {
        generation: u64,
        done: u64,
        total: Option<u64>,
    },
    /// A load ended.
    Loaded {
        generation: u64,
        result: Result<(Arc<Profile>, Vec<String>), Error>,
    },
    /// An analysis ended.
    Analyzed {
        generation: u64,
        product: Result<Product, Error>,
    },
}

/// What `update` wants done outside.
#[derive(Debug)]
pub(super) enum Effect {
    /// Read the profile from its source.
    Load { generation: u64 },
    /// Stop the load that is running.
    CancelLoad,
    /// Analyse.
    Analyze(Box<crate::ui::work::threads::Job>),
    /// Open the user's editor on a file at a line.
    Edit { file: PathBuf, line: i64 },
    /// Give the terminal back until the user returns.
    Suspend,
    /// Draw everything afresh.
    Redraw,
    /// End.
    Quit,
    /// End, because there is nothing to show.
    Fail(Error),
}
