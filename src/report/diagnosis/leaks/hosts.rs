//! `leaks` of many hosts: a verdict each.
//!
//! As an object for programs: `verdict` (the worst of all), `sentence`, and `hosts`, each with `host`, the keys of a verdict,
//! and `error` where there is none.

use std::io::Write;

use serde_json::{Value, json};

use super::{AnswerForm, Evidence, FEWEST, Outcome, level, object, text, write_object};
use crate::analyze::leaks::{Level, Verdict, judge};
use crate::error::Result;
use crate::report::writing;

/// What was seen of a host by its name, or why nothing was.
pub type Witness = (String, std::result::Result<Evidence, String>);

/// Judges each host, those that leak first, and writes the verdicts.
///
/// # Errors
/// [`crate::error::Error::Io`] from the writer.
pub fn write_leaks(hosts: &[Witness], form: AnswerForm, out: &mut dyn Write) -> Result<Outcome> {
    let mut judged: Vec<(&str, std::result::Result<Verdict, String>)> = hosts
        .iter()
        .map(|(name, evidence)| (name.as_str(), evidence.as_ref().map_err(Clone::clone).and_then(verdict)))
        .collect();
    let of = |judged: &std::result::Result<Verdict, String>| judged.as_ref().ok().map(|verdict| verdict.level);
    judged.sort_by_key(|(_, verdict)| std::cmp::Reverse(of(verdict)));
    let worst = judged
        .iter()
        .filter_map(|(_, verdict)| of(verdict))
        .max()
        .unwrap_or(Level::None);
    let said = summary(&judged);
    match form {
        AnswerForm::Json => {
            let rows: Vec<Value> = judged.iter().map(|(name, verdict)| row(name, verdict)).collect();
            write_object(
                &json!({ "schema": 1, "verdict": level(worst), "sentence": said, "hosts": rows }),
                out,
            )?;
        }
        AnswerForm::Text => {
            let mut lines = format!("{said}\n");
            for (name, verdict) in &judged {
                lines += &match verdict {
                    Ok(verdict) => format!("\n{name}\n{}", text(verdict)),
                    Err(reason) => format!("\n{name}\nnot judged: {reason}\n"),
                };
            }
            out.write_all(lines.as_bytes()).map_err(writing)?;
        }
    }
    Ok(worst.into())
}

fn verdict(evidence: &Evidence) -> std::result::Result<Verdict, String> {
    let verdict = judge(&evidence.history);
    match verdict.snapshots {
        count if count < FEWEST => Err(format!("{count} of at least {FEWEST} snapshots")),
        _ => Ok(verdict),
    }
}

fn row(name: &str, verdict: &std::result::Result<Verdict, String>) -> Value {
    let mut row = match verdict {
        Ok(verdict) => object(verdict),
        Err(reason) => json!({ "error": reason }),
    };
    if let Value::Object(row) = &mut row {
        row.insert("host".into(), name.into());
    }
    row
}

/// How many leak, and which.
fn summary(judged: &[(&str, std::result::Result<Verdict, String>)]) -> String {
    const NAMED: usize = 5;
    let at = |wanted: Level| -> Vec<&str> {
        let those = judged
            .iter()
            .filter(|(_, verdict)| verdict.as_ref().is_ok_and(|verdict| verdict.level == wanted));
        those.map(|(name, _)| *name).collect()
    };
    let names = |hosts: &[&str]| match hosts.len() {
        0..=NAMED => hosts.join(", "),
        more => format!("{} and {} more", hosts[..NAMED].join(", "), more - NAMED),
    };
    let all = judged.len();
    let mut parts = Vec::new();
    match &at(Level::Leak)[..] {
        [] => parts.push(format!("none of {all} hosts leaks")),
        [only] => parts.push(format!("1 of {all} hosts leaks: {only}")),
        several => parts.push(format!("{} of {all} hosts leak: {}", several.len(), names(several))),
    }
    match &at(Level::Growing)[..] {
        [] => {}
        growing => parts.push(format!("growing: {}", names(growing))),
    }
    let failed: Vec<&str> = judged
        .iter()
        .filter(|(_, verdict)| verdict.is_err())
        .map(|(name, _)| *name)
        .collect();
    if !failed.is_empty() {
        parts.push(format!("not judged: {}", names(&failed)));
    }
    parts.join("; ")
}
