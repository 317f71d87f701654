//! Looks at the place of the file and, if it is there, at what it is; changes nothing and leaves nothing behind.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use pipelines::component::{Check, Finding};
use rusqlite::{Connection, OpenFlags};

use super::config::Config;
use super::error::Error;
use super::schema;
use crate::place;

pub(super) async fn check(config: Arc<Config>) -> Vec<Finding> {
    let probed = tokio::task::spawn_blocking(move || probe(&config)).await;
    probed.unwrap_or_else(|_| vec![Finding::new(Check::Unchecked, "the check was interrupted")])
}

fn probe(config: &Config) -> Vec<Finding> {
    let path = &config.path;
    let place = place::probe(path, config.create_directory);
    let failed = matches!(place.check, Check::Failed | Check::Denied);
    let mut findings = vec![place];
    if !failed && path.exists() {
        let name = path.display();
        findings.push(match version(path) {
            Ok(0) => Finding::new(Check::Passed, format!("{name} is empty; its tables will be made")),
            Ok(schema::VERSION) => Finding::new(Check::Passed, format!("{name} has our tables")),
            Ok(older) => {
                let newest = schema::VERSION;
                let text = format!("{name} has tables of version {older}, which will be brought up to {newest}");
                Finding::new(Check::Passed, text)
            }
            Err(error) => Finding::new(Check::Failed, format!("cannot write to {name}: {error}")),
        });
    }
    findings
}

/// The version of the tables in the file.
fn version(path: &Path) -> Result<i64, Error> {
    let mut wal = OsString::from(path);
    wal.push("-wal");
    // What nobody has open is read without making files beside it.
    let mode = if Path::new(&wal).exists() { "" } else { "?immutable=1" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{}{mode}", escaped(path)), flags)?;
    schema::version(&connection)
}

/// The path as it stands in a URI.
fn escaped(path: &Path) -> String {
    path.as_os_str().as_bytes().iter().fold(String::new(), |mut escaped, byte| {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => escaped.push(char::from(*byte)),
            byte => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
        escaped
    })
}
