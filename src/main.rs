//! `tfo`: node agent, gateway collector, and the proof of a pipeline before it runs.

mod admin;
mod agent;
mod cli;
mod extensions;
mod logging;
// Without a database there is no server, which says most of it.
#[cfg_attr(not(any(feature = "postgres", feature = "sqlite")), allow(dead_code, unused_imports))]
mod platform_wire;
mod registry;
mod reload;
mod render;
mod systemd;
mod telemetry;

use std::process::ExitCode;

/// Frees what one thread allocated on another without a lock; measured against glibc in `docs/adr/0003`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os()).into()
}
