//! [`Options`]: where queues lie on disk and what they promise.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// Where queues lie and what they promise; each queue gets a directory of its own below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The directory of all queues.
    pub directory: PathBuf,
    /// Whether the directory is made when it is not there.
    pub create_directory: bool,
    /// When what was written is made to outlive a power cut.
    pub sync: Sync,
    /// Size at which a segment file is closed and the next begun, in bytes.
    pub segment_bytes: u64,
    /// Most that one queue takes on disk, in bytes.
    pub max_bytes: u64,
    /// Telemetry older than this is dropped, by the time it came in; `None` keeps it until it is delivered.
    pub max_age: Option<Duration>,
    /// What happens when there is no room.
    pub overflow: Overflow,
}

/// When what was written is made to outlive a power cut (`fdatasync`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// Before it is acknowledged; one call serves all batches that came meanwhile.
    #[default]
    Group,
    /// At this interval; a batch is acknowledged when it is written, which outlives the process but not the machine.
    Interval(Duration),
    /// Never by the engine; the system writes when it sees fit.
    Never,
}

/// What happens when there is no room for a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// It is refused with a retryable status.
    #[default]
    Refuse,
    /// The oldest telemetry is dropped and counted.
    DropOldest,
}

// === impl Options ===

impl Options {
    /// Size at which a segment file is closed when the configuration says nothing.
    pub const DEFAULT_SEGMENT: u64 = 64 << 20;
    /// Most that one queue takes on disk when the configuration says nothing.
    pub const DEFAULT_MAX: u64 = 10 << 30;
}
