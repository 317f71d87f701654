//! [`FileOf`]: what a text file of credentials says, read again when it changes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, Guard};

use crate::renewal::{Contents, Files, PERIOD, Renew, RenewalStatus, Renewals};

/// What is made of a text file, and made again when it changes; a file that cannot be used changes nothing. Without a
/// file it stays what it was made with.
pub struct FileOf<T> {
    owner: String,
    path: Option<PathBuf>,
    read: Read<T>,
    current: ArcSwap<T>,
    state: Mutex<State>,
}

/// Makes a value of a text and of the value before, and says in words what it is.
type Read<T> = Box<dyn Fn(&str, &T) -> Result<(T, String), String> + Send + Sync>;

struct State {
    files: Files,
    renewed: u64,
    failed: u64,
}

// === impl FileOf ===

impl<T: Send + Sync + 'static> FileOf<T> {
    /// Nothing is read yet; `owner` is whose it is, for the log: `receiver otlp (keys)`. `read` makes a value of a text
    /// and the value before, and says in words what it is: `3 keys`.
    pub fn new(
        owner: String,
        path: Option<PathBuf>,
        value: T,
        renewals: &Renewals,
        read: impl Fn(&str, &T) -> Result<(T, String), String> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let has_file = path.is_some();
        let files = Files::new(path.clone(), Some(PERIOD));
        let state = Mutex::new(State { files, renewed: 0, failed: 0 });
        let made = Arc::new(Self { owner, path, read: Box::new(read), current: ArcSwap::from_pointee(value), state });
        if has_file {
            renewals.add(&made);
        }
        made
    }

    /// Reads the file for the first time.
    ///
    /// # Errors
    /// If it cannot be read or used: one lowercase sentence without a final dot, which names it.
    pub fn load(&self) -> Result<(), String> {
        if self.path.is_none() {
            return Ok(());
        }
        let contents = self.state().files.read();
        let what = self.take(&contents)?;
        tracing::info!("{}: {what}", self.owner);
        Ok(())
    }

    /// What the file says now.
    pub fn current(&self) -> Guard<Arc<T>> {
        self.current.load()
    }

    fn take(&self, contents: &Contents) -> Result<String, String> {
        let Some(path) = &self.path else { return Ok(String::new()) };
        let place = path.display();
        let bytes = contents.file(path).map_err(|error| format!("{place} cannot be read: {error}"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| format!("{place} is not text in UTF-8"))?;
        let (value, what) = (self.read)(text, &self.current.load()).map_err(|wrong| format!("{place}: {wrong}"))?;
        self.current.store(Arc::new(value));
        Ok(format!("{place} holds {what}"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + Sync + 'static> Renew for FileOf<T> {
    fn look(&self) {
        let mut state = self.state();
        let Some(contents) = state.files.look() else { return };
        match self.take(&contents) {
            Ok(what) => {
                state.renewed += 1;
                tracing::info!("{}: {what}, from now on", self.owner);
            }
            Err(wrong) => {
                state.failed += 1;
                tracing::error!("{}: {wrong}; what was read before counts until that is mended", self.owner);
            }
        }
    }

    fn status(&self) -> RenewalStatus {
        let state = self.state();
        let (owner, renewed, failed) = (self.owner.clone(), state.renewed, state.failed);
        RenewalStatus { owner, renewed, failed, certificates: Vec::new() }
    }
}

impl<T> std::fmt::Debug for FileOf<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileOf").field("owner", &self.owner).field("path", &self.path).finish_non_exhaustive()
    }
}
