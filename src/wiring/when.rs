//! Times as they are typed: `-2h`, `now-1d`, `2026-11-26T12:00:00Z`, `2026-11-26 12:00`, seconds since 1970.

use jiff::civil::DateTime;
use jiff::{Span, Timestamp, Zoned};

use crate::error::{Error, Result};

/// Reads a time, as seconds since 1970 UTC. What is said without a zone is meant in that of `now`.
///
/// # Errors
/// [`Error::Usage`] with what would be right; `option` is what it was given for.
pub(super) fn seconds(text: &str, now: &Zoned, option: &str) -> Result<f64> {
    let trimmed = text.trim();
    let wrong = || {
        Error::Usage(format!(
            "--{option} takes a time, e.g. -2h, -3d, 2026-11-26T12:00:00Z or '2026-11-26 12:00', not {text:?}"
        ))
    };
    time(trimmed, now)
        .map(|time| time.as_millisecond() as f64 / 1e3)
        .ok_or_else(wrong)
}

fn time(text: &str, now: &Zoned) -> Option<Timestamp> {
    let relative = text.strip_prefix("now").unwrap_or(text).trim();
    if relative.is_empty() {
        return (!text.is_empty()).then(|| now.timestamp());
    }
    // A number alone is no span of time, and a year is no number of seconds.
    if let Ok(seconds) = text.parse::<f64>() {
        let millis = (seconds * 1e3).round();
        return (1e9..1e13)
            .contains(&millis)
            .then(|| Timestamp::from_millisecond(millis as i64).ok())?;
    }
    if let Ok(span) = relative.parse::<Span>() {
        return now.checked_sub(span.abs()).ok().map(|time| time.timestamp());
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let civil: DateTime = text.parse().ok()?;
    civil
        .to_zoned(now.time_zone().clone())
        .ok()
        .map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::tz::{TimeZone, offset};

    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now: Timestamp = "2026-11-26T12:00:00Z".parse().unwrap();
        let now = now.to_zoned(TimeZone::fixed(offset(1)));
        for (text, time) in [
            ("now", Some("2026-11-26T12:00:00Z")),
            ("-2h", Some("2026-11-26T10:00:00Z")),
            ("2h", Some("2026-11-26T10:00:00Z")),
            ("now-90m", Some("2026-11-26T10:30:00Z")),
            ("now-1d", Some("2026-11-25T12:00:00Z")),
            ("-1h30m", Some("2026-11-26T10:30:00Z")),
            ("2026-11-26T11:00:00Z", Some("2026-11-26T11:00:00Z")),
            ("2026-11-26T11:00:00+02:00", Some("2026-11-26T09:00:00Z")),
            ("2026-11-26 11:00", Some("2026-11-26T10:00:00Z")),
            ("2026-11-26T11:00:30", Some("2026-11-26T10:00:30Z")),
            ("2026-11-26", Some("2026-11-25T23:00:00Z")),
            ("1795694400", Some("2026-11-26T12:00:00Z")),
            ("", None),
            ("2026", None),
            ("soon", None),
            ("-", None),
        ] {
            let expected = time.map(|time| time.parse::<Timestamp>().unwrap().as_second() as f64);
            assert_eq!(seconds(text, &now, "from").ok(), expected, "{text}");
        }
    }
}
