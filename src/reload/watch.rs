//! Watching the files: whoever changes them need not ask for a reload.

use std::path::PathBuf;
use std::time::Duration;

use pipelines::renewal::Files;
use pipelines::runtime::Stop;
use tokio::sync::watch;

use super::Requests;

/// Between two looks at the files. A change counts at the second look that sees it.
const PERIOD: Duration = Duration::from_millis(500);

/// Files, as they were when they were looked at first.
pub(crate) struct Watched(Vec<PathBuf>, Files);

/// Asks for a reload when what is in the files has changed and settled, whatever way it was changed: written in place,
/// renamed, or behind a symbolic link that was swapped, as Kubernetes does.
pub(super) async fn watch(
    mut files: Watched,
    mut read: watch::Receiver<Vec<PathBuf>>,
    requests: Requests,
    mut stop: Stop,
) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = stop.requested() => return,
        }
        if read.has_changed().is_ok_and(|changed| changed) {
            let now = read.borrow_and_update().clone();
            if files.0 != now {
                files = Watched::new(now);
            }
        }
        // A network disk may take its time.
        let looked = tokio::task::spawn_blocking(move || {
            let changed = files.1.look().is_some();
            (files, changed)
        });
        let Ok((looked, changed)) = looked.await else { return };
        files = looked;
        if changed {
            requests.ask("watch");
        }
    }
}

// === impl Watched ===

impl Watched {
    /// The files as they are now: to be called right after they were loaded, since what changes before is not seen.
    pub(crate) fn new(paths: Vec<PathBuf>) -> Self {
        let mut files = Files::new(paths.clone(), Some(Duration::ZERO));
        // What is read now is what to compare with.
        drop(files.read());
        Self(paths, files)
    }
}
