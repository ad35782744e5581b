//! The order of findings, and which explain others.

use std::cmp::Reverse;

use super::constants::{EQUAL_GROUPS, OUTSIDE_FIRST};
use super::verdict::{Culprit, Finding, Kind, Level};
use crate::analyze::origin::{Origin, is_runtime, origin};

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

/// Whether the function that allocated the memory starts the goroutine or is in its stack.
fn is_held(heap: &Culprit, goroutine: &Culprit) -> bool {
    let Some(allocator) = heap.call() else { return false };
    let starts = |closure: &str| {
        let rest = closure.strip_prefix(allocator.name.as_str());
        rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with("-"))
    };
    let is_in_it = goroutine.stack.iter().any(|call| starts(&call.name));
    // The goroutine's own frames except the entry, which many share.
    let shared = |call: &&super::verdict::Call| !is_runtime(&call.name) && call.name != "main.main";
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
