//! Hosts that are asked in the background. What each says comes as an event; the screen waits for none of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use super::threads::contained;
use crate::analyze::hosts::{Figures, Fleet};
use crate::ui::event::Event;

/// Who asks hosts.
pub trait Surveyor: Send + Sync {
    /// The hosts, with what is remembered of them.
    fn fleet(&self) -> Fleet;
    /// Asks all of them and tells of each as it answers: its place, when that was in seconds since 1970 UTC, what it said
    /// or why it did not. Ends early when `stop` says so.
    fn survey(&self, stop: &AtomicBool, tell: &mut dyn FnMut(usize, f64, Result<Figures, String>));
}

/// What a survey tells.
#[derive(Debug)]
pub(in crate::ui) enum Surveyed {
    Host {
        at: usize,
        seconds: f64,
        answer: Box<Result<Figures, String>>,
    },
    /// All have been asked.
    End,
}

/// How often a wait looks whether it is to end.
const TICK: Duration = Duration::from_millis(50);

/// Begins to ask all hosts, after a while.
pub(in crate::ui) fn begin(
    surveyor: &Arc<dyn Surveyor>,
    events: &Sender<Event>,
    stop: &Arc<AtomicBool>,
    after: Duration,
) {
    let (surveyor, events, stop) = (Arc::clone(surveyor), events.clone(), Arc::clone(stop));
    thread::spawn(move || {
        let due = Instant::now() + after;
        while let Some(left) = due
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
        {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            thread::sleep(left.min(TICK));
        }
        let mut tell = |at, seconds, answer| {
            // What comes after the end is nobody's.
            if !stop.load(Ordering::Relaxed) {
                let answer = Box::new(answer);
                let _ = events.send(Event::Surveyed(Surveyed::Host { at, seconds, answer }));
            }
        };
        // Whoever has not answered then has not.
        let _ = contained(|| {
            surveyor.survey(&stop, &mut tell);
            Ok(())
        });
        let _ = events.send(Event::Surveyed(Surveyed::End));
    });
}
