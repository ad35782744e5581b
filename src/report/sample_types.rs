//! Which sample type is reported on, and what those of Go's profiles count.

use crate::error::{Error, Result};
use crate::model::{Profile, SampleTypeId};

/// What the sample types of Go's profiles count: (name, meaning).
pub const SAMPLE_TYPES: &[(&str, &str)] = &[
    (
        "inuse_space",
        "bytes that were allocated and not yet freed at the last garbage collection: what is held now",
    ),
    ("inuse_objects", "the same as a number of objects"),
    (
        "alloc_space",
        "bytes allocated since the process began, freed or not: what keeps the garbage collector busy",
    ),
    ("alloc_objects", "the same as a number of objects"),
    ("goroutine", "goroutines by the stack where they are now"),
    (
        "delay",
        "time spent waiting for locks, channels and the like (block and mutex profiles)",
    ),
    ("contentions", "how often something waited"),
    ("cpu", "time on a processor; samples is how often it was looked at"),
];

/// The sample type of a name or number.
///
/// # Errors
/// [`Error::Usage`] if there is none; an error of the profile if it has no sample types.
pub(super) fn sample_type(profile: &Profile, wanted: &str) -> Result<SampleTypeId> {
    if profile.sample_types.is_empty() {
        return Err(Error::malformed("it has no sample types"));
    }
    profile.sample_type(wanted).ok_or_else(|| {
        let ids = (0..profile.sample_types.len()).map(SampleTypeId::from_index);
        let names: Vec<&str> = ids.take(20).map(|id| profile.type_name(id)).collect();
        let last = profile.sample_types.len() - 1;
        Error::Usage(format!(
            "sample_index {wanted:?} must be one of {} or a number from 0 to {last}",
            names.join(", ")
        ))
    })
}
