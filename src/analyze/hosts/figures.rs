//! The figures kept of one process.

use rustc_hash::FxHashMap;

use crate::analyze::origin::{Origin, is_runtime, origin};
use crate::model::{Collection, Location, LocationId, Profile, SampleTypeId};

/// A time series: seconds since 1970 UTC, value.
pub type Points = Vec<(f64, f64)>;

/// A process in a few figures; unknown ones are `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Resident memory, in bytes.
    pub rss: Option<f64>,
    /// Peak resident memory, in bytes, if nothing better is known.
    pub peak_rss: Option<f64>,
    /// The heap in use.
    pub heap: Option<Held>,
    /// The number of goroutines.
    pub goroutines: Option<f64>,
    /// Seconds since the process started; since its first garbage collection, if nothing better is known.
    pub uptime: Option<f64>,
    /// The share of CPU time spent on garbage collection since the start, 0 to 1.
    pub gc_share: Option<f64>,
    /// Heap in use by the function that allocated it.
    pub functions: Vec<Function>,
    /// Number of goroutines by the innermost function of the program's own.
    pub starters: Vec<Function>,
}

/// The heap in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Size in bytes.
    pub bytes: f64,
    /// Whether it is exact, after a forced garbage collection; otherwise it is sampled, as of the last collection.
    pub is_collected: bool,
}

/// A function and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The function's name.
    pub name: String,
    /// Bytes, or number of goroutines.
    pub value: f64,
}

impl Figures {
    /// Takes figures from a heap profile and whether a collection was forced before it. `now` is seconds since 1970 UTC.
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

    /// Takes figures from a goroutine profile.
    pub fn goroutines(&mut self, profile: &Profile) {
        let Some(kind) = profile.sample_type("") else { return };
        self.starters = sums(profile, kind, &own_function);
        self.goroutines = Some(self.starters.iter().map(|function| function.value).sum());
    }
}

/// A function by its name and file.
type Named<'p> = (&'p str, &'p str);

/// The sums of samples by function; `of` says to which function a stack belongs.
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

/// The innermost function, which allocated.
fn leaf<'p>(profile: &'p Profile, stack: &[LocationId]) -> Option<Named<'p>> {
    stack.iter().find_map(|&location| frames(profile, location).next())
}

/// The innermost function of the program's own; failing that, of a dependency's, then any but the runtime's.
fn own_function<'p>(profile: &'p Profile, stack: &[LocationId]) -> Option<Named<'p>> {
    let all = || stack.iter().flat_map(|&location| frames(profile, location));
    let of = |wanted: Origin| all().find(|(name, file)| origin(name, file) == wanted);
    of(Origin::Own)
        .or_else(|| of(Origin::Dependency))
        .or_else(|| all().find(|(name, _)| !is_runtime(name)))
        .or_else(|| all().next())
}

/// The functions of a location, innermost first; its binary if none is known.
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
