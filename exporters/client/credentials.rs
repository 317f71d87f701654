//! [`Login`]: the credentials users give an exporter, and [`Credentials`]: how they get into its requests.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use pipelines::Context;
use pipelines::component::{BuildContext, ClientAuth, ExportError, Failure, Problems, Reference, Service};
use pipelines::config::Secret;
use pipelines::renewal::FromFiles;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::Headers;

/// `auth: {authenticator: id}` of the OpenTelemetry Collector.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthReference {
    /// The id of an extension that adds credentials: `headers_setter`, `bearertokenauth` or `basicauth`.
    pub authenticator: String,
}

/// A key pair of TelemetryFlow, sent with every request as `X-TelemetryFlow-Key-ID` and `X-TelemetryFlow-Key-Secret`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ApiKey {
    /// The id, `tfk_` and letters and digits. Required.
    pub id: String,
    /// The secret, `tfs_` and letters and digits; best from the environment: `${env:TFO_KEY_SECRET}`. Required.
    pub secret: Secret,
}

/// The credentials in the configuration of an exporter.
#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub(crate) headers: &'a Headers,
    pub(crate) api_key: Option<&'a ApiKey>,
    pub(crate) bearer_token_file: Option<&'a PathBuf>,
    pub(crate) auth: Option<&'a AuthReference>,
}

/// What is added to each request, and depends on the time or on who sent the batch.
#[derive(Default)]
pub(crate) struct Credentials {
    token: Option<Arc<FromFiles<Secret>>>,
    auth: Option<(String, Arc<dyn ClientAuth>)>,
}

/// What each half of a key pair begins with, so that neither is mistaken for the other.
const KEY_ID: &str = "tfk_";
const KEY_SECRET: &str = "tfs_";

// === impl Login ===

impl Login<'_> {
    /// Reports credentials that cannot be sent; `exposed` if some requests cross a network without encryption.
    pub(crate) fn validate(&self, exposed: bool, problems: &mut Problems) {
        problems.nest("headers", |problems| self.headers.validate(problems));
        if let Some(key) = self.api_key {
            problems.nest("api_key", |problems| key.validate(problems));
        }
        if self.bearer_token_file.is_some() && self.headers.has(&header::AUTHORIZATION) {
            problems
                .error("bearer_token_file", "is set beside `headers.authorization`; a request carries only one of them")
                .help("remove one of them");
        }
        for (key, is_set) in
            [("api_key", self.api_key.is_some()), ("bearer_token_file", self.bearer_token_file.is_some())]
        {
            if is_set && exposed {
                problems
                    .warning(key, "crosses the network without encryption, for everybody on the way to read")
                    .help("use https:// or tls");
            }
        }
    }

    /// The extension it names.
    pub(crate) fn references(&self) -> Vec<Reference> {
        let reference = |auth: &AuthReference| Reference {
            path: "auth.authenticator".to_owned(),
            id: auth.authenticator.clone(),
            service: Service::ClientAuth,
        };
        self.auth.map(reference).into_iter().collect()
    }

    /// The headers that are the same for all requests.
    pub(crate) fn fixed(&self) -> HeaderMap {
        let mut map = self.headers.map();
        if let Some(key) = self.api_key {
            for (name, value) in
                [("x-telemetryflow-key-id", key.id.as_str()), ("x-telemetryflow-key-secret", key.secret.reveal())]
            {
                if let Some(value) = sensitive(value) {
                    map.insert(HeaderName::from_static(name), value);
                }
            }
        }
        map
    }

    /// What is added to each request.
    ///
    /// # Errors
    /// If there is no such extension.
    pub(crate) fn build(&self, owner: &str, cx: &BuildContext) -> Result<Credentials, Failure> {
        let token = self.bearer_token_file.map(|path| {
            let token = Arc::new(FromFiles::text(owner, "bearer_token_file", path.clone()));
            cx.renewals.add(&token);
            token
        });
        let auth = match self.auth {
            Some(auth) => Some((auth.authenticator.clone(), cx.extensions.client_auth(&auth.authenticator)?)),
            None => None,
        };
        Ok(Credentials { token, auth })
    }
}

// === impl ApiKey ===

impl ApiKey {
    fn validate(&self, problems: &mut Problems) {
        for (path, value, prefix) in [("id", self.id.as_str(), KEY_ID), ("secret", self.secret.reveal(), KEY_SECRET)] {
            let rest = value.strip_prefix(prefix).unwrap_or_default();
            if rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
            {
                // The value is not shown: it may be the other half.
                problems
                    .error(path, format!("is not `{prefix}` and letters and digits"))
                    .help("`tfo keys new` makes a pair");
            }
        }
    }
}

// === impl Credentials ===

impl Credentials {
    /// `fixed` and what is added to a request that carries batches sent with `context`.
    ///
    /// # Errors
    /// A retryable one if there is no credential now.
    pub(crate) fn add<'a>(&self, fixed: &'a HeaderMap, context: &Context) -> Result<Cow<'a, HeaderMap>, ExportError> {
        let mut headers = Cow::Borrowed(fixed);
        if let Some(token) = &self.token {
            let token = token.current().map_err(ExportError::retry)?;
            let value = sensitive(&format!("Bearer {}", token.reveal()));
            let value = value.ok_or_else(|| {
                ExportError::retry("bearer_token_file holds a line break or another control character")
            })?;
            headers.to_mut().insert(header::AUTHORIZATION, value);
        }
        if let Some((id, auth)) = &self.auth {
            auth.headers(context, headers.to_mut()).map_err(|error| error.of(&format!("authenticator `{id}`")))?;
        }
        Ok(headers)
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("token", &self.token).finish_non_exhaustive()
    }
}

/// A value that stays out of HTTP/2 compression tables and of debug output.
fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
