//! The side-by-side benchmark: peers take turns within a round, so that a busy neighbour slows all of them.
//!
//! The peer under test has one CPU to itself; generator and sink share another. Items per second are then limited by
//! whichever CPU is full, so CPU seconds of the peer per million items are the figure to compare.

mod clickhouse;
mod config;
mod disk;
mod measure;
mod node;
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
#[derive(Clone, clap::Args)]
pub(crate) struct Args {
    /// What the peers have to do; all of it when not given.
    #[arg(long, value_enum, value_delimiter = ',')]
    scenario: Vec<Scenario>,
    /// Which kind of telemetry is sent: logs when not given, and into databases all of them in turn.
    #[arg(long = "signal", value_enum)]
    only: Option<Signal>,
    /// The one that is being sent.
    #[arg(skip = Signal::Logs)]
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
    /// The Python that has the engine of ClickHouse (`make setup` installs it).
    #[arg(long, default_value = "target/clickhouse/bin/python")]
    clickhouse: PathBuf,
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
    let args = &Args { signal: args.only.unwrap_or(Signal::Logs), ..args.clone() };
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
        if scenario == Scenario::Node {
            sound &= node::run(args)?;
            continue;
        }
        if scenario == Scenario::Postgres {
            sound &= postgres::run(args, load_cpu)?;
            continue;
        }
        if scenario == Scenario::Clickhouse && !args.clickhouse.is_file() {
            eprintln!(
                "!!! {scenario} is left out: no engine at {}; `make setup` installs it",
                args.clickhouse.display()
            );
            continue;
        }
        for signal in scenario.signals(args.only) {
            let args = Args { signal, ..args.clone() };
            sound &= compare(&args, scenario, &peers, load_cpu)?;
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Measures the peers with one kind of telemetry, and says whether their figures may be used.
fn compare(args: &Args, scenario: Scenario, peers: &[Peer], load_cpu: usize) -> Result<bool, Error> {
    let mut measurements = Vec::new();
    for round in 0..args.rounds {
        for &peer in peers.iter().filter(|peer| scenario.takes(**peer)) {
            let bench = Bench { args, load_cpu, scenario, peer };
            let measurement = bench.measure(round).map_err(|error| format!("{scenario}, {peer}: {error}"))?;
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
    Ok(measurements.iter().all(|measurement| measurement.complaints.is_empty()))
}

/// The peers whose binaries are here; an absent one is named loudly and left out.
fn present(args: &Args) -> Vec<Peer> {
    let mut peers = Vec::new();
    if args.tfo.as_os_str() != "none" {
        peers.extend([Peer::Tfo, Peer::TfoDisk, Peer::TfoRow]);
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
