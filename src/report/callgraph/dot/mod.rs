//! `dot`: the call graph as a drawing for Graphviz.
//!
//! Knows the language; what is drawn is [`Drawing`]'s decision. Every text of a profile goes through `escape`.

mod escape;

use std::io::Write;

use self::escape::{bare, quoted, quoted_bytes};
use crate::error::Result;
use crate::report::aggregate::Report;
use crate::report::callgraph::model::{Arrow, Drawing, NodeBox, TagBox};

pub(in crate::report) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let drawing = Drawing::new(report);
    legend(&drawing, out)?;
    // Room for the tags between a node and what it calls.
    let mut ranks = vec![1];
    for node in drawing.boxes() {
        let text = self::node(&node);
        crate::report::line(out, format_args!("{text}"))?;
        out.write_all(tags(&node).as_bytes()).map_err(crate::report::writing)?;
        ranks.push(if node.tags.is_empty() { 1 } else { 2 });
    }
    for arrow in drawing.arrows() {
        let text = self::arrow(&arrow, ranks[arrow.from]);
        crate::report::line(out, format_args!("{text}"))?;
    }
    crate::report::line(out, format_args!("}}"))
}

/// Everything above the nodes.
fn legend(drawing: &Drawing<'_>, out: &mut dyn Write) -> Result<()> {
    let title = bare(drawing.title());
    let shown = if title.is_empty() { "unnamed" } else { &title };
    let tooltip = if title.is_empty() {
        String::new()
    } else {
        format!(" tooltip=\"{title}\"")
    };
    let labels: Vec<Vec<u8>> = drawing.legend().iter().map(|label| quoted_bytes(label)).collect();
    crate::report::line(
        out,
        format_args!("digraph \"{shown}\" {{\nnode [style=filled fillcolor=\"#f8f8f8\"]"),
    )?;
    let parts: [&[u8]; 5] = [
        b"subgraph cluster_L { \"",
        &labels[0],
        b"\" [shape=box fontsize=16 label=\"",
        &labels.join(&b"\\l"[..]),
        b"\\l\"",
    ];
    out.write_all(&parts.concat()).map_err(crate::report::writing)?;
    crate::report::line(out, format_args!("{tooltip}] }}"))
}

fn node(node: &NodeBox<'_>) -> String {
    let NodeBox {
        id,
        font_size,
        line,
        fill,
        ..
    } = node;
    let label = &node.label;
    let function: Vec<String> = label.function.iter().map(|part| quoted(part)).collect();
    let lines = [&*label.address, &*function.join("\\n"), &*bare(&label.place)];
    let lines = lines.iter().filter(|line| !line.is_empty());
    let name: String = lines.map(|line| format!("{line}\\n")).collect();
    let values: Vec<_> = node.values.iter().map(|line| bare(line)).collect();
    let values = values.join("\\n");
    let tooltip = format!("{} ({})", quoted(node.name), bare(&node.cum));
    format!(
        "N{id} [label=\"{name}{values}\" id=\"node{id}\" fontsize={font_size} shape=box \
         tooltip=\"{tooltip}\" color=\"{line}\" fillcolor=\"{fill}\"]"
    )
}

/// The boxes that hang on a node.
fn tags(node: &NodeBox<'_>) -> String {
    let mut out = String::new();
    let from = format!("N{}", node.id);
    for tag in &node.tags {
        let is_text = !tag.is_number;
        let id = if is_text {
            format!("{from}_{}", tag.number)
        } else {
            format!("N{from}_{}", tag.number)
        };
        out.push_str(&self::tag(tag, &from, &id));
        for inner in &tag.inner {
            out.push_str(&self::tag(inner, &id, &format!("N{id}_{}", inner.number)));
        }
    }
    out
}

fn tag(tag: &TagBox, from: &str, id: &str) -> String {
    let lines: Vec<_> = tag.lines.iter().map(|line| bare(line)).collect();
    let (name, value) = (lines.join("\\n"), bare(&tag.value));
    let style = if tag.residual { " style=\"dotted\"" } else { "" };
    format!(
        "{id} [label = \"{name}\" id=\"{id}\" fontsize=8 shape=box3d tooltip=\"{value}\"]\n\
         {from} -> {id} [label=\" {value}\" weight=100 tooltip=\"{value}\" labeltooltip=\"{value}\"{style}]\n"
    )
}

fn arrow(arrow: &Arrow<'_>, ranks: u32) -> String {
    let Arrow { from, to, .. } = arrow;
    let text = bare(&arrow.value);
    let inline = if arrow.inline { "\\n (inline)" } else { "" };
    let mut out = format!("N{from} -> N{to} [label=\" {text}{inline}\"");
    if let Some(look) = &arrow.look {
        if look.weight > 1 {
            out.push_str(&format!(" weight={}", look.weight));
        }
        if look.width > 1 {
            out.push_str(&format!(" penwidth={}", look.width));
        }
        out.push_str(&format!(" color=\"{}\"", look.line));
    }
    let (from, to) = (quoted(arrow.from_name), quoted(arrow.to_name));
    let tooltip = format!("\"{from} {} {to} ({text})\"", arrow.sign());
    out.push_str(&format!(" tooltip={tooltip} labeltooltip={tooltip}"));
    out.push_str(if arrow.residual { " style=\"dotted\"" } else { "" });
    if ranks > 1 {
        out.push_str(&format!(" minlen={ranks}"));
    }
    out.push(']');
    out
}
