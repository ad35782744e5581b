//! The part of a profile that filters leave, as a profile.

use std::borrow::Cow;

use super::filter::Scope;
use super::frames::NodeIdentity;
use crate::model::{LabelSetId, LabelSets, Line, Location, LocationId, Profile, Stacks};

/// A profile with the samples, labels and lines that `scope` leaves. Of `identity` only `no_inlines` and, with it,
/// `columns` matter. Nothing is renumbered or merged: rows that no sample refers to remain. If the scope leaves
/// everything, the profile is borrowed.
pub fn excerpt<'p>(profile: &'p Profile, scope: &Scope, identity: &NodeIdentity) -> Cow<'p, Profile> {
    if !identity.no_inlines && scope.is_whole(profile) {
        return Cow::Borrowed(profile);
    }
    let mut kept = Profile {
        stacks: Stacks::default(),
        locations: Vec::with_capacity(profile.locations.len()),
        lines: Vec::with_capacity(profile.lines.len()),
        ..profile.clone()
    };
    for (row, location) in profile.locations.iter().enumerate() {
        let mut lines = scope.lines(LocationId::from_index(row));
        if identity.no_inlines && lines.len() > 1 {
            lines = &lines[lines.len() - 1..];
        }
        let start = kept.lines.len() as u32;
        kept.lines.extend(lines.iter().map(|&line| {
            let line = profile.lines[line as usize];
            let column = if identity.no_inlines && !identity.columns {
                0
            } else {
                line.column
            };
            Line { column, ..line }
        }));
        kept.locations.push(Location {
            lines: (start, kept.lines.len() as u32),
            ..*location
        });
    }
    for mapping in &mut kept.mappings {
        mapping.has.inline_frames &= !identity.no_inlines;
    }
    if scope.hides_labels() {
        let sets = (0..profile.labels.len()).map(LabelSetId::from_index);
        let mut labels = LabelSets::default();
        let seen = |set| labels.intern(&scope.labels(profile, set).copied().collect::<Vec<_>>());
        let seen: Vec<LabelSetId> = sets.map(seen).collect();
        kept.samples.labels.iter_mut().for_each(|set| *set = seen[set.index()]);
        kept.labels = labels;
    }
    let mut keep = vec![false; profile.samples.len()];
    let mut stack = Vec::new();
    for span in scope.spans() {
        let row = span.sample.index();
        let frames = profile.stacks.get(profile.samples.stack[row]);
        let frames = frames.part(span.from, span.to);
        stack.clear();
        stack.extend(frames.iter().filter(|frame| !scope.hidden()[frame.index()]));
        kept.samples.stack[row] = kept.stacks.push(&stack);
        keep[row] = true;
    }
    kept.samples.retain(&keep);
    Cow::Owned(kept)
}
