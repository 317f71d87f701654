//! `otlp`: OTLP over gRPC.
//!
//! The bytes of a batch are the body of the request: what a receiver took is written as it is, without a copy, unless
//! it has to be compressed. Specification: <https://opentelemetry.io/docs/specs/otlp/#otlpgrpc>.
//!
//! ```yaml
//! exporters:
//!   otlp:
//!     endpoint: gateway:4317
//!     tls: { insecure: true }
//!     compression: zstd
//! ```

mod call;
mod check;
mod config;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Encoded, ExportError, Exported, Exporter, ExporterFactory, Failure,
    Finding, Stability,
};
use pipelines::delivery;
use pipelines::net::compress::Encoding;
use pipelines::runtime::Delivery;
use pipelines::{BatchId, Context, Signal, Telemetry};

use self::call::{CallFailed, Heads, read};
pub use self::config::{Balancer, Compression, Config, KeepaliveConfig};
use crate::client::h2::{CallError, Channel, Settings};
use crate::client::{Authority, Codec, Credentials, Dialer, Endpoint, PartialSuccess, Payload, Tls};

/// The factory of the `otlp` exporter.
#[derive(Debug)]
pub struct Otlp;

/// The factory of the same exporter under the Collector's new name, which is as good.
#[derive(Debug)]
pub struct OtlpGrpc;

/// A client of one OTLP/gRPC server.
#[derive(Debug)]
struct Client {
    /// The endpoint as texts show it.
    place: String,
    codec: Codec,
    heads: Heads,
    credentials: Credentials,
    channel: Channel,
    delivery: Delivery,
}

/// How long connections may take to close at shutdown.
const CLOSE_PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

// === impl Otlp ===

impl ExporterFactory for Otlp {
    const ABOUT: About = About {
        name: "otlp",
        aliases: &[],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "sends OTLP over gRPC",
        example: "endpoint: localhost:4317\ntls: {insecure: true}\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Ok(Arc::new(Client::new(config, cx)?))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(check::check(config, cx))
    }
}

// === impl OtlpGrpc ===

impl ExporterFactory for OtlpGrpc {
    const ABOUT: About = About { name: "otlp_grpc", ..Otlp::ABOUT };

    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Otlp::build(config, cx)
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Otlp::check(config, cx)
    }
}

// === impl Client ===

impl Client {
    fn new(config: &Config, cx: &BuildContext) -> Result<Self, Failure> {
        let endpoint = Endpoint::grpc(&config.endpoint)?;
        let owner = format!("exporter {}", cx.id);
        let tls = Tls::new(&config.tls, &owner);
        let timeout = (!config.timeout.is_zero()).then(|| config.timeout.into());
        let dialer = Dialer::new(&endpoint, &tls, &[b"h2"], timeout);
        if dialer.is_tls() {
            tls.follow(&cx.renewals);
        }
        let authority = match config.authority.as_str() {
            "" => Authority(&endpoint.place).to_string(),
            authority => authority.to_owned(),
        };
        let codec = config.compression.codec();
        let heads = Heads::new(dialer.is_tls(), &authority, codec.header(), config.login().fixed())?;
        let credentials = config.login().build(&owner, cx)?;
        let settings = Settings {
            connections: config.num_connections.get(),
            balance: config.balancer_name == Balancer::RoundRobin,
            wait_for_ready: config.wait_for_ready,
            keepalive: config.keepalive.settings(),
        };
        let delivery = delivery::settings(
            &config.sending_queue,
            &config.retry_on_failure,
            (!config.timeout.is_zero()).then_some(config.timeout),
        );
        let channel = Channel::new(dialer, settings);
        Ok(Self { place: endpoint.to_string(), codec, heads, credentials, channel, delivery })
    }

    async fn call(
        &self,
        signal: Signal,
        payload: &Payload<'_>,
        context: &Context,
    ) -> Result<PartialSuccess, CallFailed> {
        let headers = self.credentials.add(&self.heads.headers, context).map_err(CallFailed::Unsent)?;
        let answer = self.channel.call(|| self.heads.request(signal, &headers, payload)).await;
        let answer = answer.map_err(|error| match error {
            CallError::NoConnection(failed) => CallFailed::Broken(failed.reason),
            CallError::Broken(reason) => CallFailed::Broken(reason),
        })?;
        read(answer, &self.place).await
    }
}

impl Exporter for Client {
    fn export<'a>(
        &'a self,
        _: BatchId,
        telemetry: &'a Telemetry,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Exported, ExportError>> {
        Box::pin(async move {
            let payload = self.codec.payload(telemetry)?.checked()?;
            match self.call(telemetry.signal(), &payload, context).await {
                Ok(success) => Ok(success.into()),
                Err(failed) => Err(failed.into_error(&self.place)),
            }
        })
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let payload = self.codec.payload(telemetry)?.checked()?;
        let format = format!("OTLP protobuf over gRPC, {}", self.codec.name());
        Ok(Encoded { format, destination: self.place.clone(), body: payload.to_bytes() })
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn shutdown(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            self.channel.close(CLOSE_PATIENCE).await;
            Ok(())
        })
    }
}

// === impl Compression ===

impl Compression {
    fn codec(self) -> Codec {
        let encoding = match self {
            Self::Gzip => Encoding::Gzip,
            Self::Zstd => Encoding::Zstd,
            Self::Snappy => Encoding::SnappyFramed,
            Self::None => Encoding::Identity,
        };
        Codec::new(encoding, None)
    }
}
