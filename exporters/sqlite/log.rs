//! [`Log`]: what operators hear of a store that works, but not as it should; seldom enough to be read.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

use pipelines::runtime::{Instant, now};
use rusqlite::Connection;

use super::error::Error;
use super::settings::Settings;

/// A write-ahead log longer than this many bytes is emptied as soon as nobody reads from it.
const LONG: u64 = 64 << 20;
/// One that is longer than this is worth a warning: somebody has been reading for a long time.
const TOO_LONG: u64 = 256 << 20;
/// Longest wait for readers to end.
const WAIT: Duration = Duration::from_millis(100);
/// Time between attempts, and between two warnings.
const PAUSE: Duration = Duration::from_secs(60);

/// When something was last tried or said.
#[derive(Debug, Default)]
pub(super) struct Log {
    emptied: Option<Instant>,
    deleted: Option<Instant>,
}

// === impl Log ===

impl Log {
    /// Empties a write-ahead log that has become long, or says that it cannot be done.
    pub(super) fn wal(&mut self, connection: &Connection, settings: &Settings) {
        let bytes = wal_bytes(&settings.path);
        if bytes < LONG || is_recent(self.emptied) {
            return;
        }
        self.emptied = Some(now());
        let emptied = connection
            .busy_timeout(WAIT.min(settings.busy_timeout))
            .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)));
        // That it cannot be set back is as good as impossible, and shows in the next statement.
        let _ = connection.busy_timeout(settings.busy_timeout);
        if bytes >= TOO_LONG && emptied.is_ok_and(|busy| busy != 0) {
            let path = settings.path.display();
            let mib = bytes >> 20;
            tracing::warn!(%path, mib, "the write-ahead log grows: a reader keeps a transaction open; end it to free the space");
        }
    }

    /// Says that old telemetry cannot be deleted.
    pub(super) fn not_deleted(&mut self, path: &Path, error: &Error) {
        if !is_recent(self.deleted) {
            self.deleted = Some(now());
            tracing::warn!(path = %path.display(), %error, "old telemetry cannot be deleted");
        }
    }
}

fn is_recent(moment: Option<Instant>) -> bool {
    moment.is_some_and(|moment| now().saturating_duration_since(moment) < PAUSE)
}

fn wal_bytes(path: &Path) -> u64 {
    let mut name = OsString::from(path);
    name.push("-wal");
    fs::metadata(name).map_or(0, |file| file.len())
}
