//! `dot`: the call graph as a drawing for Graphviz.
//!
//! Knows colours, sizes and the language; which nodes and edges there are is `analyze`'s decision. Every text of a
//! profile goes through `names`.

mod names;
mod nodelets;

use std::io::Write;

pub use self::names::shorten;
use self::names::{bare, quoted, quoted_bytes};
use super::header;
use super::prepare::Report;
use crate::analyze::{Edge, Names, NodeId, base_name, by_size};
use crate::error::Result;
use crate::model::units::percentage;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let graph = &report.trimmed.graph;
    legend(report, out)?;
    let drawing = Drawing::new(report);
    let mut has_nodelets = vec![false; graph.nodes.len()];
    for (id, &node) in (1..).zip(&graph.listed) {
        super::line(out, format_args!("{}", drawing.node(node, id)))?;
        let nodelets = nodelets::of(report, node, id);
        has_nodelets[node.index()] = !nodelets.is_empty();
        out.write_all(nodelets.as_bytes()).map_err(super::writing)?;
    }
    let mut edges: Vec<&Edge> = graph.listed.iter().flat_map(|&node| graph.callees(node)).collect();
    edges.sort_by(|a, b| by_size(a, b, &|node| drawing.name(node)));
    for edge in edges {
        let text = drawing.edge(edge, has_nodelets[edge.from.index()]);
        super::line(out, format_args!("{text}"))?;
    }
    super::line(out, format_args!("}}"))
}

/// Everything above the nodes.
fn legend(report: &Report, out: &mut dyn Write) -> Result<()> {
    let profile = &report.profile;
    let file = profile.mappings.first().map_or("", |main| profile.text(main.file));
    let title = if file.is_empty() { "" } else { base_name(file) };
    let title = bare(title);
    let shown = if title.is_empty() { "unnamed" } else { &title };
    let tooltip = if title.is_empty() {
        String::new()
    } else {
        format!(" tooltip=\"{title}\"")
    };
    let mut labels: Vec<Vec<u8>> = header::lines(report).iter().map(|label| quoted_bytes(label)).collect();
    labels.push(quoted_bytes(b"\nSee https://git.io/JfYMW for how to read the graph"));
    super::line(
        out,
        format_args!("digraph \"{shown}\" {{\nnode [style=filled fillcolor=\"#f8f8f8\"]"),
    )?;
    // Bytes, because a filter may be cut within a character.
    let parts: [&[u8]; 5] = [
        b"subgraph cluster_L { \"",
        &labels[0],
        b"\" [shape=box fontsize=16 label=\"",
        &labels.join(&b"\\l"[..]),
        b"\\l\"",
    ];
    out.write_all(&parts.concat()).map_err(super::writing)?;
    super::line(out, format_args!("{tooltip}] }}"))
}

/// What nodes and edges are drawn with.
struct Drawing<'r> {
    report: &'r Report,
    names: Names,
    /// Each node's number in the drawing; 0 for those that are not in it.
    ids: Vec<usize>,
    largest_flat: u64,
}

impl<'r> Drawing<'r> {
    fn new(report: &'r Report) -> Self {
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

    fn name(&self, node: NodeId) -> &str {
        self.names.get(self.report.trimmed.graph.frame(node))
    }

    fn value(&self, value: i64) -> String {
        bare(&self.report.format.value(value)).into_owned()
    }

    fn node(&self, node: NodeId, id: usize) -> String {
        let total = self.report.total;
        let sums = self.report.trimmed.graph.node(node);
        let (flat, cum) = (sums.flat_value(), sums.cum_value());
        let (flat_text, cum_text) = (self.value(flat), self.value(cum));
        let share = |value: i64| percentage(value, total).trim().to_string();
        let own = match flat {
            0 => "0".to_string(),
            _ => format!("{flat_text} ({})", share(flat)),
        };
        let all = match (flat, cum) {
            _ if flat == cum => String::new(),
            (0, _) => format!(" of {cum_text} ({})", share(cum)),
            _ => format!("\\nof {cum_text} ({})", share(cum)),
        };
        // From 8 to 24, by the root of its share of the largest.
        let size = match (flat.unsigned_abs(), self.largest_flat) {
            (0, _) | (_, 0) => 8,
            (flat, largest) => 8 + (16.0 * (flat as f64 / largest as f64).sqrt()).ceil() as u32,
        };
        let score = cum as f64 / total.unsigned_abs() as f64;
        let (label, name) = (self.label(node), quoted(self.name(node)));
        let (line, fill) = (Paint::Line.color(score), Paint::Fill.color(score));
        format!(
            "N{id} [label=\"{label}{own}{all}\" id=\"node{id}\" fontsize={size} shape=box \
             tooltip=\"{name} ({cum_text})\" color=\"{line}\" fillcolor=\"{fill}\"]"
        )
    }

    /// A node's name over several lines, each with its end.
    fn label(&self, node: NodeId) -> String {
        let (report, frames) = (self.report, &self.report.frames);
        let frame = report.trimmed.graph.frame(node);
        let info = frames.info(frame);
        // The dots of Go's type parameters, `[...]`, are no ends of lines.
        let function = quoted(&shorten(report.profile.text(info.name)))
            .replace("::", "\\n")
            .replace("[...]", "[…]")
            .replace('.', "\\n");
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
        let address = match info.address {
            0 => String::new(),
            address => format!("{address:016x}"),
        };
        let parts = [address, function, bare(&place).into_owned()];
        let lines = parts.iter().filter(|part| !part.is_empty());
        lines.map(|part| format!("{part}\\n")).collect()
    }

    fn edge(&self, edge: &Edge, has_nodelets: bool) -> String {
        let (total, value) = (self.report.total, edge.value());
        let text = self.value(value);
        let (from, to) = (self.ids[edge.from.index()], self.ids[edge.to.index()]);
        let inline = if edge.inline { "\\n (inline)" } else { "" };
        let mut out = format!("N{from} -> N{to} [label=\" {text}{inline}\"");
        if total != 0 {
            // How many of `steps` equal parts of the total it is, and one. A hint only: like pprof's, it wraps.
            let part = |steps: i64| 1 + value.wrapping_mul(steps).wrapping_div(total).wrapping_abs().min(steps);
            let (weight, width) = (part(100), part(5));
            if weight > 1 {
                out.push_str(&format!(" weight={weight}"));
            }
            if width > 1 {
                out.push_str(&format!(" penwidth={width}"));
            }
            let color = Paint::Line.color(value as f64 / total.unsigned_abs() as f64);
            out.push_str(&format!(" color=\"{color}\""));
        }
        let arrow = if edge.residual { "..." } else { "->" };
        let (from, to) = (quoted(self.name(edge.from)), quoted(self.name(edge.to)));
        let tooltip = format!("\"{from} {arrow} {to} ({text})\"");
        out.push_str(&format!(" tooltip={tooltip} labeltooltip={tooltip}"));
        out.push_str(if edge.residual { " style=\"dotted\"" } else { "" });
        // Room for the tags between a node and what it calls.
        out.push_str(if has_nodelets { " minlen=2]" } else { "]" });
        out
    }
}

/// What is coloured.
#[derive(Clone, Copy)]
enum Paint {
    /// Dark and strong.
    Line,
    /// Light and pale.
    Fill,
}

impl Paint {
    /// From green (-1) over grey (0) to red (1). Source: pprof's `dotColor`.
    fn color(self, score: f64) -> String {
        let (saturation, brightness) = match self {
            Self::Line => (1.0, 0.7),
            Self::Fill => (0.1, 0.93),
        };
        // `clamp` keeps what is no number: a share of nothing.
        let score = score.clamp(-1.0, 1.0);
        let size = score.abs();
        let saturation = if size < 0.2 {
            saturation * (size / 0.2)
        } else {
            saturation
        };
        // Away from grey, so that the sign is seen.
        let shifted = size.powf(0.3);
        let other = brightness * (1.0 - saturation * shifted);
        let (red, green) = if score < 0.0 {
            (other, brightness)
        } else {
            (brightness, other)
        };
        let blue = brightness * (1.0 - saturation);
        let byte = |part: f64| (part * 255.0) as u8;
        format!("#{:02x}{:02x}{:02x}", byte(red), byte(green), byte(blue))
    }
}
