//! The call graph as the Graph view shows it: which functions and calls, what stands in their boxes and beside their
//! lines, and where. Made once for each sample type, off the screen's thread.

use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use crate::analyze::{Edge, Graph, NodeId, by_size};
use crate::model::units::percentage;
use crate::report::{self, Report};
use crate::ui::keys::action::Side;
use crate::ui::view::graph::cells::{Canvas, Link};
use crate::ui::widget::name;
use crate::ui::work::listing::Listing;

/// How much of the call graph is drawn.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in crate::ui) enum Extent {
    /// What pprof's `dot` draws.
    Report,
    /// A function with its callers and callees and theirs, whatever their size.
    Around(String),
}

/// A drawing of the call graph.
#[derive(Debug, Default)]
pub(in crate::ui) struct Diagram {
    pub(in crate::ui) functions: Vec<Function>,
    /// The heaviest first.
    pub(in crate::ui) calls: Vec<Call>,
    pub(super) canvas: Canvas,
    /// The functions as one reads: from above to below, from left to right.
    pub(in crate::ui) order: Vec<usize>,
    /// How many functions there are, those included that are not drawn.
    pub(in crate::ui) known: usize,
    /// How many calls there are between the functions that are drawn.
    pub(in crate::ui) known_calls: usize,
}

/// A box.
#[derive(Debug)]
pub(in crate::ui) struct Function {
    /// In full.
    pub(in crate::ui) name: String,
    /// pprof's short name of it.
    pub(in crate::ui) short: String,
    /// That as in the box.
    pub(in crate::ui) label: String,
    /// `flat of cum`, as pprof writes it.
    pub(in crate::ui) values: String,
    /// Of the total.
    pub(in crate::ui) percent: String,
    /// Cum as a part of the total.
    pub(in crate::ui) share: f64,
}

/// A line.
#[derive(Debug)]
pub(in crate::ui) struct Call {
    /// Indices of the functions.
    pub(in crate::ui) from: usize,
    pub(in crate::ui) to: usize,
    pub(in crate::ui) value: String,
    /// It went through functions that are not drawn.
    pub(in crate::ui) is_residual: bool,
    /// As a part of the total.
    pub(in crate::ui) share: f64,
}

/// Cells of a name; pprof's short names are rarely longer.
const NAME: usize = 28;
/// Rows of a box.
const HEIGHT: i32 = 4;
/// How many callers and callees are drawn of a function, and of each of those.
const NEAR: usize = 8;
const FAR: usize = 3;
/// What can still be drawn in about a second; pprof draws 80 functions unless it is told otherwise.
const MOST_FUNCTIONS: usize = 500;
const MOST_CALLS: usize = 1500;
/// How many functions are looked at for the nearest one.
const REACH: usize = 200;

impl Diagram {
    /// Draws as much as is asked for.
    pub(in crate::ui) fn new(listing: &Listing, extent: &Extent) -> Self {
        match extent {
            Extent::Report => Self::of_report(&listing.report),
            Extent::Around(name) => Self::around(listing, name),
        }
    }

    /// What `dot` draws of a report's samples: the same functions, calls and values.
    fn of_report(report: &Report) -> Self {
        let drawing = report.as_report(&report::DOT);
        let trimmed = &drawing.trimmed;
        let known = trimmed.candidates + trimmed.dropped_nodes;
        Self::of_nodes(&drawing, &trimmed.graph, &trimmed.graph.listed, known)
    }

    /// A function of the whole graph with its callers and callees and theirs; empty if it has no samples.
    fn around(listing: &Listing, name: &str) -> Self {
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
        Self::of_nodes(report, graph, &nodes, graph.listed.len())
    }

    /// Draws some nodes of a graph with the calls between them.
    fn of_nodes(report: &Report, graph: &Graph, nodes: &[NodeId], known: usize) -> Self {
        let nodes = &nodes[..nodes.len().min(MOST_FUNCTIONS)];
        let names = report
            .frames
            .names(&report.profile, nodes.iter().map(|&node| graph.frame(node)));
        let name_of = |node: NodeId| names.get(graph.frame(node));
        let places: FxHashMap<NodeId, usize> = nodes.iter().enumerate().map(|(at, &node)| (node, at)).collect();
        let mut edges: Vec<&Edge> = nodes
            .iter()
            .flat_map(|&node| graph.callees(node))
            .filter(|edge| places.contains_key(&edge.to))
            .collect();
        edges.sort_by(|a, b| by_size(a, b, &name_of));
        let known_calls = edges.len();
        edges.truncate(MOST_CALLS);
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
                let short = name::short(name_of(node)).into_owned();
                Function {
                    name: name_of(node).to_string(),
                    label: name::label(&short, NAME),
                    short,
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
            known_calls,
        }
    }

    /// The first function of this name.
    pub(in crate::ui) fn find(&self, name: &str) -> Option<usize> {
        self.functions.iter().position(|function| function.name == name)
    }

    /// The function that is the fewest calls above another one that is not drawn, or else below it.
    pub(in crate::ui) fn nearest(&self, listing: &Listing, name: &str) -> Option<usize> {
        let &start = listing.by_name.get(name)?;
        let names = |node: NodeId| listing.report.name(node);
        let graph = &listing.whole;
        let callers = |node: NodeId| {
            let calls = graph.callers_sorted(node, &names);
            calls.iter().map(|call| call.from).collect::<Vec<_>>()
        };
        let callees = |node: NodeId| {
            let calls = graph.callees_sorted(node, &names);
            calls.iter().map(|call| call.to).collect::<Vec<_>>()
        };
        let search = |next_to: &dyn Fn(NodeId) -> Vec<NodeId>| {
            let mut seen = vec![start];
            let mut next = 0;
            while let Some(&node) = seen.get(next).filter(|_| next < REACH) {
                next += 1;
                for other in next_to(node) {
                    if let Some(at) = self.find(&names(other)) {
                        return Some(at);
                    }
                    if !seen.contains(&other) {
                        seen.push(other);
                    }
                }
            }
            None
        };
        search(&callers).or_else(|| search(&callees))
    }

    /// Whom a function calls for the most.
    pub(in crate::ui) fn heaviest_callee(&self, at: usize) -> Option<usize> {
        self.calls.iter().find(|call| call.from == at).map(|call| call.to)
    }

    /// Who calls a function for the most.
    pub(in crate::ui) fn heaviest_caller(&self, at: usize) -> Option<usize> {
        self.calls.iter().find(|call| call.to == at).map(|call| call.from)
    }

    /// The function beside another one, to the right or to the left.
    pub(in crate::ui) fn beside(&self, at: usize, side: Side) -> Option<usize> {
        let rank = self.canvas.ranks.iter().find(|rank| rank.contains(&at))?;
        let place = rank.iter().position(|&other| other == at)?;
        let beside = match side {
            Side::Left => place.checked_sub(1)?,
            Side::Right => place + 1,
        };
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use regex::Regex;

    use super::*;
    use crate::decode::{self, Budget};
    use crate::report::{Environment, Options};

    /// Name and cum.
    type NodeKey = (String, String);
    /// Caller, callee, value, whether it is dotted.
    type CallKey = (String, String, String, bool);

    /// What is in a drawing for Graphviz.
    fn drawn_by_dot(dot: &str) -> (Vec<NodeKey>, Vec<CallKey>) {
        let node = Regex::new(r#"^N(\d+) \[.* tooltip="(.*) \((.*?)\)" color="#).expect("an expression");
        let edge = Regex::new(r#"^N(\d+) -> N(\d+) \[label=" (.*?)(\\n \(inline\))?""#).expect("an expression");
        let plain = |text: &str| text.replace("\\\"", "\"").replace("\\\\", "\\");
        let nodes: Vec<NodeKey> = dot
            .lines()
            .filter_map(|line| node.captures(line))
            .map(|found| (plain(&found[2]), found[3].to_string()))
            .collect();
        // pprof numbers from 1; N0 is what it calls a node that it does not draw.
        let name = |id: &str| Some(nodes.get(id.parse::<usize>().ok()?.checked_sub(1)?)?.0.clone());
        let edges = dot.lines().filter_map(|line| {
            let found = edge.captures(line)?;
            let is_dotted = line.contains("style=\"dotted\"");
            Some((name(&found[1])?, name(&found[2])?, found[3].to_string(), is_dotted))
        });
        (nodes.clone(), edges.collect())
    }

    #[test]
    fn it_is_the_graph_that_dot_draws() {
        for fixture in [
            "orders.heap",
            "orders.cpu",
            "edges.heap",
            "shapes.ties",
            "orders.allocs",
        ] {
            for options in [
                Options::default(),
                Options {
                    node_count: 12,
                    ..Options::default()
                },
                Options {
                    call_tree: true,
                    ..Options::default()
                },
            ] {
                let file = format!("tests/fixtures/{fixture}.pb.gz");
                let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a fixture");
                let profile = Arc::new(decode::profile(&bytes[..], Budget::default(), &()).expect("a profile"));
                let [top, dot] = [&report::TOP, &report::DOT];
                let report = Report::new(&profile, top, None, &options, &Environment::default()).expect("a listing");
                let picture = Diagram::of_report(&report);
                let mut text = Vec::new();
                report::write(&profile, dot, None, &options, &Environment::default(), &mut text).expect("a drawing");
                let (nodes, edges) = drawn_by_dot(&String::from_utf8(text).expect("text"));
                assert!(!nodes.is_empty() && !edges.is_empty(), "{fixture}");
                let cum = |function: &Function| {
                    let values = function.values.rsplit(" of ").next().unwrap_or_default();
                    (function.name.clone(), values.to_string())
                };
                let functions: Vec<_> = picture.functions.iter().map(cum).collect();
                assert_eq!(functions, nodes, "{fixture}");
                let name = |at: usize| picture.functions[at].name.clone();
                let line = |call: &Call| (name(call.from), name(call.to), call.value.clone(), call.is_residual);
                let calls: Vec<_> = picture.calls.iter().map(line).collect();
                assert_eq!(calls, edges, "{fixture}");
            }
        }
    }
}
