//! The group `cpu`.

use super::super::config;
use super::super::cpu::Cpu;
use super::bench::Bench;
use crate::catalogue::Naming;

fn bench(naming: Naming, settings: config::Cpu) -> Bench {
    Bench::named(naming, "small", |roots| Box::new(Cpu::new(&settings, roots)))
}

/// Scenario: two processors. Guarantee: ticks become seconds exactly, every mode and guest is there, usage is not before
/// there are two scrapes, and counters count since the boot.
#[test]
fn times_of_each_processor() {
    let mut bench = bench(Naming::Tfo, config::Cpu::default());
    let points = bench.scrape_since();
    assert_eq!(points.iter().filter(|point| point.starts_with("node.cpu.seconds{")).count(), 16);
    for expected in [
        "node.cpu.seconds{cpu=\"0\",mode=\"user\"} 6.0 since 0",
        "node.cpu.seconds{cpu=\"1\",mode=\"steal\"} 0.03 since 0",
        "node.cpu.guest_seconds{cpu=\"1\",mode=\"nice\"} 0.02 since 0",
        "node.cpu.logical.count 2 since 0",
    ] {
        assert!(points.iter().any(|point| point == expected), "{expected} is not in {points:#?}");
    }
    assert!(!points.iter().any(|point| point.contains("usage")), "{points:#?}");
}

/// Scenario: a second later, one processor half busy, the other idle. Guarantee: usage is that of the interval.
#[test]
fn usage_is_of_the_interval() {
    let mut bench = bench(Naming::Tfo, config::Cpu::default());
    bench.scrape();
    bench.write(
        "proc/stat",
        "cpu  1050 20 300 8100 90 5 6 7 100 2\ncpu0 650 20 100 4000 80 5 3 4 100 0\ncpu1 400 0 200 4100 10 0 3 3 0 2\n",
    );
    let points = bench.scrape();
    let usage: Vec<&String> = points.iter().filter(|point| point.contains("usage")).collect();
    assert_eq!(
        usage,
        ["node.cpu.usage 25.0", "node.cpu.core.usage{cpu=\"0\"} 50.0", "node.cpu.core.usage{cpu=\"1\"} 0.0"]
    );
}

/// Scenario: iowait steps back by a second, then a processor is plugged in anew. Guarantee: the step is not seen; the
/// new processor counts since the scrape before.
#[test]
fn steps_back_and_resets() {
    let mut bench = bench(Naming::Tfo, config::Cpu::default());
    bench.write("proc/stat", "cpu 1 1 1 1\ncpu0 600 20 100 4000 300 5 3 4\n");
    bench.scrape();
    bench.write("proc/stat", "cpu 1 1 1 1\ncpu0 600 20 100 4000 200 5 3 4\n");
    assert!(bench.scrape_since().contains(&"node.cpu.seconds{cpu=\"0\",mode=\"iowait\"} 3.0 since 0".to_owned()));
    bench.write("proc/stat", "cpu 1 1 1 1\ncpu0 1 0 1 4 2 5 3 4\n");
    assert!(bench.scrape_since().contains(&"node.cpu.seconds{cpu=\"0\",mode=\"iowait\"} 0.02 since 2".to_owned()));
}

/// Scenario: processors that come, go and come in another order. Guarantee: each keeps its own times.
#[test]
fn hotplug() {
    let mut bench = bench(Naming::Tfo, config::Cpu::default());
    bench.scrape();
    bench.write("proc/stat", "cpu 1 1 1 1\ncpu1 400 0 200 4000\n");
    assert_eq!(bench.points_of("node.cpu.logical.count"), ["1"]);
    bench.write("proc/stat", "cpu 1 1 1 1\ncpu0 700 0 0 4000\ncpu1 500 0 200 4100\ncpu2 1 0 0 0\n");
    let points = bench.scrape_since();
    for expected in [
        "node.cpu.seconds{cpu=\"0\",mode=\"user\"} 7.0 since 0",
        "node.cpu.seconds{cpu=\"1\",mode=\"user\"} 5.0 since 0",
        "node.cpu.seconds{cpu=\"2\",mode=\"user\"} 0.01 since 2",
        "node.cpu.core.usage{cpu=\"1\"} 50.0",
    ] {
        assert!(points.iter().any(|point| point == expected), "{expected} is not in {points:#?}");
    }
}

/// Scenario: all processors together, in each vocabulary. Guarantee: names, keys and words are those of the vocabulary.
#[test]
fn vocabularies() {
    let mut prometheus = bench(Naming::Prometheus, config::Cpu { per_core: false, ..config::Cpu::default() });
    assert!(prometheus.scrape().contains(&"node_cpu_seconds_total{mode=\"irq\"} 0.05".to_owned()));
    let mut semconv = bench(Naming::Semconv, config::Cpu::default());
    let points = semconv.scrape();
    let irq = "system.cpu.time{cpu.logical_number=0,cpu.mode=\"interrupt\"} 0.05".to_owned();
    assert!(points.contains(&irq), "{points:#?}");
}

/// Scenario: a file that is gone, empty, cut off, garbage. Guarantee: an error that names it, no panic, and no zeros.
#[test]
fn damaged_files() {
    let mut bench = bench(Naming::Tfo, config::Cpu::default());
    for content in
        ["", "cpu", "cpu0 1 2", "cpux 1 2 3 4 5", "cpu0 1 2 3 -4", "cpu0 1 2 3 99999999999999999999999", "intr 5\n"]
    {
        bench.write("proc/stat", content);
        assert_eq!(bench.points_of("node.cpu.seconds"), Vec::<String>::new(), "{content}");
        let missing = bench.missing.clone().unwrap();
        assert!(missing.path.ends_with("proc/stat"), "{missing}");
    }
    bench.remove("proc/stat");
    bench.scrape();
    assert!(bench.missing.unwrap().to_string().ends_with("proc/stat: it does not exist"));
}
