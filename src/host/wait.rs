//! A line on the terminal that says what is going on while a report has nothing to show yet.
//!
//! Knows how to overwrite a line. Knows neither who reads nor where the line is: both are handed in.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::model::units;
use crate::progress::Observer;

/// Waits shorter than this get no line.
const QUIET: Duration = Duration::from_millis(500);
/// How often the line may change.
const TICK: Duration = Duration::from_millis(200);

/// The line on the terminal during a wait. Dropping it removes the line.
pub struct WaitLine<'w> {
    write: &'w dyn Fn(&str),
    since: Instant,
    last: Cell<Option<Instant>>,
}

impl<'w> WaitLine<'w> {
    /// A line that `write` puts on a terminal.
    pub fn new(write: &'w dyn Fn(&str)) -> Self {
        Self {
            write,
            since: Instant::now(),
            last: Cell::new(None),
        }
    }

    fn say(&self, text: &dyn Fn() -> String) {
        let is_due = match self.last.get() {
            None => self.since.elapsed() >= QUIET,
            Some(last) => last.elapsed() >= TICK,
        };
        if is_due {
            self.last.set(Some(Instant::now()));
            (self.write)(&format!("\r\x1b[K{}", text()));
        }
    }
}

impl Observer for WaitLine<'_> {
    fn progress(&self, done: u64, total: Option<u64>) -> Result<()> {
        let bytes = |count: u64| units::label(i64::try_from(count).unwrap_or(i64::MAX), "bytes", "auto");
        self.say(&|| match (done, total) {
            (0, _) => "waiting for the first byte".into(),
            (_, Some(total)) => format!("{} of {}", bytes(done), bytes(total)),
            (_, None) => bytes(done),
        });
        Ok(())
    }

    fn waiting(&self, left: Duration) -> Result<()> {
        self.say(&|| match left {
            Duration::ZERO => "waiting for the first byte".into(),
            left => format!("waiting, {} s left", left.as_secs() + 1),
        });
        Ok(())
    }
}

impl Drop for WaitLine<'_> {
    fn drop(&mut self) {
        if self.last.get().is_some() {
            (self.write)("\r\x1b[K");
        }
    }
}
