//! Any bytes (gzip, protobuf, the text formats): an error of one line, or a profile that every report takes.
#![no_main]

use std::sync::Arc;

use heaptui::decode;
use heaptui::report::{self, Environment, Options, REPORTS};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let budget = decode::Budget { max_bytes: 8 << 20, memory: 512 << 20 };
    let profile = match decode::profile(bytes, budget, &()) {
        Ok(profile) => Arc::new(profile),
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
            return;
        }
    };
    // A PNG takes a thousand times as long as all the others, and is drawn from the same shapes as the SVG.
    for row in REPORTS.iter().filter(|row| row.ending != Some("png")) {
        let argument = row.argument.map(|_| ".");
        // What is wrong with a report is an error value; only panics, hangs and memory count here.
        let _ = report::write(&profile, row, argument, &Options::default(), &Environment::default(), &mut std::io::sink());
    }
});
