//! Loading: what is read, and what becomes of it.

use crossterm::event::KeyEvent;

use crate::error::{Error, Result};
use crate::model::Loaded;
use crate::ui::app::{App, Message};
use crate::ui::event::{Effect, Reading};
use crate::ui::keys::chord::Chord;
use crate::ui::view;
use crate::ui::work::host::Base;

/// What the loader is doing.
pub(in crate::ui) enum Load {
    Idle,
    Running(Reading),
    /// A moment of the series is opened: what is in view stays until it is there.
    Opening,
    Failed(String),
}

impl Load {
    pub(super) fn is_running(&self) -> bool {
        matches!(self, Self::Running(_) | Self::Opening)
    }
}

impl App {
    /// Whether there is nothing to show but what is being read.
    pub(in crate::ui) fn awaits_profile(&self) -> bool {
        self.load.is_running() && self.session.profile().is_none()
    }

    /// Whether a key does something now.
    pub(in crate::ui) fn acts_on(&self, key: &KeyEvent) -> bool {
        let keys = &self.session.keys;
        self.overlay.is_some() || keys.lookup(Chord::pressed(key), &self.contexts()).is_some()
    }

    /// Begins to load.
    pub(in crate::ui) fn reload(&mut self) -> Option<Effect> {
        self.message = None;
        self.session.probes.forget();
        self.load(Load::Running(Reading::Bytes(0, None)))
    }

    /// Loads what is to be in view.
    pub(super) fn load(&mut self, load: Load) -> Option<Effect> {
        self.loads += 1;
        self.load = load;
        Some(Effect::Load {
            generation: self.loads,
            wanted: self.session.wanted(),
        })
    }

    pub(super) fn loaded(&mut self, generation: u64, result: Result<Loaded>) -> Option<Effect> {
        if generation != self.loads {
            return None;
        }
        let is_asked_for = matches!(self.load, Load::Running(_));
        self.load = Load::Idle;
        self.opened(result.as_ref().err());
        match result {
            Ok(loaded) => {
                let profile = &loaded.profile;
                let mut problems = std::mem::take(&mut self.problems);
                problems.extend(loaded.warnings.iter().cloned());
                if !problems.is_empty() {
                    self.message = Some(Message::Problem(problems.join("; ")));
                } else if self.session.profile().is_some()
                    && is_asked_for
                    && self.session.offer.is_none()
                    // The header says what it is compared with, the footer how to stop.
                    && !matches!(self.session.base, Base::Named(..))
                {
                    self.message = Some(Message::Note(format!("Read {} again.", self.session.source)));
                }
                self.offer_before = None;
                let wanted = &self.session.options.sample_index;
                if self.session.profile().is_none() && profile.sample_type(wanted).is_none() && !wanted.is_empty() {
                    let note = format!("There is no sample type {wanted:?}; this is the profile's own.");
                    self.message = Some(Message::Problem(note));
                }
                if self.session.profile().is_none() || self.session.is_other_kind(profile) {
                    self.front = view::first(profile);
                }
                let effect = self.session.set_loaded(loaded);
                // Others may have come while this one was opened; there is something to show meanwhile.
                self.catch_up().or(effect)
            }
            Err(error) if self.session.profile().is_some() => {
                // What was picked is not in view.
                if let Some(before) = self.offer_before.take() {
                    self.session.offer = before;
                }
                // What was read again is in the header; the line has room for why it failed.
                let text = error.to_string();
                let why = text
                    .strip_prefix(&format!("{}: ", self.session.source))
                    .unwrap_or(&text);
                self.message = Some(Message::Problem(why.to_string()));
                self.load = Load::Failed(why.to_string());
                None
            }
            Err(Error::Cancelled) => {
                self.load = Load::Failed("Cancelled.".into());
                None
            }
            // A server may answer the next time; a file that is none stays so.
            Err(error) if !self.session.is_remote => Some(Effect::Fail(error)),
            Err(error) => {
                self.load = Load::Failed(error.to_string());
                None
            }
        }
    }
}
