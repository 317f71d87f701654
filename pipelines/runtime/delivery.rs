//! How the engine delivers to one exporter: bound, concurrency, batching, retry, timeout.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::retry::Retry;
use crate::batch::Limits;

/// Everything the engine needs to know to deliver to an exporter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// What may wait in front of the exporter.
    pub queue: Queue,
    /// What happens after a failed attempt.
    pub retry: Retry,
    /// Bound on one attempt; `None` for none.
    pub timeout: Option<Duration>,
    /// Whether the destination recognises a [`BatchId`](crate::BatchId) that it has stored before. Then what left a queue
    /// on disk together leaves it together again after a crash.
    pub is_idempotent: bool,
}

/// The bound in front of an exporter.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// How much may wait or be on its way, in units of `sizer`. One batch is always taken when nothing else waits.
    pub capacity: u64,
    /// The unit of `capacity`.
    pub sizer: Sizer,
    /// Whether a batch that finds no room waits in line, bounded by the engine's bytes in flight, instead of being
    /// refused.
    pub block_on_overflow: bool,
    /// How many attempts may be on their way at once.
    pub consumers: NonZeroUsize,
    /// Whether the sender hears the outcome of the delivery (the default) or only that the batch is queued.
    pub wait_for_result: bool,
    /// The extension that says where on disk the queue lies; `None` for a queue in memory.
    pub storage: Option<String>,
    /// Groups batches before they are exported.
    pub batch: Option<(Limits, Duration)>,
}

/// What a queue's capacity counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sizer {
    /// Batches as they were sent.
    Requests,
    /// Spans, data points, log records or profiles.
    Items,
    /// Encoded bytes.
    #[default]
    Bytes,
}

// === impl Delivery ===

impl Delivery {
    /// To a destination that recognises ids.
    #[must_use]
    pub fn idempotent(self) -> Self {
        Self { is_idempotent: true, ..self }
    }
}

// === impl Queue ===

impl Queue {
    /// Bytes that wait in front of an exporter when the configuration says nothing: the largest request a receiver
    /// takes by default.
    pub const DEFAULT_BYTES: u64 = 64 << 20;
    /// Requests or items that wait in front of an exporter when the configuration names the unit only, as in the Collector.
    pub const DEFAULT_UNITS: u64 = 1000;
    /// Attempts on their way at once when the configuration says nothing, as in the Collector.
    pub const DEFAULT_CONSUMERS: NonZeroUsize = NonZeroUsize::new(10).unwrap();
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            capacity: Self::DEFAULT_BYTES,
            sizer: Sizer::Bytes,
            block_on_overflow: false,
            consumers: Self::DEFAULT_CONSUMERS,
            wait_for_result: true,
            storage: None,
            batch: None,
        }
    }
}

// === impl Sizer ===

impl Sizer {
    /// The size of a batch in this unit.
    #[must_use]
    pub fn size(self, batch: &crate::Batch) -> u64 {
        match self {
            Self::Requests => 1,
            Self::Items => batch.items() as u64,
            Self::Bytes => batch.bytes() as u64,
        }
    }

    /// The plural used in texts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Items => "items",
            Self::Bytes => "bytes",
        }
    }
}
