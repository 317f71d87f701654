//! The group `network`.

use super::super::config;
use super::super::network::Network;
use super::bench::Bench;
use crate::catalogue::Naming;

fn bench(naming: Naming) -> Bench {
    Bench::named(naming, "small", |roots| Box::new(Network::new(&config::Network::default(), roots)))
}

/// Scenario: an interface with all that the kernel says. Guarantee: every field of both sources, once.
#[test]
fn every_field() {
    let mut bench = bench(Naming::Prometheus);
    let points = bench.scrape();
    let label = "device=\"eth0\"";
    let eth0: Vec<String> =
        points.iter().filter(|point| point.contains(label)).map(|point| point.replace(label, "")).collect();
    let value = |name: &str| {
        let start = format!("node_network_{name}{{}} ");
        let mut found = eth0.iter().filter_map(|point| point.strip_prefix(&start)?.parse::<i64>().ok());
        (found.next().unwrap_or_else(|| panic!("no {name} in {eth0:#?}")), found.next())
    };
    let expected = [
        ("receive_bytes_total", 123_456_789_012),
        ("receive_packets_total", 2),
        ("receive_errs_total", 3),
        ("receive_drop_total", 4),
        ("receive_fifo_total", 5),
        ("receive_frame_total", 6),
        ("receive_compressed_total", 7),
        ("receive_multicast_total", 8),
        ("transmit_bytes_total", 9),
        ("transmit_packets_total", 10),
        ("transmit_errs_total", 11),
        ("transmit_drop_total", 12),
        ("transmit_fifo_total", 13),
        ("transmit_colls_total", 14),
        ("transmit_carrier_total", 15),
        ("transmit_compressed_total", 16),
        ("receive_nohandler_total", 17),
        ("up", 1),
        ("mtu_bytes", 1500),
        ("speed_bytes", 1_250_000_000),
        ("carrier", 1),
        ("carrier_changes_total", 3),
        ("carrier_up_changes_total", 2),
        ("carrier_down_changes_total", 1),
        ("dormant", 0),
        ("flags", 0x1003),
        ("transmit_queue_length", 1000),
        ("iface_id", 2),
        ("iface_link", 2),
        ("iface_link_mode", 0),
        ("address_assign_type", 0),
        ("name_assign_type", 4),
        ("device_id", 0),
        ("net_dev_group", 0),
        ("protocol_type", 1),
    ];
    for (name, number) in expected {
        assert_eq!(value(name), (number, None), "{name}");
    }
    assert_eq!(eth0.len(), expected.len() + 1);
    let info = "node_network_info{,address=\"02:fc:00:00:00:01\",broadcast=\"ff:ff:ff:ff:ff:ff\",duplex=\"full\",\
                operstate=\"up\",ifalias=\"uplink\"} 1";
    assert!(eth0.iter().any(|point| point == info), "{eth0:#?}");
}

/// Scenario: loopback, which has no speed and does not say whether it is up; a speed that is not known. Guarantee: what
/// is not known is not there.
#[test]
fn what_an_interface_lacks() {
    let mut bench = bench(Naming::Tfo);
    bench.write("sys/class/net/eth0/speed", "-1\n");
    assert_eq!(bench.points_of("node.network.speed"), Vec::<String>::new());
    let up = ["{device=\"lo\"} 0", "{device=\"eth0\"} 1"];
    assert_eq!(bench.points_of("node.network.up"), up);
    let info = bench.points_of("node.network.info");
    assert!(info[0].contains("operstate=\"unknown\"") && !info[0].contains("duplex"), "{info:?}");
    bench.remove("sys/class/net");
    let points = bench.scrape();
    assert_eq!(points.len(), 32, "what went through them is known all the same: {points:#?}");
    assert_eq!(bench.missing, None);
}

/// Scenario: an interface goes and comes back with fewer bytes. Guarantee: it counts since it was seen last.
#[test]
fn interfaces_come_and_go() {
    let mut bench = bench(Naming::Tfo);
    let dev = |lines: &str| format!("heading\nheading\n{lines}");
    bench.scrape();
    bench.write("proc/net/dev", dev(" lo: 200 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n"));
    assert_eq!(bench.points_of("node.network.bytes_recv"), ["{device=\"lo\"} 200"]);
    bench.write("proc/net/dev", dev("eth0: 5 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n"));
    let points = bench.scrape_since();
    assert!(points.contains(&"node.network.bytes_recv{device=\"eth0\"} 5 since 1".to_owned()), "{points:#?}");
}

/// Scenario: lines that are cut off or garbage beside a good one. Guarantee: the good one is there, the error names the
/// line.
#[test]
fn damaged_files() {
    let mut bench = bench(Naming::Tfo);
    for wrong in ["eth0", "eth0: 1 2 3", ": 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "eth0: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1"]
    {
        let good = "lo: 200 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0";
        bench.write("proc/net/dev", format!("heading\nheading\n{wrong}\n{good}\n"));
        assert_eq!(bench.points_of("node.network.bytes_recv"), ["{device=\"lo\"} 200"], "{wrong}");
        assert!(bench.missing.clone().unwrap().to_string().contains("net/dev: line 3 is not"), "{wrong}");
    }
    bench.write("proc/net/dev", "");
    assert_eq!(bench.scrape(), Vec::<String>::new());
}

/// Scenario: the machine's root seen from a container, whose own network is `proc/net`. Guarantee: the interfaces are those
/// of the machine's first process, as those of sysfs are.
#[test]
fn the_network_of_the_machine() {
    let mut bench = Bench::named(Naming::Tfo, "small", |roots| {
        std::fs::create_dir_all(roots.proc.join("1/net")).unwrap();
        let headings = "Inter-| Receive | Transmit\n face |bytes |bytes\n";
        let line = "wan0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
        std::fs::write(roots.proc.join("1/net/dev"), format!("{headings}{line}")).unwrap();
        Box::new(Network::new(&config::Network::default(), roots))
    });
    let points = bench.scrape();
    assert!(points.len() == 16 && points.iter().all(|point| point.contains("\"wan0\"")), "{points:#?}");
}
