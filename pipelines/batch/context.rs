//! Who sent a batch: the request context that processors and exporters may read.

use std::net::SocketAddr;
use std::sync::Arc;

use super::Identity;

/// A cheaply cloned, possibly empty [`RequestContext`].
#[derive(Clone, Debug, Default)]
pub struct Context(Option<Arc<RequestContext>>);

/// What a receiver knows about the request that brought a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestContext {
    /// Address of the client, as the socket reports it.
    pub client: Option<SocketAddr>,
    /// Request headers or gRPC metadata, names in lower case, in order; empty unless the receiver was told to
    /// include them (`include_metadata`).
    pub metadata: Vec<(Box<str>, Box<str>)>,
    /// Who the request was authenticated as, where somebody asked.
    pub identity: Option<Arc<Identity>>,
}

// === impl Context ===

impl Context {
    /// Wraps what a receiver knows.
    #[must_use]
    pub fn new(request: RequestContext) -> Self {
        Self(Some(Arc::new(request)))
    }

    /// Address of the client, if known.
    #[must_use]
    pub fn client(&self) -> Option<SocketAddr> {
        self.0.as_ref().and_then(|request| request.client)
    }

    /// Every value of the metadata key, which must be in lower case.
    pub fn metadata<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.0.as_ref().map_or(&[][..], |request| &request.metadata);
        all.iter().filter(move |(name, _)| **name == *key).map(|(_, value)| &**value)
    }

    /// All metadata, in order.
    #[must_use]
    pub fn all_metadata(&self) -> &[(Box<str>, Box<str>)] {
        self.0.as_ref().map_or(&[][..], |request| &request.metadata)
    }

    /// What is true of both: what a batch that joins theirs may still say. The rest would be said of the wrong one, such
    /// as the tenant of somebody else.
    #[must_use]
    pub fn shared(&self, other: &Self) -> Self {
        let (Some(one), Some(two)) = (&self.0, &other.0) else { return Self::default() };
        if Arc::ptr_eq(one, two) || one == two {
            return self.clone();
        }
        let is_shared = |(key, _): &&(Box<str>, Box<str>)| self.metadata(key).eq(other.metadata(key));
        let shared = RequestContext {
            client: one.client.filter(|client| two.client == Some(*client)),
            metadata: one.metadata.iter().filter(is_shared).cloned().collect(),
            identity: one.identity.clone().filter(|identity| two.identity.as_ref() == Some(identity)),
        };
        if shared == RequestContext::default() { Self::default() } else { Self::new(shared) }
    }

    /// Who the request was authenticated as, where somebody asked.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.0.as_ref().and_then(|request| request.identity.as_deref())
    }

    /// An attribute of who the request was authenticated as (`auth.NAME` in configurations).
    #[must_use]
    pub fn auth(&self, name: &str) -> Option<&str> {
        self.identity().and_then(|identity| identity.find(name))
    }
}
