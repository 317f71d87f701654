//! [`Options`]: where queues lie on disk and what they promise; [`Capacity`]: what one queue may hold.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Amount;
use crate::runtime::Sizer;

/// Where queues lie and what they promise; each queue gets a directory of its own below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The directory of all queues.
    pub directory: PathBuf,
    /// Whether the directory is made when it is not there.
    pub create_directory: bool,
    /// Permissions of the directories that are made; files can be read by their owner only.
    pub permissions: u32,
    /// How long to wait for another process, or a queue that is being closed, to leave the directory.
    pub lock_timeout: Duration,
    /// When what was written is made to outlive a power cut.
    pub sync: Sync,
    /// Size at which a segment file is closed and the next begun, in bytes; at most an eighth of `max_bytes`.
    pub segment_bytes: u64,
    /// Most that one queue takes on disk, in bytes.
    pub max_bytes: u64,
    /// Telemetry older than this is dropped, by the time it came in as the system's clock shows it; `None` keeps it
    /// until it is delivered, whatever the clock does.
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

/// How much may wait in a queue or be on its way, beside the bytes on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The bound, in units of `sizer`. One batch is always taken when nothing else is there.
    pub units: u64,
    /// The unit.
    pub sizer: Sizer,
    /// Whether a batch that finds no room waits in line, unanswered, instead of being refused.
    pub blocks: bool,
}

// === impl Capacity ===

impl Capacity {
    /// Whether `more` may join what is held.
    pub(super) fn fits(&self, held: Amount, more: Amount) -> bool {
        held.entries == 0 || self.size(held).saturating_add(self.size(more)) <= self.units
    }

    fn size(&self, amount: Amount) -> u64 {
        match self.sizer {
            Sizer::Requests => amount.entries,
            Sizer::Items => amount.items,
            Sizer::Bytes => amount.bytes,
        }
    }
}

// === impl Options ===

impl Options {
    /// Size at which a segment file is closed when the configuration says nothing.
    pub const DEFAULT_SEGMENT: u64 = 64 << 20;
    /// Most that one queue takes on disk when the configuration says nothing.
    pub const DEFAULT_MAX: u64 = 10 << 30;
    /// Permissions of directories when the configuration says nothing, as in the Collector.
    pub const DEFAULT_PERMISSIONS: u32 = 0o750;
    /// How long to wait for the lock when the configuration says nothing, as in the Collector.
    pub const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(1);

    /// Queues below a directory, with every default.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            create_directory: false,
            permissions: Self::DEFAULT_PERMISSIONS,
            lock_timeout: Self::DEFAULT_LOCK_TIMEOUT,
            sync: Sync::Group,
            segment_bytes: Self::DEFAULT_SEGMENT,
            max_bytes: Self::DEFAULT_MAX,
            max_age: None,
            overflow: Overflow::Refuse,
        }
    }

    /// The size at which a segment is closed: so small that room comes back in steps of an eighth.
    pub(super) fn segment(&self) -> u64 {
        self.segment_bytes.min(self.max_bytes / 8)
    }
}
