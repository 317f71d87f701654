//! Who may send on a listener: what `auth`, `keys`, `v1` and `v2` say together.

use schemars::JsonSchema;
use serde::Deserialize;

use super::access::Access;
use pipelines::component::{Problems, Reference, Service};

/// Names the extension that authenticates requests.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Id of the authenticator extension: `api_keys`, `basicauth`, `bearertokenauth`.
    pub authenticator: String,
    /// Query parameters handed to the authenticator (HTTP only). Refused: what stands in a URL stands in logs.
    pub request_params: Vec<String>,
}

/// Names an extension that requests pass through.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Middleware {
    /// Id of the middleware extension.
    pub id: String,
}

/// What a listener says about who may send.
#[derive(Clone, Copy)]
pub(super) struct Rules<'c> {
    /// The extension that is asked.
    pub(super) auth: Option<&'c Auth>,
    /// Whether the receiver has API keys.
    pub(super) has_keys: bool,
    /// The versions of the protocol with what is written about them.
    pub(super) versions: &'c [(&'static str, Option<Access>)],
}

/// Who may use v1 when nothing is written: everybody, unless an authenticator is named.
pub(super) fn default_v1(auth: Option<&Auth>) -> Access {
    if auth.is_some() { Access::Required } else { Access::Open }
}

/// The authenticator as a reference of the receiver.
pub(super) fn reference(protocol: &str, auth: Option<&Auth>) -> Option<Reference> {
    let id = auth.map(|auth| auth.authenticator.clone()).filter(|id| !id.is_empty())?;
    Some(Reference { path: format!("protocols.{protocol}.auth.authenticator"), id, service: Service::ServerAuth })
}

/// Reports what names middlewares, since none is built yet.
pub(super) fn validate_middlewares(middlewares: &[Middleware], problems: &mut Problems) {
    if let Some(middleware) = middlewares.first() {
        problems
            .error(
                "middlewares",
                format!("`{}` cannot be used: middleware extensions are not built yet", middleware.id),
            )
            .help("remove middlewares; bytes in flight are bounded without it")
            .extension(middleware.id.as_str());
    }
}

// === impl Rules ===

impl Rules<'_> {
    /// Reports rules that contradict each other, and those that let nobody in.
    pub(super) fn validate(self, problems: &mut Problems) {
        if let Some(auth) = self.auth {
            self.validate_auth(auth, problems);
        }
        if self.versions.iter().all(|(_, access)| *access == Some(Access::Off)) {
            let key = self.versions.last().map_or("", |(key, _)| key);
            problems.error(key, "`off` leaves nothing to serve here").help("remove the protocol, or write `required`");
        }
        for (key, access) in self.versions {
            if *access == Some(Access::Required) && self.auth.is_none() && !self.has_keys {
                problems
                    .warning(*key, "`required` without keys lets nobody in: every request is refused with 401")
                    .help("set `keys` on the receiver or `auth` here; `tfo keys new` makes keys");
            }
        }
    }

    fn validate_auth(self, auth: &Auth, problems: &mut Problems) {
        if auth.authenticator.is_empty() {
            problems
                .error("auth.authenticator", "no authenticator is named")
                .help("write the id of an extension, such as `api_keys`, or remove auth");
        }
        if !auth.request_params.is_empty() {
            problems
                .error("auth.request_params", "credentials in URLs are not accepted: they end up in logs")
                .help("remove request_params and have clients send a header");
        }
        for (key, access) in self.versions {
            if *access == Some(Access::Open) {
                problems
                    .error(
                        *key,
                        format!("`open` contradicts auth, which asks `{}` about every request", auth.authenticator),
                    )
                    .help(format!("remove {key}, or remove auth"));
            }
        }
    }
}
