//! The `otlp` receiver: OTLP over gRPC and HTTP for all signals.
//!
//! A request's bytes are collected once (bounded by a size limit and by the engine's bytes in flight), checked in one
//! walk and sent on as they are; the client is answered when the batch's ack resolves.
//!
//! ```yaml
//! receivers:
//!   otlp:
//!     protocols:
//!       grpc:
//!       http: { endpoint: 0.0.0.0:4318 }
//! ```
//!
//! Who may send is decided before a body is read: `v1` is open and `v2` asks for an API key, unless a listener says
//! otherwise. Clients show their key in headers or metadata ([`pipelines::auth`] lists the forms).
//!
//! ```yaml
//! receivers:
//!   otlp:
//!     keys: { file: /etc/tfo/keys }
//!     protocols:
//!       grpc: { v1: required }
//!       http: { v1: off, v2: required }
//! ```

mod abandoned;
mod activity;
mod answer;
mod body;
mod check;
mod config;
mod encoding;
mod grpc;
mod guard;
mod http;
mod intake;
mod receiver;
mod reply;
mod sample;
mod serve;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::Signal;
use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Failure, Finding, Receiver, ReceiverFactory, Stability,
};

pub use self::config::{
    Access, Auth, Config, Cors, EnforcementPolicy, Grpc, Http, Keepalive, Middleware, Protocols, ServerParameters,
};

/// Makes `otlp` receivers.
#[derive(Debug)]
pub struct Otlp;

// === impl Otlp ===

impl ReceiverFactory for Otlp {
    const ABOUT: About = About {
        name: "otlp",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "takes in OTLP over gRPC and HTTP",
        example: "protocols:\n  grpc:\n  http:\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Box<dyn Receiver>, Failure> {
        Ok(Box::new(receiver::OtlpReceiver::new(config.clone(), cx)?))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(check::check(config, cx))
    }
}
