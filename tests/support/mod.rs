//! What several subjects need.

pub(crate) mod fixtures;
pub(crate) mod play;
pub(crate) mod program;
pub(crate) mod server;
#[cfg(unix)]
pub(crate) mod terminal;
