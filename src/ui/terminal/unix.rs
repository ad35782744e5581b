//! The terminal as a file of the system: its modes, its size, bytes in and out. Nothing here is held up by a terminal
//! that does not read, and a terminal that is gone is noticed however it went.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::guard::Guard;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetwinsize, tcsetattr};

/// The terminal that the program runs in.
pub(in crate::ui) struct Tty {
    input: File,
    output: File,
    /// As they were before the program began.
    modes: Termios,
    /// One end is written to when the program is asked to end, which frees the other end's readers.
    end: UnixStream,
    ended: UnixStream,
    is_ended: AtomicBool,
}

/// What came of waiting for input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Waited {
    Input,
    /// Somebody calls from another thread.
    Called,
    /// Nothing came in time.
    Nothing,
    /// The terminal is not there any more.
    Gone,
}

/// How long a terminal that does not read is given for the last bytes.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How long a program that has the terminal may take to end when asked.
const EDITOR_ENDS: Duration = Duration::from_secs(2);

impl Tty {
    /// Opens the terminal anew, so that not waiting for it does not concern those who share its descriptors.
    pub(in crate::ui) fn open() -> io::Result<Self> {
        let input = if io::stdin().is_terminal() {
            reopen(io::stdin().as_fd())?
        } else {
            open(TERMINAL)?
        };
        let output = reopen(io::stdout().as_fd())?;
        let modes = tcgetattr(&input)?;
        let (end, ended) = UnixStream::pair()?;
        Ok(Self {
            input,
            output,
            modes,
            end,
            ended,
            is_ended: AtomicBool::new(false),
        })
    }

    /// Columns and rows. A terminal that does not know its size is taken for the usual one.
    pub(in crate::ui) fn size(&self) -> (u16, u16) {
        match tcgetwinsize(&self.output) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            _ => (80, 24),
        }
    }

    /// Starts a process that gives the terminal back if this one cannot.
    pub(super) fn guard(&self) -> io::Result<Guard> {
        Guard::start(&self.modes)
    }

    /// Has keys come one by one, unseen and without a meaning of their own.
    pub(in crate::ui) fn set_raw(&self) -> io::Result<()> {
        let mut modes = self.modes.clone();
        modes.make_raw();
        self.set(&modes)
    }

    /// Sets the modes that were before.
    pub(in crate::ui) fn restore(&self) -> io::Result<()> {
        self.set(&self.modes)
    }

    fn set(&self, modes: &Termios) -> io::Result<()> {
        Ok(tcsetattr(&self.input, OptionalActions::Now, modes)?)
    }

    /// Writes all of it, or fails when the program is asked to end while the terminal does not read.
    pub(in crate::ui) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.write_while(bytes, || {
            let mut files = [watch(&self.output, PollFlags::OUT), watch(&self.ended, PollFlags::IN)];
            patiently(|| poll(&mut files, None))?;
            if files[1].revents().is_empty() {
                Ok(())
            } else {
                Err(io::Error::new(ErrorKind::TimedOut, "the terminal does not read"))
            }
        })
    }

    /// Writes the last bytes before the terminal is given back, instead of what it has not read yet if need be.
    pub(in crate::ui) fn write_last(&self, bytes: &[u8]) -> io::Result<()> {
        self.write_while(bytes, || {
            tcflush(&self.output, QueueSelector::OFlush)?;
            let mut files = [watch(&self.output, PollFlags::OUT)];
            match poll(&mut files, Some(&time(LAST_WORDS)))? {
                0 => Err(ErrorKind::TimedOut.into()),
                _ => Ok(()),
            }
        })
    }

    fn write_while(&self, mut bytes: &[u8], mut wait: impl FnMut() -> io::Result<()>) -> io::Result<()> {
        while !bytes.is_empty() {
            match (&self.output).write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(length) => bytes = bytes.get(length..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => wait()?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits for bytes, for a call, or until the time is over.
    pub(in crate::ui) fn wait(&self, call: &UnixStream, patience: Option<Duration>) -> Waited {
        let patience = patience.map(time);
        let mut files = [watch(&self.input, PollFlags::IN), watch(call, PollFlags::IN)];
        match poll(&mut files, patience.as_ref()) {
            Ok(0) => return Waited::Nothing,
            Ok(_) => {}
            Err(Errno::INTR) => return Waited::Nothing,
            Err(_) => return Waited::Gone,
        }
        match (files[0].revents(), files[1].revents()) {
            (_, called) if !called.is_empty() => Waited::Called,
            (input, _) if input.contains(PollFlags::IN) => Waited::Input,
            _ => Waited::Gone,
        }
    }

    /// What the terminal has said, after [`Tty::wait`]; none if it is gone.
    pub(in crate::ui) fn read<'b>(&self, bytes: &'b mut [u8]) -> Option<&'b [u8]> {
        match (&self.input).read(bytes) {
            Ok(0) => None,
            Ok(length) => bytes.get(..length),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Some(&[]),
            Err(_) => None,
        }
    }

    /// Frees whoever waits for the terminal or a program in it: the program is asked to end.
    pub(in crate::ui) fn end(&self) {
        self.is_ended.store(true, Ordering::SeqCst);
        let _ = (&self.end).write(&[0]);
    }

    /// Whether [`Tty::end`] was called.
    pub(in crate::ui) fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::SeqCst)
    }

    /// Waits for a program that has the terminal. When this one is asked to end, that one is, too.
    pub(in crate::ui) fn wait_for(&self, mut child: Child) -> io::Result<ExitStatus> {
        let pid = Pid::from_child(&child);
        let (done, running) = UnixStream::pair()?;
        let waiting = thread::spawn(move || {
            let status = child.wait();
            drop(running);
            status
        });
        let mut files = [watch(&done, PollFlags::IN), watch(&self.ended, PollFlags::IN)];
        patiently(|| poll(&mut files, None))?;
        if files[0].revents().is_empty() {
            let _ = kill_process(pid, Signal::TERM);
            let mut files = [watch(&done, PollFlags::IN)];
            if patiently(|| poll(&mut files, Some(&time(EDITOR_ENDS))))? == 0 {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        waiting
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("its end was missed")))
    }
}

/// Whether a program was ended by a signal, and may have left the terminal as it was just then.
pub(in crate::ui) fn was_killed(status: ExitStatus) -> bool {
    status.signal().is_some()
}

/// Whether a failure says that the terminal is not there any more.
pub(in crate::ui) fn is_gone(error: &io::Error) -> bool {
    let gone = [Errno::IO, Errno::PIPE, Errno::NXIO, Errno::BADF, Errno::NODEV];
    gone.iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Stops until somebody has the program continue.
pub(in crate::ui) fn stop() {
    let _ = signal_hook::low_level::raise(signal_hook::consts::SIGSTOP);
}

/// The terminal that the process belongs to, whatever its descriptors are.
const TERMINAL: &str = "/dev/tty";

fn open(path: &str) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32)
        .open(path)
}

/// The terminal behind a descriptor, opened once more; where that cannot be (another user's terminal), the process's
/// own, or the descriptor itself.
fn reopen(file: BorrowedFd<'_>) -> io::Result<File> {
    open(&format!("/dev/fd/{}", file.as_raw_fd()))
        .or_else(|_| open(TERMINAL))
        .or_else(|_| file.try_clone_to_owned().map(File::from))
}

fn watch<F: AsFd>(file: &F, flags: PollFlags) -> PollFd<'_> {
    PollFd::new(file, flags)
}

fn time(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

/// Calls again after a signal.
fn patiently(mut call: impl FnMut() -> rustix::io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            outcome => return Ok(outcome?),
        }
    }
}
