//! The boxes that hang on a node: the labels of its samples.

use crate::analyze::{MAX_TAGS, Node, NodeId, Tag};
use crate::model::units;
use crate::report::aggregate::Report;

/// A label of a node's samples: text, or a number such as Go's block size.
pub(in crate::report) struct TagBox {
    /// Its place among its like.
    pub(in crate::report) number: usize,
    pub(in crate::report) is_number: bool,
    /// What it says, a line each.
    pub(in crate::report) lines: Vec<String>,
    pub(in crate::report) value: String,
    /// Whether the value is that of callees as well.
    pub(in crate::report) residual: bool,
    /// The numbers that come with a text.
    pub(in crate::report) inner: Vec<TagBox>,
}

/// Makes the boxes of one node.
pub(in crate::report) struct Tagger<'r> {
    report: &'r Report,
    node: NodeId,
    by: By,
}

impl<'r> Tagger<'r> {
    pub(in crate::report) fn new(report: &'r Report, node: NodeId) -> Self {
        let by = match report.trimmed.graph.callees(node).next() {
            // A leaf shows what its callees, which are left out, account for as well.
            None => By::Cum,
            Some(_) => By::Flat,
        };
        Self { report, node, by }
    }

    pub(in crate::report) fn boxes(&self) -> Vec<TagBox> {
        let groups = self.report.trimmed.tags.of(self.node);
        let mut texts: Vec<(&Tag, &[Tag])> = groups
            .iter()
            .filter_map(|group| Some((group.text.as_ref()?, &group.numbers[..])))
            .collect();
        texts.sort_by(|(a, _), (b, _)| self.by.order(a, b));
        let mut boxes = Vec::new();
        for (number, (tag, numbers)) in texts.into_iter().take(MAX_TAGS).enumerate() {
            let (value, _) = self.by.value(&tag.sums);
            if value != 0 {
                boxes.push(TagBox {
                    number,
                    is_number: false,
                    lines: tag.name.split('\n').map(String::from).collect(),
                    value: self.report.format.value(value),
                    residual: false,
                    inner: self.numbers(numbers),
                });
            }
        }
        let bare = groups.iter().filter(|group| !group.has_text);
        boxes.extend(bare.flat_map(|group| self.numbers(&group.numbers)));
        boxes
    }

    fn numbers(&self, tags: &[Tag]) -> Vec<TagBox> {
        let tags = self.collapsed(tags).into_iter().enumerate();
        let boxes = tags.filter_map(|(number, tag)| {
            let (value, is_flat) = self.by.value(&tag.sums);
            (value != 0).then(|| TagBox {
                number,
                is_number: true,
                lines: vec![tag.name],
                value: self.report.format.value(value),
                residual: !is_flat,
                inner: Vec::new(),
            })
        });
        boxes.collect()
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
