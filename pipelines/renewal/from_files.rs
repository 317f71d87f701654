//! [`FromFiles`]: a value made of files, which follows them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    state: Mutex<State>,
}

type Make<T> = Box<dyn Fn(&Contents) -> Result<T, String> + Send + Sync>;

struct State {
    files: Files,
    renewed: u64,
    failed: u64,
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
        let state = Mutex::new(State { files, renewed: 0, failed: 0, refused: None });
        Self { owner: owner.into(), make: Box::new(make), current: ArcSwapOption::empty(), state }
    }

    /// The newest value that could be made; reads the files if that has not succeeded yet.
    ///
    /// # Errors
    /// If they have never been usable so far, and still are not.
    pub fn current(&self) -> Result<Arc<T>, String> {
        if let Some(current) = self.current.load_full() {
            return Ok(current);
        }
        let mut state = self.state();
        let made = Arc::new((self.make)(&state.files.read())?);
        self.current.store(Some(made.clone()));
        Ok(made)
    }

    fn renew(&self) {
        let mut state = self.state();
        let Some(contents) = state.files.look() else { return };
        match (self.make)(&contents) {
            Ok(made) => {
                self.current.store(Some(Arc::new(made)));
                state.renewed += 1;
                tracing::info!("{}: a file changed and was read again", self.owner);
            }
            Err(error) => {
                state.failed += 1;
                tracing::warn!("{}: {error}; what was read before stays in use until that is mended", self.owner);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        if self.current.load().is_some() {
            return self.renew();
        }
        let refused = self.current().err();
        let mut state = self.state();
        if let Some(error) = refused.as_ref().filter(|_| refused != state.refused) {
            state.failed += 1;
            tracing::warn!("{}: {error}", self.owner);
        }
        state.refused = refused;
    }

    fn status(&self) -> RenewalStatus {
        let state = self.state();
        let (renewed, failed) = (state.renewed, state.failed);
        RenewalStatus { owner: self.owner.clone(), renewed, failed, certificates: Vec::new() }
    }
}

impl<T> std::fmt::Debug for FromFiles<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FromFiles").field("owner", &self.owner).finish_non_exhaustive()
    }
}
