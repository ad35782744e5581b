//! Generates `src/decode/wire/generated.rs` from `proto/profile.proto`. After a change of the schema:
//!
//!     cargo run --manifest-path proto/generate/Cargo.toml
//!
//! With `--check`, as `.ci/run` calls it, nothing is written: it fails where the file is not what the schema generates.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

const HEAD: &str = "//! Generated from `proto/profile.proto` by `proto/generate`.\n\n";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let schema = protox::compile([root.join("proto/profile.proto")], [root.join("proto")])?;
    let out = tempfile::tempdir()?;
    prost_build::Config::new().out_dir(out.path()).compile_fds(schema)?;
    let generated = HEAD.to_owned() + &fs::read_to_string(out.path().join("heaptui.wire.rs"))?;

    let checked_in = root.join("src/decode/wire/generated.rs");
    if env::args().any(|argument| argument == "--check") {
        return match fs::read_to_string(checked_in)? == generated {
            true => Ok(()),
            false => Err("src/decode/wire/generated.rs is not what proto/profile.proto generates".into()),
        };
    }
    Ok(fs::write(checked_in, generated)?)
}
