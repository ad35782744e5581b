//! The sums of labels at each node of a drawing.
//!
//! Of the numeric labels only `bytes` counts, the block size in Go's heap profiles; numbers that print the same are merged.
//! The string labels of a sample form one tag. Source: pprof's `joinLabels` and `addSample`.

use rustc_hash::FxHashMap;

use super::contexts::Paths;
use super::frames::NodeId;
use super::graph::{Basis, Graph, Node};
use super::labels::LabelUnits;
use super::total::DIFF_BASE;
use crate::model::{LabelSetId, LabelValue, units};

/// A numeric label, or all string labels of a sample, at a node.
#[derive(Clone, PartialEq, Debug)]
pub struct Tag {
    /// As printed; string labels are `key:value`, one per line.
    pub name: String,
    /// The number; the first of several that print the same.
    pub value: i64,
    /// Its sums.
    pub sums: Node,
}

/// The numbers that occur with one set of string labels, or with none.
#[derive(Clone, PartialEq, Debug)]
pub struct TagGroup {
    /// Whether its samples have string labels.
    pub has_text: bool,
    /// The tag of the string labels, unless it is too small.
    pub text: Option<Tag>,
    /// The numbers of the samples with these string labels.
    pub numbers: Vec<Tag>,
}

/// The tags of some nodes of a graph.
#[derive(Clone, Debug, Default)]
pub struct NodeTags {
    groups: FxHashMap<NodeId, Vec<TagGroup>>,
    /// The unit of the numbers.
    pub unit: String,
}

impl NodeTags {
    /// The tags of `nodes`; frames that are not `kept` are skipped as in [`Graph`]. Numbers print in `unit`.
    pub fn new(
        basis: Basis<'_>,
        paths: Option<&Paths>,
        kept: Option<&[bool]>,
        nodes: &[NodeId],
        graph: &Graph,
        unit: &str,
    ) -> Self {
        let mut slots = vec![None; graph.nodes.len()];
        for (slot, node) in (0u32..).zip(nodes) {
            slots[node.index()] = Some(slot);
        }
        let mut tally = Tally::new(basis, slots, unit);
        match paths {
            Some(paths) => tally.contexts(basis, paths),
            None => tally.nodes(basis, kept),
        }
        tally.finish(nodes)
    }

    /// The tags of a node.
    pub fn of(&self, node: NodeId) -> &[TagGroup] {
        self.groups.get(&node).map_or(&[], Vec::as_slice)
    }

    /// How many tags of a node have a flat value.
    pub fn count(&self, node: NodeId) -> usize {
        let tags = self
            .of(node)
            .iter()
            .flat_map(|group| group.text.iter().chain(&group.numbers));
        tags.filter(|tag| tag.sums.flat != 0).count()
    }

    /// Drops tags whose flat and cum are both below the cutoff.
    pub(super) fn drop_small(&mut self, cutoff: u64) {
        let large = |tag: &Tag| tag.sums.flat.unsigned_abs() >= cutoff || tag.sums.cum.unsigned_abs() >= cutoff;
        for group in self.groups.values_mut().flatten() {
            group.text.take_if(|tag| !large(tag));
            group.numbers.retain(large);
        }
    }
}

/// String labels and a number; no number for the string labels themselves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Name {
    slot: u32,
    text: u32,
    number: Option<u32>,
}

/// A label set: its string labels and its numbers, each with the row of its printed form.
#[derive(Clone, Default)]
struct Labels {
    text: u32,
    numbers: Vec<(u32, i64)>,
}

struct Tally {
    slots: Vec<Option<u32>>,
    sets: Vec<Labels>,
    texts: Vec<String>,
    numbers: Vec<String>,
    unit: String,
    sums: FxHashMap<Name, (i64, Node)>,
}

impl Tally {
    fn new(basis: Basis<'_>, slots: Vec<Option<u32>>, unit: &str) -> Self {
        let profile = basis.profile;
        let label_units = LabelUnits::new(profile);
        let mut texts: Interned = Interned::default();
        texts.row(String::new());
        let mut numbers = Interned::default();
        let mut number_unit = String::new();
        let mut labels_of = |set: usize| {
            let mut labels = Labels::default();
            let mut parts: Vec<String> = Vec::new();
            for label in basis.scope.labels(profile, LabelSetId::from_index(set)) {
                match (label.value, profile.text(label.key)) {
                    (LabelValue::Text(_), key) if key == DIFF_BASE.0 => {}
                    (LabelValue::Text(text), key) => parts.push(format!("{key}:{}", profile.text(text))),
                    (LabelValue::Number { value, .. }, "bytes") => {
                        let from = label_units.of(profile, label.key);
                        from.clone_into(&mut number_unit);
                        labels
                            .numbers
                            .push((numbers.row(units::label(value, from, unit)), value));
                    }
                    (LabelValue::Number { .. }, _) => {}
                }
            }
            parts.sort_unstable();
            labels.text = texts.row(parts.join("\n"));
            labels
        };
        Self {
            sets: (0..profile.labels.len()).map(&mut labels_of).collect(),
            slots,
            texts: texts.rows,
            numbers: numbers.rows,
            unit: number_unit,
            sums: FxHashMap::default(),
        }
    }

    fn contexts(&mut self, basis: Basis<'_>, paths: &Paths) {
        for (span, &leaf) in basis.scope.spans().iter().zip(&paths.leaves) {
            let (sample, weight) = (span.sample.index(), basis.weights.of(span.sample.index()));
            let set = basis.profile.samples.labels[sample];
            for context in paths.outwards(leaf) {
                self.add(context, set, cum(weight));
            }
            if let Some(leaf) = leaf {
                self.add(leaf, set, flat(weight));
            }
        }
    }

    fn nodes(&mut self, basis: Basis<'_>, kept: Option<&[bool]>) {
        let mut stamps = vec![0u32; self.slots.len()];
        for (stamp, span) in (1u32..).zip(basis.scope.spans()) {
            let (sample, weight) = (span.sample.index(), basis.weights.of(span.sample.index()));
            if weight == (0, 0) {
                continue;
            }
            let set = basis.profile.samples.labels[sample];
            let mut leaf = None;
            for (node, _) in basis.frames.walk(basis.stack(span)) {
                if kept.is_some_and(|kept| !kept[node.index()]) {
                    leaf = None;
                    continue;
                }
                if stamps[node.index()] != stamp {
                    stamps[node.index()] = stamp;
                    self.add(node, set, cum(weight));
                }
                leaf = Some(node);
            }
            if let Some(leaf) = leaf {
                self.add(leaf, set, flat(weight));
            }
        }
    }

    fn add(&mut self, node: NodeId, set: LabelSetId, weight: Node) {
        let (Some(slot), labels) = (self.slots[node.index()], &self.sets[set.index()]) else {
            return;
        };
        let text = labels.text;
        let itself = (text != 0).then_some((None, 0));
        let numbers = labels.numbers.iter().map(|&(number, value)| (Some(number), value));
        for (number, value) in itself.into_iter().chain(numbers) {
            let name = Name { slot, text, number };
            let (_, sums) = self.sums.entry(name).or_insert((value, Node::default()));
            sums.add(&weight);
        }
    }

    fn finish(self, nodes: &[NodeId]) -> NodeTags {
        let mut rows: Vec<(Name, (i64, Node))> = self.sums.into_iter().collect();
        rows.sort_unstable_by_key(|row| row.0);
        let mut groups: FxHashMap<NodeId, Vec<TagGroup>> = FxHashMap::default();
        for of_group in rows.chunk_by(|(a, _), (b, _)| (a.slot, a.text) == (b.slot, b.text)) {
            let Some((first, _)) = of_group.first() else { continue };
            let mut group = TagGroup {
                has_text: first.text != 0,
                text: None,
                numbers: Vec::new(),
            };
            for &(name, (value, sums)) in of_group {
                let text = |name: &str| Tag {
                    name: name.to_string(),
                    value,
                    sums,
                };
                match name.number {
                    None => group.text = Some(text(&self.texts[name.text as usize])),
                    Some(number) => group.numbers.push(text(&self.numbers[number as usize])),
                }
            }
            groups.entry(nodes[first.slot as usize]).or_default().push(group);
        }
        let unit = self.unit;
        NodeTags { groups, unit }
    }
}

/// Distinct strings with their rows.
#[derive(Default)]
struct Interned {
    rows: Vec<String>,
    index: FxHashMap<String, u32>,
}

impl Interned {
    fn row(&mut self, text: String) -> u32 {
        let next = self.rows.len() as u32;
        *self.index.entry(text).or_insert_with_key(|text| {
            self.rows.push(text.clone());
            next
        })
    }
}

fn flat((value, divisor): (i64, i64)) -> Node {
    Node {
        flat: value,
        flat_divisor: divisor,
        ..Node::default()
    }
}

fn cum((value, divisor): (i64, i64)) -> Node {
    Node {
        cum: value,
        cum_divisor: divisor,
        ..Node::default()
    }
}
