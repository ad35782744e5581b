//! Any keys, pastes, mouse events and sizes, played through the dashboard's loop on any profile.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/support/play.rs"]
mod play;

fuzz_target!(|bytes: &[u8]| play::play(bytes));
