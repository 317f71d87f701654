//! [`FromFiles`]: a value made of files, which follows them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::{Contents, Files, Renew, RenewalStatus};
use crate::config::Secret;

/// A value made of files. It is read when it is asked for first, and follows the files once it is added to the
/// engine's [`Renewals`](super::Renewals); what cannot be used leaves the value before in use.
pub struct FromFiles<T> {
    owner: String,
    make: Make<T>,
    current: ArcSwapOption<T>,
    /// Held while files are read, which may take long; nobody else waits for it once there is a value.
    state: Mutex<State>,
    renewed: AtomicU64,
    failed: AtomicU64,
}

type Make<T> = Box<dyn Fn(&Contents) -> Result<T, String> + Send + Sync>;

struct State {
    files: Files,
    /// What the log has said of files that never could be used.
    refused: Option<String>,
}

// === impl FromFiles ===

impl<T> FromFiles<T> {
    /// Nothing is read yet; `owner` is whose it is, for the log: `exporter otlp`. `make` says in one sentence why
    /// files cannot be used.
    pub fn new(
        owner: impl Into<String>,
        paths: impl IntoIterator<Item = PathBuf>,
        make: impl Fn(&Contents) -> Result<T, String> + Send + Sync + 'static,
    ) -> Self {
        let files = Files::new(paths, Some(Duration::ZERO));
        Self {
            owner: owner.into(),
            make: Box::new(make),
            current: ArcSwapOption::empty(),
            state: Mutex::new(State { files, refused: None }),
            renewed: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// The newest value that could be made; reads the files if that has not succeeded yet.
    ///
    /// # Errors
    /// If they have never been usable so far, and still are not.
    pub fn current(&self) -> Result<Arc<T>, String> {
        if let Some(current) = self.current.load_full() {
            return Ok(current);
        }
        self.load(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn load(&self, state: &mut State) -> Result<Arc<T>, String> {
        let made = Arc::new((self.make)(&state.files.read())?);
        self.current.store(Some(made.clone()));
        Ok(made)
    }

    fn renew(&self, state: &mut State) {
        let Some(contents) = state.files.look() else { return };
        match (self.make)(&contents) {
            Ok(made) => {
                self.current.store(Some(Arc::new(made)));
                self.renewed.fetch_add(1, Ordering::Relaxed);
                tracing::info!("{}: a file changed and was read again", self.owner);
            }
            Err(error) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                tracing::warn!("{}: {error}; what was read before stays in use until that is mended", self.owner);
            }
        }
    }
}

impl FromFiles<Secret> {
    /// The text of a file without white space around it, such as a token; `key` is the key of the file.
    #[must_use]
    pub fn text(owner: impl Into<String>, key: &'static str, path: PathBuf) -> Self {
        Self::new(owner, [path.clone()], move |contents| {
            let text = contents.text(key, &path)?.trim();
            if text.is_empty() { Err(format!("{key} `{}` is empty", path.display())) } else { Ok(Secret::new(text)) }
        })
    }
}

impl<T: Send + Sync> Renew for FromFiles<T> {
    fn look(&self) {
        // Taken means that a look has not ended.
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if self.current.load().is_some() {
            return self.renew(&mut state);
        }
        let refused = self.load(&mut state).err();
        if let Some(error) = refused.as_ref().filter(|_| refused != state.refused) {
            self.failed.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("{}: {error}", self.owner);
        }
        state.refused = refused;
    }

    fn status(&self) -> RenewalStatus {
        RenewalStatus {
            owner: self.owner.clone(),
            renewed: self.renewed.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            certificates: Vec::new(),
        }
    }
}

impl<T> std::fmt::Debug for FromFiles<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FromFiles").field("owner", &self.owner).finish_non_exhaustive()
    }
}
