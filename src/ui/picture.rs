//! The call graph as the Graph view shows it: which functions and calls, what stands in their boxes and beside their
//! lines, and where. Made once for each sample type, off the screen's thread.

use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, Link};
use super::widget::name;
use super::work::Listing;
use crate::analyze::{Edge, Graph, NodeId, by_size};
use crate::error::{Error, Result};
use crate::model::units::percentage;
use crate::report::{self, Report};

/// How much of the call graph is drawn.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Extent {
    /// What pprof's `dot` draws.
    Report,
    /// A function with its callers and callees and theirs, whatever their size.
    Around(String),
}

/// A drawing of the call graph.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) functions: Vec<Function>,
    /// The heaviest first.
    pub(super) calls: Vec<Call>,
    pub(super) canvas: Canvas,
    /// The functions as one reads: from above to below, from left to right.
    pub(super) order: Vec<usize>,
    /// How many functions there are, those included that are not drawn.
    pub(super) known: usize,
}

/// A box.
#[derive(Debug)]
pub(super) struct Function {
    /// In full.
    pub(super) name: String,
    /// As in the box.
    pub(super) label: String,
    /// `flat of cum`, as pprof writes it.
    pub(super) values: String,
    /// Of the total.
    pub(super) percent: String,
    /// Cum as a part of the total.
    pub(super) share: f64,
}

/// A line.
#[derive(Debug)]
pub(super) struct Call {
    /// Indices of the functions.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) value: String,
    /// It went through functions that are not drawn.
    pub(super) is_residual: bool,
    /// As a part of the total.
    pub(super) share: f64,
}

/// Cells of a name; pprof's short names are rarely longer.
const NAME: usize = 28;
/// Rows of a box.
const HEIGHT: i32 = 4;
/// How many callers and callees are drawn of a function, and of each of those.
const NEAR: usize = 12;
const FAR: usize = 4;

impl Picture {
    /// What `dot` draws of a report's samples: the same functions, calls and values.
    ///
    /// # Errors
    /// [`Error::Cancelled`] without a report of that name.
    pub(super) fn of_report(report: &Report) -> Result<Self> {
        let drawing = report.as_report(report::report("dot").ok_or(Error::Cancelled)?);
        let trimmed = &drawing.trimmed;
        let known = trimmed.candidates + trimmed.dropped_nodes;
        Ok(Self::new(&drawing, &trimmed.graph, &trimmed.graph.listed, known))
    }

    /// A function of the whole graph with its callers and callees and theirs; empty if it has no samples.
    pub(super) fn around(listing: &Listing, name: &str) -> Self {
        let (report, graph) = (&listing.report, &listing.whole);
        let Some(&middle) = listing.by_name.get(name) else {
            return Self::default();
        };
        let names = |node: NodeId| report.name(node);
        let callers = |node: NodeId, most: usize| {
            let calls = graph.callers_sorted(node, &names);
            calls.into_iter().take(most).map(|call| call.from).collect::<Vec<_>>()
        };
        let callees = |node: NodeId, most: usize| {
            let calls = graph.callees_sorted(node, &names);
            calls.into_iter().take(most).map(|call| call.to).collect::<Vec<_>>()
        };
        let (above, below) = (callers(middle, NEAR), callees(middle, NEAR));
        let farther_above = above.iter().flat_map(|&node| callers(node, FAR));
        let farther_below = below.iter().flat_map(|&node| callees(node, FAR));
        let all = std::iter::once(middle)
            .chain(above.iter().copied())
            .chain(below.iter().copied())
            .chain(farther_above)
            .chain(farther_below);
        let mut nodes: Vec<NodeId> = Vec::new();
        for node in all {
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        Self::new(report, graph, &nodes, graph.listed.len())
    }

    /// Draws some nodes of a graph with the calls between them.
    fn new(report: &Report, graph: &Graph, nodes: &[NodeId], known: usize) -> Self {
        let names = report.frames.names(&report.profile, nodes.iter().map(|&node| graph.frame(node)));
        let name_of = |node: NodeId| names.get(graph.frame(node));
        let places: FxHashMap<NodeId, usize> = nodes.iter().enumerate().map(|(at, &node)| (node, at)).collect();
        let mut edges: Vec<&Edge> = nodes
            .iter()
            .flat_map(|&node| graph.callees(node))
            .filter(|edge| places.contains_key(&edge.to))
            .collect();
        edges.sort_by(|a, b| by_size(a, b, &name_of));
        let share = |value: i64| value as f64 / report.total.unsigned_abs().max(1) as f64;
        let functions: Vec<Function> = nodes
            .iter()
            .map(|&node| {
                let sums = graph.node(node);
                let (flat, cum) = (sums.flat_value(), sums.cum_value());
                let values = match flat == cum {
                    true => report.format.value(cum),
                    false => format!("{} of {}", report.format.value(flat), report.format.value(cum)),
                };
                Function {
                    name: name_of(node).to_string(),
                    label: name::shorten(&report::shorten(name_of(node)), NAME),
                    values: name::cut_end(&values, NAME),
                    percent: percentage(cum, report.total).trim().to_string(),
                    share: share(cum),
                }
            })
            .collect();
        let calls: Vec<Call> = edges
            .iter()
            .map(|edge| Call {
                from: places[&edge.from],
                to: places[&edge.to],
                value: name::cut_end(&report.format.value(edge.value()), NAME),
                is_residual: edge.residual,
                share: share(edge.value()),
            })
            .collect();
        let canvas = draw(&functions, &calls);
        Self {
            order: canvas.ranks.concat(),
            functions,
            calls,
            canvas,
            known,
        }
    }

    /// The first function of this name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.functions.iter().position(|function| function.name == name)
    }

    /// Whom a function calls for the most.
    pub(super) fn heaviest_callee(&self, at: usize) -> Option<usize> {
        self.calls.iter().find(|call| call.from == at).map(|call| call.to)
    }

    /// Who calls a function for the most.
    pub(super) fn heaviest_caller(&self, at: usize) -> Option<usize> {
        self.calls.iter().find(|call| call.to == at).map(|call| call.from)
    }

    /// The function beside another one, to the right or to the left.
    pub(super) fn beside(&self, at: usize, is_right: bool) -> Option<usize> {
        let rank = self.canvas.ranks.iter().find(|rank| rank.contains(&at))?;
        let place = rank.iter().position(|&other| other == at)?;
        let beside = if is_right { place + 1 } else { place.checked_sub(1)? };
        rank.get(beside).copied()
    }
}

fn draw(functions: &[Function], calls: &[Call]) -> Canvas {
    let (mut coming, mut leaving) = (vec![0i32; functions.len()], vec![0i32; functions.len()]);
    for call in calls {
        leaving[call.from] += 1;
        coming[call.to] += 1;
    }
    let sizes: Vec<(i32, i32)> = functions
        .iter()
        .zip(coming.iter().zip(&leaving))
        .map(|(function, (&coming, &leaving))| {
            let values = function.values.width() + 2 + function.percent.width();
            let text = i32::try_from(function.label.width().max(values)).unwrap_or(i32::MAX / 2);
            // A border and a blank on either side; or every line a column of its own, with one between.
            ((text + 4).max(2 * coming.max(leaving) + 3), HEIGHT)
        })
        .collect();
    let links: Vec<Link> = calls
        .iter()
        .map(|call| Link {
            from: call.from,
            to: call.to,
            // From 1 to 100, as pprof weighs them.
            weight: 1 + (call.share.abs() * 100.0).min(99.0) as u32,
            label: i32::try_from(call.value.width()).unwrap_or(i32::MAX / 2),
        })
        .collect();
    Canvas::new(&sizes, &links)
}
