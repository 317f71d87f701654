//! [`Directory`]: the files of one queue.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, IoSlice};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::error::{OpenError, cannot};
use super::format::{DONE, MARK, SegmentId};
use super::medium::{Medium, write_all};
use super::options::Options;

/// Where the files of one queue lie.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    permissions: u32,
    create_directory: bool,
}

/// What lies in a queue's directory.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Segments, oldest first.
    pub(super) segments: Vec<SegmentId>,
    /// Files that look like segments and are not.
    pub(super) strangers: Vec<PathBuf>,
}

// === impl Directory ===

impl Directory {
    /// The directory of the queue `name`; made if it is not there.
    pub(super) fn make(name: &str, options: &Options) -> Result<Self, OpenError> {
        let base = &options.directory;
        let mut builder = DirBuilder::new();
        builder.mode(options.permissions);
        if base.exists() && !base.is_dir() {
            return Err(OpenError::NoDirectory(base.clone()));
        }
        if !base.is_dir() {
            if !options.create_directory {
                return Err(OpenError::Missing(base.clone()));
            }
            builder.recursive(true).create(base).map_err(cannot("create", base))?;
        }
        let path = base.join(file_name(name));
        match builder.recursive(false).create(&path) {
            // What is queued there must not vanish with the directory.
            Ok(()) => sync(base).map_err(cannot("sync", base))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot("create", path)(error)),
        }
        Ok(Self { path, permissions: options.permissions, create_directory: options.create_directory })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a segment.
    pub(super) fn segment(&self, id: SegmentId) -> PathBuf {
        self.path.join(id.file_name())
    }

    /// What lies in it.
    pub(super) fn list(&self) -> Result<Listing, OpenError> {
        let mut listing = Listing::default();
        for entry in fs::read_dir(&self.path).map_err(cannot("read", &self.path))? {
            let path = entry.map_err(cannot("read", &self.path))?.path();
            if path.extension().is_some_and(|extension| extension == "seg") {
                match path.file_name().and_then(|name| name.to_str()).and_then(SegmentId::parse) {
                    Some(id) => listing.segments.push(id),
                    None => listing.strangers.push(path),
                }
            }
        }
        listing.segments.sort_unstable();
        Ok(listing)
    }

    /// Begins a segment: a file that will be found again after a power cut.
    pub(super) fn create(&self, id: SegmentId, medium: &dyn Medium, durable: bool) -> io::Result<File> {
        let path = self.segment(id);
        let create = || OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = match create() {
            // Somebody deleted the directory, perhaps with the one it was in.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new().mode(self.permissions).recursive(self.create_directory).create(&self.path)?;
                create()?
            }
            other => other?,
        };
        let begun = write_all(medium, &file, &mut [IoSlice::new(&id.header())], 0)
            .and_then(|()| if durable { sync(&self.path) } else { Ok(()) });
        match begun {
            Ok(()) => Ok(file),
            Err(error) => {
                // If it stays it is an empty segment, which the next start deletes.
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    /// Marks entries of a segment as done, if it is there.
    pub(super) fn mark(&self, id: SegmentId, offsets: &[u64]) -> io::Result<()> {
        match no_links().write(true).open(self.segment(id)) {
            Ok(file) => offsets.iter().try_for_each(|offset| file.write_all_at(&DONE, offset + MARK)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes a segment.
    pub(super) fn delete(&self, id: SegmentId) -> io::Result<()> {
        match fs::remove_file(self.segment(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

/// How files that are there are opened: whoever may put a link into the directory must not have us cut off or overwrite
/// what it points to.
pub(super) fn no_links() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Makes the names in a directory outlive a power cut.
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// A name as a file: what is no letter, digit, `_`, `-` or inner dot is written `~` and its code, as the Collector
/// does, so that two names never share a directory.
fn file_name(name: &str) -> String {
    let mut file = String::with_capacity(name.len());
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_alphanumeric() || c == '_' || c == '-' || (c == '.' && at > 0) {
            file.push(c);
        } else {
            file.push_str(&format!("~{:04X}", u32::from(c)));
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::file_name;

    /// Scenario: exporters have names with slashes and dots. Guarantee: no name leaves the directory or meets another.
    #[test]
    fn names_stay_in_the_directory() {
        assert_eq!(file_name("exporter_otlp_backend.eu_logs"), "exporter_otlp_backend.eu_logs");
        assert_eq!(file_name("otlp/../x"), "otlp~002F..~002Fx");
        assert_eq!(file_name(".."), "~002E.");
        assert_ne!(file_name("a/b"), file_name("a~002Fb"));
    }
}
