//! What runs in this process, for the extension that changes its configuration: the engine hands extensions what they
//! need of the engine, and of reading files it knows nothing.

use std::sync::OnceLock;

use super::Requests;
use crate::cli::files::Files;

/// What runs in this process.
#[derive(Clone)]
pub(crate) struct Own {
    /// Asks for a reload.
    pub(crate) requests: Requests,
    /// The files that are read then.
    pub(crate) files: Files,
}

static OWN: OnceLock<Own> = OnceLock::new();

/// Says what runs; once in a process.
pub(crate) fn offer(own: Own) {
    let _ = OWN.set(own);
}

/// What runs, if anything does.
pub(crate) fn own() -> Option<Own> {
    OWN.get().cloned()
}
