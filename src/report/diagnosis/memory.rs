//! `memory`: resident memory as a sum of parts, what each means and what would shrink it.
//!
//! | key | what it is |
//! |---|---|
//! | `schema` | 1; grows when a key changes its meaning, not when one is added |
//! | `sentence` | what most of it is |
//! | `rss`, `rss_is_peak` | resident bytes, or null; whether that is the peak instead of now |
//! | `go`, `peak`, `next_gc` | bytes: `Sys - HeapReleased`, the highest resident memory (0 if unknown), the heap at the next collection |
//! | `live_basis` | `collected`, `samples` or `next_gc`: what live objects are told from garbage by |
//! | `parts` | `id`, `name`, `bytes`, `share` of the total or null, `in_rss`, `meaning`, `shrinks_by`; `untouched` counts against the others |
//! | `collections`, `forced_collections`, `gc_cpu` | how often, and the part of its CPU time |
//! | `notes` | what limits this |

use std::io::Write;

use serde_json::{Value, json};

use super::words::bytes;
use super::{AnswerForm, Asked, Evidence, Outcome, write_object};
use crate::analyze::memory::{LiveBasis, Memory, MemoryFacts, PartKind};
use crate::error::{Error, Result};
use crate::model::ResidentMoment;
use crate::model::units::percentage;
use crate::report::writing;

/// A row of [`PARTS`].
struct PartRow {
    kind: PartKind,
    id: &'static str,
    name: &'static str,
    meaning: &'static str,
    /// Empty where nothing does.
    shrinks_by: &'static str,
    /// The command that says more, and what it says; empty where none does.
    seen_by: &'static str,
}

const PARTS: &[PartRow] = &[
    PartRow {
        kind: PartKind::Live,
        id: "live",
        name: "live",
        meaning: "objects in use at the last collection",
        shrinks_by: "keep less",
        seen_by: "heaptui top says who holds it",
    },
    PartRow {
        kind: PartKind::Garbage,
        id: "garbage",
        name: "garbage",
        meaning: "dead or new since the last collection",
        shrinks_by: "allocate less, or lower GOGC or set GOMEMLIMIT (for more time in the collector)",
        seen_by: "",
    },
    PartRow {
        kind: PartKind::SpanSlack,
        id: "span_slack",
        name: "span slack",
        meaning: "free room in spans in use: fragmentation",
        shrinks_by: "keep fewer small long-lived objects among short-lived ones",
        seen_by: "",
    },
    PartRow {
        kind: PartKind::IdleKept,
        id: "idle_kept",
        name: "idle, kept",
        meaning: "freed, kept for reuse; returned over time",
        shrinks_by: "wait, lower the peaks, set GOMEMLIMIT, or call debug.FreeOSMemory after a peak",
        seen_by: "",
    },
    PartRow {
        kind: PartKind::Stacks,
        id: "stacks",
        name: "stacks",
        meaning: "stacks of goroutines and threads",
        shrinks_by: "run fewer goroutines or call less deep",
        seen_by: "heaptui goroutines says which",
    },
    PartRow {
        kind: PartKind::Runtime,
        id: "runtime",
        name: "runtime",
        meaning: "records of spans, caches, GC, profiling",
        shrinks_by: "keep the heap smaller: it grows with the largest one",
        seen_by: "",
    },
    PartRow {
        kind: PartKind::Files,
        id: "files",
        name: "files",
        meaning: "mapped files, mostly the program itself",
        shrinks_by: "",
        seen_by: "",
    },
    PartRow {
        kind: PartKind::Outside,
        id: "outside",
        name: "outside Go",
        meaning: "cgo, mmap and the rest: not Go's",
        shrinks_by: "look into /proc/PID/smaps: pprof does not see it",
        seen_by: "",
    },
    PartRow {
        kind: PartKind::Untouched,
        id: "untouched",
        name: "untouched",
        meaning: "not in RSS: never written, or swapped out",
        shrinks_by: "",
        seen_by: "",
    },
    PartRow {
        kind: PartKind::Released,
        id: "released",
        name: "released",
        meaning: "given back to the system: in no total",
        shrinks_by: "",
        seen_by: "",
    },
];

pub(super) fn write(given: &Evidence, asked: &Asked, out: &mut dyn Write) -> Result<Outcome> {
    let heap = given.heap.as_ref();
    let stats = given.mem_stats.as_deref().or_else(|| heap?.mem_stats.as_deref());
    let Some(stats) = stats else {
        return Err(Error::NoMatch(
            "no runtime.MemStats in it, which only the text form and /debug/vars have: take …/debug/pprof/heap?debug=1, or name a live process"
                .into(),
        ));
    };
    let facts = MemoryFacts {
        resident: given.resident,
        heap,
        is_collected: given.is_collected,
    };
    let memory = Memory::new(stats, &facts);
    match asked.form {
        AnswerForm::Json => write_object(&object(&memory), out)?,
        AnswerForm::Text => out.write_all(text(&memory).as_bytes()).map_err(writing)?,
    }
    Ok(Outcome::Answered)
}

/// A part of the memory in words.
#[derive(Clone, Debug)]
pub struct MemoryRow {
    /// Which.
    pub kind: PartKind,
    /// What it is called.
    pub name: &'static str,
    /// How large it is.
    pub bytes: u64,
    /// Its part of the whole as a percentage; `-` for what counts against the others, empty for what does not count.
    pub share: String,
    /// What it is.
    pub meaning: &'static str,
    /// What would make it smaller; empty where nothing does.
    pub shrinks_by: &'static str,
}

/// A process's memory in words.
#[derive(Clone, Debug)]
pub struct MemoryWords {
    /// The sum, on one line.
    pub sum: String,
    /// What most of it is.
    pub sentence: String,
    /// The parts that are not empty.
    pub rows: Vec<MemoryRow>,
    /// When the next collection runs, and what they cost so far.
    pub collections: String,
    /// What limits all this.
    pub notes: Vec<&'static str>,
}

impl MemoryWords {
    /// In words.
    pub fn new(memory: &Memory) -> Self {
        let row = |(row, value): (&PartRow, u64)| MemoryRow {
            kind: row.kind,
            name: row.name,
            bytes: value,
            share: share(row, value, memory),
            meaning: row.meaning,
            shrinks_by: row.shrinks_by,
        };
        Self {
            sum: sum(memory),
            sentence: sentence(memory),
            rows: rows(memory).map(row).collect(),
            collections: collections(memory),
            notes: notes(memory),
        }
    }
}

/// What makes a part smaller, and what says more.
fn advice(row: &PartRow) -> String {
    match row.seen_by {
        "" => row.shrinks_by.into(),
        seen_by => format!("{}: {seen_by}", row.shrinks_by),
    }
}

fn share(row: &PartRow, value: u64, memory: &Memory) -> String {
    match row.kind.sign() {
        1 => percentage(signed(value), signed(memory.total())).trim().to_string(),
        -1 => "-".into(),
        _ => String::new(),
    }
}

fn collections(memory: &Memory) -> String {
    let (all, forced) = memory.collections;
    let cpu = percentage((memory.gc_cpu * 1e6) as i64, 1_000_000);
    format!(
        "next collection at a heap of {}; {all} so far ({forced} forced), {} of the CPU",
        bytes(memory.next_gc as f64),
        cpu.trim()
    )
}

fn rows(memory: &Memory) -> impl Iterator<Item = (&'static PartRow, u64)> + '_ {
    let part = |row: &'static PartRow| (row, memory.part(row.kind));
    PARTS.iter().map(part).filter(|(_, bytes)| *bytes > 0)
}

/// Parts that together are the Go heap.
const HEAP: [PartKind; 4] = [
    PartKind::Live,
    PartKind::Garbage,
    PartKind::SpanSlack,
    PartKind::IdleKept,
];

/// The size of the Go heap, in bytes.
fn of_heap(memory: &Memory) -> u64 {
    HEAP.iter().fold(0, |sum, kind| sum.saturating_add(memory.part(*kind)))
}

/// What the largest part is, of the Go heap where that is larger than all else.
fn sentence(memory: &Memory) -> String {
    let whole = bytes(memory.total() as f64);
    let what = match memory.resident.map(|resident| resident.moment) {
        // More than RSS where some is untouched.
        Some(_) => format!("{whole} in all"),
        None => format!("{whole} that Go holds"),
    };
    let Some((row, size)) = largest(memory) else {
        return "nothing is in use".into();
    };
    let heap = of_heap(memory);
    let share = |part: u64| percentage(signed(part), signed(memory.total())).trim().to_string();
    let (name, meaning) = (row.name, row.meaning);
    if !HEAP.contains(&row.kind) {
        return format!("{} of {what} is {name} ({meaning})", share(size));
    }
    let only = match row.kind {
        PartKind::Garbage => "; it goes with the next collection",
        _ => "",
    };
    format!(
        "{} of {what} is the Go heap, the largest part of it {name} ({meaning}){only}",
        share(heap)
    )
}

/// The largest part; of the Go heap, if together that is larger.
fn largest(memory: &Memory) -> Option<(&'static PartRow, u64)> {
    let counted = || rows(memory).filter(|(row, _)| row.kind.sign() > 0);
    let largest = |is_heap: bool| {
        let parts = counted().filter(|(row, _)| HEAP.contains(&row.kind) == is_heap);
        parts.max_by_key(|(_, size)| *size)
    };
    let heap = of_heap(memory);
    match (largest(true), largest(false)) {
        (Some(part), Some(other)) => Some(if heap >= other.1 { part } else { other }),
        (part, other) => part.or(other),
    }
}

/// The sum on one line.
fn sum(memory: &Memory) -> String {
    let size = |value: u64| bytes(value as f64);
    let part = |kind: PartKind, name: &str, sign: char| {
        let value = memory.part(kind);
        if value > 0 {
            format!(" {sign} {name} {}", size(value))
        } else {
            String::new()
        }
    };
    let Some(resident) = memory.resident else {
        return format!("Go holds {} (resident memory is not known)", size(memory.go));
    };
    let name = match resident.moment {
        ResidentMoment::Now => "RSS",
        ResidentMoment::Peak => "peak RSS",
    };
    let peak = match resident.moment {
        // What the process told of its peak is a moment older than what is resident now.
        ResidentMoment::Now if memory.peak > resident.bytes => format!("   (peak {})", size(memory.peak)),
        _ => String::new(),
    };
    format!(
        "{name} {} = Go {}{}{}{}{peak}",
        size(resident.bytes),
        size(memory.go),
        part(PartKind::Files, "files", '+'),
        part(PartKind::Outside, "outside Go", '+'),
        part(PartKind::Untouched, "untouched", '-'),
    )
}

fn text(memory: &Memory) -> String {
    let mut lines = vec![sum(memory), sentence(memory), String::new()];
    for (row, value) in rows(memory) {
        let size = bytes(value as f64);
        let share = share(row, value, memory);
        lines.push(format!("{:<12}{size:>10}{share:>8}  {}", row.name, row.meaning));
        if !row.shrinks_by.is_empty() {
            lines.push(format!("{:32}→ {}", "", advice(row)));
        }
    }
    lines.push(String::new());
    lines.push(collections(memory));
    lines.extend(notes(memory).into_iter().map(|note| format!("note: {note}")));
    lines.push(String::new());
    lines.join("\n")
}

fn notes(memory: &Memory) -> Vec<&'static str> {
    let basis = match memory.basis {
        LiveBasis::Collected => None,
        LiveBasis::Samples => Some("live and garbage are told apart by samples: heap?gc=1&debug=1 makes it exact"),
        LiveBasis::NextGc => Some("live is taken for half of NextGC, which is right for GOGC=100"),
    };
    let is_whole = memory.resident.is_some_and(|resident| resident.files.is_some());
    let resident = match memory.resident.map(|resident| resident.moment) {
        Some(ResidentMoment::Now) if !is_whole => {
            Some("RSS is what /metrics tells: mapped files, mostly the program itself, count as outside Go")
        }
        Some(ResidentMoment::Now) => None,
        Some(ResidentMoment::Peak) => Some(
            "RSS is the peak since the process began, so what is outside Go now may be less: --pid gives that of a local process",
        ),
        None => Some("resident memory is not known: --pid gives that of a local process"),
    };
    basis.into_iter().chain(resident).collect()
}

fn object(memory: &Memory) -> Value {
    let resident = memory.resident;
    let part_of = |row: &PartRow, value: u64| {
        let total = memory.total();
        (row.kind.sign() != 0 && total > 0).then(|| (value as f64 / total as f64 * 1e4).round() / 1e4)
    };
    let part = |row: &'static PartRow| {
        let value = memory.part(row.kind);
        json!({
            "id": row.id,
            "name": row.name,
            "bytes": value,
            "share": part_of(row, value),
            "in_rss": row.kind.sign() != 0,
            "meaning": row.meaning,
            "shrinks_by": advice(row),
        })
    };
    json!({
        "schema": 1,
        "sentence": sentence(memory),
        "rss": resident.map(|resident| resident.bytes),
        "rss_is_peak": resident.is_some_and(|resident| resident.moment == ResidentMoment::Peak),
        "go": memory.go,
        "peak": memory.peak,
        "next_gc": memory.next_gc,
        "live_basis": match memory.basis {
            LiveBasis::Collected => "collected",
            LiveBasis::Samples => "samples",
            LiveBasis::NextGc => "next_gc",
        },
        "parts": PARTS.iter().map(part).collect::<Vec<_>>(),
        "collections": memory.collections.0,
        "forced_collections": memory.collections.1,
        "gc_cpu": memory.gc_cpu,
        "notes": notes(memory),
    })
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
