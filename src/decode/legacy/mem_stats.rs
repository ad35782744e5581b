//! The trailer of Go's heap text: `# runtime.MemStats`, then `# Name = value` lines.

use super::text::find;
use crate::model::MemStats;

/// How many collections `PauseEnd` remembers.
const PAUSES: u64 = 256;

/// Reads a comment line: the heading begins an empty trailer, a line after it fills a field. Returns whether
/// the line belongs to the trailer. Values that cannot be parsed stay 0: the profile does not depend on them.
pub(super) fn read(line: &[u8], stats: &mut Option<MemStats>) -> bool {
    let Some(stats) = stats else {
        let is_heading = line
            .strip_prefix(b"#")
            .is_some_and(|text| text.trim_ascii() == b"runtime.MemStats");
        *stats = is_heading.then(MemStats::default);
        return is_heading;
    };
    let text = line.strip_prefix(b"#").unwrap_or(line);
    if let Some(sign) = find(text, b" = ") {
        let (name, value) = (text[..sign].trim_ascii(), text[sign + 3..].trim_ascii());
        field(stats, name, std::str::from_utf8(value).unwrap_or_default());
    }
    true
}

fn field(stats: &mut MemStats, name: &[u8], value: &str) {
    let (first, second) = value.split_once(" / ").unwrap_or((value, ""));
    let (first, second) = (first.parse().unwrap_or(0), second.parse().unwrap_or(0));
    match name {
        b"Alloc" => stats.alloc = first,
        b"TotalAlloc" => stats.total_alloc = first,
        b"Sys" => stats.sys = first,
        b"Lookups" => stats.lookups = first,
        b"Mallocs" => stats.mallocs = first,
        b"Frees" => stats.frees = first,
        b"HeapAlloc" => stats.heap_alloc = first,
        b"HeapSys" => stats.heap_sys = first,
        b"HeapIdle" => stats.heap_idle = first,
        b"HeapInuse" => stats.heap_inuse = first,
        b"HeapReleased" => stats.heap_released = first,
        b"HeapObjects" => stats.heap_objects = first,
        b"Stack" => (stats.stack_inuse, stats.stack_sys) = (first, second),
        b"MSpan" => (stats.mspan_inuse, stats.mspan_sys) = (first, second),
        b"MCache" => (stats.mcache_inuse, stats.mcache_sys) = (first, second),
        b"BuckHashSys" => stats.buck_hash_sys = first,
        b"GCSys" => stats.gc_sys = first,
        b"OtherSys" => stats.other_sys = first,
        b"NextGC" => stats.next_gc = first,
        b"LastGC" => stats.last_gc = first,
        // A ring that still has the first collection until it wraps.
        b"PauseEnd" => {
            stats.first_gc = value
                .trim_start_matches('[')
                .split(' ')
                .next()
                .and_then(|end| end.parse().ok())
                .unwrap_or(0)
        }
        b"NumGC" => {
            stats.num_gc = first;
            if first > PAUSES {
                stats.first_gc = 0;
            }
        }
        b"NumForcedGC" => stats.num_forced_gc = first,
        b"GCCPUFraction" => {
            stats.gc_cpu_fraction = value.parse().ok().filter(|part: &f64| part.is_finite()).unwrap_or(0.0)
        }
        b"MaxRSS" => stats.max_rss = first,
        _ => {}
    }
}
