//! The `tfo` binary.
fn main() {}
