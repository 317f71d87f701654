//! The figures, for people and for programs.

use super::{Args, measure::Measurement, peer::Peer, scenario::Scenario};
use crate::args::Signal;
use serde_json::{Value, json};
use std::fmt::Write;

/// One measurement as a JSON line.
pub(super) fn line(scenario: Scenario, signal: Signal, measurement: &Measurement) -> Value {
    json!({
        "scenario": scenario.to_string(),
        "signal": signal.name(),
        "peer": measurement.peer.name(),
        "round": measurement.round + 1,
        "items_per_second": measurement.items_per_second.round(),
        "cpu_seconds_per_million": measurement.cpu_per_million,
        "cpu_share": measurement.cpu_share,
        "peak_rss_mib": measurement.peak_rss_mib,
        "ready_ms": measurement.ready_ms,
        "bytes_per_item": measurement.bytes_per_item,
        "lost": measurement.lost,
        "sent": measurement.sent,
        "complaints": measurement.complaints,
    })
}

/// One measurement for somebody who waits for the table.
pub(super) fn short(measurement: &Measurement) -> String {
    if measurement.sent.is_null() {
        return format!("{:8} {:.1} MiB", measurement.peer, measurement.peak_rss_mib);
    }
    format!(
        "{:8} {:.2} CPU-s per M, {:.0} items/s, {:.0} % of its CPU",
        measurement.peer,
        measurement.cpu_per_million,
        measurement.items_per_second,
        measurement.cpu_share * 100.0
    )
}

/// All measurements of a scenario: medians, and ratios taken within each round.
pub(super) fn table(scenario: Scenario, args: &Args, measurements: &[Measurement]) -> String {
    let peers = peers_of(measurements);
    if scenario == Scenario::Idle {
        return idle(args, measurements, &peers);
    }
    let mut table = format!(
        "\n{scenario}: {} x 100 per request, {} connections x {} in flight, {} rounds of {} s\n",
        args.signal, args.connections, args.streams, args.rounds, args.seconds
    );
    table += "peer      CPU-s/M (min-max)     x nginx  x otelcol    items/s  CPU %  RSS MiB  ready ms  p50/p99 ms      B/item  errors  lost\n";
    for peer in peers {
        let own: Vec<&Measurement> = measurements.iter().filter(|measurement| measurement.peer == peer).collect();
        let of = |figure: fn(&Measurement) -> f64| sorted(own.iter().map(|measurement| figure(measurement)).collect());
        let cpu = of(|measurement| measurement.cpu_per_million);
        let ratio = |to| {
            let ratios = sorted(ratios(measurements, &own, to));
            if ratios.is_empty() { "-".into() } else { format!("{:.2}", median(&ratios)) }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{peer:8}  {:5.2} ({:5.2} - {:5.2})  {:>8}  {:>9}  {:>9.0}  {:>5.0}  {:>7.0}  {:>8.0}  {:>5.1} / {:>6.1}  {:>8.0}  {:>6.0}  {:>4.0}",
            median(&cpu),
            cpu.first().copied().unwrap_or_default(),
            cpu.last().copied().unwrap_or_default(),
            ratio(Peer::Nginx),
            ratio(Peer::Otelcol),
            median(&of(|measurement| measurement.items_per_second)),
            median(&of(|measurement| measurement.cpu_share)) * 100.0,
            of(|measurement| measurement.peak_rss_mib).last().copied().unwrap_or_default(),
            median(&of(|measurement| measurement.ready_ms)),
            median(&of(|measurement| measurement.sent["p50_ms"].as_f64().unwrap_or_default())),
            median(&of(|measurement| measurement.sent["p99_ms"].as_f64().unwrap_or_default())),
            median(&of(|measurement| measurement.bytes_per_item)),
            of(errors).iter().sum::<f64>(),
            of(|measurement| measurement.lost as f64).iter().sum::<f64>(),
        );
        for complaint in own.iter().flat_map(|measurement| &measurement.complaints) {
            let _ = writeln!(table, "  !!! {complaint}");
        }
    }
    if scenario == Scenario::Clickhouse {
        table += &rows(measurements, &peers_of(measurements));
    }
    if scenario == Scenario::Queue {
        table += &queues(measurements);
        match super::disk::speed() {
            // Writing to a string cannot fail.
            Ok(speed) => drop(writeln!(table, "the disk alone writes {speed:.0} MB/s with a sync after every 4 MB")),
            Err(error) => drop(writeln!(table, "!!! the disk cannot be measured: {error}")),
        }
    }
    table
}

/// Rows that a second of CPU brings into the database, and how that compares within each round.
fn rows(measurements: &[Measurement], peers: &[Peer]) -> String {
    let mut text = String::from("rows per CPU-second:");
    for &peer in peers {
        let own: Vec<&Measurement> = measurements.iter().filter(|measurement| measurement.peer == peer).collect();
        let per_second = sorted(own.iter().map(|measurement| 1e6 / measurement.cpu_per_million).collect());
        // Writing to a string cannot fail.
        let _ = write!(text, " {peer} {:.0},", median(&per_second));
    }
    let own: Vec<&Measurement> = measurements.iter().filter(|measurement| measurement.peer == Peer::Tfo).collect();
    let against = |to| {
        median(&sorted(
            pairs(measurements, &own, to).map(|(own, other)| other.cpu_per_million / own.cpu_per_million).collect(),
        ))
    };
    let _ = writeln!(
        text,
        " tfo {:.1} x otelcol (goal 5), {:.0} x an INSERT for each row",
        against(Peer::Otelcol),
        against(Peer::TfoRow)
    );
    text
}

/// What a queue on disk costs against one in memory, taken within each round.
fn queues(measurements: &[Measurement]) -> String {
    let disk: Vec<&Measurement> = measurements.iter().filter(|own| own.peer == Peer::TfoDisk).collect();
    let speed = |own: &Measurement, other: &Measurement| own.items_per_second / other.items_per_second;
    let speeds = sorted(pairs(measurements, &disk, Peer::Tfo).map(|(own, other)| speed(own, other)).collect());
    let cpu = sorted(ratios(measurements, &disk, Peer::Tfo));
    format!(
        "on disk against in memory: {:.0} % of the items per second (goal 70 %), {:.2} x the CPU per item\n",
        median(&speeds) * 100.0,
        median(&cpu)
    )
}

/// What the peers cost when they have nothing to do.
fn idle(args: &Args, measurements: &[Measurement], peers: &[Peer]) -> String {
    let mut table = format!("\nidle: {} rounds of {} s\n", args.rounds, args.seconds);
    table += "peer      RSS MiB   CPU %  ready ms  binary MB\n";
    for &peer in peers {
        let own: Vec<&Measurement> = measurements.iter().filter(|measurement| measurement.peer == peer).collect();
        let of = |figure: fn(&Measurement) -> f64| sorted(own.iter().map(|measurement| figure(measurement)).collect());
        let binary = peer.binary(args).and_then(|path| path.metadata().ok()).map_or(0, |binary| binary.len());
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{peer:8}  {:>7.1}  {:>6.2}  {:>8.0}  {:>9.1}",
            median(&of(|measurement| measurement.peak_rss_mib)),
            median(&of(|measurement| measurement.cpu_share)) * 100.0,
            median(&of(|measurement| measurement.ready_ms)),
            binary as f64 / 1e6,
        );
    }
    table
}

/// Who was measured, in order.
fn peers_of(measurements: &[Measurement]) -> Vec<Peer> {
    let mut peers: Vec<Peer> = Vec::new();
    for measurement in measurements {
        if !peers.contains(&measurement.peer) {
            peers.push(measurement.peer);
        }
    }
    peers
}

/// CPU of `own` against that of `to`, round by round.
fn ratios(all: &[Measurement], own: &[&Measurement], to: Peer) -> Vec<f64> {
    pairs(all, own, to).map(|(own, other)| own.cpu_per_million / other.cpu_per_million).collect()
}

/// Each of `own` with the measurement of `to` in the same round.
fn pairs<'a>(
    all: &'a [Measurement],
    own: &[&'a Measurement],
    to: Peer,
) -> impl Iterator<Item = (&'a Measurement, &'a Measurement)> {
    own.iter().filter_map(move |own| {
        let other = all.iter().find(|other| other.peer == to && other.round == own.round)?;
        Some((*own, other))
    })
}

fn errors(measurement: &Measurement) -> f64 {
    let errors = |name: &str| measurement.sent[name].as_f64().unwrap_or_default();
    errors("retryable_errors") + errors("permanent_errors")
}

fn sorted(mut figures: Vec<f64>) -> Vec<f64> {
    figures.sort_by(f64::total_cmp);
    figures
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted {
        [] => 0.0,
        sorted if sorted.len().is_multiple_of(2) => (sorted[middle - 1] + sorted[middle]) / 2.0,
        sorted => sorted[middle],
    }
}
