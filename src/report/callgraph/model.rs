//! The call graph as boxes and arrows: their texts, sizes and colours, in no language. `dot` and the pictures
//! write it down.
//!
//! Knows pprof's rules of what a drawing says; which nodes and edges there are is `analyze`'s decision, and escaping
//! that of who writes.

use super::paint::Paint;
use super::tags::Tagger;
use super::words::{lines, shorten};
use crate::analyze::{Edge, Names, NodeId, base_name, by_size};
use crate::graphics::Colour;
use crate::model::units::percentage;
use crate::report::aggregate::Report;
use crate::report::header;

pub(in crate::report) use super::tags::TagBox;

/// What nodes and edges are drawn with.
pub(in crate::report) struct Drawing<'r> {
    report: &'r Report,
    names: Names,
    /// Each node's number in the drawing; 0 for those that are not in it.
    ids: Vec<usize>,
    largest_flat: u64,
}

/// A node.
pub(in crate::report) struct NodeBox<'d> {
    /// From 1.
    pub(in crate::report) id: usize,
    /// In full, as the reports print it.
    pub(in crate::report) name: &'d str,
    pub(in crate::report) label: Label,
    /// Flat and cum with their shares, as they stand below the label: a line or two.
    pub(in crate::report) values: Vec<String>,
    pub(in crate::report) cum: String,
    /// From 8 to 24, by the root of flat's share of the largest.
    pub(in crate::report) font_size: u32,
    /// |cum| as a share of the total, from 0 to 1.
    pub(in crate::report) share: f64,
    pub(in crate::report) line: Colour,
    pub(in crate::report) fill: Colour,
    pub(in crate::report) tags: Vec<TagBox>,
}

/// A node's name over several lines.
pub(in crate::report) struct Label {
    /// Where nodes are addresses; may be empty.
    pub(in crate::report) address: String,
    /// The short name.
    pub(in crate::report) short: String,
    /// It, a line each part.
    pub(in crate::report) function: Vec<String>,
    /// File and line, or the binary; may be empty.
    pub(in crate::report) place: String,
}

/// Calls from one node to another.
pub(in crate::report) struct Arrow<'d> {
    /// The caller's number.
    pub(in crate::report) from: usize,
    /// The callee's number; 0 if it is not in the drawing.
    pub(in crate::report) to: usize,
    pub(in crate::report) from_name: &'d str,
    pub(in crate::report) to_name: &'d str,
    pub(in crate::report) value: String,
    /// Whether all of the calls were inlined.
    pub(in crate::report) inline: bool,
    /// Whether some of the calls went through frames that are not shown.
    pub(in crate::report) residual: bool,
    /// How it is to be drawn; nothing if there is no total.
    pub(in crate::report) look: Option<Look>,
}

/// How an arrow is drawn. Weight and width are hints only: like pprof's, they wrap.
pub(in crate::report) struct Look {
    /// From 1 to 101: how much it matters that it is short.
    pub(in crate::report) weight: i64,
    /// From 1 to 6.
    pub(in crate::report) width: i64,
    pub(in crate::report) line: Colour,
}

impl<'r> Drawing<'r> {
    pub(in crate::report) fn new(report: &'r Report) -> Self {
        let graph = &report.trimmed.graph;
        let mut ids = vec![0; graph.nodes.len()];
        for (id, node) in (1..).zip(&graph.listed) {
            ids[node.index()] = id;
        }
        let edges = graph.listed.iter().flat_map(|&node| graph.callees(node));
        let ends = edges.flat_map(|edge| [edge.from, edge.to]);
        let nodes = graph.listed.iter().copied().chain(ends).map(|node| graph.frame(node));
        let flats = graph
            .listed
            .iter()
            .map(|&node| graph.node(node).flat_value().unsigned_abs());
        Self {
            report,
            names: report.frames.names(&report.profile, nodes),
            ids,
            largest_flat: flats.max().unwrap_or(0),
        }
    }

    /// The program; may be empty.
    pub(in crate::report) fn title(&self) -> &'r str {
        let profile = &self.report.profile;
        let file = profile.mappings.first().map_or("", |main| profile.text(main.file));
        if file.is_empty() { file } else { base_name(file) }
    }

    /// What stands in a box of its own, a line each. Bytes, because a filter may be cut within a character.
    pub(in crate::report) fn legend(&self) -> Vec<Vec<u8>> {
        let mut lines = header::lines(self.report);
        lines.push(Vec::new());
        lines.push(b"See https://git.io/JfYMW for how to read the graph".to_vec());
        lines
    }

    /// Every node, in the report's order.
    pub(in crate::report) fn boxes(&self) -> impl Iterator<Item = NodeBox<'_>> {
        let listed = self.report.trimmed.graph.listed.iter();
        listed.map(|&node| self.node(node))
    }

    /// Every edge, the largest first.
    pub(in crate::report) fn arrows(&self) -> impl Iterator<Item = Arrow<'_>> {
        let graph = &self.report.trimmed.graph;
        let mut edges: Vec<&Edge> = graph.listed.iter().flat_map(|&node| graph.callees(node)).collect();
        edges.sort_by(|a, b| by_size(a, b, &|node| self.name(node)));
        edges.into_iter().map(|edge| self.arrow(edge))
    }

    fn name(&self, node: NodeId) -> &str {
        self.names.get(self.report.trimmed.graph.frame(node))
    }

    fn node(&self, node: NodeId) -> NodeBox<'_> {
        let (total, format) = (self.report.total, &self.report.format);
        let sums = self.report.trimmed.graph.node(node);
        let (flat, cum) = (sums.flat_value(), sums.cum_value());
        let (flat_text, cum_text) = (format.value(flat), format.value(cum));
        let share = |value: i64| percentage(value, total).trim().to_string();
        let own = match flat {
            0 => "0".to_string(),
            _ => format!("{flat_text} ({})", share(flat)),
        };
        let all = format!("of {cum_text} ({})", share(cum));
        let values = match (flat, cum) {
            _ if flat == cum => vec![own],
            (0, _) => vec![format!("{own} {all}")],
            _ => vec![own, all],
        };
        let font_size = match (flat.unsigned_abs(), self.largest_flat) {
            (0, _) | (_, 0) => 8,
            (flat, largest) => 8 + (16.0 * (flat as f64 / largest as f64).sqrt()).ceil() as u32,
        };
        let score = cum as f64 / total.unsigned_abs() as f64;
        NodeBox {
            id: self.ids[node.index()],
            name: self.name(node),
            label: self.label(node),
            values,
            cum: cum_text,
            font_size,
            share: if total == 0 { 0.0 } else { score.abs().min(1.0) },
            line: Paint::Line.colour(score),
            fill: Paint::Fill.colour(score),
            tags: Tagger::new(self.report, node).boxes(),
        }
    }

    fn label(&self, node: NodeId) -> Label {
        let (report, frames) = (self.report, &self.report.frames);
        let frame = report.trimmed.graph.frame(node);
        let info = frames.info(frame);
        let function = shorten(report.profile.text(info.name));
        let file = match frames.file(frame) {
            "" => "",
            file => base_name(file),
        };
        let binary = report.profile.text(info.binary);
        let place = match () {
            () if info.line != 0 && info.column != 0 => format!("{file}:{}:{}", info.line, info.column),
            () if info.line != 0 => format!("{file}:{}", info.line),
            () if !file.is_empty() || !function.is_empty() => file.to_string(),
            () if !binary.is_empty() => format!("[{}]", base_name(binary)),
            () => "<unknown>".to_string(),
        };
        Label {
            address: match info.address {
                0 => String::new(),
                address => format!("{address:016x}"),
            },
            function: lines(&function),
            short: function.into_owned(),
            place,
        }
    }

    fn arrow(&self, edge: &Edge) -> Arrow<'_> {
        let (total, value) = (self.report.total, edge.value());
        // How many of `steps` equal parts of the total it is, and one.
        let part = |steps: i64| 1 + value.wrapping_mul(steps).wrapping_div(total).wrapping_abs().min(steps);
        let look = (total != 0).then(|| Look {
            weight: part(100),
            width: part(5),
            line: Paint::Line.colour(value as f64 / total.unsigned_abs() as f64),
        });
        Arrow {
            from: self.ids[edge.from.index()],
            to: self.ids[edge.to.index()],
            from_name: self.name(edge.from),
            to_name: self.name(edge.to),
            value: self.report.format.value(value),
            inline: edge.inline,
            residual: edge.residual,
            look,
        }
    }
}

impl Arrow<'_> {
    /// Between the names of its ends.
    pub(in crate::report) fn sign(&self) -> &'static str {
        if self.residual { "..." } else { "->" }
    }
}
