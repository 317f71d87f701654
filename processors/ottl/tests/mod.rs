//! Conditions on text and on records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod enums;
mod errors;
mod evaluate;
mod functions;
mod patterns;
mod random;
mod records;
