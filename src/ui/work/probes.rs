//! What a live process was asked for beside its profile, and what it answered. Each is asked once, until the profile is
//! read again.

use super::host::{Loader, Probe};
use crate::error::{Error, Result};
use crate::model::Snapshot;
use crate::ui::event::Effect;

/// The answers so far.
#[derive(Default)]
pub(in crate::ui) struct Probes {
    /// Whether there is a process to ask.
    pub(in crate::ui) is_live: bool,
    /// Grows when answers that are under way are of no more use.
    generation: u64,
    goroutines: Reply,
    memory: Reply,
}

/// What came of a [`Probe`].
#[derive(Debug, Default)]
pub(in crate::ui) enum Reply {
    /// Nobody asked.
    #[default]
    None,
    Outstanding,
    Came(Box<Snapshot>),
    Failed(String),
}

impl Reply {
    /// What came, if anything did.
    pub(in crate::ui) fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Came(snapshot) => Some(snapshot),
            _ => None,
        }
    }

    fn is_outstanding(&self) -> bool {
        matches!(self, Self::Outstanding)
    }
}

impl Probes {
    /// Of what a loader loads.
    pub(in crate::ui) fn new(loader: &dyn Loader) -> Self {
        Self {
            is_live: loader.is_live(),
            ..Self::default()
        }
    }

    /// What came of a probe; the goroutines have one answer, however they are asked for.
    pub(in crate::ui) fn reply(&self, probe: Probe) -> &Reply {
        match probe {
            Probe::Goroutines | Probe::StackDump => &self.goroutines,
            Probe::Memory => &self.memory,
        }
    }

    fn reply_mut(&mut self, probe: Probe) -> &mut Reply {
        match probe {
            Probe::Goroutines | Probe::StackDump => &mut self.goroutines,
            Probe::Memory => &mut self.memory,
        }
    }

    /// Asks, unless the answer is under way or there is nobody to ask.
    pub(in crate::ui) fn ask(&mut self, probe: Probe) -> Option<Effect> {
        if !self.is_live || self.reply(probe).is_outstanding() {
            return None;
        }
        *self.reply_mut(probe) = Reply::Outstanding;
        let generation = self.generation;
        Some(Effect::Probe { generation, probe })
    }

    /// Asks what has not been asked.
    pub(in crate::ui) fn ask_once(&mut self, probe: Probe) -> Option<Effect> {
        match self.reply(probe) {
            Reply::None => self.ask(probe),
            _ => None,
        }
    }

    /// Takes an answer; one of an older generation is dropped.
    pub(in crate::ui) fn take(&mut self, generation: u64, probe: Probe, result: Result<Snapshot>) {
        if generation != self.generation {
            return;
        }
        *self.reply_mut(probe) = match result {
            Ok(snapshot) => Reply::Came(Box::new(snapshot)),
            Err(Error::Cancelled) => Reply::None,
            Err(error) => Reply::Failed(error.to_string()),
        };
    }

    /// Forgets everything, so that it is asked again.
    pub(in crate::ui) fn forget(&mut self) {
        *self = Self {
            is_live: self.is_live,
            generation: self.generation + 1,
            ..Self::default()
        };
    }

    /// Lets go of the goroutines that came, so that those of the profile in view are shown again.
    pub(in crate::ui) fn drop_goroutines(&mut self) {
        if matches!(self.goroutines, Reply::Came(_)) {
            self.goroutines = Reply::None;
        }
    }

    /// Whether an answer is under way.
    pub(in crate::ui) fn is_busy(&self) -> bool {
        self.goroutines.is_outstanding() || self.memory.is_outstanding()
    }
}
