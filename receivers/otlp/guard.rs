//! [`Guard`]: which requests of a listener come in, decided before their bodies are read.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::config::{Access, Auth};
use super::status::{Code, Status};
use pipelines::Identity;
use pipelines::auth::{Keys, Refusals, is_key_header};
use pipelines::component::{Credentials, Denied, Extensions, Failure, ServerAuth};

/// Decides for one listener.
pub(super) struct Guard {
    protocol: &'static str,
    judge: Judge,
    refusals: Refusals,
}

/// Who knows what is accepted.
enum Judge {
    /// Nobody: what needs a credential is refused.
    Nobody,
    /// The receiver's own keys.
    Keys(Arc<Keys>),
    /// An extension, which sees every request.
    Extension(Arc<dyn ServerAuth>),
}

/// A request that does not come in.
pub(super) struct Rejected {
    /// What its sender reads.
    pub(super) status: Status,
    challenge: Option<HeaderValue>,
    limit: Option<(NonZeroU32, Duration)>,
}

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

// === impl Guard ===

impl Guard {
    /// The guard of a listener: an extension if one is named, or else the receiver's keys if there are some.
    ///
    /// # Errors
    /// If there is no such extension.
    pub(super) fn new(
        protocol: &'static str,
        auth: Option<&Auth>,
        keys: Option<&Arc<Keys>>,
        extensions: &Extensions,
    ) -> Result<Self, Failure> {
        let judge = match (auth, keys) {
            (Some(auth), _) => Judge::Extension(extensions.server_auth(&auth.authenticator)?),
            (None, Some(keys)) => Judge::Keys(keys.clone()),
            (None, None) => Judge::Nobody,
        };
        Ok(Self { protocol, judge, refusals: Refusals::new() })
    }

    /// Whether nobody knows what is accepted.
    pub(super) fn is_alone(&self) -> bool {
        matches!(self.judge, Judge::Nobody)
    }

    /// Lets a request in, as somebody if a credential was looked at.
    ///
    /// # Errors
    /// Why it does not come in.
    pub(super) fn admit(
        &self,
        access: Access,
        headers: &HeaderMap,
        client: Option<SocketAddr>,
    ) -> Result<Option<Arc<Identity>>, Rejected> {
        let shows_key = matches!(self.judge, Judge::Keys(_)) && is_key_header(headers);
        if access == Access::Open && !shows_key {
            return Ok(None);
        }
        let credentials = Credentials { headers, client };
        let answer = match &self.judge {
            Judge::Nobody => Err(Denied::Missing(
                "an API key is required, and this receiver accepts none: it has to be given `keys`".into(),
            )),
            Judge::Keys(keys) => keys.authenticate(&credentials),
            Judge::Extension(extension) => extension.authenticate(&credentials),
        };
        answer.map(|identity| Some(Arc::new(identity))).map_err(|denied| {
            self.refusals.add(self.protocol, &denied, client);
            self.reject(denied)
        })
    }

    fn reject(&self, denied: Denied) -> Rejected {
        match denied {
            Denied::Missing(reason) | Denied::Unauthenticated(reason) => Rejected {
                status: Status::new(Code::Unauthenticated, reason),
                challenge: Some(match &self.judge {
                    Judge::Nobody => HeaderValue::from_static("Bearer"),
                    Judge::Keys(keys) => keys.challenge(),
                    Judge::Extension(extension) => extension.challenge(),
                }),
                limit: None,
            },
            Denied::Refused(reason) => {
                Rejected { status: Status::new(Code::PermissionDenied, reason), challenge: None, limit: None }
            }
            Denied::Exhausted { reason, after, limit } => Rejected {
                status: Status::new(Code::ResourceExhausted, reason).retry_after(after),
                challenge: None,
                limit: limit.map(|limit| (limit, after)),
            },
        }
    }
}

// === impl Rejected ===

impl Rejected {
    /// Adds what an answer says beside its status: how to authenticate, or how much may be sent.
    pub(super) fn decorate(&self, headers: &mut HeaderMap) {
        if let Some(challenge) = &self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some((limit, after)) = self.limit {
            headers.insert(LIMIT, HeaderValue::from(limit.get()));
            headers.insert(REMAINING, HeaderValue::from(0));
            // Seconds, rounded up, as Retry-After.
            headers.insert(RESET, HeaderValue::from(after.as_secs() + u64::from(after.subsec_nanos() > 0)));
        }
    }
}
