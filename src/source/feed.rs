//! Reading that can be cancelled: a thread reads, and its consumer asks the observer while it waits.
//!
//! Knows no file and no network. An abandoned thread ends at the next piece it has to deliver.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::progress::Observer;

/// How long to wait before asking the observer again.
const TICK: Duration = Duration::from_millis(50);
const PIECE: usize = 1 << 16;
/// How many pieces may be in flight.
const QUEUE: usize = 16;

enum Piece {
    /// Reading can begin; this many bytes will follow, if known.
    Open(Option<u64>),
    Bytes(Vec<u8>),
    End(Result<()>),
}

/// Where the reading thread delivers.
pub(super) struct Sink(SyncSender<Piece>);

impl Sink {
    /// Reports that reading can begin, and how many bytes will follow, if known.
    pub(super) fn open(&self, total: Option<u64>) -> Result<()> {
        self.send(Piece::Open(total))
    }

    /// Delivers some bytes; waits if the queue is full. [`Error::Cancelled`] if nobody receives them.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<()> {
        self.send(Piece::Bytes(bytes.to_vec()))
    }

    /// Delivers everything from a reader. `failed` turns a read error, and the number of bytes before it, into an
    /// [`Error`].
    pub(super) fn copy(&self, reader: &mut dyn Read, failed: &dyn Fn(io::Error, u64) -> Error) -> Result<()> {
        let mut buffer = vec![0; PIECE];
        let mut done = 0;
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    done += count as u64;
                    self.bytes(&buffer[..count])?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error, done)),
            }
        }
    }

    fn send(&self, piece: Piece) -> Result<()> {
        self.0.send(piece).map_err(|_| Error::Cancelled)
    }
}

/// The reader for what goes into a [`Sink`]. Errors of the work and the observer become the inner error of an
/// [`io::Error`]. Dropping it early stops the work, if that is possible.
pub(super) struct Feed<'o> {
    pieces: Receiver<Piece>,
    observer: &'o dyn Observer,
    limits: Option<TimeLimits>,
    since: Instant,
    thread: Option<JoinHandle<()>>,
    /// Disconnects when the thread has ended.
    ended: Receiver<()>,
    piece: Vec<u8>,
    /// `piece[..used]` has been consumed.
    used: usize,
    done: u64,
    total: Option<u64>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Open,
    Ended,
}

/// Limits on work that could take for ever.
pub(super) struct TimeLimits {
    /// How long it may take to open.
    pub(super) open: Duration,
    /// How much of that is expected, as the server waits on purpose.
    pub(super) expected: Duration,
    /// How long all of it may take, not counting what [`PACE`] allows.
    pub(super) whole: Duration,
    /// The error for taking longer.
    pub(super) late: Box<dyn Fn(Late) -> Error>,
    /// Makes the work fail soon.
    pub(super) stop: Box<dyn Fn()>,
}

/// What took too long.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Late {
    /// Opening.
    Opening,
    /// Reading: this many bytes so far, in this time.
    Reading(u64, Duration),
}

/// A slow connection is not cut off as long as it averages this many bytes per second.
const PACE: u64 = 1 << 16;
/// How long a drop waits for the work to notice that it was stopped.
const STOPPING: Duration = Duration::from_millis(200);

/// Starts work on a thread of its own and waits until it has opened.
pub(super) fn start<'o>(
    observer: &'o dyn Observer,
    limits: Option<TimeLimits>,
    work: impl FnOnce(&Sink) -> Result<()> + Send + 'static,
) -> Result<Feed<'o>> {
    let (sender, pieces) = sync_channel(QUEUE);
    let (ends, ended) = sync_channel(0);
    let run = move || {
        let sink = Sink(sender);
        let end = work(&sink);
        // There may be no receiver left.
        sink.send(Piece::End(end)).unwrap_or_default();
        drop::<SyncSender<()>>(ends);
    };
    let thread = thread::Builder::new().name("source".into());
    let thread = thread.spawn(run).map_err(|reason| Error::Io {
        name: "starting to read".into(),
        reason,
    })?;
    let mut feed = Feed {
        pieces,
        observer,
        limits,
        since: Instant::now(),
        thread: Some(thread),
        ended,
        piece: Vec::new(),
        used: 0,
        done: 0,
        total: None,
        state: State::Waiting,
    };
    feed.fill()?;
    Ok(feed)
}

impl Feed<'_> {
    /// Waits for the next piece.
    fn fill(&mut self) -> Result<()> {
        let piece = loop {
            self.ask()?;
            match self.pieces.recv_timeout(TICK) {
                Ok(piece) => break piece,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(lost()),
            }
        };
        match piece {
            Piece::Open(total) => {
                self.total = total;
                self.state = State::Open;
            }
            Piece::Bytes(bytes) => {
                self.done += bytes.len() as u64;
                self.piece = bytes;
                self.used = 0;
            }
            Piece::End(end) => {
                self.state = State::Ended;
                end?;
            }
        }
        Ok(())
    }

    /// Asks the observer and checks the limits; an error means stop.
    fn ask(&self) -> Result<()> {
        let Some(limits) = &self.limits else {
            return self.observer.progress(self.done, self.total);
        };
        let elapsed = self.since.elapsed();
        let granted = limits.whole.saturating_add(Duration::from_secs(self.done / PACE));
        match self.state {
            State::Waiting if elapsed >= limits.open => Err((limits.late)(Late::Opening)),
            State::Open if elapsed >= granted => Err((limits.late)(Late::Reading(self.done, elapsed))),
            State::Waiting if !limits.expected.is_zero() => {
                self.observer.waiting(limits.expected.saturating_sub(elapsed))
            }
            _ => self.observer.progress(self.done, self.total),
        }
    }
}

impl Drop for Feed<'_> {
    fn drop(&mut self) {
        let Some(limits) = self.limits.take() else { return };
        if self.state != State::Ended {
            (limits.stop)();
            // Disconnect, so that whatever it still sends fails.
            self.pieces = sync_channel(0).1;
        }
        // A name lookup cannot be interrupted: the thread then ends when the lookup does.
        let has_ended = self.ended.recv_timeout(STOPPING) == Err(RecvTimeoutError::Disconnected);
        if let Some(thread) = self.thread.take().filter(|_| has_ended) {
            thread.join().unwrap_or_default();
        }
    }
}

/// The error for a thread that ended without delivering its end.
fn lost() -> Error {
    Error::Io {
        name: "reading".into(),
        reason: io::Error::other("stopped unexpectedly; please report this"),
    }
}

impl Read for Feed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used == self.piece.len() && self.state != State::Ended {
            self.fill().map_err(io::Error::other)?;
        }
        let count = (&self.piece[self.used..]).read(buffer)?;
        self.used += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stop;

    impl Observer for Stop {
        fn progress(&self, done: u64, _total: Option<u64>) -> Result<()> {
            if done > 0 { Err(Error::Cancelled) } else { Ok(()) }
        }
    }

    #[test]
    fn bytes_arrive_in_order_and_end() {
        let mut feed = start(&(), None, |sink| {
            sink.open(Some(4))?;
            sink.bytes(b"ab")?;
            sink.bytes(b"cd")
        })
        .unwrap();
        let mut text = String::new();
        feed.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), feed.total), ("abcd", Some(4)));
    }

    #[test]
    fn waiting_can_be_given_up_and_the_thread_ends() {
        let (told, hears) = sync_channel(1);
        let mut feed = start(&Stop, None, move |sink| {
            sink.open(None)?;
            let end = loop {
                if let Err(error) = sink.bytes(b"x") {
                    break error;
                }
            };
            told.send(()).unwrap();
            Err(end)
        })
        .unwrap();
        let error = io::copy(&mut feed, &mut io::sink()).unwrap_err();
        assert!(matches!(error.downcast::<Error>(), Ok(Error::Cancelled)));
        drop(feed);
        hears.recv().expect("the thread notices that nobody listens");
    }

    /// Limits without an expected wait, and what to do when they stop the work.
    fn limits(open: Duration, whole: Duration, stop: impl Fn() + 'static) -> Option<TimeLimits> {
        Some(TimeLimits {
            open,
            expected: Duration::ZERO,
            whole,
            late: Box::new(|late| Error::Usage(format!("{late:?}"))),
            stop: Box::new(stop),
        })
    }

    #[test]
    fn patience_ends_and_so_does_the_work() {
        const MOMENT: Duration = Duration::from_millis(1);
        for (open, whole, expected) in [(MOMENT, Duration::MAX, "Opening"), (Duration::MAX, MOMENT, "Reading(")] {
            let (stop, stopped) = sync_channel::<()>(1);
            let (told, hears) = sync_channel(1);
            let limits = limits(open, whole, move || stop.send(()).unwrap());
            let feed = start(&(), limits, move |sink| {
                if open > MOMENT {
                    // It may be over before they arrive.
                    sink.open(None).unwrap_or_default();
                    sink.bytes(b"x").unwrap_or_default();
                }
                stopped.recv().unwrap();
                told.send(()).unwrap();
                Ok(())
            });
            let error = feed.and_then(|mut feed| {
                let read = io::copy(&mut feed, &mut io::sink());
                Err::<(), _>(read.unwrap_err().downcast::<Error>().unwrap())
            });
            assert!(
                matches!(&error, Err(Error::Usage(text)) if text.starts_with(expected)),
                "{error:?}"
            );
            hears.recv().expect("the work is stopped");
        }
    }

    #[test]
    fn what_is_expected_to_take_long_counts_down() {
        struct Waits;
        impl Observer for Waits {
            fn progress(&self, _done: u64, _total: Option<u64>) -> Result<()> {
                Ok(())
            }
            fn waiting(&self, left: Duration) -> Result<()> {
                assert!(left < Duration::from_secs(9), "{left:?}");
                Err(Error::Cancelled)
            }
        }
        let (stop, stopped) = sync_channel::<()>(1);
        let limits = limits(Duration::MAX, Duration::MAX, move || stop.send(()).unwrap());
        let limits = limits.map(|limits| TimeLimits {
            expected: Duration::from_secs(9),
            ..limits
        });
        let ended = start(&Waits, limits, move |_| {
            stopped.recv().unwrap();
            Ok(())
        });
        assert!(matches!(ended, Err(Error::Cancelled)));
    }

    #[test]
    fn a_failure_is_told_once_and_stays_the_end() {
        let mut feed = start(&(), None, |sink| {
            sink.open(None)?;
            Err(Error::Empty)
        })
        .unwrap();
        let error = feed.read(&mut [0]).unwrap_err();
        assert!(matches!(error.downcast::<Error>(), Ok(Error::Empty)));
        assert_eq!(feed.read(&mut [0]).unwrap(), 0);
    }
}
