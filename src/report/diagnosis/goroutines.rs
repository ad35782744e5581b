//! `goroutines`: those that are alike as one row, with state, wait, creator and the first frame of the program's own.
//!
//! | key | what it is |
//! |---|---|
//! | `schema` | 1; grows when a key changes its meaning, not when one is added |
//! | `total` | how many goroutines there are |
//! | `known` | `each` (a stack dump) or `counts` (wait and creator are not known) |
//! | `grouping` | `stack`, `function`, `state`, `created-by` or `label=KEY` |
//! | `groups` | the largest first: `count`, `key`, `states`, `wait` in minutes (`least`, `median`, `most`) or null, `created_by`, `function`, `file`, `line`, `labels`, `leaked`, `locked`, `stack` (the runtime's frames as null) |
//! | `notes` | what is missing, and what it would cost |

use std::io::Write;

use serde_json::{Value, json};

use super::words::{bytes, count};
use super::{AnswerForm, Asked, Evidence, Outcome, write_object};
use crate::analyze::Origin;
use crate::analyze::base_name;
use crate::analyze::goroutines::{Detail, FramePlace, GoroutineGroup, Goroutines, Grouping, Wait, folded};
use crate::error::{Error, Result};
use crate::model::units::grouped;
use crate::model::{Line, Profile};
use crate::report::writing;

/// What `--by` takes, and the grouping.
const GROUPINGS: &[(&str, Grouping)] = &[
    ("stack", Grouping::Stack),
    ("function", Grouping::OwnFunction),
    ("state", Grouping::State),
    ("created-by", Grouping::CreatedBy),
];

pub(super) fn write(given: &Evidence, asked: &Asked, out: &mut dyn Write) -> Result<Outcome> {
    let grouping = grouping(asked.by.as_deref())?;
    let missing =
        || Error::NoMatch("no goroutine profile in it: take …/debug/pprof/goroutine?debug=2, or without debug".into());
    let profile = given.goroutines.as_ref().ok_or_else(missing)?;
    let goroutines = Goroutines::new(profile, &grouping).ok_or_else(missing)?;
    match asked.form {
        AnswerForm::Json => write_object(&object(profile, &goroutines, &grouping), out)?,
        AnswerForm::Text => out
            .write_all(text(profile, &goroutines, &grouping).as_bytes())
            .map_err(writing)?,
    }
    Ok(Outcome::Answered)
}

fn grouping(asked: Option<&str>) -> Result<Grouping> {
    let Some(asked) = asked else {
        return Ok(Grouping::Stack);
    };
    if let Some(key) = asked.strip_prefix("label=").filter(|key| !key.is_empty()) {
        return Ok(Grouping::Label(key.into()));
    }
    let found = GROUPINGS.iter().find(|(name, _)| *name == asked);
    let names: Vec<&str> = GROUPINGS.iter().map(|(name, _)| *name).collect();
    found.map(|(_, grouping)| grouping.clone()).ok_or_else(|| {
        let names = names.join(", ");
        Error::Usage(format!("--by takes {names} or label=KEY, not {asked:?}"))
    })
}

fn name(grouping: &Grouping) -> String {
    if let Grouping::Label(key) = grouping {
        return format!("label={key}");
    }
    let found = GROUPINGS.iter().find(|(_, other)| other == grouping);
    found.map_or(String::new(), |(name, _)| (*name).to_string())
}

/// A table, its columns as wide as they need to be.
fn text(profile: &Profile, goroutines: &Goroutines, grouping: &Grouping) -> String {
    let groups = goroutines.groups.len();
    let source = match goroutines.detail {
        Detail::Each => "each by itself",
        Detail::Counts => "counts",
    };
    let total = count(goroutines.total as f64, "goroutine");
    let mut text = format!("{total} in {} ({source})\n", count(groups as f64, "group"));
    let is_keyed = *grouping != Grouping::Stack;
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(groups + 1);
    let mut head = vec!["count", "state"];
    if goroutines.detail == Detail::Each {
        head.extend(["wait", "created by"]);
    }
    head.push("function");
    let key = name(grouping);
    if is_keyed {
        head.insert(1, &key);
    }
    rows.push(head.into_iter().map(String::from).collect());
    for group in &goroutines.groups {
        let mut row = vec![grouped(group.count), listed(&group.states)];
        if goroutines.detail == Detail::Each {
            row.push(group.wait.map_or(String::new(), waited));
            row.push(listed(&group.created_by));
        }
        let marks = marks(group);
        row.push(format!(
            "{}{marks}",
            group.own.map_or(String::new(), |own| place(profile, &own))
        ));
        if is_keyed {
            row.insert(
                1,
                if group.key.is_empty() {
                    "(none)".into()
                } else {
                    group.key.clone()
                },
            );
        }
        rows.push(row);
    }
    let columns = rows[0].len();
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    for row in &rows {
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
            match at {
                0 => text.push_str(&format!("{gap}{cell}")),
                _ if at + 1 == columns => text.push_str(&format!("  {cell}")),
                _ => text.push_str(&format!("  {cell}{gap}")),
            }
        }
        text.push('\n');
    }
    for note in notes(goroutines) {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

/// The first of some, and how many others there are.
fn listed(names: &[(String, i64)]) -> String {
    match names {
        [] => "-".into(),
        [(only, _)] => only.clone(),
        [(first, _), rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// How long some have waited, in a few words.
pub fn waited(wait: Wait) -> String {
    match wait {
        Wait { most: 0, .. } => "under 1 min".into(),
        Wait { least, most, .. } if least == most => format!("{most} min"),
        Wait { least, median, most } => format!("{least}–{most} min, median {median} min"),
    }
}

/// What else is known of a group.
fn marks(group: &GoroutineGroup) -> String {
    let mut marks = Vec::new();
    if group.leaked > 0 {
        marks.push(format!("{} proved leaked", grouped(group.leaked)));
    }
    if group.locked > 0 {
        marks.push(format!("{} locked to a thread", grouped(group.locked)));
    }
    let labels = group.labels.iter().take(3);
    marks.extend(labels.map(|(key, value, count)| match *count == group.count {
        true => format!("{key}={value}"),
        false => format!("{key}={value} {}", grouped(*count)),
    }));
    if marks.is_empty() {
        String::new()
    } else {
        format!("  [{}]", marks.join(", "))
    }
}

fn place(profile: &Profile, place: &FramePlace) -> String {
    let function = &profile.functions[place.function.index()];
    let (name, file) = (profile.text(function.name), base_name(profile.text(function.filename)));
    let own = if place.origin == Origin::Own {
        ""
    } else {
        " (not its own code)"
    };
    if file.is_empty() {
        format!("{name}{own}")
    } else {
        format!("{name} {file}:{}{own}", place.line)
    }
}

fn notes(goroutines: &Goroutines) -> Vec<String> {
    match goroutines.detail {
        Detail::Each => Vec::new(),
        Detail::Counts => {
            let cost = dump_cost(goroutines.total);
            vec![format!(
                "states are told by the stacks; wait and creator are not known: goroutine?debug=2 has them, for about {cost} of text while the process stands still"
            )]
        }
    }
}

/// How much text a stack dump of so many goroutines is: 15 MB for 100,000 of them.
pub fn dump_cost(count: i64) -> String {
    bytes(count.saturating_mul(150) as f64)
}

fn object(profile: &Profile, goroutines: &Goroutines, grouping: &Grouping) -> Value {
    let counts = |names: &[(String, i64)]| -> Vec<Value> {
        names
            .iter()
            .map(|(name, count)| json!({"name": name, "count": count}))
            .collect()
    };
    let group = |group: &GoroutineGroup| {
        let function = group.own.map(|own| &profile.functions[own.function.index()]);
        json!({
            "count": group.count,
            "key": group.key,
            "states": counts(&group.states),
            "wait": group.wait.map(|wait| json!({"least": wait.least, "median": wait.median, "most": wait.most})),
            "created_by": counts(&group.created_by),
            "function": function.map_or("", |function| profile.text(function.name)),
            "file": function.map_or("", |function| profile.text(function.filename)),
            "line": group.own.map_or(0, |own| own.line),
            "labels": group.labels.iter().map(|(key, value, count)| json!({"key": key, "value": value, "count": count})).collect::<Vec<_>>(),
            "leaked": group.leaked,
            "locked": group.locked,
            "stack": folded(profile, group.stack).iter().map(|line| line.map(|line| frame(profile, line))).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": 1,
        "total": goroutines.total,
        "known": if goroutines.detail == Detail::Each { "each" } else { "counts" },
        "grouping": name(grouping),
        "groups": goroutines.groups.iter().map(group).collect::<Vec<_>>(),
        "notes": notes(goroutines),
    })
}

fn frame(profile: &Profile, line: Line) -> String {
    let function = &profile.functions[line.function.index()];
    let (name, file) = (profile.text(function.name), profile.text(function.filename));
    if file.is_empty() {
        name.to_string()
    } else {
        format!("{name} {file}:{}", line.line)
    }
}
