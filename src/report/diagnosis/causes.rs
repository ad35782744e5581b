//! What usually is wrong where a known shape leaks.

use crate::analyze::leaks::{Culprit, Finding, Kind};
use crate::analyze::{Origin, origin, wait_state};

/// A function in the stack, and what its leak usually comes from.
struct Cause {
    kind: Kind,
    /// Beginnings of names.
    functions: &'static [&'static str],
    cause: &'static str,
}

const CAUSES: &[Cause] = &[
    heap(
        &["time.NewTicker", "time.newTicker"],
        "tickers that nobody stops: call Stop, and keep one instead of many",
    ),
    heap(
        &["time.AfterFunc", "time.NewTimer", "time.After"],
        "timers far in the future hold what their functions refer to: Stop them when done",
    ),
    heap(
        &["context."],
        "contexts whose cancel function is never called: defer cancel()",
    ),
    heap(
        &["bytes.(*Buffer)", "bytes.growSlice"],
        "a buffer that is only written to: Reset it, or write on to where it should go",
    ),
    heap(
        &["strings.(*Builder)"],
        "a string that is kept, perhaps only a part of it: strings.Clone keeps no more than the part",
    ),
    heap(
        &["container/list."],
        "a list from which nothing is removed: evict by size or age",
    ),
    heap(
        &["sync.(*Map)", "internal/sync.(*HashTrieMap"],
        "a sync.Map from which nothing is deleted: Delete, or limit its size",
    ),
    heap(
        &["regexp."],
        "patterns that are compiled again and again and kept: compile once, or bound the cache",
    ),
    heap(
        &["internal/runtime/maps.", "runtime.mapassign", "runtime.hashGrow"],
        "a map from which nothing is deleted: delete, or limit its size",
    ),
    heap(
        &["database/sql."],
        "rows or statements that are not closed: defer rows.Close()",
    ),
    heap(
        &["net/http.(*Transport)", "net/http.(*persistConn)"],
        "response bodies that are not closed: defer resp.Body.Close()",
    ),
    goroutine(
        &["net/http.(*persistConn)", "net/http.(*Transport)"],
        "response bodies that are not closed: defer resp.Body.Close(), and read them to the end",
    ),
    goroutine(
        &["database/sql."],
        "rows or connections that are not closed: defer rows.Close()",
    ),
];

/// What usually is wrong where goroutines wait so.
const WAITS: &[(&str, &str)] = &[
    (
        "chan receive",
        "nobody sends or closes the channel any more: close it, or select on ctx.Done() too",
    ),
    (
        "chan send",
        "nobody receives any more: select on ctx.Done() too, or give the channel room for the one result",
    ),
    ("select", "none of the cases comes any more: add one for ctx.Done()"),
    ("select (no cases)", "a select without cases never ends"),
    (
        "IO wait",
        "connections without a deadline: set timeouts on the server, the client or the connection",
    ),
    (
        "sync.Mutex.Lock",
        "a lock that somebody keeps: look for who holds it and waits too",
    ),
    (
        "sync.RWMutex.Lock",
        "a lock that somebody keeps: look for who holds it and waits too",
    ),
    (
        "sync.RWMutex.RLock",
        "a lock that somebody keeps: look for who holds it and waits too",
    ),
    ("sync.WaitGroup.Wait", "a Done that is missing: defer it first thing"),
    ("semacquire", "a Done that is missing, or a lock that somebody keeps"),
    ("sync.Cond.Wait", "nobody signals any more"),
    ("sleep", "a loop that nothing ends: let it watch ctx.Done()"),
];

const fn heap(functions: &'static [&'static str], cause: &'static str) -> Cause {
    Cause {
        kind: Kind::Heap,
        functions,
        cause,
    }
}

const fn goroutine(functions: &'static [&'static str], cause: &'static str) -> Cause {
    Cause {
        kind: Kind::Goroutine,
        functions,
        cause,
    }
}

/// From this block size on, a part of a block that is kept may be the matter.
const LARGE_BLOCK: f64 = 16_384.0;

/// The usual cause of a finding, if its shape is known.
pub(super) fn cause(finding: &Finding) -> Option<&'static str> {
    let culprit = finding.culprit.as_ref()?;
    if finding.held_by.is_some() || finding.with.is_some() {
        return None;
    }
    let is_known = |cause: &&Cause| cause.kind == finding.kind && culprit_calls(culprit, cause.functions);
    if let Some(known) = CAUSES.iter().find(is_known) {
        return Some(known.cause);
    }
    match finding.kind {
        Kind::Goroutine => {
            let state = state(culprit)?;
            WAITS.iter().find(|(wait, _)| *wait == state).map(|&(_, cause)| cause)
        }
        Kind::Stacks if finding.stack_each.is_none() => Some("a recursion that does not end"),
        Kind::Stacks => Some("each goroutine that waits keeps its stack, as deep as it ever was"),
        Kind::Heap if finding.samples.is_some_and(|samples| samples.block >= LARGE_BLOCK) => Some(
            "a map, slice or queue that is only added to; or a small part of each block, which keeps all of it: copy the part (bytes.Clone, strings.Clone)",
        ),
        Kind::Heap => Some("a map, slice, cache or queue that is only added to"),
        Kind::Outside => None,
    }
}

/// What the goroutines of a culprit wait for.
pub(super) fn state(culprit: &Culprit) -> Option<&'static str> {
    wait_state(culprit.stack.iter().map(|call| call.name.as_str()))
}

/// Whether one of the functions is in the culprit's part of the stack.
fn culprit_calls(culprit: &Culprit, functions: &[&str]) -> bool {
    let is_std = culprit
        .call()
        .is_some_and(|call| origin(&call.name, &call.file) == Origin::Std);
    // Where nothing of the stack is the program's, its callers say what it was for.
    let end = if is_std { culprit.stack.len() } else { culprit.at + 1 };
    let calls = &culprit.stack[..end.min(culprit.stack.len())];
    calls
        .iter()
        .any(|call| functions.iter().any(|function| call.name.starts_with(function)))
}
