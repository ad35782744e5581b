//! Which functions keep the growth: suspects, by the samples of their stacks.

use rustc_hash::FxHashMap;

use super::constants::KEEPS_AS_MUCH;
use super::history::{Chain, Frame, FunctionRow, History, Sampled};
use super::series::{ends, gap};
use super::window::Window;
use crate::analyze::origin::{Origin, is_runtime};

/// A function and the sums of its stacks over the window.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    pub(super) function: FunctionRow,
    /// Bytes in use at each snapshot.
    pub(super) bytes: Vec<f64>,
    /// Number of samples in use at each snapshot.
    live: Vec<f64>,
    /// Bytes that a sample stands for in the last snapshot, as root mean square.
    pub(super) per_sample: f64,
    /// The [`gap`] of `bytes`.
    pub(super) gap: f64,
    /// Growth in bytes, from the median at the start to that at the end.
    pub(super) grew: f64,
    /// Number of new samples in the window.
    pub(super) births: f64,
    /// Number of samples freed in the window.
    pub(super) deaths: f64,
    /// Net increase in the number of samples in use.
    pub(super) kept: f64,
    /// The share of the new samples that is still in use.
    pub(super) retention: f64,
    /// How many standard deviations `kept` is above 0.
    pub(super) sigmas: f64,
    /// The mean size of the blocks by which it grew, in bytes; 0 if it did not grow.
    pub(super) block: f64,
    /// The stack that grew most.
    pub(super) stack: Chain,
}

impl Suspect {
    /// Number of samples in use in the last snapshot.
    pub(super) fn at_end(&self) -> f64 {
        self.live.last().copied().unwrap_or_default()
    }
}

/// The change of a stack between the first and the last snapshot.
#[derive(Clone, Copy, Default)]
struct Change {
    live: f64,
    allocated: f64,
    bytes: f64,
    objects: f64,
    is_seen: bool,
}

impl Change {
    fn add(&mut self, sampled: &Sampled, sign: f64) {
        self.live += sign * sampled.live;
        self.allocated += sign * sampled.allocated;
        self.bytes += sign * sampled.bytes;
        self.objects += sign * sampled.objects;
        self.is_seen = true;
    }
}

/// The functions of a window, the most suspicious first: by gap, then by growth.
pub(super) fn suspects(window: &Window<'_>) -> Vec<Suspect> {
    let history = window.history;
    let changes = changes(window);
    let retained = retained(history, &changes);
    let mut rows: FxHashMap<FunctionRow, usize> = FxHashMap::default();
    let mut suspects: Vec<Suspect> = Vec::new();
    let mut of_stack: Vec<Option<usize>> = vec![None; changes.len()];
    // For each suspect the bytes and objects by which it grew, and the most that one of its stacks grew.
    let mut grown: Vec<(f64, f64, f64)> = Vec::new();
    for (at, change) in changes.iter().enumerate().filter(|(_, change)| change.is_seen) {
        let stack = Chain::from_index(at);
        let function = culprit(history, history.chain(stack), change, &retained);
        let row = *rows.entry(function).or_insert(suspects.len());
        if row == suspects.len() {
            suspects.push(Suspect::of(function, stack, window.len()));
            grown.push((0.0, 0.0, f64::NEG_INFINITY));
        }
        of_stack[at] = Some(row);
        let (bytes, objects, most) = &mut grown[row];
        *bytes += change.bytes;
        *objects += change.objects;
        if change.bytes > *most {
            (*most, suspects[row].stack) = (change.bytes, stack);
        }
        suspects[row].kept += change.live;
        suspects[row].births += change.allocated;
    }
    let mut squares = vec![0.0; suspects.len()];
    for (time, moment) in window.moments().enumerate() {
        for (stack, sampled) in moment.heap.iter().flatten() {
            let Some(row) = of_stack[stack.index()] else { continue };
            suspects[row].bytes[time] += sampled.bytes;
            suspects[row].live[time] += sampled.live;
            if time + 1 == window.len() {
                squares[row] += sampled.squares;
            }
        }
    }
    for ((suspect, squares), (bytes, objects, _)) in suspects.iter_mut().zip(squares).zip(grown) {
        suspect.block = if bytes > 0.0 && objects > 0.0 {
            bytes / objects
        } else {
            0.0
        };
        suspect.measure(squares);
    }
    // Equal ones are ordered by name, so that the order does not depend on a hash.
    let name = |suspect: &Suspect| &history.function(suspect.function).name;
    suspects.sort_by(|a, b| {
        let by_gap = b.gap.total_cmp(&a.gap);
        by_gap
            .then(b.grew.total_cmp(&a.grew))
            .then_with(|| name(a).cmp(name(b)))
    });
    suspects
}

impl Suspect {
    fn of(function: FunctionRow, stack: Chain, snapshots: usize) -> Self {
        Self {
            function,
            bytes: vec![0.0; snapshots],
            live: vec![0.0; snapshots],
            per_sample: 0.0,
            gap: 0.0,
            grew: 0.0,
            births: 0.0,
            deaths: 0.0,
            kept: 0.0,
            retention: 0.0,
            sigmas: 0.0,
            block: 0.0,
            stack,
        }
    }

    fn measure(&mut self, squares: f64) {
        let (first, last) = ends(&self.bytes);
        self.grew = last - first;
        self.gap = gap(&self.bytes);
        self.deaths = (self.births - self.kept).max(0.0);
        self.retention = if self.births > 0.0 {
            self.kept / self.births
        } else {
            0.0
        };
        let at_ends = self.live.first().copied().unwrap_or_default() + self.at_end();
        let variance = (self.births + self.deaths).min(at_ends).max(1.0);
        self.sigmas = self.kept.max(0.0) / variance.sqrt();
        self.per_sample = if self.at_end() > 0.0 {
            (squares / self.at_end()).sqrt()
        } else {
            0.0
        };
    }
}

fn changes(window: &Window<'_>) -> Vec<Change> {
    let mut changes = vec![Change::default(); window.history.stacks()];
    for moment in window.moments() {
        for (stack, _) in moment.heap.iter().flatten() {
            changes[stack.index()].is_seen = true;
        }
    }
    for (moment, sign) in [(window.first(), -1.0), (window.last(), 1.0)] {
        for (stack, sampled) in moment.and_then(|moment| moment.heap.as_ref()).into_iter().flatten() {
            changes[stack.index()].add(sampled, sign);
        }
    }
    changes
}

/// For each function the share of the new samples under it that is still in use.
fn retained(history: &History, changes: &[Change]) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); history.functions()];
    // The stack in which each function was last counted: recursion counts once.
    let mut counted = vec![usize::MAX; history.functions()];
    for (at, change) in changes.iter().enumerate().filter(|(_, change)| change.is_seen) {
        for frame in history.chain(Chain::from_index(at)) {
            let row = frame.function as usize;
            if counted[row] != at {
                counted[row] = at;
                sums[row].0 += change.live;
                sums[row].1 += change.allocated;
            }
        }
    }
    sums.iter().map(|(live, allocated)| live / allocated.max(1.0)).collect()
}

/// The function that a stack is attributed to: the innermost of the program's own that keeps as much as the stack does, so
/// that a function which others use without leaking is skipped in favour of its caller.
fn culprit(history: &History, chain: &[Frame], change: &Change, retained: &[f64]) -> FunctionRow {
    let of = |origin: Origin| {
        let frames = chain.iter().map(|frame| frame.function);
        frames.filter(move |&function| history.function(function).origin == origin)
    };
    let origin = [Origin::Own, Origin::Dependency]
        .into_iter()
        .find(|&origin| of(origin).next().is_some());
    let Some(origin) = origin else {
        return outside_runtime(history, chain);
    };
    let innermost = || of(origin).next();
    let keeping = || {
        let own = change.live / change.allocated.max(1.0);
        of(origin).find(|&function| retained[function as usize] >= KEEPS_AS_MUCH * own.min(1.0))
    };
    let found = if change.live > 0.0 {
        keeping().or_else(innermost)
    } else {
        innermost()
    };
    found.unwrap_or_default()
}

/// Functions by which the runtime allocates, for any purpose.
const ALLOCATORS: [&str; 6] = [
    "runtime.mallocgc",
    "runtime.newobject",
    "runtime.makeslice",
    "runtime.growslice",
    "runtime.newarray",
    "runtime.persistentalloc",
];

/// The innermost function that is not the runtime's; failing that, the innermost that is not an allocator.
pub(super) fn outside_runtime(history: &History, chain: &[Frame]) -> FunctionRow {
    let frames = || chain.iter().map(|frame| frame.function);
    let found = frames().find(|&function| !is_runtime(&history.function(function).name));
    let allocates = |name: &str| ALLOCATORS.iter().any(|allocator| name.starts_with(allocator));
    let busy = || frames().find(|&function| !allocates(&history.function(function).name));
    found.or_else(busy).or_else(|| frames().next()).unwrap_or_default()
}
