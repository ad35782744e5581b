//! Whether the heap leaks, by its exact size; and which function leaks, by its samples.

use super::constants::*;
use super::history::Moment;
use super::naming::{Suspect, suspects};
use super::series::{opening, without_last_peak};
use super::trend::{Nature, Trend, TrendShape};
use super::verdict::{Caveat, Confidence, Finding, Kind, Level, SampleEvidence, Suspected};
use super::window::Window;

/// The verdict on the heap.
#[derive(Default)]
pub(super) struct Heap {
    pub(super) findings: Vec<Finding>,
    pub(super) rested: Option<Finding>,
    pub(super) suspects: Vec<Suspected>,
    pub(super) trend: Option<Trend>,
}

/// The source of the heap's size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    /// `HeapAlloc` after a forced collection.
    Exact,
    /// Half of `NextGC`, which was live at the last collection.
    AtLastCollection,
    /// Samples.
    Sampled,
}

/// How many suspects are reported.
const SHOWN: usize = 20;

pub(super) fn heap(window: &Window<'_>, caveats: &mut Vec<Caveat>) -> Heap {
    if window.moments().any(|moment| moment.heap.is_none()) {
        caveats.push(Caveat::NoHeap);
        return Heap::default();
    }
    let suspects = suspects(window);
    let (size, values) = sizes(window, &suspects, caveats);
    let width = match window.len() {
        ENOUGH.. => 3,
        5.. => 2,
        _ => 1,
    };
    let mut values = opening(&values, width);
    if window.len() >= ENOUGH {
        values = without_last_peak(values, LAST_PEAK);
    }
    let floor = if size == Size::Sampled {
        HEAP_FLOOR * SAMPLED_FLOOR
    } else {
        HEAP_FLOOR
    };
    let whole = window.trend(&values, 0, &Nature::exact(floor));
    let total = without_start_up(window, &values, whole);
    let judge = Judge {
        window,
        size,
        total,
        values,
        width,
        suspects: &suspects,
    };
    let mut heap = Heap {
        suspects: judge.suspected(),
        trend: Some(judge.total.clone()),
        ..Heap::default()
    };
    if size != Size::Sampled {
        let finding = judge.whole();
        match finding {
            Some(finding) if finding.level == Level::None => heap.rested = Some(finding),
            Some(finding) => heap.findings.push(finding),
            None => {}
        }
    }
    if size == Size::Sampled || judge.total.shape == TrendShape::Swing {
        heap.findings.extend(judge.one_by_one());
    }
    if size == Size::AtLastCollection {
        for finding in &mut heap.findings {
            finding.level = finding.level.min(Level::Growing);
            finding.confidence = Confidence::Low;
        }
    }
    heap
}

fn sizes(window: &Window<'_>, suspects: &[Suspect], caveats: &mut Vec<Caveat>) -> (Size, Vec<f64>) {
    let stats = |moment: &Moment, value: fn(&crate::model::MemStats) -> u64| {
        moment.mem_stats.as_deref().map(|stats| value(stats) as f64)
    };
    if let Some(exact) = window.values(|moment| stats(moment, |stats| stats.heap_alloc)) {
        if window.is_forced {
            return (Size::Exact, exact);
        }
        let count = |moment: Option<&Moment>| Some(moment?.mem_stats.as_ref()?.num_gc);
        let collections = count(window.last())
            .zip(count(window.first()))
            .map(|(last, first)| last.saturating_sub(first));
        caveats.push(Caveat::NotCollected { collections });
        if let Some(next) = window.values(|moment| stats(moment, |stats| stats.next_gc)) {
            return (Size::AtLastCollection, next.iter().map(|next| next / 2.0).collect());
        }
    }
    caveats.push(Caveat::NoMemStats);
    let total = |at: usize| suspects.iter().map(|suspect| suspect.bytes[at]).sum();
    (Size::Sampled, (0..window.len()).map(total).collect())
}

/// A start-up in the first third should neither hide nor fake a trend: if the rest is steady, it is judged alone.
fn without_start_up(window: &Window<'_>, values: &[f64], whole: Trend) -> Trend {
    if matches!(whole.shape, TrendShape::Steady | TrendShape::Flat) || window.len() < ENOUGH {
        return whole;
    }
    let start = window.len() / 3;
    let rest = window.trend(values, start, &Nature::exact(HEAP_FLOOR));
    if rest.shape == TrendShape::Steady { rest } else { whole }
}

struct Judge<'w> {
    window: &'w Window<'w>,
    size: Size,
    /// The trend of the heap's size.
    total: Trend,
    values: Vec<f64>,
    /// Peaks narrower than this many snapshots are cut off.
    width: usize,
    suspects: &'w [Suspect],
}

impl Judge<'_> {
    /// The finding for the whole heap, attributed to the first suspect if that accounts for it.
    fn whole(&self) -> Option<Finding> {
        let total = &self.total;
        let first = self.suspects.first();
        let mut level = total.shape.level();
        if total.shape == TrendShape::Steps && first.is_none_or(|first| first.gap <= 0.0) {
            level = Level::None;
        }
        if total.grew < HEAP_FLOOR || level == Level::None && total.shape != TrendShape::Stopped {
            return None;
        }
        let named = first.filter(|first| self.accounts(first));
        let keeps = |named: &Suspect| named.retention >= KEPT_LEAK && named.sigmas >= SIGMAS_FEW;
        if self.window.len() < ENOUGH && !named.is_some_and(keeps) {
            level = level.min(Level::Growing);
        }
        let mut finding = self.finding(level, total.clone(), self.values.clone());
        if let Some(named) = named {
            self.name(&mut finding, named);
        }
        Some(finding)
    }

    /// Whether a suspect accounts for the exact growth: with too little evidence nobody is named.
    fn accounts(&self, suspect: &Suspect) -> bool {
        let grew = if self.total.from > 0.0 {
            suspect.grew.max(suspect.gap)
        } else {
            suspect.grew
        };
        let is_seen = suspect.kept >= 1.0 || suspect.at_end() <= REMADE as f64;
        (suspect.gap > 0.0 || suspect.grew > 0.0) && grew >= SHARE * self.total.grew && is_seen
    }

    /// Findings by the functions' own samples: for a leak under a swinging heap, or without an exact size.
    fn one_by_one(&self) -> Vec<Finding> {
        let tested = self.suspects.iter().take(TESTED);
        tested.filter_map(|suspect| self.one(suspect)).collect()
    }

    fn one(&self, suspect: &Suspect) -> Option<Finding> {
        let is_sampled = self.size == Size::Sampled;
        let trend = self.trend_of(suspect);
        if trend.grew < HEAP_FLOOR || trend.shape.level() == Level::None {
            return None;
        }
        // If the total is known to swing, only what rises above the swing counts.
        let rises = is_sampled || suspect.gap > 0.0;
        let only_born = is_sampled && suspect.deaths == 0.0 && suspect.births >= BIRTHS as f64 && suspect.kept > 0.0;
        let only_born = only_born && trend.shape != TrendShape::Slowing;
        let kept = suspect.retention >= KEPT_GROWING && (suspect.sigmas >= SIGMAS_GROWING || only_born);
        let remade = suspect.at_end() <= REMADE as f64 && trend.jumps >= 2;
        let level = if rises && kept {
            // It may have replaced another.
            let follows = !is_sampled || self.total.grew >= TOTAL_FOLLOWS * trend.grew;
            let is_enough = !is_sampled || self.window.len() >= ENOUGH;
            let is_sure = suspect.sigmas >= SIGMAS_LEAK && suspect.retention >= KEPT_LEAK;
            let is_leak = trend.shape == TrendShape::Steady && is_sure && follows && is_enough;
            if is_leak { Level::Leak } else { Level::Growing }
        } else if remade {
            Level::Growing
        } else {
            return None;
        };
        let mut finding = self.finding(level, trend, suspect.bytes.clone());
        self.name(&mut finding, suspect);
        Some(finding)
    }

    fn trend_of(&self, suspect: &Suspect) -> Trend {
        let nature = Nature {
            floor: HEAP_FLOOR,
            high: 1.0,
            per_sample: suspect.per_sample,
            deaths: suspect.deaths,
            drift: DRIFT_NOISY,
        };
        self.window.trend(&opening(&suspect.bytes, self.width), 0, &nature)
    }

    fn finding(&self, level: Level, trend: Trend, values: Vec<f64>) -> Finding {
        Finding {
            kind: Kind::Heap,
            level,
            trend,
            values,
            culprit: None,
            share: None,
            samples: None,
            confidence: Confidence::Low,
            object_size: self.object_size(),
            stack_each: None,
            held_by: None,
            with: None,
            opened_by: None,
        }
    }

    fn name(&self, finding: &mut Finding, suspect: &Suspect) {
        let grew = if self.total.from > 0.0 {
            suspect.grew.max(suspect.gap)
        } else {
            suspect.grew
        };
        let share = (self.size == Size::Exact && self.total.shape != TrendShape::Swing && self.total.grew > 0.0)
            .then(|| grew / self.total.grew);
        finding.culprit = self.window.history.culprit(suspect.stack, suspect.function);
        finding.share = share;
        finding.samples = Some(SampleEvidence {
            kept: suspect.kept,
            retention: suspect.retention,
            grew,
            block: suspect.block,
        });
        finding.confidence = confidence(finding);
    }

    /// The exact mean size of the objects by which the heap grew, in bytes.
    fn object_size(&self) -> Option<f64> {
        if self.size != Size::Exact {
            return None;
        }
        let grew = |value: fn(&crate::model::MemStats) -> u64| {
            let of = |moment: Option<&Moment>| Some(value(moment?.mem_stats.as_deref()?) as f64);
            Some(of(self.window.last())? - of(self.window.first())?)
        };
        let (bytes, objects) = (grew(|stats| stats.heap_alloc)?, grew(|stats| stats.heap_objects)?);
        (bytes > 0.0 && objects >= 1.0).then(|| bytes / objects)
    }

    fn suspected(&self) -> Vec<Suspected> {
        let history = self.window.history;
        let share = |suspect: &Suspect| {
            (self.size == Size::Exact && self.total.grew >= HEAP_FLOOR).then(|| suspect.grew / self.total.grew)
        };
        let shown = self.suspects.iter().take(SHOWN);
        shown
            .map(|suspect| {
                let function = history.function(suspect.function);
                Suspected {
                    name: function.name.to_string(),
                    file: function.file.to_string(),
                    trend: self.trend_of(suspect),
                    values: suspect.bytes.clone(),
                    share: share(suspect),
                    culprit: history.culprit(suspect.stack, suspect.function),
                }
            })
            .collect()
    }
}

fn confidence(finding: &Finding) -> Confidence {
    let Some(samples) = finding.samples.filter(|_| finding.level == Level::Leak) else {
        return Confidence::Low;
    };
    let share = finding.share.unwrap_or(1.0);
    if samples.kept >= SAMPLES_SURE as f64 && share >= SHARE_SURE {
        return Confidence::High;
    }
    let fits = finding
        .object_size
        .is_none_or(|size| samples.block <= 0.0 || (1.0 / SIZE_FITS..=SIZE_FITS).contains(&(size / samples.block)));
    if samples.kept >= SAMPLES_SURE as f64 || samples.kept >= 2.0 && fits {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}
