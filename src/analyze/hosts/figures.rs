//! What is kept of one process.

use rustc_hash::FxHashMap;

use crate::analyze::origin::{Origin, is_runtime, origin};
use crate::model::{Collection, Location, LocationId, Profile, SampleTypeId};

/// Values over time: seconds since 1970 UTC, value.
pub type Points = Vec<(f64, f64)>;

/// A process in a few numbers; what is not known is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Bytes of resident memory.
    pub rss: Option<f64>,
    /// The most that was ever resident, where no more is known.
    pub peak_rss: Option<f64>,
    /// The heap.
    pub heap: Option<Held>,
    /// How many goroutines there are.
    pub goroutines: Option<f64>,
    /// Seconds since it was started; since its first collection, where no more is known.
    pub uptime: Option<f64>,
    /// The part of its CPU time that went into garbage collection since it was started.
    pub gc_share: Option<f64>,
    /// What each function holds of the heap, as it allocated it.
    pub functions: Vec<Function>,
    /// How many goroutines each function of the program's own has.
    pub starters: Vec<Function>,
}

/// What a heap holds, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// How much.
    pub bytes: f64,
    /// Whether that is exact, behind a collection that was forced, or as of the last one and sampled.
    pub is_collected: bool,
}

/// A function and what is its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The function.
    pub name: String,
    /// Bytes or goroutines.
    pub value: f64,
}

impl Figures {
    /// Takes in a heap profile, before which a collection was forced or not. `now` is seconds since 1970 UTC.
    pub fn heap(&mut self, profile: &Profile, collection: Collection, now: f64) {
        if let Some(kind) = profile.sample_type("inuse_space") {
            self.functions = sums(profile, kind, &leaf);
            self.heap = Some(Held {
                bytes: self.functions.iter().map(|function| function.value).sum(),
                is_collected: false,
            });
        }
        let Some(stats) = profile.mem_stats.as_deref() else {
            return;
        };
        if collection == Collection::Forced && stats.heap_alloc > 0 {
            self.heap = Some(Held {
                bytes: stats.heap_alloc as f64,
                is_collected: true,
            });
        }
        let known = |value: u64| (value > 0).then_some(value as f64);
        self.peak_rss = known(stats.max_rss);
        self.uptime = known(stats.first_gc).map(|nanos| (now - nanos / 1e9).max(0.0));
        self.gc_share = (stats.num_gc > 0).then_some(stats.gc_cpu_fraction);
    }

    /// Takes in a goroutine profile.
    pub fn goroutines(&mut self, profile: &Profile) {
        let Some(kind) = profile.sample_type("") else { return };
        self.starters = sums(profile, kind, &own_function);
        self.goroutines = Some(self.starters.iter().map(|function| function.value).sum());
    }
}

/// A function by its name and file.
type Named<'p> = (&'p str, &'p str);

/// What functions of samples add up to; the function of each is said by `of`.
fn sums<'p>(
    profile: &'p Profile,
    kind: SampleTypeId,
    of: &dyn Fn(&'p Profile, &[LocationId]) -> Option<Named<'p>>,
) -> Vec<Function> {
    let mut sums: FxHashMap<&str, f64> = FxHashMap::default();
    let mut stack = Vec::new();
    for sample in profile.samples.ids() {
        let value = profile.samples.values[kind.index()][sample.index()];
        if value == 0 {
            continue;
        }
        stack.clear();
        stack.extend(profile.stacks.get(profile.samples.stack[sample.index()]).iter());
        let (name, _) = of(profile, &stack).unwrap_or_default();
        *sums.entry(name).or_default() += value as f64;
    }
    let mut functions: Vec<Function> = sums
        .into_iter()
        .map(|(name, value)| Function {
            name: name.to_string(),
            value,
        })
        .collect();
    functions.sort_by(|a, b| b.value.total_cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
    functions
}

/// The innermost function, which allocates.
fn leaf<'p>(profile: &'p Profile, stack: &[LocationId]) -> Option<Named<'p>> {
    stack.iter().find_map(|&location| frames(profile, location).next())
}

/// The innermost function of the program's own; where there is none, of a dependency's, then any but the runtime's.
fn own_function<'p>(profile: &'p Profile, stack: &[LocationId]) -> Option<Named<'p>> {
    let all = || stack.iter().flat_map(|&location| frames(profile, location));
    let of = |wanted: Origin| all().find(|(name, file)| origin(name, file) == wanted);
    of(Origin::Own)
        .or_else(|| of(Origin::Dependency))
        .or_else(|| all().find(|(name, _)| !is_runtime(name)))
        .or_else(|| all().next())
}

/// The functions of a location, innermost first; where none is known, the binary that it is in.
fn frames(profile: &Profile, location: LocationId) -> impl Iterator<Item = Named<'_>> {
    let row: &Location = &profile.locations[location.index()];
    let lines = profile.lines_of(location);
    let binary = row
        .mapping
        .map(|mapping| profile.text(profile.mappings[mapping.index()].file));
    let unnamed = binary.filter(|_| lines.is_empty()).map(|file| (file, file));
    let named = lines.iter().map(|line| {
        let function = &profile.functions[line.function.index()];
        (profile.text(function.name), profile.text(function.filename))
    });
    named.chain(unnamed)
}
