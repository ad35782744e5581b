//! The last steps of a profile that came in one of these formats.

use super::text::Lines;
use super::{drop_frames, maps};
use crate::decode::builder::Builder;
use crate::error::Result;
use crate::model::{LocationId, Profile};

/// The profile of a builder: its locations in the mappings that the rest of the input lists, and the frames named that
/// pprof would drop.
pub(super) fn finish(builder: Builder, memory_map: Lines<'_>) -> Result<Profile> {
    let mut profile = builder.profile;
    profile.mappings = maps::read(memory_map, &mut profile.strings)?;
    maps::link(&mut profile);
    drop_frames::set(&mut profile);
    Ok(profile)
}

/// Removes the second frame if it is the innermost again. An unwinder may have that twice: from a signal, and as if it were
/// a return address, which is one less by now.
pub(super) fn remove_double(builder: &Builder, stack: &mut Vec<LocationId>) {
    let address = |id: LocationId| builder.profile.locations[id.index()].address;
    if let [first, second, ..] = stack[..]
        && address(first) == address(second).wrapping_add(1)
    {
        stack.remove(1);
    }
}
