//! Files in Prometheus' text format, which scripts write for what nobody else measures.
//!
//! A file is taken whole or not at all: one line that makes no sense may mean that it was still being written. What it
//! says goes on under the names it gives, as counters, gauges, histograms and summaries.

mod family;
mod file;
mod line;
mod record;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::family::Family;
use super::config::Textfile as Settings;
use super::group::Group;
use super::record::Recorder;
use crate::catalogue::{Label, textfile};
use crate::kernel::{System, Unavailable};

/// Reads directories with files in Prometheus' text format.
pub(super) struct Textfile {
    directories: Vec<PathBuf>,
}

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    /// The line, from 1; 0 for the file as a whole.
    line: usize,
    reason: String,
}

// === impl Textfile ===

impl Textfile {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { directories: settings.directories.clone() }
    }
}

impl Group for Textfile {
    fn name(&self) -> &'static str {
        "textfile"
    }

    fn collect(&mut self, _: &mut System, out: &mut Recorder) -> Result<(), Unavailable> {
        let mut families = BTreeMap::new();
        let mut missing = Ok(());
        let mut note = |unavailable| {
            if missing.is_ok() {
                missing = Err(unavailable);
            }
        };
        for directory in &self.directories {
            let paths = files(directory).unwrap_or_else(|error| {
                note(Unavailable::io(directory, &error));
                Vec::new()
            });
            for path in paths {
                match add(&path, &mut families) {
                    Ok(modified) => out.gauge(&textfile::MODIFIED, modified, &[(Label::File, &path.to_string_lossy())]),
                    Err(refusal) => note(Unavailable::new(path, refusal.to_string())),
                }
            }
        }
        out.gauge(&textfile::SCRAPE_ERROR, u64::from(missing.is_err()), &[]);
        families.values().for_each(|family| record::record(family, out));
        missing
    }
}

// === impl Refusal ===

impl Refusal {
    fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "the file is left out: {}", self.reason),
            line => write!(f, "the file is left out: line {line}: {}", self.reason),
        }
    }
}

/// The files of a directory, in the order of their names.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "prom") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Adds the families of a file to those of the files before it; answers when it was written, in seconds since the epoch.
fn add(path: &Path, all: &mut BTreeMap<String, Family>) -> Result<u64, Refusal> {
    let (text, modified) = file::read(path)?;
    let families = file::families(&text)?;
    families
        .iter()
        .try_for_each(|family| all.get(&family.name).map_or(Ok(()), |earlier| earlier.agrees_with(family)))?;
    for family in families {
        match all.get_mut(&family.name) {
            Some(earlier) => earlier.merge(family),
            None => {
                all.insert(family.name.clone(), family);
            }
        }
    }
    Ok(modified)
}
