//! What the screen asks of a profile, what it is told, and who finds it out.
//!
//! A new question is a variant of [`Query`], one of [`Answer`], and an arm of [`Query::answer`]; how it is found is the
//! business of the module that shows it.

use std::sync::Arc;

use regex::Regex;

use super::analyst::Analyst;
use super::host::Existing;
use super::listing::Listing;
use crate::analyze::{CallSites, CallTree, Direction, NodeId, TreeNodeId, covered};
use crate::error::Result;
use crate::model::SampleTypeId;
use crate::progress::Observer;
use crate::report::{PageExtras, Report, ReportStep};
use crate::ui::view::goroutines::model::{GroupJob, Groups};
use crate::ui::view::graph::model::{Diagram, Extent};
use crate::ui::view::source::model::Sourced;

/// A question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Query {
    /// The rows of the Top view: what is shown first.
    Rows(SampleTypeId),
    /// The rows, and what is around each.
    Listing(SampleTypeId),
    /// Where functions call others.
    CallSites(SampleTypeId),
    CallTree(SampleTypeId, Direction),
    Graph(SampleTypeId, Extent),
    /// The source of a function.
    Source(SampleTypeId, String),
    /// What of a call tree a search finds.
    Matches(Box<Search>),
    /// Goroutines, those alike as one row.
    Goroutines(Box<GroupJob>),
    /// A report, to be shown or saved.
    Report(Box<ReportJob>),
}

/// What came of a [`Query`].
#[derive(Clone, Debug)]
pub(in crate::ui) enum Answer {
    Listing(Arc<Listing>),
    CallSites(Arc<CallSites>),
    CallTree(Arc<CallTree>),
    Graph(Arc<Diagram>),
    Source(Arc<Sourced>),
    Matches(Arc<Matches>),
    Goroutines(Arc<Groups>),
    Report(Box<Written>),
}

impl Query {
    /// Finds the answer.
    ///
    /// # Errors
    /// Those of the report; [`Error::Cancelled`](crate::error::Error::Cancelled) when the observer stops the work.
    pub(super) fn answer(&self, analyst: &mut Analyst, observer: &dyn Observer) -> Result<Answer> {
        Ok(match self {
            Self::Rows(sample_type) => Answer::Listing(analyst.rows(*sample_type)?),
            Self::Listing(sample_type) => Answer::Listing(analyst.listing(*sample_type)?),
            Self::CallSites(sample_type) => {
                let basis = analyst.any_report(*sample_type)?;
                Answer::CallSites(Arc::new(CallSites::new(basis.basis_of(*sample_type))))
            }
            Self::CallTree(sample_type, direction) => {
                let basis = analyst.any_report(*sample_type)?;
                let tree = CallTree::new(basis.basis_of(*sample_type), *direction, observer)?;
                Answer::CallTree(Arc::new(tree))
            }
            Self::Graph(sample_type, extent) => {
                let listing = analyst.listing(*sample_type)?;
                Answer::Graph(Arc::new(Diagram::new(&listing, extent)))
            }
            Self::Source(sample_type, function) => {
                let lines = analyst.lines(*sample_type)?;
                Answer::Source(Arc::new(Sourced::new(lines, function)))
            }
            Self::Matches(search) => {
                let report = analyst.any_report(search.sample_type)?;
                Answer::Matches(Arc::new(search.matches(&report)))
            }
            Self::Goroutines(job) => Answer::Goroutines(Arc::new(job.groups(analyst.options())?)),
            Self::Report(job) => Answer::Report(Box::new(analyst.write(job)?)),
        })
    }

    /// Whether its answer is worth keeping: what is shown or saved once is not.
    pub(super) fn is_kept(&self) -> bool {
        !matches!(self, Self::Report(_))
    }

    /// Whether the answer to an older question is of no more use when this one's is there.
    pub(super) fn replaces(&self, older: &Self) -> bool {
        match (self, older) {
            (Self::Matches(_), Self::Matches(_)) | (Self::Goroutines(_), Self::Goroutines(_)) => true,
            (Self::Source(own, _), Self::Source(other, _)) => own == other,
            (Self::Listing(own), Self::Rows(other)) => own == other,
            _ => self == older,
        }
    }
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
    /// The contexts that match, in the order of the tree.
    pub(in crate::ui) contexts: Vec<TreeNodeId>,
    /// Sum over the samples that pass one of them.
    pub(in crate::ui) covered: i64,
}

impl Search {
    fn matches(&self, report: &Report) -> Matches {
        let nodes = (0..report.frames.len() as u32).map(NodeId);
        let found: Vec<bool> = nodes.map(|node| self.expression.is_match(&report.name(node))).collect();
        let is_found = |node: NodeId| found[node.index()];
        Matches {
            contexts: self.tree.contexts_of(is_found),
            covered: covered(report.basis_of(self.sample_type), is_found),
        }
    }
}

/// A report that a command or an export asks for.
#[derive(Clone, Debug)]
pub(in crate::ui) struct ReportJob {
    /// The command.
    pub(in crate::ui) title: String,
    pub(in crate::ui) step: Box<ReportStep>,
    /// What a page says besides the profile.
    pub(in crate::ui) extras: PageExtras,
    /// Of a comparison that is to be written as before and after what both sides are called, the base first.
    pub(in crate::ui) sides: Option<[String; 2]>,
    /// What becomes of the file that it is written to, if one is there.
    pub(in crate::ui) existing: Existing,
}

impl PartialEq for ReportJob {
    fn eq(&self, other: &Self) -> bool {
        self.title == other.title
    }
}

impl Eq for ReportJob {}

/// A report that is made.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Written {
    pub(in crate::ui) job: ReportJob,
    pub(in crate::ui) bytes: Vec<u8>,
    pub(in crate::ui) warnings: Vec<String>,
}
