//! One writer for each file of the process: an exporter that takes another's place during a reload goes on where that
//! one stands, neither emptying the file anew nor writing into its records.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::writer::{Settings, Writer};

static OPEN: Mutex<Vec<(PathBuf, Weak<Mutex<Writer>>)>> = Mutex::new(Vec::new());

/// The writer of a file, which writes as `settings` say from now on.
pub(super) fn writer(settings: &Settings) -> Arc<Mutex<Writer>> {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|(_, writer)| writer.strong_count() > 0);
    let there = open.iter().find(|(path, _)| *path == settings.path).and_then(|(_, writer)| writer.upgrade());
    if let Some(writer) = there {
        writer.lock().unwrap_or_else(PoisonError::into_inner).change(settings.clone());
        return writer;
    }
    let writer = Arc::new(Mutex::new(Writer::new(settings.clone())));
    open.push((settings.path.clone(), Arc::downgrade(&writer)));
    writer
}
