//! Keys that name extensions: known, so that they are refused with a reason instead of as unknown.

use schemars::JsonSchema;
use serde::Deserialize;

use pipelines::component::Problems;

/// Names the extension that authenticates requests.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Id of the authenticator extension.
    pub authenticator: Option<String>,
    /// Query parameters handed to the authenticator (HTTP only).
    pub request_params: Vec<String>,
}

/// Names an extension that requests pass through.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Middleware {
    /// Id of the middleware extension.
    pub id: String,
}

/// Reports what names extensions, since no such extension is built yet.
pub(super) fn validate(auth: Option<&Auth>, middlewares: &[Middleware], problems: &mut Problems) {
    if let Some(auth) = auth {
        let named = auth.authenticator.as_deref().unwrap_or_default();
        problems
            .error(
                "auth",
                format!("the authenticator `{named}` cannot be used: authenticator extensions are not built yet"),
            )
            .help("remove auth; until then ask for client certificates with tls.client_ca_file")
            .extension(named);
    }
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
