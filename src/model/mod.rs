//! A profile as tables, not as a web of pointers.
//!
//! Knows what a profile *is*: interned strings, functions, locations, stacks and one
//! column of values per sample type. Knows nothing of bytes, files, terminals,
//! clocks or of how it is shown. Uses no other module of the crate.
//!
//! True of every [`Profile`] that `decode` returns:
//! - every id points into its table; ids are `u32` newtypes that cannot be mixed up;
//! - each value column is as long as [`Samples::stack`];
//! - text is *visible* text (see [`strings`]): it can be sent to a terminal as it is.
//!
//! ```
//! use heaptui::model::{Function, LabelSetId, Line, Profile, SampleTypeId, ValueType};
//!
//! let mut profile = Profile::default();
//! let [kind, unit] = ["inuse_space", "bytes"].map(|text| profile.strings.intern(text.as_bytes()));
//! profile.sample_types.push(ValueType { kind, unit });
//! let name = profile.strings.intern(b"main.work");
//! let function = profile.add_function(Function { name, ..Function::default() });
//! let location = profile.add_location(None, 0, &[Line { function, line: 12, column: 0 }]);
//! // A stack, innermost location first, without labels, with a value of each sample type.
//! profile.add_sample(&[location], LabelSetId(0), &[4096]);
//!
//! assert_eq!(profile.type_name(SampleTypeId(0)), "inuse_space");
//! assert_eq!(profile.samples.values[0], [4096]);
//! assert_eq!(profile.text(profile.functions[function.index()].name), "main.work");
//! ```

mod align;
mod ids;
mod labels;
mod merge;
mod moment;
mod process;
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
pub use moment::{Moment, MomentId};
pub use process::{Collection, Resident, ResidentMoment};
pub use profile::{Function, Known, Line, Location, Mapping, MemStats, Profile, Samples, ValueType};
pub use snapshot::{Comparison, Loaded, Side, Sides, Snapshot};
pub use stacks::{Stack, Stacks};
pub use strings::{Strings, visible};
