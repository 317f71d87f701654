//! [`AuthReference`]: the reference to an extension that adds credentials, which is refused until it is built.

use pipelines::component::Problems;
use schemars::JsonSchema;
use serde::Deserialize;

/// `auth: {authenticator: id}` of the OpenTelemetry Collector.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthReference {
    /// The id of the extension.
    pub authenticator: String,
}

// === impl AuthReference ===

impl AuthReference {
    /// Reports that it is not built; the path is relative to the exporter.
    pub(crate) fn refuse(&self, problems: &mut Problems) {
        problems
            .error(
                "auth.authenticator",
                format!("extensions that add credentials (`{}`) are not built yet", self.authenticator),
            )
            .help("put the credentials into `headers`, e.g. `authorization: Bearer ${env:TOKEN}`")
            .extension(self.authenticator.as_str());
    }
}
