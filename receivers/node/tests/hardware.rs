//! What the group `cpu` reads of sysfs.

use super::super::config;
use super::super::cpu::Cpu;
use super::bench::Bench;
use crate::catalogue::Naming;

fn bench(naming: Naming) -> Bench {
    let mut bench = Bench::named(naming, "small", |roots| Box::new(Cpu::new(&config::Cpu::default(), roots)));
    bench.scrape();
    bench
}

/// Scenario: two cores of one package with drivers for frequency and temperature. Guarantee: all of it is told, in the
/// units of the catalogue; sensors of other things are left to others.
#[test]
fn everything_there_is() {
    let mut bench = bench(Naming::Tfo);
    for (name, points) in [
        ("node.cpu.logical.count", &["2"][..]),
        ("node.cpu.physical.count", &["2"]),
        ("node.cpu.package.count", &["1"]),
        ("node.cpu.online", &["{cpu=\"0\"} 1", "{cpu=\"1\"} 1"]),
        ("node.cpu.frequency", &["{cpu=\"0\"} 2400000000", "{cpu=\"1\"} 2400000000"]),
        ("node.cpu.frequency_max", &["{cpu=\"0\"} 3600000000", "{cpu=\"1\"} 3600000000"]),
        ("node.cpu.hardware_frequency", &[]),
        ("node.cpu.hardware_frequency_max", &["{cpu=\"0\"} 3800000000", "{cpu=\"1\"} 3800000000"]),
        (
            "node.cpu.thermal",
            &["{sensor=\"coretemp hwmon1 Package id 0\"} 45.5", "{sensor=\"coretemp hwmon1 temp2\"} 44.0"],
        ),
        ("node.cpu.core_throttles", &["{package=\"0\",core=\"0\"} 3", "{package=\"0\",core=\"1\"} 4"]),
        ("node.cpu.package_throttles", &["{package=\"0\"} 9"]),
    ] {
        assert_eq!(bench.points_of(name), points, "{name}");
    }
    let governors = bench.points_of("node.cpu.scaling_governor");
    assert_eq!(governors[..2], ["{cpu=\"0\",governor=\"performance\"} 0", "{cpu=\"0\",governor=\"powersave\"} 1"]);
}

/// Scenario: a processor goes offline, taking its folders away. Guarantee: it is told to be offline and nothing else of
/// it is told; nothing is reported as missing.
#[test]
fn a_processor_goes_offline() {
    let mut bench = bench(Naming::Tfo);
    bench.write("sys/devices/system/cpu/online", "0\n");
    for folder in ["topology", "cpufreq", "thermal_throttle"] {
        bench.remove(&format!("sys/devices/system/cpu/cpu1/{folder}"));
    }
    assert_eq!(bench.points_of("node.cpu.online"), ["{cpu=\"0\"} 1", "{cpu=\"1\"} 0"]);
    assert_eq!(bench.points_of("node.cpu.frequency"), ["{cpu=\"0\"} 2400000000"]);
    assert_eq!(bench.points_of("node.cpu.physical.count"), ["1"]);
    assert_eq!(bench.missing, None);
}

/// Scenario: a virtual machine, with neither frequencies nor sensors. Guarantee: that is no fault, and nothing is zero.
#[test]
fn a_virtual_machine_lacks_nothing() {
    let mut bench = bench(Naming::Prometheus);
    bench.remove("sys/class/hwmon");
    for cpu in ["cpu0", "cpu1"] {
        bench.remove(&format!("sys/devices/system/cpu/{cpu}/cpufreq"));
        bench.remove(&format!("sys/devices/system/cpu/{cpu}/thermal_throttle"));
    }
    let points = bench.scrape();
    let left = ["frequency", "governor", "thermal", "throttles"];
    let others: Vec<&String> = points.iter().filter(|point| left.iter().any(|word| point.contains(word))).collect();
    assert!(others.iter().all(|point| point.contains("_min_hertz") || point.contains("_max_hertz")), "{others:?}");
    assert_eq!(bench.missing, None);
}

/// Scenario: files of sysfs that hold garbage. Guarantee: what holds it is left out, or named.
#[test]
fn garbage() {
    let mut bench = bench(Naming::Tfo);
    bench.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "<unknown>\n");
    assert_eq!(bench.points_of("node.cpu.frequency"), ["{cpu=\"1\"} 2400000000"]);
    assert_eq!(bench.missing, None);
    bench.write("sys/devices/system/cpu/online", "0-");
    assert_eq!(bench.points_of("node.cpu.online"), Vec::<String>::new());
    assert!(bench.missing.unwrap().path.ends_with("sys/devices/system/cpu/online"));
}
