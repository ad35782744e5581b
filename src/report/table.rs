//! The table of functions: its rows, its columns and its order, defined once for text reports, exports and the screen.
//!
//! A column says on which surfaces it appears. `top` prints those with a [`Column::text`], so one that is only on the
//! screen cannot change its bytes.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::aggregate::Report;
use super::fields::{Cell, DataField, Form, percent};
use crate::analyze::{Graph, NodeId};
use crate::model::units::percentage;

/// A node of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Whether its calls were inlined.
    pub inline: Inline,
    /// Its own value.
    pub flat: i64,
    /// Sum of flat down to here.
    pub sum: i64,
    /// Its value with what it calls.
    pub cum: i64,
}

/// How many of the calls into a node were inlined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inline {
    /// None, or there are no calls.
    No,
    /// Some.
    Partial,
    /// All.
    Full,
}

impl Inline {
    /// What stands behind the name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Partial => " (partial-inline)",
            Self::Full => " (inline)",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }
}

/// What the cells of a row are taken from, besides the row. Whatever else a column shows (a second moment, a series
/// for each function) becomes a field here, not an argument of every column.
#[derive(Clone, Copy)]
pub struct TableContext<'a> {
    /// The report whose rows they are.
    pub report: &'a Report,
}

impl<'a> TableContext<'a> {
    fn function_name(self, row: &Row) -> &'a str {
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
            Self::Amount(amount) => Cell::Int(context.report.format.scaled(*amount)),
            Self::Share(amount) => Cell::Float(percent(*amount, context.report.total)),
            Self::Text(text) => Cell::Text(text.to_string()),
            Self::Name(name, _) => Cell::Text(name.to_string()),
        }
    }

    /// The amount, if it is one.
    pub fn amount(&self) -> Option<i64> {
        match self {
            Self::Amount(amount) => Some(*amount),
            _ => None,
        }
    }
}

/// Which column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnId {
    /// The row's name.
    Name,
    /// Its function.
    Function,
    /// Its file.
    File,
    /// Its line.
    Line,
    /// Whether its calls were inlined.
    Inline,
    /// Its own value.
    Flat,
    /// Its share of the total.
    FlatPercent,
    /// Flat down to the row.
    Sum,
    /// Its share of the total.
    SumPercent,
    /// Its value with what it calls.
    Cum,
    /// Its share of the total.
    CumPercent,
}

/// To which side a column's cells are set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Numbers: columns of a width, side by side.
    Right,
    /// Names: as wide as they get, so that they come last wherever people read.
    Left,
}

/// How rows are ordered when one asks for a column.
#[derive(Clone, Copy)]
pub enum Order {
    /// By this key; rows with equal keys by name, then by |flat| and |cum|.
    By(for<'a> fn(TableContext<'a>, &'a Row) -> Key),
    /// As this column orders them.
    As(ColumnId),
    /// Not at all.
    None,
}

/// By what rows are ordered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Key {
    /// An amount without its sign, largest first.
    Size(Reverse<u64>),
    /// The name alone.
    Name,
}

impl Key {
    fn size(amount: i64) -> Self {
        Self::Size(Reverse(amount.unsigned_abs()))
    }
}

/// A column's place on the screen.
#[derive(Clone, Copy, Debug)]
pub struct ScreenPlace {
    /// Its least width in cells.
    pub width: usize,
    /// Where there is little room, columns with a larger number are left out first; 0 for never.
    pub spare: u8,
}

/// A row of [`COLUMNS`].
#[derive(Clone, Copy)]
pub struct Column {
    /// Which it is.
    pub id: ColumnId,
    /// What stands above it where people read.
    pub head: &'static str,
    /// What it means, in a sentence.
    pub help: &'static str,
    /// To which side cells are set.
    pub align: Align,
    /// What it holds.
    pub value: for<'a> fn(TableContext<'a>, &'a Row) -> Value<'a>,
    /// How rows are ordered by it.
    pub order: Order,
    /// Its width in text reports, if it is in them; 0 for as wide as it gets.
    pub text: Option<usize>,
    /// Its fields in `csv` and `json`, with how each writes the value. These are stable; new columns come last.
    pub data: &'static [(&'static str, Form)],
    /// Its place on the screen, if it has one.
    pub screen: Option<ScreenPlace>,
}

impl Column {
    /// A cell of it where people read.
    pub fn shown(&self, context: TableContext<'_>, row: &Row) -> String {
        (self.value)(context, row).shown(context)
    }

    /// The column whose key orders rows when one asks for this one.
    pub fn orders_as(&self) -> Option<ColumnId> {
        match self.order {
            Order::By(_) => Some(self.id),
            Order::As(other) => Some(other),
            Order::None => None,
        }
    }
}

const PERCENT: ScreenPlace = ScreenPlace { width: 6, spare: 2 };

/// The columns, in the order of data.
pub const COLUMNS: &[Column] = &[
    Column {
        id: ColumnId::Name,
        head: "name",
        help: "the function; (inline) if all its calls were inlined, (partial-inline) if some",
        align: Align::Left,
        value: |_, row| Value::Name(&row.name, row.inline),
        order: Order::By(|_, _| Key::Name),
        text: Some(0),
        data: &[("name", Form::Exact)],
        screen: Some(ScreenPlace { width: 0, spare: 0 }),
    },
    Column {
        id: ColumnId::Function,
        head: "function",
        help: "the function, if a row is less than a file",
        align: Align::Left,
        value: |context, row| text(context.function_name(row)),
        order: Order::None,
        text: None,
        data: &[("function", Form::Exact)],
        screen: None,
    },
    Column {
        id: ColumnId::File,
        head: "file",
        help: "the file, with -filefunctions, -files, -lines and -addresses",
        align: Align::Left,
        value: |context, row| text(context.report.frames.file(row.node)),
        order: Order::None,
        text: None,
        data: &[("file", Form::Exact)],
        screen: None,
    },
    Column {
        id: ColumnId::Line,
        head: "line",
        help: "the line, with -lines and -addresses",
        align: Align::Right,
        value: |context, row| match context.report.frames.info(row.node).line {
            0 => Value::Unknown,
            line => Value::Whole(line),
        },
        order: Order::None,
        text: None,
        data: &[("line", Form::Exact)],
        screen: None,
    },
    Column {
        id: ColumnId::Inline,
        head: "inline",
        help: "whether its calls were inlined: no, partial or full",
        align: Align::Left,
        value: |_, row| Value::Text(row.inline.word().into()),
        order: Order::None,
        text: None,
        data: &[("inline", Form::Exact)],
        screen: None,
    },
    Column {
        id: ColumnId::Flat,
        head: "flat",
        help: "held by the function itself, without what it calls",
        align: Align::Right,
        value: |_, row| Value::Amount(row.flat),
        order: Order::By(|_, row| Key::size(row.flat)),
        text: Some(10),
        data: &[("flat", Form::Exact), ("flat_text", Form::Shown)],
        screen: Some(ScreenPlace { width: 5, spare: 0 }),
    },
    Column {
        id: ColumnId::FlatPercent,
        head: "flat%",
        help: "flat as a share of the total",
        align: Align::Right,
        value: |_, row| Value::Share(row.flat),
        order: Order::As(ColumnId::Flat),
        text: Some(6),
        data: &[("flat_percent", Form::Exact)],
        screen: Some(ScreenPlace { spare: 3, ..PERCENT }),
    },
    Column {
        id: ColumnId::Sum,
        head: "sum",
        help: "flat of this row and all above it",
        align: Align::Right,
        value: |_, row| Value::Amount(row.sum),
        order: Order::As(ColumnId::Flat),
        text: None,
        data: &[("sum", Form::Exact)],
        screen: None,
    },
    Column {
        id: ColumnId::SumPercent,
        head: "sum%",
        help: "flat of this row and all above it, as a share of the total",
        align: Align::Right,
        value: |_, row| Value::Share(row.sum),
        order: Order::As(ColumnId::Flat),
        text: Some(6),
        data: &[("sum_percent", Form::Exact)],
        screen: Some(ScreenPlace { spare: 4, ..PERCENT }),
    },
    Column {
        id: ColumnId::Cum,
        head: "cum",
        help: "held by the function and everything it calls",
        align: Align::Right,
        value: |_, row| Value::Amount(row.cum),
        order: Order::By(|_, row| Key::size(row.cum)),
        text: Some(10),
        data: &[("cum", Form::Exact), ("cum_text", Form::Shown)],
        screen: Some(ScreenPlace { width: 4, spare: 1 }),
    },
    Column {
        id: ColumnId::CumPercent,
        head: "cum%",
        help: "cum as a share of the total",
        align: Align::Right,
        value: |_, row| Value::Share(row.cum),
        order: Order::As(ColumnId::Cum),
        text: Some(6),
        data: &[("cum_percent", Form::Exact)],
        screen: Some(PERCENT),
    },
];

fn text(text: &str) -> Value<'_> {
    match text {
        "" => Value::Unknown,
        text => Value::Text(text.into()),
    }
}

/// The columns of text reports, from left to right, with their widths.
pub fn text_columns(columns: &[Column]) -> Vec<(&Column, usize)> {
    names_last(columns, |column| column.text)
}

/// The columns of the screen, from left to right, with their places.
pub fn screen_columns(columns: &[Column]) -> Vec<(&Column, ScreenPlace)> {
    names_last(columns, |column| column.screen)
}

/// The fields of a row of `csv` and `json`, in their order.
pub fn row_fields(columns: &[Column]) -> Vec<DataField<Row>> {
    let fields = columns.iter().flat_map(|column| {
        let of_column = column.data.iter();
        of_column.map(|&(name, form)| DataField {
            name,
            form,
            value: column.value,
        })
    });
    fields.collect()
}

fn names_last<T>(columns: &[Column], place: impl Fn(&Column) -> Option<T>) -> Vec<(&Column, T)> {
    let placed = columns.iter().filter_map(|column| Some((column, place(column)?)));
    let (mut numbers, names): (Vec<_>, Vec<_>) = placed.partition(|(column, _)| column.align == Align::Right);
    numbers.extend(names);
    numbers
}

/// The rows of the table, in the order of `top`.
pub fn rows(report: &Report) -> Vec<Row> {
    rows_of(report, &report.trimmed.graph)
}

/// The rows of another graph of the report's nodes, in that graph's order.
pub(super) fn rows_of(report: &Report, graph: &Graph) -> Vec<Row> {
    let mut sum = 0i64;
    let row = |&node: &NodeId| {
        let sums = graph.node(node);
        let (flat, cum) = (sums.flat_value(), sums.cum_value());
        sum = sum.saturating_add(flat);
        let (mut some, mut all) = (false, true);
        for edge in graph.callers(node) {
            some |= edge.inline;
            all &= edge.inline;
        }
        let inline = match (some, all) {
            (false, _) => Inline::No,
            (true, false) => Inline::Partial,
            (true, true) => Inline::Full,
        };
        Row {
            node,
            name: report.name(node),
            inline,
            flat,
            sum,
            cum,
        }
    };
    graph.listed.iter().map(row).collect()
}

/// Which way round rows are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SortDirection {
    /// As the column has it.
    #[default]
    Forward,
    /// The last first.
    Reversed,
}

impl SortDirection {
    /// The other one.
    pub fn turned(self) -> Self {
        match self {
            Self::Forward => Self::Reversed,
            Self::Reversed => Self::Forward,
        }
    }
}

/// Orders rows by a column and sums up their flat values again in the new order. By flat and by cum the order is
/// pprof's.
pub fn sort_rows(context: TableContext<'_>, rows: &mut Vec<Row>, by: ColumnId, direction: SortDirection) {
    let column = COLUMNS.iter().find(|column| column.id == by);
    let key = |row: &Row| match column.map(|column| column.order) {
        Some(Order::By(key)) => key(context, row),
        _ => Key::Name,
    };
    let size = |amount: i64| Reverse(amount.unsigned_abs());
    let mut keyed: Vec<(Key, Row)> = rows.drain(..).map(|row| (key(&row), row)).collect();
    keyed.sort_by(|(a_key, a), (b_key, b)| {
        let [equal_a, equal_b] = [a, b].map(|row| (&row.name, size(row.flat), size(row.cum)));
        a_key.cmp(b_key).then_with(|| equal_a.cmp(&equal_b))
    });
    if direction == SortDirection::Reversed {
        keyed.reverse();
    }
    let mut sum = 0i64;
    rows.extend(keyed.into_iter().map(|(_, mut row)| {
        sum = sum.saturating_add(row.flat);
        row.sum = sum;
        row
    }));
}
