//! The receiver `node` on the machine the tests run on: beside the node_exporter of Debian, and with a filesystem that hangs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
// What a test says goes to the terminal of who runs it.
#![allow(clippy::print_stderr)]
// What is compared is real time.
#![allow(clippy::disallowed_methods)]

#[path = "node/compare.rs"]
mod compare;
#[path = "node/hung.rs"]
mod hung;
#[path = "node/load.rs"]
mod load;
#[path = "node/scrape.rs"]
mod scrape;
mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use compare::{Round, compare, unexplained};
use load::Load;
use scrape::{Exporter, Points, recorded};
use support::Tfo;

/// How often both are scraped.
const ROUNDS: usize = 12;

/// The receiver that is measured with, every 100 ms.
const YAML: &str = "\
receivers:
  node: { collection_interval: 100ms, initial_delay: 100ms, naming: prometheus }
exporters:
  file: { path: '{folder}/points.json' }
service:
  pipelines:
    metrics: { receivers: [node], exporters: [file] }
";

/// Scenario: tfo and node_exporter on the same machine, under load, in the same second: a scrape of node_exporter, scrapes
/// of tfo, a scrape of node_exporter. Guarantee: what both have is of the same type and has the same attributes; a value
/// that does not change is equal to the last digit; a counter of tfo lies between those of node_exporter before and after
/// it; and what only node_exporter has is known and explained.
#[test]
fn as_node_exporter_says() {
    let Some(exporter) = Exporter::start("as_node_exporter_says") else { return };
    let tfo = Tfo::start(YAML);
    let _load = Load::start(tfo.path("load"));
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let before = exporter.scrape();
        // The sockets that node_exporter sees are there for tfo, too.
        let connection = exporter.connect();
        let begin = scrape::wall_clock();
        std::thread::sleep(Duration::from_millis(450));
        let end = scrape::wall_clock();
        drop(connection);
        let after = exporter.scrape();
        rounds.push((before, begin..end, after));
    }
    // The last lines are on their way to the file.
    std::thread::sleep(Duration::from_millis(500));
    let recorded = recorded(&tfo.path("points.json"));
    let of = |(before, between, after): (Points, std::ops::Range<u64>, Points)| {
        // A scrape is over when the next one begins, so each series' last one but one lies wholly between.
        let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (series, point) in recorded.iter().filter(|(time, _)| between.contains(time)).flat_map(|(_, points)| points)
        {
            told.entry(series.clone()).or_default().push(*point);
        }
        let own = told.into_iter().filter_map(|(series, points)| Some((series, *points.iter().nth_back(1)?)));
        Round { before, own: own.collect(), after }
    };
    let rounds: Vec<Round> = rounds.into_iter().map(of).collect();
    let comparison = compare(&rounds);
    eprintln!("{comparison}");
    assert!(comparison.common.len() > 100, "only {} series are on both sides", comparison.common.len());
    assert!(comparison.faults.is_empty(), "{:#?}", comparison.faults);
    let unexplained = unexplained(&comparison);
    assert!(unexplained.is_empty(), "only node_exporter has, and nobody said why: {unexplained:#?}");
}
