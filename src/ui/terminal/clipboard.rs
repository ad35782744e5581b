//! The terminal's clipboard: OSC 52, which reaches it from the far end of an SSH connection, too.

use std::env;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What sits between the program and the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Between {
    Nothing,
    /// It takes the sequence itself where `set-clipboard` is `on`, and hands it on where `allow-passthrough` is.
    Tmux,
    /// It hands on what is wrapped, in pieces.
    Screen,
}

impl Between {
    pub(super) fn here() -> Self {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        match (is_set("TMUX"), is_set("STY")) {
            (true, _) => Self::Tmux,
            (false, true) => Self::Screen,
            (false, false) => Self::Nothing,
        }
    }
}

/// GNU screen takes no longer sequences.
const PIECE: usize = 512;

/// The sequence that has the terminal take a text. Source: xterm's control sequences, "Manipulate Selection Data";
/// tmux's and screen's manuals.
pub(super) fn sequence(text: &str, between: Between) -> Vec<u8> {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    let all = match between {
        Between::Nothing => plain,
        Between::Tmux => {
            let wrapped = plain.replace('\x1b', "\x1b\x1b");
            format!("{plain}\x1bPtmux;{wrapped}\x1b\\")
        }
        // It is ASCII: pieces of bytes are pieces of text.
        Between::Screen => plain
            .as_bytes()
            .chunks(PIECE)
            .map(|piece| format!("\x1bP{}\x1b\\", String::from_utf8_lossy(piece)))
            .collect(),
    };
    all.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_for_what_it_goes_through() {
        let plain = "\x1b]52;c;bWFpbi5t4oCm\x07";
        for (between, wanted) in [
            (Between::Nothing, plain.to_string()),
            (
                Between::Tmux,
                format!("{plain}\x1bPtmux;\x1b\x1b]52;c;bWFpbi5t4oCm\x07\x1b\\"),
            ),
            (Between::Screen, format!("\x1bP{plain}\x1b\\")),
        ] {
            assert_eq!(
                String::from_utf8(sequence("main.m…", between)),
                Ok(wanted),
                "{between:?}"
            );
        }
        let long = sequence(&"x".repeat(1000), Between::Screen);
        assert_eq!(String::from_utf8_lossy(&long).matches("\x1bP").count(), 3);
    }
}
