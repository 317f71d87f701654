//! What users write under `file`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use pipelines::component::{Problems, Reference};
use pipelines::config::Duration;
use pipelines::delivery::{QueueConfig, RetryConfig};
use schemars::JsonSchema;
use serde::Deserialize;

/// Writes telemetry to a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The file. Required.
    pub path: PathBuf,
    /// `json`: one line of OTLP JSON for every batch. `proto`: every batch as its length in four bytes (big endian) and
    /// OTLP protobuf. Default `json`.
    pub format: Format,
    /// Starts a new file when the old one is full. Default: one file that grows.
    pub rotation: Option<Rotation>,
    /// `zstd` compresses every batch; each is then written with its length in front, JSON too. Default none.
    pub compression: Compression,
    /// Whether an existing file is kept and written on. Default `false`: it is emptied at the start. With `rotation` it
    /// is always kept.
    pub append: bool,
    /// Whether the directory is made if it does not exist. Default `false`.
    pub create_directory: bool,
    /// Permissions of a directory that is made, in octal. Default `0755`.
    pub directory_permissions: String,
    /// Flush interval of the Collector. Has no effect here: every batch is written before it counts as delivered.
    pub flush_interval: Option<Duration>,
    /// A file for each value of a resource attribute. Not built yet.
    pub group_by: Option<GroupBy>,
    /// An extension that encodes. Not built yet.
    pub encoding: Option<String>,
    /// What may wait in front of the exporter. By default batches are written one at a time, in order.
    pub sending_queue: QueueConfig,
    /// What happens after a failed attempt, e.g. while the disk is full.
    pub retry_on_failure: RetryConfig,
}

/// How a batch is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// OTLP JSON.
    #[default]
    Json,
    /// OTLP protobuf.
    Proto,
}

/// How a batch is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    #[default]
    #[serde(alias = "")]
    None,
    /// Zstandard, every batch by itself.
    Zstd,
}

/// When a new file is started and how long old ones are kept. Old files are named after the moment they were closed, in
/// UTC: `logs-2026-01-31T23-59-59.999.json`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rotation {
    /// Size of a file, in MiB. Default 100.
    pub max_megabytes: u64,
    /// Days old files are kept; 0 for ever. Default 0.
    pub max_days: u64,
    /// Old files that are kept; 0 for all. Default 100.
    pub max_backups: usize,
    /// Whether names carry the local time. Not built yet: they carry UTC.
    pub localtime: bool,
}

/// A file for each value of a resource attribute.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GroupBy {
    /// Whether it is on.
    pub enabled: bool,
    /// The resource attribute.
    pub resource_attribute: String,
    /// Files that may be open at once.
    pub max_open_files: usize,
}

// === impl Config ===

impl Config {
    /// Permissions of a directory that is made.
    pub(super) fn mode(&self) -> Option<u32> {
        u32::from_str_radix(&self.directory_permissions, 8).ok().filter(|mode| *mode <= 0o7777)
    }

    /// Whether batches stand in the file with their length in front instead of on lines.
    pub(super) fn is_prefixed(&self) -> bool {
        self.format == Format::Proto || self.compression != Compression::None
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.path.as_os_str().is_empty() {
            problems.error("path", "no file is set").help("write e.g. `path: /var/lib/tfo/telemetry.json`");
        }
        if self.append && self.rotation.is_some() {
            problems.error("append", "does not go with `rotation`").help("leave append out: rotated files are kept");
        }
        if self.append && self.compression != Compression::None {
            problems.error("append", "does not go with `compression`").help("leave one of them out");
        }
        if self.mode().is_none() {
            let text = format!("`{}` is not an octal number like 0755", self.directory_permissions);
            problems.error("directory_permissions", text);
        }
        if self.flush_interval.is_some() {
            problems
                .warning("flush_interval", "has no effect: every batch is written before it counts as delivered")
                .help("leave it out");
        }
        if self.group_by.as_ref().is_some_and(|group| group.enabled) {
            problems.error("group_by", "a file for each resource is not built yet").help("leave it out");
        }
        if let Some(encoding) = &self.encoding {
            problems
                .error("encoding", format!("encoding extensions (`{encoding}`) are not built yet"))
                .help("use `format: json` or `format: proto`");
        }
        if let Some(rotation) = &self.rotation {
            if rotation.max_megabytes == 0 {
                problems.error("rotation.max_megabytes", "must be greater than 0").help("leave it out for 100 MiB");
            }
            if rotation.localtime {
                problems.error("rotation.localtime", "is not built yet: names carry UTC").help("leave it out");
            }
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
        Self {
            path: PathBuf::new(),
            format: Format::default(),
            rotation: None,
            compression: Compression::default(),
            append: false,
            create_directory: false,
            directory_permissions: "0755".into(),
            flush_interval: None,
            group_by: None,
            encoding: None,
            sending_queue: QueueConfig { num_consumers: NonZeroUsize::MIN, ..QueueConfig::default() },
            retry_on_failure: RetryConfig::default(),
        }
    }
}

// === impl Rotation ===

impl Default for Rotation {
    fn default() -> Self {
        Self { max_megabytes: 100, max_days: 0, max_backups: 100, localtime: false }
    }
}
