//! Work behind the screen: loading and analysing, each on its thread, each with a generation so that stale
//! answers can be told. The screen never waits for either.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::model::Profile;
use crate::progress::Observer;
use crate::report::Options;
use crate::ui::event::Event;
use crate::ui::work::answers::{Analyst, Want};

/// Where the dashboard's profile comes from; handed in, so that nothing here knows files or servers.
pub trait Loader: Send + Sync {
    /// What to call it in the header.
    fn name(&self) -> String;
    /// Whether reading it again may give something new from a server.
    fn is_remote(&self) -> bool;
    /// Reads it; with what should be warned of.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn load(&self, observer: &dyn Observer) -> Result<(Profile, Vec<String>)>;
    /// Writes a report to a file that the user named; false if nothing was written, because one is there.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn save(&self, file: &str, bytes: &[u8], existing: Existing) -> Result<bool>;
    /// Opens a page in a browser; returns what to tell the user, a line or more.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn show_page(&self, _page: &[u8]) -> Result<String> {
        let usage = "pages are not opened here; write them to a file with > FILE";
        Err(Error::Usage(usage.into()))
    }
    /// The command that opens the user's editor on a file at a line; none if the user has no editor.
    fn editor(&self, _file: &Path, _line: i64) -> Option<Command> {
        None
    }
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// It is replaced.
    Replace,
    /// It stays, and nothing is written.
    Keep,
}

/// What to analyse.
#[derive(Debug)]
pub(in crate::ui) struct Job {
    pub(in crate::ui) generation: u64,
    pub(in crate::ui) profile: Arc<Profile>,
    pub(in crate::ui) options: Options,
    pub(in crate::ui) wants: Vec<Want>,
}

/// The threads behind the screen.
pub(in crate::ui) struct Workers {
    events: Sender<Event>,
    loader: Arc<dyn Loader>,
    jobs: Sender<Job>,
    /// Generation of the newest analysis; older ones are given up.
    newest_job: Arc<AtomicU64>,
    /// Generation of the load that is wanted; 0 for none.
    wanted_load: Arc<AtomicU64>,
}

impl Workers {
    pub(in crate::ui) fn new(events: Sender<Event>, loader: Arc<dyn Loader>) -> Self {
        let (jobs, queue) = channel();
        let newest_job = Arc::new(AtomicU64::new(0));
        let (answers, newest) = (events.clone(), Arc::clone(&newest_job));
        let host = Arc::clone(&loader);
        thread::spawn(move || analyse(&queue, &newest, &answers, &*host));
        Self {
            events,
            loader,
            jobs,
            newest_job,
            wanted_load: Arc::new(AtomicU64::new(0)),
        }
    }

    pub(in crate::ui) fn analyze(&self, job: Job) {
        self.newest_job.store(job.generation, Ordering::Relaxed);
        let _ = self.jobs.send(job);
    }

    pub(in crate::ui) fn editor(&self, file: &Path, line: i64) -> Option<Command> {
        self.loader.editor(file, line)
    }

    pub(in crate::ui) fn cancel_load(&self) {
        self.wanted_load.store(0, Ordering::Relaxed);
    }

    pub(in crate::ui) fn load(&self, generation: u64) {
        self.wanted_load.store(generation, Ordering::Relaxed);
        let (loader, events, wanted) = (
            Arc::clone(&self.loader),
            self.events.clone(),
            Arc::clone(&self.wanted_load),
        );
        thread::spawn(move || {
            let observer = Watched {
                generation,
                wanted,
                events: events.clone(),
                last: std::cell::Cell::new(None),
            };
            let result = loader
                .load(&observer)
                .map(|(profile, warnings)| (Arc::new(profile), warnings));
            let _ = events.send(Event::Loaded { generation, result });
        });
    }
}

/// Tells the screen how far a load is, ten times a second, and stops it when it is not wanted any more.
struct Watched {
    generation: u64,
    wanted: Arc<AtomicU64>,
    events: Sender<Event>,
    last: std::cell::Cell<Option<Instant>>,
}

impl Observer for Watched {
    fn progress(&self, done: u64, total: Option<u64>) -> Result<()> {
        if self.wanted.load(Ordering::Relaxed) != self.generation {
            return Err(Error::Cancelled);
        }
        if self
            .last
            .get()
            .is_none_or(|last| last.elapsed() > Duration::from_millis(100))
        {
            self.last.set(Some(Instant::now()));
            let _ = self.events.send(Event::Progress {
                generation: self.generation,
                done,
                total,
            });
        }
        Ok(())
    }
}

/// Gives an analysis up when a newer generation has begun.
struct Wanted<'n> {
    generation: u64,
    newest: &'n AtomicU64,
}

impl Observer for Wanted<'_> {
    fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
        if self.newest.load(Ordering::Relaxed) == self.generation {
            Ok(())
        } else {
            Err(Error::Cancelled)
        }
    }
}

fn analyse(queue: &Receiver<Job>, newest: &AtomicU64, answers: &Sender<Event>, host: &dyn Loader) {
    let mut analyst = Analyst::default();
    while let Ok(job) = queue.recv() {
        let generation = job.generation;
        let wanted = Wanted { generation, newest };
        for want in &job.wants {
            if newest.load(Ordering::Relaxed) != generation {
                break;
            }
            let product = analyst.answer(&job, want, &wanted, host);
            if answers.send(Event::Analyzed { generation, product }).is_err() {
                return;
            }
        }
    }
}
