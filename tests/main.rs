//! All integration tests: one binary, so that the library and its dependencies are linked once. A module is a subject;
//! `cargo test --test all layering` runs the tests of `layering`. What several subjects need is in `support`.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and shows then what it printed"
)]

#[cfg(unix)]
mod browser;
mod commands;
mod config;
mod dependencies;
mod diagnosis;
mod dot;
#[cfg(unix)]
mod ending;
mod exports;
mod fetch;
mod flame;
mod golden;
mod growth;
mod hostile;
mod hosts;
mod laws;
mod layering;
mod layout;
mod leaks;
mod legacy;
#[cfg(unix)]
mod open;
mod page;
mod pictures;
#[cfg(unix)]
mod saving;
#[cfg(unix)]
mod series;
mod sources;
mod support;
mod tables;
#[cfg(unix)]
mod terminal;
mod ui;
#[cfg(unix)]
mod watch;
