//! Writes a heap profile of any size: `cargo run --release --example generate -- STACKS FILE [STYLE]`; styles are `service` and `walk`.

#[path = "../benches/generate/mod.rs"]
mod generate;

use std::fs::File;
use std::io::BufWriter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (stacks, file, style) = match &arguments[..] {
        [stacks, file] => (stacks, file, "service"),
        [stacks, file, style] => (stacks, file, style.as_str()),
        _ => return Err("usage: generate STACKS FILE [STYLE]".into()),
    };
    let style = generate::style(style).ok_or("styles are service and walk")?;
    Ok(generate::profile(
        style,
        stacks.parse()?,
        BufWriter::new(File::create(file)?),
    )?)
}
