//! [`Headers`]: what users add to every request.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use pipelines::component::Problems;
use pipelines::config::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Names and values that are sent with every request. Values may be credentials and are never shown.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Headers(BTreeMap<String, Secret>);

// === impl Headers ===

impl Headers {
    /// Reports names and values that cannot be sent; paths are relative to `headers`.
    pub(crate) fn validate(&self, problems: &mut Problems) {
        for (name, value) in &self.0 {
            if HeaderName::try_from(name).is_err() {
                problems
                    .error(name.as_str(), format!("`{name}` is not the name of a header: letters, digits and `-` are"));
            } else if HeaderValue::try_from(value.reveal()).is_err() {
                problems.error(
                    name.as_str(),
                    format!("the value of `{name}` has a line break or another control character"),
                );
            }
        }
    }

    /// Whether users set the header.
    pub(super) fn has(&self, name: &HeaderName) -> bool {
        self.0.keys().any(|known| known.eq_ignore_ascii_case(name.as_str()))
    }

    /// The headers of a request, with `User-Agent` unless users set it. What cannot be sent was reported before.
    pub(crate) fn map(&self) -> HeaderMap {
        let mut map = HeaderMap::with_capacity(self.0.len() + 4);
        if let Ok(value) = HeaderValue::try_from(user_agent()) {
            map.insert(header::USER_AGENT, value);
        }
        for (name, value) in &self.0 {
            if let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::try_from(value.reveal())) {
                // Keeps it out of HTTP/2 compression tables and of debug output.
                value.set_sensitive(true);
                map.insert(name, value);
            }
        }
        map
    }
}

/// How the program names itself to servers: `tfo/0.1.0 (linux/x86_64)`.
fn user_agent() -> String {
    format!("tfo/{} ({}/{})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)
}
