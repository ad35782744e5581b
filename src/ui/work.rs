//! Work behind the screen: loading and analysing, each on its thread, each with a generation so that stale
//! answers can be told. The screen never waits for either.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use regex::Regex;
use rustc_hash::FxHashMap;

use super::event::Event;
use super::sourced::Sourced;
use crate::analyze::{
    CallTree, Calls, Direction, Graph, Limits, NodeId, Plan, TreeNodeId, Trimmed, View, covered, heaviest_lines,
};
use crate::error::{Error, Result};
use crate::model::{Line, Profile, SampleTypeId, StringId, units};
use crate::progress::Observer;
use crate::report::{self, COLUMNS, Content, Options, Report, Row};

/// Where the dashboard's profile comes from; handed in, so that nothing here knows files or servers.
pub trait Loader: Send + Sync {
    /// What to call it in the header.
    fn name(&self) -> String;
    /// Whether reading it again may give something new from a server.
    fn is_remote(&self) -> bool;
    /// Reads it; with what should be warned of.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn load(&self, observer: &dyn Observer) -> Result<(Profile, Vec<String>)>;
    /// Writes a report to a file that the user named; false if nothing was written, because one is there.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn save(&self, file: &str, bytes: &[u8], existing: Existing) -> Result<bool>;
    /// Opens a page in a browser; returns what to tell the user, a line or more.
    ///
    /// # Errors
    /// Whatever can go wrong; the message is shown.
    fn show_page(&self, _page: &[u8]) -> Result<String> {
        Err(Error::Usage(
            "pages are not opened here; write them to a file with > FILE".into(),
        ))
    }
    /// The command that opens the user's editor on a file at a line; none if the user has no editor.
    fn editor(&self, _file: &Path, _line: i64) -> Option<Command> {
        None
    }
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// It is replaced.
    Replace,
    /// It stays, and nothing is written.
    Keep,
}

/// What to analyse.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) generation: u64,
    pub(super) profile: Arc<Profile>,
    pub(super) options: Options,
    pub(super) wants: Vec<Want>,
}

/// One thing to analyse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Want {
    Listing(SampleTypeId),
    Tree(SampleTypeId, Direction),
    /// What of a tree a search finds.
    Matches(Box<Search>),
    /// The source of a function.
    Source(SampleTypeId, String),
    /// A report as text, to be shown or saved.
    Text(Box<TextJob>),
}

/// A search of a call tree.
#[derive(Clone, Debug)]
pub(super) struct Search {
    pub(super) sample_type: SampleTypeId,
    pub(super) expression: Regex,
    pub(super) tree: Arc<CallTree>,
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
pub(super) struct Matches {
    pub(super) of: Search,
    /// The contexts that match, in the order of the tree.
    pub(super) contexts: Vec<TreeNodeId>,
    /// Sum over the samples that pass one of them.
    pub(super) covered: i64,
}

/// A report that a command asks for.
#[derive(Clone, Debug)]
pub(super) struct TextJob {
    /// The command.
    pub(super) title: String,
    pub(super) step: Box<report::ReportStep>,
    pub(super) existing: Existing,
}

impl PartialEq for TextJob {
    fn eq(&self, other: &Self) -> bool {
        self.title == other.title
    }
}

impl Eq for TextJob {}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) enum Product {
    Listing(Arc<Listing>),
    Tree(SampleTypeId, Direction, Arc<CallTree>),
    Matches(Arc<Matches>),
    Source(SampleTypeId, Arc<Sourced>),
    /// A report to be shown: the command and its text.
    Text(String, String),
    /// A report was saved; what to say of it.
    Saved(String),
    /// A report was not saved: the file is there.
    Kept(Box<TextJob>),
}

/// One sample type as the views show it.
pub(super) struct Listing {
    /// pprof's `top`.
    pub(super) report: Report,
    /// Its rows, in its order.
    pub(super) rows: Vec<Row>,
    /// How wide each of [`COLUMNS`] is here.
    pub(super) widths: Vec<usize>,
    /// Name → node of the whole graph.
    pub(super) by_name: FxHashMap<String, NodeId>,
    /// The whole graph, nothing left out, as `peek` shows it.
    pub(super) whole: Graph,
    /// Name → the line that matters most in it.
    pub(super) lines: FxHashMap<StringId, Line>,
}

impl std::fmt::Debug for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listing of {} rows", self.rows.len())
    }
}

impl Listing {
    fn new(report: Report) -> Self {
        let rows = report::rows(&report);
        // The largest value is not always the longest: 1024kB stands above 341.33kB.
        let widths = COLUMNS.iter().map(|column| match column.head {
            "flat" | "cum" => {
                let cells = rows.iter().map(|row| (column.cell)(&report, row).trim().len());
                cells.max().unwrap_or(0).max(column.head.len() + 1)
            }
            _ => column.width,
        });
        let widths = widths.collect();
        let everything = Plan {
            limits: Limits::default(),
            view: View::List(report.options.sort),
            calls: Calls::Merged,
        };
        let whole = Trimmed::new(report.basis(), everything);
        let by_name = whole
            .graph
            .listed
            .iter()
            .map(|&node| (report.name(node), node))
            .collect();
        let lines = heaviest_lines(&report.profile, &report.scope, report.weights());
        Self {
            lines,
            widths,
            rows,
            by_name,
            whole: whole.graph,
            report,
        }
    }
}

/// The threads behind the screen.
pub(super) struct Workers {
    events: Sender<Event>,
    loader: Arc<dyn Loader>,
    jobs: Sender<Job>,
    /// Generation of the newest analysis; older ones are given up.
    newest_job: Arc<AtomicU64>,
    /// Generation of the load that is wanted; 0 for none.
    wanted_load: Arc<AtomicU64>,
}

impl Workers {
    pub(super) fn new(events: Sender<Event>, loader: Arc<dyn Loader>) -> Self {
        let (jobs, queue) = channel();
        let newest_job = Arc::new(AtomicU64::new(0));
        let (answers, newest) = (events.clone(), Arc::clone(&newest_job));
        let host = Arc::clone(&loader);
        thread::spawn(move || analyse(&queue, &newest, &answers, &*host));
        Self {
            events,
            loader,
            jobs,
            newest_job,
            wanted_load: Arc::new(AtomicU64::new(0)),
        }
    }

    pub(super) fn analyze(&self, job: Job) {
        self.newest_job.store(job.generation, Ordering::Relaxed);
        let _ = self.jobs.send(job);
    }

    pub(super) fn editor(&self, file: &Path, line: i64) -> Option<Command> {
        self.loader.editor(file, line)
    }

    pub(super) fn cancel_load(&self) {
        self.wanted_load.store(0, Ordering::Relaxed);
    }

    pub(super) fn load(&self, generation: u64) {
        self.wanted_load.store(generation, Ordering::Relaxed);
        let (loader, events, wanted) = (
            Arc::clone(&self.loader),
            self.events.clone(),
            Arc::clone(&self.wanted_load),
        );
        thread::spawn(move || {
            let observer = Watched {
                generation,
                wanted,
                events: events.clone(),
                last: std::cell::Cell::new(None),
            };
            let result = loader
                .load(&observer)
                .map(|(profile, warnings)| (Arc::new(profile), warnings));
            let _ = events.send(Event::Loaded { generation, result });
        });
    }
}

/// Tells the screen how far a load is, ten times a second, and stops it when it is not wanted any more.
struct Watched {
    generation: u64,
    wanted: Arc<AtomicU64>,
    events: Sender<Event>,
    last: std::cell::Cell<Option<Instant>>,
}

impl Observer for Watched {
    fn progress(&self, done: u64, total: Option<u64>) -> Result<()> {
        if self.wanted.load(Ordering::Relaxed) != self.generation {
            return Err(Error::Cancelled);
        }
        if self
            .last
            .get()
            .is_none_or(|last| last.elapsed() > Duration::from_millis(100))
        {
            self.last.set(Some(Instant::now()));
            let _ = self.events.send(Event::Progress {
                generation: self.generation,
                done,
                total,
            });
        }
        Ok(())
    }
}

/// A generation and its first listing.
type Base = (u64, Arc<Listing>);

/// Gives an analysis up when a newer generation has begun.
struct Wanted<'n> {
    generation: u64,
    newest: &'n AtomicU64,
}

impl Observer for Wanted<'_> {
    fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
        if self.newest.load(Ordering::Relaxed) == self.generation {
            Ok(())
        } else {
            Err(Error::Cancelled)
        }
    }
}

fn analyse(queue: &Receiver<Job>, newest: &AtomicU64, answers: &Sender<Event>, host: &dyn Loader) {
    let mut base: Option<Base> = None;
    // The first report of lines of a generation: its nodes serve all functions.
    let mut lines: Option<(u64, Report)> = None;
    while let Ok(job) = queue.recv() {
        for want in &job.wants {
            if newest.load(Ordering::Relaxed) != job.generation {
                break;
            }
            let product = match want {
                Want::Text(text) => write_text(&job, text, host),
                Want::Listing(sample_type) => listing(&job, *sample_type, &mut base),
                Want::Tree(sample_type, direction) => based(&job, *sample_type, &mut base).and_then(|report| {
                    let wanted = Wanted {
                        generation: job.generation,
                        newest,
                    };
                    let tree = CallTree::new(report.basis_of(*sample_type), *direction, &wanted)?;
                    Ok(Product::Tree(*sample_type, *direction, Arc::new(tree)))
                }),
                Want::Matches(search) => {
                    based(&job, search.sample_type, &mut base).map(|report| matches(report, search))
                }
                Want::Source(sample_type, function) => find_source(&job, *sample_type, function, &mut lines),
            };
            if answers
                .send(Event::Analyzed {
                    generation: job.generation,
                    product,
                })
                .is_err()
            {
                return;
            }
        }
    }
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
            Ok(Product::Saved(
                format!("Wrote {file} ({size}). {}", warnings.replace('\n', " "))
                    .trim()
                    .into(),
            ))
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

/// The source of a function; of each sample type the same lines with other values.
fn find_source(
    job: &Job,
    sample_type: SampleTypeId,
    function: &str,
    lines: &mut Option<(u64, Report)>,
) -> Result<Product> {
    let report = match lines.take() {
        Some((generation, report)) if generation == job.generation => match report.sample_type {
            same if same == sample_type => report,
            _ => report.with_type(sample_type),
        },
        _ => {
            let list = report::report("list").ok_or(Error::Cancelled)?;
            let options = Options {
                sample_index: sample_type.0.to_string(),
                ..job.options.clone()
            };
            Report::new(&job.profile, list, None, &options)?
        }
    };
    let sourced = Sourced::new(&report, function);
    *lines = Some((job.generation, report));
    Ok(Product::Source(sample_type, Arc::new(sourced)))
}

/// The generation's first listing, made if it is not there: its filters and nodes serve every sample type.
fn based<'b>(job: &Job, sample_type: SampleTypeId, base: &'b mut Option<Base>) -> Result<&'b Report> {
    if base
        .as_ref()
        .is_none_or(|(generation, _)| *generation != job.generation)
    {
        let top = report::report("top").ok_or(Error::Cancelled)?;
        let options = Options {
            sample_index: sample_type.0.to_string(),
            ..job.options.clone()
        };
        let report = Report::new(&job.profile, top, None, &options)?;
        *base = Some((job.generation, Arc::new(Listing::new(report))));
    }
    base.as_ref()
        .map(|(_, listing)| &listing.report)
        .ok_or(Error::Cancelled)
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

fn listing(job: &Job, sample_type: SampleTypeId, base: &mut Option<Base>) -> Result<Product> {
    let report = based(job, sample_type, base)?;
    if report.sample_type != sample_type {
        return Ok(Product::Listing(Arc::new(Listing::new(report.with_type(sample_type)))));
    }
    let first = base.as_ref().map(|(_, listing)| Product::Listing(Arc::clone(listing)));
    first.ok_or(Error::Cancelled)
}
