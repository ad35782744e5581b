//! What a report takes from around it besides the profile and the options.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::page::PageExtras;
use super::sources::{NoSources, Sources};

/// The machine as reports see it. `Default` sees nothing of it: UTC, and no source text.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The zone that times are printed in; the program's is the local one.
    pub zone: TimeZone,
    /// Who finds source text; the program looks for files.
    pub sources: Arc<dyn Sources>,
    /// What a page shows besides the profile.
    pub extras: Arc<PageExtras>,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            sources: Arc::new(NoSources),
            extras: Arc::default(),
        }
    }
}
