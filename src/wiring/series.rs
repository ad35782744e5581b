//! The dashboard's loader: what was named, the moments of a recorded session, of a store's history, or those of a process
//! that is watched.

mod intake;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::demo::Demo;
use super::recall::Recall;
use super::steps::step_in_words;
use super::stores::Kept;
use super::{Inputs, source};
use super::{environment, offers};
use crate::cli::Watched;
use crate::decode;
use crate::error::{Error, Result};
use crate::host::{self, Described};
use crate::load::series::{Held, Packed, Store};
use crate::load::session::{Listed, is_folder, list};
use crate::load::watch::Taken;
use crate::load::{self, Combine, Keep, Opener};
use crate::model::{Loaded, Moment, MomentId, Profile, Side, Snapshot};
use crate::progress::Observer;
use crate::report::Environment;
use crate::secret::SourceName;
use crate::source::{ProfileStore, Source, Url, data, profiles};
use crate::ui::{Base, Control, Followed, Loader, Offer, Probe, Series, Wanted};

/// Bytes of profiles that a series holds unless the user says otherwise.
pub const BUDGET: u64 = 512 << 20;

/// What the dashboard is opened on.
pub struct TimedInputs {
    inputs: Inputs,
    series: Kind,
    watched: Watched,
    store: Mutex<Store>,
    /// The newest moment of a watch, decoded to see what it is: both the view and the sums want it.
    newest: Mutex<Option<(MomentId, Loaded)>>,
}

/// Whether several profiles are moments of one process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moments {
    /// They are.
    Yes,
    /// They are added up.
    No,
}

/// Which moments there are: none, recorded ones, or those of a live process.
enum Kind {
    None,
    Recorded,
    /// The session that is built in.
    Demo(Demo),
    Process {
        begins: bool,
    },
    /// The steps of a store's history.
    Stored(ProfileStore),
    /// The steps of a store's history, and those that pass from now on; how long one is, in words.
    Passing(ProfileStore, String),
}

impl TimedInputs {
    /// A loader of what was named; with `watched` a process is watched at once.
    ///
    /// # Errors
    /// [`Error::Usage`] for a watch of what is no process.
    pub fn new(inputs: Inputs, moments: Moments, watched: Option<Watched>, budget: u64) -> Result<Self> {
        inputs.check_metrics(&())?;
        let has_folder = inputs.sources.iter().any(|name| is_folder(name.as_typed()));
        if has_folder && inputs.sources.len() > 1 {
            return Err(Error::Usage(
                "one session at a time: a folder, or several profiles with --series".into(),
            ));
        }
        let is_wanted = watched.is_some() || moments == Moments::Yes;
        let store = inputs.store()?.filter(|_| is_wanted && inputs.combine.base.is_empty());
        let series = match (inputs.process(), store) {
            _ if inputs.is_demo() && inputs.combine.base.is_empty() => Kind::Demo(Demo::open()?),
            (_, Some(store)) => match &watched {
                Some(watched) if inputs.goes_on() == Recall::GoOn => {
                    let pace = format!("a step of {}", step_in_words(&store, watched.every)?);
                    Kind::Passing(store, pace)
                }
                _ => Kind::Stored(store),
            },
            _ if moments == Moments::Yes || has_folder => Kind::Recorded,
            (Some(_), None) => Kind::Process {
                begins: watched.is_some(),
            },
            (None, None) if watched.is_some() => {
                return Err(Error::Usage(
                    "watch takes a live process, host:port or a URL, or a store's history, pyroscope:URL; a recorded session \
                     opens without it"
                        .into(),
                ));
            }
            (None, None) => Kind::None,
        };
        Ok(Self {
            inputs,
            series,
            watched: watched.unwrap_or_default(),
            store: Mutex::new(Store::new(budget)),
            newest: Mutex::default(),
        })
    }

    /// The machine as the dashboard sees it.
    pub fn environment(&self) -> Environment {
        match &self.series {
            Kind::Demo(demo) => demo.environment(),
            _ => environment(),
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn newest(&self) -> MutexGuard<'_, Option<(MomentId, Loaded)>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, name: &SourceName, observer: &dyn Observer) -> Result<Profile> {
        match moment_of(name) {
            None => self.inputs.profile(name, Kept::Profile, observer),
            Some(id) => {
                let held = self.store().get(id).cloned().ok_or_else(gone)?;
                self.unpack(held.heap.as_ref().or(held.goroutines.as_ref()).ok_or_else(gone)?)
            }
        }
    }

    fn unpack(&self, packed: &Packed) -> Result<Profile> {
        let budget = self.inputs.budget;
        match packed {
            Packed::Bytes(bytes) => decode::profile(&bytes[..], budget, &()),
            Packed::File(path) => {
                let name = SourceName::from(path.to_string_lossy().into_owned());
                decode::profile(source(&name).open(&self.inputs.http, &())?, budget, &())
            }
        }
    }

    /// Reads a moment, or what was named, with or without something to compare it with.
    fn read_all(&self, wanted: &Wanted, observer: &dyn Observer) -> Result<Loaded> {
        let combine = &self.inputs.combine;
        if let Some(path) = &wanted.offer {
            return self.read_offer(path, observer);
        }
        let mut sources = match wanted.moment {
            Some(id) => vec![name_of(id)],
            None => self.inputs.sources.clone(),
        };
        let (base, comparison) = match &wanted.base {
            Base::AsNamed => (combine.base.clone(), combine.comparison),
            Base::None => (Vec::new(), combine.comparison),
            Base::Moment(id) => (vec![name_of(*id)], combine.comparison),
            Base::FirstNamed if sources.len() > 1 => (vec![sources.remove(0)], combine.comparison),
            Base::FirstNamed => (Vec::new(), combine.comparison),
            Base::Named(name, comparison) => (vec![name.as_str().into()], *comparison),
        };
        let combine = Combine {
            base,
            comparison,
            ..combine.clone()
        };
        let opener = Opener {
            open: &|name| self.read(name, observer),
            show: &|name| match moment_of(name) {
                Some(id) => format!("snapshot {}", id.0 + 1),
                None => self.inputs.shown(name),
            },
        };
        let mut loaded = load::load(&sources, &combine, Keep::Snapshots, &opener)?;
        if let Some(id) = wanted.moment {
            let held = self.store().get(id).cloned().ok_or_else(gone)?;
            let snapshots = loaded.snapshots.iter_mut();
            for snapshot in snapshots.filter(|snapshot| snapshot.side == Side::After) {
                snapshot.resident = held.moment.resident;
                snapshot.collection = held.moment.collection;
                let goroutines = held.heap.as_ref().and(held.goroutines.as_ref());
                // The heap is there all the same.
                snapshot.goroutines = goroutines.and_then(|packed| self.unpack(packed).ok()).map(Arc::new);
            }
        }
        Ok(loaded)
    }
}

impl Loader for TimedInputs {
    fn name(&self) -> String {
        self.inputs.name()
    }

    fn is_remote(&self) -> bool {
        self.inputs.is_remote()
    }

    fn series(&self) -> Series {
        match &self.series {
            Kind::None => Series::None,
            Kind::Recorded | Kind::Demo(_) | Kind::Stored(_) => Series::Recorded,
            Kind::Passing(_, pace) => Series::Store { pace: pace.clone() },
            Kind::Process { begins } => Series::Process {
                pace: format!("every {} s ±30%", self.watched.plan.every.as_secs_f64()),
                begins: *begins,
            },
        }
    }

    fn load(&self, wanted: &Wanted, observer: &dyn Observer) -> Result<Loaded> {
        if let Base::Moment(base) = wanted.base {
            self.store().keep(Some(base));
        }
        let is_compared = match &wanted.base {
            Base::None => false,
            Base::AsNamed => !self.inputs.combine.base.is_empty(),
            _ => true,
        };
        if let (Some(id), false) = (wanted.moment, is_compared)
            && let Some((_, newest)) = &self.newest().as_ref().filter(|(newest, _)| *newest == id)
        {
            return Ok(newest.clone());
        }
        self.read_all(wanted, observer)
    }

    fn is_live(&self) -> bool {
        self.inputs.process().is_some()
    }

    fn probe(&self, probe: Probe, observer: &dyn Observer) -> Result<Snapshot> {
        let nobody = || Error::Usage("only a live process can be asked".into());
        let url = self.inputs.process().ok_or_else(nobody)?;
        self.inputs.answer_probe(&url, probe, observer)
    }

    fn complete(&self, typed: &str, observer: &dyn Observer) -> Result<(usize, Vec<String>)> {
        self.inputs.complete(typed, observer)
    }

    fn offers(&self, observer: &dyn Observer) -> Result<Vec<Offer>> {
        let url = self.inputs.process().ok_or(Error::Empty)?;
        Ok(offers::offers(&profiles(&url, &self.inputs.http, observer)?))
    }

    fn save_offer(&self, offer: &Offer, observer: &dyn Observer) -> Result<String> {
        let url = self.offer(&offer.path)?;
        let read = || data(&url, &self.inputs.http, observer);
        let described = |_: &[u8]| {
            Ok(Described {
                process: String::new(),
                kind: "trace".into(),
                time_nanos: i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0),
                ending: "out".into(),
            })
        };
        let saved = host::keep(&read, None, &described)?;
        let path = saved.path.display();
        Ok(format!(
            "Wrote {path}, an execution trace: go tool trace {path} shows it."
        ))
    }

    fn follow(&self, control: &Control, tell: &mut dyn FnMut(Followed)) -> Result<()> {
        match &self.series {
            Kind::None => Ok(()),
            Kind::Recorded => {
                let open = |name: &SourceName| self.read(name, &());
                let listed = list(&self.inputs.sources, &open)?;
                let file = |name: String| Some(Packed::File(PathBuf::from(name)));
                self.tell_of(listed, file, tell);
                Ok(())
            }
            Kind::Demo(demo) => {
                let listed = Listed {
                    rows: demo.rows(),
                    warnings: Vec::new(),
                };
                self.tell_of(listed, |name| demo.file(&name).map(Packed::Bytes), tell);
                Ok(())
            }
            Kind::Stored(store) => self.recall(store, Recall::Range, control, tell),
            Kind::Passing(store, _) => self.recall(store, Recall::GoOn, control, tell),
            Kind::Process { .. } => self.watch(control, tell),
        }
    }
}

impl TimedInputs {
    /// Where an offer is.
    fn offer(&self, path: &str) -> Result<Url> {
        let (profile, query) = path.split_once('?').unwrap_or((path, ""));
        let url = self.inputs.process().ok_or(Error::Empty)?;
        Ok(url.beside(profile, query))
    }

    fn read_offer(&self, path: &str, observer: &dyn Observer) -> Result<Loaded> {
        let url = self.offer(path)?;
        let opener = Opener {
            open: &|_| {
                let bytes = Source::Url(url.clone()).open(&self.inputs.http, observer)?;
                decode::profile(bytes, self.inputs.budget, &())
            },
            show: &|_| path.to_string(),
        };
        let combine = Combine {
            base: Vec::new(),
            ..self.inputs.combine.clone()
        };
        load::load(&[path.into()], &combine, Keep::Snapshots, &opener)
    }

    /// Holds the snapshots of a list, and tells of each.
    fn tell_of(&self, listed: Listed, packed: impl Fn(String) -> Option<Packed>, tell: &mut dyn FnMut(Followed)) {
        for row in listed.rows {
            let mut held = Held {
                moment: Moment {
                    id: MomentId(0),
                    nanos: row.time.as_nanosecond(),
                    resident: row.resident(),
                    collection: row.collection,
                    cost: None,
                },
                heap: row.heap.and_then(&packed),
                goroutines: row.goroutine.and_then(&packed),
            };
            held.moment.id = self.store().next_id();
            let moment = held.moment;
            self.store().push(held);
            tell(Followed::Moment(moment, Vec::new()));
        }
        if !listed.warnings.is_empty() {
            tell(Followed::Note(listed.warnings.join("; ")));
        }
    }
}

impl TimedInputs {
    /// A moment whose profile is decoded already.
    fn loaded(&self, id: MomentId, profile: Profile, taken: &Taken) -> Result<Loaded> {
        let profile = Mutex::new(Some(profile));
        let opener = Opener {
            open: &|_| {
                let taken = profile.lock().unwrap_or_else(PoisonError::into_inner).take();
                taken.ok_or_else(gone)
            },
            show: &|_| format!("snapshot {}", id.0 + 1),
        };
        let combine = Combine {
            base: Vec::new(),
            ..self.inputs.combine.clone()
        };
        let mut loaded = load::load(&[name_of(id)], &combine, Keep::Snapshots, &opener)?;
        for snapshot in &mut loaded.snapshots {
            snapshot.resident = taken.resident;
            snapshot.collection = taken.collection;
            let goroutines = taken.goroutine.as_deref();
            let goroutines = goroutines.and_then(|bytes| decode::profile(bytes, self.inputs.budget, &()).ok());
            snapshot.goroutines = goroutines.map(Arc::new);
        }
        Ok(loaded)
    }
}

/// The name that the moment goes by where sources are named; no file or URL is called so, as there is a NUL in it.
fn name_of(id: MomentId) -> SourceName {
    format!("{PREFIX}{}", id.0).into()
}

fn moment_of(name: &SourceName) -> Option<MomentId> {
    name.as_typed().strip_prefix(PREFIX)?.parse().ok().map(MomentId)
}

const PREFIX: &str = "\0moment ";

fn gone() -> Error {
    Error::Usage("this moment was thinned out: it is not held any more".into())
}
