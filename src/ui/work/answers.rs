//! The answers of one generation: what was asked, what is outstanding, what has come.
//!
//! A generation is a profile with its options. When either changes a new one begins, and answers that are still under
//! way belong to none.

use std::sync::Arc;

use super::listing::Listing;
use super::query::{Answer, Matches, Query, Search};
use crate::analyze::{CallSites, CallTree, Direction};
use crate::error::Result;
use crate::model::SampleTypeId;
use crate::ui::view::goroutines::model::Groups;
use crate::ui::view::graph::model::{Diagram, Extent};
use crate::ui::view::source::model::Sourced;

/// Contexts in all call trees after which only the newest tree is kept: another one is made in a moment.
const MAX_CONTEXTS: usize = 1 << 24;

/// What is known of the profile in view.
#[derive(Default)]
pub(in crate::ui) struct Answers {
    generation: u64,
    /// Small: a few for each sample type.
    known: Vec<(Query, Answer)>,
    outstanding: Vec<Query>,
    /// Asked, and there is no answer; they are not asked again.
    failed: Vec<Query>,
}

impl Answers {
    /// The number of the current generation.
    pub(in crate::ui) fn generation(&self) -> u64 {
        self.generation
    }

    /// Begins a new generation, of which nothing is known.
    pub(in crate::ui) fn begin(&mut self) {
        self.generation += 1;
        self.known.clear();
        self.outstanding.clear();
        self.failed.clear();
    }

    /// How many answers are still to come.
    pub(in crate::ui) fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Whether there is no answer yet.
    pub(in crate::ui) fn lacks(&self, query: &Query) -> bool {
        self.find(query).is_none()
    }

    /// Which of some questions have to be put to a worker: those without an answer that is here or under way.
    pub(in crate::ui) fn ask(&mut self, queries: Vec<Query>) -> Vec<Query> {
        let is_known =
            |query: &Query| !self.lacks(query) || self.outstanding.contains(query) || self.failed.contains(query);
        let is_new = |query: &Query| !query.is_kept() || !is_known(query);
        let new: Vec<Query> = queries.into_iter().filter(is_new).collect();
        self.outstanding.extend(new.iter().cloned());
        new
    }

    /// Takes the answer to a question, or that there is none; false if both are of another generation.
    ///
    /// # Errors
    /// That of the answer.
    pub(in crate::ui) fn take(&mut self, generation: u64, query: Query, answer: Result<Answer>) -> Result<bool> {
        if generation != self.generation {
            return Ok(false);
        }
        if let Some(at) = self.outstanding.iter().position(|outstanding| *outstanding == query) {
            self.outstanding.remove(at);
        }
        let is_kept = query.is_kept();
        if is_kept && answer.is_err() {
            self.failed.push(query.clone());
        }
        let answer = answer?;
        if is_kept {
            let is_large = matches!(answer, Answer::CallTree(_)) && self.contexts() > MAX_CONTEXTS;
            let is_dropped = |older: &Query, answer: &Answer| {
                query.replaces(older) || is_large && matches!(answer, Answer::CallTree(_))
            };
            self.known.retain(|(older, answer)| !is_dropped(older, answer));
            self.known.push((query, answer));
        }
        Ok(true)
    }

    /// Forgets what is known of source text, so that it is read again.
    pub(in crate::ui) fn forget_sources(&mut self) {
        self.known.retain(|(query, _)| !matches!(query, Query::Source(..)));
    }

    /// The table of a sample type: its rows at least.
    pub(in crate::ui) fn listing(&self, sample_type: SampleTypeId) -> Option<&Arc<Listing>> {
        match self.find(&Query::Rows(sample_type))? {
            Answer::Listing(listing) => Some(listing),
            _ => None,
        }
    }

    /// Where functions call others.
    pub(in crate::ui) fn call_sites(&self, sample_type: SampleTypeId) -> Option<&Arc<CallSites>> {
        match self.find(&Query::CallSites(sample_type))? {
            Answer::CallSites(sites) => Some(sites),
            _ => None,
        }
    }

    /// A call tree.
    pub(in crate::ui) fn call_tree(&self, sample_type: SampleTypeId, direction: Direction) -> Option<&Arc<CallTree>> {
        match self.find(&Query::CallTree(sample_type, direction))? {
            Answer::CallTree(tree) => Some(tree),
            _ => None,
        }
    }

    /// A diagram of the call graph.
    pub(in crate::ui) fn diagram(&self, sample_type: SampleTypeId, extent: &Extent) -> Option<&Arc<Diagram>> {
        match self.find(&Query::Graph(sample_type, extent.clone()))? {
            Answer::Graph(diagram) => Some(diagram),
            _ => None,
        }
    }

    /// The source of the function that was asked for last.
    pub(in crate::ui) fn source(&self, sample_type: SampleTypeId) -> Option<&Arc<Sourced>> {
        self.known.iter().find_map(|(query, answer)| match (query, answer) {
            (Query::Source(of, _), Answer::Source(source)) if *of == sample_type => Some(source),
            _ => None,
        })
    }

    /// What a search finds.
    pub(in crate::ui) fn matches(&self, search: Search) -> Option<&Arc<Matches>> {
        match self.find(&Query::Matches(Box::new(search)))? {
            Answer::Matches(matches) => Some(matches),
            _ => None,
        }
    }

    /// The goroutines that were asked for last.
    pub(in crate::ui) fn goroutines(&self) -> Option<&Arc<Groups>> {
        self.known.iter().find_map(|(_, answer)| match answer {
            Answer::Goroutines(groups) => Some(groups),
            _ => None,
        })
    }

    fn find(&self, query: &Query) -> Option<&Answer> {
        // A whole table answers also what asks for its rows alone.
        let whole = match query {
            Query::Rows(sample_type) => Some(Query::Listing(*sample_type)),
            _ => None,
        };
        let is_it = |known: &Query| known == query || whole.as_ref() == Some(known);
        let known = self.known.iter().find(|(known, _)| is_it(known));
        known.map(|(_, answer)| answer)
    }

    fn contexts(&self) -> usize {
        let sizes = self.known.iter().map(|(_, answer)| match answer {
            Answer::CallTree(tree) => tree.len(),
            _ => 0,
        });
        sizes.sum()
    }
}
