//! The groups `sockstat`, `conntrack`, `entropy`, `filefd` and `arp`.

use super::super::arp::Arp;
use super::super::conntrack::Conntrack;
use super::super::entropy::Entropy;
use super::super::filefd::Filefd;
use super::super::sockstat::Sockstat;
use super::bench::Bench;
use crate::catalogue::Naming;

const NOTHING: Vec<String> = Vec::new();

/// Scenario: sockets over both versions of IP, and a kernel without IPv6. Guarantee: node_exporter's names, memory also
/// in bytes, and nothing is missing without IPv6.
#[test]
fn sockets() {
    let mut bench = Bench::named(Naming::Prometheus, "small", |roots| Box::new(Sockstat::new(roots)));
    let points = bench.scrape();
    let pages = format!("node_sockstat_TCP_mem_bytes {}", 3 * rustix::param::page_size());
    for expected in ["node_sockstat_sockets_used 290", &pages, "node_sockstat_UDP6_inuse 3"] {
        assert!(points.iter().any(|point| point == expected), "{expected} in {points:#?}");
    }
    assert_eq!(points.len(), 20, "{points:#?}");
    bench.remove("proc/net/sockstat6");
    assert_eq!(bench.scrape().len(), 14);
    assert!(bench.missing.is_none());
    bench.write(
        "proc/net/sockstat",
        "sockets: used\nTCP inuse 1\nTCP: inuse x tw 2\nODD: inuse 1\nUDP: inuse 2\nRAW: inu",
    );
    assert_eq!(bench.scrape(), ["node_sockstat_UDP_inuse 2"]);
    assert!(bench.missing.is_some());
}

/// Scenario: a container that sees the machine's procfs. Guarantee: the machine's network is read, not the container's.
#[test]
fn network_of_the_machine() {
    let mut bench = Bench::over("small", |roots| {
        std::fs::create_dir_all(roots.proc.join("1/net")).unwrap();
        std::fs::write(roots.proc.join("1/net/sockstat"), "sockets: used 7\n").unwrap();
        Box::new(Sockstat::new(roots))
    });
    assert_eq!(bench.scrape(), ["node.sockstat.sockets_used 7"]);
}

/// Scenario: a table with two processors, damaged tables, and a kernel that does not track. Guarantee: sums of all
/// processors, nothing from damaged tables, and what is missing is told.
#[test]
fn connection_tracking() {
    let mut bench = Bench::over("small", |roots| Box::new(Conntrack::new(roots)));
    let (entries, limit) = ("node.conntrack.entries 33".to_owned(), "node.conntrack.entries_limit 262144".to_owned());
    let sizes = [limit.clone(), entries.clone()];
    let counters = [
        "node.conntrack.found 31",
        "node.conntrack.invalid 3",
        "node.conntrack.ignore 3",
        "node.conntrack.insert 0",
        "node.conntrack.insert_failed 4",
        "node.conntrack.drop 1",
        "node.conntrack.early_drop 5",
        "node.conntrack.search_restart 12",
    ];
    let counters = counters.map(str::to_owned);
    assert_eq!(bench.scrape(), [&[limit][..], &counters[..], &[entries][..]].concat());
    for table in ["", "found\n", "found drop\n1\n", "found\nxyz\n", "found\n1\n2", "found\n1ffffffff\n"] {
        bench.write("proc/net/stat/nf_conntrack", table);
        assert_eq!(bench.scrape(), sizes, "{table}");
        assert!(bench.missing.is_some(), "{table}");
    }
    bench.remove("proc/sys/net");
    bench.remove("proc/net/stat");
    assert_eq!(bench.scrape(), NOTHING);
    assert!(bench.missing.as_ref().unwrap().path.ends_with("nf_conntrack_count"));
}

/// Scenario: a container that sees the machine's procfs, whose file of entries is about the container. Guarantee: the
/// machine's entries are told.
#[test]
fn entries_of_the_machine() {
    let mut bench = Bench::over("small", |roots| {
        std::fs::create_dir_all(roots.proc.join("1/net/stat")).unwrap();
        std::fs::write(roots.proc.join("1/net/stat/nf_conntrack"), "entries drop\n000000ff 00000001\n").unwrap();
        Box::new(Conntrack::new(roots))
    });
    assert_eq!(bench.points_of("node.conntrack.entries"), ["255"]);
    assert!(bench.missing.is_none());
}

/// Scenario: the entropy pool and open files, damaged. Guarantee: the kernel's numbers, or an error and nothing.
#[test]
fn single_numbers() {
    let mut bench = Bench::over("small", |roots| Box::new(Entropy::new(roots)));
    assert_eq!(bench.scrape(), ["node.entropy.available_bits 256", "node.entropy.pool_size_bits 256"]);
    bench.write("proc/sys/kernel/random/poolsize", "many\n");
    assert_eq!(bench.scrape(), ["node.entropy.available_bits 256"]);
    assert!(bench.missing.is_some());

    let mut bench = Bench::over("small", |roots| Box::new(Filefd::new(roots)));
    assert_eq!(bench.scrape(), ["node.filefd.allocated 1024", "node.filefd.maximum 9223372036854775807"]);
    for content in ["", "1 2\n", "1 2 x\n"] {
        bench.write("proc/sys/fs/file-nr", content);
        assert_eq!(bench.scrape(), NOTHING);
        assert!(bench.missing.is_some());
    }
}

/// Scenario: neighbours on two interfaces, one of which goes away. Guarantee: they are counted by interface, and one
/// without neighbours has no point.
#[test]
fn neighbours() {
    let mut bench = Bench::over("small", |roots| Box::new(Arp::new(roots)));
    let eth = r#"node.arp.entries{device="eth0"} 2"#;
    assert_eq!(bench.scrape(), [eth, r#"node.arp.entries{device="wlan0"} 1"#]);
    let line = "10.0.0.1 0x1 0x2 02:42:ac:11:00:01 * eth0\n";
    bench.write("proc/net/arp", format!("IP address HW type\n{line}{line}short line\n"));
    assert_eq!(bench.scrape(), [eth]);
    assert!(bench.missing.is_none());
    bench.write("proc/net/arp", format!("IP address HW type\n{line}{line}{line}cut"));
    assert_eq!(bench.scrape(), NOTHING);
    assert!(bench.missing.is_some());
}
