//! A profile's tables.

use std::ops::Range;

use super::ids::{FunctionId, LabelSetId, LocationId, MappingId, SampleId, SampleTypeId, StackId, StringId};
use super::labels::LabelSets;
use super::stacks::Stacks;
use super::strings::Strings;

/// A profile as tables. The fields mean what they mean in the format (`proto/profile.proto`).
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// All strings.
    pub strings: Strings,
    /// What each column of [`Samples::values`] counts.
    pub sample_types: Vec<ValueType>,
    /// The sample type to show first; the empty string if the profile does not say.
    pub default_sample_type: StringId,
    /// Binaries; the first is the main one.
    pub mappings: Vec<Mapping>,
    /// Functions, in the profile's order.
    pub functions: Vec<Function>,
    /// Code addresses, in the profile's order.
    pub locations: Vec<Location>,
    /// Lines of all locations; see [`Location::lines`].
    pub lines: Vec<Line>,
    /// Call stacks of the samples, innermost frame first.
    pub stacks: Stacks,
    /// Distinct label sets of all samples.
    pub labels: LabelSets,
    /// The samples.
    pub samples: Samples,
    /// Regular expression for whole names: frames to remove together with what they called; see `analyze::prune`.
    pub drop_frames: StringId,
    /// Regular expression for whole names: frames that `drop_frames` spares.
    pub keep_frames: StringId,
    /// When it was taken, nanoseconds since 1970 UTC; 0 if unknown.
    pub time_nanos: i64,
    /// Over how long it was taken, nanoseconds; 0 for a snapshot.
    pub duration_nanos: i64,
    /// What the sampler counts, e.g. `space` in `bytes`.
    pub period_type: ValueType,
    /// How many of those it counts from one sample to the next.
    pub period: i64,
    /// Free text, a line each.
    pub comments: Vec<StringId>,
    /// A link to documentation.
    pub doc_url: StringId,
    /// `runtime.MemStats` of the process, from the trailer of Go's `debug=1` heap text.
    pub mem_stats: Option<Box<MemStats>>,
}

/// What a column of values counts, e.g. `inuse_space` in `bytes`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ValueType {
    /// The name, e.g. `inuse_space`.
    pub kind: StringId,
    /// The unit, e.g. `bytes`.
    pub unit: StringId,
}

/// A binary or library.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mapping {
    /// The profile's own id for it; unique, not 0.
    pub id: u64,
    /// First address in memory.
    pub start: u64,
    /// First address past its end.
    pub limit: u64,
    /// Offset in the file of the byte at `start`.
    pub offset: u64,
    /// Path of the binary.
    pub file: StringId,
    /// Its build id.
    pub build_id: StringId,
    /// What the profile knows of its locations.
    pub has: Known,
}

/// What a profile knows of the locations in a [`Mapping`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Known {
    /// Function names.
    pub functions: bool,
    /// File names.
    pub filenames: bool,
    /// Line numbers.
    pub line_numbers: bool,
    /// Inlined calls.
    pub inline_frames: bool,
}

/// A function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Function {
    /// The profile's own id for it; unique, not 0.
    pub id: u64,
    /// Name for people, e.g. demangled.
    pub name: StringId,
    /// Name as the linker knows it, e.g. mangled.
    pub system_name: StringId,
    /// Path of the source file.
    pub filename: StringId,
    /// Line of the definition; 0 if unknown.
    pub start_line: i64,
}

/// A code address and the source lines it comes from: several where calls were inlined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Location {
    /// The profile's own id for it; unique, not 0.
    pub id: u64,
    /// The binary it is in, if known.
    pub mapping: Option<MappingId>,
    /// The address; 0 if unknown.
    pub address: u64,
    /// Range of rows in `Profile::lines`, end exclusive, the innermost inlined call first. Empty if unsymbolized.
    pub lines: (u32, u32),
    /// Whether the linker folded several functions into one here.
    pub folded: bool,
}

impl Location {
    /// The rows of `Profile::lines` of this location.
    pub fn line_range(&self) -> Range<usize> {
        self.lines.0 as usize..self.lines.1 as usize
    }
}

/// A source line in a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// The function.
    pub function: FunctionId,
    /// Line number, from 1; 0 if unknown.
    pub line: i64,
    /// Column, from 1; 0 if unknown.
    pub column: i64,
}

/// Samples as columns of equal length.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The call stack of each sample.
    pub stack: Vec<StackId>,
    /// The labels of each sample.
    pub labels: Vec<LabelSetId>,
    /// One column for each sample type, in the unit that `Profile::sample_types` gives it.
    pub values: Vec<Vec<i64>>,
}

impl Samples {
    /// The ids of all samples.
    pub fn ids(&self) -> impl Iterator<Item = SampleId> + use<> {
        (0..self.len()).map(SampleId::from_index)
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.stack.len()
    }

    /// True when there are no samples.
    pub fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    /// True when the sample is 0 in every column.
    pub fn is_zero(&self, row: usize) -> bool {
        self.values.iter().all(|column| column[row] == 0)
    }

    /// Keeps the samples whose entry in `keep` is true; it has one entry per sample.
    pub fn retain(&mut self, keep: &[bool]) {
        retain(&mut self.stack, keep);
        retain(&mut self.labels, keep);
        self.values.iter_mut().for_each(|column| retain(column, keep));
    }
}

fn retain<T>(column: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    column.retain(|_| keep.next() == Some(&true));
}

/// Numbers of Go's `runtime.MemStats`, in bytes unless said otherwise; names as in package `runtime`.
/// Source: the trailer that `runtime/pprof` writes after a `debug=1` heap profile.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "the names and meanings are those of Go's runtime.MemStats")]
pub struct MemStats {
    pub alloc: u64,
    pub total_alloc: u64,
    pub sys: u64,
    pub lookups: u64,
    pub mallocs: u64,
    pub frees: u64,
    pub heap_alloc: u64,
    pub heap_sys: u64,
    pub heap_idle: u64,
    pub heap_inuse: u64,
    pub heap_released: u64,
    pub heap_objects: u64,
    pub stack_inuse: u64,
    pub stack_sys: u64,
    pub mspan_inuse: u64,
    pub mspan_sys: u64,
    pub mcache_inuse: u64,
    pub mcache_sys: u64,
    pub buck_hash_sys: u64,
    pub gc_sys: u64,
    pub other_sys: u64,
    pub next_gc: u64,
    /// Nanoseconds since 1970 UTC.
    pub last_gc: u64,
    /// When the first collection ended, nanoseconds since 1970 UTC; 0 if unknown, as Go remembers only the last 256.
    pub first_gc: u64,
    pub num_gc: u64,
    pub num_forced_gc: u64,
    pub gc_cpu_fraction: f64,
    /// Peak resident set of the process (`getrusage`), not the current one; 0 if not written.
    pub max_rss: u64,
}

impl MemStats {
    /// Seconds between the first and the last collection, which is roughly the age of the process. `None` if the first
    /// is unknown.
    pub fn age(&self) -> Option<f64> {
        let first = (self.first_gc > 0).then_some(self.first_gc)?;
        Some(self.last_gc.checked_sub(first)? as f64 / 1e9)
    }
}

impl Profile {
    /// The string with this id, as it is shown.
    #[inline]
    pub fn text(&self, id: StringId) -> &str {
        self.strings.get(id)
    }

    /// The name of a sample type, e.g. `inuse_space`; empty if the profile has no such type.
    pub fn type_name(&self, id: SampleTypeId) -> &str {
        let value_type = self.sample_types.get(id.index());
        self.text(value_type.copied().unwrap_or_default().kind)
    }

    /// The unit of a sample type, e.g. `bytes`; empty if the profile has no such type.
    pub fn type_unit(&self, id: SampleTypeId) -> &str {
        let value_type = self.sample_types.get(id.index());
        self.text(value_type.copied().unwrap_or_default().unit)
    }

    /// The sum of a sample type's values, in its unit, saturating; `None` if the profile has no such type.
    pub fn total(&self, sample_type: &str) -> Option<i64> {
        let values = &self.samples.values[self.sample_type(sample_type)?.index()];
        Some(values.iter().fold(0, |sum: i64, value| sum.saturating_add(*value)))
    }

    /// The lines of a location, the innermost inlined call first.
    pub fn lines_of(&self, id: LocationId) -> &[Line] {
        &self.lines[self.locations[id.index()].line_range()]
    }

    /// Adds a function, which gets the next id. Its strings must be this profile's.
    pub fn add_function(&mut self, function: Function) -> FunctionId {
        let id = self.functions.len();
        self.functions.push(Function {
            id: id as u64 + 1,
            ..function
        });
        FunctionId::from_index(id)
    }

    /// Adds a location, which gets the next id, with its lines, innermost first.
    pub fn add_location(&mut self, mapping: Option<MappingId>, address: u64, lines: &[Line]) -> LocationId {
        let id = self.locations.len();
        let start = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.lines.extend_from_slice(lines);
        let end = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.locations.push(Location {
            id: id as u64 + 1,
            mapping,
            address,
            lines: (start, end),
            folded: false,
        });
        LocationId::from_index(id)
    }

    /// Adds a sample: its stack, innermost frame first, and one value per sample type.
    ///
    /// # Panics
    /// If the number of values is not the number of sample types: a mistake of the caller.
    pub fn add_sample(&mut self, stack: &[LocationId], labels: LabelSetId, values: &[i64]) {
        assert_eq!(
            values.len(),
            self.sample_types.len(),
            "a sample has a value for each sample type"
        );
        let stack = self.stacks.push(stack);
        self.samples.stack.push(stack);
        self.samples.labels.push(labels);
        self.samples.values.resize_with(self.sample_types.len(), Vec::new);
        for (column, value) in self.samples.values.iter_mut().zip(values) {
            column.push(*value);
        }
    }

    /// Finds a sample type by name or number; `""` asks for the profile's default, which is the type it names as
    /// default, else its last. `inuse_space` also finds a type named `space` (older producers). `None` if there is no match.
    /// Source of the rule: pprof's `SampleIndexByName`.
    pub fn sample_type(&self, wanted: &str) -> Option<SampleTypeId> {
        let count = self.sample_types.len();
        let by_name = |name: &str| (0..count).find(|&i| self.text(self.sample_types[i].kind) == name);
        let index = if wanted.is_empty() {
            let default = self.text(self.default_sample_type);
            (!default.is_empty())
                .then(|| by_name(default))
                .flatten()
                .or(count.checked_sub(1))
        } else if let Ok(number) = wanted.parse::<usize>() {
            (number < count).then_some(number)
        } else {
            let short = wanted.strip_prefix("inuse_").unwrap_or(wanted);
            (0..count).find(|&i| [wanted, short].contains(&self.text(self.sample_types[i].kind)))
        };
        index.map(SampleTypeId::from_index)
    }
}
