//! A second process that does nothing but outlive this one: where the program ends without a word (no memory, killed),
//! it gives the terminal back.
//!
//! The two share a pipe. A byte says whether the terminal is taken; the end of the pipe says that the program is gone.

use std::env;
use std::io::{self, IsTerminal, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, Termios, tcgetattr, tcsetattr,
};
use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

use crate::error::{Error, Result};

/// The guard, as the program sees it.
pub(in crate::ui) struct Guard(Child);

/// What the program says of the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum State {
    Taken = b'T' as isize,
    Free = b'F' as isize,
}

impl Guard {
    /// Starts the process, which is told the modes that the terminal has without us.
    pub(in crate::ui) fn start(modes: &Termios) -> io::Result<Self> {
        let modes = [
            modes.input_modes.bits(),
            modes.output_modes.bits(),
            modes.control_modes.bits(),
            modes.local_modes.bits(),
        ];
        let child = Command::new(env::current_exe()?)
            .arg(format!("--guard={}", modes.map(|bits| bits.to_string()).join(",")))
            .stdin(Stdio::piped())
            .spawn()?;
        Ok(Self(child))
    }

    /// Tells it whose the terminal is.
    pub(in crate::ui) fn tell(&self, state: State) {
        if let Some(mut pipe) = self.0.stdin.as_ref() {
            let _ = pipe.write_all(&[state as u8]);
        }
    }
}

/// The work of the guard, a process that gives the terminal back if the dashboard dies. `modes` are as `Guard::start` gives them.
///
/// # Errors
/// [`Error::Usage`] for modes that are none; [`Error::Ended`] when the terminal had to be given back.
pub fn guard(modes: &str) -> Result<()> {
    let numbers: Option<Vec<u32>> = modes.split(',').map(|bits| bits.parse().ok()).collect();
    let numbers = numbers.and_then(|numbers| <[u32; 4]>::try_from(numbers).ok());
    let Some([input, output, control, local]) = numbers else {
        return Err(Error::Usage("--guard is for heaptui itself".into()));
    };
    // It may be gone already.
    if !io::stdout().is_terminal() {
        return Ok(());
    }
    // What ends the program is not meant for its guard.
    for signal in [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false))).map_err(super::failed)?;
    }
    let mut state = None;
    let mut byte = [0];
    let mut pipe = io::stdin().lock();
    loop {
        match pipe.read(&mut byte) {
            Ok(1..) => state = Some(byte[0]),
            Err(reason) if reason.kind() == io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    if state != Some(State::Taken as u8) {
        return Ok(());
    }
    let mut terminal = io::stdout();
    let _ = terminal.write_all(&super::leaving()).and_then(|()| terminal.flush());
    if let Ok(mut modes) = tcgetattr(&terminal) {
        modes.input_modes = InputModes::from_bits_retain(input);
        modes.output_modes = OutputModes::from_bits_retain(output);
        modes.control_modes = ControlModes::from_bits_retain(control);
        modes.local_modes = LocalModes::from_bits_retain(local);
        let _ = tcsetattr(&terminal, OptionalActions::Now, &modes);
    }
    Err(Error::Ended)
}
