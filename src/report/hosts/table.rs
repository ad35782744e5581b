//! The table of hosts for the eye: its columns, and what is below it.

use std::io::Write;

use super::words::{change, percent, sentence, span, spark, whole};
use crate::analyze::hosts::{Fleet, Host, Measure, Outlier, State};
use crate::error::Result;
use crate::report::diagnosis::words::{bytes, count};
use crate::report::line;

/// A column of the table for the eye.
pub struct HostColumn {
    /// Its head.
    pub head: &'static str,
    /// What it is, in a line.
    pub help: &'static str,
    /// On which side its cells are.
    pub is_text: bool,
    /// The column that it shows, for marks.
    pub measure: Option<Measure>,
    /// A host's cell; empty for what is not known.
    pub cell: fn(&Fleet, &Host) -> String,
}

/// The columns of the table for the eye, behind the host's name.
pub const HOST_COLUMNS: &[HostColumn] = &[
    HostColumn {
        head: "rss",
        help: "resident memory; with ≤ the most that it ever was, where no more is known",
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
        help: "heap in use at the last collection, sampled; after one, exact, with --gc",
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
        help: "how many goroutines there are",
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
        help: "time since the process was started, or since its first collection",
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
        help: "part of its CPU time that went into garbage collection",
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
        help: "what the top function holds of the heap",
        is_text: false,
        measure: None,
        cell: |fleet, host| fleet.top(host).map_or(String::new(), |top| percent(top.share)),
    },
    HostColumn {
        head: "top function",
        help: "the function that holds most of the heap",
        is_text: true,
        measure: None,
        cell: |fleet, host| fleet.top(host).map_or(String::new(), |top| top.name),
    },
];

/// The hosts' places, the largest heap first, then those that did not answer.
pub fn by_heap(fleet: &Fleet) -> Vec<usize> {
    let mut order: Vec<usize> = (0..fleet.hosts().len()).collect();
    let heap = |at: &usize| {
        let figures = fleet.hosts().get(*at).and_then(Host::figures);
        figures.map_or(-1.0, |figures| figures.heap.map_or(0.0, |heap| heap.bytes))
    };
    order.sort_by(|a, b| heap(b).total_cmp(&heap(a)));
    order
}

/// What stands for a value that stands out.
const MARK: char = '!';

pub(super) fn write(fleet: &Fleet, out: &mut dyn Write) -> Result<()> {
    let outliers = fleet.outliers();
    let has_history = fleet
        .hosts()
        .iter()
        .any(|host| host.history.rss.len() > 1 || host.history.heap.len() > 1);
    let mut head: Vec<String> = vec!["host".into()];
    head.extend(
        HOST_COLUMNS
            .iter()
            .filter(|column| !column.is_text)
            .map(|column| column.head.to_string()),
    );
    if has_history {
        head.extend(["Δ rss", "Δ heap", "rss over time"].map(String::from));
    }
    head.extend(
        HOST_COLUMNS
            .iter()
            .filter(|column| column.is_text)
            .map(|column| column.head.to_string()),
    );
    let mut rows = Vec::new();
    for at in by_heap(fleet) {
        let host = &fleet.hosts()[at];
        let mut row = vec![host.name.clone()];
        match &host.state {
            State::Waiting => row.push("not asked".into()),
            State::Failed(reason) => row.push(reason.clone()),
            State::Answered(_) => {
                let cell = |column: &HostColumn| {
                    let stands_out = |outlier: &&Outlier| outlier.host == at && Some(outlier.measure) == column.measure;
                    let mark = outliers.iter().find(stands_out).map_or("", |_| "!");
                    format!("{mark}{}", (column.cell)(fleet, host))
                };
                row.extend(HOST_COLUMNS.iter().filter(|column| !column.is_text).map(cell));
                if has_history {
                    let history = &host.history;
                    row.extend([change(&history.rss), change(&history.heap), spark(&history.rss, SPARK)]);
                }
                row.extend(HOST_COLUMNS.iter().filter(|column| column.is_text).map(cell));
            }
        }
        rows.push(row);
    }
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
