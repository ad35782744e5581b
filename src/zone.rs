//! The local time zone, found as Go finds it, so that times print as pprof prints them.
//!
//! One file is read. A time zone database would be searched from end to end before the first line is printed.

use std::env;
use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;

const FOLDERS: [&str; 4] = [
    "/usr/share/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/usr/lib/locale/TZ",
    "/etc/zoneinfo",
];

/// No zone's file is larger. As in Go. Bytes.
const MAX_SIZE: u64 = 10 << 20;

/// The zone that `TZ` names, or the machine's where it is not set; UTC where neither can be read.
/// Source of the rule: Go's `time` package on Unix.
pub fn local() -> TimeZone {
    let Some(name) = env::var_os("TZ") else {
        return read(Path::new("/etc/localtime"));
    };
    let name = name.to_string_lossy();
    let name = name.strip_prefix(':').unwrap_or(&name);
    if name.is_empty() || name == "UTC" {
        return TimeZone::UTC;
    }
    if name.starts_with('/') {
        return read(Path::new(name));
    }
    if name.split('/').any(|part| part == "..") {
        return TimeZone::UTC;
    }
    let files = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    files
        .into_iter()
        .find(|file| file.is_file())
        .map_or(TimeZone::UTC, |file| read(&file))
}

/// A compiled zone file; UTC if there is none.
fn read(file: &Path) -> TimeZone {
    // A device would be read for ever.
    let is_small = fs::metadata(file).is_ok_and(|about| about.is_file() && about.len() <= MAX_SIZE);
    let bytes = if is_small { fs::read(file) } else { Ok(Vec::new()) };
    bytes
        .ok()
        .and_then(|bytes| TimeZone::tzif("Local", &bytes).ok())
        .unwrap_or(TimeZone::UTC)
}
