//! Many processes side by side: a few figures of each, and which of them stand out.
//!
//! A profile is reduced to sums by function on arrival, so that a thousand hosts need little memory.
//! Knows no server, text or clock.

mod figures;
mod outliers;

use rustc_hash::FxHashMap;

pub use figures::{Figures, Function, Held, Points};
pub use outliers::{MEASURES, Measure, MeasureRow, Outlier, Part, median};

/// Hosts, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    hosts: Vec<Host>,
    /// The distinct function names of all hosts.
    names: Vec<String>,
    rows: FxHashMap<String, u32>,
}

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    /// The host's name. Safe to print.
    pub name: String,
    /// Its state as of the last request.
    pub state: State,
    /// What was measured of it earlier.
    pub history: History,
    /// Whether the history came from a server: its heap is measured differently from a sampled one.
    is_remembered: bool,
    /// Heap in use by function, as of its last response; functions are rows of [`Fleet::function`].
    heap: Vec<(u32, f64)>,
    goroutines: Vec<(u32, f64)>,
}

/// The state of a host as of the last request.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It has not responded yet.
    Waiting,
    /// It responded.
    Answered(Box<Figures>),
    /// It failed; the reason.
    Failed(String),
}

/// Time series of a host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Resident memory, in bytes.
    pub rss: Points,
    /// Heap, in bytes.
    pub heap: Points,
    /// Number of goroutines.
    pub goroutines: Points,
}

/// How many points are kept for a watched host.
const MOST_POINTS: usize = 120;

impl Fleet {
    /// A fleet of hosts that have not responded yet.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let host = |name| Host {
            name,
            state: State::Waiting,
            history: History::default(),
            is_remembered: false,
            heap: Vec::new(),
            goroutines: Vec::new(),
        };
        Self {
            hosts: names.into_iter().map(host).collect(),
            ..Self::default()
        }
    }

    /// A fleet of hosts with earlier measurements.
    pub fn remembered(hosts: impl IntoIterator<Item = (String, History)>) -> Self {
        let (names, histories): (Vec<String>, Vec<History>) = hosts.into_iter().unzip();
        let mut fleet = Self::new(names);
        for (host, history) in fleet.hosts.iter_mut().zip(histories) {
            host.is_remembered = !history.heap.is_empty();
            host.history = history;
        }
        fleet
    }

    /// The hosts.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// Takes a host's response, or the reason for not having one. `host` is its index, `seconds` the time since 1970 UTC.
    pub fn answered(&mut self, host: usize, seconds: f64, answer: Result<Figures, String>) {
        let state = match answer {
            Err(reason) => State::Failed(reason),
            Ok(mut figures) => {
                let heap = self.rows_of(std::mem::take(&mut figures.functions));
                let goroutines = self.rows_of(std::mem::take(&mut figures.starters));
                let Some(host) = self.hosts.get_mut(host) else { return };
                (host.heap, host.goroutines) = (heap, goroutines);
                let history = &mut host.history;
                let heap = figures.heap.filter(|held| held.is_collected || !host.is_remembered);
                for (points, value) in [
                    (&mut history.rss, figures.rss),
                    (&mut history.heap, heap.map(|held| held.bytes)),
                    (&mut history.goroutines, figures.goroutines),
                ] {
                    points.extend(value.map(|value| (seconds, value)));
                    points.drain(..points.len().saturating_sub(MOST_POINTS));
                }
                State::Answered(Box::new(figures))
            }
        };
        if let Some(host) = self.hosts.get_mut(host) {
            host.state = state;
        }
    }

    fn rows_of(&mut self, functions: Vec<Function>) -> Vec<(u32, f64)> {
        let rows = functions.into_iter().map(|Function { name, value }| {
            let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
            let row = *self.rows.entry(name).or_insert_with_key(|name| {
                self.names.push(name.clone());
                next
            });
            (row, value)
        });
        rows.collect()
    }

    /// The name of a function.
    fn function(&self, row: u32) -> &str {
        self.names.get(row as usize).map_or("", String::as_str)
    }

    /// The function with the most heap of a host, and its share.
    pub fn top(&self, host: &Host) -> Option<Part> {
        let all: f64 = host.heap.iter().map(|(_, value)| value).sum();
        let (row, value) = host.heap.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (all > 0.0).then(|| Part {
            name: self.function(*row).to_string(),
            share: value / all,
        })
    }

    /// How many hosts have responded, failed, and are there in all.
    pub fn count(&self) -> Count {
        let count = |is: fn(&State) -> bool| self.hosts.iter().filter(|host| is(&host.state)).count();
        Count {
            answered: count(|state| matches!(state, State::Answered(_))),
            failed: count(|state| matches!(state, State::Failed(_))),
            all: self.hosts.len(),
        }
    }
}

/// The progress of a survey.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// Hosts that responded.
    pub answered: usize,
    /// Hosts that failed.
    pub failed: usize,
    /// All hosts.
    pub all: usize,
}

impl Host {
    /// The figures of its last response, if it succeeded.
    pub fn figures(&self) -> Option<&Figures> {
        match &self.state {
            State::Answered(figures) => Some(figures),
            State::Waiting | State::Failed(_) => None,
        }
    }
}
