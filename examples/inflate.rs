//! Inflates a file and does nothing else: what a reader of profiles is measured against.
//! `cargo run --release --example inflate -- FILE`.

use std::fs::File;
use std::io::{Read, Write};

use flate2::read::MultiGzDecoder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os().nth(1).ok_or("usage: inflate FILE")?;
    let mut inflated = MultiGzDecoder::new(File::open(file)?);
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match inflated.read(&mut buffer)? {
            0 => break,
            count => bytes += count,
        }
    }
    Ok(writeln!(std::io::stdout(), "{bytes}")?)
}
