//! The boxes that hang on a node: the labels of its samples.

use super::names::bare;
use crate::analyze::{MAX_TAGS, Node, NodeId, Tag};
use crate::model::units;
use crate::report::prepare::Report;

/// The lines of all boxes of a node; empty if there is none.
pub(super) fn of(report: &Report, node: NodeId, id: usize) -> String {
    let nodelets = Nodelets {
        report,
        by: match report.trimmed.graph.callees(node).next() {
            // A leaf shows what its callees, which are left out, account for as well.
            None => By::Cum,
            Some(_) => By::Flat,
        },
    };
    let groups = report.trimmed.tags.of(node);
    let mut texts: Vec<(&Tag, &[Tag])> = groups
        .iter()
        .filter_map(|group| Some((group.text.as_ref()?, &group.numbers[..])))
        .collect();
    texts.sort_by(|(a, _), (b, _)| nodelets.by.order(a, b));
    let mut out = String::new();
    for (at, (tag, numbers)) in texts.into_iter().take(MAX_TAGS).enumerate() {
        let (value, _) = nodelets.by.value(&tag.sums);
        if value == 0 {
            continue;
        }
        let this = format!("N{id}_{at}");
        let parts: Vec<_> = tag.name.split('\n').map(bare).collect();
        out.push_str(&nodelets.draw(&format!("N{id}"), &this, &parts.join("\\n"), value, ""));
        out.push_str(&nodelets.numbers(&this, numbers));
    }
    for group in groups.iter().filter(|group| !group.has_text) {
        out.push_str(&nodelets.numbers(&format!("N{id}"), &group.numbers));
    }
    out
}

/// Which sum of a tag counts.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Flat,
    Cum,
}

impl By {
    /// The value of a tag, and whether it is flat.
    fn value(self, sums: &Node) -> (i64, bool) {
        match (self, sums.flat_value(), sums.cum_value()) {
            (Self::Flat, flat, _) => (flat, true),
            (Self::Cum, flat, cum) => (cum, flat == cum),
        }
    }

    /// Largest first, then by name as it is printed.
    fn order(self, a: &Tag, b: &Tag) -> std::cmp::Ordering {
        let size = |value: fn(&Node) -> i64| value(&b.sums).unsigned_abs().cmp(&value(&a.sums).unsigned_abs());
        let by_cum = match self {
            Self::Cum => size(|sums| sums.cum),
            Self::Flat => std::cmp::Ordering::Equal,
        };
        let printed = |tag: &Tag| tag.name.replace('\n', "\\n");
        by_cum
            .then_with(|| size(|sums| sums.flat))
            .then_with(|| printed(a).cmp(&printed(b)))
    }
}

struct Nodelets<'r> {
    report: &'r Report,
    by: By,
}

impl Nodelets<'_> {
    fn draw(&self, from: &str, id: &str, name: &str, value: i64, style: &str) -> String {
        let value = self.report.format.value(value);
        let value = bare(&value);
        format!(
            "{id} [label = \"{name}\" id=\"{id}\" fontsize=8 shape=box3d tooltip=\"{value}\"]\n\
             {from} -> {id} [label=\" {value}\" weight=100 tooltip=\"{value}\" labeltooltip=\"{value}\"{style}]\n"
        )
    }

    fn numbers(&self, from: &str, tags: &[Tag]) -> String {
        let mut out = String::new();
        for (at, tag) in self.collapsed(tags).iter().enumerate() {
            let (value, is_flat) = self.by.value(&tag.sums);
            if value != 0 {
                let style = if is_flat { "" } else { " style=\"dotted\"" };
                out.push_str(&self.draw(from, &format!("N{from}_{at}"), &bare(&tag.name), value, style));
            }
        }
        out
    }

    /// At most as many tags as are shown: the largest, with each of the others added to the one whose number is next.
    fn collapsed(&self, tags: &[Tag]) -> Vec<Tag> {
        let mut tags = tags.to_vec();
        tags.sort_by(|a, b| self.by.order(a, b));
        if tags.len() <= MAX_TAGS {
            return tags;
        }
        let others = tags.split_off(MAX_TAGS);
        let mut ranges: Vec<Vec<Tag>> = tags.into_iter().map(|tag| vec![tag]).collect();
        for tag in others {
            let distance = |range: &Vec<Tag>| range[0].value.abs_diff(tag.value);
            // The first of those that are equally near.
            let mut nearest = 0;
            for at in 1..ranges.len() {
                if distance(&ranges[at]) < distance(&ranges[nearest]) {
                    nearest = at;
                }
            }
            ranges[nearest].push(tag);
        }
        let mut tags: Vec<Tag> = ranges.iter().map(|range| self.range(range)).collect();
        tags.sort_by(|a, b| self.by.order(a, b));
        tags
    }

    /// Tags as one: `1kB..4kB`. Numbers are not in the report's unit, in which small ones would be 0.
    fn range(&self, tags: &[Tag]) -> Tag {
        let label = |value: i64| units::label(value, self.unit(), "auto");
        let values = || tags.iter().map(|tag| tag.value);
        let (least, most) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        let mut sums = Node::default();
        tags.iter().for_each(|tag| sums.add(&tag.sums));
        Tag {
            name: match tags.len() {
                1 => label(least),
                _ => format!("{}..{}", label(least), label(most)),
            },
            value: least,
            sums: Node {
                flat: sums.flat_value(),
                cum: sums.cum_value(),
                ..Node::default()
            },
        }
    }

    fn unit(&self) -> &str {
        &self.report.trimmed.tags.unit
    }
}
