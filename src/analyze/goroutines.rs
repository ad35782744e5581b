//! Goroutines in groups: similar ones form a row.
//!
//! In a stack dump (`debug=2`), state, wait and creator are labels set by the decoder; in a counted profile
//! (`debug=1`, protobuf) the state is derived from the stack, and the others are unknown. [`Detail`] says which it
//! is. Knows no text and no screen.

mod kinds;

use std::hash::{BuildHasher, Hasher};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::origin::{Origin, is_runtime, origin};
use super::wait::wait_state;
use crate::model::{FunctionId, LabelSetId, LabelValue, Line, Profile, SampleId, SampleTypeId, StackId, StringId};

pub use kinds::{GoroutineKind, goroutine_kinds, stack_key_of};

/// What the goroutines of a row have in common.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Grouping {
    /// The whole stack, the state and the creator.
    #[default]
    Stack,
    /// The innermost frame of the program's own code.
    OwnFunction,
    /// The state: what they wait for.
    State,
    /// The function that started them.
    CreatedBy,
    /// The value of a label.
    Label(String),
}

/// How much a goroutine profile says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// State, wait and creator of each goroutine: a stack dump.
    Each,
    /// Only counts; the state follows from the stack.
    Counts,
}

/// How long goroutines have waited, in whole minutes. Go starts counting at the first garbage collection after they block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// The shortest.
    pub least: i64,
    /// The one in the middle.
    pub median: i64,
    /// The longest.
    pub most: i64,
}

/// A row: similar goroutines.
#[derive(Clone, PartialEq, Debug)]
pub struct GoroutineGroup {
    /// The number of goroutines.
    pub count: i64,
    /// What they have in common, unless they are grouped by stack; empty if they lack it.
    pub key: String,
    /// Their states with counts, the most frequent first.
    pub states: Vec<(String, i64)>,
    /// How long they have waited; `None` if unknown.
    pub wait: Option<Wait>,
    /// The functions that started them with counts, the most frequent first; empty if unknown.
    pub created_by: Vec<(String, i64)>,
    /// The innermost call in the program's own code; otherwise in a dependency's, otherwise the goroutine's entry.
    pub own: Option<FramePlace>,
    /// The program's labels (key, value, count), the most frequent first.
    pub labels: Vec<(String, String, i64)>,
    /// How many of them Go has proved leaked.
    pub leaked: i64,
    /// How many are locked to a thread.
    pub locked: i64,
    /// The most frequent stack.
    pub stack: StackId,
}

/// A call in a stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FramePlace {
    /// The function.
    pub function: FunctionId,
    /// The line; 0 if unknown.
    pub line: i64,
    /// Whose code it is.
    pub origin: Origin,
}

/// The goroutines of a profile.
#[derive(Clone, PartialEq, Debug)]
pub struct Goroutines {
    /// The number of goroutines.
    pub total: i64,
    /// How much the profile says of each.
    pub detail: Detail,
    /// The rows, the largest first.
    pub groups: Vec<GoroutineGroup>,
}

/// Labels that the decoder sets in a stack dump; the others are the program's.
const DUMP_LABELS: [&str; 7] = [
    "goroutine",
    "state",
    "wait",
    "created_by",
    "leaked",
    "locked_to_thread",
    "synctest_bubble",
];

/// How many states, creators and labels of a row are listed.
const MAX_KEPT: usize = 8;

impl Goroutines {
    /// Groups the goroutines of a profile; `None` if it is a profile of something else.
    pub fn new(profile: &Profile, grouping: &Grouping) -> Option<Self> {
        let all = 0..profile.samples.stack.len();
        Self::within(profile, grouping, all.map(SampleId::from_index))
    }

    /// Like [`Goroutines::new`], for some of the samples, e.g. those that filters leave.
    pub fn within(profile: &Profile, grouping: &Grouping, samples: impl Iterator<Item = SampleId>) -> Option<Self> {
        let column = column(profile)?;
        let values = profile.samples.values.get(column)?;
        let reader = Reader::new(profile);
        let detail = if reader.state.is_some() {
            Detail::Each
        } else {
            Detail::Counts
        };
        let mut rows: FxHashMap<Key, usize> = FxHashMap::default();
        let mut tallies: Vec<Tally> = Vec::new();
        let mut stacks = StackFacts::new(profile);
        let first = first_alike(profile);
        for sample in samples.map(SampleId::index) {
            let (stack, labels) = (profile.samples.stack[sample], profile.samples.labels[sample]);
            let count = values[sample];
            let (stack, one) = (first[stack.index()], reader.read(labels));
            let key = match grouping {
                Grouping::Stack => Key::Stack(stack, one.state, one.created_by),
                Grouping::OwnFunction => Key::Function(stacks.of(profile, stack).own.map(|own| own.function)),
                Grouping::State => match one.state {
                    Some(state) => Key::Text(Some(state)),
                    None => Key::State(stacks.of(profile, stack).state),
                },
                Grouping::CreatedBy => Key::Text(one.created_by),
                Grouping::Label(name) => Key::Label(reader.value(labels, name)),
            };
            let row = *rows.entry(key).or_insert(tallies.len());
            if row == tallies.len() {
                tallies.push(Tally::new(key));
            }
            tallies[row].add(stack, labels, &one, count);
        }
        let mut groups: Vec<GoroutineGroup> = tallies
            .into_iter()
            .map(|tally| tally.group(profile, &reader, &mut stacks, detail))
            .collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
        Some(Self {
            total: groups.iter().fold(0, |sum, group| sum.saturating_add(group.count)),
            detail,
            groups,
        })
    }
}

/// For each stack the first one with the same calls: only adjacent samples share a stack id.
fn first_alike(profile: &Profile) -> Vec<StackId> {
    let stacks = &profile.stacks;
    let hash = |stack: StackId| {
        let mut hasher = FxBuildHasher.build_hasher();
        stacks
            .get(stack)
            .iter()
            .for_each(|location| hasher.write_u32(location.0));
        hasher.finish()
    };
    let mut known: HashTable<StackId> = HashTable::new();
    let all = (0..stacks.len()).map(StackId::from_index);
    all.map(|stack| {
        let alike = |other: &StackId| stacks.get(*other) == stacks.get(stack);
        *known
            .entry(hash(stack), alike, |other| hash(*other))
            .or_insert(stack)
            .get()
    })
    .collect()
}

/// Whether a profile counts goroutines.
pub fn is_of_goroutines(profile: &Profile) -> bool {
    column(profile).is_some()
}

/// The column that counts goroutines.
fn column(profile: &Profile) -> Option<usize> {
    let names = ["goroutine", "goroutineleak"];
    let found = names.iter().find_map(|name| profile.sample_type(name));
    found.map(SampleTypeId::index)
}

/// The lines of a stack, innermost first, with runs of runtime calls at both ends folded into `None`.
pub fn folded(profile: &Profile, stack: StackId) -> Vec<Option<Line>> {
    let mut lines = Vec::new();
    for line in stack_lines(profile, stack) {
        let is_folded = is_runtime(profile.text(profile.functions[line.function.index()].name));
        match (is_folded, lines.last()) {
            (true, Some(None)) => {}
            (true, _) => lines.push(None),
            (false, _) => lines.push(Some(line)),
        }
    }
    lines
}

fn stack_lines(profile: &Profile, stack: StackId) -> impl Iterator<Item = Line> + '_ {
    let locations = profile.stacks.get(stack);
    locations
        .iter()
        .flat_map(|location| profile.lines_of(location).iter().copied())
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Stack(StackId, Option<StringId>, Option<StringId>),
    Function(Option<FunctionId>),
    Text(Option<StringId>),
    State(Option<&'static str>),
    Label(Option<LabelValue>),
}

/// What the labels say of one goroutine.
#[derive(Clone, Copy, Default)]
struct One {
    state: Option<StringId>,
    created_by: Option<StringId>,
    minutes: i64,
    is_leaked: bool,
    is_locked: bool,
}

/// The keys of the labels, looked up once.
struct Reader<'p> {
    profile: &'p Profile,
    state: Option<StringId>,
    wait: Option<StringId>,
    created_by: Option<StringId>,
    leaked: Option<StringId>,
    locked: Option<StringId>,
}

impl<'p> Reader<'p> {
    fn new(profile: &'p Profile) -> Self {
        let key = |name: &str| profile.strings.find(name);
        Self {
            profile,
            state: key("state"),
            wait: key("wait"),
            created_by: key("created_by"),
            leaked: key("leaked"),
            locked: key("locked_to_thread"),
        }
    }

    fn read(&self, labels: LabelSetId) -> One {
        let mut one = One::default();
        for label in self.profile.labels.get(labels) {
            let key = Some(label.key);
            match label.value {
                LabelValue::Text(text) if key == self.state => one.state = Some(text),
                LabelValue::Text(text) if key == self.created_by => one.created_by = Some(text),
                LabelValue::Number { value, .. } if key == self.wait => one.minutes = value,
                _ if key == self.leaked => one.is_leaked = true,
                _ if key == self.locked => one.is_locked = true,
                _ => {}
            }
        }
        one
    }

    fn value(&self, labels: LabelSetId, name: &str) -> Option<LabelValue> {
        let labels = self.profile.labels.get(labels);
        let found = labels.iter().find(|label| self.profile.text(label.key) == name);
        found.map(|label| label.value)
    }

    fn text(&self, value: LabelValue) -> String {
        match value {
            LabelValue::Text(text) => self.profile.text(text).to_string(),
            LabelValue::Number { value, .. } => value.to_string(),
        }
    }
}

/// What a stack says by itself, computed once per stack.
#[derive(Clone, Copy, Default)]
struct StackFact {
    own: Option<FramePlace>,
    state: Option<&'static str>,
}

struct StackFacts(Vec<Option<StackFact>>);

impl StackFacts {
    fn new(profile: &Profile) -> Self {
        Self(vec![None; profile.stacks.len()])
    }

    fn of(&mut self, profile: &Profile, stack: StackId) -> StackFact {
        *self.0[stack.index()].get_or_insert_with(|| {
            let text = |id| profile.text(id);
            let places = || {
                stack_lines(profile, stack).map(|line| {
                    let function = &profile.functions[line.function.index()];
                    FramePlace {
                        function: line.function,
                        line: line.line,
                        origin: origin(text(function.name), text(function.filename)),
                    }
                })
            };
            let of = |wanted: Origin| places().find(|place| place.origin == wanted);
            let own = of(Origin::Own).or_else(|| of(Origin::Dependency));
            StackFact {
                own: own.or_else(|| places().last()),
                state: wait_state(places().map(|place| text(profile.functions[place.function.index()].name))),
            }
        })
    }
}

/// A row in the making.
struct Tally {
    key: Key,
    count: i64,
    states: FxHashMap<Option<StringId>, i64>,
    creators: FxHashMap<StringId, i64>,
    stacks: FxHashMap<StackId, i64>,
    labels: FxHashMap<LabelSetId, i64>,
    /// Minutes → how many have waited that long.
    waits: FxHashMap<i64, i64>,
    leaked: i64,
    locked: i64,
}

impl Tally {
    fn new(key: Key) -> Self {
        Self {
            key,
            count: 0,
            states: FxHashMap::default(),
            creators: FxHashMap::default(),
            stacks: FxHashMap::default(),
            labels: FxHashMap::default(),
            waits: FxHashMap::default(),
            leaked: 0,
            locked: 0,
        }
    }

    fn add(&mut self, stack: StackId, labels: LabelSetId, one: &One, count: i64) {
        let more = |sum: &mut i64| *sum = sum.saturating_add(count);
        more(&mut self.count);
        more(self.states.entry(one.state).or_default());
        more(self.stacks.entry(stack).or_default());
        more(self.labels.entry(labels).or_default());
        more(self.waits.entry(one.minutes).or_default());
        if let Some(creator) = one.created_by {
            more(self.creators.entry(creator).or_default());
        }
        if one.is_leaked {
            more(&mut self.leaked);
        }
        if one.is_locked {
            more(&mut self.locked);
        }
    }

    fn group(self, profile: &Profile, reader: &Reader<'_>, stacks: &mut StackFacts, detail: Detail) -> GoroutineGroup {
        let text = |id: StringId| profile.text(id).to_string();
        let largest = self
            .stacks
            .iter()
            .max_by_key(|(stack, count)| (**count, std::cmp::Reverse(**stack)));
        let stack = largest.map_or(StackId(0), |(stack, _)| *stack);
        let states = match detail {
            Detail::Each => most(
                self.states
                    .iter()
                    .map(|(state, count)| (state.map_or(String::new(), text), *count)),
            ),
            Detail::Counts => {
                let told = self.stacks.iter().map(|(stack, count)| {
                    let state = stacks.of(profile, *stack).state;
                    (state.unwrap_or_default().to_string(), *count)
                });
                most(told)
            }
        };
        let own = stacks.of(profile, stack).own;
        let name = |function: FunctionId| text(profile.functions[function.index()].name);
        GoroutineGroup {
            count: self.count,
            key: match self.key {
                Key::Stack(..) => String::new(),
                Key::Function(function) => function.map_or(String::new(), name),
                Key::Text(value) => value.map_or(String::new(), text),
                Key::State(state) => state.unwrap_or_default().to_string(),
                Key::Label(value) => value.map_or(String::new(), |value| reader.text(value)),
            },
            states,
            wait: (detail == Detail::Each).then(|| wait(&self.waits)),
            created_by: most(self.creators.iter().map(|(creator, count)| (text(*creator), *count))),
            own,
            labels: own_labels(profile, reader, &self.labels),
            leaked: self.leaked,
            locked: self.locked,
            stack,
        }
    }
}

/// The most frequent first, equal ones by name; empty names are dropped.
fn most(counts: impl Iterator<Item = (String, i64)>) -> Vec<(String, i64)> {
    let mut sums: FxHashMap<String, i64> = FxHashMap::default();
    for (name, count) in counts.filter(|(name, _)| !name.is_empty()) {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(count);
    }
    let mut most: Vec<(String, i64)> = sums.into_iter().collect();
    most.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    most.truncate(MAX_KEPT);
    most
}

fn own_labels(profile: &Profile, reader: &Reader<'_>, sets: &FxHashMap<LabelSetId, i64>) -> Vec<(String, String, i64)> {
    let mut sums: FxHashMap<(StringId, LabelValue), i64> = FxHashMap::default();
    for (&set, &count) in sets {
        for label in profile.labels.get(set) {
            if !DUMP_LABELS.contains(&profile.text(label.key)) {
                let sum = sums.entry((label.key, label.value)).or_default();
                *sum = sum.saturating_add(count);
            }
        }
    }
    let name = |((key, value), count): ((StringId, LabelValue), i64)| {
        (profile.text(key).to_string(), reader.text(value), count)
    };
    let mut labels: Vec<(String, String, i64)> = sums.into_iter().map(name).collect();
    labels.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (&a.0, &a.1).cmp(&(&b.0, &b.1))));
    labels.truncate(MAX_KEPT);
    labels
}

fn wait(waits: &FxHashMap<i64, i64>) -> Wait {
    let mut sorted: Vec<(i64, i64)> = waits.iter().map(|(minutes, count)| (*minutes, *count)).collect();
    sorted.sort_unstable();
    let total = sorted.iter().fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
    let mut before = 0_i64;
    let middle = sorted.iter().find(|(_, count)| {
        before = before.saturating_add(*count);
        before.saturating_mul(2) > total
    });
    let minutes = |place: Option<&(i64, i64)>| place.map_or(0, |(minutes, _)| *minutes);
    Wait {
        least: minutes(sorted.first()),
        median: minutes(middle),
        most: minutes(sorted.last()),
    }
}
