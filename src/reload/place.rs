//! Where running processes are found: a Unix socket for each, named after its process id.

use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// Directories that may hold sockets, the preferred one first: `TFO_RUNTIME_DIR`, or else `$XDG_RUNTIME_DIR/tfo`,
/// `/run/tfo` and a directory of the user's own below `$TMPDIR`.
pub(crate) fn places() -> Vec<PathBuf> {
    if let Some(chosen) = variable("TFO_RUNTIME_DIR") {
        return vec![chosen];
    }
    let own = format!("tfo-{}", user().unwrap_or_default());
    let temporary = variable("TMPDIR").unwrap_or_else(|| "/tmp".into()).join(own);
    variable("XDG_RUNTIME_DIR").map(|xdg| xdg.join("tfo")).into_iter().chain(["/run/tfo".into(), temporary]).collect()
}

/// Makes a directory for sockets, for nobody but this user.
pub(super) fn prepare(directory: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let found = std::fs::symlink_metadata(directory)?;
    // Below /tmp somebody else could have made it first.
    let is_ours = found.is_dir() && user().is_none_or(|user| found.uid() == user);
    let is_closed = found.mode() & 0o022 == 0;
    if is_ours && is_closed {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else, or others may write to it"))
}

/// The user this process runs as.
fn user() -> Option<u32> {
    Some(std::fs::metadata("/proc/self").ok()?.uid())
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
