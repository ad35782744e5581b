//! Snapshots of one process, reduced to what the verdict needs: stacks have the same ids in all of them.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::samples::{block_sizes, samples};
use super::series::median;
use super::verdict::{Call, Culprit};
use crate::analyze::origin::{Origin, origin};
use crate::model::{Collection, MemStats, Profile, Resident, SampleTypeId};

/// The input for one snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Observation<'p> {
    /// When it was taken, in seconds of any monotonic clock.
    pub seconds: f64,
    /// A heap profile, with `mem_stats` if it was `debug=1` text.
    pub heap: Option<&'p Profile>,
    /// A goroutine profile of any form.
    pub goroutines: Option<&'p Profile>,
    /// Resident memory, if known.
    pub resident: Option<Resident>,
    /// Whether a garbage collection was forced before.
    pub collection: Collection,
}

/// All snapshots so far, the earliest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    functions: Vec<Function>,
    function_rows: FxHashMap<(Box<str>, Box<str>), u32>,
    frames: Vec<Frame>,
    /// `ends[i - 1]..ends[i]` are the frames of stack `i`.
    ends: Vec<u32>,
    stack_rows: HashTable<u32>,
    pub(super) moments: Vec<Moment>,
    /// Stacks that Go has proved leaked, with counts.
    pub(super) proved: Vec<(Chain, i64)>,
}

/// A function in some stack.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) name: Box<str>,
    pub(super) file: Box<str>,
    pub(super) origin: Origin,
}

/// A row of [`History`]'s functions.
pub(super) type FunctionRow = u32;

/// A call: a function and its line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Frame {
    pub(super) function: FunctionRow,
    pub(super) line: i64,
}

/// A stack: a row of [`History`]'s stacks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Chain(u32);

impl Chain {
    pub(super) fn from_index(row: usize) -> Self {
        Self(u32::try_from(row).unwrap_or(u32::MAX))
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A snapshot, reduced.
#[derive(Clone, Debug, Default)]
pub(super) struct Moment {
    pub(super) seconds: f64,
    pub(super) collection: Collection,
    pub(super) mem_stats: Option<Box<MemStats>>,
    pub(super) resident: Option<Resident>,
    pub(super) heap: Option<Vec<(Chain, Sampled)>>,
    pub(super) goroutines: Option<Vec<(Chain, i64)>>,
}

/// The samples of a stack.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Sampled {
    /// Number of samples since the program started.
    pub(super) allocated: f64,
    /// Number of samples in use.
    pub(super) live: f64,
    /// Bytes in use that they stand for.
    pub(super) bytes: f64,
    /// Sum of the squares of the bytes that each sample in use stands for.
    pub(super) squares: f64,
    /// Number of objects in use that they stand for.
    pub(super) objects: f64,
}

impl Sampled {
    fn add(&mut self, other: Self) {
        self.allocated += other.allocated;
        self.live += other.live;
        self.bytes += other.bytes;
        self.squares += other.squares;
        self.objects += other.objects;
    }
}

/// Packages of the profiler itself: taking a snapshot allocates.
const PROFILER: [&str; 2] = ["net/http/pprof.", "runtime/pprof."];
/// Their functions for labelling a program's own work: `pprof.Do` may be below everything that a server does.
const LABELLING: [&str; 5] = ["Do", "WithLabels", "SetGoroutineLabels", "Labels", "ForLabels"];

/// Whether a function works for the profiler.
fn is_profilers(name: &str) -> bool {
    let called = PROFILER.iter().find_map(|package| name.strip_prefix(package));
    called.is_some_and(|called| !LABELLING.contains(&called.split('.').next().unwrap_or_default()))
}

impl History {
    /// The number of snapshots.
    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// Whether there are no snapshots.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// Drops all snapshots except the last `count`.
    pub fn keep_last(&mut self, count: usize) {
        let before = self.moments.len().saturating_sub(count);
        self.moments.drain(..before);
    }

    /// Adds a snapshot, in order of time. A profile without heap columns counts as missing.
    pub fn push(&mut self, observed: &Observation<'_>) {
        let heap = observed.heap.and_then(|profile| self.heap(profile));
        let goroutines = observed.goroutines.map(|profile| self.counts(profile));
        let at = self
            .moments
            .partition_point(|moment| moment.seconds <= observed.seconds);
        let moment = Moment {
            seconds: observed.seconds,
            collection: observed.collection,
            mem_stats: observed.heap.and_then(|profile| profile.mem_stats.clone()),
            resident: observed.resident,
            heap,
            goroutines,
        };
        self.moments.insert(at, moment);
    }

    /// Merges each snapshot of only a heap profile with a neighbour of only a goroutine profile, if they are nearer in
    /// time than half the usual interval.
    pub fn pair(&mut self) {
        let heaps: Vec<f64> = self
            .moments
            .iter()
            .filter(|moment| moment.heap.is_some())
            .map(|moment| moment.seconds)
            .collect();
        let steps: Vec<f64> = heaps.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let near = median(&steps) / 2.0;
        let mut paired: Vec<Moment> = Vec::with_capacity(self.moments.len());
        for mut moment in self.moments.drain(..) {
            match paired.last_mut() {
                Some(last) if moment.seconds - last.seconds < near && last.heap.is_some() != moment.heap.is_some() => {
                    if last.heap.is_none() {
                        std::mem::swap(last, &mut moment);
                    }
                    last.goroutines = last.goroutines.take().or(moment.goroutines);
                }
                _ => paired.push(moment),
            }
        }
        self.moments = paired;
    }

    /// Takes a `goroutineleak` profile as proof that the goroutines in it are leaked.
    pub fn prove(&mut self, leaked: &Profile) {
        self.proved = self.counts(leaked);
    }

    pub(super) fn function(&self, row: FunctionRow) -> &Function {
        &self.functions[row as usize]
    }

    pub(super) fn functions(&self) -> usize {
        self.functions.len()
    }

    pub(super) fn stacks(&self) -> usize {
        self.ends.len()
    }

    /// The calls of a stack, the innermost first.
    pub(super) fn chain(&self, chain: Chain) -> &[Frame] {
        range(&self.frames, &self.ends, chain.0)
    }

    /// The culprit to report, with its stack; `None` if the function is not in the stack.
    pub(super) fn culprit(&self, chain: Chain, function: FunctionRow) -> Option<Culprit> {
        let frames = self.chain(chain);
        let at = frames.iter().position(|frame| frame.function == function)?;
        let call = |frame: &Frame| {
            let function = self.function(frame.function);
            Call {
                name: function.name.to_string(),
                file: function.file.to_string(),
                line: frame.line,
            }
        };
        Some(Culprit {
            stack: frames.iter().map(call).collect(),
            at,
        })
    }

    fn heap(&mut self, profile: &Profile) -> Option<Vec<(Chain, Sampled)>> {
        let column = |name: &str| profile.sample_type(name).map(SampleTypeId::index);
        let space = column("inuse_space")?;
        let allocated = column("alloc_space").unwrap_or(space);
        let [objects, allocated_objects] =
            [("inuse_objects", space), ("alloc_objects", allocated)].map(|(name, other)| column(name).unwrap_or(other));
        let value = |column: usize, row: usize| profile.samples.values[column][row] as f64;
        let sizes = block_sizes(profile);
        let rows = self.reduce(profile, |row| {
            let size = sizes[profile.samples.labels[row].index()];
            let live = samples(value(space, row), value(objects, row), size, profile.period);
            Sampled {
                allocated: samples(
                    value(allocated, row),
                    value(allocated_objects, row),
                    size,
                    profile.period,
                ),
                live,
                bytes: value(space, row),
                squares: if live > 0.0 {
                    value(space, row).powi(2) / live
                } else {
                    0.0
                },
                objects: if size > 0.0 {
                    value(space, row) / size
                } else {
                    value(objects, row)
                },
            }
        });
        Some(rows)
    }

    fn counts(&mut self, profile: &Profile) -> Vec<(Chain, i64)> {
        let column = profile.sample_type("").map_or(0, SampleTypeId::index);
        let values = profile.samples.values.get(column).map_or(&[][..], Vec::as_slice);
        let rows = self.reduce(profile, |row| Sampled {
            live: values.get(row).map_or(0.0, |&value| value as f64),
            ..Sampled::default()
        });
        rows.into_iter().map(|(chain, sum)| (chain, sum.live as i64)).collect()
    }

    /// The sums of `measure` over the samples, by stack. Stacks without a frame and the profiler's own are dropped.
    fn reduce(&mut self, profile: &Profile, measure: impl Fn(usize) -> Sampled) -> Vec<(Chain, Sampled)> {
        let text = |id| profile.text(id);
        let functions: Vec<FunctionRow> = profile
            .functions
            .iter()
            .map(|function| self.function_row(text(function.name), text(function.filename)))
            .collect();
        let is_profilers: Vec<bool> = profile
            .functions
            .iter()
            .map(|function| is_profilers(text(function.name)))
            .collect();
        let mut chains: Vec<Option<Option<Chain>>> = vec![None; profile.stacks.len()];
        let mut sums: FxHashMap<Chain, usize> = FxHashMap::default();
        let mut rows: Vec<(Chain, Sampled)> = Vec::new();
        let mut frames = Vec::new();
        for (row, &stack) in profile.samples.stack.iter().enumerate() {
            let chain = *chains[stack.index()].get_or_insert_with(|| {
                frames.clear();
                for location in &profile.stacks.get(stack) {
                    let lines = profile.lines_of(location);
                    if lines.iter().any(|line| is_profilers[line.function.index()]) {
                        return None;
                    }
                    frames.extend(lines.iter().map(|line| Frame {
                        function: functions[line.function.index()],
                        line: line.line,
                    }));
                }
                (!frames.is_empty()).then(|| self.chain_row(&frames))
            });
            if let Some(chain) = chain {
                let at = *sums.entry(chain).or_insert(rows.len());
                if at == rows.len() {
                    rows.push((chain, Sampled::default()));
                }
                rows[at].1.add(measure(row));
            }
        }
        rows
    }

    fn function_row(&mut self, name: &str, file: &str) -> FunctionRow {
        let key = (name.into(), file.into());
        let next = self.functions.len();
        *self.function_rows.entry(key).or_insert_with(|| {
            self.functions.push(Function {
                name: name.into(),
                file: file.into(),
                origin: origin(name, file),
            });
            u32::try_from(next).unwrap_or(u32::MAX)
        })
    }

    fn chain_row(&mut self, chain: &[Frame]) -> Chain {
        let Self {
            frames,
            ends,
            stack_rows,
            ..
        } = self;
        let hash = |chain: &[Frame]| FxBuildHasher.hash_one(chain);
        if let Some(&row) = stack_rows.find(hash(chain), |&row| range(frames, ends, row) == chain) {
            return Chain(row);
        }
        let row = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        frames.extend_from_slice(chain);
        ends.push(u32::try_from(frames.len()).unwrap_or(u32::MAX));
        stack_rows.insert_unique(hash(chain), row, |&row| hash(range(frames, ends, row)));
        Chain(row)
    }
}

fn range<'f>(frames: &'f [Frame], ends: &[u32], row: u32) -> &'f [Frame] {
    let row = row as usize;
    let start = row.checked_sub(1).map_or(0, |before| ends[before]);
    &frames[start as usize..ends[row] as usize]
}

#[cfg(test)]
mod tests {
    use super::is_profilers;

    #[test]
    fn labels_are_the_programs_business() {
        for (name, is_its_own) in [
            ("net/http/pprof.handler.ServeHTTP", true),
            ("runtime/pprof.writeHeapInternal", true),
            ("runtime/pprof.(*Profile).WriteTo", true),
            ("runtime/pprof.Do", false),
            ("runtime/pprof.Do.func1", false),
            ("runtime/pprof.WithLabels", false),
            ("runtime/pprofile.F", false),
            ("main.main", false),
        ] {
            assert_eq!(is_profilers(name), is_its_own, "{name}");
        }
    }
}
