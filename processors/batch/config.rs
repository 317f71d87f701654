//! What users write under `batch`.

use pipelines::batch::Limits;
use pipelines::component::Problems;
use pipelines::config::{ByteSize, Duration};
use schemars::JsonSchema;
use serde::Deserialize;

/// When batches are sent and how large they may be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A batch is sent after this time whatever its size. Default 200ms; 0 sends at once, and only splits.
    pub timeout: Duration,
    /// Send when so many spans, data points or log records are held. Default 8192; 0 sends at once, and only splits.
    pub send_batch_size: u64,
    /// Never send more items than this in one batch. Default 0, no limit; otherwise at least `send_batch_size`.
    pub send_batch_max_size: u64,
    /// Send when so many bytes are held, whatever the number of items. Default 1MiB, from where larger requests save
    /// next to nothing; 0 counts items only.
    pub send_batch_bytes: ByteSize,
    /// Never send a request of more bytes than this, unless one item alone is larger. Default 4MiB, the most that
    /// gRPC servers take unless they are told otherwise; 0 for no limit; otherwise at least `send_batch_bytes`.
    pub send_batch_max_bytes: ByteSize,
    /// Request metadata (headers) that keep batches apart: only requests with equal values of all these keys are
    /// joined, and the values stay with the batch. Upper and lower case do not matter. Default none. The receiver
    /// must have `include_metadata: true`.
    pub metadata_keys: Vec<String>,
    /// At most so many combinations of metadata values are held at one time; a request with one more is refused and
    /// may be sent again. Default 1000; 0 for no limit.
    pub metadata_cardinality_limit: u32,
}

// === impl Config ===

impl Config {
    /// The limits for one group of batches.
    pub(super) fn limits(&self) -> Limits {
        let at_once = self.timeout.is_zero() || self.send_batch_size == 0;
        Limits {
            min_items: if at_once { 0 } else { self.send_batch_size },
            min_bytes: if at_once { 0 } else { self.send_batch_bytes.get() },
            max_items: self.send_batch_max_size,
            max_bytes: self.send_batch_max_bytes.get(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            timeout: Duration::from_millis(200),
            send_batch_size: 8192,
            send_batch_max_size: 0,
            send_batch_bytes: ByteSize::mib(1),
            send_batch_max_bytes: ByteSize::mib(4),
            metadata_keys: Vec::new(),
            metadata_cardinality_limit: 1000,
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        let (size, max) = (self.send_batch_size, self.send_batch_max_size);
        if max > 0 && max < size {
            problems
                .error("send_batch_max_size", format!("{max} is less than send_batch_size {size}"))
                .help(format!("set it to 0 for no limit, or to at least {size}"));
        }
        let (size, max) = (self.send_batch_bytes.get(), self.send_batch_max_bytes.get());
        if max > 0 && max < size {
            problems
                .error("send_batch_max_bytes", format!("{max} bytes are less than send_batch_bytes, {size} bytes"))
                .help("set it to 0 for no limit, or lower send_batch_bytes as well");
        }
        for (index, key) in self.metadata_keys.iter().enumerate() {
            if key.is_empty() {
                problems.error(format!("metadata_keys.{index}"), "the key is empty, expected the name of a header");
            } else if self.metadata_keys[..index].iter().any(|other| other.eq_ignore_ascii_case(key)) {
                problems
                    .error(format!("metadata_keys.{index}"), format!("`{key}` is listed twice"))
                    .help("upper and lower case do not matter in header names; remove one of them");
            }
        }
    }
}
