//! [`Writer`]: whole records into a file that is replaced when it is full. Blocks.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::time::SystemTime;

use super::backups::Backups;

/// Writes records to one file.
#[derive(Debug)]
pub(super) struct Writer {
    settings: Settings,
    open: Option<Open>,
    /// A file that was opened once is never emptied again.
    emptied: bool,
}

/// How a file is written.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The file.
    pub(super) path: PathBuf,
    /// Whether an existing file is kept.
    pub(super) append: bool,
    /// Permissions of the directory if it is to be made.
    pub(super) directory: Option<u32>,
    /// Size of a file in bytes and what becomes of full ones.
    pub(super) rotation: Option<(u64, Backups)>,
}

#[derive(Debug)]
struct Open {
    file: fs::File,
    len: u64,
}

// === impl Writer ===

impl Writer {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, open: None, emptied: false }
    }

    /// Writes the same file as other settings say from now on.
    pub(super) fn change(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Opens the file, making the directory if told so.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn open(&mut self) -> io::Result<()> {
        self.opened().map(drop)
    }

    /// Writes one record whole or not at all.
    ///
    /// # Errors
    /// What the system says; the file then ends where it ended before.
    pub(super) fn write(&mut self, record: &[u8], now: SystemTime) -> io::Result<()> {
        let size = record.len() as u64;
        let len = self.opened()?.len;
        let full = self.settings.rotation.as_ref().is_some_and(|(max, _)| len > 0 && len + size > *max);
        if full {
            self.rotate(now)?;
        }
        let open = self.opened()?;
        if let Err(error) = open.file.write_all(record) {
            // A torn record would make the rest of the file unreadable.
            let _ = open.file.set_len(open.len);
            self.open = None;
            return Err(error);
        }
        open.len += size;
        Ok(())
    }

    fn opened(&mut self) -> io::Result<&mut Open> {
        if self.open.is_none() {
            if let Some(mode) = self.settings.directory
                && let Some(directory) = self.settings.path.parent()
                && !directory.as_os_str().is_empty()
            {
                DirBuilder::new().recursive(true).mode(mode).create(directory)?;
            }
            let file = OpenOptions::new().create(true).append(true).open(&self.settings.path)?;
            if !self.emptied && !self.settings.append && self.settings.rotation.is_none() {
                file.set_len(0)?;
            }
            self.emptied = true;
            let len = file.metadata()?.len();
            self.open = Some(Open { file, len });
        }
        self.open.as_mut().ok_or_else(|| io::Error::other("the file is not open"))
    }

    fn rotate(&mut self, now: SystemTime) -> io::Result<()> {
        let Some((_, backups)) = &self.settings.rotation else { return Ok(()) };
        fs::rename(&self.settings.path, backups.name(&self.settings.path, now))?;
        self.open = None;
        if let Err(error) = backups.remove_old(&self.settings.path, now) {
            tracing::warn!(path = %self.settings.path.display(), %error, "old files cannot be removed");
        }
        Ok(())
    }
}
