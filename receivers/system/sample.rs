//! What a scrape might look like, for dry runs and docs.

use pipelines::Telemetry;

use super::config::{Choice, Naming, Strategy};
use super::rows::{self, Row};
use super::scrapers;
use super::sheet::Sheet;

/// 2023-11-14T22:13:20Z, in nanoseconds since the Unix epoch.
const NOW: u64 = 1_700_000_000_000_000_000;
const HOUR: u64 = 3_600_000_000_000;

/// A few points of a machine that booted an hour ago.
pub(super) fn sample(naming: Naming) -> Telemetry {
    if naming == Naming::Tfo {
        return scrapers::tfo_sample(NOW, NOW - HOUR);
    }
    let choice = |row: &&'static Row| {
        let keeps = row.attributes.iter().map(|name| row.kept.contains(name)).collect();
        Choice { row, keeps, strategy: Strategy::Sum }
    };
    let rows: [&'static Row; 3] = [&rows::CPU_TIME, &rows::MEMORY_USAGE, &rows::LOAD_1M];
    let mut sheet = Sheet::new(rows.iter().map(choice).collect(), NOW - HOUR);
    sheet.begin(NOW);
    for (state, seconds) in [("user", 412.25), ("system", 96.5), ("idle", 3088.75)] {
        sheet.put(&rows::CPU_TIME, seconds, &["cpu0", state]);
    }
    for (state, bytes) in [("used", 3 << 30), ("free", 1 << 30)] {
        sheet.count(&rows::MEMORY_USAGE, bytes, &[state]);
    }
    sheet.put(&rows::LOAD_1M, 0.42, &[]);
    sheet.finish()
}
