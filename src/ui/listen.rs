//! What the terminal and the system say, a thread each. They hold their tongue while another program has the terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use crossterm::event::Event as TerminalEvent;

use crate::error::Result;
use crate::ui::event::Event;
use crate::ui::terminal::{Tty, bounded};

/// The name of the threads: without them the program hears nothing more.
pub(super) const LISTENER: &str = "listener";

/// Starts a thread that listens.
fn listen(work: impl FnOnce() + Send + 'static) {
    let started = thread::Builder::new().name(LISTENER.into()).spawn(work);
    assert!(started.is_ok(), "no thread to listen: {started:?}");
}

/// The two threads.
pub(super) struct Listeners {
    events: Sender<Event>,
    tty: Arc<Tty>,
    held: Arc<AtomicBool>,
    #[cfg(unix)]
    reader: Option<parking::Reader>,
}

impl Listeners {
    /// Begins to listen to the system: from now on no signal ends the program before the terminal is given back.
    ///
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when signals cannot be had.
    pub(super) fn start(events: &Sender<Event>, tty: &Arc<Tty>) -> Result<Self> {
        let held = Arc::new(AtomicBool::new(false));
        listen_to_signals(events, tty, &held)?;
        Ok(Self {
            events: events.clone(),
            tty: Arc::clone(tty),
            held,
            #[cfg(unix)]
            reader: None,
        })
    }

    /// Begins to listen to the terminal.
    ///
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when the reader cannot be called.
    #[cfg(unix)]
    pub(super) fn read(&mut self) -> Result<()> {
        let reader = parking::Reader::start(&self.events, &self.tty);
        self.reader = Some(reader.map_err(super::terminal::failed)?);
        Ok(())
    }

    /// Begins to listen to the terminal.
    #[cfg(not(unix))]
    pub(super) fn read(&mut self) -> Result<()> {
        let (events, tty, held) = (self.events.clone(), Arc::clone(&self.tty), Arc::clone(&self.held));
        listen(move || {
            loop {
                let event = match crossterm::event::read() {
                    Ok(TerminalEvent::Resize(width, height)) => {
                        let (width, height) = bounded((width, height));
                        Event::Terminal(TerminalEvent::Resize(width, height))
                    }
                    // What is typed for the other program is no command here.
                    Ok(_) if held.load(Ordering::SeqCst) => continue,
                    Ok(event) => Event::Terminal(event),
                    Err(_) => Event::TerminalGone,
                };
                let is_end = matches!(event, Event::TerminalGone);
                if is_end {
                    tty.end();
                }
                if events.send(event).is_err() || is_end {
                    return;
                }
            }
        });
        Ok(())
    }

    /// Does something while nobody reads the terminal but who is called here.
    pub(super) fn hold<T>(&self, call: impl FnOnce() -> T) -> T {
        self.held.store(true, Ordering::SeqCst);
        #[cfg(unix)]
        let _parked = self.reader.as_ref().map(parking::Reader::park);
        let outcome = call();
        self.held.store(false, Ordering::SeqCst);
        outcome
    }
}

#[cfg(unix)]
mod parking {
    use std::io::{self, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Instant;

    use super::*;
    use crate::ui::terminal::Waited;
    use crate::ui::terminal::input::{Decoder, Said};

    /// The thread that reads the terminal, as others see it.
    pub(super) struct Reader {
        call: UnixStream,
        /// It says that it does not read.
        parked: Receiver<()>,
        resume: Sender<()>,
    }

    /// While this is held, nothing is read.
    pub(super) struct Parked<'r>(&'r Reader);

    impl Drop for Parked<'_> {
        fn drop(&mut self) {
            let _ = self.0.resume.send(());
        }
    }

    impl Reader {
        pub(super) fn start(events: &Sender<Event>, tty: &Arc<Tty>) -> io::Result<Self> {
            let (call, called) = UnixStream::pair()?;
            let (park, parked) = channel();
            let (resume, resumed) = channel();
            let (events, tty) = (events.clone(), Arc::clone(tty));
            listen(move || {
                let mut decoder = Decoder::default();
                let mut bytes = [0; 1 << 14];
                let mut began = Instant::now();
                loop {
                    let patience = decoder.patience();
                    let left = patience.map(|patience| patience.saturating_sub(began.elapsed()));
                    let said = match tty.wait(&called, left) {
                        Waited::Called => {
                            let is_over = (&called).read(&mut [0]).is_err() || park.send(()).is_err();
                            if is_over || resumed.recv().is_err() {
                                return;
                            }
                            continue;
                        }
                        Waited::Nothing => decoder.give_up().into_iter().collect(),
                        Waited::Input => match tty.read(&mut bytes) {
                            Some(bytes) => {
                                let said = decoder.feed(bytes);
                                // What goes on and on is no more meant for us than what stops.
                                if patience.is_none() || !said.is_empty() || decoder.is_pasting() {
                                    began = Instant::now();
                                }
                                said
                            }
                            None => break,
                        },
                        Waited::Gone => break,
                    };
                    for said in said {
                        let event = match said {
                            Said::Event(event) => Event::Terminal(event),
                            Said::Background(colour) => Event::Background(colour),
                            Said::Identity => Event::Identity,
                        };
                        if events.send(event).is_err() {
                            return;
                        }
                    }
                }
                tty.end();
                let _ = events.send(Event::TerminalGone);
            });
            Ok(Self { call, parked, resume })
        }

        /// Waits until the terminal is not read any more.
        pub(super) fn park(&self) -> Parked<'_> {
            if (&self.call).write(&[0]).is_ok() {
                let _ = self.parked.recv();
            }
            Parked(self)
        }
    }
}

/// Signals, and what they are to the program. Those that would end it end it in good order.
#[cfg(unix)]
fn listen_to_signals(events: &Sender<Event>, tty: &Arc<Tty>, held: &Arc<AtomicBool>) -> Result<()> {
    use signal_hook::consts::{
        SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH,
    };
    use signal_hook::iterator::Signals;
    let caught = [
        SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH,
    ];
    let mut signals = Signals::new(caught).map_err(super::terminal::failed)?;
    let (events, tty, held) = (events.clone(), Arc::clone(tty), Arc::clone(held));
    listen(move || {
        for signal in signals.forever() {
            let is_held = held.load(Ordering::SeqCst);
            let event = match signal {
                SIGWINCH => {
                    let (width, height) = bounded(tty.size());
                    Event::Terminal(TerminalEvent::Resize(width, height))
                }
                // The keys are the other program's; what it does with them it does to the whole job.
                SIGINT | SIGQUIT if is_held => continue,
                SIGTSTP if is_held => {
                    super::terminal::stop();
                    continue;
                }
                SIGCONT if is_held => continue,
                SIGTSTP => Event::Suspend,
                SIGCONT => Event::Continued,
                _ => {
                    tty.end();
                    Event::End
                }
            };
            if events.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn listen_to_signals(_events: &Sender<Event>, _tty: &Arc<Tty>, _held: &Arc<AtomicBool>) -> Result<()> {
    Ok(())
}
