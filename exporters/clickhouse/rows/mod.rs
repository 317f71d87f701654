//! From telemetry to the bodies of inserts: wire views are read once, and each value goes straight into the column of a
//! Native block where the server finds it.
//!
//! Native, and not `RowBinary`: a low-cardinality value is a byte or two instead of its text, what all rows of a resource
//! have in common is copied in one piece, and the server takes columns in as they are.
//!
//! Nothing is allocated per row: buffers of columns are pooled, and a block is written and they are empty again when
//! [some megabytes](block) are in them, however large the batch is.

mod block;
mod column;
mod compression;
mod logs;
mod metrics;
mod pool;
mod shape;
mod table;
#[cfg(test)]
mod tests;
mod traces;

use bytes::Bytes;
use pipelines::component::ExportError;
use pipelines::{Signal, Telemetry};

pub(super) use self::block::context_bytes;
pub(super) use self::compression::Compression;
use self::logs::LogRows;
use self::metrics::PointRows;
use self::pool::Pool;
pub(super) use self::shape::{Attributes, Shape, Shapes};
pub(super) use self::table::Table;
use self::traces::SpanRows;

/// The format of bodies, as `INSERT INTO ... FORMAT` names it.
pub(super) const FORMAT: &str = "Native";

/// One INSERT: a table, how many rows, and the encoded and compressed body.
#[derive(Clone, Debug)]
pub(super) struct Insert {
    /// Where the rows belong.
    pub(super) table: Table,
    /// How many rows there are.
    pub(super) rows: u64,
    /// What to send.
    pub(super) body: Bytes,
}

/// Encodes telemetry for tables of certain shapes. Make another one when a shape has changed.
pub(super) struct Encoder {
    shapes: Shapes,
    compression: Compression,
    logs: Pool<LogRows>,
    spans: Pool<SpanRows>,
    points: Pool<PointRows>,
}

// === impl Encoder ===

impl Encoder {
    /// An encoder for tables of these shapes.
    pub(super) fn new(shapes: Shapes, compression: Compression) -> Self {
        Self { shapes, compression, logs: Pool::default(), spans: Pool::default(), points: Pool::default() }
    }

    /// One for the same tables whose bodies are not compressed.
    pub(super) fn plain(&self) -> Self {
        Self::new(self.shapes.clone(), Compression::None)
    }

    /// The inserts that store the telemetry: at most one for each table, none without rows.
    ///
    /// # Errors
    /// A rejection when the compressor refuses.
    pub(super) fn encode(&self, telemetry: &Telemetry) -> Result<Vec<Insert>, ExportError> {
        let inserts = match telemetry.signal() {
            Signal::Logs => self.encode_logs(telemetry),
            Signal::Traces => self.encode_spans(telemetry),
            Signal::Metrics => self.encode_points(telemetry),
            Signal::Profiles => Ok(Vec::new()),
        };
        inserts.map_err(|error| ExportError::reject(format!("the rows cannot be compressed: {error}")))
    }

    fn encode_logs(&self, telemetry: &Telemetry) -> Result<Vec<Insert>, String> {
        let mut rows = self.logs.take(|| LogRows::new(self.shapes.of(Table::Logs), self.compression));
        let insert = logs::encode(telemetry, &mut rows)?;
        self.logs.put(rows);
        Ok(insert.into_iter().collect())
    }

    fn encode_spans(&self, telemetry: &Telemetry) -> Result<Vec<Insert>, String> {
        let mut rows = self.spans.take(|| SpanRows::new(self.shapes.of(Table::Traces), self.compression));
        let insert = traces::encode(telemetry, &mut rows)?;
        self.spans.put(rows);
        Ok(insert.into_iter().collect())
    }

    fn encode_points(&self, telemetry: &Telemetry) -> Result<Vec<Insert>, String> {
        let mut rows = self.points.take(|| PointRows::new(&self.shapes, self.compression));
        let inserts = metrics::encode(telemetry, &mut rows)?;
        self.points.put(rows);
        Ok(inserts)
    }
}
