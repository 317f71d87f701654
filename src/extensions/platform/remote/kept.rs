//! [`Kept`]: the remote configuration on disk, and what became of it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use pipelines::files::open_without_waiting;
use serde::{Deserialize, Serialize};

use crate::platform_wire::{ConfigStatus, Configuration};

/// What is known of the remote configuration. It is one file, so that text, version and outcome always belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    /// What is in force.
    pub(super) current: Option<Configuration>,
    /// What to go back to while `current` is on trial.
    pub(super) previous: Option<Configuration>,
    /// Whether `current` is on trial.
    pub(super) trial: Option<Trial>,
    /// A version that did not work and is not tried again.
    pub(super) refused: Option<String>,
    /// What became of the last one that was tried.
    pub(super) status: ConfigStatus,
    /// Why.
    pub(super) message: Option<String>,
}

/// A trial that has not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trial {
    /// The process in which it goes on.
    pub(super) process: String,
    /// How many processes have ended during it.
    pub(super) ended: u32,
    /// What did not work before it.
    pub(super) failing: Vec<String>,
}

/// The file, in the state directory.
const FILE: &str = "remote.json";

// === impl Kept ===

impl Kept {
    /// What the directory holds; nothing is not an error.
    ///
    /// # Errors
    /// The file that cannot be read.
    pub(super) fn read(directory: &Path) -> Result<Self, String> {
        let path = directory.join(FILE);
        let mut bytes = Vec::new();
        let read = match open_without_waiting(&path).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Ok(_) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.to_string()),
        };
        read.map_err(|error| format!("{} cannot be read: {error}", path.display()))
    }

    /// Puts this in the place of what the directory holds, at once or not at all.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub(super) fn write(&self, directory: &Path) -> Result<(), String> {
        let (path, draft) = (directory.join(FILE), directory.join(format!("{FILE}.draft")));
        let write = || -> io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(directory)?.sync_all()
        };
        write().map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }

    /// The version that is in force.
    pub(super) fn version(&self) -> Option<&str> {
        self.current.as_ref().map(|current| current.version.as_str())
    }
}

// === impl Trial ===

impl Trial {
    /// Another process goes on with it, since the one before has ended.
    pub(super) fn pass_on(&mut self, process: String) {
        self.process = process;
        // The number comes from a file, which may hold anything.
        self.ended = self.ended.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a file that says that more processes ended than can be counted. Guarantee: the next one goes on.
    #[test]
    fn any_number_of_processes() {
        let text = format!(r#"{{"trial": {{"process": "x", "ended": {}, "failing": []}}}}"#, u32::MAX);
        let mut trial = serde_json::from_str::<Kept>(&text).unwrap_or_default().trial.unwrap_or_default();
        trial.pass_on("y".to_owned());
        assert_eq!((trial.process.as_str(), trial.ended), ("y", u32::MAX));
    }
}
