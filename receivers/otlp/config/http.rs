//! What users write under `protocols.http`.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;

use super::auth::{self, Auth, Middleware};
use super::cors::Cors;
use pipelines::Signal;
use pipelines::component::Problems;
use pipelines::config::{ByteSize, Duration};
use pipelines::net::tls::ServerTls;
use pipelines::net::{Listen, Transport};

/// OTLP over HTTP/1.1 and HTTP/2.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where to listen: `host:port`, or the path of a socket with `transport: unix`. Default `127.0.0.1:4318`.
    pub endpoint: String,
    /// `tcp`, `tcp4`, `tcp6` or `unix`. Default `tcp`.
    pub transport: Transport,
    /// TLS. Default: none.
    pub tls: Option<ServerTls>,
    /// Path of traces. Default `/v1/traces`.
    pub traces_url_path: String,
    /// Path of metrics. Default `/v1/metrics`.
    pub metrics_url_path: String,
    /// Path of logs. Default `/v1/logs`.
    pub logs_url_path: String,
    /// Largest request body in bytes, before and after decompression; 0 means the default. Default 64MiB.
    pub max_request_body_size: ByteSize,
    /// Compression of request bodies that is accepted: `gzip`, `zstd`, `zlib`, `deflate`, `snappy`, `lz4`,
    /// `x-snappy-framed`; bodies without any always are. Default: all of them.
    pub compression_algorithms: Option<Vec<String>>,
    /// Web pages that may send telemetry. Default: none.
    pub cors: Option<Cors>,
    /// Headers added to every response.
    pub response_headers: BTreeMap<String, String>,
    /// Time a client may take to send a request's body; 0s means no limit. Default 0s; a body that makes no progress
    /// for 30 seconds is given up in any case.
    pub read_timeout: Duration,
    /// Time a client may take to send a request's headers, and a new connection its first request; 0s means no limit.
    /// Default 30s.
    pub read_header_timeout: Duration,
    /// Time a request may take after it was read; then it is answered with 503. 0s means no limit. Default 0s.
    pub write_timeout: Duration,
    /// Time without requests after which a connection is closed; 0s means no limit. Default 0s.
    pub idle_timeout: Duration,
    /// Whether a connection may carry several requests. Default `true`.
    pub keep_alives_enabled: bool,
    /// Authentication. Not built yet.
    pub auth: Option<Auth>,
    /// Whether processors and exporters can read the headers of requests. Default `false`.
    pub include_metadata: bool,
    /// Extensions that requests pass through. Not built yet.
    pub middlewares: Vec<Middleware>,
    /// Whether several processes may listen on the port, among which the system spreads connections. Default `false`.
    pub reuse_port: bool,
}

// === impl Http ===

impl Http {
    pub(super) fn validate(&self, v2: bool, problems: &mut Problems) {
        super::validate_endpoint(&self.endpoint, self.transport, problems);
        if let Some(tls) = &self.tls {
            problems.nest("tls", |problems| tls.validate(problems));
        }
        self.validate_paths(v2, problems);
        for (at, name) in self.compression_algorithms.iter().flatten().enumerate() {
            if crate::otlp::encoding::from_http(name.as_bytes()).is_none() {
                problems
                    .error(format!("compression_algorithms.{at}"), format!("`{name}` is not a known compression"))
                    .help("use gzip, zstd, zlib, deflate, snappy, x-snappy-framed or lz4");
            }
        }
        for (name, value) in &self.response_headers {
            if HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value).is_err() {
                problems.error(format!("response_headers.{name}"), "is not a valid HTTP header");
            }
        }
        for (at, origin) in self.cors.iter().flat_map(|cors| &cors.allowed_origins).enumerate() {
            if origin.matches('*').count() > 1 {
                problems.error(format!("cors.allowed_origins.{at}"), format!("`{origin}` has more than one `*`"));
            }
        }
        auth::validate(self.auth.as_ref(), &self.middlewares, problems);
    }

    /// Where to listen.
    ///
    /// # Errors
    /// If `endpoint` is not a place to listen on; `validate` reports the same.
    pub fn listen(&self) -> Result<Listen, String> {
        Listen::parse(&self.endpoint, self.transport)
    }

    /// Largest request body in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        let bytes = if self.max_request_body_size.get() == 0 { 64 << 20 } else { self.max_request_body_size.get() };
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// Every path that is served and the signal it takes.
    #[must_use]
    pub fn paths(&self, v2: bool) -> Vec<(String, Signal)> {
        let slashed = |path: &String| if path.starts_with('/') { path.clone() } else { format!("/{path}") };
        let mut paths = vec![
            (slashed(&self.traces_url_path), Signal::Traces),
            (slashed(&self.metrics_url_path), Signal::Metrics),
            (slashed(&self.logs_url_path), Signal::Logs),
            ("/v1development/profiles".to_owned(), Signal::Profiles),
        ];
        if v2 {
            paths.extend([
                ("/v2/traces".to_owned(), Signal::Traces),
                ("/v2/metrics".to_owned(), Signal::Metrics),
                ("/v2/logs".to_owned(), Signal::Logs),
            ]);
        }
        paths
    }

    fn validate_paths(&self, v2: bool, problems: &mut Problems) {
        let all = self.paths(v2);
        let keys = ["traces_url_path", "metrics_url_path", "logs_url_path"];
        for (key, (path, signal)) in keys.into_iter().zip(&all) {
            if let Some((_, other)) = all.iter().find(|(same, other)| same == path && other != signal) {
                problems
                    .error(key, format!("`{path}` is the path of {other}, too"))
                    .help(format!("each signal needs a path of its own, e.g. /v1/{signal}"));
            }
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            endpoint: "127.0.0.1:4318".to_owned(),
            transport: Transport::Tcp,
            tls: None,
            traces_url_path: "/v1/traces".to_owned(),
            metrics_url_path: "/v1/metrics".to_owned(),
            logs_url_path: "/v1/logs".to_owned(),
            max_request_body_size: ByteSize::mib(64),
            compression_algorithms: None,
            cors: None,
            response_headers: BTreeMap::new(),
            read_timeout: Duration::ZERO,
            read_header_timeout: Duration::from_secs(30),
            write_timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
            keep_alives_enabled: true,
            auth: None,
            include_metadata: false,
            middlewares: Vec::new(),
            reuse_port: false,
        }
    }
}
