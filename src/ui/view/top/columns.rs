//! Which columns of the table have room, and what orders its rows.

use ratatui::layout::Rect;

use crate::report::{self, Align, COLUMNS, Column, ColumnId, Order, TableContext, When};
use crate::ui::session::Session;
use crate::ui::work::listing::{Listing, ListingColumn};

/// Cells that a name has behind its bar before columns give way.
pub(super) const MIN_NAME: usize = 30;
/// By so much columns are more to be spared beside those on churn.
const BESIDE_CHURN: u8 = 10;

/// A column that has room.
pub(super) struct Placed {
    pub(super) column: &'static Column,
    /// Its first cell. The bar stands before the name and is part of its column.
    pub(super) x: usize,
    pub(super) width: usize,
}

/// Whether the configuration leaves a column in.
pub(super) fn is_chosen(session: &Session, column: &Column) -> bool {
    let chosen = &session.columns;
    // A key asks for columns on churn; whoever chose some of them has those.
    let by_key = column.shown == When::Churn && !report::are_on_churn(chosen);
    chosen.is_empty() || column.align == Align::Left || by_key || chosen.contains(&column.id)
}

/// The columns that have room.
pub(super) fn placed(session: &Session, listing: &Listing, body: Rect) -> Vec<Placed> {
    let room = usize::from(body.width);
    let mut shown = columns(session, listing, body);
    shown.retain(|one| is_chosen(session, one.column));
    // No wider than the screen: the unit of a value may be of any length.
    let width = |one: &ListingColumn| one.width.min(room);
    loop {
        let used: usize = shown.iter().map(|one| width(one) + 1).sum();
        let spare = shown.iter().map(|one| one.spare).max().unwrap_or(0);
        if used + bar_width(body) + MIN_NAME <= room || spare == 0 {
            break;
        }
        shown.retain(|one| one.spare != spare);
    }
    let mut x = 1;
    let mut columns = Vec::new();
    for one in shown {
        let (gap, width) = match one.column.align {
            Align::Left => (1, room.saturating_sub(x + 1)),
            Align::Right => (0, width(&one)),
        };
        columns.push(Placed {
            column: one.column,
            x: x + gap,
            width,
        });
        x += width + 1;
    }
    columns
}

/// Columns with what they would like to have: those of the listing and, among them, those of a series.
fn columns(session: &Session, listing: &Listing, body: Rect) -> Vec<ListingColumn> {
    let known = session.over_time(&listing.report, trend_width(body));
    let context = session.context(listing, known.as_ref());
    if context.over_time.is_none() && context.churn.is_none() {
        return listing.columns.clone();
    }
    let all = report::screen_columns(COLUMNS).into_iter();
    all.filter(|(column, _)| column.applies(context))
        .map(|(column, place)| {
            let known = listing.columns.iter().find(|known| known.column.id == column.id);
            let mut one = known
                .copied()
                .unwrap_or_else(|| ListingColumn::new(column, place, context, &listing.rows));
            let stays = column.align == Align::Left || column.id == ColumnId::Flat || column.shown == When::Churn;
            if context.over_time.is_some() {
                one.width = one.width.max(steady_width(column.id, body));
            }
            // What was asked for stays longest.
            one.spare += if context.churn.is_none() || stays {
                0
            } else {
                BESIDE_CHURN
            };
            one
        })
        .collect()
}

/// Cells that a column has at least over time, so that none comes or goes while amounts grow.
fn steady_width(column: ColumnId, body: Rect) -> usize {
    match column {
        ColumnId::Flat | ColumnId::Cum => "999.99MB".len(),
        ColumnId::Change | ColumnId::PerMinute => "+999.99MB".len(),
        ColumnId::Trend => trend_width(body),
        _ => 0,
    }
}

/// Cells of a trend.
pub(super) fn trend_width(body: Rect) -> usize {
    match body.width {
        0..=109 => 10,
        _ => 20,
    }
}

/// The column that orders rows after this one.
pub(super) fn next_order(sort: ColumnId, context: TableContext<'_>) -> ColumnId {
    let columns = report::screen_columns(COLUMNS).into_iter().map(|(column, _)| column);
    let keys: Vec<ColumnId> = columns
        .filter(|column| matches!(column.order, Order::By(_)) && column.applies(context))
        .map(|column| column.id)
        .collect();
    let at = keys.iter().position(|&id| id == sort).map_or(0, |at| at + 1);
    keys.get(at % keys.len().max(1)).copied().unwrap_or(sort)
}

/// Cells of the bar with the gap behind it.
pub(super) fn bar_width(body: Rect) -> usize {
    match body.width {
        0..=59 => 0,
        60..=99 => 6,
        100..=159 => 13,
        _ => 25,
    }
}
