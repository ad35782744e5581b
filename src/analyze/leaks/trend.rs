//! Classifies a series: level, swinging, or one of several ways of growing.

use super::Level;
use super::constants::*;
use super::series::{ends, median, slope};

/// The shape of a series over the window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TrendShape {
    /// It grew by less than the floor.
    #[default]
    Flat,
    /// It falls by a large share of its growth.
    Swing,
    /// It grew and has stopped.
    Stopped,
    /// It grew once and not again.
    Jump,
    /// It grew and paused like a random walk.
    Wander,
    /// It grows ever more slowly.
    Slowing,
    /// It began to grow late in the window.
    Late,
    /// It grows in regular steps.
    Steps,
    /// It grows, but not evenly enough to be sure.
    Unsure,
    /// It grows evenly to the end.
    Steady,
}

impl TrendShape {
    /// The level that the shape alone justifies.
    pub fn level(self) -> Level {
        match self {
            Self::Steady => Level::Leak,
            Self::Slowing | Self::Late | Self::Steps | Self::Unsure => Level::Growing,
            Self::Flat | Self::Swing | Self::Stopped | Self::Jump | Self::Wander => Level::None,
        }
    }
}

/// What is known of a series besides its values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nature {
    /// The least growth that counts.
    pub(super) floor: f64,
    /// How far a new high must exceed the last; see [`HIGH_OF_FLOOR`].
    pub(super) high: f64,
    /// The amount that one sample stands for; 0 if the values are exact.
    pub(super) per_sample: f64,
    /// Number of samples freed in the window.
    pub(super) deaths: f64,
    /// The least drift of a steady series.
    pub(super) drift: f64,
}

impl Nature {
    /// For values that are counted, not sampled.
    pub(super) fn exact(floor: f64) -> Self {
        Self {
            floor,
            high: floor * HIGH_OF_FLOOR,
            per_sample: 0.0,
            deaths: 0.0,
            drift: DRIFT,
        }
    }
}

/// The trend of a series; values in its unit, times in seconds of the window's clock.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Trend {
    /// Its classification.
    pub shape: TrendShape,
    /// The median of the first sixth.
    pub first: f64,
    /// The median of the last sixth.
    pub last: f64,
    /// The growth from `first` to `last`.
    pub grew: f64,
    /// The largest fall from an earlier value.
    pub fell: f64,
    /// Growth per second: the slope of a steady series, otherwise the total growth over the window.
    pub rate: f64,
    /// Growth in each third of the window; in each half if there are three snapshots.
    pub thirds: Vec<f64>,
    /// Mean over deviation of the rates, scaled as for `DRIFT`.
    pub drift: f64,
    /// The longest time between two new highs.
    pub pause: f64,
    /// The time of the last new high.
    pub last_high: f64,
    /// The number of runs of new highs.
    pub jumps: usize,
    /// When the series begins: later than the window if a start-up was cut off.
    pub from: f64,
    /// When it ends.
    pub to: f64,
}

/// The trend of `values` at `times`; both have the same length, and times rise.
pub(super) fn trend(times: &[f64], values: &[f64], nature: &Nature) -> Trend {
    let count = values.len().min(times.len());
    let (first, last) = ends(values);
    let mut trend = Trend {
        first,
        last,
        grew: last - first,
        from: times.first().copied().unwrap_or_default(),
        to: times.last().copied().unwrap_or_default(),
        ..Trend::default()
    };
    if count < FEWEST {
        return trend;
    }
    let window = trend.to - trend.from;
    trend.drift = drift(times, values);
    trend.fell = largest_fall(values);
    trend.thirds = thirds(times, values);
    let highs = new_highs(times, values, nature.high.max(HIGH_OF_GROWTH * trend.grew));
    (trend.pause, trend.last_high, trend.jumps) = (highs.pause, highs.last, highs.jumps);
    trend.shape = shape(&trend, &highs, times, values, nature);
    trend.rate = match trend.shape {
        TrendShape::Steady | TrendShape::Unsure => slope(times, values),
        // The medians at both ends are not quite a window apart.
        _ if window > 0.0 => (values[count - 1] - values[0]) / window,
        _ => 0.0,
    };
    trend
}

fn shape(trend: &Trend, highs: &Highs, times: &[f64], values: &[f64], nature: &Nature) -> TrendShape {
    let (count, grew, per_sample) = (values.len(), trend.grew, nature.per_sample);
    let window = trend.to - trend.from;
    let interval = window / (count - 1) as f64;
    if grew < nature.floor {
        let swings = trend.fell > nature.floor.max(8.0 * per_sample);
        return if swings { TrendShape::Swing } else { TrendShape::Flat };
    }
    if trend.fell > SWING * grew + 2.0 * per_sample {
        return TrendShape::Swing;
    }
    let thirds = &trend.thirds;
    let Some((&latest, earlier)) = thirds.split_last() else {
        return TrendShape::Flat;
    };
    let before = earlier.iter().sum::<f64>() / earlier.len().max(1) as f64;
    let deficit = before - latest;
    let noise = if per_sample > 0.0 {
        let events = (before.abs() / 2.0 + latest.abs()) / per_sample + nature.deaths / 3.0;
        2.0 * per_sample * events.max(1.0).sqrt()
    } else {
        0.0
    };
    if count == 3 {
        return match (thirds[0], latest) {
            (_, latest) if latest < 0.1 * grew && deficit > noise => TrendShape::Stopped,
            (early, latest) if latest < SLOWING_THREE * early && deficit > noise => TrendShape::Slowing,
            (early, latest) if early < 0.2 * latest => TrendShape::Late,
            _ => TrendShape::Steady,
        };
    }
    let since = trend.to - highs.last;
    let many = count >= THIRDS_OF_MANY;
    let is_over = if many {
        highs.after >= PAUSE_SNAPSHOTS && since > (PAUSES * highs.pause).max(PAUSE_INTERVALS * interval)
    } else {
        since > PAUSES_FEW * highs.pause.max(interval)
    };
    // Too few samples were expected to tell a pause from a stop.
    let too_few = per_sample > 0.0 && since / window.max(f64::MIN_POSITIVE) * (grew / per_sample) < SAMPLES_DUE;
    if is_over && !too_few {
        return TrendShape::Stopped;
    }
    let is_staircase = highs.count as f64 <= ((count - 1) as f64 * STEPS_HIGHS).max(2.0)
        || highs.jumps >= STEPS && highs.pause >= STEPS_PAUSE * interval;
    if many && trend.drift < DRIFT && is_staircase {
        return match highs.jumps {
            STEPS.. if trend.fell <= STEPS_FALL * grew + per_sample => TrendShape::Steps,
            STEPS.. => TrendShape::Wander,
            _ => TrendShape::Jump,
        };
    }
    if before > 0.0 && latest < THIRD * grew && deficit > noise {
        return if latest < THIRD_STOPPED * grew {
            TrendShape::Stopped
        } else {
            TrendShape::Slowing
        };
    }
    if earlier.iter().all(|&third| third < THIRD * grew) {
        return TrendShape::Late;
    }
    let fastest = earlier.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if latest < SLOWING * fastest && deficit > noise {
        return TrendShape::Slowing;
    }
    if per_sample == 0.0 {
        let has_paused = many && highs.count as f64 > count as f64 / 2.0 && since > 1.6 * interval;
        let last_rate = rates(times, values).last().unwrap_or_default();
        if has_paused || !many && last_rate < 0.5 * grew / window {
            return TrendShape::Unsure;
        }
    }
    let least = thirds[1..].iter().copied().fold(f64::INFINITY, f64::min);
    if trend.drift >= nature.drift && least >= THIRD * grew {
        TrendShape::Steady
    } else {
        TrendShape::Unsure
    }
}

fn rates<'v>(times: &'v [f64], values: &'v [f64]) -> impl Iterator<Item = f64> + 'v {
    let steps = times.windows(2).zip(values.windows(2));
    steps.map(|(time, value)| (value[1] - value[0]) / (time[1] - time[0]).max(f64::MIN_POSITIVE))
}

fn drift(times: &[f64], values: &[f64]) -> f64 {
    const CERTAIN: f64 = 99.0;
    let rates: Vec<f64> = rates(times, values).collect();
    let count = rates.len() as f64;
    let mean = rates.iter().sum::<f64>() / count;
    let squares: f64 = rates.iter().map(|rate| (rate - mean).powi(2)).sum();
    let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
    if mean == 0.0 {
        0.0
    } else if deviation > 1e-9 * mean.abs() {
        (mean / deviation * count.sqrt()).min(CERTAIN)
    } else {
        CERTAIN.copysign(mean)
    }
}

fn largest_fall(values: &[f64]) -> f64 {
    let mut peak = f64::NEG_INFINITY;
    values.iter().fold(0.0, |fall: f64, &value| {
        peak = peak.max(value);
        fall.max(peak - value)
    })
}

/// Growth in the thirds of the window, corrected to equal lengths.
fn thirds(times: &[f64], values: &[f64]) -> Vec<f64> {
    let count = values.len();
    let at = |third: usize| ((third * (count - 1)) as f64 / 3.0).round() as usize;
    let borders: Vec<(f64, f64)> = if count == 3 {
        (0..3).map(|at| (times[at], values[at])).collect()
    } else if count < THIRDS_OF_MANY {
        (0..4).map(|third| (times[at(third)], values[at(third)])).collect()
    } else {
        let middle = |at: usize| (times[at], median(&values[at - 1..=at + 1]));
        [1, at(1), at(2), count - 2].map(middle).to_vec()
    };
    let part = (times[count - 1] - times[0]) / (borders.len() - 1) as f64;
    let growth = |pair: &[(f64, f64)]| {
        let [(from, before), (to, after)] = [pair[0], pair[1]];
        (after - before) / (to - from).max(f64::MIN_POSITIVE) * part
    };
    borders.windows(2).map(growth).collect()
}

struct Highs {
    count: usize,
    /// Runs of adjacent new highs.
    jumps: usize,
    /// The longest time between two of them.
    pause: f64,
    /// The time of the last one; the beginning if there was none.
    last: f64,
    /// How many values came after the last one.
    after: usize,
}

fn new_highs(times: &[f64], values: &[f64], by: f64) -> Highs {
    let mut highs = Highs {
        count: 0,
        jumps: 0,
        pause: 0.0,
        last: times[0],
        after: values.len() - 1,
    };
    let (mut high, mut place) = (values[0], None);
    for (at, (&time, &value)) in times.iter().zip(values).enumerate().skip(1) {
        if value > high + by {
            highs.pause = highs.pause.max(time - highs.last);
            (highs.last, high) = (time, value);
            highs.count += 1;
            highs.after = values.len() - 1 - at;
            highs.jumps += usize::from(place != Some(at - 1));
            place = Some(at);
        }
    }
    highs
}
