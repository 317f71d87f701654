//! The id of this installation, kept in a file.

use std::path::Path;

use pipelines::instance;
use pipelines::otlp::edit::EncodedValue;

use super::super::config::{Config, wanted};
use super::{Facts, system};

/// Makes the id if there is none; before that nothing is found.
pub(in super::super) fn prepare(config: &Config) -> Result<(), String> {
    config.instance.path.as_deref().map_or(Ok(()), |path| instance::read_or_create(path).map(drop))
}

/// `service.instance.id`, and `host.id` if it is asked for and the machine below `root` has none.
pub(in super::super) fn detect(config: &Config, root: &Path) -> Result<Facts, String> {
    let Some(id) = config.instance.path.as_deref().map(instance::read).transpose()?.flatten() else {
        return Ok(Facts::new());
    };
    let stands_in = wanted(&config.system.resource_attributes, "host.id") && system::host_id(root).is_none();
    let keys = ["service.instance.id", "host.id"].into_iter().take(1 + usize::from(stands_in));
    Ok(keys.map(|key| (key.to_owned(), EncodedValue::new(&id))).collect())
}
