//! `leaks`: the verdict in words, or as an object for programs.
//!
//! | key | what it is |
//! |---|---|
//! | `schema` | 1; grows when a key changes its meaning, not when one is added |
//! | `verdict` | `leak`, `growing` or `none` |
//! | `sentence` | the same in words |
//! | `findings` | what leaks or grows, the most certain first: `level`, `kind` (`heap`, `goroutine`, `stacks`, `outside`), `name` (empty if nobody can be named), `file`, `line`, `rate` a second, `unit` (`bytes/s`, `goroutines/s`), `share` of the exact growth or null, `confidence` (`certain`, `high`, `medium`, `low`), `shape`, `sentence`, `evidence`, `with` (the place in this list of the goroutines that it comes with, or null), `opened_by` (for goroutines without a frame of the program's own, its function that probably started them, or null), `reached_by` (callers, the nearest first), `cause`, `next` |
//! | `window`, `snapshots` | seconds, and how many |
//! | `levels` | what was looked at: `heap`, `goroutines`, `stacks`, `outside`, each with `first`, `last`, `shape`, or null |
//! | `notes` | what limits the verdict |

mod hosts;
mod notes;
mod sentence;
mod words;

use std::io::Write;

use serde_json::{Value, json};

pub use self::hosts::{Witness, write_leaks};
use self::notes::notes;
pub use self::sentence::{Advice, DUMP, PROOF};
use self::sentence::{evidence, next, rested, sentence, whole};
pub use self::words::{FindingWords, LeakWords, SHAPES, shape, too_few};
use super::causes::cause;
use super::{AnswerForm, Asked, Evidence, Outcome, write_object};
use crate::analyze::leaks::{Call, Confidence, Culprit, Finding, Kind, Level, Trend, Verdict, judge};
use crate::error::{Error, Result};
use crate::report::writing;

/// Fewer snapshots show a difference, not a trend.
const FEWEST: usize = 3;

pub(super) fn write(given: &Evidence, asked: &Asked, out: &mut dyn Write) -> Result<Outcome> {
    let verdict = judge(&given.history);
    if let Some(too_few) = too_few(&verdict) {
        return Err(Error::NoMatch(format!(
            "{too_few}; give a session's folder or several profiles of one process, taken some seconds apart"
        )));
    }
    match asked.form {
        AnswerForm::Json => write_object(&object(&verdict), out)?,
        AnswerForm::Text => out.write_all(text(&verdict).as_bytes()).map_err(writing)?,
    }
    Ok(verdict.level.into())
}

/// The whole verdict for the eye: a sentence for each finding, and below it what it rests on and what to do.
fn text(verdict: &Verdict) -> String {
    let mut lines = Vec::new();
    let words = LeakWords::new(verdict, whole);
    for finding in words.findings {
        lines.push(finding.sentence);
        lines.extend(finding.evidence.iter().map(|line| format!("    {line}")));
        lines.extend(finding.reached_by.map(|chain| format!("    reached by {chain}")));
        lines.extend(finding.cause.map(|cause| format!("    usual cause: {cause}")));
        lines.extend(finding.next.map(|next| format!("    next: {next}")));
        lines.push(String::new());
    }
    if verdict.findings.is_empty() {
        lines.push(words.sentence);
    }
    lines.extend(words.level);
    lines.extend(words.notes.iter().map(|note| format!("note: {note}")));
    lines.push(String::new());
    lines.join("\n")
}

/// Callers in a row, as many as say where one is.
fn chain(calls: &[Call]) -> String {
    const SHOWN: usize = 6;
    let runs: Vec<&[Call]> = calls.chunk_by(|a, b| a.name == b.name).collect();
    let said = |run: &&[Call]| match run {
        [only] => only.name.clone(),
        run => format!("{} ({} times)", run[0].name, run.len()),
    };
    let mut names: Vec<String> = runs.iter().take(SHOWN).map(said).collect();
    if runs.len() > SHOWN {
        names.push("…".into());
    }
    names.join(" ← ")
}

fn object(verdict: &Verdict) -> Value {
    let first = verdict.findings.first();
    json!({
        "schema": 1,
        "verdict": level(verdict.level),
        "sentence": first.map_or_else(|| rested(verdict), |first| sentence(first, verdict, whole)),
        "findings": verdict.findings.iter().map(|finding| found(finding, verdict)).collect::<Vec<_>>(),
        "window": (verdict.window * 1e3).round() / 1e3,
        "snapshots": verdict.snapshots,
        "levels": {
            "heap": verdict.levels.heap.as_ref().map(trend),
            "goroutines": verdict.levels.goroutines.as_ref().map(trend),
            "stacks": verdict.levels.stacks.as_ref().map(trend),
            "outside": verdict.levels.outside.as_ref().map(trend),
        },
        "notes": notes(verdict),
    })
}

fn found(finding: &Finding, verdict: &Verdict) -> Value {
    let culprit = finding.culprit.as_ref();
    let call = culprit.and_then(Culprit::call);
    let reached: Vec<&str> = culprit
        .map_or(&[][..], Culprit::callers)
        .iter()
        .map(|call| call.name.as_str())
        .collect();
    let hundredths = |value: f64| (value * 100.0).round() / 100.0;
    json!({
        "level": level(finding.level),
        "kind": kind(finding.kind),
        "name": call.map_or("", |call| &call.name),
        "file": call.map_or("", |call| &call.file),
        "line": call.map_or(0, |call| call.line),
        "rate": hundredths(finding.trend.rate),
        "unit": if finding.kind == Kind::Goroutine { "goroutines/s" } else { "bytes/s" },
        "share": finding.share.map(hundredths),
        "confidence": confidence(finding.confidence),
        "shape": shape(finding.trend.shape),
        "sentence": sentence(finding, verdict, whole),
        "evidence": evidence(finding),
        "with": finding.with,
        "opened_by": finding.opened_by.as_ref().map(|call| &call.name),
        "reached_by": reached,
        "cause": cause(finding),
        "next": next(finding, verdict).map(|next| next.to_string()),
    })
}

fn trend(trend: &Trend) -> Value {
    json!({ "first": trend.first, "last": trend.last, "shape": shape(trend.shape) })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::None => "none",
        Level::Growing => "growing",
        Level::Leak => "leak",
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Heap => "heap",
        Kind::Goroutine => "goroutine",
        Kind::Stacks => "stacks",
        Kind::Outside => "outside",
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
        Confidence::Certain => "certain",
    }
}
