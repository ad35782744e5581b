//! Merges several profiles into one.
//!
//! What counts as the same mapping, function, location or sample, and how the result is numbered, follows
//! pprof's `profile/merge.go`: rows are numbered in the order in which samples first refer to them, and rows
//! that no sample refers to are left out.

use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::ids::{FunctionId, LabelSetId, LocationId, MappingId, StackId, StringId};
use super::labels::{Label, LabelValue};
use super::profile::{Function, Line, Location, Mapping, Profile, ValueType};
use super::{Incompatible, Strings};

/// Adds profiles up. Samples with the same stack and labels become one; samples that are 0 in every column are left
/// out. The time is the earliest, the duration the sum, the period the largest; equal comments are kept once.
/// The profiles must have the same sample types in the same units: see [`super::align()`].
///
/// # Errors
/// [`Incompatible`] if types or units differ, if there are no profiles, or if they are too large together.
pub fn merge(profiles: &[Profile]) -> Result<Profile, Incompatible> {
    let first = profiles.first().ok_or(Incompatible::Nothing)?;
    profiles.iter().try_for_each(|profile| same_types(first, profile))?;
    let mut merger = Merger {
        merged: headers(profiles),
        ..Merger::default()
    };
    for profile in profiles {
        merger.add(profile)?;
    }
    let merged = merger.merged;
    if (0..merged.samples.len()).any(|row| merged.samples.is_zero(row)) {
        // Drops the rows that only they refer to.
        return merge(&[merged]);
    }
    Ok(merged)
}

impl Profile {
    /// Checks that the other profile has the same sample types in the same units and order, and the same period type.
    ///
    /// # Errors
    /// [`Incompatible`] if it does not.
    pub fn comparable(&self, other: &Self) -> Result<(), Incompatible> {
        same_types(self, other)
    }
}

fn same_types(a: &Profile, b: &Profile) -> Result<(), Incompatible> {
    let same = |left: ValueType, right: ValueType| {
        a.strings.raw(left.kind) == b.strings.raw(right.kind) && a.strings.raw(left.unit) == b.strings.raw(right.unit)
    };
    if !same(a.period_type, b.period_type) {
        return Err(Incompatible::period(a, b));
    }
    let mut types = a.sample_types.iter().zip(&b.sample_types);
    if a.sample_types.len() != b.sample_types.len() || !types.all(|(&left, &right)| same(left, right)) {
        return Err(Incompatible::types(a, b));
    }
    Ok(())
}

/// A profile without samples that has the other fields of the merged one.
fn headers(profiles: &[Profile]) -> Profile {
    let mut merged = Profile::default();
    for (at, profile) in profiles.iter().enumerate() {
        let strings = &mut merged.strings;
        let mut text = |id: StringId| strings.intern(profile.strings.raw(id));
        if at == 0 {
            let mut value_type = |from: ValueType| ValueType {
                kind: text(from.kind),
                unit: text(from.unit),
            };
            merged.period_type = value_type(profile.period_type);
            merged.sample_types = profile.sample_types.iter().map(|&from| value_type(from)).collect();
            merged.drop_frames = text(profile.drop_frames);
            merged.keep_frames = text(profile.keep_frames);
        }
        if merged.time_nanos == 0 || profile.time_nanos < merged.time_nanos {
            merged.time_nanos = profile.time_nanos;
        }
        merged.duration_nanos = merged.duration_nanos.saturating_add(profile.duration_nanos);
        if merged.period == 0 || merged.period < profile.period {
            merged.period = profile.period;
        }
        if merged.default_sample_type == StringId(0) {
            merged.default_sample_type = text(profile.default_sample_type);
        }
        if merged.doc_url == StringId(0) {
            merged.doc_url = text(profile.doc_url);
        }
        merged
            .comments
            .extend(profile.comments.iter().map(|&comment| text(comment)));
    }
    let mut seen = FxHashSet::default();
    merged.comments.retain(|&comment| seen.insert(comment));
    merged.samples.values = vec![Vec::new(); merged.sample_types.len()];
    if let [only] = profiles {
        merged.mem_stats.clone_from(&only.mem_stats);
    }
    merged
}

/// What identifies a mapping: size in pages, file offset, and build id or, without one, file.
type MappingKey = (u64, u64, StringId);
type FunctionKey = (StringId, StringId, StringId, i64);

#[derive(Default)]
struct Merger {
    merged: Profile,
    mappings: FxHashMap<MappingKey, MappingId>,
    functions: FxHashMap<FunctionKey, FunctionId>,
    locations: HashTable<LocationId>,
    stacks: HashTable<StackId>,
    samples: FxHashMap<(StackId, LabelSetId), u32>,
}

/// Rows of one input profile → rows of the merged one, for those that have been needed so far.
struct Known<'p> {
    from: &'p Profile,
    strings: Memo<StringId>,
    /// Each with the offset to add to its addresses, as a binary may be loaded at another address each time.
    mappings: Memo<(MappingId, u64)>,
    functions: Memo<FunctionId>,
    locations: Memo<LocationId>,
    stacks: Memo<StackId>,
    labels: Memo<LabelSetId>,
}

struct Memo<T>(Vec<Option<T>>);

impl<T: Copy> Memo<T> {
    fn new(rows: usize) -> Self {
        Self(vec![None; rows])
    }
}

impl<'p> Known<'p> {
    fn new(from: &'p Profile) -> Self {
        Self {
            from,
            strings: Memo::new(from.strings.len()),
            mappings: Memo::new(from.mappings.len()),
            functions: Memo::new(from.functions.len()),
            locations: Memo::new(from.locations.len()),
            stacks: Memo::new(from.stacks.len()),
            labels: Memo::new(from.labels.len()),
        }
    }

    fn text(&mut self, id: StringId, into: &mut Strings) -> StringId {
        *self.strings.0[id.index()].get_or_insert_with(|| into.intern(self.from.strings.raw(id)))
    }
}

impl Merger {
    fn add(&mut self, from: &Profile) -> Result<(), Incompatible> {
        let fits = |left: usize, right: usize| left.saturating_add(right) < u32::MAX as usize;
        let merged = &self.merged;
        if !fits(merged.stacks.frames(), from.stacks.frames())
            || !fits(merged.lines.len(), from.lines.len())
            || !fits(merged.samples.len(), from.samples.len())
        {
            return Err(Incompatible::TooLarge);
        }
        let mut known = Known::new(from);
        if self.merged.mappings.is_empty() && !from.mappings.is_empty() {
            // The first mapping is the main binary, whether a sample names it or not.
            self.mapping(MappingId(0), &mut known);
        }
        for row in (0..from.samples.len()).filter(|&row| !from.samples.is_zero(row)) {
            let stack = self.stack(from.samples.stack[row], &mut known);
            let labels = self.labels(from.samples.labels[row], &mut known);
            let samples = &mut self.merged.samples;
            let next = samples.len() as u32;
            let to = *self.samples.entry((stack, labels)).or_insert(next);
            if to == next {
                samples.stack.push(stack);
                samples.labels.push(labels);
            }
            for (column, values) in samples.values.iter_mut().zip(&from.samples.values) {
                match column.get_mut(to as usize) {
                    Some(sum) => *sum = sum.saturating_add(values[row]),
                    None => column.push(values[row]),
                }
            }
        }
        Ok(())
    }

    fn stack(&mut self, id: StackId, known: &mut Known<'_>) -> StackId {
        if let Some(stack) = known.stacks.0[id.index()] {
            return stack;
        }
        let frames = known.from.stacks.get(id);
        let frames: Vec<LocationId> = frames.iter().map(|frame| self.location(frame, known)).collect();
        let Self { merged, stacks, .. } = self;
        let same = stacks.find(hash_of(frames.iter().copied()), |&stack| {
            merged.stacks.get(stack).iter().eq(frames.iter().copied())
        });
        let stack = same.copied().unwrap_or_else(|| {
            let stack = merged.stacks.push(&frames);
            stacks.insert_unique(hash_of(frames.iter().copied()), stack, |&stack| {
                hash_of(merged.stacks.get(stack).iter())
            });
            stack
        });
        known.stacks.0[id.index()] = Some(stack);
        stack
    }

    fn location(&mut self, id: LocationId, known: &mut Known<'_>) -> LocationId {
        if let Some(location) = known.locations.0[id.index()] {
            return location;
        }
        let from = known.from.locations[id.index()];
        let (mapping, shift) = match from.mapping {
            Some(mapping) => {
                let (mapping, shift) = self.mapping(mapping, known);
                (Some(mapping), shift)
            }
            None => (None, 0),
        };
        let lines: Vec<Line> = known.from.lines[from.line_range()]
            .iter()
            .map(|line| Line {
                function: self.function(line.function, known),
                ..*line
            })
            .collect();
        let address = from.address.wrapping_add(shift);
        let Self { merged, locations, .. } = self;
        let moved = Location {
            mapping,
            address,
            ..from
        };
        let candidate = LocationKey::new(merged, &moved, &lines);
        let same = locations.find(hash(&candidate), |&id| LocationKey::of(merged, id) == candidate);
        let location = same.copied().unwrap_or_else(|| {
            let hashed = hash(&candidate);
            let location = merged.add_location(mapping, address, &lines);
            merged.locations[location.index()].folded = from.folded;
            locations.insert_unique(hashed, location, |&id| hash(&LocationKey::of(merged, id)));
            location
        });
        known.locations.0[id.index()] = Some(location);
        location
    }

    fn function(&mut self, id: FunctionId, known: &mut Known<'_>) -> FunctionId {
        if let Some(function) = known.functions.0[id.index()] {
            return function;
        }
        let from = known.from.functions[id.index()];
        let strings = &mut self.merged.strings;
        let mut text = |id| known.text(id, strings);
        let (name, system_name, filename) = (text(from.name), text(from.system_name), text(from.filename));
        let start_line = from.start_line;
        let key = (name, system_name, filename, start_line);
        let function = *self.functions.entry(key).or_insert_with(|| {
            self.merged.add_function(Function {
                id: 0,
                name,
                system_name,
                filename,
                start_line,
            })
        });
        known.functions.0[id.index()] = Some(function);
        function
    }

    fn mapping(&mut self, id: MappingId, known: &mut Known<'_>) -> (MappingId, u64) {
        if let Some(mapping) = known.mappings.0[id.index()] {
            return mapping;
        }
        let from = known.from.mappings[id.index()];
        let strings = &mut self.merged.strings;
        let (file, build_id) = (known.text(from.file, strings), known.text(from.build_id, strings));
        let pages = from.limit.wrapping_sub(from.start).wrapping_add(PAGE - 1) / PAGE;
        let named = if build_id == StringId(0) { file } else { build_id };
        let mappings = &mut self.merged.mappings;
        let mapping = *self.mappings.entry((pages, from.offset, named)).or_insert_with(|| {
            mappings.push(Mapping {
                id: mappings.len() as u64 + 1,
                file,
                build_id,
                ..from
            });
            MappingId::from_index(mappings.len() - 1)
        });
        let shift = mappings[mapping.index()].start.wrapping_sub(from.start);
        known.mappings.0[id.index()] = Some((mapping, shift));
        (mapping, shift)
    }

    /// The labels of a set in a canonical order, as the order of keys in a profile has no meaning:
    /// strings before numbers, then by key; the values of one key keep their order.
    fn labels(&mut self, id: LabelSetId, known: &mut Known<'_>) -> LabelSetId {
        if let Some(labels) = known.labels.0[id.index()] {
            return labels;
        }
        let strings = &mut self.merged.strings;
        let mut labels: Vec<Label> = known.from.labels.get(id).to_vec();
        for label in &mut labels {
            label.key = known.text(label.key, strings);
            match &mut label.value {
                LabelValue::Text(text) => *text = known.text(*text, strings),
                LabelValue::Number { unit, .. } => *unit = known.text(*unit, strings),
            }
        }
        labels.sort_by_key(|label| (matches!(label.value, LabelValue::Number { .. }), label.key));
        let labels = self.merged.labels.intern(&labels);
        known.labels.0[id.index()] = Some(labels);
        labels
    }
}

/// Sizes of mappings are compared in pages.
const PAGE: u64 = 0x1000;

/// What identifies a location: the address within the mapping, and the lines; of the lines' columns only that of
/// the outermost line counts.
struct LocationKey<'l> {
    mapping: Option<MappingId>,
    address: u64,
    folded: bool,
    lines: &'l [Line],
}

impl<'l> LocationKey<'l> {
    fn new(profile: &Profile, location: &Location, lines: &'l [Line]) -> Self {
        let mapping = location.mapping;
        let start = mapping.map_or(0, |mapping| profile.mappings[mapping.index()].start);
        Self {
            mapping,
            address: location.address.wrapping_sub(start),
            folded: location.folded,
            lines,
        }
    }

    fn of(profile: &'l Profile, id: LocationId) -> Self {
        Self::new(profile, &profile.locations[id.index()], profile.lines_of(id))
    }
}

impl LocationKey<'_> {
    fn calls(&self) -> impl Iterator<Item = (FunctionId, i64)> {
        self.lines.iter().map(|line| (line.function, line.line))
    }

    fn rest(&self) -> (Option<MappingId>, u64, bool, Option<i64>) {
        let column = self.lines.last().map(|line| line.column);
        (self.mapping, self.address, self.folded, column)
    }
}

impl PartialEq for LocationKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.rest() == other.rest() && self.calls().eq(other.calls())
    }
}

impl Hash for LocationKey<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.rest().hash(hasher);
        self.calls().for_each(|call| call.hash(hasher));
    }
}

/// The hash of a stack, however it is stored.
fn hash_of(frames: impl Iterator<Item = LocationId>) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    frames.for_each(|frame| frame.hash(&mut hasher));
    hasher.finish()
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    FxBuildHasher.hash_one(value)
}
