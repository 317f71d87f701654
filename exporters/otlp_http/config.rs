//! What users write under `otlp_http`.

use std::path::PathBuf;

use pipelines::Signal;
use pipelines::component::{Problems, Reference};
use pipelines::config::{ByteSize, Duration};
use pipelines::delivery::{QueueConfig, RetryConfig};
use pipelines::net::compress;
use pipelines::net::tls::ClientTls;
use schemars::JsonSchema;
use serde::Deserialize;

use super::url::{Url, default_path};
use crate::client::{ApiKey, AuthReference, Codec, Headers, Login, is_encrypted};

/// Sends OTLP over HTTP.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Base URL, to which `/v1/traces`, `/v1/metrics`, `/v1/logs` or `/v1development/profiles` is added.
    pub endpoint: String,
    /// The whole URL for traces, instead of `endpoint`.
    pub traces_endpoint: String,
    /// The whole URL for metrics, instead of `endpoint`.
    pub metrics_endpoint: String,
    /// The whole URL for logs, instead of `endpoint`.
    pub logs_endpoint: String,
    /// The whole URL for profiles, instead of `endpoint`.
    pub profiles_endpoint: String,
    /// `proto` for binary protobuf or `json`. Default `proto`.
    pub encoding: Encoding,
    /// How requests are compressed: `gzip`, `zstd`, `snappy`, `deflate`, `zlib`, `lz4` or `none`. Default `gzip`.
    pub compression: Compression,
    /// How hard the compression tries.
    pub compression_params: CompressionParams,
    /// Bound on one attempt, connecting included. 0s for none. Default 30s.
    pub timeout: Duration,
    /// Encryption, for `https://`.
    pub tls: ClientTls,
    /// Sent with every request. Values are secrets. Default none.
    pub headers: Headers,
    /// Idle connections that are kept for the next request. 0 for no limit. Default 100.
    pub max_idle_conns: usize,
    /// The same for each host. 0 for no further limit. Default 0.
    pub max_idle_conns_per_host: usize,
    /// Connections to each host at the same time; requests wait for one. 0 for no limit. Default 0.
    pub max_conns_per_host: usize,
    /// How long an idle connection is kept. 0s for as long as the server keeps it. Default 90s.
    pub idle_conn_timeout: Duration,
    /// Whether every request gets a connection of its own. Default `false`.
    pub disable_keep_alives: bool,
    /// Whether HTTP/2 is offered to `https://` servers. Default `true`.
    pub force_attempt_http2: bool,
    /// Silence on an HTTP/2 connection after which a ping is sent. 0s for none. Default 0s.
    pub http2_read_idle_timeout: Duration,
    /// How long to wait for the answer to that ping. 0s for the default, 15s.
    pub http2_ping_timeout: Duration,
    /// Read buffer of the Collector. Has no effect here.
    pub read_buffer_size: Option<ByteSize>,
    /// Write buffer of the Collector. Has no effect here: requests are written from the memory they wait in.
    pub write_buffer_size: Option<ByteSize>,
    /// A proxy. Not built yet.
    pub proxy_url: String,
    /// Cookies of the server. Not built yet.
    pub cookies: Option<Cookies>,
    /// Names an extension that adds credentials to each request.
    pub auth: Option<AuthReference>,
    /// A key pair of TelemetryFlow.
    pub api_key: Option<ApiKey>,
    /// File with a token, sent as `Authorization: Bearer`; followed when it changes. Default none.
    pub bearer_token_file: Option<PathBuf>,
    /// What may wait in front of the exporter.
    pub sending_queue: QueueConfig,
    /// What happens after a failed attempt.
    pub retry_on_failure: RetryConfig,
}

/// How requests are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Binary protobuf.
    #[default]
    Proto,
    /// OTLP JSON.
    Json,
}

/// How requests are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// gzip (RFC 1952), which every OTLP server must understand.
    #[default]
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
    /// Snappy as one block.
    Snappy,
    /// zlib (RFC 1950), which HTTP calls deflate.
    #[serde(alias = "zlib")]
    Deflate,
    /// LZ4 frames.
    Lz4,
    /// Not at all.
    #[serde(alias = "")]
    None,
}

/// How hard the compression tries.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CompressionParams {
    /// gzip and deflate: 1 to 9, 0 and -1 for the default of 6; zstd: 1 to 22, 0 and -1 for the default of 3.
    pub level: i32,
}

/// Cookies of the server.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cookies {
    /// Whether cookies are kept and sent back.
    pub enabled: bool,
}

// === impl Config ===

impl Config {
    /// Where requests of the signal go; `None` when no endpoint is set for it.
    ///
    /// # Errors
    /// The key and one sentence when the URL cannot be used.
    pub(super) fn url(&self, signal: Signal) -> Option<Result<Url, (&'static str, String)>> {
        let (key, whole) = match signal {
            Signal::Traces => ("traces_endpoint", &self.traces_endpoint),
            Signal::Metrics => ("metrics_endpoint", &self.metrics_endpoint),
            Signal::Logs => ("logs_endpoint", &self.logs_endpoint),
            Signal::Profiles => ("profiles_endpoint", &self.profiles_endpoint),
        };
        match (whole.as_str(), self.endpoint.as_str()) {
            ("", "") => None,
            ("", base) => Some(Url::below(base, default_path(signal)).map_err(|error| ("endpoint", error))),
            (whole, _) => Some(Url::whole(whole).map_err(|error| (key, error))),
        }
    }

    pub(super) fn login(&self) -> Login<'_> {
        Login {
            headers: &self.headers,
            api_key: self.api_key.as_ref(),
            bearer_token_file: self.bearer_token_file.as_ref(),
            auth: self.auth.as_ref(),
        }
    }

    pub(super) fn codec(&self) -> Codec {
        // 0 and -1 are the Collector's words for the default.
        let level = Some(self.compression_params.level).filter(|level| *level > 0);
        Codec::new(self.compression.encoding(), level)
    }

    fn validate_urls(&self, problems: &mut Problems) {
        let mut reported: Vec<&str> = Vec::new();
        let mut any = false;
        for signal in Signal::ALL {
            let Some(url) = self.url(signal) else { continue };
            any = true;
            match url {
                Err((key, error)) if !reported.contains(&key) => {
                    reported.push(key);
                    problems.error(key, error);
                }
                Ok(url) if !url.has_scheme && !reported.contains(&"scheme") => {
                    reported.push("scheme");
                    let text = format!("has no scheme; {} is assumed", url.text);
                    problems.warning("endpoint", text).help("write http:// or https:// in front of it");
                }
                _ => {}
            }
        }
        if !any {
            problems
                .error("endpoint", "no endpoint is set")
                .help("write the base URL of the server, e.g. `http://collector:4318`");
        }
    }

    fn validate_unbuilt(&self, problems: &mut Problems) {
        if !self.proxy_url.is_empty() {
            problems.error("proxy_url", "proxies are not built yet").help("leave it out and reach the server directly");
        }
        if self.cookies.as_ref().is_some_and(|cookies| cookies.enabled) {
            problems.error("cookies.enabled", "cookies are not built yet").help("leave it out");
        }
        for (path, size) in [("read_buffer_size", self.read_buffer_size), ("write_buffer_size", self.write_buffer_size)]
        {
            if size.is_some() {
                problems
                    .warning(path, "has no effect: requests are written from the memory they wait in")
                    .help("leave it out");
            }
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        self.validate_urls(problems);
        let exposed = |url: Url| !is_encrypted(&url.endpoint, &self.tls) && !url.endpoint.place.is_local();
        let exposed = Signal::ALL.iter().filter_map(|signal| self.url(*signal)?.ok()).any(exposed);
        self.login().validate(exposed, problems);
        problems.nest("tls", |problems| self.tls.validate(problems));
        problems.nest("sending_queue", |problems| self.sending_queue.validate(problems));
        problems.nest("retry_on_failure", |problems| self.retry_on_failure.validate(problems));
        let level = self.compression_params.level;
        if level != 0
            && level != -1
            && let Err(error) = self.compression.encoding().level(Some(level))
        {
            problems.error("compression_params.level", error.to_string());
        }
        self.validate_unbuilt(problems);
    }

    fn references(&self) -> Vec<Reference> {
        let queue = self.sending_queue.references("sending_queue");
        queue.into_iter().chain(self.login().references()).collect()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            traces_endpoint: String::new(),
            metrics_endpoint: String::new(),
            logs_endpoint: String::new(),
            profiles_endpoint: String::new(),
            encoding: Encoding::default(),
            compression: Compression::default(),
            compression_params: CompressionParams::default(),
            timeout: Duration::from_secs(30),
            tls: ClientTls::default(),
            headers: Headers::default(),
            max_idle_conns: 100,
            max_idle_conns_per_host: 0,
            max_conns_per_host: 0,
            idle_conn_timeout: Duration::from_secs(90),
            disable_keep_alives: false,
            force_attempt_http2: true,
            http2_read_idle_timeout: Duration::ZERO,
            http2_ping_timeout: Duration::ZERO,
            read_buffer_size: None,
            write_buffer_size: None,
            proxy_url: String::new(),
            cookies: None,
            auth: None,
            api_key: None,
            bearer_token_file: None,
            sending_queue: QueueConfig::default(),
            retry_on_failure: RetryConfig::default(),
        }
    }
}

// === impl Compression ===

impl Compression {
    fn encoding(self) -> compress::Encoding {
        match self {
            Self::Gzip => compress::Encoding::Gzip,
            Self::Zstd => compress::Encoding::Zstd,
            Self::Snappy => compress::Encoding::Snappy,
            Self::Deflate => compress::Encoding::Deflate,
            Self::Lz4 => compress::Encoding::Lz4,
            Self::None => compress::Encoding::Identity,
        }
    }
}
