//! The order of findings, and which explain others.

use std::cmp::Reverse;

use super::constants::{EQUAL_GROUPS, OUTSIDE_FIRST, SAME_RATE};
use super::verdict::{Call, Culprit, Finding, Kind, Level, Suspected};
use crate::analyze::origin::{Origin, is_runtime, origin, package};

/// Sorts the findings: the highest level first, then those that explain others, then those that grow faster.
pub(super) fn order(findings: &mut [Finding]) {
    let fastest = |findings: &[Finding], kind: Kind| {
        let of_kind = findings.iter().filter(|finding| finding.kind == kind);
        of_kind.map(|finding| finding.trend.rate).fold(0.0, f64::max)
    };
    let heap = fastest(findings, Kind::Heap);
    let goroutines = fastest(findings, Kind::Goroutine);
    let place = |finding: &Finding| match finding.kind {
        Kind::Outside if finding.trend.rate > OUTSIDE_FIRST * heap => 0,
        Kind::Stacks => 1,
        Kind::Goroutine => 2,
        Kind::Heap => 3,
        Kind::Outside => 4,
    };
    // Groups about as large as the largest are one event: the one that started it comes first.
    let cause = |finding: &Finding| match finding.kind {
        Kind::Goroutine if finding.trend.rate >= EQUAL_GROUPS * goroutines => 0,
        _ => 1,
    };
    let effect = |finding: &Finding| if cause(finding) == 0 { effect(finding) } else { 0 };
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (Reverse(finding.level), place(finding), cause(finding), effect(finding));
        let by_rate = b.trend.rate.total_cmp(&a.trend.rate);
        key(a).cmp(&key(b)).then(by_rate).then_with(|| name(a).cmp(name(b)))
    });
}

/// Sets for each heap finding the leaked goroutines that hold it.
pub(super) fn attribute(findings: &mut [Finding]) {
    let goroutines: Vec<Culprit> = findings
        .iter()
        .filter(|finding| finding.kind == Kind::Goroutine && finding.level > Level::None)
        .filter_map(|finding| finding.culprit.clone())
        .collect();
    for finding in findings.iter_mut().filter(|finding| finding.kind == Kind::Heap) {
        let Some(heap) = &finding.culprit else { continue };
        let holder = goroutines.iter().find(|goroutine| is_held(heap, goroutine));
        finding.held_by = holder.and_then(Culprit::call).map(|call| call.name.clone());
    }
}

/// Sets for goroutines without a frame of the program's own the call that probably started them. What a library starts on
/// its own has no caller, but the call that asked for it keeps memory under the same package: the first suspect that does.
pub(super) fn open(findings: &mut [Finding], suspects: &[Suspected]) {
    let is_own = |call: &Call| origin(&call.name, &call.file) == Origin::Own;
    for finding in findings.iter_mut().filter(|finding| finding.kind == Kind::Goroutine) {
        let named = finding.culprit.as_ref().and_then(Culprit::call);
        // What is accepted was opened by somebody else.
        let Some(named) = named.filter(|named| !is_own(named)) else {
            continue;
        };
        if effect(finding) == 2 {
            continue;
        }
        let library = package(&named.name);
        let asks = |suspect: &&Suspected| {
            let culprit = suspect.culprit.as_ref();
            let calls = culprit.map_or(&[][..], Culprit::callees);
            suspect.trend.grew > 0.0 && calls.iter().any(|call| package(&call.name) == library)
        };
        let mut asking = suspects
            .iter()
            .filter(asks)
            .filter_map(|suspect| suspect.culprit.as_ref()?.call());
        finding.opened_by = asking.find(|call| is_own(call)).cloned();
    }
}

/// Sets for each finding, in order, the goroutines before it with which it comes.
pub(super) fn join(findings: &mut [Finding]) {
    for at in 1..findings.len() {
        let (before, rest) = findings.split_at_mut(at);
        let Some(finding) = rest.first_mut() else { return };
        let is_cause = |cause: &Finding| {
            let trend = &cause.trend;
            let is_as_fast = (trend.rate - finding.trend.rate).abs() <= SAME_RATE * trend.rate;
            cause.kind == Kind::Goroutine
                && cause.with.is_none()
                && cause.level == finding.level
                && match finding.kind {
                    Kind::Goroutine => is_as_fast && trend.shape == finding.trend.shape,
                    Kind::Heap => !is_of_the_program(finding),
                    Kind::Stacks | Kind::Outside => false,
                }
        };
        let holder = finding.held_by.as_deref();
        let holds = |cause: &Finding| is_cause(cause) && holder == Some(name(cause));
        let known = holder.and_then(|_| before.iter().position(holds));
        finding.with = known.or_else(|| before.iter().position(is_cause));
    }
}

/// Whether a call of the program's own is in the stack of the culprit.
fn is_of_the_program(finding: &Finding) -> bool {
    let calls = finding.culprit.as_ref().map_or(&[][..], |culprit| &culprit.stack);
    calls.iter().any(|call| origin(&call.name, &call.file) == Origin::Own)
}

/// Whether the function that allocated the memory starts the goroutine or is in its stack.
fn is_held(heap: &Culprit, goroutine: &Culprit) -> bool {
    let Some(allocator) = heap.call() else { return false };
    let starts = |closure: &str| {
        let rest = closure.strip_prefix(allocator.name.as_str());
        rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with("-"))
    };
    let is_in_it = goroutine.stack.iter().any(|call| starts(&call.name));
    // The goroutine's own frames except the entry, which many share.
    let shared = |call: &&Call| !is_runtime(&call.name) && call.name != "main.main";
    let entry = goroutine.stack.len().saturating_sub(1);
    let its_own = &goroutine.stack[..=entry.min(goroutine.at)];
    let is_common = heap
        .stack
        .iter()
        .filter(shared)
        .any(|call| its_own.iter().filter(shared).any(|other| other.name == call.name));
    is_in_it || is_common
}

/// 0 for own code, 1 for others', 2 for what a server has accepted.
fn effect(finding: &Finding) -> u8 {
    const ACCEPTED: [&str; 2] = ["net/http.(*conn)", "net/http.(*connReader)"];
    let Some(call) = finding.culprit.as_ref().and_then(Culprit::call) else {
        return 0;
    };
    if origin(&call.name, &call.file) != Origin::Std {
        0
    } else if ACCEPTED.iter().any(|accepted| call.name.starts_with(accepted)) {
        2
    } else {
        1
    }
}

fn name(finding: &Finding) -> &str {
    let call = finding.culprit.as_ref().and_then(Culprit::call);
    call.map_or("", |call| call.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::leaks::{Confidence, Trend};

    /// Calls as `name file`, the innermost first.
    fn culprit(calls: &[&str], at: usize) -> Culprit {
        let call = |text: &&str| {
            let (name, file) = text.split_once(' ').unwrap_or((text, ""));
            Call {
                name: name.into(),
                file: file.into(),
                line: 1,
            }
        };
        Culprit {
            stack: calls.iter().map(call).collect(),
            at,
        }
    }

    /// A leak of so much a second that is named for a function, if for any.
    fn leak(kind: Kind, rate: f64, named: Option<&str>) -> Finding {
        Finding {
            kind,
            level: Level::Leak,
            trend: Trend {
                rate,
                ..Trend::default()
            },
            values: Vec::new(),
            culprit: named.map(|named| culprit(&[named], 0)),
            share: None,
            samples: None,
            confidence: Confidence::High,
            object_size: None,
            stack_each: None,
            held_by: None,
            with: None,
            opened_by: None,
        }
    }

    #[test]
    fn what_grows_as_fast_as_goroutines_before_it_comes_with_them() {
        let (reads, writes, serves) = (Some("c.read"), Some("c.write"), Some("s.serve"));
        /// The rate of a heap that the goroutines of `writes` hold.
        const HELD: f64 = 7e5;
        // What grows, and with which of those before it each comes.
        type Row<'r> = (&'r [(Kind, f64, Option<&'r str>)], &'r [Option<usize>]);
        let rows: &[Row<'_>] = &[
            (
                &[
                    (Kind::Goroutine, 20.0, reads),
                    (Kind::Goroutine, 19.9, writes),
                    (Kind::Goroutine, 20.5, serves),
                ],
                &[None, Some(0), Some(0)],
            ),
            (
                &[
                    (Kind::Goroutine, 20.0, reads),
                    (Kind::Goroutine, 10.0, writes),
                    (Kind::Goroutine, 10.1, serves),
                ],
                &[None, None, Some(1)],
            ),
            (
                &[(Kind::Goroutine, 20.0, reads), (Kind::Heap, 9e5, None)],
                &[None, Some(0)],
            ),
            (
                &[(Kind::Goroutine, 20.0, reads), (Kind::Heap, 20.0, Some("main.keep"))],
                &[None, None],
            ),
            (
                &[
                    (Kind::Goroutine, 20.0, reads),
                    (Kind::Heap, 9e5, Some("bufio.NewReaderSize")),
                ],
                &[None, Some(0)],
            ),
            (
                &[
                    (Kind::Goroutine, 20.0, reads),
                    (Kind::Goroutine, 10.0, writes),
                    (Kind::Heap, HELD, None),
                ],
                &[None, None, Some(1)],
            ),
            (
                &[(Kind::Heap, 9e5, None), (Kind::Goroutine, 20.0, reads)],
                &[None, None],
            ),
        ];
        for (found, with) in rows {
            let mut findings: Vec<Finding> = found
                .iter()
                .map(|&(kind, rate, named)| leak(kind, rate, named))
                .collect();
            for finding in findings.iter_mut().filter(|finding| finding.kind == Kind::Heap) {
                finding.held_by = (finding.trend.rate == HELD).then(|| "c.write".into());
            }
            join(&mut findings);
            let joined: Vec<Option<usize>> = findings.iter().map(|finding| finding.with).collect();
            assert_eq!(joined, *with, "{found:?}");
        }
    }

    #[test]
    fn what_a_library_starts_is_opened_by_who_keeps_memory_under_it() {
        const GET: &[&str] = &["net/http.NewRequest", "net/http.(*Client).Get", "main.fetch m.go"];
        const QUERY: &[&str] = &[
            "example.com/db.(*Pool).Get /go/pkg/mod/example.com/db@v1/p.go",
            "main.query m.go",
        ];
        const READ: &[&str] = &["os.ReadFile", "main.read m.go"];
        // The goroutine's named call, the suspects with their growth, and who opened it.
        type Row<'r> = (&'r str, &'r [(&'r [&'r str], f64)], Option<&'r str>);
        let rows: &[Row<'_>] = &[
            (
                "net/http.(*persistConn).readLoop",
                &[(READ, 9.0), (GET, 1.0)],
                Some("main.fetch"),
            ),
            ("net/http.(*persistConn).readLoop", &[(READ, 9.0)], None),
            ("net/http.(*persistConn).readLoop", &[(GET, 0.0)], None),
            ("net/http.(*conn).serve", &[(GET, 1.0)], None),
            ("main.wait m.go", &[(GET, 1.0)], None),
            (
                "example.com/db.(*conn).loop /go/pkg/mod/example.com/db@v1/c.go",
                &[(GET, 2.0), (QUERY, 1.0)],
                Some("main.query"),
            ),
        ];
        for (named, kept, opener) in rows {
            let suspect = |(calls, grew): &(&[&str], f64)| Suspected {
                name: String::new(),
                file: String::new(),
                trend: Trend {
                    grew: *grew,
                    ..Trend::default()
                },
                values: Vec::new(),
                share: None,
                culprit: Some(culprit(calls, calls.len() - 1)),
            };
            let suspects: Vec<Suspected> = kept.iter().map(suspect).collect();
            let mut findings = [leak(Kind::Goroutine, 0.0, Some(named))];
            open(&mut findings, &suspects);
            let found = findings[0].opened_by.as_ref().map(|call| call.name.as_str());
            assert_eq!(found, *opener, "{named}");
        }
    }
}
