//! The group `textfile`.

use std::fs;
use std::path::Path;

use super::super::config;
use super::super::textfile::Textfile;
use super::bench::Bench;
use crate::catalogue::Naming;

const GOOD: &str = "\
# HELP backup_age_seconds Age of the last backup.
# TYPE backup_age_seconds gauge
backup_age_seconds{host=\"a\"} 12.5
backup_age_seconds{host=\"b\",tape=\"\"} NaN

# TYPE jobs_total counter
jobs_total 1027
loose 3
# TYPE wait_seconds histogram
wait_seconds_bucket{le=\"0.1\"} 2
wait_seconds_bucket{le=\"1\"} 5
wait_seconds_bucket{le=\"+Inf\"} 6
wait_seconds_sum 4.5
wait_seconds_count 6
# TYPE size_bytes summary
size_bytes{quantile=\"0.5\"} 10
size_bytes{quantile=\"0.99\"} 90
size_bytes_sum 1000
size_bytes_count 40
";

/// A bench over files in the directory `textfile` of its tree.
fn bench(files: &[(&str, &str)]) -> Bench {
    Bench::named(Naming::Prometheus, "small", |roots| {
        let directory = roots.root.join("textfile");
        fs::create_dir(&directory).unwrap();
        files.iter().for_each(|(name, text)| fs::write(directory.join(name), text).unwrap());
        Box::new(Textfile::new(&config::Textfile { directories: vec![directory], ..config::Textfile::default() }))
    })
}

/// What is measured, without the group's own metrics.
fn measured(bench: &mut Bench) -> Vec<String> {
    let points = bench.scrape().into_iter();
    points.filter(|point| !point.starts_with("node_textfile")).collect()
}

fn reason(bench: &Bench) -> String {
    bench.missing.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Scenario: a file with all types of metrics, beside one with another ending. Guarantee: everything goes on as it is,
/// with histograms and summaries whole; the file's time is told, and there was no error.
#[test]
fn all_types() {
    let mut bench = bench(&[("a.prom", GOOD), ("b.prom~", "broken")]);
    let points = bench.scrape();
    assert!(bench.missing.is_none(), "{}", reason(&bench));
    for expected in [
        "backup_age_seconds{host=\"a\"} 12.5",
        "backup_age_seconds{host=\"b\",tape=\"\"} NaN",
        "jobs_total 1027.0",
        "loose 3.0",
        "node_textfile_scrape_error 0",
    ] {
        assert!(points.iter().any(|point| point == expected), "{expected} in {points:#?}");
    }
    let histogram = points.iter().find(|point| point.starts_with("wait_seconds ")).unwrap();
    for expected in ["count: 6", "sum: Some(4.5)", "bucket_counts: [2, 3, 1]", "explicit_bounds: [0.1, 1.0]"] {
        assert!(histogram.contains(expected), "{expected} in {histogram}");
    }
    let summary = points.iter().find(|point| point.starts_with("size_bytes ")).unwrap();
    for expected in ["count: 40", "sum: 1000.0", "quantile: 0.99, value: 90.0"] {
        assert!(summary.contains(expected), "{expected} in {summary}");
    }
    let modified = bench.points_of("node_textfile_mtime_seconds");
    assert_eq!(modified.len(), 1);
    assert!(modified[0].contains("/textfile/a.prom\"} 1"), "{}", modified[0]);
}

/// Scenario: files with one fault each, beside a good one. Guarantee: the whole file is left out, the reason names file
/// and line, the error is told, and the good file is not touched.
#[test]
fn one_fault_and_the_file_is_out() {
    for (text, line, words) in [
        ("a 1\nb\nc 3\n", 2, "no value"),
        ("a 1\nb 2", 2, "ends in the middle"),
        ("a 1\na 2\n", 2, "twice"),
        ("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", 2, "twice"),
        ("a 1 1395066363000\n", 1, "timestamps"),
        ("# TYPE a number\n", 1, "no type"),
        ("# TYPE a gauge\n# TYPE a gauge\n", 2, "second TYPE"),
        ("a 1\n# TYPE a gauge\n", 2, "second TYPE"),
        ("# HELP a x\n# HELP a y\n", 2, "second HELP"),
        ("# TYPE h histogram\nh 1\n", 2, "no value of its own"),
        ("# TYPE h histogram\nh_bucket 1\n", 2, "`le`"),
        ("# TYPE h histogram\nh_bucket{le=\"x\"} 1\n", 2, "`le`"),
        ("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\n", 3, "twice"),
        ("# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_bucket{le=\"2\"} 4\nh_count 5\n", 2, "bucket"),
        ("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 5\nh_count 4\n", 2, "count"),
        ("# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_sum 1\n", 2, "no count"),
        ("# TYPE h histogram\nh_count 1.5\n", 2, "whole number"),
        ("# TYPE h histogram\nh_count NaN\n", 2, "whole number"),
        ("# TYPE s summary\ns 1\n", 2, "`quantile`"),
        ("# TYPE s summary\ns{quantile=\"0.5\"} 1\n", 2, "no count"),
    ] {
        let mut bench = bench(&[("bad.prom", text), ("good.prom", "good 1\n")]);
        assert_eq!(measured(&mut bench), ["good 1.0"], "{text}");
        let reason = reason(&bench);
        assert!(reason.contains(&format!("bad.prom: the file is left out: line {line}: ")), "{text}: {reason}");
        assert!(reason.contains(words), "{text}: {reason}");
        assert_eq!(bench.points_of("node_textfile_scrape_error"), ["1"]);
        assert_eq!(bench.points_of("node_textfile_mtime_seconds").len(), 1);
        bench.remove("textfile/bad.prom");
        assert_eq!(bench.points_of("node_textfile_scrape_error"), ["0"]);
    }
}

/// Scenario: a directory that is not there, a folder and a pipe that look like files, bytes that are no text, an empty
/// file. Guarantee: nothing hangs or fails; what is wrong is told.
#[test]
fn what_is_no_file() {
    let mut bench = bench(&[("empty.prom", ""), ("remarks.prom", "# nothing\n# TYPE a gauge\n")]);
    assert_eq!(measured(&mut bench), Vec::<String>::new());
    assert!(bench.missing.is_none(), "{}", reason(&bench));
    fs::create_dir(bench.path("textfile/folder.prom")).unwrap();
    bench.scrape();
    assert!(reason(&bench).contains("folder.prom: the file is left out: it is not a regular file"));
    bench.remove("textfile/folder.prom");
    let made = std::process::Command::new("mkfifo").arg(bench.path("textfile/pipe.prom")).status().unwrap();
    assert!(made.success());
    bench.scrape();
    assert!(reason(&bench).contains("not a regular file"));
    bench.remove("textfile/pipe.prom");
    bench.write("textfile/bytes.prom", b"a 1\nb{x=\"\xff\"} 1\n");
    bench.scrape();
    assert!(reason(&bench).contains("line 2: it is not UTF-8"));
    bench.remove("textfile");
    assert_eq!(bench.scrape(), ["node_textfile_scrape_error 1"]);
    assert!(reason(&bench).contains("does not exist"));
}

/// Scenario: files that share a metric, with other labels, the same, another type or another help. Guarantee: they are one
/// metric as long as they agree; the later file is left out if they do not.
#[test]
fn metrics_of_several_files() {
    let typed = "# HELP a x\n# TYPE a counter\na{file=\"1\"} 1\n";
    for (later, expected) in [
        ("# TYPE a counter\na{file=\"2\"} 2\n", None),
        ("# TYPE a counter\na{file=\"1\"} 2\n", Some("line 2: `a` with these labels")),
        ("b 1\na{file=\"2\"} 2\n", Some("line 2: `a` has another type")),
        ("# HELP a y\n# TYPE a counter\na{file=\"2\"} 2\n", Some("line 3: `a` has another HELP")),
    ] {
        let mut bench = bench(&[("1.prom", typed), ("2.prom", later)]);
        let points = measured(&mut bench);
        match expected {
            None => assert_eq!(points, ["a{file=\"1\"} 1.0", "a{file=\"2\"} 2.0"]),
            Some(words) => {
                assert_eq!(points, ["a{file=\"1\"} 1.0"], "{later}");
                assert!(reason(&bench).contains(words), "{}", reason(&bench));
            }
        }
    }
}

/// Scenario: a file that grows beyond all measure. Guarantee: it is refused, not read into memory.
#[test]
fn oversized_files() {
    let mut bench = bench(&[]);
    let file = fs::File::create(bench.path("textfile/large.prom")).unwrap();
    file.set_len(1 << 40).unwrap();
    bench.scrape();
    assert!(reason(&bench).contains("larger than"), "{}", reason(&bench));
    assert!(Path::new(&bench.path("textfile")).exists());
}
