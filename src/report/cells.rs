//! What the cells of a table hold: values, and from what they are taken.

use std::borrow::Cow;

use super::aggregate::Report;
use super::diagnosis::seconds;
use super::diff::ratio;
use super::fields::{Cell, percent};
use super::sums::SideSums;
use super::table::{Inline, Row};
use crate::analyze::{Block, Churn};
use crate::model::units::{self, percentage};

/// What the cells of a row are taken from, besides the row. Whatever else a column shows (a second moment, a series
/// for each function) becomes a field here, not an argument of every column.
#[derive(Clone, Copy)]
pub struct TableContext<'a> {
    /// The report whose rows they are.
    pub report: &'a Report,
    /// In a comparison, what each row held before and what it holds after.
    pub sides: Option<&'a SideSums>,
    /// What is known of the rows at other moments.
    pub over_time: Option<&'a dyn OverTime>,
    /// What became of what the rows allocated, where that is asked for.
    pub churn: Option<&'a Churn>,
}

/// What is known of the rows of a table, by their names, over time; of one sample type.
pub trait OverTime {
    /// What has come since the base, less what has gone.
    fn change(&self, name: &str) -> Option<i64>;
    /// What comes, less what goes, in a minute.
    fn per_minute(&self, name: &str) -> Option<i64>;
    /// What comes, less what goes, in a minute, of another sample type.
    fn per_minute_of(&self, name: &str, sample_type: &str) -> Option<i64>;
    /// Values up to the moment in view, evenly spaced in time; nothing where one is not known.
    fn trend(&self, name: &str) -> Vec<Option<i64>>;
}

impl<'a> From<&'a Report> for TableContext<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            report,
            sides: None,
            over_time: None,
            churn: None,
        }
    }
}

impl<'a> TableContext<'a> {
    pub(super) fn function_name(self, row: &Row) -> &'a str {
        self.report.profile.text(self.report.frames.info(row.node).name)
    }
}

/// What a column holds in one row, before it is laid out.
#[derive(Clone, PartialEq, Debug)]
pub enum Value<'a> {
    /// Unknown, or left out by the granularity.
    Unknown,
    /// Yes or no.
    Flag(bool),
    /// A whole number without a unit.
    Whole(i64),
    /// An amount of the report's sample type.
    Amount(i64),
    /// An amount as a share of the report's total.
    Share(i64),
    /// An amount that has come or, below 0, gone.
    Change(i64),
    /// What was before and what is after.
    Ratio(i64, i64),
    /// An amount that comes in a minute, in the unit that is best for it.
    Rate(i64),
    /// A time in seconds.
    Seconds(f64),
    /// Blocks of memory, of the size that matters most.
    Blocks(Block),
    /// Values over time.
    Trend(Vec<Option<i64>>),
    /// Text that may come from the profile.
    Text(Cow<'a, str>),
    /// The name of a row, and whether its calls were inlined.
    Name(&'a str, Inline),
}

impl Value<'_> {
    /// As text reports and the screen print it.
    pub fn shown(&self, context: TableContext<'_>) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Flag(flag) => flag.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Amount(amount) => context.report.format.value(*amount),
            Self::Change(amount) => {
                let sign = if *amount > 0 { "+" } else { "" };
                format!("{sign}{}", context.report.format.value(*amount))
            }
            Self::Ratio(before, after) => ratio(*before, *after),
            Self::Rate(amount) => {
                let format = &context.report.format;
                units::label(format.scaled(*amount), &format.from, "auto")
            }
            Self::Seconds(time) => duration(*time),
            Self::Blocks(Block { bytes, others }) => match (units::label(*bytes, "bytes", "auto"), others) {
                (size, 0) => size,
                (size, others) => format!("{size} +{others}"),
            },
            Self::Trend(values) => blocks(values),
            Self::Share(amount) => percentage(*amount, context.report.total),
            Self::Text(text) => text.to_string(),
            Self::Name(name, inline) => format!("{name}{}", inline.suffix()),
        }
    }

    /// As it is, for programs.
    pub fn exact(&self, context: TableContext<'_>) -> Cell {
        match self {
            Self::Unknown => Cell::None,
            Self::Flag(flag) => Cell::Flag(*flag),
            Self::Whole(number) => Cell::Int(*number),
            Self::Amount(amount) | Self::Change(amount) | Self::Rate(amount) => {
                Cell::Int(context.report.format.scaled(*amount))
            }
            Self::Ratio(before, after) => Cell::Text(ratio(*before, *after)),
            Self::Seconds(time) => Cell::Float(*time),
            Self::Blocks(block) => Cell::Int(block.bytes),
            Self::Trend(values) => Cell::Text(blocks(values)),
            Self::Share(amount) => Cell::Float(percent(*amount, context.report.total)),
            Self::Text(text) => Cell::Text(text.to_string()),
            Self::Name(name, _) => Cell::Text(name.to_string()),
        }
    }

    /// The amount, if it is one.
    pub fn amount(&self) -> Option<i64> {
        match self {
            Self::Amount(amount) | Self::Change(amount) | Self::Rate(amount) => Some(*amount),
            _ => None,
        }
    }
}

/// A time as it is told, and below a second in milliseconds.
fn duration(time: f64) -> String {
    match time {
        ..0.9995 => format!("{} ms", (time * 1000.0).round()),
        _ => seconds(time),
    }
}

/// Values as blocks, one a cell: from 0, or from the least where that is below, to the largest. A change that is too
/// small to be seen is drawn as none, by a line at the bottom: what is level attracts no eye, however much it is.
pub fn blocks(values: &[Option<i64>]) -> String {
    const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let known = values.iter().flatten();
    let (least, largest) = known.fold((0, 0), |(least, largest): (i64, i64), value| {
        (least.min(*value), largest.max(*value))
    });
    let range = largest as f64 - least as f64;
    let block = |value: &Option<i64>| match value {
        None => ' ',
        // Of what was never there nothing is drawn.
        Some(_) if range == 0.0 => ' ',
        Some(value) => {
            let share = (*value as f64 - least as f64) / range;
            EIGHTHS[((share * 8.0) as usize).min(7)]
        }
    };
    let blocks: String = values.iter().map(block).collect();
    let mut drawn = blocks.chars().filter(|block| *block != ' ');
    match drawn.next() {
        Some(first) if drawn.all(|block| block == first) => blocks.replace(first, "▁"),
        _ => blocks,
    }
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn blocks_rise_from_nothing() {
        let table: &[(&[Option<i64>], &str)] = &[
            (&[], ""),
            (&[Some(0), Some(0)], "  "),
            (&[Some(7), None, Some(7)], "▁ ▁"),
            (&[Some(100), Some(120)], "▇█"),
            (&[Some(100), Some(111)], "▁▁"),
            (&[None, Some(0), Some(4), Some(8)], " ▁▅█"),
            (&[Some(-8), Some(0)], "▁█"),
            (&[Some(i64::MIN), Some(i64::MAX)], "▁█"),
        ];
        for (values, drawn) in table {
            assert_eq!(blocks(values), *drawn, "{values:?}");
        }
    }
}
