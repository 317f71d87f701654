//! What users write about delivery under an exporter: `sending_queue`, `retry_on_failure`, `timeout`.
//!
//! ```yaml
//! exporters:
//!   otlp:
//!     timeout: 5s
//!     sending_queue: { queue_size: 67108864, sizer: bytes, num_consumers: 10 }
//!     retry_on_failure: { initial_interval: 1s, max_elapsed_time: 0s }
//! ```

use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::batch::Limits;
use crate::component::{Problems, Reference, Service};
use crate::config::Duration;
use crate::runtime::{Delivery, QueueSettings, RetrySettings, Sizer};

/// Exports on their way at once without a queue: what four connections of a busy SDK bring, and more.
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(256).unwrap();

/// The bound in front of the exporter, and how batches leave it (`sending_queue`).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueueConfig {
    /// Whether batches may wait in memory. When `false` every batch is exported at once, up to 256 at a time.
    pub enabled: bool,
    /// How many exports may be on their way at once. Default 10.
    pub num_consumers: NonZeroUsize,
    /// How much may wait or be on its way, in units of `sizer`. Default 67108864 bytes, or 1000 where `sizer` is
    /// something else; a number without `sizer` counts requests. On disk `max_bytes` of the storage bounds it, too.
    pub queue_size: Option<u64>,
    /// What `queue_size` counts: `requests`, `items` or `bytes`.
    pub sizer: Option<Sizer>,
    /// Whether a batch that finds no room waits in line, bounded by the engine's bytes in flight, instead of being
    /// refused with a retryable status. Default `false`.
    pub block_on_overflow: bool,
    /// Whether the sender hears the outcome of the delivery. Default `true`; `false` answers as soon as the batch is
    /// queued, as the OpenTelemetry Collector does.
    pub wait_for_result: Option<bool>,
    /// The extension that says where on disk the queue lies, e.g. `file_storage`; what it holds outlives the process, and
    /// senders are answered once their batch is there. Default: the queue is in memory.
    pub storage: Option<String>,
    /// Groups batches before they are exported.
    pub batch: Option<BatchConfig>,
}

/// How batches are grouped before they are exported (`sending_queue.batch`).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BatchConfig {
    /// Longest time a batch is held back. Default 200ms.
    pub flush_timeout: Duration,
    /// Export when this much is held, in units of `sizer`. Default 8192.
    pub min_size: u64,
    /// Never export more than this at once; 0 for no limit. Default 0.
    pub max_size: u64,
    /// What the sizes count: `items` or `bytes`. Default: that of the queue if it is one of them, else `items`.
    pub sizer: Option<Sizer>,
}

/// What happens after a failed attempt (`retry_on_failure`).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetryConfig {
    /// Whether a failed batch is tried again before it is given back to its sender. Default `true`.
    pub enabled: bool,
    /// Wait before the second attempt. Default 5s.
    pub initial_interval: Duration,
    /// Each wait is drawn from this share below and above the interval, 0 to 1. Default 0.5.
    pub randomization_factor: f64,
    /// Growth of the interval from one attempt to the next, at least 1. Default 1.5.
    pub multiplier: f64,
    /// The interval grows no further than this. Default 30s.
    pub max_interval: Duration,
    /// Time after which the batch is given back to its sender; 0s means never. Default 300s.
    pub max_elapsed_time: Duration,
    /// Attempts after which it is given back, too; 0 for no such bound. Default 0. What lies on disk is tried until it is
    /// delivered, rejected or too old.
    pub max_attempts: u32,
}

/// What the engine needs to know to deliver, from what users write.
#[must_use]
pub fn settings(queue: &QueueConfig, retry: &RetryConfig, timeout: Option<Duration>) -> Delivery {
    let (queue, retry) = (queue.settings(), retry.settings());
    Delivery { queue, retry, timeout: timeout.map(Into::into), is_idempotent: false }
}

// === impl QueueConfig ===

impl QueueConfig {
    /// Reports what does not work; paths are relative to `sending_queue`.
    pub fn validate(&self, problems: &mut Problems) {
        if self.queue_size == Some(0) {
            problems.error("queue_size", "must be greater than 0").help("leave it out for 64 MiB");
        }
        if self.block_on_overflow && self.wait_for_result == Some(false) {
            problems
                .error("wait_for_result", "`false` does not go with `block_on_overflow: true`")
                .help("leave wait_for_result out: who waits for room waits for the result");
        }
        if self.storage.is_some() && self.wait_for_result == Some(true) {
            problems
                .error("wait_for_result", "`true` does not go with `storage`")
                .help("write `acknowledge: delivered` at the receiver to answer after delivery all the same");
        }
        if self.storage.is_some() && !self.enabled {
            problems.error("storage", "has no effect while `enabled` is false").help("remove one of them");
        }
        if let Some(batch) = &self.batch {
            problems.nest("batch", |problems| batch.validate(self, problems));
        }
    }

    /// The extension it names, if any; `path` is where the queue's settings stand in the exporter's.
    #[must_use]
    pub fn references(&self, path: &str) -> Vec<Reference> {
        let reference =
            |id: &String| Reference { path: format!("{path}.storage"), id: id.clone(), service: Service::Storage };
        self.storage.as_ref().filter(|_| self.enabled).map(reference).into_iter().collect()
    }

    fn sizer(&self) -> Sizer {
        let default = if self.queue_size.is_some() { Sizer::Requests } else { Sizer::Bytes };
        self.sizer.unwrap_or(default)
    }

    fn settings(&self) -> QueueSettings {
        let (sizer, capacity) = match (self.enabled, self.queue_size) {
            (false, _) => (Sizer::Bytes, QueueSettings::DEFAULT_BYTES),
            // On disk the storage has bounds of its own.
            (true, None) if self.storage.is_some() => (self.sizer(), u64::MAX),
            (true, None) if self.sizer() == Sizer::Bytes => (Sizer::Bytes, QueueSettings::DEFAULT_BYTES),
            (true, size) => (self.sizer(), size.unwrap_or(QueueSettings::DEFAULT_UNITS)),
        };
        QueueSettings {
            capacity,
            sizer,
            block_on_overflow: self.block_on_overflow,
            consumers: if self.enabled { self.num_consumers } else { AT_ONCE },
            wait_for_result: self.wait_for_result.unwrap_or(true),
            storage: self.storage.clone().filter(|_| self.enabled),
            batch: self.batch.as_ref().map(|batch| (batch.limits(self.sizer), batch.flush_timeout.into())),
        }
    }
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            num_consumers: QueueSettings::DEFAULT_CONSUMERS,
            queue_size: None,
            sizer: None,
            block_on_overflow: false,
            wait_for_result: None,
            storage: None,
            batch: None,
        }
    }
}

// === impl BatchConfig ===

impl BatchConfig {
    fn validate(&self, queue: &QueueConfig, problems: &mut Problems) {
        if self.max_size > 0 && self.max_size < self.min_size {
            problems.error("max_size", format!("{} is less than min_size {}", self.max_size, self.min_size));
        }
        if self.sizer == Some(Sizer::Requests) {
            problems.error("sizer", "batches are sized by `items` or `bytes`, not by `requests`");
        }
        let capacity = queue.queue_size.unwrap_or(u64::MAX);
        if self.sizer.or(queue.sizer) == queue.sizer && queue.sizer.is_some() && self.min_size > capacity {
            problems.error("min_size", format!("{} is more than queue_size {capacity}", self.min_size));
        }
    }

    fn limits(&self, inherited: Option<Sizer>) -> Limits {
        match self.sizer.or(inherited) {
            Some(Sizer::Bytes) => Limits { min_bytes: self.min_size, max_bytes: self.max_size, ..Limits::default() },
            _ => Limits { min_items: self.min_size, max_items: self.max_size, ..Limits::default() },
        }
    }
}

impl Default for BatchConfig {
    fn default() -> Self {
        Self { flush_timeout: Duration::from_millis(200), min_size: 8192, max_size: 0, sizer: None }
    }
}

// === impl RetryConfig ===

impl RetryConfig {
    /// Reports what does not work; paths are relative to `retry_on_failure`.
    pub fn validate(&self, problems: &mut Problems) {
        if !(0.0..=1.0).contains(&self.randomization_factor) {
            problems.error("randomization_factor", format!("{} is not within 0 to 1", self.randomization_factor));
        }
        if self.multiplier < 1.0 || !self.multiplier.is_finite() {
            problems.error("multiplier", format!("{} is less than 1", self.multiplier));
        }
    }

    fn settings(&self) -> RetrySettings {
        RetrySettings {
            enabled: self.enabled,
            initial_interval: self.initial_interval.into(),
            randomization_factor: self.randomization_factor,
            multiplier: self.multiplier,
            max_interval: self.max_interval.into(),
            max_elapsed_time: self.max_elapsed_time.into(),
            max_attempts: self.max_attempts,
        }
    }
}

impl Default for RetryConfig {
    fn default() -> Self {
        let RetrySettings {
            enabled,
            initial_interval,
            randomization_factor,
            multiplier,
            max_interval,
            max_elapsed_time,
            max_attempts,
        } = RetrySettings::default();
        Self {
            enabled,
            initial_interval: initial_interval.into(),
            randomization_factor,
            multiplier,
            max_interval: max_interval.into(),
            max_elapsed_time: max_elapsed_time.into(),
            max_attempts,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Guarantee: every queue in memory has a bound, whatever of it is written down.
    #[test]
    fn queues_in_memory_are_bounded() {
        for (written, unit, bound) in [
            ("{}", Sizer::Bytes, QueueSettings::DEFAULT_BYTES),
            ("sizer: requests", Sizer::Requests, 1000),
            ("sizer: items", Sizer::Items, 1000),
            ("queue_size: 5", Sizer::Requests, 5),
            ("enabled: false", Sizer::Bytes, QueueSettings::DEFAULT_BYTES),
        ] {
            let settings = serde_yaml::from_str::<QueueConfig>(written).unwrap().settings();
            assert_eq!((settings.sizer, settings.capacity), (unit, bound), "{written}");
        }
    }
}
