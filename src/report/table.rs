//! The table of functions: its rows, its columns and its order, defined once for text reports, exports and the screen.
//!
//! A column says on which surfaces it appears. `top` prints those with a [`Column::text`], so one that is only on the
//! screen cannot change its bytes.

use std::cmp::Reverse;

use super::aggregate::Report;
use super::cells::{TableContext, Value};
use super::columns::COLUMNS;
use super::fields::{DataField, Form};
use crate::analyze::{Graph, NodeId};

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

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Partial => "partial",
            Self::Full => "full",
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
    /// In a comparison, what it held before.
    Before,
    /// In a comparison, what it holds after.
    After,
    /// In a comparison, one as a multiple of the other.
    Ratio,
    /// What has come since the base.
    Change,
    /// What comes in a minute.
    PerMinute,
    /// Its own value over time.
    Trend,
    /// What of what it allocated is gone.
    Freed,
    /// What it allocates in a minute.
    Allocating,
    /// How old what it holds is.
    Age,
    /// The size of its blocks.
    Block,
}

/// When a column is shown on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Always.
    Always,
    /// When two profiles are compared.
    Compared,
    /// When there are other moments.
    OverTime,
    /// When there are other moments, and the profile in view is not a comparison.
    OverTimeAlone,
    /// When it is asked what becomes of what is allocated.
    Churn,
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

/// What rows are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Key {
    /// An amount without its sign, largest first.
    Size(Reverse<u64>),
    /// An amount with its sign, largest first; what is not known last.
    Growth(Reverse<Option<i64>>),
    /// The name alone.
    Name,
}

impl Key {
    pub(super) fn size(amount: i64) -> Self {
        Self::Size(Reverse(amount.unsigned_abs()))
    }

    pub(super) fn growth(amount: Option<i64>) -> Self {
        Self::Growth(Reverse(amount))
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
    /// When it is on the screen.
    pub shown: When,
    /// Its width in text reports, if it is in them; 0 for as wide as it gets.
    pub text: Option<usize>,
    /// Its fields in `csv` and `json`, with how each writes the value. These are stable; new columns come last.
    pub data: &'static [(&'static str, Form)],
    /// Its place on the screen, if it has one.
    pub screen: Option<ScreenPlace>,
}

impl Column {
    /// Whether it has anything to show.
    pub fn applies(&self, context: TableContext<'_>) -> bool {
        match self.shown {
            When::Always => true,
            When::Compared => context.sides.is_some(),
            When::OverTime => context.over_time.is_some(),
            When::OverTimeAlone => context.over_time.is_some() && context.sides.is_none(),
            When::Churn => context.churn.is_some(),
        }
    }

    /// What stands above it on the screen: the values of a comparison are changes.
    pub fn title(&self, context: TableContext<'_>) -> &'static str {
        match (self.id, context.sides) {
            (ColumnId::Flat, Some(_)) => "Δ flat",
            (ColumnId::Cum, Some(_)) => "Δ cum",
            _ => self.head,
        }
    }

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
