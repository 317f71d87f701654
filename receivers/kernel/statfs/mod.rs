//! What a filesystem says of itself when it is asked with `statvfs`, which may take forever.

mod prober;

use std::path::Path;
use std::sync::Arc;

use rustix::io::Errno;

use self::prober::MAX_HUNG;
pub(crate) use self::prober::Prober;
use super::Unavailable;

/// How full a filesystem is, in bytes and inodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Bytes in all.
    pub(crate) size: u64,
    /// Bytes that are not used.
    pub(crate) free: u64,
    /// Bytes of these that users can have.
    pub(crate) available: u64,
    /// Inodes in all.
    pub(crate) files: u64,
    /// Inodes that are not used.
    pub(crate) files_free: u64,
}

/// What came of asking a filesystem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It said.
    Usage(Usage),
    /// It said that it cannot say.
    Failed(Errno),
    /// It does not answer.
    Hung,
    /// Too many do not answer, so it was not asked.
    NotAsked,
}

/// Asks one filesystem.
pub(crate) type Ask = fn(&Path) -> Result<Usage, Errno>;

/// Which filesystems do not answer, if any.
///
/// # Errors
/// The first of them, with the number of the others.
pub(crate) fn all_answered(paths: &[Arc<Path>], answers: &[Answer]) -> Result<(), Unavailable> {
    let Some(first) = answers.iter().position(|answer| *answer == Answer::Hung) else { return Ok(()) };
    let count = |which| answers.iter().filter(|answer| **answer == which).count();
    let (hung, not_asked) = (count(Answer::Hung), count(Answer::NotAsked));
    let mut text = "the filesystem there does not answer".to_owned();
    if hung > 1 {
        text = format!("{text}, nor do {} others", hung - 1);
    }
    if not_asked > 0 {
        text = format!("{text}; {not_asked} are not asked while {MAX_HUNG} do not answer");
    }
    Err(Unavailable::new(&*paths[first], text))
}

/// Whether every filesystem that answered could say.
///
/// # Errors
/// The first that could not, and why.
pub(crate) fn all_said(paths: &[Arc<Path>], answers: &[Answer]) -> Result<(), Unavailable> {
    let failed = paths.iter().zip(answers).find_map(|(path, answer)| match answer {
        Answer::Failed(errno) => Some(Unavailable::io(path, &(*errno).into())),
        _ => None,
    });
    failed.map_or(Ok(()), Err)
}

// === impl Usage ===

impl Usage {
    /// Asks the filesystem at a path, which may take forever.
    pub(crate) fn ask(path: &Path) -> Result<Self, Errno> {
        let said = rustix::fs::statvfs(path)?;
        let bytes = |blocks: u64| blocks.saturating_mul(said.f_frsize);
        Ok(Self {
            size: bytes(said.f_blocks),
            free: bytes(said.f_bfree),
            available: bytes(said.f_bavail),
            files: said.f_files,
            files_free: said.f_ffree,
        })
    }

    /// Bytes that are used.
    pub(crate) fn used(&self) -> u64 {
        self.size.saturating_sub(self.free)
    }

    /// Bytes that only root can have.
    pub(crate) fn reserved(&self) -> u64 {
        self.free.saturating_sub(self.available)
    }

    /// Inodes that are used.
    pub(crate) fn files_used(&self) -> u64 {
        self.files.saturating_sub(self.files_free)
    }

    /// The share that is used of what users can have, as `df` shows it. What holds nothing, such as a filesystem of
    /// control files, is neither full nor empty.
    pub(crate) fn share(&self) -> Option<f64> {
        let used = self.used() as f64;
        let for_everybody = used + self.available as f64;
        (for_everybody > 0.0).then(|| used / for_everybody)
    }
}
