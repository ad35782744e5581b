//! Links the released program to a fixed address where that has been measured to pay.
//!
//! A position-independent program first corrects some 30,000 of its own pointers: a fifth of the time of a report on a
//! small profile. Code at a known place is a weakness only of programs whose memory can be corrupted, and this one has
//! no `unsafe`; stack, heap and libraries stay at random places.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| var(name).is_ok_and(|found| found == value);
    let is_measured = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64");
    // A static program is linked to a fixed address by itself or not at all: with the argument it crashes at its start.
    let is_static = var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|all| all.split(',').any(|one| one == "crt-static"));
    if is_measured && !is_static && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
