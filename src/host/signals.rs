//! Signals that ask a command to terminate.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A flag that is set when the program is asked to terminate. A second signal ends it at once, in case something hangs.
///
/// # Errors
/// Those of the operating system, if signals cannot be caught.
#[cfg(unix)]
pub fn stop_on_signals() -> io::Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// A flag that is never set: the system ends the program itself.
///
/// # Errors
/// Never fails.
#[cfg(not(unix))]
pub fn stop_on_signals() -> io::Result<Arc<AtomicBool>> {
    Ok(Arc::new(AtomicBool::new(false)))
}
