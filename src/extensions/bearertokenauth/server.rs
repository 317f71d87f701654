//! [`Server`]: checks tokens of requests coming in.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use pipelines::Identity;
use pipelines::auth::only;
use pipelines::component::{Credentials, Denied, ServerAuth};
use pipelines::config::Secret;
use pipelines::renewal::FromFiles;

use super::config::Config;
use super::tokens::Tokens;

/// Checks tokens.
pub(super) struct Server {
    header: HeaderName,
    scheme: String,
    tokens: Arc<FromFiles<Tokens>>,
}

// === impl Server ===

impl Server {
    /// Checks against these tokens.
    ///
    /// # Errors
    /// If the header has no name that can be; `validate` reports the same.
    pub(super) fn new(config: &Config, tokens: Arc<FromFiles<Tokens>>) -> Result<Self, String> {
        let header = HeaderName::from_bytes(config.header.as_bytes()).map_err(|error| format!("header: {error}"))?;
        Ok(Self { header, scheme: config.scheme.clone(), tokens })
    }

    /// The token of a header's value.
    fn token<'v>(&self, value: &'v HeaderValue) -> Option<&'v str> {
        let value = value.to_str().ok()?.trim();
        if self.scheme.is_empty() {
            return Some(value);
        }
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case(&self.scheme).then(|| token.trim())
    }
}

impl ServerAuth for Server {
    fn authenticate(&self, request: &Credentials<'_>) -> Result<Identity, Denied> {
        let value = only(request.headers, &self.header).map_err(|wrong| Denied::Missing(wrong.to_owned()))?;
        let missing = |what: &str| Denied::Missing(format!("{} {what}", self.header));
        let token = self.token(value.ok_or_else(|| missing("is required with a token"))?);
        let token =
            token.filter(|token| !token.is_empty()).ok_or_else(|| missing("has no token of the right scheme"))?;
        let tokens = self.tokens.current().map_err(|_| Denied::Exhausted {
            reason: "tokens cannot be checked now; try again".to_owned(),
            after: Duration::from_secs(1),
            limit: None,
        })?;
        match tokens.contain(&Secret::new(token)) {
            true => Ok(Identity::default()),
            false => Err(Denied::Unauthenticated("the token is wrong".to_owned())),
        }
    }

    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_str(&self.scheme)
            .ok()
            .filter(|scheme| !scheme.is_empty())
            .unwrap_or_else(|| HeaderValue::from_static("Bearer"))
    }
}
