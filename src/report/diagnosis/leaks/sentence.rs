//! A finding in a sentence, what it rests on, and what to do next.

use std::borrow::Cow;
use std::fmt;

use super::super::causes::state;
use super::super::words::{bytes, bytes_range, count, seconds};
use crate::analyze::leaks::{Call, Confidence, Culprit, Finding, Kind, Level, Trend, TrendShape, Verdict};
use crate::analyze::{Origin, origin};
use crate::model::units;

/// How a function is called where there is so much room.
pub(super) type Naming = fn(&str) -> Cow<'_, str>;

/// The naming where any room is enough: names as they are.
pub(super) fn whole(name: &str) -> Cow<'_, str> {
    Cow::Borrowed(name)
}

/// What a finding says, on one line.
pub(super) fn sentence(finding: &Finding, verdict: &Verdict, naming: Naming) -> String {
    let level = match finding.level {
        Level::Leak => "leak",
        Level::Growing | Level::None => "growing",
    };
    format!("{level}: {}", body(finding, verdict, naming))
}

fn body(finding: &Finding, verdict: &Verdict, naming: Naming) -> String {
    let trend = &finding.trend;
    let how = how(trend);
    let per_minute = trend.rate * 60.0;
    let rate = format!("{}/min", bytes(per_minute));
    let culprit = name(finding);
    let cause = finding.with.and_then(|with| verdict.findings.get(with));
    let waits = finding.culprit.as_ref().and_then(state);
    let waits = waits.map_or(String::new(), |state| format!(" [{state}]"));
    match (finding.kind, culprit.map(naming), cause) {
        (Kind::Goroutine, who, Some(cause)) => {
            let who = who.unwrap_or("functions without a name".into());
            let cause = name(cause).map_or("those without a name".into(), naming);
            format!("as many goroutines/min stay in {who}{waits} as in {cause}: one comes with the other; {how}")
        }
        (Kind::Goroutine, who, _) => {
            let who = who.unwrap_or("functions without a name".into());
            let held = held(verdict, culprit);
            let opened = finding.opened_by.as_ref();
            let opened = opened.map_or(String::new(), |call| format!(", opened by {}", naming(&call.name)));
            format!(
                "{}/min stay in {who}{waits}{opened}; {how}{held}",
                count(per_minute, "goroutine")
            )
        }
        (Kind::Stacks, Some(who), _) => match finding.stack_each {
            Some(each) => {
                let each = bytes(each);
                format!("goroutines that stay in {who} hold {each} of stack each: stacks +{rate}; {how}")
            }
            None => format!("the stacks grow by {rate}, the deepest in {who}; {how}"),
        },
        (Kind::Stacks, None, _) => format!("the stacks of goroutines grow by {rate}; {how}"),
        (Kind::Outside, ..) => {
            let range = range(finding);
            format!(
                "not the Go heap: resident memory outside Go grows by {rate} ({range}); {how}. cgo, mmap or another allocator: pprof cannot name it"
            )
        }
        (Kind::Heap, who, Some(cause)) => {
            let each = bytes(trend.rate / cause.trend.rate);
            let who = who.map_or(String::new(), |who| format!(", first of all in {who}"));
            let holders = name(cause).map_or("those goroutines".into(), |cause| {
                format!("the goroutines in {}", naming(cause))
            });
            format!(
                "with {holders} the Go heap grows by {rate}, {each} for each{who}; {how} ({})",
                range_of_heap(finding, verdict)
            )
        }
        (Kind::Heap, Some(who), _)
            if trend.shape == TrendShape::Steps && finding.samples.is_some_and(|samples| samples.kept <= 3.0) =>
        {
            let range = range(finding);
            format!("{who} makes one thing anew, larger each time ({range}); {how}")
        }
        (Kind::Heap, Some(who), _) => {
            let held = finding.held_by.as_ref();
            let held = held.map_or(String::new(), |holder| {
                format!(", held by goroutines in {}", naming(holder))
            });
            format!("{who} keeps {rate}{held}; {how} ({})", range_of_heap(finding, verdict))
        }
        (Kind::Heap, None, None) => {
            let size = finding.object_size;
            let size = size.map_or(String::new(), |size| format!("; objects of about {}", bytes(size)));
            format!(
                "the Go heap grows by {rate}{size}; {how} ({}); nobody to name yet",
                range_of_heap(finding, verdict)
            )
        }
    }
}

/// The heap before and after, and where that is from.
fn range_of_heap(finding: &Finding, verdict: &Verdict) -> String {
    let range = range(finding);
    match &verdict.levels.heap {
        Some(_) if finding.share.is_some() || finding.culprit.is_none() => format!("Go heap {range} after GC"),
        _ => format!("{range} by its samples"),
    }
}

/// From the first value to the last, as other views show them; the ends of the trend are medians.
fn range(finding: &Finding) -> String {
    match &finding.values[..] {
        [first, .., last] => bytes_range(*first, *last),
        _ => bytes_range(finding.trend.first, finding.trend.last),
    }
}

/// How steadily it grew, and for how long.
fn how(trend: &Trend) -> String {
    let window = seconds(trend.to - trend.from);
    match trend.shape {
        TrendShape::Steady => {
            let fell = if trend.fell == 0.0 { "never fell, " } else { "" };
            let late = if trend.from > 0.0 { ", after a start-up" } else { "" };
            format!("steady for {window}{late}, {fell}still rising")
        }
        TrendShape::Slowing => format!("slowing ({} in each third of {window})", thirds(trend)),
        TrendShape::Late => format!("only in the last third of {window}"),
        TrendShape::Steps => format!("in steps, the last {} ago", seconds(trend.to - trend.last_high)),
        TrendShape::Unsure => format!("unevenly over {window}"),
        TrendShape::Wander => format!("up and down over {window}, more up"),
        TrendShape::Stopped => format!("at rest for {}", seconds(trend.to - trend.last_high)),
        TrendShape::Jump => format!("at once, {} ago", seconds(trend.to - trend.last_high)),
        TrendShape::Swing => format!("up and down over {window}"),
        TrendShape::Flat => format!("level for {window}"),
    }
}

fn thirds(trend: &Trend) -> String {
    let parts: Vec<String> = trend.thirds.iter().map(|third| bytes(*third)).collect();
    parts.join(", ")
}

/// What leaked goroutines hold of the heap.
fn held(verdict: &Verdict, who: Option<&str>) -> String {
    let of_heap = verdict.findings.iter().filter(|finding| finding.kind == Kind::Heap);
    let mut held = of_heap.filter(|finding| who.is_some() && finding.held_by.as_deref() == who);
    held.next().map_or(String::new(), |heap| {
        format!("; they hold {}/min of heap", bytes(heap.trend.rate * 60.0))
    })
}

fn name(finding: &Finding) -> Option<&str> {
    let call = finding.culprit.as_ref().and_then(Culprit::call)?;
    Some(call.name.as_str())
}

/// What a finding rests on, a line each.
pub(super) fn evidence(finding: &Finding) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(call) = &finding.opened_by {
        lines.push(format!(
            "opened by {} ({}:{}), whose kept allocations grew with them",
            call.name,
            call.file.rsplit('/').next().unwrap_or_default(),
            call.line
        ));
    }
    let call = finding.culprit.as_ref().and_then(Culprit::call);
    if let Some(call) = call.filter(|call| !call.file.is_empty()) {
        lines.push(format!("at {}:{}", place(call), call.line));
    }
    match finding.kind {
        Kind::Heap => lines.extend(heap_evidence(finding)),
        Kind::Goroutine => {
            let counted = |value: Option<&f64>| value.map_or(0, |value| value.round() as i64);
            lines.push(format!(
                "{} → {} (counted, not sampled)",
                units::grouped(counted(finding.values.first())),
                count(counted(finding.values.last()) as f64, "goroutine")
            ));
            if finding.confidence == Confidence::Certain {
                lines.push("Go has proved that they can never go on (goroutineleak)".into());
            }
        }
        Kind::Stacks => lines.push(format!("stacks in use {}", range(finding))),
        Kind::Outside => lines.push("resident memory less mapped files less what Go holds (Sys - HeapReleased)".into()),
    }
    let sure = match finding.confidence {
        Confidence::Certain => "certain",
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    lines.push(format!("confidence {sure}{}", why_not_sure(finding)));
    lines
}

/// Where a call is; of the standard library's and of a dependency's the part that is not of this machine.
fn place(call: &Call) -> &str {
    let below = |folder: &str| call.file.rsplit_once(folder).map(|(_, below)| below);
    let of_package = match origin(&call.name, &call.file) {
        Origin::Std => below("/src/"),
        Origin::Dependency => below("/pkg/mod/").or_else(|| below("/vendor/")),
        Origin::Own => None,
    };
    of_package.unwrap_or(&call.file)
}

fn heap_evidence(finding: &Finding) -> Option<String> {
    let samples = finding.samples?;
    let share = finding.share.map(|share| {
        let percent = (share * 100.0).round().clamp(0.0, 100.0);
        format!("{percent}% of what the heap grew by, by its samples")
    });
    let kept = (samples.kept >= 1.0).then(|| format!("{} more than at the beginning", count(samples.kept, "sample")));
    let retention = (samples.retention > 0.0).then(|| {
        format!(
            "{}% of what it allocated is still in use",
            (samples.retention.min(1.0) * 100.0).round()
        )
    });
    let block = (samples.block > 0.0).then(|| format!("blocks of {}", bytes(samples.block)));
    let facts: Vec<String> = [share, kept, retention, block].into_iter().flatten().collect();
    (!facts.is_empty()).then(|| facts.join(", "))
}

fn why_not_sure(finding: &Finding) -> &'static str {
    if finding.with.is_some() && finding.kind == Kind::Heap {
        return ": that it grows is exact, that they hold it is likely";
    }
    match (finding.confidence, finding.level, finding.samples) {
        (Confidence::Certain | Confidence::High, ..) => "",
        (_, Level::Growing | Level::None, _) => ": it may come to rest",
        (_, _, Some(samples)) if samples.kept < 2.0 => ": the name rests on one sample",
        (_, _, Some(samples)) if samples.kept < 9.0 => ": the name rests on few samples",
        (_, _, Some(_)) => ": others grow beside it",
        (_, _, None) if finding.kind == Kind::Heap => ": that it grows is exact, but no function was sampled enough",
        (_, _, None) => "",
    }
}

/// The growth in bytes that carries about four samples, which is enough for a name.
const TO_NAME: f64 = 2_097_152.0;

/// What to do about a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Advice {
    /// Ask for a dump of the goroutines, and whether Go can prove that such may never go on.
    Dump {
        /// Whether it can.
        is_provable: bool,
    },
    /// Something else, in words.
    Text(String),
}

/// Which profile proves it, where Go can.
pub const PROOF: &str = "proves what can never go on";

/// What a dump of goroutines says.
pub const DUMP: &str = "says for how long each waits and who created it";

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dump { is_provable: false } => write!(f, "goroutine?debug=2 {DUMP}"),
            Self::Dump { is_provable: true } => {
                write!(f, "goroutine?debug=2 {DUMP}; goroutineleak (Go 1.27) {PROOF}")
            }
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Whether Go can prove of goroutines that wait so that they never go on: what waits for the network or a clock may.
pub(super) fn can_be_proved(state: &str) -> bool {
    state.starts_with("chan ") || state.starts_with("select") || state.starts_with("sync.")
}

/// What to do about it: for how long to watch on, or which profile says more.
pub(super) fn next(finding: &Finding, verdict: &Verdict) -> Option<Advice> {
    let trend = &finding.trend;
    if finding.with.is_some() {
        return None;
    }
    let text = match (finding.kind, trend.shape) {
        (Kind::Outside, _) => {
            Some("no profile can name the function: look at what calls cgo or mmap. /proc/PID/smaps of the process shows the mappings; cgo's allocator has profilers of its own (jemalloc, heaptrack)".into())
        }
        (Kind::Heap, _) if finding.culprit.is_none() => {
            let missing = TO_NAME - trend.grew;
            let wait = missing / trend.rate.max(f64::MIN_POSITIVE);
            Some(if missing > 0.0 && wait < 3600.0 {
                format!("watch about {} more: {} of growth carry about four samples", seconds(wait.max(5.0)), bytes(TO_NAME))
            } else {
                "no function holds a third of it: watch on, or set runtime.MemProfileRate lower at the start of the program".into()
            })
        }
        (_, TrendShape::Slowing) => plateau(trend).map(|(level, wait)| {
            let level = if finding.kind == Kind::Goroutine { count(level, "goroutine") } else { bytes(level) };
            format!("a warm-up would level off near {level} in about {}: watch until then", seconds(wait))
        }),
        (_, TrendShape::Steps) => {
            let due = 2.0 * trend.pause - (trend.to - trend.last_high);
            Some(format!("the next step is due within {}: watch until then", seconds(due.max(trend.pause / 2.0))))
        }
        (_, TrendShape::Late | TrendShape::Unsure | TrendShape::Wander) => {
            Some(format!("watch for another {}: what goes on as now is a leak", seconds(verdict.window.max(30.0))))
        }
        (Kind::Goroutine, _) if finding.confidence != Confidence::Certain => {
            let is_provable = finding.culprit.as_ref().and_then(state).is_some_and(can_be_proved);
            return Some(Advice::Dump { is_provable });
        }
        _ => None,
    };
    text.map(Advice::Text)
}

/// Where growth that slows down geometrically comes to rest, and in how many seconds it is nearly there.
fn plateau(trend: &Trend) -> Option<(f64, f64)> {
    let &[_, second, third] = &trend.thirds[..] else {
        return None;
    };
    let ratio = third / second;
    if !(0.05..0.95).contains(&ratio) {
        return None;
    }
    let level = trend.last + third * ratio / (1.0 - ratio);
    let thirds = 0.05_f64.ln() / ratio.ln();
    Some((level, thirds * (trend.to - trend.from) / 3.0))
}

/// The answer when nothing leaks or grows.
pub(super) fn rested(verdict: &Verdict) -> String {
    let window = seconds(verdict.window);
    let Some(heap) = &verdict.levels.heap else {
        return format!("no leak seen in {window}");
    };
    let after = if verdict.rested.is_some() || heap.shape != TrendShape::Swing {
        "heap after GC"
    } else {
        "heap"
    };
    let level = match heap.shape {
        TrendShape::Swing => {
            let least = heap.last.min(heap.first);
            format!(
                "it swings by {} around {}, and no function keeps growing",
                bytes(heap.fell),
                bytes(least)
            )
        }
        TrendShape::Flat => format!("{after} {}, level", bytes(heap.last)),
        _ => format!(
            "{after} {}, level after the first {}",
            bytes(heap.last),
            seconds(heap.last_high)
        ),
    };
    let before = verdict.rested.as_ref().and_then(|rested| {
        let grew = bytes(rested.trend.grew);
        Some(format!(" ({} grew {grew} before)", name(rested)?))
    });
    format!("no leak seen in {window}: {level}{}", before.unwrap_or_default())
}

/// What was looked at and is level, behind findings.
pub(super) fn not_the_cause(verdict: &Verdict) -> Option<String> {
    let is_found = |kinds: &[Kind]| verdict.findings.iter().any(|finding| kinds.contains(&finding.kind));
    let levels = &verdict.levels;
    let counted = |trend: &Trend| count(trend.last, "goroutine");
    let sized = |what: &str, trend: &Trend| format!("{what} {}", bytes(trend.last));
    let level: Vec<String> = [
        levels
            .heap
            .as_ref()
            .filter(|_| !is_found(&[Kind::Heap]))
            .map(|trend| sized("heap", trend)),
        levels
            .goroutines
            .as_ref()
            .filter(|_| !is_found(&[Kind::Goroutine, Kind::Stacks]))
            .map(counted),
        levels
            .stacks
            .as_ref()
            .filter(|_| !is_found(&[Kind::Stacks, Kind::Goroutine]))
            .map(|trend| sized("stacks", trend)),
        levels
            .outside
            .as_ref()
            .filter(|_| !is_found(&[Kind::Outside]))
            .map(|trend| sized("outside Go", trend)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let what = if verdict.findings.is_empty() {
        "looked at"
    } else {
        "not the cause"
    };
    (!level.is_empty()).then(|| format!("{what}: {}", level.join(", ")))
}
