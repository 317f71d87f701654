//! What users write under `file_storage`.

use std::path::PathBuf;

use pipelines::component::Problems;
use pipelines::config::{ByteSize, Duration};
use pipelines::storage::{Options, Overflow, Sync};
use schemars::JsonSchema;
use serde::Deserialize;

/// Smallest segment and queue that are worth a file, in bytes.
const LEAST: ByteSize = ByteSize(64 << 10);

/// What users write.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Directory below which each queue has its own. Default /var/lib/otelcol/file_storage.
    pub(crate) directory: PathBuf,
    /// Whether to make the directory when it is not there. Default false.
    pub(crate) create_directory: bool,
    /// Permissions of directories that are made, in octal. Default "0750"; files can be read by their owner only.
    pub(crate) directory_permissions: String,
    /// How long to wait for another process to leave a queue. Default 1s.
    pub(crate) timeout: Duration,
    /// The Collector's way to choose between `sync: group` (true) and `sync: never` (false). Default true.
    pub(crate) fsync: Option<bool>,
    /// When what is written is made to outlive a power cut. Default `group`.
    pub(crate) sync: Option<Policy>,
    /// How often to sync with `sync: interval`. Default 1s.
    pub(crate) sync_interval: Option<Duration>,
    /// Size at which a file is closed and the next begun, at most an eighth of max_bytes: space comes back a file at a
    /// time. Default 64MiB.
    pub(crate) segment_size: ByteSize,
    /// Most that each queue takes on disk. Default 10GiB. The Collector's name `max_size` is accepted, too.
    #[serde(alias = "max_size")]
    pub(crate) max_bytes: ByteSize,
    /// Telemetry that came in longer ago is dropped and counted. Measured by the system's clock: a clock that jumps
    /// forward by more drops what is queued. Default: it is kept until it is delivered.
    pub(crate) max_age: Option<Duration>,
    /// What happens when a queue is full: `refuse` the new with a retryable status, or `drop_oldest`. Default refuse.
    pub(crate) overflow: Overflow,
    /// The Collector's way to start with a damaged database. Without effect: damage never keeps a queue from starting.
    pub(crate) recreate: Option<bool>,
    /// The Collector's way to shrink its database. Without effect: what is delivered is deleted.
    pub(crate) compaction: Option<Compaction>,
}

/// When what is written is made to outlive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Policy {
    /// Before it is acknowledged; one sync serves all batches that came meanwhile.
    Group,
    /// Every `sync_interval`; what is acknowledged outlives the process, and a power cut if it is older than that.
    Interval,
    /// When the system sees fit; what is acknowledged outlives the process, not a power cut.
    Never,
}

/// The Collector's settings for shrinking its database; all without effect.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Compaction {
    /// Whether to shrink at the start.
    pub(crate) on_start: bool,
    /// Whether to shrink while it runs.
    pub(crate) on_rebound: bool,
    /// Directory of temporary files.
    pub(crate) directory: PathBuf,
    /// Size in MiB from which to shrink.
    pub(crate) rebound_needed_threshold_mib: i64,
    /// Rest in MiB at which to shrink.
    pub(crate) rebound_trigger_threshold_mib: i64,
    /// Entries in a transaction.
    pub(crate) max_transaction_size: i64,
    /// How often to look.
    pub(crate) check_interval: Duration,
    /// Whether to delete temporary files at the start.
    pub(crate) cleanup_on_start: bool,
}

// === impl Config ===

impl Config {
    /// What queues are told.
    pub(crate) fn options(&self) -> Options {
        Options {
            create_directory: self.create_directory,
            permissions: self.permissions().unwrap_or(Options::DEFAULT_PERMISSIONS),
            lock_timeout: self.timeout.into(),
            sync: self.sync(),
            segment_bytes: self.segment_size.get(),
            max_bytes: self.max_bytes.get(),
            max_age: self.max_age.map(Into::into),
            overflow: self.overflow,
            ..Options::new(&self.directory)
        }
    }

    fn sync(&self) -> Sync {
        match (self.sync, self.fsync) {
            (Some(Policy::Interval), _) => Sync::Interval(self.sync_interval.map_or(DEFAULT_INTERVAL, Into::into)),
            (Some(Policy::Never), _) | (None, Some(false)) => Sync::Never,
            (Some(Policy::Group), _) | (None, _) => Sync::Group,
        }
    }

    fn permissions(&self) -> Option<u32> {
        u32::from_str_radix(&self.directory_permissions, 8).ok().filter(|mode| *mode <= 0o777)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            directory: "/var/lib/otelcol/file_storage".into(),
            create_directory: false,
            directory_permissions: "0750".to_owned(),
            timeout: Options::DEFAULT_LOCK_TIMEOUT.into(),
            fsync: None,
            sync: None,
            sync_interval: None,
            segment_size: ByteSize(Options::DEFAULT_SEGMENT),
            max_bytes: ByteSize(Options::DEFAULT_MAX),
            max_age: None,
            overflow: Overflow::default(),
            recreate: None,
            compaction: None,
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.directory.as_os_str().is_empty() {
            problems.error("directory", "is empty").help("write a path such as /var/lib/tfo");
        }
        match self.permissions() {
            None => {
                let message = format!("`{}` is not a file mode in octal", self.directory_permissions);
                problems.error("directory_permissions", message).help("write a string such as \"0750\"");
            }
            Some(mode) if mode & 0o700 != 0o700 => {
                problems
                    .error("directory_permissions", format!("{mode:04o} keeps the owner out"))
                    .help("begin with 07, for example \"0750\"");
            }
            Some(_) => {}
        }
        self.validate_sync(problems);
        for (path, size) in [("segment_size", self.segment_size), ("max_bytes", self.max_bytes)] {
            if size < LEAST {
                problems.error(path, format!("{size} is less than {LEAST}"));
            }
        }
        if self.max_age.is_some_and(Duration::is_zero) {
            problems.error("max_age", "must be greater than 0").help("leave it out to keep everything");
        }
        if self.recreate == Some(true) {
            problems.warning("recreate", "has no effect: damage is kept aside and never keeps a queue from starting");
        }
        if self.compaction.as_ref().is_some_and(Compaction::asks) {
            problems.warning("compaction", "has no effect: what is delivered is deleted, a file at a time");
        }
    }
}

impl Config {
    fn validate_sync(&self, problems: &mut Problems) {
        let policies = self.sync.zip(self.fsync);
        if let Some((policy, fsync)) = policies.filter(|(policy, fsync)| (*policy == Policy::Never) == *fsync) {
            problems.error("fsync", format!("`{fsync}` contradicts `sync: {}`", policy.name())).help("leave fsync out");
        }
        match (self.sync, self.sync_interval) {
            (Some(Policy::Interval), Some(interval)) if interval.is_zero() => {
                problems.error("sync_interval", "must be greater than 0").help("write `sync: group` to sync at once");
            }
            (Some(Policy::Interval), _) | (_, None) => {}
            (_, Some(_)) => {
                problems
                    .error("sync_interval", "has an effect with `sync: interval` only")
                    .help("add that, or remove it");
            }
        }
    }
}

// === impl Policy ===

impl Policy {
    const fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Interval => "interval",
            Self::Never => "never",
        }
    }
}

// === impl Compaction ===

impl Compaction {
    fn asks(&self) -> bool {
        self.on_start || self.on_rebound
    }
}

/// How often to sync when only the policy is named.
const DEFAULT_INTERVAL: std::time::Duration = std::time::Duration::from_secs(1);
