//! Groups over fixture trees, and the receiver as a whole.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bench;
mod cpu;
mod damage;
mod disk;
mod filesystem;
mod hardware;
mod lanes;
mod load;
mod memory;
mod network;
mod processes;
mod stat;
mod tables;
mod tcp;
mod textfile;
mod thermal;
