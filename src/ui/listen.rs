//! What the terminal and the system say, a thread each. They hold their tongue while another program has the terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crossterm::event::Event as TerminalEvent;

use crate::error::Result;
use crate::ui::event::Event;

/// The two threads.
pub(super) struct Listeners {
    held: Arc<AtomicBool>,
    /// The thread that reads the terminal says that it does not.
    parked: Receiver<()>,
    resume: Sender<()>,
}

impl Listeners {
    /// Begins to listen.
    ///
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when signals cannot be had.
    pub(super) fn start(events: &Sender<Event>) -> Result<Self> {
        let held = Arc::new(AtomicBool::new(false));
        listen_to_signals(events, &held)?;
        let (park, parked) = channel();
        let (resume, resumed) = channel();
        listen_to_terminal(events, &held, park, resumed);
        Ok(Self { held, parked, resume })
    }

    /// Does something while nobody reads the terminal but who is called here.
    pub(super) fn hold<T>(&self, call: impl FnOnce() -> T) -> T {
        self.held.store(true, Ordering::SeqCst);
        let is_parked = self.park();
        let outcome = call();
        self.held.store(false, Ordering::SeqCst);
        if is_parked {
            let _ = self.resume.send(());
        }
        outcome
    }

    /// Waits until the terminal is not read any more.
    #[cfg(unix)]
    fn park(&self) -> bool {
        use std::sync::mpsc::RecvTimeoutError;
        loop {
            // To the reader that is a change of size, which ends its waiting.
            let _ = signal_hook::low_level::raise(signal_hook::consts::SIGWINCH);
            match self.parked.recv_timeout(AGAIN) {
                Ok(()) => return true,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// Nothing ends the reader's waiting here: the key it waits for is the other program's loss.
    #[cfg(not(unix))]
    fn park(&self) -> bool {
        self.parked.try_recv().is_ok()
    }
}

/// How often the reader is called if it does not come.
#[cfg(unix)]
const AGAIN: std::time::Duration = std::time::Duration::from_millis(100);

/// Sends everything that the terminal says, until it cannot be read or nobody listens.
fn listen_to_terminal(events: &Sender<Event>, held: &Arc<AtomicBool>, park: Sender<()>, resumed: Receiver<()>) {
    let (events, held) = (events.clone(), Arc::clone(held));
    thread::spawn(move || {
        loop {
            if held.load(Ordering::SeqCst) && (park.send(()).is_err() || resumed.recv().is_err()) {
                return;
            }
            let event = crossterm::event::read().map_or(Event::TerminalGone, Event::Terminal);
            let is_end = matches!(event, Event::TerminalGone);
            // What is typed for the other program is no command here.
            let is_wanted = matches!(event, Event::TerminalGone | Event::Terminal(TerminalEvent::Resize(..)));
            if held.load(Ordering::SeqCst) && !is_wanted {
                continue;
            }
            if events.send(event).is_err() || is_end {
                return;
            }
        }
    });
}

#[cfg(unix)]
fn listen_to_signals(events: &Sender<Event>, held: &Arc<AtomicBool>) -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP};
    use signal_hook::iterator::Signals;
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM, SIGTSTP]).map_err(super::terminal::failed)?;
    let (events, held) = (events.clone(), Arc::clone(held));
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = match signal {
                // The keys are the other program's; what it does with them it does to the whole job.
                SIGINT if held.load(Ordering::SeqCst) => continue,
                SIGTSTP if held.load(Ordering::SeqCst) => {
                    super::terminal::stop();
                    continue;
                }
                SIGTSTP => Event::Suspend,
                _ => Event::End,
            };
            if events.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn listen_to_signals(_events: &Sender<Event>, _held: &Arc<AtomicBool>) -> Result<()> {
    Ok(())
}
