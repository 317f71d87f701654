//! [`Store`]: the exporter itself.
//!
//! Each insert carries a token made of the batch and the table, so that what was written before is not written again
//! when a batch comes again: after an answer that was lost, after a crash, or because another table refused its part.

use std::sync::Arc;
use std::time::Duration;

use pipelines::component::{BoxFuture, BuildContext, Encoded, ExportError, Exported, Exporter, Failure, Row};
use pipelines::delivery;
use pipelines::runtime::Delivery;
use pipelines::{BatchId, Context, Signal, Telemetry};
use tokio::sync::Mutex;

use super::config::Config;
use super::connection::{Request, Servers};
use super::doubts::Doubts;
use super::fault::{Fault, Kind};
use super::found::{Found, Place};
use super::rows::{Attributes, Compression, Encoder, Insert, Shapes, Table, context_bytes};
use super::shown;
use super::target::Target;
use crate::client::Tls;
use crate::portions::Portions;

/// The exporter.
pub(super) struct Store {
    config: Arc<Config>,
    target: Target,
    pub(super) servers: Servers,
    pub(super) doubts: Doubts,
    compression: Compression,
    /// The tables of each signal, once they were looked at.
    found: [Mutex<Option<Arc<Found>>>; Signal::ALL.len()],
    delivery: Delivery,
}

/// What a table refused: how many rows, and why.
pub(super) struct Refused {
    pub(super) table: Table,
    pub(super) rows: u64,
    pub(super) fault: Fault,
}

/// Bytes of rows that are encoded at once, before they are compressed: some times what a usual batch takes.
const PORTION: usize = 32 << 20;
/// How long connections may take to close at shutdown.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);

// === impl Store ===

impl Store {
    pub(super) fn new(config: &Arc<Config>, cx: &BuildContext) -> Result<Self, Failure> {
        let (target, faults) = Target::new(config);
        let target = target.ok_or_else(|| match faults.into_iter().next() {
            Some((key, text, _)) => format!("{key}: {text}"),
            None => "endpoint: nothing is set".to_owned(),
        })?;
        let tls = Tls::new(&target.tls, &format!("exporter {}", cx.id));
        tls.follow(&cx.renewals);
        let timeout = (!config.timeout.is_zero()).then_some(config.timeout);
        let servers = Servers::new(&target, timeout.map(Into::into), &tls)?;
        let mut queue = config.sending_queue.clone();
        if queue.enabled && queue.batch.is_none() {
            // Tables are harmed by inserts of a few rows, so a queue that says nothing about it groups, too.
            queue.batch = Config::default().sending_queue.batch;
        }
        let delivery = delivery::settings(&queue, &config.retry_on_failure, timeout).idempotent();
        let compression = target.compress.method();
        let found = [const { Mutex::const_new(None) }; Signal::ALL.len()];
        Ok(Self { config: config.clone(), target, servers, doubts: Doubts::default(), compression, found, delivery })
    }

    async fn deliver(&self, id: BatchId, telemetry: &Telemetry) -> Result<Exported, ExportError> {
        let mut exported = Exported::default();
        for (id, portion) in Portions::new(id, telemetry, PORTION, context_bytes) {
            let Exported { rejected, message } = self.deliver_portion(id, &portion).await?;
            exported.rejected += rejected;
            exported.message = exported.message.or(message);
        }
        Ok(exported)
    }

    async fn deliver_portion(&self, id: BatchId, telemetry: &Telemetry) -> Result<Exported, ExportError> {
        let signal = telemetry.signal();
        let mut found = self.found(signal).await.map_err(Fault::outcome)?;
        let mut refused = self.send(id, telemetry, &found).await?;
        if refused.iter().any(|refused| refused.fault.doubts_schema()) {
            // The tables may have changed since they were looked at.
            let newer = self.look_again(signal, &found).await.map_err(Fault::outcome)?;
            if newer.differs(&found) {
                found = newer;
                refused = self.send(id, telemetry, &found).await?;
            }
        }
        self.conclude(id, telemetry, &found, refused).await
    }

    /// What became of a batch, parts of which were refused: it comes again if that can help one of them. Else as much as
    /// can be is stored of the rows the server cannot read, and the rest is counted as rejected.
    async fn conclude(
        &self,
        id: BatchId,
        telemetry: &Telemetry,
        found: &Found,
        mut refused: Vec<Refused>,
    ) -> Result<Exported, ExportError> {
        for Refused { table, fault, .. } in &mut refused {
            // Data that cannot be read into a column of another type is not to blame: the column may be mended.
            let odd = found.of(*table).map(|state| state.odd.as_slice()).unwrap_or_default();
            if fault.kind == Kind::Data && !odd.is_empty() {
                fault.kind = Kind::Schema;
                fault.text = format!("{}: {}", odd.join(", "), fault.text);
            }
        }
        if let Some(at) = refused.iter().position(|refused| refused.fault.kind != Kind::Data) {
            return Err(refused.swap_remove(at).fault.outcome());
        }
        let mut exported = Exported::default();
        for refused in refused {
            let left = self.sift(id, telemetry, found, refused).await?;
            exported.rejected += left.rows;
            exported.message.get_or_insert(left.fault.text);
        }
        Ok(exported)
    }

    /// Sends each table its rows; what a table refuses holds nothing up.
    async fn send(&self, id: BatchId, telemetry: &Telemetry, found: &Found) -> Result<Vec<Refused>, ExportError> {
        let mut refused = Vec::new();
        for insert in found.encoder.encode(telemetry)? {
            if let Err(fault) = self.insert(id, &insert, telemetry, found).await {
                refused.push(Refused { table: insert.table, rows: insert.rows, fault });
            }
        }
        Ok(refused)
    }

    /// Inserts rows of `telemetry` into one table.
    pub(super) async fn insert(
        &self,
        id: BatchId,
        insert: &Insert,
        telemetry: &Telemetry,
        found: &Found,
    ) -> Result<(), Fault> {
        let state =
            found.of(insert.table).ok_or_else(|| Fault::new(Kind::Other, "the table belongs to another signal"))?;
        let sql = state.insert.as_ref().map_err(Clone::clone)?;
        let token = format!("{id}-{}", self.config.table_name(insert.table));
        let mut settings = self.settings(insert.table, state.has_json());
        settings.push(("insert_deduplication_token", token.clone()));
        if self.compression.is_blocks() {
            settings.push(("decompress", "1".to_owned()));
        }
        let encoding = self.compression.content_encoding();
        let body = std::slice::from_ref(&insert.body);
        let request = Request { sql, settings: &settings, encoding, content_type: None, body };
        let was_in_doubt = self.doubts.begin(&token);
        // Who gives up waiting here leaves the insert in doubt.
        let outcome = self.servers.insert(&request).await;
        match &outcome {
            Ok(taker) if was_in_doubt || taker.taken.is_repeated => {
                self.restore(&token, insert.table, telemetry, found, taker).await?;
            }
            Err(fault) if was_in_doubt || fault.leaves_doubt() => return outcome.map(drop),
            _ => {}
        }
        self.doubts.settle(&token);
        outcome.map(drop)
    }

    /// The settings of every insert. What the configuration sets itself is left to it.
    pub(super) fn settings(&self, table: Table, has_json: bool) -> Vec<(&'static str, String)> {
        let flag = |on: bool| if on { "1" } else { "0" }.to_owned();
        let is_async = self.config.async_insert;
        let mut settings = vec![
            ("async_insert", flag(is_async)),
            // An answer means that the rows are written, on every shard.
            ("wait_for_async_insert", flag(true)),
            ("insert_distributed_sync", flag(true)),
            // Rows of many days must not block those beside them.
            ("max_partitions_per_insert_block", flag(false)),
        ];
        if table == Table::Traces {
            // An insert that came again may have missed the view the first time.
            settings.push(("deduplicate_blocks_in_dependent_materialized_views", flag(true)));
        }
        if has_json {
            // `a.b` and `b` within `a` are one path, and one of them is kept.
            settings.push(("type_json_skip_duplicated_paths", flag(true)));
        }
        settings.retain(|(name, _)| self.target.params.setting(name).is_none());
        settings
    }

    /// Whether an answer means that the rows are written.
    pub(super) fn waits(&self) -> bool {
        let set = |name| self.target.params.setting(name);
        let is_async = set("async_insert").map_or(self.config.async_insert, |value| value != "0");
        !is_async || set("wait_for_async_insert").is_none_or(|value| value != "0")
    }

    /// What fills tables as they are made here.
    fn newest(&self, compression: Compression) -> Encoder {
        let attributes = if self.config.json { Attributes::Json } else { Attributes::Map };
        Encoder::new(Shapes::newest(attributes), compression)
    }

    fn place(&self) -> Place<'_> {
        let compression = self.compression;
        Place { servers: &self.servers, config: &self.config, database: &self.target.database, compression }
    }

    /// The tables of a signal; the first who asks looks at them, and the others wait for it.
    async fn found(&self, signal: Signal) -> Result<Arc<Found>, Fault> {
        let mut known = self.found[signal as usize].lock().await;
        match &*known {
            Some(found) => Ok(found.clone()),
            None => self.look(signal, &mut known).await,
        }
    }

    /// The tables as they are now, unless somebody has looked since `old`.
    async fn look_again(&self, signal: Signal, old: &Arc<Found>) -> Result<Arc<Found>, Fault> {
        let mut known = self.found[signal as usize].lock().await;
        match known.take_if(|newer| !Arc::ptr_eq(newer, old)) {
            Some(newer) => Ok(known.insert(newer).clone()),
            None => self.look(signal, &mut known).await,
        }
    }

    async fn look(&self, signal: Signal, known: &mut Option<Arc<Found>>) -> Result<Arc<Found>, Fault> {
        *known = None;
        let found = Arc::new(Found::look(self.place(), signal).await?);
        Ok(known.insert(found).clone())
    }
}

impl Exporter for Store {
    fn export<'a>(
        &'a self,
        id: BatchId,
        telemetry: &'a Telemetry,
        _context: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        Box::pin(self.deliver(id, telemetry))
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let mut body = Vec::new();
        let mut tables = Vec::new();
        for insert in self.newest(self.compression).encode(telemetry)? {
            tables.push(format!("{} rows into {}", insert.rows, self.config.table_name(insert.table)));
            body.extend_from_slice(&insert.body);
        }
        let destination = format!("{}, database {}", self.servers.named(), self.target.database);
        Ok(Encoded { format: format!("ClickHouse Native, {}", tables.join(", ")), destination, body: body.into() })
    }

    fn rows(&self, telemetry: &Telemetry) -> Vec<Row> {
        let inserts = self.newest(Compression::None).encode(telemetry).unwrap_or_default();
        let rows = |insert: &Insert| shown::rows(&self.config.table_name(insert.table), &insert.body);
        inserts.iter().flat_map(rows).collect()
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn shutdown(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            self.servers.close(CLOSE_PATIENCE).await;
            Ok(())
        })
    }
}
