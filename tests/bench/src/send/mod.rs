//! The load generator: connections x streams workers, each with one request in flight.

mod client;
mod outcome;
mod schedule;
mod worker;

use crate::Error;
use crate::args::{Compression, Encoding, Protocol, Signal};
use crate::payload::{self, Shape};
use crate::process;
use client::Client;
use outcome::Tally;
use schedule::Schedule;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

pub(crate) use client::Local;

/// Options of `tfo-bench send`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// How OTLP is carried.
    #[arg(long, value_enum, default_value = "grpc")]
    protocol: Protocol,
    /// What is sent.
    #[arg(long, value_enum, default_value = "logs")]
    signal: Signal,
    /// Address of the receiver.
    #[arg(long, default_value = "127.0.0.1:4317")]
    endpoint: SocketAddr,
    /// TCP connections. Over HTTP/1.1 every stream is a connection of its own.
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Requests in flight on every connection.
    #[arg(long, default_value_t = 16)]
    streams: usize,
    /// Items per second to offer; without it every worker sends as soon as it has its answer (closed loop).
    #[arg(long)]
    rate: Option<f64>,
    /// Stop after this many seconds.
    #[arg(long, default_value_t = 5.0, conflicts_with = "requests")]
    seconds: f64,
    /// Stop after this many requests.
    #[arg(long)]
    requests: Option<u64>,
    /// Log records, spans or data points per request.
    #[arg(long, default_value_t = 100)]
    records: usize,
    /// Aimed size of a log record, in bytes.
    #[arg(long, default_value_t = 1000)]
    record_size: usize,
    /// Compression of the payload.
    #[arg(long, value_enum, default_value = "none")]
    compression: Compression,
    /// Encoding of the payload; JSON goes over HTTP only.
    #[arg(long, value_enum, default_value = "protobuf")]
    encoding: Encoding,
    /// Give a request up after this many seconds; it counts as a retryable error.
    #[arg(long, default_value_t = 30.0)]
    timeout: f64,
}

/// Sends, prints one JSON line and fails when an answer was an error.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Error> {
    if args.protocol == Protocol::Grpc && args.encoding == Encoding::Json {
        return Err("--encoding json needs --protocol http: OTLP/gRPC carries protobuf only".into());
    }
    if args.connections == 0 || args.streams == 0 || args.records == 0 {
        return Err("--connections, --streams and --records must be at least 1".into());
    }
    let shape = Shape {
        signal: args.signal,
        items: args.records,
        record_size: args.record_size,
        encoding: args.encoding,
        compression: args.compression,
    };
    let template = Client::new(&args);
    let bodies: Rc<[_]> = payload::requests(shape)?.into_iter().map(|body| template.frame(&body)).collect();
    let cpu_before = process::cpu_seconds(std::process::id())?;
    let started = Instant::now();
    let interval = args.rate.map(|rate| args.records as f64 / rate).map(Duration::try_from_secs_f64).transpose()?;
    let until = if args.requests.is_some() { None } else { Some(Duration::try_from_secs_f64(args.seconds)?) };
    let schedule = Rc::new(Schedule::new(started, interval, until, args.requests));
    let tally = Rc::new(RefCell::new(Tally::default()));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..args.connections {
        let client = template.connection();
        for _ in 0..args.streams {
            let client = if args.protocol == Protocol::Http { template.connection() } else { Rc::clone(&client) };
            let (bodies, schedule, tally) = (Rc::clone(&bodies), Rc::clone(&schedule), Rc::clone(&tally));
            workers.spawn_local(worker::run(client, bodies, schedule, tally));
        }
    }
    while let Some(joined) = workers.join_next().await {
        joined?;
    }
    let cpu = process::cpu_seconds(std::process::id())? - cpu_before;
    let mut tally = tally.take();
    println!("{}", tally.json(args.signal, args.records as u64, started.elapsed(), cpu));
    Ok(if tally.all_acked() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
