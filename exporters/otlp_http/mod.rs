//! `otlp_http`: OTLP over HTTP, in binary protobuf or JSON.
//!
//! Specification: <https://opentelemetry.io/docs/specs/otlp/#otlphttp>.
//!
//! ```yaml
//! exporters:
//!   otlp_http:
//!     endpoint: https://otlp.example.com
//!     headers: { api-key: "${env:API_KEY}" }
//! ```

mod answer;
mod check;
mod config;
#[cfg(test)]
mod tests;
mod url;

use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use pipelines::component::{
    About, BoxFuture, BuildContext, CheckContext, Encoded, ExportError, Exported, Exporter, ExporterFactory, Failure,
    Finding, Stability,
};
use pipelines::delivery;
use pipelines::net::tls::{H2, HTTP_1_1};
use pipelines::runtime::Delivery;
use pipelines::{BatchId, Context, Signal, Telemetry};

pub use self::config::{Compression, CompressionParams, Config, Cookies, Encoding};
use self::url::Url;
use crate::client::h2::{Channel, Keepalive, Rope, Settings};
use crate::client::http::{self as http1, Pool, Transport};
use crate::client::{Codec, Credentials, Dialer, PartialSuccess, Payload, Scheme, Tls, append_json};

/// The factory of the `otlp_http` exporter.
#[derive(Debug)]
pub struct OtlpHttp;

/// A client of one OTLP/HTTP server, or of one for each signal.
#[derive(Debug)]
struct Client {
    encoding: Encoding,
    codec: Codec,
    targets: [Option<Target>; Signal::ALL.len()],
    credentials: Credentials,
    delivery: Delivery,
}

/// Where and how one signal is sent.
#[derive(Debug)]
struct Target {
    url: String,
    uri: Uri,
    /// What is the same for all requests.
    headers: HeaderMap,
    transport: Arc<Transport>,
}

/// How long connections may take to close at shutdown.
const CLOSE_PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);
/// Wait for the answer to an HTTP/2 ping when none is set, as in Go.
const PING_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(15);

// === impl OtlpHttp ===

impl ExporterFactory for OtlpHttp {
    const ABOUT: About = About {
        name: "otlp_http",
        aliases: &["otlphttp"],
        signals: &Signal::ALL,
        stability: Stability::Beta,
        summary: "sends OTLP over HTTP",
        example: "endpoint: http://localhost:4318\n",
    };

    type Config = Config;

    fn build(config: &Arc<Config>, cx: &BuildContext) -> Result<Arc<dyn Exporter>, Failure> {
        Ok(Arc::new(Client::new(config, cx)?))
    }

    fn check(config: Arc<Config>, cx: CheckContext) -> BoxFuture<'static, Vec<Finding>> {
        Box::pin(check::check(config, cx))
    }
}

// === impl Client ===

impl Client {
    fn new(config: &Config, cx: &BuildContext) -> Result<Self, Failure> {
        let codec = config.codec();
        let owner = format!("exporter {}", cx.id);
        let tls = Tls::new(&config.tls, &owner);
        tls.follow(&cx.renewals);
        let mut transports: Vec<(Url, Arc<Transport>)> = Vec::new();
        let mut targets = [const { None }; Signal::ALL.len()];
        for signal in Signal::ALL {
            let Some(url) = config.url(signal) else { continue };
            let url = url.map_err(|(key, error)| format!("{key}: {error}"))?;
            let shared = transports.iter().find(|(known, _)| known.endpoint == url.endpoint);
            let transport = match shared {
                Some((_, transport)) => transport.clone(),
                None => {
                    let made = Arc::new(transport(config, &url, &tls));
                    transports.push((url.clone(), made.clone()));
                    made
                }
            };
            targets[signal as usize] = Some(Target::new(config, codec, &url, transport)?);
        }
        let timeout = (!config.timeout.is_zero()).then_some(config.timeout);
        let delivery = delivery::settings(&config.sending_queue, &config.retry_on_failure, timeout);
        let credentials = config.login().build(&owner, cx)?;
        Ok(Self { encoding: config.encoding, codec, targets, credentials, delivery })
    }

    fn target(&self, signal: Signal) -> Result<&Target, ExportError> {
        self.targets[signal as usize].as_ref().ok_or_else(|| {
            ExportError::reject(format!("no endpoint is set for {signal}; set `endpoint` or `{signal}_endpoint`"))
        })
    }

    fn payload<'a>(&self, telemetry: &'a Telemetry) -> Result<Payload<'a>, ExportError> {
        match self.encoding {
            Encoding::Proto => self.codec.payload(telemetry),
            Encoding::Json => {
                let mut json = Vec::with_capacity(telemetry.len() * 2);
                append_json(telemetry, &mut json)?;
                self.codec.bytes(json.into())
            }
        }
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
            let target = self.target(telemetry.signal())?;
            let payload = self.payload(telemetry)?;
            let headers = self.credentials.add(&target.headers, context)?;
            target.send(&headers, &payload).await.map(Into::into)
        })
    }

    fn encode(&self, telemetry: &Telemetry) -> Result<Encoded, ExportError> {
        let target = self.target(telemetry.signal())?;
        let encoding = match self.encoding {
            Encoding::Proto => "protobuf",
            Encoding::Json => "JSON",
        };
        let body = self.payload(telemetry)?.to_bytes();
        let format = format!("OTLP {encoding} over HTTP, {}", self.codec.name());
        Ok(Encoded { format, destination: target.url.clone(), body })
    }

    fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn shutdown(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            for target in self.targets.iter().flatten() {
                target.transport.close(CLOSE_PATIENCE).await;
            }
            Ok(())
        })
    }
}

// === impl Target ===

impl Target {
    fn new(config: &Config, codec: Codec, url: &Url, transport: Arc<Transport>) -> Result<Self, String> {
        let cannot = |error: &dyn std::fmt::Display| format!("`{}` cannot be asked for: {error}", url.text);
        let (authority, http2) = (url.authority(), config.force_attempt_http2);
        let uri = match url.endpoint.scheme {
            // HTTP/2 needs the whole URL; HTTP/1 gets the path of it (see `Target::request`).
            Some(Scheme::Tls) if http2 => format!("https://{authority}{}", url.path),
            _ => url.path.clone(),
        };
        let uri = uri.parse().map_err(|error: http::uri::InvalidUri| cannot(&error))?;
        let mut headers = config.login().fixed();
        let host = HeaderValue::try_from(authority).map_err(|error| cannot(&error))?;
        headers.entry(header::HOST).or_insert(host);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(config.encoding.content_type()));
        if let Some(encoding) = codec.header() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Ok(Self { url: url.text.clone(), uri, headers, transport })
    }

    async fn send(&self, headers: &HeaderMap, payload: &Payload<'_>) -> Result<PartialSuccess, ExportError> {
        let answer = self.transport.call(|| self.request(headers, payload)).await;
        let answer = answer.map_err(|error| ExportError::retry(error.to_string()))?;
        answer::read(&answer, &self.url, SystemTime::now())
    }

    fn request(&self, headers: &HeaderMap, payload: &Payload<'_>) -> (Request<()>, Rope) {
        let mut head = Request::new(());
        *head.method_mut() = Method::POST;
        *head.uri_mut() = self.uri.clone();
        head.headers_mut().clone_from(headers);
        (head, payload.body())
    }
}

// === impl Encoding ===

impl Encoding {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Proto => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

fn transport(config: &Config, url: &Url, tls: &Arc<Tls>) -> Transport {
    let timeout = (!config.timeout.is_zero()).then(|| config.timeout.into());
    let offered: &[&[u8]] = if config.force_attempt_http2 { &[H2, HTTP_1_1] } else { &[HTTP_1_1] };
    let dialer = |offered| Dialer::new(&url.endpoint, tls, offered, timeout);
    let unlimited = |limit: usize| if limit == 0 { usize::MAX } else { limit };
    let max_idle = match config.disable_keep_alives {
        true => 0,
        false => unlimited(config.max_idle_conns).min(unlimited(config.max_idle_conns_per_host)),
    };
    let idle_timeout = (!config.idle_conn_timeout.is_zero()).then(|| config.idle_conn_timeout.into());
    let pool = Pool::new(http1::Settings { max_idle, idle_timeout, max: config.max_conns_per_host });
    let ping = config.http2_ping_timeout;
    let keepalive = (!config.http2_read_idle_timeout.is_zero()).then(|| Keepalive {
        time: config.http2_read_idle_timeout.into(),
        timeout: if ping.is_zero() { PING_TIMEOUT } else { ping.into() },
        without_requests: true,
    });
    let settings = Settings { connections: 1, balance: false, wait_for_ready: false, keepalive };
    Transport::new(dialer(offered), pool, Channel::new(dialer(&[H2]), settings))
}
