//! The verdict on a process: findings and their evidence. Facts only; reports put them into words.

use super::trend::Trend;

/// The severity of a finding, or of a verdict.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Level {
    /// No visible leak.
    #[default]
    None,
    /// Something grows, but may stop.
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

/// How certain a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Confidence {
    /// It grows, or has too few samples for the name to be certain.
    Low,
    /// It leaks, and the name is based on few samples.
    Medium,
    /// It leaks, and the name is based on many samples or exact counts.
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

/// The function named, and its stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Culprit {
    /// The stack that grew most, innermost call first.
    pub stack: Vec<Call>,
    /// The index of the named call in `stack`.
    pub at: usize,
}

impl Culprit {
    /// The named call.
    pub fn call(&self) -> Option<&Call> {
        self.stack.get(self.at)
    }

    /// Its callers, the nearest first.
    pub fn callers(&self) -> &[Call] {
        self.stack.get(self.at + 1..).unwrap_or_default()
    }

    /// Its callees, the innermost first.
    pub fn callees(&self) -> &[Call] {
        self.stack.get(..self.at).unwrap_or_default()
    }
}

/// The samples of a heap culprit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SampleEvidence {
    /// Net increase in the number of samples in use, over the window.
    pub kept: f64,
    /// The share of the new samples that is still in use, 0 to 1.
    pub retention: f64,
    /// Growth in bytes, by its samples.
    pub grew: f64,
    /// Its block size in bytes; 0 if unknown.
    pub block: f64,
}

/// Something that grows.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What grows.
    pub kind: Kind,
    /// Its severity; [`Level::None`] for a heap that grew and has stopped.
    pub level: Level,
    /// Its trend: of exact values if there are any, otherwise of samples.
    pub trend: Trend,
    /// The values of `trend`, one per snapshot of the window.
    pub values: Vec<f64>,
    /// The function that keeps it, if known.
    pub culprit: Option<Culprit>,
    /// The culprit's share of the exact growth; can exceed 1, as it is sampled.
    pub share: Option<f64>,
    /// The culprit's samples, for the heap.
    pub samples: Option<SampleEvidence>,
    /// How certain it is.
    pub confidence: Confidence,
    /// The mean size of the objects by which the heap grew, in bytes.
    pub object_size: Option<f64>,
    /// Bytes of stack per new goroutine.
    pub stack_each: Option<f64>,
    /// The function of the leaked goroutines that hold this heap.
    pub held_by: Option<String>,
    /// The place, among the findings, of the goroutines with which this comes: those that become as many as fast, and a heap
    /// that nobody of the program can be named for while they stay.
    pub with: Option<usize>,
    /// For goroutines without a frame of the program's own: the own call for which they were probably started.
    pub opened_by: Option<Call>,
}

/// A suspect, for a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Suspected {
    /// The function's name.
    pub name: String,
    /// Its file; empty if unknown.
    pub file: String,
    /// The trend of its bytes in use.
    pub trend: Trend,
    /// Its bytes in use, one value per snapshot of the window.
    pub values: Vec<f64>,
    /// Its share of the heap's growth.
    pub share: Option<f64>,
    /// The function in its stack that grew most.
    pub culprit: Option<Culprit>,
}

/// The trends of everything examined; each is `None` if not known.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Levels {
    /// Heap in use, in bytes, with single peaks cut off.
    pub heap: Option<Trend>,
    /// Number of goroutines.
    pub goroutines: Option<Trend>,
    /// Goroutine stacks, in bytes.
    pub stacks: Option<Trend>,
    /// Resident memory outside Go, in bytes.
    pub outside: Option<Trend>,
}

/// A limit on what the verdict can say.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Caveat {
    /// No `runtime.MemStats`: the heap's growth is known from samples only.
    NoMemStats,
    /// No goroutine profiles.
    NoGoroutines,
    /// No resident memory.
    NoRss,
    /// Only peak resident memory.
    PeakRss,
    /// No heap profiles.
    NoHeap,
    /// No garbage collection was forced before the snapshots.
    NotCollected {
        /// How many collections ran in the window, if known.
        collections: Option<u64>,
    },
    /// Too few snapshots to be certain of a leak.
    FewSnapshots,
    /// The process is young: start-up looks like a leak.
    Young {
        /// Its age at the last snapshot.
        seconds: f64,
    },
    /// The process was restarted: earlier snapshots are not judged.
    Restarted,
    /// How many times the watching or the process was stalled.
    Holes(usize),
}

/// The verdict on a process.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Verdict {
    /// The highest level among the findings.
    pub level: Level,
    /// What leaks or grows, the most certain first.
    pub findings: Vec<Finding>,
    /// Functions of the heap, the most suspicious first.
    pub suspects: Vec<Suspected>,
    /// Everything examined, including what is level.
    pub levels: Levels,
    /// A heap that grew and has stopped, if there is no finding.
    pub rested: Option<Finding>,
    /// The length of the window, in seconds.
    pub window: f64,
    /// The number of snapshots in the window.
    pub snapshots: usize,
    /// Limits on what it can say.
    pub caveats: Vec<Caveat>,
}

/// A watch with fewer snapshots has only just begun.
const BEGINNING: usize = 10;

impl Verdict {
    /// The verdict to show during a watch: at its beginning a start-up looks like a leak, so a leak is reported as growth
    /// only. What Go has proved, and goroutines that nobody can end, stay leaks.
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
