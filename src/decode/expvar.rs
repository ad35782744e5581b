//! Go's expvar, `/debug/vars`: a JSON object whose `memstats` is `runtime.MemStats`. Services that serve no text profiles
//! often have it; the DataDog agent does on port 5000.

use serde_json::{Map, Value};

use crate::model::MemStats;

/// Whether the first byte that is not white space begins an object.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

/// Reads the `memstats` of an object; `None` if there are none.
pub(super) fn parse(bytes: &[u8]) -> Option<MemStats> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let Value::Object(stats) = value.get("memstats")? else {
        return None;
    };
    let pause_end = stats.get("PauseEnd").and_then(Value::as_array);
    let number = |name: &str| number(stats, name);
    let num_gc = number("NumGC");
    Some(MemStats {
        alloc: number("Alloc"),
        total_alloc: number("TotalAlloc"),
        sys: number("Sys"),
        lookups: number("Lookups"),
        mallocs: number("Mallocs"),
        frees: number("Frees"),
        heap_alloc: number("HeapAlloc"),
        heap_sys: number("HeapSys"),
        heap_idle: number("HeapIdle"),
        heap_inuse: number("HeapInuse"),
        heap_released: number("HeapReleased"),
        heap_objects: number("HeapObjects"),
        stack_inuse: number("StackInuse"),
        stack_sys: number("StackSys"),
        mspan_inuse: number("MSpanInuse"),
        mspan_sys: number("MSpanSys"),
        mcache_inuse: number("MCacheInuse"),
        mcache_sys: number("MCacheSys"),
        buck_hash_sys: number("BuckHashSys"),
        gc_sys: number("GCSys"),
        other_sys: number("OtherSys"),
        next_gc: number("NextGC"),
        last_gc: number("LastGC"),
        // The ring still has the first collection until it wraps.
        first_gc: pause_end
            .filter(|ends| num_gc <= ends.len() as u64)
            .and_then(|ends| ends.first()?.as_u64())
            .unwrap_or(0),
        num_gc,
        num_forced_gc: number("NumForcedGC"),
        gc_cpu_fraction: stats.get("GCCPUFraction").and_then(Value::as_f64).unwrap_or(0.0),
        max_rss: 0,
    })
}

fn number(stats: &Map<String, Value>, name: &str) -> u64 {
    stats.get(name).and_then(Value::as_u64).unwrap_or(0)
}
