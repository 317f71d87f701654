//! How soon a queue on disk goes on after `kill -9`: a gigabyte is queued while the backend is down, the engine is killed
//! and started, and the clock runs from its start to the first item at the sink, and to the last.

use super::measure::{Bench, counters, free_addresses, number};
use super::peer::Peer;
use super::{Args, scenario::Scenario};
use crate::{Error, process};
use serde_json::json;
use std::time::{Duration, Instant};

/// What is queued, in bytes of log records.
const QUEUED: u64 = 1 << 30;

/// Bytes of a request: 100 records of 1.0 kB.
const REQUEST: u64 = 100_000;

/// From the start to the first export, at most.
const GOAL: Duration = Duration::from_secs(2);

/// How long draining may take.
const DRAIN: Duration = Duration::from_secs(120);

/// Measures, prints, and says whether nothing was lost and the goal was met.
pub(super) fn run(args: &Args, load_cpu: usize) -> Result<bool, Error> {
    let bench = Bench { args, load_cpu, scenario: Scenario::Restart, peer: Peer::TfoDisk };
    let directory = tempfile::tempdir()?;
    let [grpc, http, control, listen] = free_addresses()?;

    let peer = bench.peer.start(args, bench.scenario, directory.path(), listen, grpc)?;
    let started = Instant::now();
    let sent = bench.start_generator_with(listen, &["--requests", &(QUEUED / REQUEST).to_string()])?.result()?;
    let queued_in = started.elapsed();
    let acknowledged = number(&sent["items_acked"]);
    let before = process::peak_rss_mib(peer.pid())?;
    // As `kill -9` does.
    drop(peer);

    let _sink = bench.start_sink(grpc, http, control)?;
    let started = Instant::now();
    let peer = bench.peer.start(args, bench.scenario, directory.path(), listen, grpc)?;
    let arrived = |items: f64| -> Result<Option<Duration>, Error> {
        while started.elapsed() < DRAIN {
            if bench.items(&counters(control)?) >= items {
                return Ok(Some(started.elapsed()));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(None)
    };
    let first = arrived(1.0)?;
    let last = arrived(acknowledged)?;
    let lost = acknowledged - bench.items(&counters(control)?).min(acknowledged);
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
    let line = json!({
        "scenario": "restart",
        "queued_items": acknowledged,
        "queued_in_seconds": queued_in.as_secs_f64(),
        "ready_ms": peer.ready_after.as_secs_f64() * 1e3,
        "first_export_seconds": seconds(first),
        "drained_seconds": seconds(last),
        "lost": lost,
        "peak_rss_mib": [before, process::peak_rss_mib(peer.pid())?],
        "sent": sent,
    });
    if args.json {
        println!("{line}");
    } else {
        let time =
            |time: Option<Duration>| time.map_or_else(|| "never".into(), |time| format!("{:.2} s", time.as_secs_f64()));
        println!(
            "\nrestart: {:.2} GB queued in {:.1} s, kill -9, start: ready after {:.0} ms, first export after {} (goal {} s), \
             all of it after {}; lost {lost:.0}; peak {:.0} MiB before, {:.0} MiB after\n",
            acknowledged * (REQUEST / 100) as f64 / 1e9,
            queued_in.as_secs_f64(),
            peer.ready_after.as_secs_f64() * 1e3,
            time(first),
            GOAL.as_secs(),
            time(last),
            before,
            process::peak_rss_mib(peer.pid())?,
        );
    }
    // Items are counted, not identified: what came twice may hide what is lost. The fault tests look at each record.
    Ok(lost == 0.0 && first.is_some_and(|first| first < GOAL))
}
