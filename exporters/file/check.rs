//! Probes the place of the file without touching it.

use std::path::Path;
use std::sync::Arc;

use pipelines::component::{Check, CheckContext, Finding};
use rustix::fs::{Access, access, statvfs};
use rustix::io::Errno;

use super::config::Config;

/// Less free space than this is worth a warning, in bytes.
const LITTLE: u64 = 256 << 20;

pub(super) async fn check(config: Arc<Config>, _cx: CheckContext) -> Vec<Finding> {
    let probed = tokio::task::spawn_blocking(move || probe(&config)).await;
    probed.unwrap_or_else(|_| vec![Finding::new(Check::Unchecked, "the check was interrupted")])
}

fn probe(config: &Config) -> Vec<Finding> {
    let path = &config.path;
    if path.is_dir() {
        return vec![Finding::new(Check::Failed, format!("{} is a directory, not a file", path.display()))];
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let Some(directory) = parent.ancestors().find(|directory| directory.exists() || directory.as_os_str().is_empty())
    else {
        return vec![Finding::new(Check::Failed, format!("{} does not exist", parent.display()))];
    };
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    if !parent.exists() && !config.create_directory {
        let text = format!("{} does not exist; make it or set `create_directory: true`", parent.display());
        return vec![Finding::new(Check::Failed, text)];
    }
    let writable = match path.exists() {
        true => access(path, Access::WRITE_OK),
        false => access(directory, Access::WRITE_OK | Access::EXEC_OK),
    };
    match writable {
        Ok(()) => vec![space(config, directory)],
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => {
            vec![Finding::new(Check::Denied, format!("{} may not be written", path.display()))]
        }
        Err(error) => vec![Finding::new(Check::Failed, format!("{} cannot be written: {error}", path.display()))],
    }
}

fn space(config: &Config, directory: &Path) -> Finding {
    let path = config.path.display();
    match statvfs(directory) {
        Ok(space) => {
            let free = space.f_bavail.saturating_mul(space.f_frsize);
            let check = if free < LITTLE { Check::Warned } else { Check::Passed };
            Finding::new(check, format!("{path} can be written; {} MiB are free", free >> 20))
        }
        Err(_) => Finding::new(Check::Passed, format!("{path} can be written")),
    }
}
