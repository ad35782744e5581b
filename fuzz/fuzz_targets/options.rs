//! Any command line, a word a line: a request or an error.
#![no_main]

use std::ffi::OsString;

use heaptui::cli;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = cli::parse(text.lines().map(OsString::from)) {
        assert!(!error.to_string().is_empty());
    }
});
