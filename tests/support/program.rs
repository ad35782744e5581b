//! The program itself.

use std::process::Command;

/// Where it is.
pub(crate) const PATH: &str = env!("CARGO_BIN_EXE_heaptui");

/// A run of it among the fixtures.
pub(crate) fn heaptui() -> Command {
    let mut command = Command::new(PATH);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"));
    // Whoever runs the tests may have a configuration.
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    command
}
