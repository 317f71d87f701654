//! The groups `memory` and `vmstat`.

use super::super::memory::Memory;
use super::super::vmstat::Vmstat;
use super::bench::Bench;
use crate::catalogue::{Naming, memory};

fn bench(naming: Naming) -> Bench {
    Bench::named(naming, "small", |roots| Box::new(Memory::new(naming, roots)))
}

/// Scenario: `/proc/meminfo` of a small machine. Guarantee: lines are in bytes, and what follows from them adds up.
#[test]
fn lines_and_sums() {
    let mut bench = bench(Naming::Tfo);
    let points = bench.scrape();
    for expected in [
        "node.memory.total 16777216000",
        "node.memory.available 12582912000",
        "node.memory.used 5767168000",
        "node.memory.usage 25.0",
        "node.memory.swap 99479552",
        "node.memory.swap_total 2147479552",
        "node.memory.huge_pages_total 8",
        "node.memory.huge_pages_used 2",
        "node.memory.huge_page_size 2097152",
        "node.memory.vmalloc_total 35184372087808",
    ] {
        assert!(points.iter().any(|point| point == expected), "{expected} in {points:#?}");
    }
    assert!(bench.missing.is_none());
    assert!(points.len() >= 20, "{}", points.len());
}

/// Scenario: the vocabularies. Guarantee: node_exporter's names with and without `_bytes`, and states of the semantic
/// conventions that add up to the limit.
#[test]
fn vocabularies() {
    let points = bench(Naming::Prometheus).scrape();
    for expected in ["node_memory_Inactive_file_bytes 1536000000", "node_memory_HugePages_Rsvd 1"] {
        assert!(points.iter().any(|point| point == expected), "{expected} in {points:#?}");
    }
    let mut bench = bench(Naming::Semconv);
    let states = bench.points_of("system.memory.usage");
    assert_eq!(states.len(), 4, "{states:?}");
    let bytes = states.iter().map(|point| point.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(bytes.sum::<u64>().to_string(), bench.points_of("system.memory.limit")[0]);
}

/// Scenario: lines of another kernel, lines that are damaged, a file that is cut off, empty, binary or gone. Guarantee:
/// new lines get a name, damaged ones are left out, half a line is not read, and what is missing is told; no zeros.
#[test]
fn other_files() {
    let mut bench = bench(Naming::Tfo);
    bench.write(
        "proc/meminfo",
        "MemTotal: 8 kB\nNewThing(x): 2 kB\nCount: 3\nBad: x kB\nMemFree: 5\nDirty: 1 MB\n: 1 kB\n",
    );
    let expected = ["node.memory.total 8192", "node.memory.new_thing_x 2048", "node.memory.count 3"];
    assert_eq!(bench.scrape(), expected);
    bench.write("proc/meminfo", "MemTotal: 8 kB\nMemFree: 1");
    assert_eq!(bench.scrape(), ["node.memory.total 8192"]);
    assert!(bench.missing.as_ref().unwrap().reason.contains("middle of a line"));
    for content in [&b""[..], b"\xff\xfe\n\0\0\n", b"MemTotal: 99999999999999999999 kB\n"] {
        bench.write("proc/meminfo", content);
        assert_eq!(bench.scrape(), Vec::<String>::new());
        assert!(bench.missing.is_some());
    }
    bench.remove("proc/meminfo");
    assert_eq!(bench.scrape(), Vec::<String>::new());
    assert!(bench.missing.as_ref().unwrap().reason.contains("does not exist"));
}

/// Scenario: sizes that contradict each other, as containers show. Guarantee: nothing is negative.
#[test]
fn contradictions() {
    let mut bench = bench(Naming::Tfo);
    bench.write("proc/meminfo", "MemTotal: 8 kB\nMemFree: 9 kB\nMemAvailable: 9 kB\nBuffers: 1 kB\nCached: 1 kB\n");
    assert!(bench.scrape().iter().all(|point| !point.contains("use") && !point.contains('-')));
}

/// Scenario: the catalogue. Guarantee: no line is listed twice.
#[test]
fn every_line_once() {
    let mut lines: Vec<_> = memory::LINES.iter().map(|(line, _)| line).collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), memory::LINES.len());
}

/// Scenario: `/proc/vmstat`, cut off and gone. Guarantee: counters as the kernel counts, and swapping in bytes.
#[test]
fn virtual_memory() {
    let mut bench = Bench::over("small", |roots| Box::new(Vmstat::new(roots)));
    let page = rustix::param::page_size();
    let expected = [
        "node.vmstat.pgpgin 1000".to_owned(),
        "node.vmstat.pgpgout 2000".to_owned(),
        "node.vmstat.pswpin 3".to_owned(),
        format!("node.memory.swap_in {}", 3 * page),
        "node.vmstat.pswpout 4".to_owned(),
        format!("node.memory.swap_out {}", 4 * page),
        "node.vmstat.pgfault 5000".to_owned(),
        "node.vmstat.pgmajfault 50".to_owned(),
        "node.vmstat.oom_kill 1".to_owned(),
        "node.vmstat.minor_faults 4950".to_owned(),
    ];
    assert_eq!(bench.scrape(), expected);
    bench.write("proc/vmstat", "pgfault 10\npgmajfault 1");
    assert_eq!(bench.scrape(), ["node.vmstat.pgfault 10"]);
    assert!(bench.missing.is_some());
    bench.write("proc/vmstat", "something 1\n");
    assert_eq!(bench.scrape(), Vec::<String>::new());
    assert!(bench.missing.is_some());
}
