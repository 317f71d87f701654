//! [`Url`]: where the requests of one signal go.

use pipelines::Signal;

use crate::client::{Authority, Endpoint, Place, Scheme};

/// Where the requests of one signal go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// Place and encryption.
    pub(super) endpoint: Endpoint,
    /// Whether it was written with `http://` or `https://`.
    pub(super) has_scheme: bool,
    /// The URL as texts show it.
    pub(super) text: String,
    /// What HTTP/1 asks for: path and query.
    pub(super) path: String,
}

// === impl Url ===

impl Url {
    /// A path below a base URL.
    pub(super) fn below(base: &str, path: &str) -> Result<Self, String> {
        let endpoint = Endpoint::url(base)?;
        let path = format!("{}{path}", endpoint.path.trim_end_matches('/'));
        Ok(Self::new(endpoint, path))
    }

    /// A URL as it is.
    pub(super) fn whole(text: &str) -> Result<Self, String> {
        let endpoint = Endpoint::url(text)?;
        let path = if endpoint.path.is_empty() { "/".to_owned() } else { endpoint.path.clone() };
        Ok(Self::new(endpoint, path))
    }

    /// What the server is called in requests.
    pub(super) fn authority(&self) -> String {
        Authority(&self.endpoint.place).to_string()
    }

    /// Without a scheme the port decides: 443 is HTTPS, anything else is what OTLP/HTTP servers listen on.
    fn new(mut endpoint: Endpoint, path: String) -> Self {
        let has_scheme = endpoint.scheme.is_some();
        let tls = matches!(endpoint.place, Place::Tcp { port: 443, .. });
        endpoint.scheme.get_or_insert(if tls { Scheme::Tls } else { Scheme::Plain });
        endpoint.path.clear();
        let text = format!("{endpoint}{path}");
        Self { endpoint, has_scheme, text, path }
    }
}

/// What is added to the base URL (OTLP specification, OTLP/HTTP Request).
pub(super) fn default_path(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "/v1/traces",
        Signal::Metrics => "/v1/metrics",
        Signal::Logs => "/v1/logs",
        Signal::Profiles => "/v1development/profiles",
    }
}
