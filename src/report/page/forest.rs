//! The stacks of a page and of a session's moments as one tree, of which each moment has its own sums.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::super::aggregate::Report;
use super::super::environment::Environment;
use super::super::options::Options;
use super::super::reports::HTML;
use super::data::MAX_TYPES;
use super::extras::PageMoment;
use super::stacks::{self, Context};
use crate::error::Result;
use crate::model::{Profile, SampleTypeId};

/// Contexts that the moments of a page have together at most: of more, each has its largest.
const MOST: usize = 200_000;

/// What the stacks of a moment hold, without those that are too small to be seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StackSums {
    /// Names of the sample types.
    types: Vec<String>,
    names: Vec<String>,
    /// In the order of a walk from the root, which comes first.
    contexts: Vec<Summed>,
}

/// A context of a moment.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Summed {
    depth: u32,
    /// A place in the names; below 0 how many contexts are left out there.
    name: i64,
    /// What ends there, of each sample type.
    own: Box<[i64]>,
}

impl StackSums {
    /// Adds up the stacks of one of `moments` moments under these options.
    ///
    /// # Errors
    /// Those of a report with these options.
    pub fn new(profile: &Arc<Profile>, options: &Options, moments: usize) -> Result<Self> {
        let report = Report::new(profile, &HTML, None, options, &Environment::default())?;
        let count = profile.sample_types.len().min(MAX_TYPES);
        let ids: Vec<SampleTypeId> = (0..count).map(SampleTypeId::from_index).collect();
        let mut sums = Self {
            types: ids.iter().map(|&id| profile.type_name(id).to_string()).collect(),
            ..Self::default()
        };
        let mut numbers = FxHashMap::default();
        for context in stacks::contexts(&report, &ids, MOST / moments.max(1)) {
            let name = match context.node {
                Some(node) => *numbers.entry(node).or_insert_with(|| {
                    sums.names.push(report.name(node));
                    sums.names.len() as i64 - 1
                }),
                None => -i64::from(context.left_out),
            };
            sums.contexts.push(Summed {
                depth: context.depth,
                name,
                own: context.values.iter().map(|(_, own)| *own).collect(),
            });
        }
        Ok(sums)
    }
}

/// The contexts of all, each once.
#[derive(Default)]
pub(super) struct Forest {
    trees: Vec<Place>,
    below: FxHashMap<(usize, i64), usize>,
}

struct Place {
    /// A name of the page; below 0 how many contexts are left out there.
    name: i64,
    children: Vec<usize>,
    /// (cum, own) of each type, of the page's own profile; empty where that has nothing.
    values: Vec<(i64, i64)>,
    /// Where it is in the order of a walk.
    at: usize,
}

impl Forest {
    /// Adds the contexts of the page's own profile.
    pub(super) fn plant(&mut self, contexts: Vec<Context>, mut name: impl FnMut(&Context) -> i64) {
        let mut path = Vec::new();
        for context in contexts {
            let own = name(&context);
            let place = self.enter(&mut path, context.depth, own);
            self.trees[place].values = context.values;
        }
    }

    /// Adds the contexts of a moment; returns for each where it is.
    fn graft(&mut self, stacks: &StackSums, mut number: impl FnMut(&str) -> usize) -> Vec<usize> {
        let numbers: Vec<usize> = stacks.names.iter().map(|name| number(name)).collect();
        let mut path = Vec::new();
        let places = stacks.contexts.iter().map(|context| {
            let name = usize::try_from(context.name).ok().and_then(|at| numbers.get(at));
            let is_root = context.depth == 0;
            let name = name.filter(|_| !is_root).map_or(context.name, |&number| number as i64);
            self.enter(&mut path, context.depth, name)
        });
        places.collect()
    }

    /// The place of a context below the last one of the path that is less deep.
    fn enter(&mut self, path: &mut Vec<usize>, depth: u32, name: i64) -> usize {
        path.truncate(depth as usize);
        // What is left out of a context is one, however much that is.
        let key = name.max(-1);
        let above = path.last().copied();
        let known = above.map_or((!self.trees.is_empty()).then_some(0), |above| {
            self.below.get(&(above, key)).copied()
        });
        let place = known.unwrap_or_else(|| {
            let place = self.trees.len();
            self.trees.push(Place {
                name,
                children: Vec::new(),
                values: Vec::new(),
                at: 0,
            });
            if let Some(above) = above {
                self.trees[above].children.push(place);
                self.below.insert((above, key), place);
            }
            place
        });
        path.push(place);
        place
    }

    /// Everything in the order of a walk.
    pub(super) fn walk(&mut self) -> Vec<Walked<'_>> {
        let mut order = Vec::with_capacity(self.trees.len());
        let mut todo = vec![(0, 0)];
        while let Some((place, depth)) = todo.pop() {
            let Some(tree) = self.trees.get_mut(place) else {
                continue;
            };
            tree.at = order.len();
            order.push((place, depth));
            todo.extend(tree.children.iter().rev().map(|&child| (child, depth + 1)));
        }
        let told = |(place, depth): (usize, u32)| {
            let tree = &self.trees[place];
            Walked {
                depth,
                name: tree.name,
                values: &tree.values,
            }
        };
        order.into_iter().map(told).collect()
    }

    /// Adds moments; what is then told of them, once all is walked, is for [`Grafted::json`].
    pub(super) fn graft_all<'m>(
        &mut self,
        moments: &'m [PageMoment],
        mut number: impl FnMut(&str) -> usize,
    ) -> Vec<Grafted<'m>> {
        let grafted = moments.iter().map(|moment| Grafted {
            stacks: &moment.stacks,
            places: self.graft(&moment.stacks, &mut number),
        });
        grafted.collect()
    }
}

/// A context, as a walk comes to it.
pub(super) struct Walked<'f> {
    /// 0 is the root.
    pub(super) depth: u32,
    /// A name of the page; below 0 how many contexts are left out there.
    pub(super) name: i64,
    /// (cum, own) of each type, of the page's own profile; empty where that has nothing.
    pub(super) values: &'f [(i64, i64)],
}

/// A moment's stacks among all.
pub(super) struct Grafted<'m> {
    stacks: &'m StackSums,
    places: Vec<usize>,
}

impl Grafted<'_> {
    /// Pairs of a context, by its place in the walk, and what ends there, of a sample type.
    pub(super) fn json(&self, forest: &Forest, sample_type: &str, scaled: impl Fn(i64) -> i64) -> Value {
        let Some(column) = self.stacks.types.iter().position(|own| own == sample_type) else {
            return json!([]);
        };
        let contexts = self.stacks.contexts.iter().zip(&self.places);
        let pairs = contexts
            .filter(|(context, _)| context.own[column] != 0)
            .flat_map(|(context, &place)| [forest.trees[place].at as i64, scaled(context.own[column])]);
        json!(pairs.collect::<Vec<i64>>())
    }
}
