//! [`Files`]: some files that belong together, and what was seen of them.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::runtime::{Instant, now};

/// Files that are used together, such as a certificate and its key, and what was seen of them.
#[derive(Debug)]
pub struct Files {
    paths: Vec<PathBuf>,
    /// At least so long between two looks; `None` to never look again.
    period: Option<Duration>,
    looked: Option<Instant>,
    /// Fingerprints of the contents at the last look, and of those that were handed out last. No copy of a private
    /// key is kept only to compare with it.
    seen: Option<u64>,
    taken: Option<u64>,
}

/// What was read of [`Files`].
pub struct Contents(Vec<(PathBuf, Read)>);

type Read = Result<Vec<u8>, Arc<io::Error>>;

/// Largest file that is read, in bytes: certificates, keys and tokens are smaller by far.
const LARGEST: u64 = 16 << 20;

// === impl Files ===

impl Files {
    /// Nothing is read yet. `period` is the least time between looks, `None` for files that are never looked at again.
    #[must_use]
    pub fn new(paths: impl IntoIterator<Item = PathBuf>, period: Option<Duration>) -> Self {
        Self { paths: paths.into_iter().collect(), period, looked: None, seen: None, taken: None }
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Reads all files now.
    pub fn read(&mut self) -> Contents {
        let contents = Contents::of(&self.paths);
        self.looked = Some(now());
        self.seen = Some(contents.fingerprint());
        self.taken = self.seen;
        contents
    }

    /// Reads the files if they are due; hands them out if they are not what was handed out last, and have not changed
    /// since the look before.
    pub fn look(&mut self) -> Option<Contents> {
        if self.paths.is_empty() || !self.is_due() {
            return None;
        }
        let contents = Contents::of(&self.paths);
        let fingerprint = Some(contents.fingerprint());
        let is_settled = self.seen == fingerprint;
        self.looked = Some(now());
        self.seen = fingerprint;
        if !is_settled || self.taken == fingerprint {
            return None;
        }
        self.taken = fingerprint;
        Some(contents)
    }

    fn is_due(&self) -> bool {
        let Some(period) = self.period else { return false };
        // What changed is looked at again soon, to see whether it is complete.
        self.seen != self.taken || self.looked.is_none_or(|looked| looked + period <= now())
    }
}

// === impl Contents ===

impl Contents {
    /// What is in the file, or why it could not be read.
    ///
    /// # Errors
    /// What the system said.
    pub fn file(&self, path: &Path) -> Result<&[u8], Arc<io::Error>> {
        match self.0.iter().find(|(known, _)| known == path) {
            Some((_, Ok(bytes))) => Ok(bytes),
            Some((_, Err(error))) => Err(error.clone()),
            None => Err(Arc::new(io::ErrorKind::NotFound.into())),
        }
    }

    /// The text of the file; `key` is the key under which it stands in a configuration.
    ///
    /// # Errors
    /// If it cannot be read or is no text: one lowercase sentence without a final dot.
    pub fn text(&self, key: &str, path: &Path) -> Result<&str, String> {
        let place = format!("{key} `{}`", path.display());
        let bytes = self.file(path).map_err(|error| format!("{place} cannot be read: {error}"))?;
        std::str::from_utf8(bytes).map_err(|_| format!("{place} is not UTF-8"))
    }

    fn of(paths: &[PathBuf]) -> Self {
        Self(paths.iter().map(|path| (path.clone(), read(path).map_err(Arc::new))).collect())
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (_, read) in &self.0 {
            read.as_ref().map_err(|error| error.kind()).hash(&mut hasher);
        }
        hasher.finish()
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it is larger than {LARGEST} bytes")));
    }
    Ok(bytes)
}
