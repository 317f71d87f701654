//! Why a queue cannot be opened, and what a sender hears when the disk fails.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::outcome::{Refusal, RefusalKind};

/// How long senders are asked to wait when there is no room or the disk fails.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a queue cannot be opened. Damaged data is no reason: it is counted, kept aside and passed over.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory of all queues is not there and must not be made.
    #[error("the directory {} does not exist; create it or set `create_directory: true`", .0.display())]
    Missing(PathBuf),
    /// A file has its name.
    #[error("{} is not a directory", .0.display())]
    NoDirectory(PathBuf),
    /// Somebody else works with the queue.
    #[error("the queue {} is in use{}; give each process a directory of its own", .path.display(), by(*.pid))]
    Locked {
        /// The queue's directory.
        path: PathBuf,
        /// Who has it, if that can be told.
        pid: Option<u32>,
    },
    /// The system does not let it.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried: `create`, `lock`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Adds what was tried to what the system says.
pub(super) fn cannot(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.into();
    move |source| OpenError::Io { action, path, source }
}

/// What senders hear when their batch could not be written: try again, because space and disks come back.
pub(super) fn refusal(queue: &str, error: &io::Error) -> Refusal {
    let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge];
    let kind = if full.contains(&error.kind()) { RefusalKind::Exhausted } else { RefusalKind::Unavailable };
    let reason: Arc<str> = format!("the queue {queue} cannot be written: {error}").into();
    Refusal::new(kind, reason).after(RETRY_AFTER)
}

fn by(pid: Option<u32>) -> String {
    match pid {
        Some(pid) if pid == std::process::id() => " by this process".to_owned(),
        Some(pid) => format!(" by process {pid}"),
        None => String::new(),
    }
}
