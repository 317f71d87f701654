//! One process per queue: a file that is locked for as long as somebody works with the directory.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use super::directory::no_links;
use super::error::{OpenError, cannot};
use crate::runtime::now;

/// How often the lock is tried while waiting for it.
const POLL: Duration = Duration::from_millis(20);

/// A held lock; the system releases it when the file is closed, also when the process is killed.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code)] File);

// === impl Lock ===

impl Lock {
    /// Locks the directory, waiting for up to `timeout`.
    pub(super) fn take(directory: &Path, timeout: Duration) -> Result<Self, OpenError> {
        let path = directory.join("lock");
        let mut options = no_links();
        let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(cannot("open", &path))?;
        let since = now();
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(rustix::io::Errno::WOULDBLOCK) if since.elapsed() < timeout => std::thread::sleep(POLL),
                Err(rustix::io::Errno::WOULDBLOCK) => {
                    return Err(OpenError::Locked { path: directory.to_owned(), pid: owner(&mut file) });
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(cannot("lock", &path)(error.into())),
            }
        }
        // Only for people and messages, so a full disk does not matter.
        if let Err(error) = sign(&mut file) {
            tracing::warn!(path = %path.display(), %error, "the process id cannot be noted in the lock file");
        }
        Ok(Self(file))
    }
}

fn owner(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}
