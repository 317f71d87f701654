//! `telemetryflow`: the platform.

use std::path::PathBuf;

use pipelines::config::{Duration, Secret};
use schemars::JsonSchema;
use serde::Deserialize;

/// The platform: where it is and how to log in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Telemetryflow {
    /// Id of the API key, `tfk_...`. Default none: requests carry no key.
    pub(in crate::agent) api_key_id: String,
    /// Secret of the API key, `tfs_...`; best from the environment. Default none.
    pub(in crate::agent) api_key_secret: Secret,
    /// Where telemetry goes: `host:port`, or a URL. Default `localhost:4317`, with `protocol: http` `localhost:4318`.
    pub(in crate::agent) endpoint: Option<String>,
    /// Base URL of the platform's API, up to `/api/v2`. Default: port 3000 of the host of `endpoint`, `https` if `tls` is
    /// enabled.
    pub(in crate::agent) backend_endpoint: Option<String>,
    /// `grpc` or `http`. Default `grpc`.
    pub(in crate::agent) protocol: Protocol,
    /// Encryption on the way to both endpoints.
    pub(in crate::agent) tls: Tls,
    /// Bound on one request, connecting included. Default 30s.
    pub(in crate::agent) timeout: Duration,
    /// What happens after a request that failed.
    pub(in crate::agent) retry: Retry,
    /// Sent as `X-Workspace-ID`. Default none.
    pub(in crate::agent) workspace_id: String,
    /// Sent as `X-Tenant-ID`. Default none.
    pub(in crate::agent) tenant_id: String,
}

/// How telemetry travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::agent) enum Protocol {
    /// OTLP over gRPC.
    #[default]
    Grpc,
    /// OTLP over HTTP.
    Http,
}

/// Encryption.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Tls {
    /// Whether to encrypt. Default true; `http://` and `https://` in an endpoint say it for that endpoint.
    pub(in crate::agent) enabled: bool,
    /// Whether to trust any server, an impostor's too. Default false. Old spelling `insecure_skip_verify`.
    pub(in crate::agent) skip_verify: bool,
    /// File with the client's certificate in PEM, for servers that ask for one. Default none.
    pub(in crate::agent) cert_file: Option<PathBuf>,
    /// File with the key of that certificate in PEM. Default none.
    pub(in crate::agent) key_file: Option<PathBuf>,
    /// File with the authorities that servers' certificates come from, in PEM. Default: those of this machine.
    pub(in crate::agent) ca_file: Option<PathBuf>,
}

/// What happens after a request that failed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::agent) struct Retry {
    /// Whether a failed request is sent again. Default true. What is in the buffer is sent again in any case.
    pub(in crate::agent) enabled: bool,
    /// How often a request is sent in all before it is given up. Default 3. What is in the buffer is never given up
    /// before `buffer.max_age`.
    pub(in crate::agent) max_attempts: u32,
    /// Wait before the second attempt; each further one is longer, and all are jittered. Default 1s.
    pub(in crate::agent) initial_interval: Duration,
    /// Longest wait between two attempts. Default 30s.
    pub(in crate::agent) max_interval: Duration,
}

// === impl Telemetryflow ===

impl Default for Telemetryflow {
    fn default() -> Self {
        Self {
            api_key_id: String::new(),
            api_key_secret: Secret::default(),
            endpoint: None,
            backend_endpoint: None,
            protocol: Protocol::default(),
            tls: Tls::default(),
            timeout: Duration::from_secs(30),
            retry: Retry::default(),
            workspace_id: String::new(),
            tenant_id: String::new(),
        }
    }
}

// === impl Tls ===

impl Default for Tls {
    fn default() -> Self {
        Self { enabled: true, skip_verify: false, cert_file: None, key_file: None, ca_file: None }
    }
}

// === impl Retry ===

impl Default for Retry {
    fn default() -> Self {
        Self {
            enabled: true,
            max_attempts: 3,
            initial_interval: Duration::from_secs(1),
            max_interval: Duration::from_secs(30),
        }
    }
}
