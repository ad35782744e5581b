//! The columns of a table of functions, defined once for text reports, exports and the Top view.

use std::cmp::Ordering;

use super::prepare::Report;
use super::top::Row;
use crate::model::units::percentage;

/// To which side a column's cells are set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Numbers.
    Right,
    /// Names.
    Left,
}

/// A row of [`COLUMNS`].
pub struct Column {
    /// What stands above it.
    pub head: &'static str,
    /// Its width in text reports; 0 for as wide as it gets.
    pub width: usize,
    /// To which side cells are set.
    pub align: Align,
    /// What it means, in a sentence.
    pub help: &'static str,
    /// A cell.
    pub cell: fn(&Report, &Row) -> String,
    /// The order of two rows, what one wants to see first coming first.
    pub order: fn(&Row, &Row) -> Ordering,
}

/// The columns of `top`.
pub const COLUMNS: &[Column] = &[
    Column {
        head: "flat",
        width: 10,
        align: Align::Right,
        help: "held by the function itself, without what it calls",
        cell: |report, row| report.format.value(row.flat),
        order: |a, b| b.flat.unsigned_abs().cmp(&a.flat.unsigned_abs()),
    },
    Column {
        head: "flat%",
        width: 6,
        align: Align::Right,
        help: "flat as a share of the total",
        cell: |report, row| percentage(row.flat, report.total),
        order: |a, b| b.flat.unsigned_abs().cmp(&a.flat.unsigned_abs()),
    },
    Column {
        head: "sum%",
        width: 6,
        align: Align::Right,
        help: "flat of this row and all above it, in pprof's order, as a share of the total",
        cell: |report, row| percentage(row.sum, report.total),
        order: |a, b| a.rank.cmp(&b.rank),
    },
    Column {
        head: "cum",
        width: 10,
        align: Align::Right,
        help: "held by the function and everything it calls",
        cell: |report, row| report.format.value(row.cum),
        order: |a, b| b.cum.unsigned_abs().cmp(&a.cum.unsigned_abs()),
    },
    Column {
        head: "cum%",
        width: 6,
        align: Align::Right,
        help: "cum as a share of the total",
        cell: |report, row| percentage(row.cum, report.total),
        order: |a, b| b.cum.unsigned_abs().cmp(&a.cum.unsigned_abs()),
    },
    Column {
        head: "name",
        width: 0,
        align: Align::Left,
        help: "the function; (inline) if all its calls were inlined, (partial-inline) if some",
        cell: |_, row| format!("{}{}", row.name, row.inline.suffix()),
        order: |a, b| a.name.cmp(&b.name),
    },
];
