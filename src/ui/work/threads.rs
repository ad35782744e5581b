//! The threads behind the screen: one loads, one analyses, one saves. Each answer has a generation, so that a stale one
//! can be told. The screen never waits for any of them. A panic in one, or in a thread that it waits for, is an error that
//! the screen is told of: see [`contained`].

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::analyst::Analyst;
use super::host::{Control, Existing, Followed, Host, Loader, Offer, Opened, Pause, Probe, Saved, Wanted};
use super::query::{Query, Written};
use super::series::{SumOrder, add_up};
use crate::error::{Error, Result};
use crate::model::{Loaded, Profile, Sides, Snapshot};
use crate::progress::Observer;
use crate::report::{self, Environment, Options};
use crate::ui::event::{Event, Reading};

/// What to find out.
#[derive(Debug)]
pub(in crate::ui) struct Job {
    pub(in crate::ui) generation: u64,
    pub(in crate::ui) profile: Arc<Profile>,
    /// Both sides, where the profile is a comparison.
    pub(in crate::ui) sides: Option<Sides>,
    pub(in crate::ui) options: Arc<Options>,
    pub(in crate::ui) queries: Vec<Query>,
}

/// What the host is to do with a report.
#[derive(Debug)]
pub(in crate::ui) enum Errand {
    /// Write it to a file.
    Save(Box<Written>, String),
    /// Write it to the first numbered file with this ending that is not there.
    SaveNumbered(Box<Written>, &'static str),
    /// Open it in a browser.
    OpenPage(Box<Written>),
    /// Find what a line that is being typed may go on with: a source begins there.
    Complete(String, usize),
}

/// What came of an [`Errand`].
#[derive(Debug)]
pub(in crate::ui) enum Done {
    /// The report, the file that was named, and whether it was written.
    Save(Box<Written>, String, Saved),
    OpenPage(Box<Written>, Opened),
    /// The line, where its last word begins, and what that may become.
    Complete(String, Result<(usize, Vec<String>)>),
}

/// The threads.
pub(in crate::ui) struct Workers {
    events: Sender<Event>,
    loader: Arc<dyn Loader>,
    host: Arc<dyn Host>,
    jobs: Sender<Job>,
    errands: Sender<Errand>,
    /// Generation of the newest analysis; older ones are given up.
    newest_job: Arc<AtomicU64>,
    /// Generation of the load that is wanted; 0 for none.
    wanted_load: Arc<AtomicU64>,
    /// What moments are added up, and how.
    sums: Sender<SumOrder>,
    control: Arc<Control>,
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.control.stop();
    }
}

impl Workers {
    pub(in crate::ui) fn new(
        events: Sender<Event>,
        loader: Arc<dyn Loader>,
        host: Arc<dyn Host>,
        environment: Environment,
    ) -> Self {
        let newest_job = Arc::new(AtomicU64::new(0));
        let (jobs, queue) = channel();
        let (answers, newest) = (events.clone(), Arc::clone(&newest_job));
        thread::spawn(move || analyse(&queue, &newest, &answers, &environment));
        let (errands, queue) = channel();
        let (answers, runner) = (events.clone(), Arc::clone(&host));
        thread::spawn(move || run_errands(&queue, &answers, &*runner));
        let (sums, queue) = channel();
        let (answers, reader) = (events.clone(), Arc::clone(&loader));
        thread::spawn(move || add_up(&queue, &answers, &*reader));
        Self {
            events,
            loader,
            host,
            jobs,
            errands,
            newest_job,
            wanted_load: Arc::new(AtomicU64::new(0)),
            sums,
            control: Arc::default(),
        }
    }

    pub(in crate::ui) fn analyze(&self, job: Job) {
        self.newest_job.store(job.generation, Ordering::Relaxed);
        let _ = self.sums.send(SumOrder::Options(Arc::clone(&job.options)));
        let _ = self.jobs.send(job);
    }

    pub(in crate::ui) fn run(&self, errand: Errand) {
        match errand {
            // A server may have to be asked, and nothing waits for that.
            Errand::Complete(line, source) => self.complete(line, source),
            errand => {
                let _ = self.errands.send(errand);
            }
        }
    }

    fn complete(&self, line: String, source: usize) {
        let (loader, events) = (Arc::clone(&self.loader), self.events.clone());
        thread::spawn(move || {
            let found = contained(|| loader.complete(&line[source..], &()));
            let found = found.map(|(start, words)| (source + start, words));
            let _ = events.send(Event::Done(Ok(Done::Complete(line, found))));
        });
    }

    pub(in crate::ui) fn editor(&self, file: &Path, line: i64) -> Option<Command> {
        self.host.editor(file, line)
    }

    pub(in crate::ui) fn cancel_load(&self) {
        self.wanted_load.store(0, Ordering::Relaxed);
    }

    /// Follows the series of the loader, until the dashboard ends.
    pub(in crate::ui) fn follow(&self) {
        let (loader, events) = (Arc::clone(&self.loader), self.events.clone());
        let (control, sums) = (Arc::clone(&self.control), self.sums.clone());
        thread::spawn(move || {
            let mut tell = |followed: Followed| {
                let order = match &followed {
                    Followed::Moment(moment, gone) => Some(SumOrder::Moment(*moment, gone.clone())),
                    Followed::CaughtUp | Followed::Missed(_) | Followed::Note(_) => None,
                };
                let _ = events.send(Event::Followed(followed));
                // Behind the event: what is added up at a moment comes after the moment.
                if let Some(order) = order {
                    let _ = sums.send(order);
                }
            };
            let result = contained(|| loader.follow(&control, &mut tell));
            let _ = events.send(Event::FollowEnded(result));
        });
    }

    /// Asks what the server offers.
    pub(in crate::ui) fn offers(&self) {
        let (loader, events) = (Arc::clone(&self.loader), self.events.clone());
        thread::spawn(move || {
            let _ = events.send(Event::Offered(contained(|| loader.offers(&()))));
        });
    }

    pub(in crate::ui) fn save_offer(&self, offer: Offer) {
        let (loader, events) = (Arc::clone(&self.loader), self.events.clone());
        thread::spawn(move || {
            let _ = events.send(Event::OfferSaved(contained(|| loader.save_offer(&offer, &()))));
        });
    }

    pub(in crate::ui) fn pause(&self, pause: Pause) {
        self.control.pause(pause);
    }

    pub(in crate::ui) fn record(&self, folder: PathBuf) {
        self.control.record(folder);
    }

    /// Asks the live process; how long it takes nobody waits for.
    pub(in crate::ui) fn probe(&self, generation: u64, probe: Probe) {
        let (loader, events) = (Arc::clone(&self.loader), self.events.clone());
        thread::spawn(move || {
            let blank = |mut snapshot: Snapshot| {
                blank_tabs(&mut snapshot.profile);
                snapshot
            };
            let result = contained(|| loader.probe(probe, &())).map(blank);
            let _ = events.send(Event::Probed {
                generation,
                probe,
                result,
            });
        });
    }

    pub(in crate::ui) fn load(&self, generation: u64, wanted: Wanted) {
        self.wanted_load.store(generation, Ordering::Relaxed);
        let (loader, events, newest) = (
            Arc::clone(&self.loader),
            self.events.clone(),
            Arc::clone(&self.wanted_load),
        );
        thread::spawn(move || {
            let observer = LoadObserver {
                generation,
                wanted: newest,
                events: events.clone(),
                last: Cell::new(None),
            };
            let result = contained(|| loader.load(&wanted, &observer).map(without_tabs));
            let _ = events.send(Event::Loaded { generation, result });
        });
    }
}

/// Does a piece of work. A panic in it is an error: the screen says so, and what is on it stays.
pub(super) fn contained<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Error::Bug(said(&*panic).to_owned())))
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a word")
}

/// A profile with blanks for tabs: a screen has no place for them.
fn blank_tabs(profile: &mut Arc<Profile>) {
    if profile.strings.has_tabs() {
        Arc::make_mut(profile).strings.show_tabs_as_blanks();
    }
}

/// What was loaded, without tabs.
pub(super) fn without_tabs(mut loaded: Loaded) -> Loaded {
    let sides = loaded
        .sides
        .iter_mut()
        .flat_map(|sides| [&mut sides.before, &mut sides.after]);
    let snapshots = loaded.snapshots.iter_mut().map(|snapshot| &mut snapshot.profile);
    for profile in [&mut loaded.profile].into_iter().chain(sides).chain(snapshots) {
        blank_tabs(profile);
    }
    loaded
}

/// Reports the progress of a load ten times a second, and stops a load that is cancelled.
struct LoadObserver {
    generation: u64,
    wanted: Arc<AtomicU64>,
    events: Sender<Event>,
    last: Cell<Option<Instant>>,
}

impl LoadObserver {
    fn tell(&self, reading: Reading) -> Result<()> {
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
                reading,
            });
        }
        Ok(())
    }
}

impl Observer for LoadObserver {
    fn progress(&self, done: u64, total: Option<u64>) -> Result<()> {
        self.tell(Reading::Bytes(done, total))
    }

    fn waiting(&self, left: Duration) -> Result<()> {
        self.tell(Reading::Waiting(left))
    }
}

/// Stops an analysis when a newer generation has begun.
struct JobObserver<'n> {
    generation: u64,
    newest: &'n AtomicU64,
}

impl Observer for JobObserver<'_> {
    fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
        if self.newest.load(Ordering::Relaxed) == self.generation {
            Ok(())
        } else {
            Err(Error::Cancelled)
        }
    }
}

fn analyse(queue: &Receiver<Job>, newest: &AtomicU64, answers: &Sender<Event>, environment: &Environment) {
    let mut current: Option<(u64, Analyst)> = None;
    while let Ok(job) = queue.recv() {
        let generation = job.generation;
        let kept = current.take().filter(|(of, _)| *of == generation);
        let mut analyst = match kept {
            Some((_, analyst)) => analyst,
            None => Analyst::new(job.profile, job.sides, job.options, environment.clone()),
        };
        let observer = JobObserver { generation, newest };
        for query in job.queries {
            if newest.load(Ordering::Relaxed) != generation {
                break;
            }
            let answer = contained(|| query.answer(&mut analyst, &observer));
            let answered = Event::Answered {
                generation,
                query,
                answer,
            };
            if answers.send(answered).is_err() {
                return;
            }
        }
        current = Some((generation, analyst));
    }
}

fn run_errands(queue: &Receiver<Errand>, answers: &Sender<Event>, host: &dyn Host) {
    while let Ok(errand) = queue.recv() {
        let done = contained(|| match errand {
            Errand::Save(written, file) => host
                .save(&file, &written.bytes, written.job.existing)
                .map(|saved| Done::Save(written, file, saved)),
            Errand::SaveNumbered(written, ending) => {
                let save = |file: &str| host.save(file, &written.bytes, Existing::Keep);
                report::numbered(ending, |file| Ok(save(file)? == Saved::Written))
                    .map(|file| Done::Save(written, file, Saved::Written))
            }
            Errand::OpenPage(written) => host
                .open_page(&written.bytes)
                .map(|opened| Done::OpenPage(written, opened)),
            Errand::Complete(line, source) => Ok(Done::Complete(line, Ok((source, Vec::new())))),
        });
        if answers.send(Event::Done(done)).is_err() {
            return;
        }
    }
}
