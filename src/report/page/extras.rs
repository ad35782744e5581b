//! What a page has that is in no profile.

use super::super::sums::RowSums;
use super::forest::StackSums;

/// What the page of `html` shows besides the profile. `Default` is nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageExtras {
    /// What was named, in words: the title where the profile names no binary.
    pub subject: String,
    /// What is compared with what, in words; empty for one profile.
    pub compares: String,
    /// Whether the profile itself is in the page.
    pub embedding: Embedding,
    /// The moments of a session, the earliest first; none for one profile. That of the page is the last of them.
    pub moments: Vec<PageMoment>,
}

/// Whether a page holds the profile that it was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Embedding {
    /// What it shows is all that it holds.
    #[default]
    None,
    /// The profile as the filters leave it, to be saved from the page.
    Profile,
}

/// A moment of a session.
#[derive(Clone, PartialEq, Debug)]
pub struct PageMoment {
    /// When it was, nanoseconds since 1970 UTC.
    pub nanos: i128,
    /// Bytes of resident memory, where known.
    pub resident: Option<u64>,
    /// How many goroutines there were, where known.
    pub goroutines: Option<i64>,
    /// What the rows of the table held.
    pub sums: RowSums,
    /// What its stacks held.
    pub stacks: StackSums,
}
