//! Writes a heap profile of any size: `cargo run --release --example generate -- STACKS FILE`.

#[path = "../benches/generate/mod.rs"]
mod generate;

use std::fs::File;
use std::io::BufWriter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stacks, file] = &arguments[..] else {
        return Err("usage: generate STACKS FILE".into());
    };
    Ok(generate::profile(stacks.parse()?, BufWriter::new(File::create(file)?))?)
}
