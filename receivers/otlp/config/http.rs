//! What users write under `protocols.http`.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;

use super::access::Access;
use super::auth::{self, Auth, Middleware, Rules};
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
    /// Time a client may take to send a request's body; 0s means no limit. Default 0s; a body of which less than
    /// 32 KiB come within 30 seconds is given up in any case.
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
    /// Who may use the paths of OTLP: `open`, `required` for those with an API key of `keys` or a credential `auth`
    /// accepts, or `off`, which answers 404. Default `open`, with `auth` `required`.
    pub v1: Option<Access>,
    /// Who may use `/v2/traces`, `/v2/metrics` and `/v2/logs`, which TelemetryFlow's agents use with the same payloads:
    /// `open`, `required` or `off`. Without keys, `required` answers 401 to everybody. Default `required`.
    pub v2: Option<Access>,
    /// Has an extension check every request, instead of `keys`. Default: none.
    pub auth: Option<Auth>,
    /// Whether processors and exporters can read the headers of requests, credentials among them; a queue on disk then
    /// holds them, too. Default `false`.
    pub include_metadata: bool,
    /// Extensions that requests pass through. Not built yet.
    pub middlewares: Vec<Middleware>,
    /// Whether several processes may listen on the port, among which the system spreads connections. Default `false`.
    pub reuse_port: bool,
}

/// The paths of v2.
const V2_PATHS: [(&str, Signal); 3] =
    [("/v2/traces", Signal::Traces), ("/v2/metrics", Signal::Metrics), ("/v2/logs", Signal::Logs)];

// === impl Http ===

impl Http {
    pub(super) fn validate(&self, has_keys: bool, problems: &mut Problems) {
        super::validate_endpoint(&self.endpoint, self.transport, problems);
        if let Some(tls) = &self.tls {
            problems.nest("tls", |problems| tls.validate(problems));
        }
        self.validate_paths(problems);
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
        let versions = [("v1", self.v1), ("v2", self.v2)];
        Rules { auth: self.auth.as_ref(), has_keys, versions: &versions }.validate(problems);
        auth::validate_middlewares(&self.middlewares, problems);
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

    /// Who may use the paths of OTLP, and those of v2.
    #[must_use]
    pub fn access(&self) -> (Access, Access) {
        let v1 = self.v1.unwrap_or_else(|| auth::default_v1(self.auth.as_ref()));
        (v1, self.v2.unwrap_or(Access::Required))
    }

    /// Every path that is served, the signal it takes and who may use it.
    ///
    /// A path of v2 is one wherever it is written: `metrics_url_path: /v2/metrics` opens no door beside the keys.
    #[must_use]
    pub fn paths(&self) -> Vec<(String, Signal, Access)> {
        let (v1, v2) = self.access();
        let [traces, metrics, logs] = [&self.traces_url_path, &self.metrics_url_path, &self.logs_url_path]
            .map(|path| if path.starts_with('/') { path.clone() } else { format!("/{path}") });
        let ours = V2_PATHS.map(|(path, signal)| (path.to_owned(), signal, v2));
        let standard = [
            (traces, Signal::Traces, v1),
            (metrics, Signal::Metrics, v1),
            (logs, Signal::Logs, v1),
            ("/v1development/profiles".to_owned(), Signal::Profiles, v1),
        ];
        let all = ours.into_iter().chain(standard);
        all.filter(|(_, _, access)| *access != Access::Off).collect()
    }

    fn validate_paths(&self, problems: &mut Problems) {
        let all = self.paths();
        let keys = [
            ("traces_url_path", &self.traces_url_path, Signal::Traces),
            ("metrics_url_path", &self.metrics_url_path, Signal::Metrics),
            ("logs_url_path", &self.logs_url_path, Signal::Logs),
        ];
        for (key, path, signal) in keys {
            let is_same = |other: &str| other.trim_start_matches('/') == path.trim_start_matches('/');
            if let Some((path, other, _)) = all.iter().find(|(other, of, _)| is_same(other) && *of != signal) {
                problems
                    .error(key, format!("`{path}` is the path of {other}, too"))
                    .help(format!("each signal needs a path of its own, e.g. /v1/{signal}"));
            } else if self.v2.is_none() && V2_PATHS.iter().any(|(other, _)| is_same(other)) {
                problems
                    .warning(key, format!("`{path}` is a path of v2, which needs an API key"))
                    .help("set `v2: open` to take requests without one");
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
            v1: None,
            v2: None,
            auth: None,
            include_metadata: false,
            middlewares: Vec::new(),
            reuse_port: false,
        }
    }
}
