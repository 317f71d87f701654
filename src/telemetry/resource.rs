//! Who the process says it is: the attributes of its own telemetry.

use std::time::{SystemTime, UNIX_EPOCH};

use pipelines::graph::Resource;

/// A name for this process that no other one has.
pub(super) fn instance() -> String {
    let uuid = std::fs::read_to_string("/proc/sys/kernel/random/uuid").map(|uuid| uuid.trim().to_owned());
    uuid.unwrap_or_else(|_| {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        format!("{nanos:x}-{:x}", std::process::id())
    })
}

/// Name, version and instance unless the file says otherwise, and what else it says; sorted.
pub(super) fn attributes(written: &Resource, instance: &str) -> Vec<(String, String)> {
    let known = [
        ("service.instance.id", instance),
        ("service.name", env!("CARGO_PKG_NAME")),
        ("service.version", env!("CARGO_PKG_VERSION")),
    ];
    let is_written = |name: &str| written.iter().any(|(other, _)| other == name);
    let mut attributes: Vec<(String, String)> = known
        .into_iter()
        .filter(|(name, _)| !is_written(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .chain(written.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))))
        .collect();
    attributes.sort();
    attributes
}
