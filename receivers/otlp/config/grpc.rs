//! What users write under `protocols.grpc`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::access::Access;
use super::auth::{self, Auth, Middleware, Rules};
use super::keepalive::Keepalive;
use pipelines::component::Problems;
use pipelines::config::ByteSize;
use pipelines::net::tls::ServerTls;
use pipelines::net::{Listen, Transport};

/// OTLP over gRPC.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Grpc {
    /// Where to listen: `host:port`, or the path of a socket with `transport: unix`. Default `127.0.0.1:4317`.
    pub endpoint: String,
    /// `tcp`, `tcp4`, `tcp6` or `unix`. Default `tcp`.
    pub transport: Transport,
    /// TLS. Default: none.
    pub tls: Option<ServerTls>,
    /// Largest request in MiB, after decompression; 0 means the default. Default 64.
    pub max_recv_msg_size_mib: u64,
    /// Requests one connection may have open at a time; 0 means no limit. Default 1024.
    pub max_concurrent_streams: u32,
    /// Size of the read buffer. Buffers size themselves, so this has no effect.
    pub read_buffer_size: Option<ByteSize>,
    /// Size of the write buffer. Buffers size themselves, so this has no effect.
    pub write_buffer_size: Option<ByteSize>,
    /// How long connections live.
    pub keepalive: Option<Keepalive>,
    /// Who may send OTLP: `open`, or `required` for those with an API key of `keys` or a credential `auth` accepts. gRPC
    /// has no v2, so this is for TelemetryFlow's agents, too. Default `open`, with `auth` `required`.
    pub v1: Option<Access>,
    /// Has an extension check every request, instead of `keys`. Default: none.
    pub auth: Option<Auth>,
    /// Whether processors and exporters can read the metadata of requests, credentials among them; a queue on disk then
    /// holds them, too. Default `false`.
    pub include_metadata: bool,
    /// Extensions that requests pass through. Not built yet.
    pub middlewares: Vec<Middleware>,
    /// Whether several processes may listen on the port, among which the system spreads connections. Default `false`.
    pub reuse_port: bool,
}

/// Most that `max_recv_msg_size_mib` can be: lengths of gRPC messages have 32 bits.
const MAX_MIB: u64 = 4095;

// === impl Grpc ===

impl Grpc {
    pub(super) fn validate(&self, has_keys: bool, problems: &mut Problems) {
        super::validate_endpoint(&self.endpoint, self.transport, problems);
        if let Some(tls) = &self.tls {
            problems.nest("tls", |problems| tls.validate(problems));
        }
        if self.max_recv_msg_size_mib > MAX_MIB {
            problems
                .error(
                    "max_recv_msg_size_mib",
                    format!("{} is more than a gRPC message can have", self.max_recv_msg_size_mib),
                )
                .help("the OTLP specification recommends 64");
        }
        for (key, set) in [("read_buffer_size", self.read_buffer_size), ("write_buffer_size", self.write_buffer_size)] {
            if set.is_some() {
                problems.warning(key, "has no effect: buffers size themselves").help(format!("remove {key}"));
            }
        }
        if let Some(keepalive) = &self.keepalive {
            problems.nest("keepalive", |problems| keepalive.validate(problems));
        }
        Rules { auth: self.auth.as_ref(), has_keys, versions: &[("v1", self.v1)] }.validate(problems);
        auth::validate_middlewares(&self.middlewares, problems);
    }

    /// Where to listen.
    ///
    /// # Errors
    /// If `endpoint` is not a place to listen on; `validate` reports the same.
    pub fn listen(&self) -> Result<Listen, String> {
        Listen::parse(&self.endpoint, self.transport)
    }

    /// Who may send.
    #[must_use]
    pub fn access(&self) -> Access {
        self.v1.unwrap_or_else(|| auth::default_v1(self.auth.as_ref()))
    }

    /// Largest request in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        let mib = if self.max_recv_msg_size_mib == 0 { 64 } else { self.max_recv_msg_size_mib.min(MAX_MIB) };
        usize::try_from(mib << 20).unwrap_or(usize::MAX)
    }
}

impl Default for Grpc {
    fn default() -> Self {
        Self {
            endpoint: "127.0.0.1:4317".to_owned(),
            transport: Transport::Tcp,
            tls: None,
            max_recv_msg_size_mib: 64,
            max_concurrent_streams: 1024,
            read_buffer_size: None,
            write_buffer_size: None,
            keepalive: None,
            v1: None,
            auth: None,
            include_metadata: false,
            middlewares: Vec::new(),
            reuse_port: false,
        }
    }
}
