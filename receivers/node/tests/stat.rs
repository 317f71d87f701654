//! The groups `stat` and `uptime`.

use super::super::stat::Stat;
use super::super::uptime::Uptime;
use super::bench::Bench;

/// Scenario: a whole file. Guarantee: every line is told, soft interrupts by kind.
#[test]
fn interrupts_switches_forks() {
    let mut bench = Bench::over("small", |_| Box::new(Stat));
    let points = bench.scrape_since();
    for expected in [
        "node.interrupts_total 12345 since 0",
        "node.context_switches_total 67890 since 0",
        "node.forks_total 4321 since 0",
        "node.procs_running 3",
        "node.procs_blocked 1",
        "node.softirq_total{vector=\"hi\"} 1 since 0",
        "node.softirq_total{vector=\"rcu\"} 300 since 0",
    ] {
        assert!(points.iter().any(|point| point == expected), "{expected} is not in {points:#?}");
    }
    assert_eq!(bench.missing, None);
}

/// Scenario: files that are cut off. Guarantee: what is there is told, and what lacks is reported.
#[test]
fn truncated() {
    let mut bench = Bench::over("small", |_| Box::new(Stat));
    bench.write("proc/stat", "cpu 1 2 3 4\nintr 5\nctxt 6\nproc");
    assert_eq!(bench.scrape(), ["node.interrupts_total 5", "node.context_switches_total 6"]);
    assert!(bench.missing.clone().unwrap().reason.contains("2 of the 5"));
    bench.write("proc/stat", "intr\nctxt 6\n");
    assert_eq!(bench.scrape(), Vec::<String>::new());
    assert!(bench.missing.unwrap().reason.contains("`intr`"));
}

/// Scenario: the time since boot. Guarantee: it, the time of the boot and the clock are told, and garbage is not.
#[test]
fn uptime() {
    let mut bench = Bench::over("small", |roots| Box::new(Uptime::new(roots)));
    let points = bench.scrape();
    assert_eq!(points[1..], ["node.boot_time_seconds 1700000000", "node.uptime 3600.5"]);
    bench.write("proc/uptime", "soon");
    assert_eq!(bench.points_of("node.uptime"), Vec::<String>::new());
    assert!(bench.missing.is_some());
}
