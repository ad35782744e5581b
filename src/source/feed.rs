//! Reading that can be given up: a thread of its own reads, and whoever waits for it asks the observer meanwhile.
//!
//! Knows no file and no network. A thread that nobody waits for any more ends at the next piece it has to deliver.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::progress::Observer;

/// How long the observer is left unasked.
const TICK: Duration = Duration::from_millis(50);
const PIECE: usize = 1 << 16;
/// Pieces in flight.
const QUEUE: usize = 16;

enum Piece {
    /// It is open; this many bytes will follow, if known.
    Open(Option<u64>),
    Bytes(Vec<u8>),
    End(Result<()>),
}

/// What the reading thread delivers to.
pub(super) struct Sink(SyncSender<Piece>);

impl Sink {
    /// Says that there is something to read, and how many bytes of it, if known.
    pub(super) fn open(&self, total: Option<u64>) -> Result<()> {
        self.send(Piece::Open(total))
    }

    /// Delivers some bytes.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<()> {
        self.send(Piece::Bytes(bytes.to_vec()))
    }

    /// Delivers what a reader holds. `failed` makes an error of a failed read after so many bytes.
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

/// Reads what a [`Sink`] is given. Errors of the work and the observer come out as the inner error of an [`io::Error`].
pub(super) struct Feed<'o> {
    pieces: Receiver<Piece>,
    observer: &'o dyn Observer,
    piece: Vec<u8>,
    /// `piece[..used]` has been read.
    used: usize,
    done: u64,
    total: Option<u64>,
    at_end: bool,
}

/// How long the work may take until it is open, and what it means if it takes longer.
pub(super) type Patience = Option<(Duration, Error)>;

/// Starts work on a thread of its own and waits until it is open.
pub(super) fn start<'o>(
    observer: &'o dyn Observer,
    patience: Patience,
    work: impl FnOnce(&Sink) -> Result<()> + Send + 'static,
) -> Result<Feed<'o>> {
    let (sender, pieces) = sync_channel(QUEUE);
    let run = move || {
        let sink = Sink(sender);
        let end = work(&sink);
        // Nobody may be left to hear it.
        sink.send(Piece::End(end)).unwrap_or_default();
    };
    let thread = thread::Builder::new().name("source".into());
    thread.spawn(run).map_err(|reason| Error::Io {
        name: "starting to read".into(),
        reason,
    })?;
    let mut feed = Feed {
        pieces,
        observer,
        piece: Vec::new(),
        used: 0,
        done: 0,
        total: None,
        at_end: false,
    };
    feed.fill(patience)?;
    Ok(feed)
}

impl Feed<'_> {
    /// Waits for the next piece.
    fn fill(&mut self, patience: Patience) -> Result<()> {
        let since = Instant::now();
        let piece = loop {
            self.observer.progress(self.done, self.total)?;
            match self.pieces.recv_timeout(TICK) {
                Ok(piece) => break piece,
                Err(RecvTimeoutError::Timeout) if !is_over(&patience, since) => {}
                Err(RecvTimeoutError::Timeout) => return Err(patience.map_or(Error::Cancelled, |(_, late)| late)),
                Err(RecvTimeoutError::Disconnected) => return Err(lost()),
            }
        };
        match piece {
            Piece::Open(total) => self.total = total,
            Piece::Bytes(bytes) => {
                self.done += bytes.len() as u64;
                self.piece = bytes;
                self.used = 0;
            }
            Piece::End(end) => {
                self.at_end = true;
                end?;
            }
        }
        Ok(())
    }
}

fn is_over(patience: &Patience, since: Instant) -> bool {
    patience.as_ref().is_some_and(|(limit, _)| since.elapsed() >= *limit)
}

/// The thread ended without a word.
fn lost() -> Error {
    Error::Io {
        name: "reading".into(),
        reason: io::Error::other("stopped unexpectedly; please report this"),
    }
}

impl Read for Feed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used == self.piece.len() && !self.at_end {
            self.fill(None).map_err(io::Error::other)?;
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

    #[test]
    fn patience_ends() {
        let (_held, wait) = sync_channel::<()>(0);
        let patience = Some((Duration::from_millis(1), Error::Usage("late".into())));
        let error = start(&(), patience, move |_| {
            wait.recv().unwrap_or_default();
            Ok(())
        });
        assert!(matches!(error, Err(Error::Usage(text)) if text == "late"));
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
