//! Everything that can happen, in one closed enum with one receiver.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;

use crate::analyze::leaks::Verdict;
use crate::error::Error;
use crate::model::{Loaded, MomentId, Snapshot};
use crate::ui::timeline::Summed;
use crate::ui::work::host::{Followed, Offer, Pause, Probe, Wanted};
use crate::ui::work::query::{Answer, Query};
use crate::ui::work::survey::Surveyed;
use crate::ui::work::threads::{Done, Errand, Job};

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
    /// A signal says that the program goes on after it was stopped (SIGCONT).
    Continued,
    /// The terminal tells the colour of its background, as X11 writes colours.
    Background(String),
    /// The terminal tells what it is: it answers nothing that was asked before that.
    Identity,
    /// A program that had the terminal ended.
    Returned { problem: Option<String> },
    /// How far a load is.
    Progress { generation: u64, reading: Reading },
    /// A load ended.
    Loaded {
        generation: u64,
        result: Result<Loaded, Error>,
    },
    /// What the server offers.
    Offered(Result<Vec<Offer>, Error>),
    /// Something that was offered is saved: where.
    OfferSaved(Result<String, Error>),
    /// A series tells something.
    Followed(Followed),
    /// A series is over; why, if something went wrong.
    FollowEnded(Result<(), Error>),
    /// What the rows held at a moment, with the options of a generation; nothing where that could not be read.
    Summed {
        generation: u64,
        moment: MomentId,
        summed: Option<Box<Summed>>,
        /// Whether the verdict will look at it too.
        is_observed: bool,
    },
    /// What all moments so far say of leaks.
    Judged(Arc<Verdict>),
    /// The live process answered.
    Probed {
        generation: u64,
        probe: Probe,
        result: Result<Snapshot, Error>,
    },
    /// A question is answered.
    Answered {
        generation: u64,
        query: Query,
        answer: Result<Answer, Error>,
    },
    /// A survey of hosts tells something.
    Surveyed(Surveyed),
    /// The host did an errand.
    Done(Result<Done, Error>),
}

/// How far a load is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// Nothing is to be expected for this long.
    Waiting(Duration),
    /// Bytes that have come, and how many there are, if known.
    Bytes(u64, Option<u64>),
}

/// Whose the mouse is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Mouse {
    /// Its clicks come to the dashboard.
    #[default]
    Ours,
    /// The terminal selects text with it.
    Terminals,
}

/// What `update` wants done outside.
#[derive(Debug)]
pub(super) enum Effect {
    /// Read a profile.
    Load { generation: u64, wanted: Wanted },
    /// Ask the server what it offers.
    Offers,
    /// Save what is offered.
    SaveOffer(Offer),
    /// Follow the series.
    Follow,
    /// Stop taking moments for a while, or go on.
    Pause(Pause),
    /// Write the moments that come into a folder.
    Record(PathBuf),
    /// Stop the load that is running.
    CancelLoad,
    /// Ask the live process for something.
    Probe { generation: u64, probe: Probe },
    /// Answer questions.
    Analyze(Box<Job>),
    /// Have the host do something with a report.
    Run(Errand),
    /// Open the user's editor on a file at a line.
    Edit { file: PathBuf, line: i64 },
    /// Give the terminal's clipboard a text.
    Copy(String),
    /// Take the mouse, or let go of it.
    Mouse(Mouse),
    /// Give the terminal back until the user returns.
    Suspend,
    /// Draw everything afresh.
    Redraw,
    /// Take the terminal as if for the first time.
    Retake,
    /// End.
    Quit,
    /// End, because there is nothing to show.
    Fail(Error),
}
