//! The columns of a table of functions, defined once for text reports, exports and the Top view.

use super::aggregate::Report;
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

/// By what rows are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SortKey {
    /// |flat|, largest first.
    #[default]
    Flat,
    /// |cum|, largest first.
    Cum,
    /// The name, in byte order.
    Name,
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
    /// By what rows are ordered when one asks for this column.
    pub sort: SortKey,
}

/// The columns of `top`.
pub const COLUMNS: &[Column] = &[
    Column {
        head: "flat",
        width: 10,
        align: Align::Right,
        help: "held by the function itself, without what it calls",
        cell: |report, row| report.format.value(row.flat),
        sort: SortKey::Flat,
    },
    Column {
        head: "flat%",
        width: 6,
        align: Align::Right,
        help: "flat as a share of the total",
        cell: |report, row| percentage(row.flat, report.total),
        sort: SortKey::Flat,
    },
    Column {
        head: "sum%",
        width: 6,
        align: Align::Right,
        help: "flat of this row and all above it, as a share of the total",
        cell: |report, row| percentage(row.sum, report.total),
        sort: SortKey::Flat,
    },
    Column {
        head: "cum",
        width: 10,
        align: Align::Right,
        help: "held by the function and everything it calls",
        cell: |report, row| report.format.value(row.cum),
        sort: SortKey::Cum,
    },
    Column {
        head: "cum%",
        width: 6,
        align: Align::Right,
        help: "cum as a share of the total",
        cell: |report, row| percentage(row.cum, report.total),
        sort: SortKey::Cum,
    },
    Column {
        head: "name",
        width: 0,
        align: Align::Left,
        help: "the function; (inline) if all its calls were inlined, (partial-inline) if some",
        cell: |_, row| format!("{}{}", row.name, row.inline.suffix()),
        sort: SortKey::Name,
    },
];

/// What the sample types of Go's profiles count: (name, meaning).
pub const SAMPLE_TYPES: &[(&str, &str)] = &[
    (
        "inuse_space",
        "bytes that were allocated and not yet freed at the last garbage collection: what is held now",
    ),
    ("inuse_objects", "the same as a number of objects"),
    (
        "alloc_space",
        "bytes allocated since the process began, freed or not: what keeps the garbage collector busy",
    ),
    ("alloc_objects", "the same as a number of objects"),
    ("goroutine", "goroutines by the stack where they are now"),
    (
        "delay",
        "time spent waiting for locks, channels and the like (block and mutex profiles)",
    ),
    ("contentions", "how often something waited"),
    ("cpu", "time on a processor; samples is how often it was looked at"),
];
