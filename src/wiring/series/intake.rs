//! Snapshots as they come, from a process that is watched or a store that remembers: held, told of, and recorded.

use std::path::Path;
use std::time::{Duration, Instant};

use super::TimedInputs;
use crate::decode;
use crate::encode;
use crate::error::{Error, Result};
use crate::host::{self, Caller};
use crate::load::series::{Held, Packed};
use crate::load::session::{Files, Gate, Observed, Recorder};
use crate::load::watch::{Happened, Next, Taken, Watcher, watch};
use crate::model::{Collection, Moment};
use crate::source::ProfileStore;
use crate::ui::{Control, Followed};
use crate::wiring::recall::{Recall, Recalled, Reins};
use crate::wiring::steps::step_in_words;
use crate::wiring::watch::{Target, rest, seed};

impl TimedInputs {
    /// Watches the process.
    pub(super) fn watch(&self, control: &Control, tell: &mut dyn FnMut(Followed)) -> Result<()> {
        let url = self.inputs.process().ok_or(Error::Empty)?;
        let mut follower = Follower {
            intake: Intake::new(self, control, tell)?,
            target: Target::new(url, &self.inputs),
            start: Instant::now(),
            failure: None,
        };
        watch(self.watched.plan, seed(), &mut follower)?;
        follower.failure.map_or(Ok(()), Err)
    }

    /// Reads what a store remembers, the earliest step first, and goes on with what comes if that is wanted.
    pub(super) fn recall(
        &self,
        store: &ProfileStore,
        recall: Recall,
        control: &Control,
        tell: &mut dyn FnMut(Followed),
    ) -> Result<()> {
        let step = step_in_words(store, self.watched.every)?;
        let mut intake = Intake::new(self, control, tell)?;
        let reins = Reins {
            is_stopped: &|| control.is_stopped(),
            is_paused: &|| control.is_paused(),
        };
        let (mut read, mut known, mut is_caught_up) = (0, 0, false);
        let all = |known: usize| Followed::Note(format!("All {known} steps are read, each of {step}."));
        self.inputs
            .read_store(store, &self.watched, recall, &reins, &mut |recalled| {
                match recalled {
                    Recalled::Step(count, taken) => {
                        (read, known) = (read + 1, count);
                        if !is_caught_up {
                            (intake.tell)(Followed::Note(format!("Reading step {read} of {count}.")));
                        }
                        intake.accept(*taken, None)?;
                    }
                    Recalled::CaughtUp => {
                        is_caught_up = true;
                        if read > 0 {
                            (intake.tell)(all(known));
                        }
                        (intake.tell)(Followed::CaughtUp);
                    }
                    // What never answered ends the watch, instead of being asked again and again.
                    Recalled::Missed(error) if self.store().last().is_none() => return Err(error),
                    Recalled::Missed(error) => {
                        read = 0;
                        (intake.tell)(Followed::Missed(error.to_string()));
                    }
                }
                Ok(Next::GoOn)
            })?;
        // A range ends without a word, and its last steps may have had nothing.
        if recall == Recall::Range && read > 0 {
            (intake.tell)(all(known));
        }
        Ok(())
    }
}

/// What comes in for the dashboard.
struct Intake<'f> {
    inputs: &'f TimedInputs,
    control: &'f Control,
    tell: &'f mut dyn FnMut(Followed),
    recorder: Option<Recorder<'f>>,
    /// Which moments are recorded.
    gate: Gate,
}

impl<'f> Intake<'f> {
    fn new(inputs: &'f TimedInputs, control: &'f Control, tell: &'f mut dyn FnMut(Followed)) -> Result<Self> {
        let mut intake = Self {
            inputs,
            control,
            tell,
            recorder: None,
            gate: Gate::new(inputs.watched.save_when),
        };
        if let Some(folder) = &inputs.watched.record {
            intake.record(folder)?;
        }
        Ok(intake)
    }

    fn record(&mut self, folder: &Path) -> Result<()> {
        let files = Files {
            save: &|bytes, path: &Path| host::save(bytes, path, Caller::Dashboard),
            gzip: &|bytes| encode::gzip(bytes),
        };
        self.recorder = Some(Recorder::create(folder, self.inputs.watched.keeping, files)?);
        (self.tell)(Followed::Note(format!("Recording into {}.", folder.display())));
        Ok(())
    }

    /// Takes a snapshot in, which cost the process so much.
    fn accept(&mut self, taken: Taken, cost: Option<Duration>) -> Result<()> {
        let inputs = self.inputs;
        let pack = |bytes: &[u8]| match bytes.starts_with(&[0x1f, 0x8b]) {
            true => Packed::Bytes(bytes.into()),
            false => Packed::Bytes(encode::gzip_fast(bytes).into()),
        };
        // What cannot be read is no moment.
        let profile = decode::profile(&taken.heap[..], inputs.inputs.budget, &())?;
        let told = || profile.total("inuse_space").and_then(|sum| u64::try_from(sum).ok());
        let stats = profile.mem_stats.as_ref().map(|stats| stats.heap_alloc);
        let in_use = stats.or_else(told).unwrap_or(0);
        let id = inputs.store().next_id();
        let moment = Moment {
            id,
            nanos: taken.time.as_nanosecond(),
            resident: taken.resident,
            collection: taken.collection,
            cost,
        };
        let held = Held {
            moment,
            heap: Some(pack(&taken.heap)),
            goroutines: taken.goroutine.as_deref().map(pack),
        };
        let gone = inputs.store().push(held);
        let loaded = inputs.loaded(id, profile, &taken)?;
        let goroutines = loaded
            .snapshots
            .last()
            .and_then(|snapshot| snapshot.goroutines.as_deref());
        let observed = Observed {
            heap: in_use,
            resident: taken.resident.map(|resident| resident.bytes),
            goroutines: goroutines.and_then(|profile| u64::try_from(profile.total("")?).ok()),
        };
        *inputs.newest() = Some((id, loaded));
        if let Some(folder) = self.control.take_recording()
            && let Err(error) = self.record(&folder)
        {
            (self.tell)(Followed::Missed(error.to_string()));
        }
        if let Some(recorder) = &mut self.recorder
            && self.gate.admits(taken.time, observed)
        {
            recorder.record(&taken, in_use)?;
        }
        (self.tell)(Followed::Moment(moment, gone));
        Ok(())
    }
}

/// A process that is watched for the dashboard.
struct Follower<'f> {
    intake: Intake<'f>,
    target: Target<'f>,
    start: Instant,
    /// Why there is no moment at all.
    failure: Option<Error>,
}

impl Watcher for Follower<'_> {
    fn take(&mut self, collection: Collection) -> Result<Taken> {
        self.target.take(collection)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait_until(&mut self, time: Duration) -> Next {
        while !self.intake.control.is_stopped() {
            let left = time.saturating_sub(self.now());
            if left.is_zero() && !self.intake.control.is_paused() {
                return Next::GoOn;
            }
            rest(left);
        }
        Next::Stop
    }

    fn tell(&mut self, happened: Happened) -> Next {
        let accepted = match happened {
            Happened::Took(taken) => {
                let cost = taken.cost;
                self.intake.accept(*taken, Some(cost))
            }
            Happened::Missed(error) => Err(error),
        };
        match accepted {
            Ok(()) => {}
            // What never answered ends the watch, instead of being asked again and again.
            Err(error) if self.intake.inputs.store().last().is_none() => {
                self.failure = Some(error);
                return Next::Stop;
            }
            Err(error) => (self.intake.tell)(Followed::Missed(error.to_string())),
        }
        match self.intake.control.is_stopped() {
            true => Next::Stop,
            false => Next::GoOn,
        }
    }
}
