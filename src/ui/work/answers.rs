//! What the screen asks of a profile, and how it is made. On which thread is `work`'s business.

use std::sync::Arc;

use regex::Regex;
use rustc_hash::FxHashMap;

use crate::analyze::{
    CallIdentity, CallTree, Direction, Graph, GraphUse, NodeId, Plan, TreeNodeId, TrimLimits, Trimmed, covered,
    heaviest_lines,
};
use crate::error::{Error, Result};
use crate::model::{Line, SampleTypeId, StringId, units};
use crate::progress::Observer;
use crate::report::{self, Align, COLUMNS, Column, Content, Options, Report, Row, TableContext};
use crate::ui::view::graph::model::{Extent, Picture};
use crate::ui::view::source::model::Sourced;
use crate::ui::work::threads::{Existing, Job, Loader};

/// One thing to analyse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Want {
    /// The rows of the Top view: what is shown first.
    Rows(SampleTypeId),
    /// The rows, and what is around each.
    Listing(SampleTypeId),
    Tree(SampleTypeId, Direction),
    Graph(SampleTypeId, Extent),
    /// The source of a function.
    Source(SampleTypeId, String),
    /// What of a tree a search finds.
    Matches(Box<Search>),
    /// A report as text, to be shown or saved.
    Text(Box<TextJob>),
}

/// A search of a call tree.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Search {
    pub(in crate::ui) sample_type: SampleTypeId,
    pub(in crate::ui) expression: Regex,
    pub(in crate::ui) tree: Arc<CallTree>,
}

impl PartialEq for Search {
    fn eq(&self, other: &Self) -> bool {
        self.sample_type == other.sample_type
            && self.expression.as_str() == other.expression.as_str()
            && Arc::ptr_eq(&self.tree, &other.tree)
    }
}

impl Eq for Search {}

/// What a [`Search`] finds.
#[derive(Debug)]
pub(in crate::ui) struct Matches {
    pub(in crate::ui) of: Search,
    /// The contexts that match, in the order of the tree.
    pub(in crate::ui) contexts: Vec<TreeNodeId>,
    /// Sum over the samples that pass one of them.
    pub(in crate::ui) covered: i64,
}

/// A report that a command asks for.
#[derive(Clone, Debug)]
pub(in crate::ui) struct TextJob {
    /// The command.
    pub(in crate::ui) title: String,
    pub(in crate::ui) step: Box<report::ReportStep>,
    pub(in crate::ui) existing: Existing,
}

impl PartialEq for TextJob {
    fn eq(&self, other: &Self) -> bool {
        self.title == other.title
    }
}

impl Eq for TextJob {}

/// What came of it.
#[derive(Clone, Debug)]
pub(in crate::ui) enum Product {
    Listing(Arc<Listing>),
    Tree(SampleTypeId, Direction, Arc<CallTree>),
    Graph(SampleTypeId, Extent, Arc<Picture>),
    Source(SampleTypeId, Arc<Sourced>),
    Matches(Arc<Matches>),
    /// A report to be shown: the command and its text.
    Text(String, String),
    /// A report was saved; what to say of it.
    Saved(String),
    /// A report was not saved: the file is there.
    Kept(Box<TextJob>),
}

/// One sample type as the views show it.
pub(in crate::ui) struct Listing {
    /// pprof's `top`.
    pub(in crate::ui) report: Arc<Report>,
    /// Its rows, in its order.
    pub(in crate::ui) rows: Vec<Row>,
    /// Its columns on the screen, from left to right.
    pub(in crate::ui) columns: Vec<ListingColumn>,
    /// Where samples are negative, as in comparisons, the sum of all: what has come, less what has gone. The total is that
    /// of their absolute values, or of a base.
    pub(in crate::ui) net: Option<i64>,
    /// Whether all of the following is there, or no more than the rows know.
    pub(in crate::ui) is_whole: bool,
    /// Name → node of the whole graph.
    pub(in crate::ui) by_name: FxHashMap<String, NodeId>,
    /// The whole graph, nothing left out, as `peek` shows it.
    pub(in crate::ui) whole: Graph,
    /// Name → the line that matters most in it.
    pub(in crate::ui) lines: FxHashMap<StringId, Line>,
}

/// A column of a [`Listing`].
#[derive(Clone, Copy)]
pub(in crate::ui) struct ListingColumn {
    pub(in crate::ui) column: &'static Column,
    /// Its width, which all its values fit.
    pub(in crate::ui) width: usize,
    /// See [`report::ScreenPlace::spare`].
    pub(in crate::ui) spare: u8,
}

impl std::fmt::Debug for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listing of {} rows", self.rows.len())
    }
}

impl Listing {
    /// The rows alone.
    fn rows(report: Arc<Report>) -> Self {
        let rows = report::rows(&report);
        let context = TableContext { report: &report };
        // The largest value is not always the longest: 1024kB stands above 341.33kB. Shares of a small base are long.
        let columns = report::screen_columns(COLUMNS).into_iter().map(|(column, place)| {
            let numbers = if column.align == Align::Right { &rows[..] } else { &[] };
            let cells = numbers.iter().map(|row| column.shown(context, row).trim().len());
            ListingColumn {
                column,
                width: cells.max().unwrap_or(0).max(place.width),
                spare: place.spare,
            }
        });
        let columns = columns.collect();
        let values = report.weights().values;
        let is_difference = values.iter().any(|value| *value < 0);
        Self {
            net: is_difference.then(|| values.iter().fold(0i64, |sum, value| sum.saturating_add(*value))),
            columns,
            by_name: rows.iter().map(|row| (row.name.clone(), row.node)).collect(),
            rows,
            is_whole: false,
            whole: report.trimmed.graph.clone(),
            lines: FxHashMap::default(),
            report,
        }
    }

    /// The same with what is around them.
    fn completed(&self) -> Self {
        let report = &self.report;
        let everything = Plan {
            limits: TrimLimits::default(),
            usage: GraphUse::List(report.options.sort),
            calls: CallIdentity::Merged,
        };
        let whole = Trimmed::new(report.basis(), everything).graph;
        Self {
            report: Arc::clone(report),
            rows: self.rows.clone(),
            columns: self.columns.clone(),
            net: self.net,
            is_whole: true,
            by_name: whole.listed.iter().map(|&node| (report.name(node), node)).collect(),
            lines: heaviest_lines(&report.profile, &report.scope, report.weights()),
            whole,
        }
    }
}

/// Makes what is asked for, and keeps what serves the next question of the same generation.
#[derive(Default)]
pub(in crate::ui) struct Analyst {
    generation: u64,
    /// One for a sample type; the filters and nodes of the first serve all.
    listings: Vec<Arc<Listing>>,
    /// A report of lines: its nodes serve all functions.
    lines: Option<Report>,
}

impl Analyst {
    /// Answers.
    ///
    /// # Errors
    /// Those of the report; [`Error::Cancelled`] when the observer does not want it any more.
    pub(in crate::ui) fn answer(
        &mut self,
        job: &Job,
        want: &Want,
        observer: &dyn Observer,
        host: &dyn Loader,
    ) -> Result<Product> {
        if self.generation != job.generation {
            *self = Self {
                generation: job.generation,
                ..Self::default()
            };
        }
        Ok(match want {
            Want::Rows(sample_type) => Product::Listing(self.rows(job, *sample_type)?),
            Want::Listing(sample_type) => Product::Listing(self.listing(job, *sample_type)?),
            Want::Tree(sample_type, direction) => {
                let basis = self.first(job, *sample_type)?;
                let tree = CallTree::new(basis.basis_of(*sample_type), *direction, observer)?;
                Product::Tree(*sample_type, *direction, Arc::new(tree))
            }
            Want::Graph(sample_type, extent) => {
                let listing = self.listing(job, *sample_type)?;
                let picture = match extent {
                    Extent::Report => Picture::of_report(&listing.report)?,
                    Extent::Around(name) => Picture::around(&listing, name),
                };
                Product::Graph(*sample_type, extent.clone(), Arc::new(picture))
            }
            Want::Source(sample_type, function) => {
                let lines = self.lines(job, *sample_type)?;
                Product::Source(*sample_type, Arc::new(Sourced::new(lines, function)))
            }
            Want::Matches(search) => matches(&*self.first(job, search.sample_type)?, search),
            Want::Text(text) => write_text(job, text, host)?,
        })
    }

    /// The report of lines of a sample type; of each type the same lines with other values.
    fn lines(&mut self, job: &Job, sample_type: SampleTypeId) -> Result<&Report> {
        let report = match self.lines.take() {
            Some(report) if report.sample_type == sample_type => report,
            Some(report) => report.with_type(sample_type),
            None => report_of("list", job, sample_type)?,
        };
        Ok(self.lines.insert(report))
    }

    /// A report of the generation, of this sample type if there is none yet.
    fn first(&mut self, job: &Job, sample_type: SampleTypeId) -> Result<Arc<Report>> {
        let first = match self.listings.first() {
            Some(first) => Arc::clone(first),
            None => self.rows(job, sample_type)?,
        };
        Ok(Arc::clone(&first.report))
    }

    fn rows(&mut self, job: &Job, sample_type: SampleTypeId) -> Result<Arc<Listing>> {
        let of_type = |listing: &&Arc<Listing>| listing.report.sample_type == sample_type;
        if let Some(listing) = self.listings.iter().find(of_type) {
            return Ok(Arc::clone(listing));
        }
        let report = match self.listings.first() {
            Some(first) => first.report.with_type(sample_type),
            None => report_of("top", job, sample_type)?,
        };
        let listing = Arc::new(Listing::rows(Arc::new(report)));
        self.listings.push(Arc::clone(&listing));
        Ok(listing)
    }

    fn listing(&mut self, job: &Job, sample_type: SampleTypeId) -> Result<Arc<Listing>> {
        let rows = self.rows(job, sample_type)?;
        if rows.is_whole {
            return Ok(rows);
        }
        let listing = Arc::new(rows.completed());
        let places = self.listings.iter_mut();
        for place in places.filter(|place| place.report.sample_type == sample_type) {
            *place = Arc::clone(&listing);
        }
        Ok(listing)
    }
}

fn report_of(name: &str, job: &Job, sample_type: SampleTypeId) -> Result<Report> {
    let row = report::report(name).ok_or(Error::Cancelled)?;
    let options = Options {
        sample_index: sample_type.0.to_string(),
        ..job.options.clone()
    };
    Report::new(&job.profile, row, None, &options)
}

fn matches(report: &Report, search: &Search) -> Product {
    let nodes = (0..report.frames.len() as u32).map(NodeId);
    let found: Vec<bool> = nodes
        .map(|node| search.expression.is_match(&report.name(node)))
        .collect();
    let is_found = |node: NodeId| found[node.index()];
    Product::Matches(Arc::new(Matches {
        of: search.clone(),
        contexts: search.tree.contexts_of(is_found),
        covered: covered(report.basis_of(search.sample_type), is_found),
    }))
}

/// Writes a report for the screen or into a file.
fn write_text(job: &Job, text: &TextJob, host: &dyn Loader) -> Result<Product> {
    let mut bytes = Vec::new();
    let step = &text.step;
    let warnings = report::write(
        &job.profile,
        step.report,
        step.argument.as_deref(),
        &step.options,
        &mut bytes,
    )?;
    let warnings: String = warnings.iter().map(|warning| format!("{warning}\n")).collect();
    match &step.output {
        Some(file) => {
            if !host.save(file, &bytes, text.existing)? {
                return Ok(Product::Kept(Box::new(text.clone())));
            }
            let size = units::label(i64::try_from(bytes.len()).unwrap_or(i64::MAX), "bytes", "auto");
            let note = format!("Wrote {file} ({size}). {}", warnings.replace('\n', " "));
            Ok(Product::Saved(note.trim().into()))
        }
        None if step.report.content == Content::Page => {
            let told = host.show_page(&bytes)?;
            Ok(match told.contains('\n') {
                true => Product::Text(text.title.clone(), told),
                false => Product::Saved(told),
            })
        }
        None => Ok(Product::Text(
            text.title.clone(),
            format!("{warnings}{}", String::from_utf8_lossy(&bytes)),
        )),
    }
}
