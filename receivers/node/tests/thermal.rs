//! The group `thermal`.

use std::fs;
use std::os::unix::fs::symlink;

use super::super::config;
use super::super::thermal::Thermal;
use super::bench::Bench;
use crate::catalogue::Naming;

const NOTHING: Vec<String> = Vec::new();

/// A bench over these files of sysfs, where `->` makes a link.
fn bench(naming: Naming, settings: &config::Thermal, files: &[(&str, &str)]) -> Bench {
    let bench = Bench::named(naming, "small", |_| Box::new(Thermal::new(settings)));
    bench.remove("sys/class/hwmon");
    for (path, content) in files {
        match content.strip_prefix("->") {
            None => bench.write(&format!("sys/{path}"), content),
            Some(target) => {
                let link = bench.path(&format!("sys/{path}"));
                fs::create_dir_all(link.parent().unwrap()).unwrap();
                symlink(bench.path(&format!("sys/{target}")), link).unwrap();
            }
        }
    }
    bench
}

const CHIPS: &[(&str, &str)] = &[
    ("devices/platform/coretemp.0/driver", "x"),
    ("class/hwmon/hwmon0/device", "->devices/platform/coretemp.0"),
    ("class/hwmon/hwmon0/name", "coretemp\n"),
    ("class/hwmon/hwmon0/temp1_input", "45500\n"),
    ("class/hwmon/hwmon0/temp1_label", "Package id 0\n"),
    ("class/hwmon/hwmon0/temp1_crit", "100000\n"),
    ("class/hwmon/hwmon0/temp1_crit_alarm", "0\n"),
    ("class/hwmon/hwmon0/temp2_input", "-3000\n"),
    ("class/hwmon/hwmon0/temp3_input", "asleep\n"),
    ("class/hwmon/hwmon0/temp4_unknown", "1\n"),
    ("class/hwmon/hwmon1/name", "Super-IO 7\n"),
    ("class/hwmon/hwmon1/fan1_input", "1200\n"),
    ("class/hwmon/hwmon1/in0_input", "1056\n"),
    ("class/hwmon/hwmon1/pwm1", "128\n"),
    ("class/hwmon/hwmon1/pwm1_enable", "2\n"),
    ("class/hwmon/hwmon1/power1_average", "65250000\n"),
    ("class/hwmon/hwmon1/energy1_input", "1500000\n"),
    ("class/hwmon/hwmon1/uevent", "\n"),
];

/// Scenario: two chips, one with a device. Guarantee: node_exporter's names of chips and sensors, values in the units of
/// the metrics; a sensor that is asleep has no point.
#[test]
fn sensors() {
    let mut bench = bench(Naming::Prometheus, &config::Thermal::default(), CHIPS);
    let mut points = bench.scrape();
    points.sort();
    let core = r#"chip="platform_coretemp_0",sensor"#;
    let other = r#"chip="super_io_7",sensor"#;
    let mut expected = [
        r#"node_hwmon_chip_names{chip="platform_coretemp_0",chip_name="coretemp"} 1"#.to_owned(),
        r#"node_hwmon_chip_names{chip="super_io_7",chip_name="super_io_7"} 1"#.to_owned(),
        format!(r#"node_hwmon_sensor_label{{{core}="temp1",label="Package id 0"}} 1"#),
        format!(r#"node_hwmon_temp_celsius{{{core}="temp1"}} 45.5"#),
        format!(r#"node_hwmon_temp_celsius{{{core}="temp2"}} -3.0"#),
        format!(r#"node_hwmon_temp_crit_celsius{{{core}="temp1"}} 100.0"#),
        format!(r#"node_hwmon_temp_crit_alarm_celsius{{{core}="temp1"}} 0.0"#),
        format!(r#"node_hwmon_fan_rpm{{{other}="fan1"}} 1200.0"#),
        format!(r#"node_hwmon_in_volts{{{other}="in0"}} 1.056"#),
        format!(r#"node_hwmon_pwm{{{other}="pwm1"}} 128.0"#),
        format!(r#"node_hwmon_power_average_watt{{{other}="power1"}} 65.25"#),
        format!(r#"node_hwmon_energy_joule_total{{{other}="energy1"}} 1.5"#),
    ];
    expected.sort();
    assert_eq!(points, expected);
    assert!(bench.missing.is_none());
}

/// Scenario: two chips of one device, with drivers of their own and of the same name. Guarantee: each has its own name.
#[test]
fn chips_of_one_device() {
    for (drivers, names) in [(["fans", "wmi"], ["fans", "wmi"]), (["same", "same"], ["hwmon0", "hwmon1"])] {
        let files = [
            ("devices/platform/board/driver", "x"),
            ("class/hwmon/hwmon0/device", "->devices/platform/board"),
            ("class/hwmon/hwmon1/device", "->devices/platform/board"),
            ("class/hwmon/hwmon0/name", drivers[0]),
            ("class/hwmon/hwmon1/name", drivers[1]),
        ];
        let chips = bench(Naming::Tfo, &config::Thermal::default(), &files).points_of("node.hwmon.chip_names");
        for (chip, name) in chips.iter().zip(names) {
            assert!(chip.contains(&format!("chip=\"platform_board_{name}\"")), "{chips:?}");
        }
    }
}

/// Scenario: zones and what cools them, a zone that fails, one that goes away and one that comes. Guarantee: temperatures
/// in degrees, no point for what fails, and devices are looked for anew when one is gone.
#[test]
fn zones() {
    let files = [
        ("class/thermal/thermal_zone0/type", "x86_pkg_temp\n"),
        ("class/thermal/thermal_zone0/temp", "48000\n"),
        ("class/thermal/thermal_zone1/type", "acpitz\n"),
        ("class/thermal/thermal_zone1/temp", "\n"),
        ("class/thermal/cooling_device0/type", "Processor\n"),
        ("class/thermal/cooling_device0/cur_state", "0\n"),
        ("class/thermal/cooling_device0/max_state", "10\n"),
        ("class/thermal/cooling_device1/type", "intel_powerclamp\n"),
        ("class/thermal/cooling_device1/cur_state", "-1\n"),
        ("class/thermal/cooling_device1/max_state", "50\n"),
    ];
    let mut prometheus = bench(Naming::Prometheus, &config::Thermal::default(), &files);
    assert_eq!(
        prometheus.scrape(),
        [
            r#"node_thermal_zone_temp{zone="0",type="x86_pkg_temp"} 48.0"#,
            r#"node_cooling_device_cur_state{name="0",type="Processor"} 0"#,
            r#"node_cooling_device_max_state{name="0",type="Processor"} 10"#,
            r#"node_cooling_device_max_state{name="1",type="intel_powerclamp"} 50"#,
        ]
    );
    let mut bench = bench(Naming::Tfo, &config::Thermal::default(), &files);
    let zone = |number| format!(r#"{{sensor="{number}",type="x86_pkg_temp"}} 48.0"#);
    assert_eq!(bench.points_of("node.thermal.temperature_celsius"), [zone(0)]);
    bench.remove("sys/class/thermal/thermal_zone0");
    bench.write("sys/class/thermal/thermal_zone2/type", "x86_pkg_temp");
    bench.write("sys/class/thermal/thermal_zone2/temp", "48000");
    assert_eq!(bench.points_of("node.thermal.temperature_celsius"), NOTHING);
    assert_eq!(bench.points_of("node.thermal.temperature_celsius"), [zone(2)]);
}

/// Scenario: a machine without any of it, and settings that leave out one or the other. Guarantee: no points, and nothing
/// is missing.
#[test]
fn nothing_there() {
    let mut empty = bench(Naming::Tfo, &config::Thermal::default(), &[]);
    assert_eq!(empty.scrape(), NOTHING);
    assert!(empty.missing.is_none());
    let settings = config::Thermal { sensors: false, ..config::Thermal::default() };
    assert_eq!(bench(Naming::Tfo, &settings, CHIPS).scrape(), NOTHING);
    let settings = config::Thermal { zones: false, ..config::Thermal::default() };
    assert!(!bench(Naming::Tfo, &settings, CHIPS).scrape().is_empty());
}
