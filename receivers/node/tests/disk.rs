//! The group `disk`.

use super::super::config;
use super::super::disk::Disk;
use super::bench::Bench;
use crate::catalogue::Naming;

fn bench(naming: Naming, settings: serde_json::Value) -> Bench {
    let settings: config::Disk = serde_json::from_value(settings).unwrap();
    Bench::named(naming, "small", |roots| Box::new(Disk::new(&settings, roots)))
}

/// Scenario: a disk, a partition, a loop device, and a device of an old kernel. Guarantee: every field of the kernel
/// exactly once, in the units of the catalogue; partitions are left out; what a kernel does not say is not there.
#[test]
fn every_field() {
    let mut bench = bench(Naming::Prometheus, serde_json::json!({}));
    let points = bench.scrape();
    let of = |device: &str| -> Vec<String> {
        let label = format!("device=\"{device}\"");
        points.iter().filter(|point| point.contains(&label)).map(|point| point.replace(&label, "")).collect()
    };
    assert_eq!(
        of("sda"),
        [
            "node_disk_reads_completed_total{} 1000",
            "node_disk_reads_merged_total{} 200",
            "node_disk_read_bytes_total{} 1536000",
            "node_disk_read_time_seconds_total{} 4.005",
            "node_disk_writes_completed_total{} 500",
            "node_disk_writes_merged_total{} 60",
            "node_disk_written_bytes_total{} 3584000",
            "node_disk_write_time_seconds_total{} 8.009",
            "node_disk_io_now{} 3",
            "node_disk_io_time_seconds_total{} 9.001",
            "node_disk_io_time_weighted_seconds_total{} 12.014",
            "node_disk_discards_completed_total{} 11",
            "node_disk_discards_merged_total{} 12",
            "node_disk_discarded_sectors_total{} 13",
            "node_disk_discard_time_seconds_total{} 14.015",
            "node_disk_flush_requests_total{} 16",
            "node_disk_flush_requests_time_seconds_total{} 17.018",
            "node.disk.size{} 1048576",
            "node_disk_info{,major=\"8\",minor=\"0\",path=\"pci-0000:00:17.0-ata-1\",wwn=\"0x5000\",model=\"DISK_1000\",\
         serial=\"S123\",revision=\"1.0\"} 1",
        ]
    );
    let old = of("dm-0");
    assert_eq!(old.len(), 14, "{old:#?}");
    assert_eq!(
        old[11..],
        [
            "node_disk_info{,major=\"253\",minor=\"0\"} 1",
            "node_disk_filesystem_info{,type=\"ext4\",usage=\"filesystem\",uuid=\"1234\",version=\"1.0\"} 1",
            "node_disk_device_mapper_info{,name=\"vg-root\",uuid=\"LVM-abc\",vg_name=\"vg\",lv_name=\"root\"} 1",
        ]
    );
    assert_eq!((of("sda1").len(), of("loop0").len()), (0, 0));
    assert_eq!(bench.missing, None);
}

/// Scenario: other filters, in the conventions' vocabulary. Guarantee: the devices asked for; reads and writes are
/// directions of one metric.
#[test]
fn filters_and_directions() {
    let settings = serde_json::json!({ "device_include": "^sd", "device_exclude": "^sda$" });
    let mut bench = bench(Naming::Semconv, settings);
    let points = bench.scrape();
    assert!(points.iter().all(|point| point.contains("system.device=\"sda1\"")), "{points:#?}");
    for direction in ["read", "write"] {
        let start = format!("system.disk.io{{disk.io.direction=\"{direction}\"");
        assert_eq!(points.iter().filter(|point| point.starts_with(&start)).count(), 1);
    }
}

/// Scenario: a disk is pulled and another one comes. Guarantee: the new one counts since the scrape before it came.
#[test]
fn devices_come_and_go() {
    let mut bench = bench(Naming::Tfo, serde_json::json!({}));
    bench.scrape();
    bench.write("proc/diskstats", "8 16 sdb 1 1 1 1 1 1 1 1 1 1 1\n");
    let points = bench.scrape_since();
    assert_eq!(points[0], "node.disk.reads_completed{device=\"sdb\"} 1 since 1");
    assert!(points.iter().all(|point| point.contains("sdb")), "{points:#?}");
}

/// Scenario: lines that are cut off or garbage between good ones, and no file. Guarantee: the good ones are there, the
/// error names the line, nothing is zero.
#[test]
fn damaged_files() {
    let mut bench = bench(Naming::Tfo, serde_json::json!({}));
    for wrong in ["8 0 sda 1 2 3", "8 0", "x 0 sda 1 1 1 1 1 1 1 1 1 1 1", "8 0 sda 1 1 1 1 1 1 1 1 1 1 -1", "\u{0}"] {
        bench.write("proc/diskstats", format!("{wrong}\n8 16 sdb 1 1 1 1 1 1 1 1 1 1 1\n"));
        let points = bench.scrape();
        assert_eq!(points.len(), 12, "{wrong}: {points:#?}");
        assert!(bench.missing.clone().unwrap().to_string().contains("diskstats: line 1 is not"), "{wrong}");
    }
    bench.remove("proc/diskstats");
    assert_eq!(bench.scrape(), Vec::<String>::new());
    assert!(bench.missing.unwrap().to_string().ends_with("diskstats: it does not exist"));
}

/// Scenario: a filter that is no regular expression. Guarantee: it is refused and said why.
#[test]
fn patterns() {
    let wrong = serde_json::from_value::<config::Disk>(serde_json::json!({ "device_exclude": "sd[a" }));
    assert_eq!(wrong.unwrap_err().to_string(), "not a regular expression: unclosed character class");
    assert!(serde_json::from_value::<config::Disk>(serde_json::json!({ "device_exclude": "" })).unwrap().wants("sda1"));
}
