//! The binary against bad input, hostile clients and broken destinations, over the network only. Each test says what is
//! done to it and what must still hold; whatever happens, other clients are served and memory stays bounded.
// The clock of the engine and its tasks are of another process here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

#[path = "hostile/amplification.rs"]
mod amplification;
#[path = "hostile/answers.rs"]
mod answers;
#[path = "hostile/backend.rs"]
mod backend;
#[path = "hostile/bodies.rs"]
mod bodies;
#[path = "hostile/client.rs"]
mod client;
#[path = "hostile/connections.rs"]
mod connections;
#[path = "hostile/faults.rs"]
mod faults;
#[path = "hostile/frames.rs"]
mod frames;
#[path = "hostile/multiplexing.rs"]
mod multiplexing;
#[path = "hostile/shutdown.rs"]
mod shutdown;
#[path = "hostile/volume.rs"]
mod volume;
