//! Whether the directory can be used, found out without writing to it.

use std::path::Path;

use pipelines::component::{Check, Finding};
use pipelines::config::ByteSize;
use rustix::fs::{Access, access, statvfs};

use super::Config;

/// Looks at the directory, or at the one in which it would be made.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let directory = &config.directory;
    let shown = directory.display();
    if directory.exists() && !directory.is_dir() {
        return vec![Finding::new(Check::Failed, format!("{shown} is not a directory"))];
    }
    let there = directory.is_dir();
    if !there && !config.create_directory {
        let text = format!("the directory {shown} does not exist; create it or set `create_directory: true`");
        return vec![Finding::new(Check::Failed, text)];
    }
    let Some(nearest) = directory.ancestors().find(|ancestor| ancestor.is_dir()) else {
        return vec![Finding::new(
            Check::Unchecked,
            format!("{shown} is relative to where the engine will be started"),
        )];
    };
    if access(nearest, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return vec![Finding::new(Check::Denied, format!("{} cannot be written", nearest.display()))];
    }
    let state = if there { "can be written" } else { "will be made" };
    vec![Finding::new(Check::Passed, format!("{shown} {state}")), room(nearest, config.max_bytes)]
}

fn room(directory: &Path, max_bytes: ByteSize) -> Finding {
    let Ok(system) = statvfs(directory) else {
        return Finding::new(Check::Unchecked, format!("the free space of {} is not known", directory.display()));
    };
    let free = ByteSize((system.f_bavail.saturating_mul(system.f_frsize)) >> 20 << 20);
    let (check, what) = if free < max_bytes { (Check::Warned, "less than") } else { (Check::Passed, "enough for") };
    let text = format!("{} has {free} free, {what} the {max_bytes} that one queue may take", directory.display());
    Finding::new(check, text)
}
