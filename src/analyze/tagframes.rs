//! Labels as frames: `tagroot` puts them above every stack, `tagleaf` below.

use rustc_hash::FxHashMap;

use super::filter::Scope;
use crate::model::{Function, LabelSetId, LabelValue, Line, LocationId, Profile, Stacks, StringId, units};

/// A profile whose stacks have frames for labels.
pub struct TagFrames {
    /// The profile. Its `drop_frames` has been applied already: it is not meant for these frames.
    pub profile: Profile,
    /// Whether any sample has one of the labels for roots.
    pub root_matched: bool,
    /// Whether any sample has one of the labels for leaves.
    pub leaf_matched: bool,
}

/// Adds to every stack, as `scope` leaves it, a frame for each key of `roots` (the first outermost) and of `leaves`
/// (the last innermost). A frame's function is named after the label's values, numbers in `unit`; its file is named
/// after the key. Source: pprof's `addLabelNodes`.
pub fn with_tag_frames(profile: &Profile, scope: &Scope, roots: &[&str], leaves: &[&str], unit: &str) -> TagFrames {
    let mut out = Profile {
        stacks: Stacks::default(),
        drop_frames: StringId(0),
        keep_frames: StringId(0),
        ..profile.clone()
    };
    for (row, location) in out.locations.iter_mut().enumerate() {
        let lines = scope.lines(LocationId::from_index(row));
        location.lines = match lines {
            [first, .., last] => (*first, last + 1),
            [only] => (*only, only + 1),
            [] => (0, 0),
        };
    }
    // The ids in a profile may be unordered and have gaps.
    let next = |ids: &mut dyn Iterator<Item = u64>| ids.max().unwrap_or(0).wrapping_add(1);
    let mut builder = Builder {
        next_function: next(&mut out.functions.iter().map(|function| function.id)),
        next_location: next(&mut out.locations.iter().map(|location| location.id)),
        profile: out,
        known: FxHashMap::default(),
        unit,
    };
    let mut of_sets: Vec<Option<Added>> = Vec::new();
    of_sets.resize_with(profile.labels.len(), || None);
    let (mut root_matched, mut leaf_matched) = (false, false);
    let mut stack = Vec::new();
    for span in scope.spans() {
        let sample = span.sample.index();
        let set = profile.samples.labels[sample];
        let added = of_sets[set.index()].get_or_insert_with(|| {
            let (leaves, leaf_matched) = builder.locations(set, leaves);
            let (roots, root_matched) = builder.locations(set, roots);
            Added {
                roots,
                root_matched,
                leaves,
                leaf_matched,
            }
        });
        root_matched |= added.root_matched;
        leaf_matched |= added.leaf_matched;
        let seen = profile
            .stacks
            .get(profile.samples.stack[sample])
            .part(span.from, span.to);
        stack.clear();
        stack.extend_from_slice(&added.leaves);
        stack.extend(&seen);
        stack.extend_from_slice(&added.roots);
        builder.profile.samples.stack[sample] = builder.profile.stacks.push(&stack);
    }
    TagFrames {
        profile: builder.profile,
        root_matched,
        leaf_matched,
    }
}

/// The frames for a label set, innermost first.
struct Added {
    roots: Vec<LocationId>,
    root_matched: bool,
    leaves: Vec<LocationId>,
    leaf_matched: bool,
}

struct Builder<'u> {
    profile: Profile,
    /// (function name, file name) → its location.
    known: FxHashMap<(StringId, StringId), LocationId>,
    unit: &'u str,
    /// Ids that no function and no location has.
    next_function: u64,
    next_location: u64,
}

impl Builder<'_> {
    fn locations(&mut self, set: LabelSetId, keys: &[&str]) -> (Vec<LocationId>, bool) {
        let mut matched = false;
        let mut location = |key: &&str| {
            let values = self.values(set, key);
            matched |= !values.is_empty();
            self.location(&values.join(","), key)
        };
        (keys.iter().rev().map(&mut location).collect(), matched)
    }

    fn location(&mut self, name: &str, file: &str) -> LocationId {
        let profile = &mut self.profile;
        let (name, file) = (
            profile.strings.intern(name.as_bytes()),
            profile.strings.intern(file.as_bytes()),
        );
        *self.known.entry((name, file)).or_insert_with(|| {
            let function = profile.add_function(Function {
                name,
                filename: file,
                ..Function::default()
            });
            let line = Line {
                function,
                line: 0,
                column: 0,
            };
            let location = profile.add_location(None, 0, &[line]);
            profile.functions[function.index()].id = self.next_function;
            profile.locations[location.index()].id = self.next_location;
            self.next_function = self.next_function.wrapping_add(1);
            self.next_location = self.next_location.wrapping_add(1);
            location
        })
    }

    /// The values of a key: strings first, then numbers, which are scaled if any of them has a unit.
    fn values(&self, set: LabelSetId, key: &str) -> Vec<String> {
        let profile = &self.profile;
        let labels = || {
            profile
                .labels
                .get(set)
                .iter()
                .filter(|label| profile.text(label.key) == key)
        };
        let texts = labels().filter_map(|label| match label.value {
            LabelValue::Text(text) => Some(profile.text(text).to_string()),
            LabelValue::Number { .. } => None,
        });
        let numbers = || {
            labels().filter_map(|label| match label.value {
                LabelValue::Number { value, unit } => Some((value, profile.text(unit))),
                LabelValue::Text(_) => None,
            })
        };
        let wanted = if numbers().any(|(_, unit)| !unit.is_empty()) {
            self.unit
        } else {
            ""
        };
        let numbers = numbers().map(|(value, unit)| units::label(value, unit, wanted));
        texts.chain(numbers).collect()
    }
}
