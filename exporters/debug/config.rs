//! What users write under `debug`.

use std::num::NonZeroUsize;

use pipelines::component::{Problems, Reference};
use pipelines::delivery::QueueConfig;
use schemars::JsonSchema;
use serde::Deserialize;

/// Prints telemetry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How much is printed: `basic` one line with counts for every batch, `normal` one line for every item, `detailed`
    /// every field. Default `basic`.
    pub verbosity: Verbosity,
    /// How many batches of each signal are printed in every second before sampling begins. Default 2.
    pub sampling_initial: u64,
    /// After that, every how many batches one is printed; 0 for none. Default 1, which prints all.
    pub sampling_thereafter: u64,
    /// Whether the text goes to the program's log instead of `output_paths`. Default `false`: what is printed are data,
    /// and data go to standard output.
    pub use_internal_logger: bool,
    /// Where the text goes: `stdout`, `stderr` and names of files, which are appended to. Default `[stdout]`.
    pub output_paths: Vec<String>,
    /// Old name of `verbosity`: `debug` is `detailed`, `info` is `normal`, anything else is `basic`.
    #[serde(alias = "logLevel")]
    pub loglevel: Option<String>,
    /// What may wait in front of the exporter. By default batches are printed one at a time, in order.
    pub sending_queue: QueueConfig,
}

/// How much is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verbosity {
    /// Counts.
    #[default]
    #[serde(alias = "Basic")]
    Basic,
    /// One line for every item.
    #[serde(alias = "Normal")]
    Normal,
    /// Everything.
    #[serde(alias = "Detailed")]
    Detailed,
}

// === impl Config ===

impl Config {
    /// The verbosity, also by its old name.
    pub(super) fn level(&self) -> Verbosity {
        match self.loglevel.as_deref() {
            None => self.verbosity,
            Some(level) if level.eq_ignore_ascii_case("debug") => Verbosity::Detailed,
            Some(level) if level.eq_ignore_ascii_case("info") => Verbosity::Normal,
            Some(_) => Verbosity::Basic,
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        if self.loglevel.is_some() {
            let level = self.level().name();
            problems
                .warning("loglevel", "is the old name of `verbosity`")
                .help(format!("write `verbosity: {level}` instead"));
            if self.verbosity != Verbosity::Basic {
                problems.error("loglevel", "is set beside `verbosity`").help("leave loglevel out");
            }
        }
        if self.output_paths.is_empty() && !self.use_internal_logger {
            problems
                .error("output_paths", "is empty, so nothing would be printed")
                .help("write `output_paths: [stdout]`");
        }
        if self.output_paths.iter().any(|path| path.contains("://") && !path.starts_with("file://")) {
            problems.error("output_paths", "takes `stdout`, `stderr` and names of files");
        }
        problems.nest("sending_queue", |problems| self.sending_queue.validate(problems));
    }

    fn references(&self) -> Vec<Reference> {
        self.sending_queue.references("sending_queue")
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            verbosity: Verbosity::Basic,
            sampling_initial: 2,
            sampling_thereafter: 1,
            use_internal_logger: false,
            output_paths: vec!["stdout".into()],
            loglevel: None,
            sending_queue: QueueConfig { num_consumers: NonZeroUsize::MIN, ..QueueConfig::default() },
        }
    }
}

// === impl Verbosity ===

impl Verbosity {
    /// As users write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Normal => "normal",
            Self::Detailed => "detailed",
        }
    }
}
