//! Who is suspected of leaking: a row each, of the findings first.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::analyze::leaks::{Caveat, Culprit, Finding, Kind, Level, Trend, TrendShape, Verdict};
use crate::model::units;
use crate::report;
use crate::ui::session::Session;
use crate::ui::theme::Theme;
use crate::ui::view::name_spans;
use crate::ui::widget::list::Emphasis;
use crate::ui::widget::name;

/// A row: a finding, or a function of the heap that was looked at.
#[derive(Clone)]
pub(super) struct Suspect {
    /// The function; empty if nobody can be named.
    pub(super) function: String,
    pub(super) kind: Kind,
    pub(super) level: Level,
    pub(super) trend: Trend,
    /// One a snapshot.
    pub(super) values: Vec<f64>,
    /// What its samples say, where `values` are the whole heap.
    pub(super) own: Vec<f64>,
    pub(super) share: Option<f64>,
    /// What the values are of.
    pub(super) measured: Measured,
    /// Whether it comes with goroutines that leak, and is no leak of its own.
    comes_along: bool,
    /// Its place among the findings.
    pub(super) finding: Option<usize>,
}

/// What the values of a suspect are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Measured {
    /// The whole heap, which the suspect accounts for: its exact size,
    Heap,
    /// its size at the last collection,
    LastHeap,
    /// or its samples alone.
    SampledHeap,
    /// The suspect's own samples.
    Samples,
    Goroutines,
    Stacks,
    Outside,
}

impl Measured {
    /// In words, for the legend.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Heap => "whole heap after GC (exact)",
            Self::LastHeap => "whole heap at the last collection",
            Self::SampledHeap => "whole heap, by its samples",
            Self::Samples => "its samples",
            Self::Goroutines => "goroutines",
            Self::Stacks => "stacks in use",
            Self::Outside => "outside Go",
        }
    }
}

/// Cells of the columns, and of the sparkline.
const NUMBER: usize = 11;
const KIND: usize = 12;
const SHARE: usize = 6;
const SHAPE: usize = 9;
const SPARK: usize = 16;
/// Below this width there is one number.
const NARROW: usize = 60;
/// From this width on it is said of what kind each is.
const WIDE: usize = 70;
/// From this width on there are its share, which the details say too, and how it went.
const WIDEST: usize = 90;

/// What the size of the whole heap is known from.
fn whole_heap(verdict: &Verdict) -> Measured {
    let is_known = |caveat: &Caveat| match caveat {
        Caveat::NoMemStats => Some(Measured::SampledHeap),
        Caveat::NotCollected { .. } => Some(Measured::LastHeap),
        _ => None,
    };
    verdict.caveats.iter().find_map(is_known).unwrap_or(Measured::Heap)
}

/// A trend from the first value to the last, as other views show them.
fn shown(trend: &Trend, values: &[f64]) -> Trend {
    let mut trend = trend.clone();
    if let [first, .., last] = values {
        (trend.first, trend.last, trend.grew) = (*first, *last, last - first);
    }
    trend
}

impl Suspect {
    fn of_finding(at: Option<usize>, finding: &Finding, verdict: &Verdict) -> Self {
        let call = finding.culprit.as_ref().and_then(Culprit::call);
        let function = call.map_or(String::new(), |call| call.name.clone());
        let sampled = verdict.suspects.iter().find(|suspect| suspect.name == function);
        let is_whole = finding.kind == Kind::Heap && (finding.share.is_some() || call.is_none());
        Self {
            own: sampled
                .filter(|_| is_whole)
                .map_or(Vec::new(), |own| own.values.clone()),
            function,
            kind: finding.kind,
            level: finding.level,
            trend: shown(&finding.trend, &finding.values),
            values: finding.values.clone(),
            share: finding.share,
            measured: match finding.kind {
                Kind::Heap if is_whole => whole_heap(verdict),
                Kind::Heap => Measured::Samples,
                Kind::Goroutine => Measured::Goroutines,
                Kind::Stacks => Measured::Stacks,
                Kind::Outside => Measured::Outside,
            },
            comes_along: finding.with.is_some(),
            finding: at,
        }
    }

    pub(super) fn all(verdict: &Verdict) -> Vec<Self> {
        let findings = verdict.findings.iter().enumerate();
        let mut all: Vec<Self> = findings
            .map(|(at, finding)| Self::of_finding(Some(at), finding, verdict))
            .collect();
        all.extend(
            verdict
                .rested
                .iter()
                .map(|rested| Self::of_finding(None, rested, verdict)),
        );
        for suspected in &verdict.suspects {
            let is_there = |row: &Self| row.kind == Kind::Heap && row.function == suspected.name;
            if !all.iter().any(is_there) {
                all.push(Self {
                    function: suspected.name.clone(),
                    kind: Kind::Heap,
                    level: Level::None,
                    trend: shown(&suspected.trend, &suspected.values),
                    values: suspected.values.clone(),
                    own: Vec::new(),
                    share: suspected.share,
                    measured: Measured::Samples,
                    comes_along: false,
                    finding: None,
                });
            }
        }
        all
    }

    /// What tells it from other rows.
    pub(super) fn identity(&self) -> String {
        format!("{:?} {}", self.kind, self.function)
    }

    /// What the row is called.
    pub(super) fn name(&self) -> &str {
        match (self.function.as_str(), self.kind) {
            ("", Kind::Heap) if self.comes_along => "the heap, with these goroutines",
            ("", Kind::Heap) => "the heap; nobody to name yet",
            ("", Kind::Goroutine) => "goroutines without a name",
            ("", Kind::Stacks) => "stacks of goroutines",
            ("", Kind::Outside) => "outside Go: cgo, mmap",
            (function, _) => function,
        }
    }

    /// Whether it leaks beside the one that the sentence is about.
    pub(super) fn is_another_leak(&self) -> bool {
        self.level == Level::Leak && self.finding.is_some_and(|at| at > 0) && !self.comes_along
    }

    /// Who, and how fast.
    pub(super) fn in_short(&self) -> String {
        let unit = if self.kind == Kind::Goroutine {
            " goroutines"
        } else {
            ""
        };
        format!(
            "{}, {}{unit}/min",
            name::short(self.name()),
            self.signed(self.trend.rate * 60.0)
        )
    }

    /// What there is more of: a function may be named for several.
    fn what(&self) -> &'static str {
        match self.kind {
            Kind::Heap if self.measured != Measured::Samples => "whole heap",
            Kind::Heap => "heap",
            Kind::Goroutine => "goroutines",
            Kind::Stacks => "stacks",
            Kind::Outside => "outside Go",
        }
    }

    /// An amount of what is counted.
    pub(super) fn amount(&self, value: f64) -> String {
        match self.kind {
            Kind::Goroutine => units::grouped(value.round() as i64),
            _ => units::rounded(value, "bytes"),
        }
    }

    fn signed(&self, value: f64) -> String {
        let sign = if value > 0.0 { "+" } else { "" };
        format!("{sign}{}", self.amount(value))
    }

    /// A straight line through the middle of the values with the slope of the trend.
    pub(super) fn fit(&self, window: f64) -> Vec<f64> {
        let count = self.values.len();
        let mean = self.values.iter().sum::<f64>() / count.max(1) as f64;
        let step = window / count.saturating_sub(1).max(1) as f64;
        let middle = count.saturating_sub(1) as f64 / 2.0;
        (0..count)
            .map(|at| mean + (at as f64 - middle) * step * self.trend.rate)
            .collect()
    }

    pub(super) fn line(&self, session: &Session, theme: Theme, emphasis: Emphasis, width: usize) -> Line<'static> {
        let quiet = emphasis.style(theme.quiet());
        let mut tail = Vec::new();
        let mut number = |text: String, wide: usize, style: Style| {
            tail.push(Span::styled(format!("{text:>wide$}"), emphasis.style(style)));
        };
        if width >= WIDE {
            number(format!("  {:<1$}", self.what(), KIND - 2), KIND, theme.quiet());
        }
        if width >= NARROW {
            number(self.signed(self.trend.grew), NUMBER, theme.value());
        }
        let rate = match self.trend.shape {
            // The slope of what comes to rest, or goes up and down, says nothing.
            TrendShape::Flat | TrendShape::Swing | TrendShape::Stopped | TrendShape::Jump => "–".into(),
            _ => self.signed(self.trend.rate * 60.0),
        };
        number(rate, NUMBER, theme.value());
        if width >= WIDEST {
            let share = self.share.map_or("–".into(), |share| {
                format!("{:.0}%", (share * 100.0).clamp(0.0, 100.0))
            });
            number(share, SHARE, theme.quiet());
        }
        let shape = report::shape(self.trend.shape);
        tail.push(Span::styled(
            format!("  {shape:SHAPE$}"),
            level_style(self.level, theme, emphasis),
        ));
        if width >= WIDEST {
            let values: Vec<Option<i64>> = sampled(&self.values, SPARK)
                .map(|value| Some(value.round() as i64))
                .collect();
            let style = emphasis.bar(theme);
            tail.push(Span::styled(format!(" {:SPARK$}", report::blocks(&values)), style));
        }
        let used: usize = tail.iter().map(Span::width).sum();
        let room = width.saturating_sub(used + 3).max(8);
        let mut spans = vec![emphasis.marker(), Span::raw(" ")];
        let named = match self.function.is_empty() {
            true => vec![Span::styled(name::cut_end(self.name(), room), quiet)],
            false => name_spans(session, theme, &self.function, room, emphasis),
        };
        let wide: usize = named.iter().map(Span::width).sum();
        spans.extend(named);
        spans.push(Span::raw(" ".repeat(room.saturating_sub(wide))));
        spans.extend(tail);
        Line::from(spans)
    }
}

/// So many of some values, evenly spaced; all where there are no more.
fn sampled(values: &[f64], count: usize) -> impl Iterator<Item = f64> + '_ {
    let len = values.len();
    let kept = len.min(count);
    let at = move |place: usize| place * len.saturating_sub(1) / kept.saturating_sub(1).max(1);
    (0..kept).filter_map(move |place| values.get(at(place)).copied())
}

fn level_style(level: Level, theme: Theme, emphasis: Emphasis) -> Style {
    emphasis.style(match level {
        Level::Leak => theme.error(),
        Level::Growing => theme.value(),
        Level::None => theme.quiet(),
    })
}

/// The heads of the columns.
pub(super) fn head(width: usize) -> String {
    let mut tail = String::new();
    if width >= WIDE {
        tail.push_str(&format!("  {:1$}", "of", KIND - 2));
    }
    if width >= NARROW {
        tail.push_str(&format!("{:>NUMBER$}", "grew"));
    }
    tail.push_str(&format!("{:>NUMBER$}", "per min"));
    if width >= WIDEST {
        tail.push_str(&format!("{:>SHARE$}", "share"));
    }
    tail.push_str(&format!("  {:SHAPE$}", "shape"));
    if width >= WIDEST {
        tail.push_str(&format!(" {:SPARK$}", "over the window"));
    }
    let room = width.saturating_sub(tail.width() + 2);
    format!("  {:room$}{tail}", "suspect")
}
