//! Groups over fixture trees, and the receiver as a whole.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bench;
mod cpu;
mod hardware;
mod lanes;
mod load;
mod memory;
mod processes;
mod stat;
mod tables;
mod tcp;
