//! [`Settings`]: what the store needs to know.

use std::path::PathBuf;
use std::time::Duration;

use super::config::{Config, Synchronous};

/// How a store is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) path: PathBuf,
    pub(super) create_directory: bool,
    pub(super) busy_timeout: Duration,
    pub(super) synchronous: Synchronous,
    /// Age from which on batches are deleted.
    pub(super) retention: Option<Duration>,
    /// Size in bytes from which on the oldest batches are deleted.
    pub(super) max_size: Option<u64>,
}

// === impl Settings ===

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            path: config.path.clone(),
            create_directory: config.create_directory,
            busy_timeout: config.busy_timeout.get(),
            synchronous: config.synchronous,
            retention: Some(config.retention.get()).filter(|age| !age.is_zero()),
            max_size: Some(config.max_size.get()).filter(|size| *size > 0),
        }
    }
}
