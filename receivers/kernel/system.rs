//! [`System`]: the files of the kernel, and how they are read.
//!
//! A file of procfs or sysfs is opened once and read again from its start at each scrape, which saves two of the three
//! system calls and the walk of its path. One that fails is opened anew, since devices come and go.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::text::{lines, number};

/// Most that is read of one file, in bytes. The largest in practice, `/proc/net/tcp` with 100,000 sockets, has 15 MB.
const MAX_SIZE: usize = 32 << 20;

/// Most files that one lane keeps open: a part of the 1,024 that many systems allow.
const MAX_OPEN: usize = 128;

/// Room in a buffer before each read, in bytes: most files fit.
const STEP: usize = 16 << 10;

/// Where the kernel's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roots {
    /// The root of the machine's filesystem, as seen from here.
    pub(crate) root: PathBuf,
    /// Its procfs.
    pub(crate) proc: PathBuf,
    /// Its sysfs.
    pub(crate) sys: PathBuf,
}

/// Reads the kernel's files for one lane.
#[derive(Debug)]
pub(crate) struct System {
    /// Where they are.
    pub(crate) roots: Roots,
    /// What was read last.
    buffer: Buffer,
    /// `/proc/stat`, which several groups read, and which costs the kernel more than the other files together.
    stat: Stat,
    /// Each file that is kept open holds a clone.
    open: Arc<()>,
    keeps: bool,
    /// What this machine lacks, and was said to.
    absent: Vec<&'static str>,
}

/// A file that is read again and again.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    kept: Option<(File, Arc<()>)>,
}

/// Bytes of a file in memory that is only ever made larger: to clear it would cost more than to read most files.
#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

#[derive(Debug)]
struct Stat {
    source: Source,
    content: Buffer,
    /// Whether the content is of this scrape.
    is_fresh: bool,
}

// === impl Roots ===

impl Roots {
    /// The roots below `root`.
    pub(crate) fn below(root: &Path) -> Self {
        Self { root: root.to_owned(), proc: root.join("proc"), sys: root.join("sys") }
    }

    /// A file of procfs.
    pub(crate) fn proc(&self, path: impl AsRef<Path>) -> Source {
        Source::new(self.proc.join(path))
    }

    /// A file of procfs about the network. Below another root than our own it is that of the first process there: `net`
    /// would be the network of whoever reads it, which is the container's and not the machine's.
    pub(crate) fn net(&self, path: impl AsRef<Path>) -> Source {
        let first = self.proc.join("1/net");
        let is_ours = self.proc == Path::new("/proc") || !first.is_dir();
        Source::new(if is_ours { self.proc.join("net").join(path) } else { first.join(path) })
    }

    /// A file of sysfs.
    pub(crate) fn sys(&self, path: impl AsRef<Path>) -> Source {
        Source::new(self.sys.join(path))
    }
}

// === impl Source ===

impl Source {
    /// A file that is opened when it is first read.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, kept: None }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

// === impl System ===

impl System {
    /// Reads files below these roots.
    pub(crate) fn new(roots: Roots) -> Self {
        let stat = Stat { source: roots.proc("stat"), content: Buffer::default(), is_fresh: false };
        Self { roots, buffer: Buffer::default(), stat, open: Arc::new(()), keeps: true, absent: Vec::new() }
    }

    /// The same, without keeping files open: for ordinary files, which can be replaced while they are open.
    #[cfg(test)]
    pub(crate) fn without_keeping(mut self) -> Self {
        self.keeps = false;
        self
    }

    /// Begins a scrape: nothing that was read before counts any more.
    pub(crate) fn begin(&mut self) {
        self.stat.is_fresh = false;
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// If it cannot be opened or read, or is larger than anything we know how to deal with.
    pub(crate) fn read(&mut self, source: &mut Source) -> io::Result<&[u8]> {
        self.fill(source)?;
        Ok(self.buffer.content())
    }

    /// Reads a whole file that is not read again soon.
    ///
    /// # Errors
    /// As [`System::read`].
    pub(crate) fn read_once(&mut self, path: &Path) -> io::Result<&[u8]> {
        self.buffer.read(&File::open(path)?)?;
        Ok(self.buffer.content())
    }

    /// Says once that the machine lacks something that others have, which is no fault.
    pub(crate) fn absent(&mut self, what: &'static str, path: &Path) {
        if !self.absent.contains(&what) {
            self.absent.push(what);
            tracing::info!("{what} are left out: {} has none", path.display());
        }
    }

    /// Reads `/proc/stat`, once for all groups of a scrape.
    ///
    /// # Errors
    /// As for every file.
    pub(crate) fn stat(&mut self) -> io::Result<&[u8]> {
        if !self.stat.is_fresh {
            let mut source = std::mem::replace(&mut self.stat.source, Source::new(PathBuf::new()));
            let read = self.fill(&mut source);
            self.stat.source = source;
            read?;
            std::mem::swap(&mut self.buffer, &mut self.stat.content);
            self.stat.is_fresh = true;
        }
        Ok(self.stat.content.content())
    }

    /// Where `/proc/stat` is.
    pub(crate) fn stat_path(&self) -> &Path {
        self.stat.source.path()
    }

    /// When the machine booted, nanoseconds since the Unix epoch.
    pub(crate) fn boot(&mut self) -> Option<u64> {
        let seconds = lines(self.stat().ok()?).find_map(|line| number(line.strip_prefix(b"btime ")?.trim_ascii()))?;
        seconds.checked_mul(1_000_000_000)
    }

    fn fill(&mut self, source: &mut Source) -> io::Result<()> {
        if let Some((file, _)) = &source.kept {
            match self.buffer.read(file) {
                Ok(()) => return Ok(()),
                // What it was opened for is gone; something else may have its name now.
                Err(_) => source.kept = None,
            }
        }
        let file = File::open(&source.path)?;
        self.buffer.read(&file)?;
        if self.keeps && Arc::strong_count(&self.open) <= MAX_OPEN {
            source.kept = Some((file, self.open.clone()));
        }
        Ok(())
    }
}

// === impl Buffer ===

impl Buffer {
    fn content(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Reads a file from its start to its end. The kernel makes the content while it is read, in pieces as it likes.
    fn read(&mut self, file: &File) -> io::Result<()> {
        self.filled = 0;
        loop {
            if self.bytes.len() < self.filled + STEP {
                self.bytes.resize((self.bytes.len() * 2).max(self.filled + STEP), 0);
            }
            match file.read_at(&mut self.bytes[self.filled..], self.filled as u64) {
                Ok(0) => return Ok(()),
                Ok(more) => self.filled += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return self.give_up(error),
            }
            if self.filled > MAX_SIZE {
                let text = format!("it is larger than {MAX_SIZE} bytes");
                return self.give_up(io::Error::new(ErrorKind::FileTooLarge, text));
            }
        }
    }

    fn give_up(&mut self, error: io::Error) -> io::Result<()> {
        *self = Self::default();
        Err(error)
    }
}
