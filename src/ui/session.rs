//! What all views share: the profile, the filters, the sample type, the selected function.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

use crate::analyze::{CallTree, Direction, Granularity, Sort};
use crate::error::Result;
use crate::model::{Profile, SampleTypeId};
use crate::report::{
    self, ColumnId, Group, OPTIONS, OptionRow, Options, Row, Section, SortDirection, TableContext, Takes,
};
use crate::ui::event::Effect;
use crate::ui::keys::table::Filter;
use crate::ui::view::graph::model::{Extent, Picture};
use crate::ui::view::source::model::Sourced;
use crate::ui::work::answers::{Listing, Matches, Product, Search, Want};
use crate::ui::work::threads::Job;

/// Contexts in all trees after which only the newest tree is kept: another one is made in a moment.
const MAX_CONTEXTS: usize = 1 << 24;

/// The state that views share.
pub(super) struct Session {
    /// Where the profile comes from, as shown.
    pub(super) source: String,
    pub(super) is_remote: bool,
    pub(super) profile: Option<Arc<Profile>>,
    /// Filters and the rest of what the user set.
    pub(super) options: Options,
    pub(super) sample_type: SampleTypeId,
    /// Name of the selected function; empty before there is one.
    pub(super) selected: String,
    /// The same where nobody chose it; see [`Session::settle`].
    proposed: String,
    /// The function that was selected before names became others.
    renamed: Option<String>,
    pub(super) search: Option<Regex>,
    /// By what the Top view is ordered.
    pub(super) sort: ColumnId,
    pub(super) sort_direction: SortDirection,
    /// Number of the current analysis; grows when profile or filters change.
    pub(super) generation: u64,
    /// Of the current generation.
    listings: HashMap<SampleTypeId, Arc<Listing>>,
    trees: HashMap<(SampleTypeId, Direction), Arc<CallTree>>,
    pictures: HashMap<(SampleTypeId, Extent), Arc<Picture>>,
    /// Of the last search of a tree.
    matches: Option<Arc<Matches>>,
    /// What was asked for in the current generation, so that nothing is made twice.
    asked: Vec<Want>,
    /// Of each sample type the function that was asked for last.
    sources: HashMap<SampleTypeId, Arc<Sourced>>,
    /// How many answers of the current generation are still to come.
    pub(super) outstanding: usize,
    /// What is shown until the current generation's is there.
    last: Option<Arc<Listing>>,
}

impl Session {
    pub(super) fn new(source: String, is_remote: bool, options: Options) -> Self {
        Self {
            source,
            is_remote,
            profile: None,
            sample_type: SampleTypeId(0),
            selected: String::new(),
            proposed: String::new(),
            renamed: None,
            search: None,
            sort: sort_column(options.sort),
            sort_direction: SortDirection::Forward,
            options,
            generation: 0,
            listings: HashMap::new(),
            trees: HashMap::new(),
            pictures: HashMap::new(),
            matches: None,
            asked: Vec::new(),
            sources: HashMap::new(),
            outstanding: 0,
            last: None,
        }
    }

    /// The listing of the sample type in view, or the last one that was.
    pub(super) fn listing(&self) -> Option<&Arc<Listing>> {
        self.listings.get(&self.sample_type).or(self.last.as_ref())
    }

    /// The listing of another sample type, where it is ready.
    pub(super) fn listing_of(&self, sample_type: SampleTypeId) -> Option<&Arc<Listing>> {
        self.listings.get(&sample_type)
    }

    /// The call tree of the sample type in view, where it is ready.
    pub(super) fn tree(&self, direction: Direction) -> Option<&Arc<CallTree>> {
        self.trees.get(&(self.sample_type, direction))
    }

    /// A drawing of the call graph of the sample type in view, where it is ready.
    pub(super) fn picture(&self, extent: &Extent) -> Option<&Arc<Picture>> {
        self.pictures.get(&(self.sample_type, extent.clone()))
    }

    /// The source that was asked for last of the sample type in view, where it is ready.
    pub(super) fn sourced(&self) -> Option<&Arc<Sourced>> {
        self.sources.get(&self.sample_type)
    }

    /// Has sources read again.
    pub(super) fn forget_sources(&mut self) {
        self.sources.clear();
    }

    /// What the search finds in a tree of the sample type in view.
    pub(super) fn search_of(&self, tree: &Arc<CallTree>) -> Option<Search> {
        Some(Search {
            sample_type: self.sample_type,
            expression: self.search.clone()?,
            tree: Arc::clone(tree),
        })
    }

    /// Selects the first function of the table where none is selected, and another one where that was not chosen by
    /// anybody and is not in the table any more. After names became others it is the function's first row.
    pub(super) fn settle(&mut self) {
        let Some(listing) = self.listing().cloned() else { return };
        let report = &listing.report;
        if !self.is_stale()
            && let Some(function) = self.renamed.take()
        {
            let name = |row: &Row| report.profile.text(report.frames.info(row.node).name);
            if let Some(row) = listing.rows.iter().find(|row| name(row) == function) {
                self.selected.clone_from(&row.name);
                return;
            }
        }
        let is_chosen = !self.selected.is_empty() && self.selected != self.proposed;
        if is_chosen || listing.rows.iter().any(|row| row.name == self.selected) {
            return;
        }
        let first = match self.by_pprof() {
            true => listing.rows.first().cloned(),
            false => self.sorted(&listing).into_iter().next(),
        };
        self.selected = first.map(|row| row.name).unwrap_or_default();
        self.proposed.clone_from(&self.selected);
    }

    /// Takes it that the selected function was chosen.
    pub(super) fn keep_selected(&mut self) {
        self.proposed.clear();
    }

    /// Prepares for names of another granularity.
    pub(super) fn forget_names(&mut self) {
        let named = self.listing().and_then(|listing| {
            let report = &listing.report;
            let node = *listing.by_name.get(&self.selected)?;
            Some(report.profile.text(report.frames.info(node).name).to_string())
        });
        self.renamed = named.filter(|name| !name.is_empty());
        self.selected.clear();
    }

    /// Whether the table is in pprof's order.
    pub(super) fn by_pprof(&self) -> bool {
        (self.sort, self.sort_direction) == (ColumnId::Flat, SortDirection::Forward)
    }

    /// The rows of the table in the order that was chosen.
    pub(super) fn sorted(&self, listing: &Listing) -> Vec<Row> {
        let mut rows = listing.rows.clone();
        let context = TableContext {
            report: &listing.report,
        };
        report::sort_rows(context, &mut rows, self.sort, self.sort_direction);
        rows
    }

    /// The same, where it is ready.
    pub(super) fn matches(&self, tree: &Arc<CallTree>) -> Option<&Arc<Matches>> {
        let search = self.search_of(tree)?;
        self.matches.as_ref().filter(|matches| matches.of == search)
    }

    /// Whether what is in view is out of date.
    pub(super) fn is_stale(&self) -> bool {
        let has_types = self
            .profile
            .as_ref()
            .is_some_and(|profile| !profile.sample_types.is_empty());
        has_types && !self.listings.contains_key(&self.sample_type)
    }

    /// Takes a profile that was read. The sample type stays if the new profile has one of that name.
    pub(super) fn set_profile(&mut self, profile: Arc<Profile>) -> Option<Effect> {
        let same = self
            .profile
            .as_ref()
            .map(|old| old.type_name(self.sample_type).to_string());
        let wanted = same.filter(|name| profile.sample_type(name).is_some() && !name.is_empty());
        let wanted = wanted.as_deref().unwrap_or(&self.options.sample_index);
        self.sample_type = profile
            .sample_type(wanted)
            .or_else(|| profile.sample_type(""))
            .unwrap_or_default();
        self.profile = Some(profile);
        self.analyze_again()
    }

    /// A new generation: what is on screen stays until its first listing is there.
    pub(super) fn analyze_again(&mut self) -> Option<Effect> {
        self.last = self.listing().cloned();
        self.generation += 1;
        self.listings.clear();
        self.trees.clear();
        self.pictures.clear();
        self.matches = None;
        self.asked.clear();
        self.sources.clear();
        self.outstanding = 0;
        let types = self.profile.as_ref()?.sample_types.len();
        let others = (0..types.min(16))
            .map(SampleTypeId::from_index)
            .filter(|other| *other != self.sample_type);
        // What is in view first, then what is around it, then what other keys would show.
        let first = [Want::Rows(self.sample_type), Want::Listing(self.sample_type)];
        let wants = first.into_iter().chain(others.map(Want::Listing));
        self.job(wants.collect())
    }

    /// What of `wants` is not there yet.
    pub(super) fn lacks(&self, wants: Vec<Want>) -> Vec<Want> {
        let lacks = |want: &Want| match want {
            Want::Rows(sample_type) => !self.listings.contains_key(sample_type),
            Want::Listing(sample_type) => {
                let listing = self.listings.get(sample_type);
                listing.is_none_or(|listing| !listing.is_whole)
            }
            Want::Tree(sample_type, direction) => !self.trees.contains_key(&(*sample_type, *direction)),
            Want::Graph(sample_type, extent) => !self.pictures.contains_key(&(*sample_type, extent.clone())),
            Want::Matches(search) => self.matches.as_ref().is_none_or(|matches| matches.of != **search),
            Want::Source(sample_type, function) => {
                let known = self.sources.get(sample_type);
                known.is_none_or(|sourced| sourced.function != *function)
            }
            Want::Text(_) => true,
        };
        let has_types = self
            .profile
            .as_ref()
            .is_some_and(|profile| !profile.sample_types.is_empty());
        if has_types {
            wants.into_iter().filter(lacks).collect()
        } else {
            Vec::new()
        }
    }

    /// Asks for what of `wants` is neither there nor under way.
    pub(super) fn want(&mut self, wants: Vec<Want>) -> Option<Effect> {
        let mut wants = self.lacks(wants);
        wants.retain(|want| !self.asked.contains(want));
        if wants.is_empty() { None } else { self.job(wants) }
    }

    fn job(&mut self, wants: Vec<Want>) -> Option<Effect> {
        let profile = Arc::clone(self.profile.as_ref()?);
        // A profile without sample types has nothing to analyse.
        if profile.sample_types.is_empty() {
            return None;
        }
        self.outstanding += wants.len();
        // A report is made as often as it is asked for.
        let once = |want: &&Want| !matches!(want, Want::Text(_));
        self.asked.extend(wants.iter().filter(once).cloned());
        let (generation, options) = (self.generation, self.options.clone());
        Some(Effect::Analyze(Box::new(Job {
            generation,
            profile,
            options,
            wants,
        })))
    }

    /// Takes what an analysis brought; true if it is of the current generation.
    ///
    /// # Errors
    /// The analysis's own.
    pub(super) fn take(&mut self, generation: u64, product: Result<Product>) -> Result<bool> {
        if generation != self.generation {
            return Ok(false);
        }
        self.outstanding = self.outstanding.saturating_sub(1);
        match product? {
            Product::Listing(listing) => {
                self.listings.insert(listing.report.sample_type, listing);
            }
            Product::Tree(sample_type, direction, tree) => {
                let is_large = self.trees.values().map(|tree| tree.len()).sum::<usize>() > MAX_CONTEXTS;
                self.trees.retain(|_, _| !is_large);
                self.trees.insert((sample_type, direction), tree);
            }
            Product::Graph(sample_type, extent, picture) => {
                self.pictures.insert((sample_type, extent), picture);
            }
            Product::Source(sample_type, sourced) => {
                self.sources.insert(sample_type, sourced);
            }
            Product::Matches(matches) => self.matches = Some(matches),
            Product::Text(..) | Product::Saved(_) | Product::Kept(_) => {}
        }
        let asked = std::mem::take(&mut self.asked);
        self.asked = self.lacks(asked);
        Ok(true)
    }

    /// The filter's expression.
    pub(super) fn filter_mut(&mut self, filter: Filter) -> &mut String {
        match filter {
            Filter::Focus => &mut self.options.focus,
            Filter::Ignore => &mut self.options.ignore,
            Filter::Hide => &mut self.options.hide,
            Filter::Show => &mut self.options.show,
        }
    }

    /// Filters in force, as (name, expression).
    pub(super) fn filters(&self) -> Vec<(&'static str, String)> {
        let values = filter_options().map(|row| (row.name, row.get(&self.options)));
        values.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// What rows stand for, if not for functions.
    pub(super) fn granularity(&self) -> Option<&'static str> {
        let is_chosen =
            |row: &&OptionRow| row.takes == Takes::Choice(Group::Granularity) && row.get(&self.options) == "true";
        let chosen = OPTIONS.iter().find(is_chosen)?.name;
        (self.options.granularity != Granularity::default()).then_some(chosen)
    }

    pub(super) fn clear_filters(&mut self) {
        for row in filter_options() {
            // An empty text is no filter.
            let _ = row.set(&mut self.options, "");
        }
    }

    /// The sample type that `change` makes of the current one's name, if the profile has it.
    pub(super) fn sibling_type(&self, pairs: &[(&str, &str)]) -> Option<SampleTypeId> {
        let profile = self.profile.as_ref()?;
        let name = profile.type_name(self.sample_type);
        pairs.iter().find_map(|(a, b)| {
            let other = if name.contains(a) {
                name.replace(a, b)
            } else {
                name.contains(b).then(|| name.replace(b, a))?
            };
            (0..profile.sample_types.len())
                .map(SampleTypeId::from_index)
                .find(|id| profile.type_name(*id) == other)
        })
    }
}

/// The column by which the Top view is ordered for an option's order.
pub(super) fn sort_column(sort: Sort) -> ColumnId {
    match sort {
        Sort::Flat => ColumnId::Flat,
        Sort::Cum => ColumnId::Cum,
    }
}

/// The options that are filters with an expression.
fn filter_options() -> impl Iterator<Item = &'static OptionRow> {
    OPTIONS
        .iter()
        .filter(|row| row.section == Section::Filters && matches!(row.takes, Takes::Value(_)))
}
