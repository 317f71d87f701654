//! The group `processes`.

use super::super::processes::Processes;
use super::bench::Bench;
use crate::catalogue::Naming;

/// Scenario: three processes, one with parentheses in its name, one that is gone, folders that are none.
/// Guarantee: states and threads are counted right, and states without a process are a measured zero.
#[test]
fn states_and_threads() {
    let mut bench = Bench::over("small", |roots| Box::new(Processes::new(roots)));
    bench.write("proc/self/stat", "1 (x) S 0");
    bench.write("proc/4711/status", "it ended");
    let points = bench.scrape();
    for expected in [
        "node.processes.count 3",
        "node.processes.threads 5",
        "node.processes.state{state=\"running\"} 1",
        "node.processes.state{state=\"zombie\"} 1",
        "node.processes.state{state=\"uninterruptible\"} 0",
        "node.processes.max 4194304",
        "node.processes.max_threads 63000",
    ] {
        assert!(points.iter().any(|point| point == expected), "{expected} is not in {points:#?}");
    }
    assert!(!points.iter().any(|point| point.contains("parked")), "{points:#?}");
}

/// Scenario: files that are cut off or garbage. Guarantee: such a process is passed over, and nothing panics.
#[test]
fn damaged_files() {
    let mut bench = Bench::named(Naming::Prometheus, "small", |roots| Box::new(Processes::new(roots)));
    for content in ["", "1 (systemd", "1 (systemd) S 0 1", "1 (x) ", ")))", "1 (x) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 x"]
    {
        bench.write("proc/1/stat", content);
        assert_eq!(bench.points_of("node_processes_pids"), ["2"], "{content}");
    }
    bench.remove("proc/sys");
    assert_eq!(bench.points_of("node_processes_state")[1], "{state=\"S\"} 0");
    assert!(bench.missing.unwrap().path.ends_with("threads-max"));
}

/// Scenario: a folder without a single process that can be read, such as one where procfs is not mounted. Guarantee: the
/// group is unavailable; nothing says that the machine has no process.
#[test]
fn no_process_is_not_zero_processes() {
    let mut bench = Bench::over("small", |roots| Box::new(Processes::new(roots)));
    for pid in ["1", "42", "777"] {
        bench.write(&format!("proc/{pid}/stat"), "");
    }
    assert!(bench.scrape().iter().all(|point| !point.starts_with("node.processes")));
    assert!(bench.missing.as_ref().unwrap().path.ends_with("proc"));
}
