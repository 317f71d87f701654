//! [`Renewing`]: TLS settings that follow their files.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::error::TlsError;
use super::expiry::{self, Urgency};
use super::material::{self, Authorities, Identity, Source};
use crate::component::{Check, Finding};
use crate::config;
use crate::renewal::{CertificateStatus, Contents, Files, Renew, RenewalStatus};

/// TLS settings of one end that follow their files. New connections use the newest that can be used; existing ones go
/// on. As settings are made anew as a whole, no session from before a change of authorities is resumed after it.
pub struct Renewing<C> {
    owner: String,
    sources: Sources,
    make: Make<C>,
    current: ArcSwapOption<C>,
    /// Held while files are read, which may take long; nobody else waits for it once there are settings.
    state: Mutex<State>,
    status: Mutex<RenewalStatus>,
}

type Make<C> = Box<dyn Fn(&Material) -> Result<C, TlsError> + Send + Sync>;

/// What one end's certificates and keys come from.
pub(super) struct Sources {
    pub(super) cert: Source,
    pub(super) key: Source,
    pub(super) authorities: Source,
    /// Whether the authorities of this machine are trusted, too.
    pub(super) system: bool,
    pub(super) provider: Arc<CryptoProvider>,
    /// How often certificate and key are read again; `None` for never.
    pub(super) identity_period: Option<Duration>,
    /// How often authorities are read again; `None` for never.
    pub(super) authorities_period: Option<Duration>,
}

/// What was read of them last.
#[derive(Clone, Default)]
pub(super) struct Material {
    pub(super) identity: Option<Identity>,
    pub(super) authorities: Option<Authorities>,
}

struct State {
    identity: Part<Identity>,
    authorities: Part<Authorities>,
    /// What the log has said of files that never could be used.
    refused: Option<String>,
    /// What the log has said about each certificate.
    warned: Vec<(CertificateStatus, Urgency)>,
}

/// Files that are used together, and what was made of them; the value is `None` until they were read once.
struct Part<T> {
    files: Files,
    value: Option<Option<T>>,
}

/// The time between two looks that `reload_interval` asks for: as often as possible if it is not set, never if it is 0.
pub(super) fn period(reload_interval: Option<config::Duration>) -> Option<Duration> {
    let period = reload_interval.map_or(Duration::ZERO, config::Duration::get);
    reload_interval.is_none_or(|interval| !interval.is_zero()).then_some(period)
}

// === impl Renewing ===

impl<C> Renewing<C> {
    /// Nothing is read yet; `owner` is whose it is, for the log: `receiver otlp (grpc)`.
    pub(super) fn new(
        owner: String,
        sources: Sources,
        make: impl Fn(&Material) -> Result<C, TlsError> + Send + Sync + 'static,
    ) -> Self {
        let identity = [&sources.cert, &sources.key].into_iter().filter_map(Source::file);
        let authorities = sources.authorities.file();
        let state = State {
            identity: Part::new(Files::new(identity, sources.identity_period)),
            authorities: Part::new(Files::new(authorities, sources.authorities_period)),
            refused: None,
            warned: Vec::new(),
        };
        let status = RenewalStatus { owner: owner.clone(), renewed: 0, failed: 0, certificates: Vec::new() };
        Self {
            owner,
            sources,
            make: Box::new(make),
            current: ArcSwapOption::empty(),
            state: Mutex::new(state),
            status: Mutex::new(status),
        }
    }

    /// The newest settings that can be used; reads the files if that has not succeeded yet.
    ///
    /// # Errors
    /// If they have never been readable and usable so far, and still are not.
    pub fn current(&self) -> Result<Arc<C>, TlsError> {
        match self.current.load_full() {
            Some(current) => Ok(current),
            None => self.load(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Reads the files and says whether they can be used, in the words of `passed`, and for how long.
    #[must_use]
    pub fn check(&self, passed: &str) -> Vec<Finding> {
        match self.current() {
            Ok(_) => std::iter::once(Finding::new(Check::Passed, passed)).chain(self.expiry()).collect(),
            Err(error) if error.is_denied() => vec![Finding::new(Check::Denied, error.to_string())],
            Err(error) => vec![Finding::new(Check::Failed, error.to_string())],
        }
    }

    /// How long the certificates that were read are valid.
    #[must_use]
    pub fn expiry(&self) -> Vec<Finding> {
        self.report().certificates.iter().map(expiry::finding).collect()
    }

    fn load(&self, state: &mut State) -> Result<Arc<C>, TlsError> {
        // Another connection may have been faster.
        if let Some(current) = self.current.load_full() {
            return Ok(current);
        }
        state.identity.fill(|contents| self.sources.identity(contents))?;
        state.authorities.fill(|contents| self.sources.authorities(contents))?;
        let made = Arc::new((self.make)(&state.material())?);
        self.current.store(Some(made.clone()));
        self.warn_of_expiry(state);
        Ok(made)
    }

    /// Takes over what changed. One of the two may be new although the other cannot be used.
    fn renew(&self, state: &mut State) {
        let identity = state.identity.look(|contents| self.sources.identity(contents));
        let authorities = state.authorities.look(|contents| self.sources.authorities(contents));
        let mut changed = false;
        for looked in [identity, authorities] {
            match looked {
                Ok(new) => changed |= new,
                Err(error) => self.failed(&error, "what was read before stays in use"),
            }
        }
        if !changed {
            return;
        }
        match (self.make)(&state.material()) {
            Ok(made) => {
                self.current.store(Some(Arc::new(made)));
                self.report().renewed += 1;
                tracing::info!("{}: certificates changed and are used for new connections", self.owner);
            }
            Err(error) => self.failed(&error, "what was read before stays in use"),
        }
    }

    fn failed(&self, error: &TlsError, meanwhile: &str) {
        self.report().failed += 1;
        tracing::warn!("{}: {error}; {meanwhile} until that is mended", self.owner);
    }

    fn warn_of_expiry(&self, state: &mut State) {
        let now = SystemTime::now();
        let certificates = state.material().certificates();
        self.report().certificates.clone_from(&certificates);
        let known = std::mem::take(&mut state.warned);
        for certificate in certificates {
            let urgency = Urgency::of(&certificate, now);
            let before = known.iter().find(|(known, _)| *known == certificate).map(|(_, urgency)| *urgency);
            if urgency > before.unwrap_or_default() {
                let sentence = expiry::sentence(&certificate, now);
                match urgency {
                    Urgency::Late => tracing::error!("{}: {sentence}; others will refuse it", self.owner),
                    _ => tracing::warn!("{}: {sentence}; renew it", self.owner),
                }
            }
            state.warned.push((certificate, urgency));
        }
    }

    fn report(&self) -> MutexGuard<'_, RenewalStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Renewing<ServerConfig> {
    /// What shakes hands with the next client.
    ///
    /// # Errors
    /// As for [`Renewing::current`].
    pub fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        self.current().map(TlsAcceptor::from)
    }
}

impl Renewing<ClientConfig> {
    /// What shakes hands with the next server.
    ///
    /// # Errors
    /// As for [`Renewing::current`].
    pub fn connector(&self) -> Result<TlsConnector, TlsError> {
        self.current().map(TlsConnector::from)
    }
}

impl<C: Send + Sync> Renew for Renewing<C> {
    fn look(&self) {
        if !self.sources.is_any() {
            return;
        }
        // Taken means that a look has not ended.
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if self.current.load().is_some() {
            self.renew(&mut state);
            return self.warn_of_expiry(&mut state);
        }
        // A client reads its files when it connects first; what is wrong with them should be known before.
        let refused = self.load(&mut state).err();
        let text = refused.as_ref().map(TlsError::to_string);
        if let Some(error) = refused.filter(|_| text != state.refused) {
            self.failed(&error, "there are no connections");
        }
        state.refused = text;
    }

    fn status(&self) -> RenewalStatus {
        self.report().clone()
    }
}

impl<C> std::fmt::Debug for Renewing<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renewing").field("owner", &self.owner).finish_non_exhaustive()
    }
}

// === impl Sources ===

impl Sources {
    fn is_any(&self) -> bool {
        self.cert.is_set() || self.authorities.is_set()
    }

    fn identity(&self, contents: &Contents) -> Result<Option<Identity>, TlsError> {
        material::identity(&self.cert, &self.key, contents, &self.provider)
    }

    fn authorities(&self, contents: &Contents) -> Result<Option<Authorities>, TlsError> {
        material::authorities(&self.authorities, contents, self.system)
    }
}

// === impl Material ===

impl Material {
    fn certificates(&self) -> Vec<CertificateStatus> {
        let identity = self.identity.as_ref().and_then(|(_, status)| status.clone());
        let authorities = self.authorities.as_ref().and_then(|(_, status)| status.clone());
        identity.into_iter().chain(authorities).collect()
    }
}

// === impl State ===

impl State {
    fn material(&self) -> Material {
        Material {
            identity: self.identity.value.clone().flatten(),
            authorities: self.authorities.value.clone().flatten(),
        }
    }
}

// === impl Part ===

impl<T> Part<T> {
    fn new(files: Files) -> Self {
        Self { files, value: None }
    }

    /// Reads the files unless that has succeeded before.
    fn fill(&mut self, make: impl FnOnce(&Contents) -> Result<Option<T>, TlsError>) -> Result<(), TlsError> {
        if self.value.is_none() {
            self.value = Some(make(&self.files.read())?);
        }
        Ok(())
    }

    /// Reads the files again; whether they hold something new.
    fn look(&mut self, make: impl FnOnce(&Contents) -> Result<Option<T>, TlsError>) -> Result<bool, TlsError> {
        let Some(contents) = self.files.look() else { return Ok(false) };
        self.value = Some(make(&contents)?);
        Ok(true)
    }
}
