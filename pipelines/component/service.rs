//! What extensions do for other components: authenticate requests, add credentials, offer a place on disk.
//!
//! A component names an extension in its configuration ([`Reference`]); the graph proves that it is there and serves
//! what is asked; the component finds it in [`Extensions`] when it is built.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::{ComponentId, ExportError, Failure};
use crate::storage;
use crate::{Context, Identity};

/// What an extension can do for the component that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Decides who may send ([`ServerAuth`]).
    ServerAuth,
    /// Adds credentials to requests going out ([`ClientAuth`]).
    ClientAuth,
    /// Offers a place on disk ([`storage::Options`]).
    Storage,
}

/// A value of a configuration that names an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands, relative to the component's body: keys joined by dots.
    pub path: String,
    /// The id it names.
    pub id: String,
    /// What is asked of the extension.
    pub service: Service,
}

/// What one extension does for others.
#[derive(Clone, Default)]
pub struct Services {
    /// Decides who may send.
    pub server_auth: Option<Arc<dyn ServerAuth>>,
    /// Adds credentials to requests going out.
    pub client_auth: Option<Arc<dyn ClientAuth>>,
    /// Offers a place on disk.
    pub storage: Option<Arc<storage::Options>>,
}

/// Decides who may send.
pub trait ServerAuth: Send + Sync {
    /// Looks at the credentials of one request; synchronous, without I/O, in time that does not depend on the secret.
    ///
    /// # Errors
    /// Why the request may not come in.
    fn authenticate(&self, request: &Credentials<'_>) -> Result<Identity, Denied>;

    /// What an answer of 401 names in `WWW-Authenticate`: the scheme in which credentials are asked for.
    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static("Bearer")
    }
}

/// Adds credentials to requests going out.
pub trait ClientAuth: Send + Sync {
    /// Adds to the headers of one request, which carries batches sent with `context`.
    ///
    /// # Errors
    /// Why there is no credential: a failure that may pass, or a rejection if there never will be one.
    fn headers(&self, context: &Context, headers: &mut HeaderMap) -> Result<(), ExportError>;
}

/// What a request shows of itself before its body is read.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// Headers of HTTP, metadata of gRPC.
    pub headers: &'a HeaderMap,
    /// Address of the client, as the socket reports it.
    pub client: Option<SocketAddr>,
}

/// Why a request may not come in: one lowercase sentence without a final dot, which its sender reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No credential, or nothing that could be one: 401, `UNAUTHENTICATED`.
    Missing(String),
    /// A wrong credential, for those who do not tell it from none: 401, `UNAUTHENTICATED`.
    Unauthenticated(String),
    /// A credential that is not accepted: 403, `PERMISSION_DENIED`.
    Refused(String),
    /// A credential that sends too much: 429, `RESOURCE_EXHAUSTED` with `RetryInfo`.
    Exhausted {
        /// Why.
        reason: String,
        /// When to try again.
        after: Duration,
        /// Requests a minute that it may send, where that is what it did too often.
        limit: Option<NonZeroU32>,
    },
}

/// The extensions of a plan and what each does for others. Cheap to clone.
#[derive(Clone, Default)]
pub struct Extensions(Arc<HashMap<String, Services>>);

// === impl Service ===

impl Service {
    /// What the extension does, for texts: `authenticate requests`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServerAuth => "authenticate requests",
            Self::ClientAuth => "add credentials",
            Self::Storage => "store queues",
        }
    }
}

// === impl Extensions ===

impl Extensions {
    /// What the extensions of a plan do.
    #[must_use]
    pub fn new(services: impl IntoIterator<Item = (ComponentId, Services)>) -> Self {
        Self(Arc::new(services.into_iter().map(|(id, services)| (id.to_string(), services)).collect()))
    }

    /// Who decides what may come in.
    ///
    /// # Errors
    /// If there is no such extension or it does something else; the graph reports the same with its place.
    pub fn server_auth(&self, id: &str) -> Result<Arc<dyn ServerAuth>, Failure> {
        self.find(id, Service::ServerAuth, |services| services.server_auth.clone())
    }

    /// Who adds credentials.
    ///
    /// # Errors
    /// As for [`Extensions::server_auth`].
    pub fn client_auth(&self, id: &str) -> Result<Arc<dyn ClientAuth>, Failure> {
        self.find(id, Service::ClientAuth, |services| services.client_auth.clone())
    }

    /// A place on disk.
    ///
    /// # Errors
    /// As for [`Extensions::server_auth`].
    pub fn storage(&self, id: &str) -> Result<Arc<storage::Options>, Failure> {
        self.find(id, Service::Storage, |services| services.storage.clone())
    }

    fn find<T>(&self, id: &str, service: Service, of: impl FnOnce(&Services) -> Option<T>) -> Result<T, Failure> {
        let found = self.0.get(id).and_then(of);
        found.ok_or_else(|| Failure(format!("no extension `{id}` is started that can {}", service.name())))
    }
}

impl std::fmt::Debug for Extensions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
