//! The ten functions that hold most, as any program may ask for them: bytes → profile → rows.
//! `cargo run --release --example top -- FILE`.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use heaptui::decode::{self, Budget};
use heaptui::report::{self, Environment, Options, Report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os().nth(1).ok_or("usage: top FILE")?;
    // `()` is an observer that neither listens nor stops the work.
    let profile = Arc::new(decode::profile(File::open(file)?, Budget::default(), &())?);
    let top = report::report("top").ok_or("no such report")?;
    let report = Report::new(&profile, top, None, &Options::default(), &Environment::default())?;

    let mut out = std::io::stdout().lock();
    for row in report::rows(&report).iter().take(10) {
        let [flat, cum] = [row.flat, row.cum].map(|value| report.format.value(value));
        writeln!(out, "{flat:>12} {cum:>12}  {}", row.name)?;
    }
    Ok(())
}
