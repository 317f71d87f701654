//! The groups `tcp` and `pressure`.

use super::super::pressure::Pressure;
use super::super::tcp::Tcp;
use super::bench::Bench;
use crate::catalogue::Naming;

const NOTHING: Vec<String> = Vec::new();

/// Scenario: tables of sockets of both versions of IP. Guarantee: every state has a point, also those without sockets;
/// queues are bytes, those of sockets that listen left out.
#[test]
fn states_from_tables() {
    let mut bench = Bench::over("small", |roots| Box::new(Tcp::new(roots)));
    let points = bench.scrape();
    for expected in [
        "node.tcp.connection_states{state=\"established\"} 2",
        "node.tcp.connection_states{state=\"time_wait\"} 1",
        "node.tcp.connection_states{state=\"listen\"} 1",
        "node.tcp.connection_states{state=\"closing\"} 0",
        "node.tcp.rx_queued_bytes 12",
        "node.tcp.tx_queued_bytes 17",
    ] {
        assert!(points.iter().any(|point| point == expected), "{expected} in {points:#?}");
    }
    assert_eq!(points.len(), 13);
    bench.remove("proc/net/tcp6");
    assert!(bench.scrape().contains(&"node.tcp.rx_queued_bytes 10".to_owned()));
    assert!(bench.missing.is_none());
}

/// Scenario: the other vocabularies. Guarantee: node_exporter's metric holds the bytes, too; the semantic conventions have
/// their own words for states.
#[test]
fn vocabularies() {
    let mut bench = Bench::named(Naming::Prometheus, "small", |roots| Box::new(Tcp::new(roots)));
    assert_eq!(bench.points_of("node_tcp_connection_states").last().unwrap(), "{state=\"tx_queued_bytes\"} 17");
    let mut bench = Bench::named(Naming::Semconv, "small", |roots| Box::new(Tcp::new(roots)));
    let states = bench.points_of("system.network.connection.count");
    assert_eq!(states[2], "{network.transport=\"tcp\",network.connection.state=\"syn_received\"} 0");
}

/// Scenario: tables that are damaged, cut off, or none. Guarantee: lines that make no sense are left out; a file that is
/// no table gives nothing.
#[test]
fn damaged_tables() {
    let mut bench = Bench::over("small", |roots| Box::new(Tcp::new(roots)));
    bench.remove("proc/net/tcp6");
    let lines = "0: a b 01 00000001:00000001 rest\n1: a b zz 1:1\n2: a b 01\n3: a b 01 11\n4: a b 01 fffffffff:1\n5: a b 01 1:1";
    bench.write("proc/net/tcp", format!("sl local\n{lines}"));
    assert_eq!(bench.points_of("node.tcp.rx_queued_bytes"), ["1"]);
    for content in ["", "something else\n"] {
        bench.write("proc/net/tcp", content);
        assert_eq!(bench.scrape(), NOTHING);
        assert!(bench.missing.as_ref().unwrap().reason.contains("table"));
    }
}

/// Scenario: 100,000 sockets. Guarantee: all are counted.
#[test]
fn many_sockets() {
    let mut bench = Bench::over("small", |roots| Box::new(Tcp::new(roots)));
    let mut table = String::from("  sl  local_address\n");
    for number in 0..100_000 {
        let state = if number % 2 == 0 { "01" } else { "06" };
        table += &format!("{number:4}: 0100007F:1F90 0100007F:8AE2 {state} 00000000:00000001 00:00000000 00000000\n");
    }
    bench.write("proc/net/tcp", table);
    bench.remove("proc/net/tcp6");
    let states = bench.points_of("node.tcp.connection_states");
    assert_eq!((&*states[0], &*states[5]), ("{state=\"established\"} 50000", "{state=\"time_wait\"} 50000"));
}

/// Scenario: pressure of four resources, in both spellings. Guarantee: seconds exact to the microsecond, averages as the
/// kernel makes them, node_exporter's names where it has them.
#[test]
fn pressure_of_resources() {
    let mut bench = Bench::over("small", |roots| Box::new(Pressure::new(roots)));
    let some = ["{resource=\"cpu\"} 123.456789", "{resource=\"memory\"} 1.5", "{resource=\"io\"} 7.0"];
    assert_eq!(bench.points_of("node.pressure.some.seconds_total"), some);
    let full = bench.points_of("node.pressure.full.seconds_total");
    assert_eq!(full[2..], ["{resource=\"io\"} 6.000001", "{resource=\"irq\"} 42.0"]);
    assert_eq!(bench.points_of("node.pressure.some.avg10")[2], "{resource=\"io\"} 3.0");
    let mut bench = Bench::named(Naming::Prometheus, "small", |roots| Box::new(Pressure::new(roots)));
    assert_eq!(bench.points_of("node_pressure_io_stalled_seconds_total"), ["6.000001"]);
    assert_eq!(bench.points_of("node_pressure_irq_stalled_seconds_total"), ["42.0"]);
}

/// Scenario: kernels without some of it, and damaged files. Guarantee: an old kernel lacks no interrupts; the rest is told
/// as missing, and what can be read is read.
#[test]
fn kernels_without_pressure() {
    let mut bench = Bench::over("small", |roots| Box::new(Pressure::new(roots)));
    bench.remove("proc/pressure/irq");
    assert!(!bench.scrape().is_empty() && bench.missing.is_none());
    for content in ["", "some avg10=1 avg60=2\n", "some avg10=x avg60=2 avg300=3 total=4\n", "none\n"] {
        bench.write("proc/pressure/cpu", content);
        assert_eq!(bench.points_of("node.pressure.some.seconds_total").len(), 2, "{content}");
        assert!(bench.missing.as_ref().unwrap().path.ends_with("cpu"));
    }
    bench.remove("proc/pressure");
    assert_eq!(bench.scrape(), NOTHING);
    assert!(bench.missing.is_some());
}
