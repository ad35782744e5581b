//! The columns of the table of functions, in the order of data.

use super::cells::{OverTime, TableContext, Value};
use super::fields::Form;
use super::table::{Align, Column, ColumnId, Key, Order, Row, ScreenPlace, When};

const PERCENT: ScreenPlace = ScreenPlace { width: 6, spare: 3 };

/// The columns, in the order of data.
pub const COLUMNS: &[Column] = &[
    Column {
        id: ColumnId::Name,
        head: "name",
        help: "the function; (inline) if all its calls were inlined, (partial-inline) if some",
        align: Align::Left,
        value: |_, row| Value::Name(&row.name, row.inline),
        order: Order::By(|_, _| Key::Name),
        shown: When::Always,
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
        shown: When::Always,
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
        shown: When::Always,
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
        shown: When::Always,
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
        shown: When::Always,
        text: None,
        data: &[("inline", Form::Exact)],
        screen: None,
    },
    Column {
        id: ColumnId::Before,
        head: "before",
        help: "what the row held in the base of the comparison",
        align: Align::Right,
        value: |context, row| sides(context, row).map_or(Value::Unknown, |(before, _)| Value::Amount(before)),
        order: Order::By(|context, row| Key::size(sides(context, row).map_or(0, |(before, _)| before))),
        shown: When::Compared,
        text: None,
        data: &[],
        screen: Some(ScreenPlace { width: 6, spare: 0 }),
    },
    Column {
        id: ColumnId::After,
        head: "after",
        help: "what the row holds now",
        align: Align::Right,
        value: |context, row| sides(context, row).map_or(Value::Unknown, |(_, after)| Value::Amount(after)),
        order: Order::By(|context, row| Key::size(sides(context, row).map_or(0, |(_, after)| after))),
        shown: When::Compared,
        text: None,
        data: &[],
        screen: Some(ScreenPlace { width: 6, spare: 0 }),
    },
    Column {
        id: ColumnId::Flat,
        head: "flat",
        help: "held by the function itself, without what it calls",
        align: Align::Right,
        value: |context, row| amount(context, row.flat),
        order: Order::By(|_, row| Key::size(row.flat)),
        shown: When::Always,
        text: Some(10),
        data: &[("flat", Form::Exact), ("flat_text", Form::Shown)],
        screen: Some(ScreenPlace { width: 5, spare: 0 }),
    },
    Column {
        id: ColumnId::Change,
        head: "Δ",
        help: "what has come since the base, less what has gone",
        align: Align::Right,
        value: |context, row| over_time(context, |time| time.change(&row.name)),
        order: Order::By(|context, row| Key::growth(context.over_time.and_then(|time| time.change(&row.name)))),
        shown: When::OverTimeAlone,
        text: None,
        data: &[],
        screen: Some(ScreenPlace { width: 6, spare: 0 }),
    },
    Column {
        id: ColumnId::PerMinute,
        head: "Δ/min",
        help: "what comes in a minute, less what goes: the median slope of the last minute",
        align: Align::Right,
        value: |context, row| over_time(context, |time| time.per_minute(&row.name)),
        order: Order::By(|context, row| Key::growth(context.over_time.and_then(|time| time.per_minute(&row.name)))),
        shown: When::OverTime,
        text: None,
        data: &[],
        screen: Some(ScreenPlace { width: 6, spare: 1 }),
    },
    Column {
        id: ColumnId::Trend,
        head: "trend",
        help: "flat over time, from the base to the moment in view",
        align: Align::Right,
        value: |context, row| {
            let trend = context.over_time.map(|time| time.trend(&row.name));
            trend.map_or(Value::Unknown, Value::Trend)
        },
        order: Order::As(ColumnId::Change),
        shown: When::OverTime,
        text: None,
        data: &[],
        screen: Some(ScreenPlace { width: 5, spare: 0 }),
    },
    Column {
        id: ColumnId::Ratio,
        head: "ratio",
        help: "after as a multiple of before; new and gone where there is no other side",
        align: Align::Right,
        value: |context, row| sides(context, row).map_or(Value::Unknown, |(before, after)| Value::Ratio(before, after)),
        order: Order::As(ColumnId::Flat),
        shown: When::Compared,
        text: None,
        data: &[],
        screen: Some(ScreenPlace { width: 5, spare: 0 }),
    },
    Column {
        id: ColumnId::FlatPercent,
        head: "flat%",
        help: "flat as a share of the total",
        align: Align::Right,
        value: |_, row| Value::Share(row.flat),
        order: Order::As(ColumnId::Flat),
        shown: When::Always,
        text: Some(6),
        data: &[("flat_percent", Form::Exact)],
        screen: Some(ScreenPlace { spare: 4, ..PERCENT }),
    },
    Column {
        id: ColumnId::Sum,
        head: "sum",
        help: "flat of this row and all above it",
        align: Align::Right,
        value: |_, row| Value::Amount(row.sum),
        order: Order::As(ColumnId::Flat),
        shown: When::Always,
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
        shown: When::Always,
        text: Some(6),
        data: &[("sum_percent", Form::Exact)],
        screen: Some(ScreenPlace { spare: 5, ..PERCENT }),
    },
    Column {
        id: ColumnId::Cum,
        head: "cum",
        help: "held by the function and everything it calls",
        align: Align::Right,
        value: |context, row| amount(context, row.cum),
        order: Order::By(|_, row| Key::size(row.cum)),
        shown: When::Always,
        text: Some(10),
        data: &[("cum", Form::Exact), ("cum_text", Form::Shown)],
        screen: Some(ScreenPlace { width: 4, spare: 2 }),
    },
    Column {
        id: ColumnId::CumPercent,
        head: "cum%",
        help: "cum as a share of the total",
        align: Align::Right,
        value: |_, row| Value::Share(row.cum),
        order: Order::As(ColumnId::Cum),
        shown: When::Always,
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

fn sides(context: TableContext<'_>, row: &Row) -> Option<(i64, i64)> {
    let kind = context.report.profile.type_name(context.report.sample_type);
    context.sides?.of(&row.name, kind)
}

fn over_time<'a>(context: TableContext<'_>, amount: impl Fn(&dyn OverTime) -> Option<i64>) -> Value<'a> {
    context.over_time.and_then(amount).map_or(Value::Unknown, Value::Change)
}

/// In a comparison an amount is what has come or gone.
fn amount<'a>(context: TableContext<'_>, amount: i64) -> Value<'a> {
    match context.sides {
        None => Value::Amount(amount),
        Some(_) => Value::Change(amount),
    }
}
