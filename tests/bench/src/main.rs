//! Load generator, counting sink and side-by-side benchmark for OTLP.
//!
//! `tfo-bench send` offers pre-encoded requests, `tfo-bench sink` counts what arrives, and `tfo-bench run` puts a peer
//! (tfo, nginx, the OpenTelemetry Collector) between the two and prints CPU per million items, ratios and losses.
//! It shares no code with the engine, so a mistake in the engine's wire model cannot hide itself here.
// A command line tool: its result goes to stdout, its talk to stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod payload;
mod process;
mod run;
mod send;
mod sink;

use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What any step of the benchmark can fail with; the text is shown as it is.
type Error = Box<dyn std::error::Error>;

/// Load generator, counting sink and side-by-side benchmark for OTLP.
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Send pre-encoded OTLP requests in a closed loop or at a fixed rate; prints one JSON line.
    Send(send::Args),
    /// Count the log records, spans or data points that arrive over gRPC and HTTP.
    Sink(sink::Args),
    /// Put each peer between a generator and a sink, and print CPU per million items and ratios.
    Run(run::Args),
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Send(args) => on_one_thread(send::run(args)),
        Command::Sink(args) => on_one_thread(sink::run(args)),
        Command::Run(args) => run::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tfo-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn on_one_thread(work: impl Future<Output = Result<ExitCode, Error>>) -> Result<ExitCode, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, work)
}
