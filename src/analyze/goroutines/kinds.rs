//! Counts goroutines by kind, in a compact form that can be compared with another moment's, and a stack dump's with a
//! counted profile's: names instead of ids, and stacks without the runtime's calls, which a dump leaves out.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::{DUMP_LABELS, Grouping, Reader, StackFacts, column, stack_lines};
use crate::analyze::origin::is_runtime;
use crate::model::{LabelSetId, Profile, SampleId, StackId};

/// A kind: goroutines that no grouping distinguishes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct GoroutineKind {
    /// A hash of the stack's calls.
    stack: u64,
    own: String,
    state: String,
    /// `None` if unknown.
    creator: Option<String>,
    /// `None` if there were too many kinds to keep them.
    labels: Option<Vec<(String, String)>>,
}

/// With more kinds than this, labels are not kept: each request may have its own.
const MAX_KINDS: usize = 4096;

impl GoroutineKind {
    /// The value by which a grouping groups; `None` if unknown.
    pub fn key(&self, grouping: &Grouping) -> Option<String> {
        match grouping {
            Grouping::Stack => Some(stack_key(self.stack, &self.state)),
            Grouping::OwnFunction => Some(self.own.clone()),
            Grouping::State => Some(self.state.clone()),
            Grouping::CreatedBy => self.creator.clone(),
            Grouping::Label(name) => {
                let labels = self.labels.as_ref()?;
                let found = labels.iter().find(|(key, _)| key == name);
                Some(found.map_or(String::new(), |(_, value)| value.clone()))
            }
        }
    }
}

/// The [`GoroutineKind::key`] of a stack and state, when grouped by stack.
pub fn stack_key_of(profile: &Profile, stack: StackId, state: &str) -> String {
    stack_key(hash(profile, stack), state)
}

fn stack_key(stack: u64, state: &str) -> String {
    format!("{stack:016x} {state}")
}

/// The kinds of some samples, with their counts; `None` if the profile is not of goroutines.
pub fn goroutine_kinds(
    profile: &Profile,
    samples: impl Iterator<Item = SampleId>,
) -> Option<Vec<(GoroutineKind, i64)>> {
    let values = profile.samples.values.get(column(profile)?)?;
    let reader = Reader::new(profile);
    let mut stacks = StackFacts::new(profile);
    let mut hashes: FxHashMap<StackId, u64> = FxHashMap::default();
    let mut counts: FxHashMap<GoroutineKind, i64> = FxHashMap::default();
    for sample in samples.map(SampleId::index) {
        let (stack, labels) = (profile.samples.stack[sample], profile.samples.labels[sample]);
        let one = reader.read(labels);
        let text = |id| profile.text(id).to_string();
        let fact = stacks.of(profile, stack);
        let own = fact.own.map(|own| profile.functions[own.function.index()].name);
        let state = match one.state {
            Some(state) => text(state),
            None => fact.state.unwrap_or_default().to_string(),
        };
        let kind = GoroutineKind {
            stack: *hashes.entry(stack).or_insert_with(|| hash(profile, stack)),
            own: own.map_or(String::new(), text),
            state,
            creator: reader.state.map(|_| one.created_by.map_or(String::new(), text)),
            labels: Some(own_labels(profile, &reader, labels)),
        };
        add(&mut counts, kind, values[sample]);
    }
    if counts.len() > MAX_KINDS {
        let all = std::mem::take(&mut counts);
        for (kind, count) in all {
            add(&mut counts, GoroutineKind { labels: None, ..kind }, count);
        }
    }
    Some(counts.into_iter().collect())
}

fn add(counts: &mut FxHashMap<GoroutineKind, i64>, kind: GoroutineKind, count: i64) {
    let sum = counts.entry(kind).or_default();
    *sum = sum.saturating_add(count);
}

fn own_labels(profile: &Profile, reader: &Reader<'_>, labels: LabelSetId) -> Vec<(String, String)> {
    let labels = profile.labels.get(labels).iter();
    let own = labels.filter(|label| !DUMP_LABELS.contains(&profile.text(label.key)));
    own.map(|label| (profile.text(label.key).to_string(), reader.text(label.value)))
        .collect()
}

/// A hash of a stack's calls, without the runtime's unless it has no others.
fn hash(profile: &Profile, stack: StackId) -> u64 {
    let calls = |with_runtime: fn(&str) -> bool| {
        let mut hasher = FxHasher::default();
        let mut count = 0;
        for line in stack_lines(profile, stack) {
            let name = profile.text(profile.functions[line.function.index()].name);
            if with_runtime(name) {
                (name, line.line).hash(&mut hasher);
                count += 1;
            }
        }
        (count > 0).then(|| hasher.finish())
    };
    calls(|name| !is_runtime(name)).or_else(|| calls(|_| true)).unwrap_or(0)
}
