//! What is said of a process: findings with what they rest on. Facts only; the words are a report's.

use super::trend::Trend;

/// How much is said of a finding, or of all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Level {
    /// Nothing leaks that can be seen.
    #[default]
    None,
    /// Something grows that may come to rest.
    Growing,
    /// Something leaks.
    Leak,
}

/// What grows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Objects in Go's heap.
    Heap,
    /// The number of goroutines.
    Goroutine,
    /// The stacks of goroutines.
    Stacks,
    /// Resident memory that Go does not know of.
    Outside,
}

/// How sure a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Confidence {
    /// It grows, or it was sampled too little to be sure of the name.
    Low,
    /// It leaks, and the name rests on a few samples.
    Medium,
    /// It leaks, and the name rests on many samples or exact counts.
    High,
    /// Go has proved that it can never end.
    Certain,
}

/// A call in a stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// The function.
    pub name: String,
    /// Its file; empty if unknown.
    pub file: String,
    /// The line of the call, or of the allocation; 0 if unknown.
    pub line: i64,
}

/// Who is named, and in which stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Culprit {
    /// The stack that grew most, the innermost call first.
    pub stack: Vec<Call>,
    /// The named one in it.
    pub at: usize,
}

impl Culprit {
    /// The call that is named.
    pub fn call(&self) -> Option<&Call> {
        self.stack.get(self.at)
    }

    /// Who calls it, the nearest first.
    pub fn callers(&self) -> &[Call] {
        self.stack.get(self.at + 1..).unwrap_or_default()
    }

    /// What it calls, the innermost first.
    pub fn callees(&self) -> &[Call] {
        self.stack.get(..self.at).unwrap_or_default()
    }
}

/// What the samples say of a culprit of the heap.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SampleEvidence {
    /// Samples that there are more of at the end than at the beginning.
    pub kept: f64,
    /// The part of the new samples that is still in use, 0 to 1.
    pub retention: f64,
    /// Bytes by which its samples say that it grew.
    pub grew: f64,
    /// The size of its blocks in bytes; 0 if unknown.
    pub block: f64,
}

/// Something that grows.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// How much is said of it; [`Level::None`] for a heap that grew and has come to rest.
    pub level: Level,
    /// How it went: exact values where there are any, else those of the samples.
    pub trend: Trend,
    /// The values of `trend`, one a snapshot of the window.
    pub values: Vec<f64>,
    /// Who keeps it, if that can be told.
    pub culprit: Option<Culprit>,
    /// Which part of the exact growth the culprit accounts for; can exceed 1, as it is sampled.
    pub share: Option<f64>,
    /// What its samples say.
    pub samples: Option<SampleEvidence>,
    /// How sure it is.
    pub confidence: Confidence,
    /// The mean size in bytes of the objects that the heap grew by.
    pub object_size: Option<f64>,
    /// Bytes of stack for each new goroutine.
    pub stack_each: Option<f64>,
    /// The leaked goroutines' function that holds this heap.
    pub held_by: Option<String>,
}

/// A function that was suspected, for a table of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Suspected {
    /// Its name.
    pub name: String,
    /// Its file; empty if unknown.
    pub file: String,
    /// How its bytes went.
    pub trend: Trend,
    /// Its bytes in use, one a snapshot of the window.
    pub values: Vec<f64>,
    /// Its part of the heap's growth.
    pub share: Option<f64>,
}

/// What was looked at besides the findings, each `None` where it is not known.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Levels {
    /// Bytes in use in the heap, single peaks cut off.
    pub heap: Option<Trend>,
    /// All goroutines.
    pub goroutines: Option<Trend>,
    /// Bytes of their stacks.
    pub stacks: Option<Trend>,
    /// Resident bytes outside Go.
    pub outside: Option<Trend>,
}

/// Something that limits what can be said.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Caveat {
    /// No `runtime.MemStats`: the heap's growth is known from samples alone.
    NoMemStats,
    /// No goroutine profiles.
    NoGoroutines,
    /// No resident memory of the process.
    NoRss,
    /// Only its peak.
    PeakRss,
    /// No heap profiles.
    NoHeap,
    /// The heap was not collected before each snapshot; so many collections happened in the window.
    NotCollected {
        /// How many.
        collections: Option<u64>,
    },
    /// Too few snapshots to tell a leak without doubt.
    FewSnapshots,
    /// The process is so many seconds old: a start-up looks alike.
    Young {
        /// Its age at the end.
        seconds: f64,
    },
    /// The process began anew: earlier snapshots are not judged.
    Restarted,
    /// So many times the watching or the process stood still.
    Holes(usize),
}

/// All that is said of a process.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Verdict {
    /// The highest level of the findings.
    pub level: Level,
    /// What leaks or grows, the most certain first.
    pub findings: Vec<Finding>,
    /// Functions of the heap, the most suspicious first.
    pub suspects: Vec<Suspected>,
    /// Everything looked at, also what is level.
    pub levels: Levels,
    /// What grew in the heap and came to rest, if nothing else did.
    pub rested: Option<Finding>,
    /// How long the window is, in seconds.
    pub window: f64,
    /// How many snapshots there are in it.
    pub snapshots: usize,
    /// What limits all this.
    pub caveats: Vec<Caveat>,
}

/// A watch with fewer snapshots has only begun.
const BEGINNING: usize = 10;

impl Verdict {
    /// As it is to be told of a watch: while that has only begun a start-up looks like a leak, so that growth is all
    /// that is said. What Go has proved, and goroutines that nobody can end, stay what they are.
    #[must_use]
    pub fn while_watching(mut self) -> Self {
        if self.snapshots < BEGINNING {
            for finding in &mut self.findings {
                if finding.level == Level::Leak && finding.confidence != Confidence::Certain {
                    (finding.level, finding.confidence) = (Level::Growing, Confidence::Low);
                }
            }
            let highest = self.findings.iter().map(|finding| finding.level).max();
            self.level = highest.unwrap_or(Level::None);
        }
        self
    }
}
