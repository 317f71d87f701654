//! What users write under `node.textfile`.

use std::path::PathBuf;

use pipelines::component::Problems;
use pipelines::config::Duration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::absolute;
use super::switch::switch;

/// Files in Prometheus' text format, as scripts write them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Textfile {
    /// Whether the group is collected. Default true where the key `textfile` is written; without that key it is off.
    pub enabled: bool,
    /// Time between two scrapes of the group. Default `collection_interval`.
    pub interval: Option<Duration>,
    /// Directories whose files that end in `.prom` are read; they are not looked for below `root_path`. Default
    /// `/var/lib/tfo-agent/textfile`.
    pub directories: Vec<PathBuf>,
}

switch!(Textfile);

// === impl Textfile ===

impl Textfile {
    /// What holds where the key is not written.
    pub(super) fn off() -> Self {
        Self { enabled: false, ..Self::default() }
    }

    pub(super) fn validate(&self, problems: &mut Problems) {
        for (number, directory) in self.directories.iter().enumerate() {
            absolute(&format!("textfile.directories[{number}]"), directory, problems);
        }
        if self.enabled && self.directories.is_empty() {
            let problem = problems.error("textfile.directories", "is empty, so that there is nothing to read");
            problem.help("name a directory, or write `enabled: false`");
        }
    }
}

impl Default for Textfile {
    fn default() -> Self {
        let directories = vec![PathBuf::from("/var/lib/tfo-agent/textfile")];
        Self { enabled: true, interval: None, directories }
    }
}
