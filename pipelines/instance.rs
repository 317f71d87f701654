//! The id of this installation: a UUID that is made once and kept in a file, so that restarts and upgrades do not change
//! who the data comes from, and two machines are never taken for one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::files::open_without_waiting;

/// Bytes that are read of a file; a UUID and a line break are 37.
const MOST: u64 = 256;

/// The id in the file; without one it is made and kept there, for nobody else to read.
///
/// # Errors
/// One sentence that names the file: it cannot be read or written, or holds something else.
pub fn read_or_create(path: &Path) -> Result<String, String> {
    if let Some(id) = read(path)? {
        return Ok(id);
    }
    let made = uuid().and_then(|id| keep(path, &id));
    made.map_err(|error| {
        let help = "name a file in a directory that this user may write to";
        format!("the id of this instance cannot be kept in {}: {error}; {help}", path.display())
    })?;
    // Another process may have been faster; what is in the file counts.
    read(path)?.ok_or_else(|| format!("{} was removed while it was being made", path.display()))
}

/// The id in the file, or none if there is no file.
///
/// # Errors
/// One sentence that names the file: it cannot be read or holds something else.
pub fn read(path: &Path) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    match open_without_waiting(path).and_then(|file| file.take(MOST).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("the id of this instance in {} cannot be read: {error}", path.display())),
    }
    let text = String::from_utf8_lossy(&bytes).trim().to_ascii_lowercase();
    if is_uuid(&text) {
        return Ok(Some(text));
    }
    let help = "put back what was in it, or remove it to go on under a new id";
    Err(format!("{} does not hold the id of this instance, expected a UUID; {help}", path.display()))
}

/// A random UUID (RFC 9562, version 4).
///
/// # Errors
/// The system has no random numbers.
pub fn uuid() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The file is there with all of its text or not at all, whenever the power fails, and the first of several that make
/// it wins.
fn keep(path: &Path, id: &str) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", uuid()?));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(format!("{id}\n").as_bytes()).and_then(|()| file.sync_all());
    let kept = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no links.
        Err(_) => fs::rename(&draft, path),
        Ok(()) => Ok(()),
    });
    // Renamed, it is gone already.
    let _ = fs::remove_file(&draft);
    kept?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Scenario: a first start in a directory that is not there, then others. Guarantee: one id, a UUID, in a file that
    /// only its owner reads, and nothing beside it.
    #[test]
    fn is_made_once() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("state/instance");
        assert_eq!(read(&path), Ok(None));
        let id = read_or_create(&path).unwrap();
        assert!(is_uuid(&id), "{id}");
        assert_eq!(&id[14..15], "4");
        assert_eq!(read_or_create(&path), Ok(id.clone()));
        assert_eq!(read(&path), Ok(Some(id)));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    /// Scenario: many start at once in an empty directory. Guarantee: they agree on one id.
    #[test]
    fn all_agree() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("instance");
        let ids: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..16).map(|_| scope.spawn(|| read_or_create(&path))).collect();
            all.into_iter().map(|one| one.join().unwrap().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_ne!(uuid().unwrap(), uuid().unwrap());
    }

    /// Scenario: a pipe in its place that nobody writes to. Guarantee: an error, not a start that never ends.
    #[test]
    fn does_not_wait_for_a_pipe() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("instance");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(read(&path).unwrap_err().contains("does not hold the id"));
    }

    /// Scenario: files that hold something else, a directory in its place, a parent that is a file. Guarantee: an error
    /// that names the file, which stays as it is.
    #[test]
    fn refuses_what_is_no_id() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("instance");
        for text in ["", "host-1", "0190b5ab-7c5e-7a30-8f1c-9d3e5a7b1c2", "zzzzzzzz-7c5e-7a30-8f1c-9d3e5a7b1c2d", "\0"]
        {
            fs::write(&path, text).unwrap();
            let error = read_or_create(&path).unwrap_err();
            assert!(error.contains(path.to_str().unwrap()) && error.contains("UUID"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), text.as_bytes());
        }
        fs::write(&path, vec![b'a'; 1 << 20]).unwrap();
        assert!(read(&path).is_err());
        assert!(read(root.path()).is_err());
        assert!(read_or_create(&path.join("below")).is_err());
    }
}
