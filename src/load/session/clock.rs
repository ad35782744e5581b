//! When a profile was taken, if no list says so: from the profile, the file's name or the file's modification time.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::model::Profile;

/// When the profile in `file` was taken, nanoseconds since 1970 UTC, if known.
pub(super) fn taken(profile: &Profile, file: &str) -> Option<i128> {
    let written = (profile.time_nanos > 0).then_some(i128::from(profile.time_nanos));
    let name = Path::new(file)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or(file);
    // A debug=1 text has no time. Its content is as old as the last collection, which with gc=1 is when it was taken.
    let collected = profile.mem_stats.as_ref().map_or(0, |stats| stats.last_gc);
    let collected = (collected > 0).then_some(i128::from(collected));
    written.or_else(|| named(name)).or(collected).or_else(|| modified(file))
}

fn modified(file: &str) -> Option<i128> {
    let time = fs::metadata(file).ok()?.modified().ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    i128::try_from(since.as_nanos()).ok()
}

/// The time in a name: `20261126T120003Z`, `2026-11-26_12-00-03`, `1795692285`. Time zones are ignored: only
/// differences matter.
fn named(name: &str) -> Option<i128> {
    let starts = name.char_indices().filter(|(at, char)| {
        let is_first = !name[..*at].ends_with(|before: char| before.is_ascii_digit());
        char.is_ascii_digit() && is_first
    });
    starts
        .map(|(at, _)| &name[at..])
        .find_map(|rest| date(rest).or_else(|| unix(rest)))
}

/// Parses fourteen digits, with `-`, `_`, `:`, `.` and `T` between them or not.
fn date(text: &str) -> Option<i128> {
    let mut digits = String::new();
    let mut was_digit = true;
    for char in text.chars() {
        match char {
            '0'..='9' => digits.push(char),
            '-' | '_' | ':' | '.' | 'T' | ' ' if was_digit => {}
            _ => break,
        }
        was_digit = char.is_ascii_digit();
        if digits.len() == 14 {
            break;
        }
    }
    if digits.len() < 14 {
        return None;
    }
    let time = DateTime::strptime("%Y%m%d%H%M%S", &digits).ok()?;
    let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    is_plausible(time).then(|| time.as_nanosecond())
}

/// Parses ten digits of seconds since 1970, or thirteen of milliseconds.
fn unix(text: &str) -> Option<i128> {
    let digits = &text[..text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len())];
    let number = digits.parse().ok()?;
    let time = match digits.len() {
        10 => Timestamp::from_second(number).ok()?,
        13 => Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    is_plausible(time).then(|| time.as_nanosecond())
}

/// Between Go's first profiler and the end of this century.
fn is_plausible(time: Timestamp) -> bool {
    (1_200_000_000..4_100_000_000).contains(&time.as_second())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_name_may_hold_a_time() {
        let noon = Some(1_795_694_403_000_000_000);
        let table = [
            ("pprof.orders.inuse_space.20261126T120003Z.pb.gz", noon),
            ("heap-2026-11-26_12-00-03.pb.gz", noon),
            ("2026-11-26T12:00:03Z.heap", noon),
            ("heap.1795694403.pb.gz", noon),
            ("heap.1795694403000.pb.gz", noon),
            ("001.heap.txt.gz", None),
            ("heap.pb.gz", None),
            ("99999999999999", None),
            ("heap.20261326T120003Z", None),
            ("ünïcode-2026", None),
        ];
        for (name, time) in table {
            assert_eq!(named(name), time, "{name}");
        }
    }
}
