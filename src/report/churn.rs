//! What the columns on churn hold: what of what a row allocated is gone, how fast it allocates, how old things get.

use super::aggregate::Report;
use super::cells::TableContext;
use super::columns::COLUMNS;
use super::sums::SideSums;
use super::table::{ColumnId, Row, When};
use crate::analyze::{Block, Churn};

/// What became of what the rows of a heap profile's report allocated; nothing for other profiles.
///
/// The time that it took is the profile's own where it is one of changes (`?seconds=`), else the age of the process,
/// from `runtime.MemStats`; of a comparison what lies between its sides.
pub fn churn(report: &Report, sides: Option<&SideSums>) -> Option<Churn> {
    let profile = &report.profile;
    let own = (profile.duration_nanos > 0).then_some(profile.duration_nanos as f64 / 1e9);
    let age = || profile.mem_stats.as_ref().and_then(|stats| stats.age());
    let seconds = match sides {
        Some(sides) => sides.seconds(),
        None => own.or_else(age),
    };
    Churn::new(report.basis(), report.sample_type, seconds)
}

/// Whether any of these columns is on churn.
pub fn are_on_churn(columns: &[ColumnId]) -> bool {
    let on_churn = COLUMNS.iter().filter(|column| column.shown == When::Churn);
    on_churn.into_iter().any(|column| columns.contains(&column.id))
}

/// What is gone of what the row allocated itself, as the sample type in view counts.
pub(super) fn freed(context: TableContext<'_>, row: &Row) -> Option<i64> {
    let node = context.churn?.of(row.node);
    Some(node.allocated.saturating_sub(node.in_use))
}

/// What the row allocates in a minute, as the sample type in view counts.
pub(super) fn allocating(context: TableContext<'_>, row: &Row) -> Option<f64> {
    let churn = context.churn?;
    per_minute(context, row, churn.allocated_type(), churn.of(row.node).allocated)
}

/// How old what the row holds is in seconds, by Little's law.
pub(super) fn age(context: TableContext<'_>, row: &Row) -> Option<f64> {
    let node = context.churn?.of(row.node);
    let held = match context.sides {
        Some(sides) => sides.of(&row.name, "inuse_objects")?.1,
        // What has come in some seconds is not what there is.
        None if context.report.profile.duration_nanos > 0 => return None,
        None => node.objects_in_use,
    };
    let rate = per_minute(context, row, "alloc_objects", node.allocated_objects)?;
    (rate > 0.0 && held >= 0).then(|| held as f64 / rate * 60.0)
}

/// The blocks that hold most of the row.
pub(super) fn block(context: TableContext<'_>, row: &Row) -> Option<Block> {
    context.churn?.of(row.node).block
}

/// What comes in a minute of a sample type that only grows; of which so much came in the time of the profile.
fn per_minute(context: TableContext<'_>, row: &Row, sample_type: &str, came: i64) -> Option<f64> {
    let over_time = context.over_time.filter(|_| context.sides.is_none());
    let lately = over_time.and_then(|time| time.per_minute_of(&row.name, sample_type));
    match lately {
        Some(amount) => Some(amount as f64),
        None => Some(came as f64 / context.churn?.seconds()? * 60.0),
    }
}

/// The nearest whole number.
pub(super) fn whole(amount: f64) -> i64 {
    amount.round() as i64
}
