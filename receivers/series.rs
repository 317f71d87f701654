//! [`Table`]: since when each series of a counter counts.

use std::collections::HashMap;
use std::sync::Arc;

/// Scrapes after which a series that is gone is forgotten: an hour at the default interval.
const KEPT: u64 = 240;

/// The series of one counter, found without a search as long as they come in the order of the scrape before.
#[derive(Debug, Default)]
pub(crate) struct Table {
    series: Vec<Series>,
    /// Where a series stands, by its attributes.
    index: HashMap<Arc<[u8]>, usize>,
    /// Which series is expected next.
    next: usize,
    /// When the metric was recorded last before this scrape; 0 if never.
    earlier: u64,
    /// The scrape and time of the last record.
    latest: (u64, u64),
}

/// When a scrape takes place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    /// Which scrape, counted from 1.
    pub(crate) scrape: u64,
    /// Its time, nanoseconds since the Unix epoch.
    pub(crate) now: u64,
}

#[derive(Debug)]
struct Series {
    attributes: Arc<[u8]>,
    start: u64,
    value: f64,
    /// The scrape that saw it last, and its time.
    seen: (u64, u64),
}

// === impl Table ===

impl Table {
    /// Since when the series with these attributes counts, if its value is `value` now; `None` when it was seen in this
    /// scrape already.
    ///
    /// What is there when the metric is first seen counts since `origin`, e.g. the boot. What appears later, or is less
    /// than it was, began after the last time we looked.
    pub(crate) fn start(&mut self, attributes: &[u8], value: f64, origin: u64, moment: Moment) -> Option<u64> {
        self.turn(moment);
        let seen = (moment.scrape, moment.now);
        let Some(at) = self.find(attributes) else {
            let start = if self.earlier == 0 { origin } else { self.earlier }.min(moment.now);
            let attributes: Arc<[u8]> = attributes.into();
            self.index.insert(attributes.clone(), self.series.len());
            self.series.push(Series { attributes, start, value, seen });
            self.next = self.series.len();
            return Some(start);
        };
        self.next = at + 1;
        let series = &mut self.series[at];
        if series.seen.0 == moment.scrape {
            return None;
        }
        if value < series.value {
            series.start = series.seen.1.min(moment.now);
        }
        (series.value, series.seen) = (value, seen);
        Some(series.start)
    }

    /// How many series are remembered.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.series.len()
    }

    /// Begins a scrape, if this is the first record of it.
    fn turn(&mut self, moment: Moment) {
        if self.latest.0 == moment.scrape {
            return;
        }
        self.earlier = self.latest.1;
        self.latest = (moment.scrape, moment.now);
        self.next = 0;
        if moment.scrape.is_multiple_of(KEPT) {
            self.forget(moment.scrape);
        }
    }

    fn find(&self, attributes: &[u8]) -> Option<usize> {
        match self.series.get(self.next) {
            Some(series) if *series.attributes == *attributes => Some(self.next),
            _ => self.index.get(attributes).copied(),
        }
    }

    fn forget(&mut self, scrape: u64) {
        let before = self.series.len();
        self.series.retain(|series| series.seen.0 + KEPT >= scrape);
        if self.series.len() < before {
            let places = self.series.iter().enumerate().map(|(at, series)| (series.attributes.clone(), at));
            self.index = places.collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOT: u64 = 5;

    fn at(scrape: u64) -> Moment {
        Moment { scrape, now: scrape * 100 }
    }

    /// Scenario: series from the start, a late one, a reset, one that pauses. Guarantee: each counts since the boot,
    /// since the scrape before it appeared, or since it was last seen before it was reset; a pause changes nothing.
    #[test]
    fn starts() {
        let mut table = Table::default();
        let mut start = |key: &[u8], value, scrape| table.start(key, value, BOOT, at(scrape));
        assert_eq!(start(b"a", 10.0, 1), Some(BOOT));
        assert_eq!(start(b"b", 10.0, 1), Some(BOOT));
        assert_eq!(start(b"a", 11.0, 2), Some(BOOT));
        assert_eq!(start(b"late", 1.0, 2), Some(100));
        assert_eq!(start(b"b", 12.0, 3), Some(BOOT), "it was away for one scrape");
        assert_eq!(start(b"a", 1.0, 3), Some(200), "it was reset");
        assert_eq!(start(b"a", 2.0, 4), Some(200));
        assert_eq!(start(b"late", 0.0, 5), Some(200), "reset while it was away: after it was seen last");
        assert_eq!(start(b"late", 0.0, 5), None, "twice in one scrape");
    }

    /// Scenario: a clock that is set back. Guarantee: nothing starts in the future.
    #[test]
    fn never_in_the_future() {
        let mut table = Table::default();
        assert_eq!(table.start(b"a", 1.0, 900, Moment { scrape: 1, now: 800 }), Some(800));
        assert_eq!(table.start(b"b", 1.0, 900, Moment { scrape: 2, now: 300 }), Some(300));
    }

    /// Scenario: series that come in another order each time, and ten thousand that never come again. Guarantee: all are
    /// found, and what is gone is forgotten after a while.
    #[test]
    fn order_and_memory() {
        let mut table = Table::default();
        for scrape in 1..=2 * KEPT {
            table.start(format!("once {scrape}").as_bytes(), 1.0, BOOT, at(scrape));
            let keys: [&[u8]; 2] = if scrape % 2 == 0 { [b"a", b"b"] } else { [b"b", b"a"] };
            keys.iter().for_each(|key| assert_eq!(table.start(key, scrape as f64, BOOT, at(scrape)), Some(BOOT)));
        }
        assert!(table.len() <= KEPT as usize + 3, "{}", table.len());
    }
}
