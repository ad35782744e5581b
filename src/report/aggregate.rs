//! From options to the numbers that a report prints.

use std::sync::Arc;

use regex::Regex;

use super::environment::Environment;
use super::options::Options;
use super::sample_types::sample_type;
use super::{ReportRow, Shows};
use crate::analyze::{
    self, Basis, CallIdentity, Filters, Frames, Granularity, GraphUse, LabelUnits, NodeId, NodeIdentity, Scope,
    TagFilter, TrimLimits, TrimPlan, Trimmed, Weights, compile_pattern,
};
use crate::error::{Error, Result};
use crate::model::{Profile, SampleTypeId, units};

/// Everything that a report needs, ready to be laid out.
pub struct Report {
    /// What is reported on.
    pub profile: Arc<Profile>,
    /// As the user gave them.
    pub options: Options,
    /// The machine as the report sees it.
    pub environment: Environment,
    /// The sample type in usage.
    pub sample_type: SampleTypeId,
    /// What percentages are taken of.
    pub total: i64,
    /// The samples that count.
    pub scope: Arc<Scope>,
    /// The nodes of their frames.
    pub frames: Arc<Frames>,
    /// The trimmed graph; empty for reports that show samples.
    pub trimmed: Trimmed,
    /// How values are printed.
    pub format: ValueFormat,
    /// The limits that the graph was trimmed with.
    pub limits: TrimLimits,
    /// The report's argument, compiled.
    pub argument: Option<Regex>,
    /// What it shows.
    pub shows: Shows,
    table_unit: TableUnit,
    notes: Vec<String>,
}

/// Which unit a table's values are printed in, unless the user says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TableUnit {
    /// pprof's: that of the smallest value, unless the largest is more than a hundred times it.
    #[default]
    OfReports,
    /// That of the total, so that it stands the same in a header, unless the smallest value would be cut off by it.
    OfScreens,
}

/// How values are printed.
#[derive(Clone, PartialEq, Debug)]
pub struct ValueFormat {
    /// The unit that values are in.
    pub from: String,
    /// The unit that they are printed in; `minimum` or `auto` for the best of each.
    pub to: String,
    /// What values are multiplied with first.
    pub ratio: f64,
}

impl ValueFormat {
    /// A value with its unit.
    pub fn value(&self, value: i64) -> String {
        units::label(self.scaled(value), &self.from, &self.to)
    }

    /// A value after the division that the user asked for.
    pub fn scaled(&self, value: i64) -> i64 {
        if self.ratio > 0.0 && self.ratio != 1.0 {
            (value as f64 * self.ratio) as i64
        } else {
            value
        }
    }
}

impl Report {
    /// Filters, aggregates, trims and chooses units as pprof does for this report.
    ///
    /// # Errors
    /// [`Error::Usage`] and [`Error::Regex`] for options that cannot be.
    pub fn new(
        profile: &Arc<Profile>,
        row: &ReportRow,
        argument: Option<&str>,
        options: &Options,
        environment: &Environment,
    ) -> Result<Self> {
        let sample_type = sample_type(profile, &options.sample_index)?;
        if options.divide_by == 0.0 {
            return Err(Error::Usage("divide_by: cannot divide by 0".into()));
        }
        let argument = argument.map(|pattern| compile_pattern(row.name, pattern)).transpose()?;
        let filters = filters(options)?;
        let mut notes = LabelUnits::new(profile).notes(profile);
        let profile = with_tag_frames(profile, options, &mut notes);
        let tag_filters = [&filters.tag_focus, &filters.tag_ignore];
        notes.extend(
            tag_filters
                .into_iter()
                .flatten()
                .filter_map(|filter| filter.note().map(String::from)),
        );
        let scope = Arc::new(Scope::new(&profile, &filters));
        notes.extend(
            scope
                .unmatched()
                .iter()
                .map(|filter| format!("{filter} expression matched no samples")),
        );
        let frames = Arc::new(Frames::new(&profile, &scope, &identity(row.shows, options)));
        let limits = limits(row, options);
        let (options, environment, shows) = (options.clone(), environment.clone(), row.shows);
        Ok(Self::aggregate(Parts {
            profile,
            options,
            environment,
            sample_type,
            scope,
            frames,
            limits,
            argument,
            shows,
            table_unit: TableUnit::default(),
            notes,
        }))
    }

    /// This report with another choice of unit; those made of it have it too.
    pub fn in_unit(mut self, table_unit: TableUnit) -> Self {
        self.set_unit(table_unit);
        self
    }

    /// Takes another choice of unit, for this report and those made of it.
    pub(super) fn set_unit(&mut self, table_unit: TableUnit) {
        self.table_unit = table_unit;
        self.format.to.clone_from(&self.options.unit);
        self.choose_unit();
    }

    /// This report of another sample type; filters and nodes are shared, not made again.
    pub fn with_type(&self, sample_type: SampleTypeId) -> Self {
        self.again(sample_type, Arc::clone(&self.frames), self.limits, self.shows)
    }

    /// These samples as another report shows them. Filters are shared, and so are nodes if both reports have the
    /// same: a [`NodeId`] of one is then that of the other.
    pub fn as_report(&self, row: &ReportRow) -> Self {
        let (old, new) = (identity(self.shows, &self.options), identity(row.shows, &self.options));
        let frames = if old == new {
            Arc::clone(&self.frames)
        } else {
            Arc::new(Frames::new(&self.profile, &self.scope, &new))
        };
        self.again(self.sample_type, frames, limits(row, &self.options), row.shows)
    }

    fn again(&self, sample_type: SampleTypeId, frames: Arc<Frames>, limits: TrimLimits, shows: Shows) -> Self {
        Self::aggregate(Parts {
            profile: Arc::clone(&self.profile),
            options: self.options.clone(),
            environment: self.environment.clone(),
            sample_type,
            scope: Arc::clone(&self.scope),
            frames,
            limits,
            argument: self.argument.clone(),
            shows,
            table_unit: self.table_unit,
            notes: self.notes.clone(),
        })
    }

    fn aggregate(parts: Parts) -> Self {
        let Parts {
            profile,
            options,
            environment,
            sample_type,
            scope,
            frames,
            limits,
            argument,
            shows,
            table_unit,
            notes,
        } = parts;
        let weights = weights(&profile, &options, sample_type);
        let total = analyze::total(&profile, options.relative_percentages.then_some(&*scope), weights);
        let usage = match shows {
            Shows::Drawing => GraphUse::Drawing(&options.unit),
            Shows::Table => GraphUse::Table(options.sort),
            Shows::Samples | Shows::Nodes | Shows::Addresses | Shows::Lines => GraphUse::List(options.sort),
        };
        let calls = match shows {
            Shows::Drawing | Shows::Addresses if options.call_tree => CallIdentity::ByContext,
            _ => CallIdentity::Merged,
        };
        let basis = Basis {
            profile: &profile,
            scope: &scope,
            frames: &frames,
            weights,
        };
        let trimmed = match shows {
            Shows::Samples => Trimmed::default(),
            _ => Trimmed::new(basis, TrimPlan { limits, usage, calls }),
        };
        let format = ValueFormat {
            from: profile.type_unit(sample_type).to_string(),
            to: options.unit.clone(),
            ratio: 1.0 / options.divide_by,
        };
        let mut report = Self {
            profile,
            options,
            environment,
            sample_type,
            total,
            scope,
            frames,
            trimmed,
            format,
            limits,
            argument,
            shows,
            table_unit,
            notes,
        };
        report.choose_unit();
        report
    }

    /// What this report adds up.
    pub fn weights(&self) -> Weights<'_> {
        weights(&self.profile, &self.options, self.sample_type)
    }

    /// What this report adds up, with where it comes from.
    pub fn basis(&self) -> Basis<'_> {
        self.basis_of(self.sample_type)
    }

    /// What this report of another sample type adds up.
    pub fn basis_of(&self, sample_type: SampleTypeId) -> Basis<'_> {
        Basis {
            profile: &self.profile,
            scope: &self.scope,
            frames: &self.frames,
            weights: weights(&self.profile, &self.options, sample_type),
        }
    }

    /// A node's name as reports print it.
    pub fn name(&self, node: NodeId) -> String {
        self.frames.name(&self.profile, node)
    }

    /// What should be warned of, a line each.
    pub fn warnings(&self) -> Vec<String> {
        let largest = self.is_saturated().then(|| {
            let (kind, unit) = (
                self.profile.type_name(self.sample_type),
                self.profile.type_unit(self.sample_type),
            );
            format!(
                "{kind}: sums reach {} {unit}, which stands for all that is larger",
                i64::MAX
            )
        });
        self.notes.iter().cloned().chain(largest).collect()
    }

    /// Whether the total, and so maybe other sums, is larger than 64 bits hold, and shown as the largest that they do.
    pub fn is_saturated(&self) -> bool {
        self.total == i64::MAX
    }

    /// That the argument matches no function.
    pub(super) fn no_match(&self) -> Error {
        let pattern = self.argument.as_ref().map_or("", |argument| argument.as_str());
        Error::NoMatch(format!("no function matches {pattern:?}; top lists them"))
    }

    /// Adds what should be warned of.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// For `minimum`: one unit for the whole report, that of its smallest value; of a hundred times that where the
    /// largest is in another unit and much larger. Source: pprof's `selectOutputUnit`.
    fn choose_unit(&mut self) {
        let graph = &self.trimmed.graph;
        if self.format.to != "minimum" || graph.listed.is_empty() || self.shows == Shows::Lines {
            return;
        }
        let sizes = graph.listed.iter().map(|&node| match graph.node(node).flat_value() {
            0 => graph.node(node).cum_value().saturating_abs(),
            flat => flat.saturating_abs(),
        });
        let smallest = sizes.filter(|&size| size > 0).min().unwrap_or(self.total);
        let (smallest, largest) = (self.format.scaled(smallest), self.format.scaled(self.total));
        let unit_of = |value: i64| units::scale(value, &self.format.from, "minimum").1;
        let hundredfold = smallest.saturating_mul(100);
        // A list of addresses is for a program that knows whole numbers only: nothing may become 0.01.
        let rounds = self.shows != Shows::Addresses;
        let unit = match self.table_unit {
            TableUnit::OfScreens if rounds => unit_of(hundredfold.min(largest).max(smallest)),
            _ if rounds && unit_of(smallest) != unit_of(largest) && hundredfold < largest => unit_of(hundredfold),
            _ => unit_of(smallest),
        };
        self.format.to = if unit.is_empty() {
            self.format.from.clone()
        } else {
            unit.to_string()
        };
    }
}

/// What does not depend on the sample type, and the type.
struct Parts {
    profile: Arc<Profile>,
    options: Options,
    environment: Environment,
    sample_type: SampleTypeId,
    scope: Arc<Scope>,
    frames: Arc<Frames>,
    limits: TrimLimits,
    argument: Option<Regex>,
    shows: Shows,
    table_unit: TableUnit,
    notes: Vec<String>,
}

pub(super) fn identity(shows: Shows, options: &Options) -> NodeIdentity {
    NodeIdentity {
        granularity: match shows {
            Shows::Addresses => Granularity::Addresses,
            Shows::Lines => Granularity::Lines,
            Shows::Samples | Shows::Table | Shows::Nodes | Shows::Drawing => options.granularity,
        },
        no_inlines: options.no_inlines,
        columns: options.show_columns,
        binaries: matches!(shows, Shows::Addresses | Shows::Lines),
        whole_paths: shows == Shows::Samples,
        trim_path: options.trim_path.clone(),
        source_path: options.source_path.clone(),
    }
}

/// The profile with frames for `tagroot` and `tagleaf`; notes those that no sample has.
pub(super) fn with_tag_frames(profile: &Arc<Profile>, options: &Options, notes: &mut Vec<String>) -> Arc<Profile> {
    if options.tag_root.is_empty() && options.tag_leaf.is_empty() {
        return Arc::clone(profile);
    }
    let [roots, leaves] =
        [&options.tag_root, &options.tag_leaf].map(|keys| keys.split(',').filter(|key| !key.is_empty()).collect());
    let roots: Vec<&str> = roots;
    let scope = Scope::new(
        profile,
        &Filters {
            all_frames: options.all_frames,
            ..Filters::default()
        },
    );
    let framed = analyze::with_tag_frames(profile, &scope, &roots, &leaves, &options.unit);
    for (keys, matched, name) in [
        (&options.tag_root, framed.root_matched, "TagRoot"),
        (&options.tag_leaf, framed.leaf_matched, "TagLeaf"),
    ] {
        let missing = !keys.is_empty() && !matched;
        notes.extend(missing.then(|| format!("{name} expression matched no samples")));
    }
    Arc::new(framed.profile)
}

pub(super) fn weights<'p>(profile: &'p Profile, options: &Options, sample_type: SampleTypeId) -> Weights<'p> {
    Weights {
        values: &profile.samples.values[sample_type.index()],
        divisors: options.mean.then(|| &*profile.samples.values[0]),
    }
}

/// The limits of a report: none unless it trims.
fn limits(row: &ReportRow, options: &Options) -> TrimLimits {
    let limits = TrimLimits {
        drop_negative: options.drop_negative,
        ..TrimLimits::default()
    };
    if !row.trims || !options.trim {
        return limits;
    }
    let node_count = if options.node_count == -1 {
        row.nodes
    } else {
        usize::try_from(options.node_count).unwrap_or(0)
    };
    TrimLimits {
        node_count,
        node_fraction: options.node_fraction,
        edge_fraction: options.edge_fraction,
        ..limits
    }
}

/// The filters of some options, compiled.
///
/// # Errors
/// [`Error::Regex`] for the first that does not compile.
pub fn filters(options: &Options) -> Result<Filters> {
    let pattern = |name: &str, text: &str| {
        if text.is_empty() {
            Ok(None)
        } else {
            compile_pattern(name, text).map(Some)
        }
    };
    let tags = |name: &str, text: &str| {
        if text.is_empty() {
            Ok(None)
        } else {
            TagFilter::parse(name, text).map(Some)
        }
    };
    Ok(Filters {
        focus: pattern("focus", &options.focus)?,
        ignore: pattern("ignore", &options.ignore)?,
        hide: pattern("hide", &options.hide)?,
        show: pattern("show", &options.show)?,
        show_from: pattern("show_from", &options.show_from)?,
        prune_from: pattern("prune_from", &options.prune_from)?,
        tag_focus: tags("tagfocus", &options.tag_focus)?,
        tag_ignore: tags("tagignore", &options.tag_ignore)?,
        tag_show: pattern("tagshow", &options.tag_show)?,
        tag_hide: pattern("taghide", &options.tag_hide)?,
        all_frames: options.all_frames,
    })
}
