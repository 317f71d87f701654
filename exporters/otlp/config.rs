//! What users write under `otlp`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use pipelines::component::{Problems, Reference};
use pipelines::config::{ByteSize, Duration};
use pipelines::delivery::{QueueConfig, RetryConfig};
use pipelines::net::tls::ClientTls;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::client::h2::Keepalive;
use crate::client::{ApiKey, AuthReference, Endpoint, Headers, Login, is_encrypted};

/// Sends OTLP over gRPC.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server is: `host:port`, `http://host:port` (without TLS), `https://host:port`, `dns:///host:port` or
    /// `unix:/path`. Required.
    pub endpoint: String,
    /// Bound on one attempt, connecting included. 0s for none. Default 5s.
    pub timeout: Duration,
    /// How requests are compressed: `gzip`, `zstd`, `snappy` or `none`. Default `gzip`.
    pub compression: Compression,
    /// Encryption. TLS is used unless `insecure: true` or `http://` says otherwise.
    pub tls: ClientTls,
    /// Sent with every request as gRPC metadata. Values are secrets. Default none.
    pub headers: Headers,
    /// Asks a silent server whether it is still there.
    pub keepalive: KeepaliveConfig,
    /// How the addresses of the server are used: `round_robin` uses all of them in turn, `pick_first` the first one
    /// that answers. Default `round_robin`.
    pub balancer_name: Balancer,
    /// Connections to each address; requests are multiplexed over all of them. Default 1.
    pub num_connections: NonZeroUsize,
    /// Whether a request waits for a connection, up to `timeout`, while none can be made. Default `false`: it fails at
    /// once and is tried again as `retry_on_failure` says.
    pub wait_for_ready: bool,
    /// What the server is called in requests (`:authority`). Default: host and port of `endpoint`.
    pub authority: String,
    /// Read buffer of the Collector. Has no effect here.
    pub read_buffer_size: Option<ByteSize>,
    /// Write buffer of the Collector. Has no effect here: requests are written from the memory they wait in.
    pub write_buffer_size: Option<ByteSize>,
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

/// How requests are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// gzip (RFC 1952), which every OTLP server must understand.
    #[default]
    Gzip,
    /// Zstandard (RFC 8878): better and cheaper where the server takes it.
    Zstd,
    /// Snappy, framed.
    Snappy,
    /// Not at all.
    #[serde(alias = "")]
    None,
}

/// How the addresses of a server are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Balancer {
    /// All of them, in turn.
    #[default]
    #[serde(alias = "")]
    RoundRobin,
    /// The first that answers.
    PickFirst,
}

/// When to ask whether a silent server is still there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KeepaliveConfig {
    /// Silence after which a ping is sent; at least 10s. 0s for no pings. Default 10s.
    pub time: Duration,
    /// How long to wait for the answer before the connection is given up. Default 10s.
    pub timeout: Duration,
    /// Whether to ping while no request is on its way. Default `false`.
    pub permit_without_stream: bool,
}

// === impl Config ===

impl Config {
    pub(super) fn login(&self) -> Login<'_> {
        Login {
            headers: &self.headers,
            api_key: self.api_key.as_ref(),
            bearer_token_file: self.bearer_token_file.as_ref(),
            auth: self.auth.as_ref(),
        }
    }
}

impl pipelines::component::Config for Config {
    fn validate(&self, problems: &mut Problems) {
        let endpoint = Endpoint::grpc(&self.endpoint).map_err(|error| problems.error("endpoint", error));
        let exposed = endpoint.is_ok_and(|endpoint| !is_encrypted(&endpoint, &self.tls) && !endpoint.place.is_local());
        self.login().validate(exposed, problems);
        problems.nest("tls", |problems| self.tls.validate(problems));
        problems.nest("sending_queue", |problems| self.sending_queue.validate(problems));
        problems.nest("retry_on_failure", |problems| self.retry_on_failure.validate(problems));
        for (path, size) in [("read_buffer_size", self.read_buffer_size), ("write_buffer_size", self.write_buffer_size)]
        {
            if size.is_some() {
                problems
                    .warning(path, "has no effect: requests are written from the memory they wait in")
                    .help("leave it out");
            }
        }
        if !self.authority.is_empty() && self.authority.parse::<http::uri::Authority>().is_err() {
            problems.error("authority", format!("`{}` is not host or host:port", self.authority));
        }
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
            timeout: Duration::from_secs(5),
            compression: Compression::default(),
            tls: ClientTls::default(),
            headers: Headers::default(),
            keepalive: KeepaliveConfig::default(),
            balancer_name: Balancer::default(),
            num_connections: NonZeroUsize::MIN,
            wait_for_ready: false,
            authority: String::new(),
            read_buffer_size: None,
            write_buffer_size: None,
            auth: None,
            api_key: None,
            bearer_token_file: None,
            sending_queue: QueueConfig::default(),
            retry_on_failure: RetryConfig::default(),
        }
    }
}

// === impl KeepaliveConfig ===

impl KeepaliveConfig {
    /// gRPC clients ping no more often than this; servers end connections that do.
    const LEAST: std::time::Duration = std::time::Duration::from_secs(10);

    pub(super) fn settings(&self) -> Option<Keepalive> {
        let time: std::time::Duration = self.time.into();
        (!time.is_zero()).then(|| Keepalive {
            time: time.max(Self::LEAST),
            timeout: self.timeout.into(),
            without_requests: self.permit_without_stream,
        })
    }
}

impl Default for KeepaliveConfig {
    fn default() -> Self {
        Self { time: Duration::from_secs(10), timeout: Duration::from_secs(10), permit_without_stream: false }
    }
}
