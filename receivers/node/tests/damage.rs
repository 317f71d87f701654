//! Every group over files that are damaged in every way we can think of.

use super::super::config::Config;
use super::super::groups;
use super::bench::Bench;
use crate::catalogue::Naming;

/// Groups and the files that they read.
const FILES: [(&str, &[&str]); 10] = [
    ("memory", &["proc/meminfo"]),
    ("vmstat", &["proc/vmstat"]),
    ("sockstat", &["proc/net/sockstat", "proc/net/sockstat6"]),
    ("conntrack", &["proc/net/stat/nf_conntrack", "proc/sys/net/netfilter/nf_conntrack_count"]),
    ("entropy", &["proc/sys/kernel/random/entropy_avail"]),
    ("filefd", &["proc/sys/fs/file-nr"]),
    ("arp", &["proc/net/arp"]),
    ("tcp", &["proc/net/tcp", "proc/net/tcp6"]),
    ("pressure", &["proc/pressure/cpu", "proc/pressure/io"]),
    ("thermal", &["sys/class/hwmon/hwmon1/temp1_input", "sys/class/hwmon/hwmon1/name"]),
];

fn bench(key: &str) -> Bench {
    let config = Config::default();
    let group = groups::every(&config).into_iter().find(|group| group.key == key).unwrap();
    Bench::named(Naming::Prometheus, "small", |roots| (group.make)(&config, roots))
}

/// Scenario: each file of each group cut off at every length. Guarantee: nothing panics, and a file that is cut off never
/// gives a number that the whole one does not give, unless it holds nothing but that number.
#[test]
fn cut_off_anywhere() {
    for (key, files) in FILES {
        let mut bench = bench(key);
        let whole = bench.scrape();
        for file in files {
            let content = std::fs::read(bench.path(file)).unwrap();
            let is_table = content.iter().filter(|byte| **byte == b'\n').count() > 1;
            for end in 0..content.len() {
                bench.write(file, &content[..end]);
                let points = bench.scrape();
                // Sums over lines are less when lines are missing.
                if is_table && ["memory", "vmstat", "sockstat", "pressure"].contains(&key) {
                    let news: Vec<_> = points.iter().filter(|point| !whole.contains(point)).collect();
                    assert!(news.is_empty(), "{file} up to {end}: {news:?}");
                }
            }
            bench.write(file, &content);
        }
        assert_eq!(bench.scrape(), whole, "{key} does not recover");
    }
}

/// Scenario: each file with bytes that are no text, without line breaks, a hundred times as long, or replaced by a folder.
/// Guarantee: nothing panics, and all is well afterwards.
#[test]
fn other_content() {
    for (key, files) in FILES {
        let mut bench = bench(key);
        let whole = bench.scrape();
        for file in files {
            let content = std::fs::read(bench.path(file)).unwrap();
            let noise: Vec<u8> = (0..5_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            let one_line: Vec<u8> = content.iter().filter(|byte| **byte != b'\n').copied().collect();
            for damaged in [noise, one_line, vec![b'\n'; 1_000], vec![b'9'; 100_000], content.repeat(100)] {
                bench.write(file, damaged);
                bench.scrape();
            }
            bench.remove(file);
            bench.write(&format!("{file}/inside"), "x");
            bench.scrape();
            bench.remove(file);
            bench.write(file, &content);
        }
        assert_eq!(bench.scrape(), whole, "{key} does not recover");
    }
}
