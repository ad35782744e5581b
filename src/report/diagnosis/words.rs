//! Numbers in sentences: bytes and times as one says them.

use crate::model::units;

/// Bytes with three digits: `46.9 MB`.
pub(in crate::report) fn bytes(value: f64) -> String {
    units::rounded(value, "bytes")
}

/// Bytes from here to there, with the unit once where it is the same: `0.97 → 47.9 MB`.
pub(super) fn bytes_range(from: f64, to: f64) -> String {
    let (from, to) = (bytes(from), bytes(to));
    match (from.split_once(' '), to.split_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => format!("{number} → {to}"),
        _ => format!("{from} → {to}"),
    }
}

/// A time of seconds: `3 s`, `60 s`, `4 min`, `2 h`.
pub fn seconds(value: f64) -> String {
    match value {
        ..=119.5 => format!("{} s", value.round()),
        ..=7170.0 => format!("{} min", (value / 60.0).round()),
        _ => format!("{} h", (value / 3600.0).round()),
    }
}

/// A count with its noun, which takes an s.
pub(in crate::report) fn count(value: f64, noun: &str) -> String {
    let value = value.round();
    let number = units::grouped(value as i64);
    if value == 1.0 {
        format!("{number} {noun}")
    } else {
        format!("{number} {noun}s")
    }
}
