//! Laws that every series obeys.

use proptest::prelude::*;

use super::Level;
use super::constants::HEAP_FLOOR;
use super::series::opening;
use super::trend::{Nature, trend};

/// Times that rise by up to twice the usual interval, and a value for each.
fn series() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let step = prop_oneof![0.0..4e5_f64, -4e5..6e5_f64, Just(0.0), Just(2e6)];
    let point = (1.0..4.0_f64, step);
    prop::collection::vec(point, 3..32).prop_map(|points| {
        let (mut time, mut value) = (0.0, 1e6);
        points
            .into_iter()
            .map(|(wait, step)| {
                time += wait;
                value += step;
                (time, value)
            })
            .unzip()
    })
}

/// Powers of two, by which floats scale exactly.
fn factor() -> impl Strategy<Value = f64> {
    (-6..7_i32).prop_map(|power| 2.0_f64.powi(power))
}

fn scaled(values: &[f64], factor: f64) -> Vec<f64> {
    values.iter().map(|value| value * factor).collect()
}

proptest! {
    #[test]
    fn another_clock_changes_no_shape((times, values) in series(), factor in factor()) {
        let nature = Nature::exact(HEAP_FLOOR);
        let told = trend(&times, &values, &nature).shape;
        prop_assert_eq!(trend(&scaled(&times, factor), &values, &nature).shape, told);
    }

    #[test]
    fn another_unit_changes_no_shape((times, values) in series(), factor in factor()) {
        let told = trend(&times, &values, &Nature::exact(HEAP_FLOOR)).shape;
        let nature = Nature::exact(HEAP_FLOOR * factor);
        prop_assert_eq!(trend(&times, &scaled(&values, factor), &nature).shape, told);
    }

    #[test]
    fn a_series_and_its_reverse_do_not_both_grow((times, values) in series()) {
        let nature = Nature::exact(HEAP_FLOOR);
        let end = times.last().copied().unwrap_or_default();
        let back: Vec<f64> = times.iter().rev().map(|time| end - time).collect();
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        let levels = [trend(&times, &values, &nature), trend(&back, &reversed, &nature)].map(|trend| trend.shape.level());
        prop_assert!(levels.contains(&Level::None), "{levels:?}");
    }

    #[test]
    fn an_opening_only_lowers_and_twice_is_once(values in prop::collection::vec(0.0..1e9_f64, 0..40), width in 1..4_usize) {
        let opened = opening(&values, width);
        prop_assert!(opened.iter().zip(&values).all(|(opened, value)| opened <= value));
        prop_assert_eq!(opening(&opened, width), opened);
    }
}

#[test]
fn shapes_are_told_apart() {
    use super::TrendShape::{Flat, Jump, Late, Slowing, Steady, Steps, Stopped, Swing};
    const MB: f64 = 1_048_576.0;
    let of = |value: fn(usize) -> f64| -> Vec<f64> { (0..21).map(|at| value(at) * MB).collect() };
    let times: Vec<f64> = (0..21).map(|at| f64::from(at) * 3.0).collect();
    let table = [
        ("level", of(|_| 16.0), Flat),
        ("a line", of(|at| at as f64), Steady),
        ("a line that rests", of(|at| (at as f64).min(8.0)), Stopped),
        ("a saw", of(|at| (at % 5) as f64), Swing),
        (
            "doublings",
            of(|at| [1.0, 2.0, 4.0, 8.0][((at + 2) as f64).log2() as usize - 1]),
            Steps,
        ),
        ("one step", of(|at| if at < 10 { 1.0 } else { 9.0 }), Jump),
        (
            "filling ever more slowly",
            of(|at| 30.0 * (1.0 - (-(at as f64) / 8.0).exp())),
            Slowing,
        ),
        (
            "a line that begins late",
            of(|at| (at as f64 - 10.0).max(0.0).powi(2)),
            Late,
        ),
    ];
    for (name, values, shape) in table {
        let told = trend(&times, &values, &Nature::exact(HEAP_FLOOR));
        assert_eq!(told.shape, shape, "{name}: {told:?}");
    }
    // Ten seconds later in the same watch.
    let (mut later, mut values) = (times, of(|at| at as f64));
    later.push(70.0);
    values.push(20.0 * MB);
    let told = trend(&later, &values, &Nature::exact(HEAP_FLOOR));
    assert!(told.shape.level() != Level::None, "one snapshot is no pause: {told:?}");
}
