//! One sample type as tables show it: the rows of `top`, and the whole graph around them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::analyze::{
    CallIdentity, Churn, DIFF_BASE, Graph, GraphUse, HeaviestLine, NodeId, TrimLimits, TrimPlan, Trimmed,
    heaviest_lines,
};
use crate::model::StringId;
use crate::report::{self, Align, COLUMNS, Column, ColumnId, Report, Row, ScreenPlace, SideSums, TableContext, When};
use crate::ui::widget::figure;

/// What a total is, which shares are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum TotalOf {
    Profile,
    /// The base of a comparison, as with `-diff_base`.
    Base,
    /// All that came and all that went, as with `-base`.
    Changes,
}

/// One sample type as the views show it.
pub(in crate::ui) struct Listing {
    /// pprof's `top`.
    pub(in crate::ui) report: Arc<Report>,
    /// Its rows, in its order.
    pub(in crate::ui) rows: Vec<Row>,
    /// What both sides of a comparison hold.
    pub(in crate::ui) sides: Option<Arc<SideSums>>,
    /// What became of what its rows allocated, once it is whole.
    pub(in crate::ui) churn: Option<Arc<Churn>>,
    /// Its columns on the screen, from left to right, but those of a series and those on churn.
    pub(in crate::ui) columns: Vec<ListingColumn>,
    /// Where samples are negative, as in comparisons, the sum of all: what has come, less what has gone. The total is that
    /// of their absolute values, or of a base.
    pub(in crate::ui) net: Option<i64>,
    total_of: TotalOf,
    /// Whether all of the following is there, or no more than the rows know.
    pub(in crate::ui) is_whole: bool,
    /// Name → node of the whole graph.
    pub(in crate::ui) by_name: FxHashMap<String, NodeId>,
    /// The whole graph, nothing left out, as `peek` shows it.
    pub(in crate::ui) whole: Graph,
    /// Name → the line that matters most in it.
    pub(in crate::ui) lines: FxHashMap<StringId, HeaviestLine>,
}

/// A column of a [`Listing`].
#[derive(Clone, Copy)]
pub(in crate::ui) struct ListingColumn {
    pub(in crate::ui) column: &'static Column,
    /// Its width, which all its values fit.
    pub(in crate::ui) width: usize,
    /// See [`report::ScreenPlace::spare`].
    pub(in crate::ui) spare: u8,
}

impl ListingColumn {
    /// A column as wide as its values are.
    pub(in crate::ui) fn new(
        column: &'static Column,
        place: ScreenPlace,
        context: TableContext<'_>,
        rows: &[Row],
    ) -> Self {
        let numbers = match column.align {
            Align::Left => &[],
            // All trends are of the same moments: one is as wide as the others, and each takes a while.
            Align::Right if column.id == ColumnId::Trend => &rows[..rows.len().min(1)],
            Align::Right => rows,
        };
        let cells = numbers
            .iter()
            .map(|row| figure::grouped(column.shown(context, row).trim()).chars().count());
        let head = column.title(context).chars().count() + 1;
        let least = match column.align {
            Align::Right if column.shown != When::Always => place.width.max(head),
            _ => place.width,
        };
        Self {
            column,
            width: cells.max().unwrap_or(0).max(least),
            spare: place.spare,
        }
    }
}

impl std::fmt::Debug for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listing of {} rows", self.rows.len())
    }
}

impl Listing {
    /// The rows alone.
    pub(super) fn rows(report: Arc<Report>, sides: Option<Arc<SideSums>>) -> Self {
        let rows = report::rows(&report);
        let context = TableContext {
            sides: sides.as_deref(),
            ..TableContext::from(&*report)
        };
        // The largest value is not always the longest: 1024kB stands above 341.33kB. Shares of a small base are long.
        let columns = report::screen_columns(COLUMNS).into_iter();
        let columns = columns
            .filter(|(column, _)| column.applies(context))
            .map(|(column, place)| ListingColumn::new(column, place, context, &rows))
            .collect();
        let values = report.weights().values;
        let is_difference = values.iter().any(|value| *value < 0);
        let changes = || {
            let sizes = values.iter().map(|value| value.saturating_abs());
            sizes.fold(0i64, i64::saturating_add)
        };
        let is_of_base = || report.profile.strings.find(DIFF_BASE.0).is_some() && changes() != report.total;
        let total_of = match is_difference || sides.is_some() {
            false => TotalOf::Profile,
            true if is_of_base() => TotalOf::Base,
            true => TotalOf::Changes,
        };
        Self {
            net: is_difference.then(|| values.iter().fold(0i64, |sum, value| sum.saturating_add(*value))),
            total_of,
            columns,
            sides,
            churn: None,
            by_name: rows.iter().map(|row| (row.name.clone(), row.node)).collect(),
            rows,
            is_whole: false,
            whole: report.trimmed.graph.clone(),
            lines: FxHashMap::default(),
            report,
        }
    }

    /// What the cells of its rows are taken from.
    pub(in crate::ui) fn context(&self) -> TableContext<'_> {
        TableContext {
            sides: self.sides.as_deref(),
            ..TableContext::from(&*self.report)
        }
    }

    /// What shares are of, in words: the amount and, in a comparison, what it is.
    pub(in crate::ui) fn total_in_words(&self) -> String {
        let amount = figure::amount(&self.report, self.report.total);
        match self.total_of {
            TotalOf::Profile => amount,
            TotalOf::Base => format!("the {amount} before"),
            TotalOf::Changes => format!("{amount} that changed"),
        }
    }

    /// Whether it is what came and went, not what is there.
    pub(in crate::ui) fn is_comparison(&self) -> bool {
        self.total_of != TotalOf::Profile
    }

    /// The rows with what is around each.
    pub(super) fn completed(&self) -> Self {
        let report = &self.report;
        let everything = TrimPlan {
            limits: TrimLimits::default(),
            usage: GraphUse::List(report.options.sort),
            calls: CallIdentity::Merged,
        };
        let whole = Trimmed::new(report.basis(), everything).graph;
        Self {
            report: Arc::clone(report),
            rows: self.rows.clone(),
            columns: self.columns.clone(),
            sides: self.sides.clone(),
            churn: report::churn(report, self.sides.as_deref()).map(Arc::new),
            net: self.net,
            total_of: self.total_of,
            is_whole: true,
            by_name: whole.listed.iter().map(|&node| (report.name(node), node)).collect(),
            lines: heaviest_lines(&report.profile, &report.scope, report.weights()),
            whole,
        }
    }
}
