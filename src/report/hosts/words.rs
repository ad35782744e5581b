//! What is said of hosts: sentences, numbers, a history as a line.

use crate::analyze::hosts::{Fleet, Measure, Outlier, Part};
use crate::model::units;
use crate::report::diagnosis::words::bytes;

/// What makes a host stand out, without a full stop.
pub fn sentence(fleet: &Fleet, outlier: &Outlier) -> String {
    let host = name(fleet, outlier);
    let Outlier { value, median, .. } = *outlier;
    let times = |what: &str, of: &dyn Fn(f64) -> String| {
        let (own, usual) = (of(value), of(median));
        match outlier.factor.map(factor) {
            Some(factor) => format!("{factor} the median {what} ({own}, median {usual})"),
            None => format!("{own} of {what}, and the median is {usual}"),
        }
    };
    let said = match outlier.measure {
        Measure::Heap => format!("{host} holds {}", times("heap", &bytes)),
        Measure::Rss => format!("{host} has {}", times("RSS", &bytes)),
        Measure::Goroutines => format!("{host} has {}", times("goroutines", &whole)),
        Measure::Uptime => format!(
            "{host} was started {} ago, the median host {} ago",
            span(value),
            span(median)
        ),
        Measure::GcShare => format!(
            "{host} spends {} of its CPU time on garbage collection, the median host {}",
            percent(value),
            percent(median)
        ),
    };
    match &outlier.function {
        Some(Part { name, share }) => format!("{said}; {name} accounts for {} of the difference", percent(*share)),
        None => said,
    }
}

fn factor(factor: f64) -> String {
    match factor {
        ..10.0 => format!("{factor:.1}x"),
        _ => format!("{factor:.0}x"),
    }
}

pub(super) fn whole(value: f64) -> String {
    units::grouped(number(value))
}

pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        0.05..9.95 => format!("{percent:.1}%"),
        _ => format!("{percent:.0}%"),
    }
}

/// A time in one unit: `40 s`, `12 min`, `5 h`, `3 d`.
pub(super) fn span(seconds: f64) -> String {
    let (value, unit) = match seconds {
        ..100.0 => (seconds, "s"),
        ..6000.0 => (seconds / 60.0, "min"),
        ..172_800.0 => (seconds / 3600.0, "h"),
        _ => (seconds / 86_400.0, "d"),
    };
    format!("{value:.0} {unit}")
}

/// What came from the first to the last value, with its sign.
pub(super) fn change(points: &[(f64, f64)]) -> String {
    let (Some((_, first)), Some((_, last))) = (points.first(), points.last()) else {
        return String::new();
    };
    let change = last - first;
    match points.len() {
        1 => String::new(),
        _ if change < 0.0 => format!("-{}", bytes(-change)),
        _ => format!("+{}", bytes(change)),
    }
}

/// A history as a line of blocks, from the least value to the most.
pub(super) fn spark(points: &[(f64, f64)], width: usize) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let values: Vec<f64> = match points.len() {
        0..2 => return String::new(),
        few if few <= width => points.iter().map(|(_, value)| *value).collect(),
        many => (0..width).map(|at| points[(at + 1) * many / width - 1].1).collect(),
    };
    let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(least, most), &value| {
        (least.min(value), most.max(value))
    });
    let level = |value: f64| match most > least {
        // The most is the highest level.
        true => ((value - least) / (most - least) * 7.0).round() as usize,
        false => 0,
    };
    values.iter().map(|&value| LEVELS[level(value).min(7)]).collect()
}

/// The host that an outlier is.
pub(super) fn name<'f>(fleet: &'f Fleet, outlier: &Outlier) -> &'f str {
    fleet.hosts().get(outlier.host).map_or("", |host| &host.name)
}

/// A count or a number of bytes, without a fraction.
pub(super) fn number(value: f64) -> i64 {
    value.round() as i64
}
