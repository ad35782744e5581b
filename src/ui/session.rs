//! What all views share: the profile, the filters, the sample type, the selected function.

use std::sync::Arc;

use crate::analyze::goroutines::is_of_goroutines;
use crate::analyze::{CallSites, CallTree, Direction, Granularity, Sort, base_name, package};
use crate::model::{Loaded, Profile, SampleTypeId, Side, Snapshot};
use crate::report::{
    self, ColumnId, Environment, OPTIONS, OptionGroup, OptionRow, Options, OverTime, Report, Row, Section,
    SortDirection, TableContext, Takes,
};
use crate::ui::event::Effect;
use crate::ui::keys::action::Filter;
use crate::ui::keys::bindings::Bindings;
use crate::ui::search::Sought;
use crate::ui::timeline::{InType, Timeline};
use crate::ui::view::graph::model::{Diagram, Extent};
use crate::ui::view::source::model::Sourced;
use crate::ui::work::answers::Answers;
use crate::ui::work::host::{Base, Loader, Offer, Series, Wanted};
use crate::ui::work::listing::Listing;
use crate::ui::work::probes::Probes;
use crate::ui::work::query::{Matches, Query, Search};
use crate::ui::work::threads::Job;

/// Between both sides of a comparison in a title.
pub(super) const BETWEEN: &str = " − ";
/// How many sample types are analysed before anybody looks at them.
const MAX_TYPES: usize = 16;

/// The state that views share.
pub(super) struct Session {
    /// Where the profile comes from, as shown.
    pub(super) source: String,
    pub(super) is_remote: bool,
    /// What there is besides one moment.
    pub(super) series: Series,
    /// Its moments.
    pub(super) timeline: Timeline,
    /// What profiles are compared with.
    pub(super) base: Base,
    /// Another profile of the process that is in view.
    pub(super) offer: Option<Offer>,
    /// What was read last.
    pub(super) loaded: Option<Loaded>,
    /// Filters and the rest of what the user set.
    pub(super) options: Options,
    pub(super) environment: Environment,
    pub(super) sample_type: SampleTypeId,
    /// Name of the selected function; empty before there is one.
    pub(super) selected: String,
    /// What the user selected, if anything: it stays so where it is not to be seen.
    pub(super) chosen: Option<String>,
    /// The function that was chosen before names became others.
    renamed: Option<String>,
    /// The function whose goroutines another view points at.
    pub(super) pointed_at: Option<String>,
    pub(super) search: Option<Sought>,
    /// What keys do, as the user has them.
    pub(super) keys: Bindings,
    /// The columns of the Top view besides the name; none for all.
    pub(super) columns: Vec<ColumnId>,
    /// Whether the Top view shows what becomes of what is allocated.
    pub(super) shows_churn: bool,
    /// By what the Top view is ordered.
    pub(super) sort: ColumnId,
    pub(super) sort_direction: SortDirection,
    /// What a live process told beside its profile.
    pub(super) probes: Probes,
    /// What is known of the profile with these options.
    pub(super) answers: Answers,
    /// What is shown until the current generation's listing is there.
    last: Option<Arc<Listing>>,
}

impl Session {
    pub(super) fn new(loader: &dyn Loader, options: Options, environment: Environment, keys: Bindings) -> Self {
        Self {
            source: loader.name(),
            is_remote: loader.is_remote(),
            series: loader.series(),
            timeline: Timeline::default(),
            base: Base::default(),
            offer: None,
            loaded: None,
            sample_type: SampleTypeId(0),
            selected: String::new(),
            chosen: None,
            renamed: None,
            pointed_at: None,
            search: None,
            keys,
            columns: Vec::new(),
            shows_churn: false,
            sort: sort_column(options.sort),
            sort_direction: SortDirection::Forward,
            options,
            environment,
            probes: Probes::new(loader),
            answers: Answers::default(),
            last: None,
        }
    }

    /// The listing of the sample type in view, or the last one that was.
    pub(super) fn listing(&self) -> Option<&Arc<Listing>> {
        self.answers.listing(self.sample_type).or(self.last.as_ref())
    }

    /// The listing of another sample type, where it is ready.
    pub(super) fn listing_of(&self, sample_type: SampleTypeId) -> Option<&Arc<Listing>> {
        self.answers.listing(sample_type)
    }

    /// Where functions call others of the sample type in view, where it is ready and its listing is.
    pub(super) fn call_sites(&self) -> Option<&Arc<CallSites>> {
        self.listing_of(self.sample_type)?;
        self.answers.call_sites(self.sample_type)
    }

    /// The call tree of the sample type in view, where it is ready.
    pub(super) fn tree(&self, direction: Direction) -> Option<&Arc<CallTree>> {
        self.answers.call_tree(self.sample_type, direction)
    }

    /// A diagram of the call graph of the sample type in view, where it is ready.
    pub(super) fn diagram(&self, extent: &Extent) -> Option<&Arc<Diagram>> {
        self.answers.diagram(self.sample_type, extent)
    }

    /// The source that was asked for last of the sample type in view, where it is ready.
    pub(super) fn source_text(&self) -> Option<&Arc<Sourced>> {
        self.answers.source(self.sample_type)
    }

    /// What is searched for in a tree of the sample type in view.
    pub(super) fn search_of(&self, tree: &Arc<CallTree>) -> Option<Search> {
        Some(Search {
            sample_type: self.sample_type,
            expression: self.search.as_ref()?.expression.clone(),
            tree: Arc::clone(tree),
        })
    }

    /// What the search finds in a tree of the sample type in view, where it is ready.
    pub(super) fn matches(&self, tree: &Arc<CallTree>) -> Option<&Arc<Matches>> {
        self.answers.matches(self.search_of(tree)?)
    }

    /// Selects what the user chose, and where that is nothing the first row of the table. After names became others it
    /// is the function's first row.
    pub(super) fn settle(&mut self) {
        let Some(listing) = self.listing().cloned() else { return };
        let report = &listing.report;
        if !self.is_stale()
            && let Some(function) = &self.renamed
        {
            let frames = &report.frames;
            let is_it = |row: &&Row| match frames.package(row.node) {
                "" => report.profile.text(frames.info(row.node).name) == *function,
                known => known == package(function),
            };
            let row = listing.rows.iter().find(is_it);
            self.chosen = row.map(|row| row.name.clone()).or(self.chosen.take());
        }
        if let Some(chosen) = &self.chosen {
            self.selected.clone_from(chosen);
            return;
        }
        let first = match self.by_pprof() {
            true => listing.rows.first().cloned(),
            false => self.sorted(&listing).into_iter().next(),
        };
        self.selected = first.map(|row| row.name).unwrap_or_default();
    }

    /// Selects a function for the user.
    pub(super) fn choose(&mut self, name: String) {
        self.renamed = None;
        self.chosen = Some(name.clone());
        self.selected = name;
    }

    /// Takes it that the selected function was chosen.
    pub(super) fn keep_selected(&mut self) {
        if !self.selected.is_empty() {
            self.chosen = Some(self.selected.clone());
        }
    }

    /// Whether the user has selected nothing yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.chosen.is_none()
    }

    /// Prepares for names of another granularity.
    pub(super) fn forget_names(&mut self) {
        let chosen = self.chosen.take();
        let named = self.listing().zip(chosen).and_then(|(listing, chosen)| {
            let report = &listing.report;
            let node = *listing.by_name.get(&chosen)?;
            Some(report.profile.text(report.frames.info(node).name).to_string())
        });
        // A file or a package has no function's name: the one that led there leads back.
        self.renamed = named.filter(|name| !name.is_empty()).or(self.renamed.take());
        self.selected.clear();
    }

    /// Whether the table is in pprof's order.
    pub(super) fn by_pprof(&self) -> bool {
        (self.sort, self.sort_direction) == (ColumnId::Flat, SortDirection::Forward)
    }

    /// The rows of the table in the order that was chosen.
    pub(super) fn sorted(&self, listing: &Listing) -> Vec<Row> {
        let mut rows = listing.rows.clone();
        let over_time = self.over_time(&listing.report, 1);
        let context = self.context(listing, over_time.as_ref());
        report::sort_rows(context, &mut rows, self.sort, self.sort_direction);
        rows
    }

    /// What is known over time of the rows of a report, with trends of so many values at most.
    pub(super) fn over_time<'s>(&'s self, report: &'s Report, width: usize) -> Option<InType<'s>> {
        let kind = report.profile.type_name(report.sample_type);
        self.timeline.of_type(kind, width)
    }

    /// What the cells of a table's rows are taken from, as the user asked for it.
    pub(super) fn context<'a>(&self, listing: &'a Listing, over_time: Option<&'a InType<'a>>) -> TableContext<'a> {
        TableContext {
            over_time: over_time.map(|known| known as &dyn OverTime),
            churn: listing.churn.as_deref().filter(|_| self.shows_churn),
            ..listing.context()
        }
    }

    /// Whether a profile has none of the sample types of the one in view: it is of another kind.
    pub(super) fn is_other_kind(&self, other: &Profile) -> bool {
        let Some(profile) = self.profile() else { return false };
        let types = (0..profile.sample_types.len()).map(SampleTypeId::from_index);
        let mut names = types.map(|id| profile.type_name(id));
        names.all(|name| name.is_empty() || other.sample_type(name).is_none())
    }

    /// The snapshot in view: of several, the last one on the side that is looked at.
    pub(super) fn snapshot(&self) -> Option<&Snapshot> {
        self.loaded.as_ref()?.side(Side::After).last()
    }

    /// How many profiles were added up, where nobody compared them.
    pub(super) fn added_up(&self) -> Option<usize> {
        let loaded = self.loaded.as_ref().filter(|loaded| loaded.sides.is_none())?;
        Some(loaded.snapshots.len()).filter(|count| *count > 1)
    }

    /// Both sides of a comparison, where it is not one of two moments.
    fn sides_named(&self) -> Option<[Vec<&Snapshot>; 2]> {
        let loaded = self.loaded.as_ref().filter(|loaded| loaded.sides.is_some())?;
        let sides = [Side::After, Side::Before].map(|side| loaded.side(side).collect::<Vec<_>>());
        let is_named = !matches!(self.base, Base::Moment(_)) && sides.iter().all(|side| !side.is_empty());
        is_named.then_some(sides)
    }

    /// What is looked at: what was named, without what it is compared with.
    pub(super) fn subject(&self) -> String {
        match self.sides_named() {
            Some([after, _]) if !self.timeline.is_shown() => short_names(&after),
            None if self.base == Base::None && self.offer.is_none() && !self.timeline.is_shown() => {
                let loaded = self.loaded.iter();
                let own: Vec<_> = loaded.flat_map(|loaded| loaded.side(Side::After)).collect();
                short_names(&own)
            }
            _ => self.source.clone(),
        }
    }

    /// What is in view: its subject, and of a comparison the base, too.
    pub(super) fn title(&self) -> String {
        match self.base_name() {
            Some(before) => format!("{}{BETWEEN}{before}", self.subject()),
            None => self.subject(),
        }
    }

    /// What is compared with, where that has a name.
    pub(super) fn base_name(&self) -> Option<String> {
        self.sides_named().map(|[_, before]| short_names(&before))
    }

    /// How far apart the two sides of a comparison were taken, in seconds, where both say when and it is a second or more.
    pub(super) fn seconds_apart(&self) -> Option<f64> {
        let [after, before] = self.sides_named()?;
        let [after, before] = [after.last()?.time_nanos()?, before.last()?.time_nanos()?];
        Some(after.abs_diff(before) as f64 / 1e9).filter(|seconds| *seconds >= 1.0)
    }

    /// The profile that is to be in view.
    pub(super) fn wanted(&self) -> Wanted {
        if let Some(offer) = &self.offer {
            return Wanted {
                offer: Some(offer.path.clone()),
                moment: None,
                base: Base::None,
            };
        }
        let moment = self.timeline.point().map(|point| point.moment.id);
        let base = match &self.base {
            // A moment is not compared with itself.
            Base::Moment(base) if Some(*base) == moment => Base::None,
            base => base.clone(),
        };
        Wanted {
            offer: None,
            moment,
            base,
        }
    }

    /// Whether what is in view is out of date.
    pub(super) fn is_stale(&self) -> bool {
        self.has_types() && self.listing_of(self.sample_type).is_none()
    }

    fn has_types(&self) -> bool {
        let profile = self.profile();
        profile.is_some_and(|profile| !profile.sample_types.is_empty())
    }

    /// The profile in view.
    pub(super) fn profile(&self) -> Option<&Arc<Profile>> {
        self.loaded.as_ref().map(|loaded| &loaded.profile)
    }

    /// Takes what was read. The sample type stays if the new profile has one of that name.
    pub(super) fn set_loaded(&mut self, loaded: Loaded) -> Option<Effect> {
        let same = self.profile().map(|old| old.type_name(self.sample_type).to_string());
        let profile = Arc::clone(&loaded.profile);
        // The runtime parks nearly all goroutines: who holds them themselves says nothing.
        let is_counted = is_of_goroutines(&profile);
        if is_counted != self.profile().is_some_and(|old| is_of_goroutines(old)) {
            self.sort = match is_counted {
                true => ColumnId::Cum,
                false => sort_column(self.options.sort),
            };
        }
        let wanted = same.filter(|name| profile.sample_type(name).is_some() && !name.is_empty());
        let wanted = wanted.as_deref().unwrap_or(&self.options.sample_index);
        self.sample_type = profile
            .sample_type(wanted)
            .or_else(|| profile.sample_type(""))
            .unwrap_or_default();
        self.loaded = Some(loaded);
        self.analyze_again()
    }

    /// A new generation: what is on screen stays until its first listing is there.
    pub(super) fn analyze_again(&mut self) -> Option<Effect> {
        self.last = self.listing().cloned();
        self.answers.begin();
        let types = self.profile()?.sample_types.len();
        let others = (0..types.min(MAX_TYPES))
            .map(SampleTypeId::from_index)
            .filter(|other| *other != self.sample_type);
        // What is in view first, then what is around it, then what other keys would show.
        let first = [Query::Rows(self.sample_type), Query::Listing(self.sample_type)];
        self.ask(first.into_iter().chain(others.map(Query::Listing)).collect())
    }

    /// Whether any of some questions is without an answer.
    pub(super) fn lacks(&self, queries: &[Query]) -> bool {
        self.has_types() && queries.iter().any(|query| self.answers.lacks(query))
    }

    /// Puts those of some questions to a worker that have no answer, here or under way.
    pub(super) fn ask(&mut self, queries: Vec<Query>) -> Option<Effect> {
        // A profile without sample types has nothing to analyse.
        if !self.has_types() {
            return None;
        }
        let queries = self.answers.ask(queries);
        if !queries.is_empty() {
            self.timeline.add_up_with(&self.options);
        }
        let profile = Arc::clone(self.profile()?);
        (!queries.is_empty()).then(|| {
            Effect::Analyze(Box::new(Job {
                generation: self.answers.generation(),
                profile,
                sides: self.loaded.as_ref().and_then(|loaded| loaded.sides.clone()),
                options: Arc::new(self.options.clone()),
                queries,
            }))
        })
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
        let values = filter_options().map(|row| (row.name, row.get(&self.options).into_owned()));
        values.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// What rows stand for, if not for functions.
    pub(super) fn granularity(&self) -> Option<&'static str> {
        let is_chosen =
            |row: &&OptionRow| row.takes == Takes::Choice(OptionGroup::Granularity) && row.get(&self.options) == "true";
        let chosen = OPTIONS.iter().find(is_chosen)?.name;
        (self.options.granularity != Granularity::default()).then_some(chosen)
    }

    /// What rows are to stand for next, and its name.
    pub(super) fn next_granularity(&self) -> (Granularity, &'static str) {
        match self.options.granularity {
            Granularity::Functions => (Granularity::Lines, "lines"),
            Granularity::Lines => (Granularity::Files, "files"),
            Granularity::Files => (Granularity::Packages, "packages"),
            _ => (Granularity::Functions, "functions"),
        }
    }

    pub(super) fn clear_filters(&mut self) {
        for row in filter_options() {
            // An empty text is no filter.
            let _ = row.set(&mut self.options, "");
        }
    }

    /// The sample type that `change` makes of the current one's name, if the profile has it.
    pub(super) fn sibling_type(&self, pairs: &[(&str, &str)]) -> Option<SampleTypeId> {
        let profile = self.profile()?;
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

/// What some snapshots are called, without folders.
fn short_names(snapshots: &[&Snapshot]) -> String {
    let short = |name: &str| match name.contains("://") {
        true => name.to_string(),
        false => base_name(name).to_string(),
    };
    match snapshots {
        [] => String::new(),
        [only] => short(&only.name),
        [first, rest @ ..] => format!("{} and {} more", short(&first.name), rest.len()),
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
