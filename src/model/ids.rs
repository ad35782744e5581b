//! Typed row numbers: each is a row of one table of a [`super::Profile`].

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// The row as an index.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of row `index`; tables have fewer than 2³² rows, which `decode` ensures.
            #[inline]
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )*};
}

ids! {
    /// A row of [`super::Strings`]; 0 is the empty string.
    StringId;
    /// A row of `Profile::functions`.
    FunctionId;
    /// A row of `Profile::locations`.
    LocationId;
    /// A row of `Profile::mappings`.
    MappingId;
    /// A row of [`super::Stacks`].
    StackId;
    /// A row of [`super::LabelSets`]; 0 is the set without labels.
    LabelSetId;
    /// A row of [`super::Samples`].
    SampleId;
    /// A column of [`super::Samples`], a row of `Profile::sample_types`.
    SampleTypeId;
}
