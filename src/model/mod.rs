//! A profile as tables, not as a web of pointers.
//!
//! Knows what a profile *is*: interned text, functions, locations, stacks and one
//! column of values per sample type. Knows nothing of bytes, files, terminals,
//! clocks or what anybody wants to see. Names no other module of the crate.
//!
//! Constraints that hold for every [`Profile`] that `decode` hands out:
//! - every id points into its table; ids are `u32` newtypes that cannot be mixed up;
//! - each value column is as long as [`Samples::stack`];
//! - text is *visible* text (see [`strings`]): it can be sent to a terminal as it is.

mod align;
mod ids;
mod labels;
mod merge;
mod profile;
mod scale;
mod snapshot;
mod stacks;
pub mod strings;
pub mod units;

pub use align::{Incompatible, align};
pub use ids::{FunctionId, LabelSetId, LocationId, MappingId, SampleId, SampleTypeId, StackId, StringId};
pub use labels::{Label, LabelSets, LabelValue};
pub use merge::merge;
pub use profile::{Function, Known, Line, Location, Mapping, MemStats, Profile, Samples, ValueType};
pub use snapshot::{Loaded, Side, Sides, Snapshot};
pub use stacks::{Stack, Stacks};
pub use strings::{Strings, visible};
