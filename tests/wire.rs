//! The checked-in wire types are what `proto/profile.proto` generates.

use std::path::Path;

/// Run with `BLESS=1` after a change of the schema.
#[test]
fn wire_types_are_generated_from_the_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = protox::compile([root.join("proto/profile.proto")], [root.join("proto")]).expect("the schema compiles");
    let out = tempfile::tempdir().expect("a temporary folder");
    prost_build::Config::new()
        .out_dir(out.path())
        .compile_fds(files)
        .expect("prost generates");
    let generated = std::fs::read_to_string(out.path().join("heaptui.wire.rs")).expect("the generated file");
    let generated = format!("//! Generated from `proto/profile.proto` by `BLESS=1 cargo test wire`.\n\n{generated}");
    let checked_in = root.join("src/decode/wire/generated.rs");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&checked_in, &generated).expect("src/decode/wire/generated.rs can be written");
    }
    let current = std::fs::read_to_string(&checked_in).unwrap_or_default();
    assert!(
        current == generated,
        "src/decode/wire/generated.rs is not what the schema generates: BLESS=1 cargo test wire"
    );
}
