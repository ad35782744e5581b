//! Many processes side by side: a few figures of each, and which of them stands out.
//!
//! A profile is reduced to what each function holds when it comes, so that a thousand hosts fit into little memory.
//! Knows no server, text or clock.

mod figures;
mod outliers;

use rustc_hash::FxHashMap;

pub use figures::{Figures, Function, Held, Points};
pub use outliers::{MEASURES, Measure, MeasureRow, Outlier, Part, median};

/// Hosts in the order in which they were named.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    hosts: Vec<Host>,
    /// Every function that any host has, once.
    names: Vec<String>,
    rows: FxHashMap<String, u32>,
}

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    /// What it is called. Safe to print.
    pub name: String,
    /// How it was when it was asked last.
    pub state: State,
    /// What was measured of it before.
    pub history: History,
    /// Whether the history began with a server's: its heap is another measurement than a sampled one.
    is_remembered: bool,
    /// What each function held when it last answered, as rows of [`Fleet::function`].
    heap: Vec<(u32, f64)>,
    goroutines: Vec<(u32, f64)>,
}

/// How a host was when it was asked last.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It has not answered yet.
    Waiting,
    /// It answered.
    Answered(Box<Figures>),
    /// It did not, and why.
    Failed(String),
}

/// What was measured of a host over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Bytes of resident memory.
    pub rss: Points,
    /// Bytes of heap.
    pub heap: Points,
    /// Goroutines.
    pub goroutines: Points,
}

/// So many values are kept of a host that is watched.
const MOST_POINTS: usize = 120;

impl Fleet {
    /// Hosts that have not answered yet.
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

    /// Hosts of which something was measured before.
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

    /// Takes in a host's answer, which came so many seconds after 1970; or why there is none.
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

    /// The function that holds most of a host's heap, and which part of it.
    pub fn top(&self, host: &Host) -> Option<Part> {
        let all: f64 = host.heap.iter().map(|(_, value)| value).sum();
        let (row, value) = host.heap.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (all > 0.0).then(|| Part {
            name: self.function(*row).to_string(),
            share: value / all,
        })
    }

    /// How many hosts have answered, and how many have not or will not.
    pub fn count(&self) -> Count {
        let count = |is: fn(&State) -> bool| self.hosts.iter().filter(|host| is(&host.state)).count();
        Count {
            answered: count(|state| matches!(state, State::Answered(_))),
            failed: count(|state| matches!(state, State::Failed(_))),
            all: self.hosts.len(),
        }
    }
}

/// How far a survey is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// Hosts that answered.
    pub answered: usize,
    /// Hosts that did not.
    pub failed: usize,
    /// All of them.
    pub all: usize,
}

impl Host {
    /// What it answered.
    pub fn figures(&self) -> Option<&Figures> {
        match &self.state {
            State::Answered(figures) => Some(figures),
            State::Waiting | State::Failed(_) => None,
        }
    }
}
