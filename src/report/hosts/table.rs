//! The table of hosts for the eye: its columns, and what is below it.

use std::io::Write;

use super::words::{change, percent, sentence, span, spark, whole};
use crate::analyze::hosts::{Fleet, Host, Measure, Outlier, State};
use crate::error::Result;
use crate::report::diagnosis::words::{bytes, count};
use crate::report::line;

/// A column of the table for the eye.
struct HostColumn {
    /// Its head.
    head: &'static str,
    /// On which side its cells are.
    is_text: bool,
    /// The column that it shows, for marks.
    measure: Option<Measure>,
    /// A host's cell; empty for what is not known.
    cell: fn(&Fleet, &Host) -> String,
}

/// The columns of the table for the eye, behind the host's name.
const HOST_COLUMNS: &[HostColumn] = &[
    HostColumn {
        head: "rss",
        is_text: false,
        measure: Some(Measure::Rss),
        cell: |_, host| match host.figures() {
            Some(figures) => match (figures.rss, figures.peak_rss) {
                (Some(rss), _) => bytes(rss),
                (None, Some(peak)) => format!("≤{}", bytes(peak)),
                (None, None) => String::new(),
            },
            None => String::new(),
        },
    },
    HostColumn {
        head: "heap",
        is_text: false,
        measure: Some(Measure::Heap),
        cell: |_, host| {
            host.figures()
                .and_then(|figures| figures.heap)
                .map_or(String::new(), |heap| bytes(heap.bytes))
        },
    },
    HostColumn {
        head: "goroutines",
        is_text: false,
        measure: Some(Measure::Goroutines),
        cell: |_, host| {
            host.figures()
                .and_then(|figures| figures.goroutines)
                .map_or(String::new(), whole)
        },
    },
    HostColumn {
        head: "uptime",
        is_text: false,
        measure: Some(Measure::Uptime),
        cell: |_, host| {
            host.figures()
                .and_then(|figures| figures.uptime)
                .map_or(String::new(), span)
        },
    },
    HostColumn {
        head: "gc",
        is_text: false,
        measure: Some(Measure::GcShare),
        cell: |_, host| {
            host.figures()
                .and_then(|figures| figures.gc_share)
                .map_or(String::new(), percent)
        },
    },
    HostColumn {
        head: "share",
        is_text: false,
        measure: None,
        cell: |fleet, host| fleet.top(host).map_or(String::new(), |top| percent(top.share)),
    },
    HostColumn {
        head: "top function",
        is_text: true,
        measure: None,
        cell: |fleet, host| fleet.top(host).map_or(String::new(), |top| top.name),
    },
];

/// By what hosts are ordered: the largest first, or by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HostOrder {
    /// By heap.
    #[default]
    Heap,
    /// By what has come to the heap since the first time it was asked for.
    Growth,
    /// By resident memory.
    Rss,
    /// By the number of goroutines.
    Goroutines,
    /// By name, those that did not answer among the others.
    Name,
}

/// Each order with the head of its column; the one behind is the next.
const ORDERS: [(HostOrder, &str); 5] = [
    (HostOrder::Heap, "heap"),
    (HostOrder::Growth, "Δ heap"),
    (HostOrder::Rss, "rss"),
    (HostOrder::Goroutines, "goroutines"),
    (HostOrder::Name, "host"),
];

impl HostOrder {
    /// The head of the column that it is by.
    pub fn head(self) -> &'static str {
        ORDERS.iter().find(|(order, _)| *order == self).map_or("", |row| row.1)
    }

    /// The next order of those whose columns there are.
    pub fn next(self, heads: &[String]) -> Self {
        let at = ORDERS.iter().position(|(order, _)| *order == self).unwrap_or(0);
        let mut others = ORDERS.iter().cycle().skip(at + 1).take(ORDERS.len());
        let found = others.find(|(_, head)| heads.iter().any(|known| known.trim_start_matches(SORTED) == *head));
        found.map_or(self, |row| row.0)
    }

    /// What a host is ordered by; none where it is not known.
    fn value(self, host: &Host) -> Option<f64> {
        let figures = host.figures()?;
        match self {
            Self::Heap => Some(figures.heap.map_or(0.0, |heap| heap.bytes)),
            Self::Growth => {
                let points = &host.history.heap;
                Some(points.last()?.1 - points.first()?.1)
            }
            Self::Rss => figures.rss.or(figures.peak_rss),
            Self::Goroutines => figures.goroutines,
            Self::Name => None,
        }
    }

    /// The hosts' places in this order; those of which it is not known are last.
    fn places(self, fleet: &Fleet) -> Vec<usize> {
        let hosts = fleet.hosts();
        let mut order: Vec<usize> = (0..hosts.len()).collect();
        let value = |at: usize| {
            (
                hosts[at].figures().is_some(),
                self.value(&hosts[at]).unwrap_or(f64::NEG_INFINITY),
            )
        };
        match self {
            Self::Name => order.sort_by(|a, b| hosts[*a].name.cmp(&hosts[*b].name)),
            _ => order.sort_by(|a, b| {
                let (a, b) = (value(*a), value(*b));
                b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
            }),
        }
        order
    }
}

/// What stands before the head of the column that rows are ordered by.
pub const SORTED: char = '▼';

/// What stands for a value that stands out.
const MARK: char = '!';

/// A row of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostRow {
    /// The host's place in [`Fleet::hosts`].
    pub host: usize,
    /// A cell for each head; of a host that did not answer its name and why.
    pub cells: Vec<String>,
    /// Whether it answered.
    pub is_answered: bool,
    /// Whether something of it stands out.
    pub stands_out: bool,
}

/// The heads of the columns that there is something for, and a row for each host in this order.
pub fn host_table(fleet: &Fleet, order: HostOrder) -> (Vec<String>, Vec<HostRow>) {
    let outliers = fleet.outliers();
    let is_long = |host: &Host| host.history.rss.len() > 1 || host.history.heap.len() > 1;
    let has_history = fleet.hosts().iter().any(is_long);
    let numbers = || HOST_COLUMNS.iter().filter(|column| !column.is_text);
    let texts = || HOST_COLUMNS.iter().filter(|column| column.is_text);
    let mut head: Vec<String> = vec!["host".into()];
    head.extend(numbers().map(|column| column.head.to_string()));
    if has_history {
        head.extend(["Δ rss", "Δ heap", "rss over time"].map(String::from));
    }
    head.extend(texts().map(|column| column.head.to_string()));
    let row = |at: usize| {
        let host = &fleet.hosts()[at];
        let mut cells = vec![host.name.clone()];
        match &host.state {
            State::Waiting => cells.push("not asked yet".into()),
            State::Failed(reason) => cells.push(reason.clone()),
            State::Answered(_) => {
                let cell = |column: &HostColumn| {
                    let stands_out = |outlier: &&Outlier| outlier.host == at && Some(outlier.measure) == column.measure;
                    let mark = outliers.iter().find(stands_out).map_or("", |_| "!");
                    format!("{mark}{}", (column.cell)(fleet, host))
                };
                cells.extend(numbers().map(cell));
                if has_history {
                    let history = &host.history;
                    cells.extend([change(&history.rss), change(&history.heap), spark(&history.rss, SPARK)]);
                }
                cells.extend(texts().map(cell));
            }
        }
        HostRow {
            host: at,
            cells,
            is_answered: host.figures().is_some(),
            stands_out: outliers.iter().any(|outlier| outlier.host == at),
        }
    };
    (head, order.places(fleet).into_iter().map(row).collect())
}

pub(super) fn write(fleet: &Fleet, out: &mut dyn Write) -> Result<()> {
    let outliers = fleet.outliers();
    let (head, rows) = host_table(fleet, HostOrder::Heap);
    let rows: Vec<Vec<String>> = rows.into_iter().map(|row| row.cells).collect();
    let count = fleet.count();
    line(
        out,
        format_args!(
            "{}: {} answered, {} failed",
            self::count(count.all as f64, "host"),
            count.answered,
            count.failed
        ),
    )?;
    write_rows(&head, &rows, out)?;
    for outlier in &outliers {
        line(out, format_args!("{MARK} {}", sentence(fleet, outlier)))?;
    }
    if outliers.is_empty() && count.answered > 2 {
        line(out, format_args!("No host stands out."))?;
    }
    Ok(())
}

/// So many characters show a history.
const SPARK: usize = 20;

/// Cells below each other; a row of a name and a reason goes over all columns.
fn write_rows(head: &[String], rows: &[Vec<String>], out: &mut dyn Write) -> Result<()> {
    let wide = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = head.iter().map(|text| wide(text)).collect();
    for row in rows {
        let is_reason = row.len() == 2;
        for (at, cell) in row.iter().enumerate().take(if is_reason { 1 } else { usize::MAX }) {
            widths[at] = widths[at].max(wide(cell));
        }
    }
    for row in [head].into_iter().chain(rows.iter().map(Vec::as_slice)) {
        let mut text = format!("{:<width$}", row[0], width = widths[0]);
        let last = row.len() - 1;
        for (at, cell) in row.iter().enumerate().skip(1) {
            match at == last {
                true => text += &format!("  {cell}"),
                false => text += &format!("  {cell:>width$}", width = widths[at]),
            }
        }
        line(out, format_args!("{}", text.trim_end()))?;
    }
    Ok(())
}
