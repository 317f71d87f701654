//! Whether a file can be written where it is to lie; touches nothing.

use std::path::Path;

use pipelines::component::{Check, Finding};
use rustix::fs::{Access, access, statvfs};
use rustix::io::Errno;

/// Less free space than this is worth a warning, in bytes.
const LITTLE: u64 = 256 << 20;

/// Looks at the file, its directory, their permissions and the space that is free.
pub(crate) fn probe(path: &Path, create_directory: bool) -> Finding {
    if path.is_dir() {
        return Finding::new(Check::Failed, format!("{} is a directory, not a file", path.display()));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let Some(directory) = parent.ancestors().find(|directory| directory.exists() || directory.as_os_str().is_empty())
    else {
        return Finding::new(Check::Failed, format!("{} does not exist", parent.display()));
    };
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    if !parent.exists() && !create_directory {
        let text = format!("{} does not exist; make it or set `create_directory: true`", parent.display());
        return Finding::new(Check::Failed, text);
    }
    let writable = match path.exists() {
        true => access(path, Access::WRITE_OK),
        false => access(directory, Access::WRITE_OK | Access::EXEC_OK),
    };
    match writable {
        Ok(()) => space(path, directory),
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => {
            Finding::new(Check::Denied, format!("{} may not be written", path.display()))
        }
        Err(error) => Finding::new(Check::Failed, format!("{} cannot be written: {error}", path.display())),
    }
}

fn space(path: &Path, directory: &Path) -> Finding {
    let path = path.display();
    match statvfs(directory) {
        Ok(space) => {
            let free = space.f_bavail.saturating_mul(space.f_frsize);
            let check = if free < LITTLE { Check::Warned } else { Check::Passed };
            Finding::new(check, format!("{path} can be written; {} MiB are free", free >> 20))
        }
        Err(_) => Finding::new(Check::Passed, format!("{path} can be written")),
    }
}
