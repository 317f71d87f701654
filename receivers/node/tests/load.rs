//! The group `load`.

use super::super::load::Load;
use super::bench::Bench;

/// Scenario: a file as it should be, and damaged ones. Guarantee: three averages, or an error and nothing.
#[test]
fn averages() {
    let mut bench = Bench::over("small", |roots| Box::new(Load::new(roots)));
    assert_eq!(bench.scrape(), ["node.load.1m 0.75", "node.load.5m 1.5", "node.load.15m 2.0"]);
    for content in ["", "1.0 2.0", "a b c", "1.0 2.0 \u{fffd}"] {
        bench.write("proc/loadavg", content);
        assert_eq!(bench.scrape(), Vec::<String>::new());
        assert!(bench.missing.is_some());
    }
}
