//! The last steps for a profile in a legacy format.

use super::text::Lines;
use super::{drop_frames, maps};
use crate::decode::builder::Builder;
use crate::error::Result;
use crate::model::{LocationId, Profile};

/// The builder's profile, with its locations linked to the mappings that the rest of the input lists, and with pprof's
/// expressions for frames to drop.
pub(super) fn finish(builder: Builder, memory_map: Lines<'_>) -> Result<Profile> {
    let mut profile = builder.profile;
    profile.mappings = maps::read(memory_map, &mut profile.strings)?;
    maps::link(&mut profile);
    drop_frames::set(&mut profile);
    Ok(profile)
}

/// Removes the second frame if it repeats the innermost. An unwinder may report that one twice: from the signal, and as
/// a return address, which has been reduced by one by now.
pub(super) fn remove_double(builder: &Builder, stack: &mut Vec<LocationId>) {
    let address = |id: LocationId| builder.profile.locations[id.index()].address;
    if let [first, second, ..] = stack[..]
        && address(first) == address(second).wrapping_add(1)
    {
        stack.remove(1);
    }
}
