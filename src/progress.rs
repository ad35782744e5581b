//! How long-running work reports its progress and learns that it was cancelled.
//! Knows no thread, clock or screen: whoever listens decides what to do with it.

use std::time::Duration;

use crate::error::Result;

/// Listens to work that takes time.
pub trait Observer {
    /// `done` of `total` bytes (if known) have been read. An error stops the work, which returns it.
    fn progress(&self, done: u64, total: Option<u64>) -> Result<()>;

    /// Nothing has been read yet, and nothing is to be expected for this long. An error stops the work.
    fn waiting(&self, _left: Duration) -> Result<()> {
        self.progress(0, None)
    }
}

/// Nobody listens.
impl Observer for () {
    fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
        Ok(())
    }
}
