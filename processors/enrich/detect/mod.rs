//! Looking up facts about this host.

pub(super) mod docker;
pub(super) mod env;
pub(super) mod instance;
pub(super) mod network;
pub(super) mod system;

use std::path::Path;

use pipelines::otlp::edit::EncodedValue;

use super::config::{Config, Detector};

/// Attributes in the order they were found.
pub(super) type Facts = Vec<(String, EncodedValue)>;

/// Asks a detector, waiting within the configured time.
pub(super) async fn detect(detector: Detector, config: &Config) -> Result<Facts, String> {
    match detector {
        Detector::Docker => docker::detect(Path::new(docker::SOCKET), config).await,
        _ => local(detector, config, Path::new("/")),
    }
}

/// Asks a detector that needs a few small files below `root` (`/` outside tests) and the environment.
pub(super) fn local(detector: Detector, config: &Config, root: &Path) -> Result<Facts, String> {
    match detector {
        Detector::Env => env::detect(|name| std::env::var(name).ok()),
        Detector::System => system::detect(&config.system, root),
        Detector::Instance => instance::detect(config, root),
        Detector::Docker => Err("the Docker daemon was not asked".to_owned()),
    }
}
