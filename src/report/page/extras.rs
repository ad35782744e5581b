//! What a page has that is in no profile.

/// What the page of `html` shows besides the profile. `Default` is nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageExtras {
    /// What is compared with what, in words; empty for one profile.
    pub compares: String,
}
