//! Any lines at the prompt, one after the other: steps, and options with which every report can be asked for.
#![no_main]

use std::sync::{Arc, LazyLock};

use heaptui::decode;
use heaptui::model::Profile;
use heaptui::report::{self, Environment, Options, Step};
use libfuzzer_sys::fuzz_target;

static PROFILE: LazyLock<Arc<Profile>> = LazyLock::new(|| {
    let bytes: &[u8] = include_bytes!("../../tests/fixtures/shapes.labels.pb.gz");
    let profile = decode::profile(bytes, decode::Budget::default(), &());
    Arc::new(profile.unwrap_or_else(|error| panic!("the fixture is good: {error}")))
});

fuzz_target!(|text: &str| {
    let mut options = Options::default();
    for line in text.lines() {
        let (at, _) = report::complete(line, &PROFILE);
        assert!(at <= line.len(), "completes behind the line's end");
        for step in report::interpret(line, &PROFILE, &mut options) {
            if let Step::Report(step) = step {
                let argument = step.argument.as_deref();
                let _ = report::write(&PROFILE, step.report, argument, &step.options, &Environment::default(), &mut std::io::sink());
            }
        }
    }
});
