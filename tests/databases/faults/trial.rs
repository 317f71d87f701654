//! One fault: the engine between clients and a database, and in the end the judgement of every row.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::store::{Found, Store};
use crate::load::{Load, Place, Sending, Tally};
use crate::support::Tfo;
use crate::table::Row;

/// How long acknowledged records may take to be stored once the clients have stopped.
const DRAIN: Duration = Duration::from_secs(40);

/// Resident memory in MiB: the bytes in flight and the engine's code, as in the other fault tests.
const MEMORY: u64 = 256 + if cfg!(debug_assertions) { 64 } else { 48 };

/// Where batches wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    /// In memory; clients hear that their records are stored.
    Memory,
    /// On disk; clients hear that they are in the queue.
    Disk,
}

/// The engine and a database under a fault. The row of the table is written whatever happens.
pub(crate) struct Trial {
    pub(crate) tfo: Tfo,
    pub(crate) store: Store,
    place: watch::Sender<Place>,
    row: Row,
}

const GATEWAY: &str = r#"
{extensions}
receivers:
  otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0" }, http: { endpoint: "127.0.0.1:0" } } }
exporters:
  {type}:
    { {settings}, timeout: {timeout}, sending_queue: { batch: { flush_timeout: 40ms, min_size: 500 }{storage} },
      retry_on_failure: { initial_interval: 50ms, max_interval: 400ms, max_elapsed_time: 60s } }
service:
  {enabled}
  pipelines:
    logs: { receivers: [otlp], exporters: [{type}] }
    metrics: { receivers: [otlp], exporters: [{type}] }
    traces: { receivers: [otlp], exporters: [{type}] }
"#;

// === impl Trial ===

impl Trial {
    /// Starts the engine with an exporter to this database.
    pub(crate) fn start(fault: &str, store: Store, queue: Queue, timeout: &str) -> Self {
        let (kind, settings) = store.exporter();
        let waits = if queue == Queue::Memory { "memory" } else { "disk" };
        let row = Row::begin(&format!("{kind}: {fault}, {waits}"));
        let (extensions, enabled, storage) = match queue {
            Queue::Memory => ("", "", ""),
            Queue::Disk => (
                "extensions: { file_storage: { directory: '{folder}/queue', create_directory: true } }",
                "extensions: [file_storage]",
                ", storage: file_storage",
            ),
        };
        let yaml =
            GATEWAY.replace("{extensions}", extensions).replace("{enabled}", enabled).replace("{storage}", storage);
        let yaml = yaml.replace("{type}", kind).replace("{settings}", &settings).replace("{timeout}", timeout);
        let tfo = Tfo::start(&yaml);
        let place = watch::Sender::new(place(&tfo));
        Self { tfo, store, place, row }
    }

    /// Starts the clients.
    pub(crate) fn load(&self, load: Load) -> Sending {
        load.start(&self.place.subscribe(), 0)
    }

    /// Ends the engine at once; clients find nobody until [`Trial::restart`].
    pub(crate) fn kill(&mut self) {
        self.tfo.kill();
        self.place.send_replace(None);
    }

    pub(crate) fn restart(&mut self) {
        self.tfo.restart();
        self.place.send_replace(place(&self.tfo));
    }

    /// Waits until all that was acknowledged is stored, stops the engine and judges every row; none may be there twice.
    /// Returns what the engine logged.
    pub(crate) async fn judge(mut self, tally: &Tally) -> Vec<String> {
        let acknowledged: HashSet<u64> = tally.acknowledged.iter().flat_map(|(numbers, _)| numbers.clone()).collect();
        let lacks =
            |found: &Found| acknowledged.iter().filter(|number| !found.records.contains_key(number)).count() as u64;
        let started = Instant::now();
        while lacks(&self.store.found()) > 0 && started.elapsed() < DRAIN {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let peak = self.tfo.peak() >> 10;
        let (status, log) = self.tfo.end();
        let (found, logged) = (self.store.found(), &log[log.len().saturating_sub(50)..]);
        let (stored, lost) = (found.records.len() as u64, lacks(&found));
        let duplicates = found.records.values().sum::<u64>() - stored;
        let figures = [tally.sent, acknowledged.len() as u64, stored, duplicates, lost, peak];
        let good = lost + duplicates + found.altered + tally.rejected == 0 && peak <= MEMORY && status.success();
        self.row.end(figures, good);
        let mut gone: Vec<_> = acknowledged.iter().filter(|number| !found.records.contains_key(number)).collect();
        gone.sort_unstable();
        let summary = format!("{}; lost {:?}", tally.summary(), &gone[..gone.len().min(20)]);
        assert!(good, "{figures:?}, {} altered, {status}\n{summary}\n{logged:#?}", found.altered);
        assert!(tally.permanent.is_empty(), "{summary}\n{logged:#?}");
        assert!(!acknowledged.is_empty(), "{summary}\n{logged:#?}");
        log
    }
}

fn place(tfo: &Tfo) -> Place {
    Some((tfo.address("grpc").parse().unwrap(), tfo.address("http").parse().unwrap()))
}
