//! A folder of certificates as Kubernetes mounts them, and the ways in which its files are swapped.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::authority::Pair;

/// A folder whose files are links into `..data`, which is a link to the folder of a version.
pub(crate) struct Folder {
    directory: TempDir,
    version: std::cell::Cell<u32>,
}

/// How files are swapped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Swap {
    /// The link to the folder is replaced by one to another, as Kubernetes does.
    Link,
    /// New files take the place of the old ones, one after the other.
    Rename,
    /// The old files are emptied and written anew in two steps, one after the other.
    InPlace,
}

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self { directory: tempfile::tempdir().unwrap(), version: std::cell::Cell::new(0) };
        folder.put(Swap::Link, files);
        for (name, _) in files {
            symlink(format!("..data/{name}"), folder.path(name)).unwrap();
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Gives all files other contents. With links, files that are not named are gone.
    pub(crate) fn put(&self, swap: Swap, files: &[(&str, &str)]) {
        match swap {
            Swap::Link => self.link(files),
            Swap::Rename => {
                for (name, text) in files {
                    let new = self.path("new");
                    fs::write(&new, text).unwrap();
                    fs::rename(new, fs::canonicalize(self.path(name)).unwrap()).unwrap();
                    sleep(Duration::from_millis(100));
                }
            }
            Swap::InPlace => {
                for (name, text) in files {
                    for end in [0, text.len() / 2, text.len()] {
                        fs::write(self.path(name), &text[..end]).unwrap();
                        sleep(Duration::from_millis(100));
                    }
                }
            }
        }
    }

    fn link(&self, files: &[(&str, &str)]) {
        self.version.set(self.version.get() + 1);
        let version = format!("..v{}", self.version.get());
        fs::create_dir(self.path(&version)).unwrap();
        for (name, text) in files {
            fs::write(self.path(&version).join(name), text).unwrap();
        }
        symlink(&version, self.path("..data_tmp")).unwrap();
        fs::rename(self.path("..data_tmp"), self.path("..data")).unwrap();
        if self.version.get() > 1 {
            fs::remove_dir_all(self.path(&format!("..v{}", self.version.get() - 1))).unwrap();
        }
    }
}

impl Pair {
    /// The files of a server.
    pub(crate) fn files(&self) -> [(&'static str, &str); 2] {
        [("tls.crt", &self.cert), ("tls.key", &self.key)]
    }
}
