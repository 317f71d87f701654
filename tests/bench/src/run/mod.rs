//! The side-by-side benchmark: peers take turns within a round, so that a busy neighbour slows all of them.
//!
//! The peer under test has one CPU to itself; generator and sink share another. Items per second are then limited by
//! whichever CPU is full, so CPU seconds of the peer per million items are the figure to compare.

mod config;
mod disk;
mod measure;
mod peer;
mod postgres;
mod report;
mod restart;
mod scenario;

use crate::Error;
use crate::args::Signal;
use crate::process;
use measure::Bench;
use peer::Peer;
use scenario::Scenario;
use std::path::PathBuf;
use std::process::ExitCode;

/// Options of `tfo-bench run`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What the peers have to do; all of it when not given.
    #[arg(long, value_enum, value_delimiter = ',')]
    scenario: Vec<Scenario>,
    /// Which kind of telemetry is sent.
    #[arg(long, value_enum, default_value = "logs")]
    signal: Signal,
    /// The engine to measure; `none` leaves it out.
    #[arg(long, default_value = "target/release/tfo")]
    tfo: PathBuf,
    /// Worker threads of the engine (`tfo collector --threads`); its own default when not given.
    #[arg(long)]
    threads: Option<usize>,
    /// What to compare with.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "nginx,otelcol")]
    peers: Vec<Peer>,
    /// The OpenTelemetry Collector to compare with (`make bench-otelcol` builds it).
    #[arg(long, default_value = "target/otelcol/otelcol")]
    otelcol: PathBuf,
    /// Seconds of each measurement, after one second to warm up.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How often every peer takes its turn.
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    /// Connections of the generator.
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Requests in flight on every connection.
    #[arg(long, default_value_t = 16)]
    streams: usize,
    /// Items per second to offer; as many as it takes to fill a CPU when not given.
    #[arg(long)]
    rate: Option<f64>,
    /// Let the backend answer this late, for example `1s`.
    #[arg(long, default_value = "0s")]
    delay: String,
    /// CPU of the peer under test.
    #[arg(long, default_value_t = 0)]
    peer_cpu: usize,
    /// CPU of generator and sink.
    #[arg(long, default_value_t = 1)]
    load_cpu: usize,
    /// Print every measurement as a JSON line instead of the tables.
    #[arg(long)]
    json: bool,
}

/// Measures and prints; fails when a peer lost acknowledged items or did not do what its scenario asks.
pub(crate) fn run(args: &Args) -> Result<ExitCode, Error> {
    let peers = present(args);
    if peers.is_empty() {
        return Err("no peer is left to measure: build tfo with `cargo build --release`, or see --peers".into());
    }
    let load_cpu = if process::cpus()? < 2 {
        eprintln!("!!! one CPU only: generator, sink and peer share it, so the figures say little");
        args.peer_cpu
    } else {
        args.load_cpu
    };
    let scenarios = if args.scenario.is_empty() { &Scenario::ALL[..] } else { &args.scenario };
    let mut sound = true;
    for &scenario in scenarios {
        if scenario == Scenario::Restart {
            sound &= restart::run(args, load_cpu)?;
            continue;
        }
        if scenario == Scenario::Postgres {
            sound &= postgres::run(args, load_cpu)?;
            continue;
        }
        let mut measurements = Vec::new();
        for round in 0..args.rounds {
            for &peer in peers.iter().filter(|peer| scenario.takes(**peer)) {
                let bench = Bench { args, load_cpu, scenario, peer };
                let measurement = bench.measure(round).map_err(|error| format!("{scenario}, {peer}: {error}"))?;
                sound &= measurement.complaints.is_empty();
                if args.json {
                    println!("{}", report::line(scenario, args.signal, &measurement));
                } else {
                    eprintln!("  {scenario} round {}: {}", round + 1, report::short(&measurement));
                }
                measurements.push(measurement);
            }
        }
        if !args.json {
            println!("{}", report::table(scenario, args, &measurements));
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The peers whose binaries are here; an absent one is named loudly and left out.
fn present(args: &Args) -> Vec<Peer> {
    let mut peers = Vec::new();
    if args.tfo.as_os_str() != "none" {
        peers.extend([Peer::Tfo, Peer::TfoDisk]);
    }
    peers.extend(args.peers.iter().copied().filter(|peer| *peer != Peer::Tfo));
    peers.retain(|peer| match peer.binary(args) {
        Some(_) => true,
        None => {
            eprintln!("!!! {peer} is left out: {}", peer.how_to_get(args));
            false
        }
    });
    peers
}
