//! Laws over the key table.

use super::action::KeyContext;
use super::bindings::Bindings;
use super::chord::{self, Chord};
use super::help;
use crate::ui::view::{VIEWS, calls, flame, graph, source, tree};

/// Rows that share a key where both act, the one that is meant to win first: (key, winner, loser).
const MEANT: &[(&str, KeyContext, KeyContext)] = &[
    // Back along the trail first, and from its start out of the view.
    ("<bs>", KeyContext::View(tree::ID), KeyContext::Everywhere),
    ("<esc>", KeyContext::View(tree::ID), KeyContext::Everywhere),
    ("<bs>", KeyContext::View(flame::ID), KeyContext::Everywhere),
    ("<esc>", KeyContext::View(flame::ID), KeyContext::Everywhere),
    ("<bs>", KeyContext::View(graph::ID), KeyContext::Everywhere),
    ("<esc>", KeyContext::View(graph::ID), KeyContext::Everywhere),
    // What is looked for there is said there.
    ("/", KeyContext::Hosts, KeyContext::Lists),
    // Along calls instead of rows.
    ("<down>", KeyContext::View(graph::ID), KeyContext::Lists),
    ("j", KeyContext::View(graph::ID), KeyContext::Lists),
    ("<up>", KeyContext::View(graph::ID), KeyContext::Lists),
    ("k", KeyContext::View(graph::ID), KeyContext::Lists),
    // There all hosts are added up; the mouse is the table's.
    ("m", KeyContext::Hosts, KeyContext::Everywhere),
    // `w` pauses too.
    ("<space>", KeyContext::View(calls::ID), KeyContext::Watched),
    ("<bs>", KeyContext::View(source::ID), KeyContext::Everywhere),
    ("<esc>", KeyContext::View(source::ID), KeyContext::Everywhere),
];

/// Every set of contexts in which all conditions hold: one for each view, the prompt and the help.
fn situations() -> Vec<Vec<KeyContext>> {
    let around = [
        KeyContext::Everywhere,
        KeyContext::Views,
        KeyContext::Lists,
        KeyContext::Server,
        KeyContext::Filtered,
        KeyContext::InUse,
        KeyContext::Objects,
        KeyContext::OverTime,
        KeyContext::Watched,
        KeyContext::Process,
        KeyContext::Comparable,
    ];
    let views = VIEWS
        .iter()
        .map(|row| [&around[..], &[KeyContext::View(row.id)]].concat());
    let over = [KeyContext::Prompt, KeyContext::Menu, KeyContext::Pane].map(|context| vec![context]);
    let hosts = vec![KeyContext::Everywhere, KeyContext::Lists, KeyContext::Hosts];
    views.chain(over).chain([hosts]).collect()
}

#[test]
fn every_key_can_be_written_and_shown() {
    let bindings = Bindings::default();
    let chords = bindings.rows().flat_map(|row| &row.keys).map(|(chord, _)| *chord);
    for chord in chords {
        let notation = chord.notation();
        assert_eq!(chord::parse(&notation), Some(vec![chord]), "{notation} is this key");
        assert_eq!(Chord::pressed(&chord.event()), chord, "{notation}");
        let shown = chord.label();
        let is_short = !shown.is_empty() && shown.chars().count() <= 5;
        assert!(is_short, "{notation} is shown as {shown}");
        let has_name = !shown.contains('<') || notation == "<lt>";
        assert!(has_name, "{notation} has a name to show: {shown}");
    }
}

#[test]
fn no_two_rows_share_a_key_unless_one_is_meant_to_win() {
    let bindings = Bindings::default();
    let mut met = Vec::new();
    for contexts in situations() {
        let mut bound: Vec<(Chord, KeyContext)> = Vec::new();
        for row in bindings.active(&contexts) {
            for &(chord, _) in &row.keys {
                if let Some((_, winner)) = bound.iter().find(|(other, _)| *other == chord) {
                    let key = chord.notation();
                    let is_it = |meant: &&(&str, KeyContext, KeyContext)| **meant == (&*key, *winner, row.context);
                    let meant = MEANT.iter().find(is_it);
                    let winner = winner.name();
                    assert!(
                        meant.is_some(),
                        "{key} is bound twice: {winner}, {}",
                        row.context.name()
                    );
                    met.extend(meant);
                } else {
                    bound.push((chord, row.context));
                }
            }
        }
    }
    let idle: Vec<_> = MEANT.iter().filter(|row| !met.contains(row)).collect();
    assert!(idle.is_empty(), "these do not share a key any more: {idle:?}");
}

#[test]
fn every_row_is_reached_and_explained() {
    let bindings = Bindings::default();
    let order = help::order();
    for row in bindings.rows() {
        let help = row.help;
        let begins_well = help.starts_with(|first: char| !first.is_lowercase());
        assert!(begins_well, "{help:?} begins with a capital");
        let is_short = !help.ends_with('.') && help.chars().count() <= 75;
        assert!(is_short, "{help:?} is short and has no full stop");
        assert!(row.short.chars().count() <= 14, "{:?} fits the footer", row.short);
        assert!(order.contains(&row.context), "{:?} is in the help screen", row.context);
        let last = row.keys[row.keys.len() - 1];
        let is_reached = situations()
            .iter()
            .any(|contexts| contexts.contains(&row.context) && bindings.lookup(last.0, contexts) == Some(last.1));
        assert!(is_reached, "{help:?} can be reached with its last key");
    }
    for (at, context) in order.iter().enumerate() {
        assert!(!order[..at].contains(context), "{context:?} is in the help once");
        assert!(!context.title().is_empty() && !context.name().is_empty(), "{context:?}");
        assert!(bindings.active(&[*context]).next().is_some(), "{context:?} has keys");
    }
    for view in VIEWS {
        let context = KeyContext::View(view.id);
        assert!(order.contains(&context), "{} has a place in the help", view.title);
    }
}

#[test]
fn a_name_is_of_one_context_or_action() {
    let bindings = Bindings::default();
    let contexts = help::order();
    for (at, context) in contexts.iter().enumerate() {
        let before = contexts[..at].iter().map(|context| context.name());
        assert!(before.into_iter().all(|name| name != context.name()), "{context:?}");
    }
    let bound = bindings.rows().flat_map(|row| &row.keys).map(|(_, action)| *action);
    let bound: Vec<_> = bound.collect();
    for action in &bound {
        let name = action.name();
        let is_plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        assert!(name.chars().all(is_plain), "{name}");
        let others = bound.iter().filter(|other| *other != action);
        let same = others.into_iter().find(|other| other.name() == name);
        assert_eq!(same, None, "{name} is of {action:?} too");
    }
}
