//! How long work reports how far it is and learns that nobody wants it any more.
//! Knows no thread, clock or screen: whoever listens decides what to do with it.

use crate::error::Result;

/// Listens to work that takes time.
pub trait Observer {
    /// `done` of `total` bytes (if known) have been read. An error stops the work, which returns it.
    fn progress(&self, done: u64, total: Option<u64>) -> Result<()>;
}

/// Nobody listens.
impl Observer for () {
    fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
        Ok(())
    }
}
