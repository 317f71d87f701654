//! The contract of exporters.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::about::About;
use super::check::{CheckContext, Finding};
use super::config::Config;
use super::context::BuildContext;
use super::{BoxFuture, Failure};
use crate::runtime::Delivery;
use crate::{BatchId, Context, Telemetry};

/// A destination of telemetry.
///
/// Queue, retry, timeout, batching and concurrency belong to the engine: `export` is one attempt and is called
/// concurrently. One instance serves every signal.
pub trait Exporter: Send + Sync {
    /// Opens what it needs once before the first export; connections are better opened lazily.
    fn start(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    /// Delivers a batch, one attempt. The future may be dropped when the time is up or the engine stops. Every attempt
    /// at the same records has the same `id`.
    fn export<'a>(
        &'a self,
        id: BatchId,
        telemetry: &'a Telemetry,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>>;

    /// Encodes the batch as `export` would, without sending it: what a dry run shows.
    ///
    /// # Errors
    /// Whatever would make `export` refuse the batch before it is sent.
    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError>;

    /// The rows that the batch becomes, for an exporter that writes tables: what a dry run shows.
    fn rows(&self, telemetry: &Telemetry) -> Vec<Row> {
        let _ = telemetry;
        Vec::new()
    }

    /// How the engine is to deliver to it.
    fn delivery(&self) -> Delivery;

    /// Flushes and closes; nothing is exported afterwards.
    fn shutdown(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }
}

/// A delivered batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Items the destination did not take and will not take if sent again (OTLP partial success).
    pub rejected: u64,
    /// What the destination said, which may be a warning even if nothing was rejected.
    pub message: Option<String>,
}

/// Why a batch was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Sending the same data again can succeed.
    #[error("{reason}")]
    Retry {
        /// How long the destination asked to wait.
        after: Option<Duration>,
        /// Why: one lowercase sentence without a final dot.
        reason: String,
    },
    /// Sending the same data again is useless.
    #[error("{reason}")]
    Reject {
        /// Why: one lowercase sentence without a final dot.
        reason: String,
    },
}

/// A batch as it would leave the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The format in words, e.g. `OTLP protobuf, gzip`.
    pub format: String,
    /// Where it would go, e.g. a URL, without credentials.
    pub destination: String,
    /// The bytes.
    pub body: Bytes,
}

/// A row as it would be stored.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Row {
    /// The table it goes to.
    pub table: String,
    /// Its columns and their values, in the order of the table.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// What makes exporters of one type.
pub trait ExporterFactory: 'static {
    /// What the component says about itself.
    const ABOUT: About;
    /// What users write.
    type Config: Config;

    /// Makes an exporter; no I/O, nothing spawned.
    ///
    /// # Errors
    /// Only for what [`Config::validate`] cannot see; the text reaches the user as it is.
    fn build(config: &Arc<Self::Config>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure>;

    /// Probes the destination; leaves no trace.
    fn check(config: Arc<Self::Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        let _ = (config, cx);
        Box::pin(async { Vec::new() })
    }
}

// === impl ExportError ===

impl ExportError {
    /// A failure that may pass.
    #[must_use]
    pub fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { after: None, reason: reason.into() }
    }

    /// The same failure, which is that of `place`.
    #[must_use]
    pub fn of(self, place: &str) -> Self {
        match self {
            Self::Retry { after, reason } => Self::Retry { after, reason: format!("{place}: {reason}") },
            Self::Reject { reason } => Self::Reject { reason: format!("{place}: {reason}") },
        }
    }

    /// A failure for good.
    #[must_use]
    pub fn reject(reason: impl Into<String>) -> Self {
        Self::Reject { reason: reason.into() }
    }
}
