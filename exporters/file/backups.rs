//! [`Backups`]: the names of full files and which of them are removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::civil::civil;

/// How long full files are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backups {
    /// How many; 0 for all.
    pub(super) max_count: usize,
    /// For how many days; 0 for ever.
    pub(super) max_days: u64,
}

const DAY: Duration = Duration::from_secs(86_400);
/// `2026-01-31T23-59-59.999`
const STAMP: usize = 23;

// === impl Backups ===

impl Backups {
    /// The name of a file that is closed now. It is not the name of another file.
    pub(super) fn name(self, path: &Path, now: SystemTime) -> PathBuf {
        let (stem, extension) = split(path);
        let mut moment = now;
        loop {
            let name = path.with_file_name(format!("{stem}-{}{extension}", stamp(moment)));
            if !name.exists() {
                return name;
            }
            moment += Duration::from_millis(1);
        }
    }

    /// Removes what is too old or too much.
    ///
    /// # Errors
    /// What the system says; what could be removed is removed.
    pub(super) fn remove_old(self, path: &Path, now: SystemTime) -> io::Result<()> {
        let mut found = self.found(path)?;
        // Stamps sort as the moments they name.
        found.sort_unstable_by(|a, b| b.cmp(a));
        let oldest = (self.max_days > 0)
            .then(|| DAY.checked_mul(u32::try_from(self.max_days).unwrap_or(u32::MAX)))
            .flatten()
            .and_then(|kept| now.checked_sub(kept))
            .map(stamp);
        let mut result = Ok(());
        for (at, (moment, file)) in found.into_iter().enumerate() {
            let too_many = self.max_count > 0 && at >= self.max_count;
            let too_old = oldest.as_ref().is_some_and(|oldest| moment < *oldest);
            if too_many || too_old {
                let removed = fs::remove_file(file);
                result = result.and(removed);
            }
        }
        result
    }

    /// The full files beside `path`, each with its stamp.
    fn found(self, path: &Path) -> io::Result<Vec<(String, PathBuf)>> {
        let (stem, extension) = split(path);
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let mut found = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let moment = name.strip_prefix(&format!("{stem}-")).and_then(|rest| rest.strip_suffix(extension.as_str()));
            if let Some(moment) = moment.filter(|moment| is_stamp(moment)) {
                found.push((moment.to_owned(), entry.path()));
            }
        }
        Ok(found)
    }
}

/// The file name before and from its last dot on.
fn split(path: &Path) -> (String, String) {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match name.rfind('.') {
        Some(at) => (name[..at].to_owned(), name[at..].to_owned()),
        None => (name, String::new()),
    }
}

/// The moment in UTC as a part of a file name.
fn stamp(moment: SystemTime) -> String {
    let since = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (seconds, millis) = (since.as_secs(), since.subsec_millis());
    let (year, month, day) = civil(seconds / DAY.as_secs());
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}-{minute:02}-{second:02}.{millis:03}")
}

fn is_stamp(text: &str) -> bool {
    let pattern = b"0000-00-00T00-00-00.000";
    text.len() == STAMP
        && text
            .bytes()
            .zip(pattern)
            .all(|(byte, like)| if *like == b'0' { byte.is_ascii_digit() } else { byte == *like })
}
