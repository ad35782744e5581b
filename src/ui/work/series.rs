//! Adds up the moments of a series: what each row held, and what all of them say of leaks. One thread, a moment at a
//! time, in the order in which they came; when the options change those that were are added up again, the newest first.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use super::host::{Base, Loader, Wanted};
use super::threads::{contained, without_tabs};
use crate::analyze::Scope;
use crate::analyze::goroutines::{GoroutineKind, goroutine_kinds, is_of_goroutines};
use crate::analyze::leaks::{History, Observation, Verdict, judge};
use crate::error::Result;
use crate::model::{Moment, MomentId, Profile, Snapshot};
use crate::report::{self, Options, RowSums};
use crate::ui::event::Event;
use crate::ui::timeline::Summed;

/// What the thread is told.
#[derive(Debug)]
pub(super) enum SumOrder {
    /// There is another moment, and these are not held any more.
    Moment(Moment, Vec<MomentId>),
    /// These options count from now on.
    Options(Arc<Options>),
}

/// So many moments are judged at most, the newest: an hour of one every three seconds.
const JUDGED: usize = 1200;

/// What is known so far.
struct Adder<'l> {
    loader: &'l dyn Loader,
    options: Option<Options>,
    generation: u64,
    moments: Vec<Moment>,
    /// Moments that are still to be added up, the next one last.
    waiting: Vec<Moment>,
    history: History,
    /// The newest moment that is in the history, and what the process had allocated then.
    judged: Option<(i128, u64)>,
    /// When the history begins.
    start: Option<Moment>,
}

/// Adds up what comes until nobody wants it any more.
pub(super) fn add_up(queue: &Receiver<SumOrder>, answers: &Sender<Event>, loader: &dyn Loader) {
    let mut adder = Adder {
        loader,
        options: None,
        generation: 0,
        moments: Vec::new(),
        waiting: Vec::new(),
        history: History::default(),
        judged: None,
        start: None,
    };
    let mut is_changed = false;
    loop {
        // Everything that came, before the next moment.
        while let Ok(order) = queue.try_recv() {
            adder.take(order);
        }
        let is_ready = adder.options.is_some();
        if let Some(moment) = adder.waiting.pop_if(|_| is_ready) {
            let event = adder.sum(&moment);
            is_changed |= matches!(event, Event::Summed { is_observed: true, .. });
            if answers.send(event).is_err() {
                return;
            }
            continue;
        }
        if std::mem::take(&mut is_changed)
            && let Ok(verdict) = contained(|| Ok(adder.verdict()))
            && answers.send(Event::Judged(Arc::new(verdict))).is_err()
        {
            return;
        }
        match queue.recv() {
            Ok(order) => adder.take(order),
            Err(_) => return,
        }
    }
}

impl Adder<'_> {
    /// What all moments so far say.
    fn verdict(&self) -> Verdict {
        let verdict = judge(&self.history);
        // Only what is taken now costs the process something.
        let is_watched = self.moments.last().is_some_and(|moment| moment.cost.is_some());
        if is_watched { verdict.while_watching() } else { verdict }
    }

    fn take(&mut self, order: SumOrder) {
        match order {
            SumOrder::Moment(moment, gone) => {
                for moments in [&mut self.moments, &mut self.waiting] {
                    moments.retain(|moment| !gone.contains(&moment.id));
                }
                self.moments.push(moment);
                self.waiting.insert(0, moment);
            }
            SumOrder::Options(options) => {
                let options = added_up_with(&options);
                if self.options.as_ref() != Some(&options) {
                    self.options = Some(options);
                    self.generation += 1;
                    // A verdict takes moments in the order of their time; those that it has seen come behind.
                    let is_seen = |moment: &&Moment| self.judged.is_some_and(|(nanos, _)| moment.nanos <= nanos);
                    let (seen, new): (Vec<&Moment>, Vec<&Moment>) = self.moments.iter().partition(is_seen);
                    self.waiting = seen.into_iter().chain(new.into_iter().rev()).copied().collect();
                }
            }
        }
    }

    fn sum(&mut self, moment: &Moment) -> Event {
        let before = self.judged;
        // What cannot be read is a gap; that it could not is said when it is looked at.
        let summed = contained(|| self.summed(moment)).ok().map(Box::new);
        Event::Summed {
            generation: self.generation,
            moment: moment.id,
            summed,
            is_observed: self.judged != before,
        }
    }

    fn summed(&mut self, moment: &Moment) -> Result<Summed> {
        let wanted = Wanted {
            offer: None,
            moment: Some(moment.id),
            base: Base::None,
        };
        let loaded = without_tabs(self.loader.load(&wanted, &())?);
        let options = self.options.clone().unwrap_or_default();
        let sums = RowSums::new(&loaded.profile, &options)?;
        let snapshot = loaded.snapshots.last();
        let goroutines = snapshot.and_then(|snapshot| snapshot.goroutines.as_deref());
        let own = is_of_goroutines(&loaded.profile).then_some(&*loaded.profile);
        let kinds = goroutines.or(own).map(|profile| kinds(profile, &options)).transpose()?;
        let mem_stats = snapshot.and_then(Snapshot::mem_stats);
        let allocated = mem_stats.map(|stats| stats.total_alloc);
        let allocated = allocated.or_else(|| u64::try_from(loaded.profile.total("alloc_space")?).ok());
        if let Some(snapshot) = snapshot
            && self.judged.is_none_or(|(nanos, _)| nanos < moment.nanos)
        {
            self.observe(moment, snapshot, allocated.unwrap_or(0));
        }
        Ok(Summed {
            sums,
            goroutines: goroutines.and_then(|profile| profile.total("goroutine")),
            kinds: kinds.flatten(),
            allocated,
            mem_stats: mem_stats.cloned().map(Box::new),
        })
    }

    fn observe(&mut self, moment: &Moment, snapshot: &Snapshot, allocated: u64) {
        if self.judged.is_some_and(|(_, before)| allocated < before) {
            // Another process: what it holds says nothing of the one before.
            self.history = History::default();
            self.start = None;
        }
        let start = *self.start.get_or_insert(*moment);
        let is_heap = snapshot.profile.sample_type("inuse_space").is_some();
        let own = || {
            let is_goroutines = snapshot.profile.sample_type("goroutine").is_some();
            is_goroutines.then_some(&*snapshot.profile)
        };
        self.history.push(&Observation {
            seconds: moment.seconds_since(&start),
            heap: is_heap.then_some(&*snapshot.profile),
            goroutines: snapshot.goroutines.as_deref().or_else(own),
            resident: moment.resident,
            collection: moment.collection,
        });
        self.history.keep_last(JUDGED);
        self.judged = Some((moment.nanos, allocated));
    }
}

/// Options without what does not change the rows that are added up: the type in view, and the order.
pub(in crate::ui) fn added_up_with(options: &Options) -> Options {
    Options {
        sample_index: String::new(),
        sort: Options::default().sort,
        ..options.clone()
    }
}

/// The goroutines of a profile that filters leave, by kind.
fn kinds(profile: &Profile, options: &Options) -> Result<Option<Vec<(GoroutineKind, i64)>>> {
    let scope = Scope::new(profile, &report::filters(options)?);
    let samples = scope.spans().iter().map(|span| span.sample);
    Ok(goroutine_kinds(profile, samples))
}
