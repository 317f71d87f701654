//! Probes the place of the file without touching it.

use std::sync::Arc;

use pipelines::component::{Check, CheckContext, Finding};

use super::config::Config;
use crate::place;

pub(super) async fn check(config: Arc<Config>, _cx: CheckContext) -> Vec<Finding> {
    let probed = tokio::task::spawn_blocking(move || vec![place::probe(&config.path, config.create_directory)]).await;
    probed.unwrap_or_else(|_| vec![Finding::new(Check::Unchecked, "the check was interrupted")])
}
