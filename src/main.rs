//! heaptui.
fn main() {}
