//! Looking at a file of credentials before the start: what is in it, and who else can read it.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::component::{Check, Finding};

/// A number of things in words: `1 API key`, `2 API keys`.
#[must_use]
pub fn many(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// Reads a file of credentials, called `what` in texts, and hands its text to `judge`, which says what is in it or why
/// it cannot be used.
pub async fn inspect(what: &str, path: &Path, judge: impl FnOnce(&str) -> Result<Finding, String>) -> Vec<Finding> {
    let place = path.display();
    let text = match tokio::fs::read_to_string(path).await {
        Ok(text) => text,
        Err(error) => {
            let check = if error.kind() == ErrorKind::PermissionDenied { Check::Denied } else { Check::Failed };
            return vec![Finding::new(check, format!("{what} {place} cannot be read: {error}"))];
        }
    };
    let judged = judge(&text);
    let mut findings = vec![judged.unwrap_or_else(|wrong| {
        let text = format!("{what} {place} cannot be used: {wrong}");
        Finding::new(Check::Failed, text)
    })];
    let mode = tokio::fs::metadata(path).await.map(|metadata| metadata.permissions().mode() & 0o7777);
    let verb = match mode {
        Ok(mode) if mode & 0o002 != 0 => Some(("changed", mode)),
        Ok(mode) if mode & 0o004 != 0 => Some(("read", mode)),
        _ => None,
    };
    findings.extend(verb.map(|(verb, mode)| {
        let text = format!("{what} {place} can be {verb} by everybody (mode {mode:04o}); chmod 640 it");
        Finding::new(Check::Warned, text)
    }));
    findings
}
