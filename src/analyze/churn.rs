//! Churn: how much the nodes of a heap profile allocated, how much of it is still in use, and in blocks
//! of which size. Needs the four sample types of Go's heap profiles.

use rustc_hash::FxHashMap;

use super::frames::NodeId;
use super::graph::{Basis, Weights};
use super::leaks::samples::samples;
use super::sums::{leaf, own_sums};
use crate::model::{LabelSetId, LabelValue, Profile, SampleTypeId};

/// With fewer samples of the profiler a change says nothing: as many are drawn or not by chance.
pub const ENOUGH_SAMPLES: u64 = 4;

/// What each node allocated itself, and what is still in use.
#[derive(Clone, PartialEq, Debug)]
pub struct Churn {
    nodes: Vec<NodeChurn>,
    seconds: Option<f64>,
    is_of_objects: bool,
}

/// What a node allocated, and what is still in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NodeChurn {
    /// Allocated objects or bytes, as the sample type in view counts.
    pub allocated: i64,
    /// In-use objects or bytes, as the sample type in view counts.
    pub in_use: i64,
    /// Number of objects allocated.
    pub allocated_objects: i64,
    /// Number of objects in use.
    pub objects_in_use: i64,
    /// The number of the profiler's samples that its value in the sample type in view was scaled up from; in a
    /// comparison, those that came less those that went.
    pub samples: i64,
    /// The block size with the largest value in the sample type in view.
    pub block: Option<Block>,
}

/// A block size of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// The size in bytes, from the label `bytes`.
    pub bytes: i64,
    /// How many other sizes the node has.
    pub others: usize,
}

impl Churn {
    /// Adds up a heap profile; `None` if the profile or the sample type is not Go's heap's. `seconds` is the duration in
    /// which the profile's allocations happened, if known.
    pub fn new(basis: Basis<'_>, sample_type: SampleTypeId, seconds: Option<f64>) -> Option<Self> {
        let profile = basis.profile;
        let name = profile.type_name(sample_type);
        let kind = ["inuse", "alloc"].into_iter().find(|kind| name.starts_with(kind))?;
        let counts = &name[kind.len()..];
        let flat = |name: &str| -> Option<Vec<i64>> {
            let sample_type = profile.sample_type(name)?;
            let weights = Weights {
                values: &profile.samples.values[sample_type.index()],
                divisors: None,
            };
            let sums = own_sums(Basis { weights, ..basis });
            Some(sums.iter().map(|node| node.flat).collect())
        };
        let (all, held) = (flat("alloc_objects")?, flat("inuse_objects")?);
        let is_of_objects = counts == "_objects";
        let (allocated, in_use) = match is_of_objects {
            true => (all.clone(), held.clone()),
            false => (flat(&format!("alloc{counts}"))?, flat(&format!("inuse{counts}"))?),
        };
        let of = |counts: &str| profile.sample_type(&format!("{kind}{counts}"));
        let samples = raw_samples(basis, [of("_space")?, of("_objects")?]);
        let blocks = blocks(basis);
        let nodes = (0..basis.frames.len()).map(|at| NodeChurn {
            allocated: allocated[at],
            in_use: in_use[at],
            allocated_objects: all[at],
            objects_in_use: held[at],
            samples: samples[at].round() as i64,
            block: blocks.get(&NodeId(at as u32)).copied(),
        });
        Some(Self {
            nodes: nodes.collect(),
            seconds: seconds.filter(|seconds| *seconds > 0.0),
            is_of_objects,
        })
    }

    /// What a node allocated, and what is still in use.
    pub fn of(&self, node: NodeId) -> NodeChurn {
        self.nodes.get(node.index()).copied().unwrap_or_default()
    }

    /// The duration in which the profile's allocations happened, in seconds, if known.
    pub fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    /// The allocation sample type that counts as the one in view: objects or bytes.
    pub fn allocated_type(&self) -> &'static str {
        if self.is_of_objects {
            "alloc_objects"
        } else {
            "alloc_space"
        }
    }
}

/// For each node the number of the profiler's samples in its own value: bytes and objects of those are scaled up.
fn raw_samples(basis: Basis<'_>, types: [SampleTypeId; 2]) -> Vec<f64> {
    let profile = basis.profile;
    let sizes = sizes(profile);
    let [space, objects] = types.map(|id| &profile.samples.values[id.index()]);
    let mut counts = vec![0.0; basis.frames.len()];
    for span in basis.scope.spans() {
        let sample = span.sample.index();
        let size = sizes.get(profile.samples.labels[sample].index()).copied().flatten();
        if let Some(node) = leaf(basis.frames, basis.stack(span)) {
            let (bytes, objects) = (space[sample] as f64, objects[sample] as f64);
            counts[node.index()] += samples(bytes, objects, size.unwrap_or(0) as f64, profile.period);
        }
    }
    counts
}

/// For each node with labelled samples the block size with the largest value; the smaller of equal ones.
fn blocks(basis: Basis<'_>) -> FxHashMap<NodeId, Block> {
    let sizes = sizes(basis.profile);
    let mut sums: FxHashMap<(NodeId, i64), u64> = FxHashMap::default();
    for span in basis.scope.spans() {
        let sample = span.sample.index();
        let weight = basis.weights.values[sample].unsigned_abs();
        let size = sizes
            .get(basis.profile.samples.labels[sample].index())
            .copied()
            .flatten();
        let node = leaf(basis.frames, basis.stack(span));
        if let (Some(node), Some(size), 1..) = (node, size, weight) {
            let sum = sums.entry((node, size)).or_default();
            *sum = sum.saturating_add(weight);
        }
    }
    let mut blocks: FxHashMap<NodeId, (u64, Block)> = FxHashMap::default();
    for ((node, bytes), weight) in sums {
        let first = (0, Block { bytes, others: 0 });
        let (most, block) = blocks.entry(node).or_insert(first);
        // The first label counts itself only once.
        block.others += usize::from(*most > 0);
        if weight > *most || (weight == *most && bytes < block.bytes) {
            (*most, block.bytes) = (weight, bytes);
        }
    }
    blocks.into_iter().map(|(node, (_, block))| (node, block)).collect()
}

/// For each label set the block size that it names.
fn sizes(profile: &Profile) -> Vec<Option<i64>> {
    let sets = (0..profile.labels.len()).map(LabelSetId::from_index);
    let size = |set| {
        let mut labels = profile.labels.get(set).iter();
        labels.find_map(|label| match label.value {
            LabelValue::Number { value, .. } if profile.text(label.key) == "bytes" => Some(value),
            _ => None,
        })
    };
    sets.map(size).collect()
}
