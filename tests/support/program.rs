//! The program itself.

use std::process::{Child, Command};

/// Where it is.
pub(crate) const PATH: &str = env!("CARGO_BIN_EXE_heaptui");

/// A program that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().expect("it ends");
    }
}

/// A run of it among the fixtures.
pub(crate) fn heaptui() -> Command {
    let mut command = Command::new(PATH);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"));
    // Whoever runs the tests may have a configuration.
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    command
}
