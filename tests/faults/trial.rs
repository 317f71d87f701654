//! One fault: the engine between clients and a sink, and in the end the judgement of every record.

use std::collections::HashSet;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::load::{Load, Place, Sending, Tally};
use crate::sink::Sink;
use crate::support::Tfo;
use crate::table::Row;

/// How long acknowledged records may take to arrive once the clients have stopped.
const DRAIN: Duration = Duration::from_secs(30);

/// What the engine may take besides the bytes in flight, in MiB; a debug build has more code in memory.
pub(crate) const BESIDES: u64 = if cfg!(debug_assertions) { 56 } else { 40 };

/// The engine under a fault. The row of the table is written whatever happens.
pub(crate) struct Trial {
    pub(crate) tfo: Tfo,
    pub(crate) sink: Sink,
    place: watch::Sender<Place>,
    loads: AtomicU64,
    row: Row,
}

/// What must hold in the end, besides that nothing acknowledged is lost or altered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Records that may arrive more than once.
    pub(crate) duplicates: u64,
    /// Resident memory in MiB at its highest.
    pub(crate) memory: u64,
}

// === impl Trial ===

impl Trial {
    /// Starts a sink, and the engine with the configuration for it.
    pub(crate) async fn start(fault: &str, yaml: impl FnOnce(&Sink) -> String) -> Self {
        Self::start_as(fault, yaml, |_| {}).await
    }

    /// The same with whatever is done to the command.
    pub(crate) async fn start_as(
        fault: &str,
        yaml: impl FnOnce(&Sink) -> String,
        adapt: impl FnOnce(&mut Command),
    ) -> Self {
        let row = Row::begin(fault);
        let sink = Sink::start().await;
        let tfo = Tfo::start_as(&yaml(&sink), adapt);
        let place = watch::Sender::new(place(&tfo));
        Self { tfo, sink, place, loads: AtomicU64::new(0), row }
    }

    pub(crate) fn load(&self, load: Load) -> Sending {
        // Room for as many records as any load has.
        let first = self.loads.fetch_add(1, Ordering::Relaxed) << 32;
        load.start(&self.place.subscribe(), first)
    }

    /// Ends the engine at once; clients find nobody until [`Trial::restart`].
    pub(crate) fn kill(&mut self) -> Vec<String> {
        let log = self.tfo.kill();
        self.place.send_replace(None);
        log
    }

    /// Ends the engine in good order; clients find nobody until [`Trial::restart`].
    pub(crate) fn stop(&mut self) -> Vec<String> {
        let (status, log) = self.tfo.end();
        self.place.send_replace(None);
        assert!(status.success(), "{status}: {log:#?}");
        log
    }

    pub(crate) fn restart(&mut self) {
        self.tfo.restart();
        self.place.send_replace(place(&self.tfo));
    }

    /// Waits until all that was acknowledged has arrived, stops the engine and judges every record.
    pub(crate) async fn judge(mut self, tally: Tally, bounds: Bounds) {
        let acknowledged: HashSet<u64> = tally.acknowledged.iter().flat_map(|(numbers, _)| numbers.clone()).collect();
        let missing = |sink: &Sink| {
            let seen = sink.seen();
            let there = |number: &&u64| seen.taken.contains_key(*number) || seen.rejected.contains(*number);
            acknowledged.iter().filter(|number| !there(number)).count() as u64
        };
        self.until(|| missing(&self.sink) == 0).await;
        let peak = self.tfo.peak() >> 10;
        let log = self.stop();
        let (lost, seen) = (missing(&self.sink), self.sink.seen());
        let delivered = seen.taken.len() as u64;
        let arrivals: u64 = seen.taken.values().map(|times| u64::from(*times)).sum();
        let duplicates = arrivals - delivered;
        let figures = [tally.sent, acknowledged.len() as u64, delivered, duplicates, lost, peak];
        let mut faults = Vec::new();
        if lost > 0 {
            let there = |number: &u64| seen.taken.contains_key(number) || seen.rejected.contains(number);
            let mut gone: Vec<u64> = acknowledged.iter().filter(|number| !there(number)).copied().collect();
            gone.sort_unstable();
            faults.push(format!("{lost} acknowledged records are lost, such as {:?}", &gone[..gone.len().min(20)]));
        }
        if duplicates > bounds.duplicates {
            faults.push(format!("{duplicates} records came more than once, of at most {}", bounds.duplicates));
        }
        if seen.altered + seen.unreadable > 0 {
            faults.push(format!("{} records altered, {} requests unreadable", seen.altered, seen.unreadable));
        }
        if peak > bounds.memory {
            faults.push(format!("{peak} MiB resident, of at most {}", bounds.memory));
        }
        self.row.end(figures, faults.is_empty());
        assert!(
            faults.is_empty(),
            "{}\n{}\n{:#?}",
            faults.join("\n"),
            tally.summary(),
            &log[log.len().saturating_sub(50)..]
        );
    }

    /// Writes the row of a fault that is judged elsewhere.
    pub(crate) fn report(mut self, figures: [u64; 5]) {
        let [sent, acknowledged, delivered, duplicates, lost] = figures;
        let peak = self.tfo.peak() >> 10;
        self.row.end([sent, acknowledged, delivered, duplicates, lost, peak], true);
    }

    /// Waits until so many records have arrived at the sink, or it takes too long.
    pub(crate) async fn arrived(&self, records: usize) -> bool {
        self.until(|| self.sink.seen().taken.len() >= records).await
    }

    async fn until(&self, done: impl Fn() -> bool) -> bool {
        let started = Instant::now();
        while !done() {
            if started.elapsed() > DRAIN {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    }
}

fn place(tfo: &Tfo) -> Place {
    Some((tfo.address("grpc").parse().unwrap(), tfo.address("http").parse().unwrap()))
}
