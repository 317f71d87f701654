//! What users write under `sqlite`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use pipelines::component::{Problems, Reference};
use pipelines::config::{ByteSize, Duration};
use pipelines::delivery::{BatchConfig, QueueConfig, RetryConfig};
use pipelines::runtime::Sizer;
use schemars::JsonSchema;
use serde::Deserialize;

/// Stores telemetry in a SQLite file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The file; beside it lie `-wal` and `-shm` while it is open. Required.
    pub path: PathBuf,
    /// How long telemetry is kept, counted from the moment it was stored; 0s keeps it. Default 72h.
    pub retention: Duration,
    /// Size of the file beyond which the oldest telemetry is deleted, in bytes or with a unit; 0 for no bound. Default
    /// 4GiB. The write-ahead log beside the file comes on top.
    pub max_size: ByteSize,
    /// Whether the directory is made if it does not exist. Default `false`.
    pub create_directory: bool,
    /// Longest wait for another process that is writing to the file. Default 5s.
    pub busy_timeout: Duration,
    /// `full`: a batch is on disk before it counts as delivered. `normal`: it outlives a crash of the process, but a
    /// power cut may take the last batches. Default `full`.
    pub synchronous: Synchronous,
    /// Bound on one attempt. 0s for none. Default 30s.
    pub timeout: Duration,
    /// What may wait in front of the exporter. By default rows of one second, or 8192, are stored at once.
    pub sending_queue: QueueConfig,
    /// What happens after a failed attempt, e.g. while the disk is full.
    pub retry_on_failure: RetryConfig,
}

/// What a batch that counts as delivered outlives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// A power cut.
    #[default]
    Full,
    /// A crash of the process.
    Normal,
}

/// A smaller bound would delete what just came.
const MIN_SIZE: ByteSize = ByteSize::mib(1);
/// Longer waits than this look like a hang.
const MAX_BUSY_TIMEOUT: Duration = Duration::from_secs(600);

// === impl Config ===

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.path.as_os_str().is_empty() {
            problems.error("path", "no file is set").help("write e.g. `path: /var/lib/tfo/telemetry.db`");
        } else if self.path.as_os_str() == ":memory:" {
            problems.error("path", "`:memory:` is not a file, and nobody could read it").help("name a file");
        }
        if self.max_size.get() > 0 && self.max_size < MIN_SIZE {
            problems.error("max_size", "is less than 1MiB").help("leave it out for 4GiB, or write 0 for no bound");
        }
        if self.busy_timeout > MAX_BUSY_TIMEOUT {
            problems.error("busy_timeout", "is more than 10m").help("leave it out for 5s");
        }
        problems.nest("sending_queue", |problems| self.sending_queue.validate(problems));
        problems.nest("retry_on_failure", |problems| self.retry_on_failure.validate(problems));
    }

    fn references(&self) -> Vec<Reference> {
        self.sending_queue.references("sending_queue")
    }
}

impl Default for Config {
    fn default() -> Self {
        let batch =
            BatchConfig { flush_timeout: Duration::from_secs(1), sizer: Some(Sizer::Items), ..BatchConfig::default() };
        Self {
            path: PathBuf::new(),
            retention: Duration::from_secs(72 * 3600),
            max_size: ByteSize::mib(4 << 10),
            create_directory: false,
            busy_timeout: Duration::from_secs(5),
            synchronous: Synchronous::default(),
            timeout: Duration::from_secs(30),
            sending_queue: QueueConfig {
                num_consumers: NonZeroUsize::MIN,
                batch: Some(batch),
                ..QueueConfig::default()
            },
            retry_on_failure: RetryConfig::default(),
        }
    }
}
