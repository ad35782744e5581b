//! A verdict in words, as a value: what the text and a screen are made of.

use super::super::causes::cause;
use super::notes::notes;
use super::sentence::{Advice, Naming, evidence, next, not_the_cause, rested, sentence};
use super::{FEWEST, chain};
use crate::analyze::leaks::{Culprit, Finding, TrendShape, Verdict};

/// A verdict in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeakWords {
    /// The answer, in a sentence.
    pub sentence: String,
    /// One for each finding of the verdict, in its order.
    pub findings: Vec<FindingWords>,
    /// What was looked at and is level.
    pub level: Option<String>,
    /// What limits all this.
    pub notes: Vec<String>,
}

/// A finding in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FindingWords {
    /// What it is.
    pub sentence: String,
    /// What it rests on, a line each.
    pub evidence: Vec<String>,
    /// Its callers in a row, the nearest first.
    pub reached_by: Option<String>,
    /// What usually is wrong.
    pub cause: Option<&'static str>,
    /// What to do next.
    pub next: Option<Advice>,
}

impl LeakWords {
    /// In words, with functions called as `naming` says.
    pub fn new(verdict: &Verdict, naming: Naming) -> Self {
        let first = verdict.findings.first();
        Self {
            sentence: first.map_or_else(|| rested(verdict), |first| sentence(first, verdict, naming)),
            findings: verdict
                .findings
                .iter()
                .map(|finding| words(finding, verdict, naming))
                .collect(),
            level: not_the_cause(verdict),
            notes: notes(verdict),
        }
    }
}

fn words(finding: &Finding, verdict: &Verdict, naming: Naming) -> FindingWords {
    let reached = finding.culprit.as_ref().map_or(&[][..], Culprit::callers);
    FindingWords {
        sentence: sentence(finding, verdict, naming),
        evidence: evidence(finding),
        reached_by: (!reached.is_empty()).then(|| chain(reached)),
        cause: cause(finding),
        next: next(finding, verdict),
    }
}

/// Why a verdict says nothing yet; nothing where it has enough snapshots.
pub fn too_few(verdict: &Verdict) -> Option<String> {
    let known = match verdict.snapshots {
        FEWEST.. => return None,
        2 => "two snapshots show a difference",
        1 => "there is one snapshot",
        _ => "there are no snapshots",
    };
    Some(format!("{known}; a trend needs at least three"))
}

/// What each shape is called, and what it says.
pub const SHAPES: &[(TrendShape, &str, &str)] = &[
    (
        TrendShape::Steady,
        "steady",
        "rose all the time and still does: a leak, unless it is a start-up",
    ),
    (
        TrendShape::Late,
        "late",
        "began to rise in the last third of the window",
    ),
    (
        TrendShape::Slowing,
        "slowing",
        "rises less and less, as a cache does that fills up",
    ),
    (
        TrendShape::Steps,
        "steps",
        "rises at once, again and again, as a buffer does that is made anew, larger each time",
    ),
    (TrendShape::Unsure, "unsure", "rises, but not evenly enough to say more"),
    (TrendShape::Wander, "wander", "goes up and down by chance, in all up"),
    (TrendShape::Jump, "jump", "rose once or twice, at once"),
    (TrendShape::Stopped, "stopped", "rose, and is level since"),
    (TrendShape::Swing, "swing", "goes up and comes down again, as load does"),
    (TrendShape::Flat, "flat", "hardly changed"),
];

/// What a shape is called.
pub fn shape(shape: TrendShape) -> &'static str {
    let row = SHAPES.iter().find(|(known, ..)| *known == shape);
    row.map_or("", |(_, name, _)| name)
}
