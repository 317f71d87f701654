//! Starting and stopping the servers.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio_rustls::rustls::ServerConfig;

use super::abandoned::Abandoned;
use super::activity::{Activity, Limits};
use super::config::{self, Access, Config};
use super::grpc::{Grpc, GrpcPeer};
use super::guard::Guard;
use super::http::{Http, HttpPeer};
use super::intake::Intake;
use super::sample;
use super::serve::{Door, Served, Spawn, Watched};
use pipelines::auth::Keys;
use pipelines::component::{BoxFuture, BuildContext, Failure, Receiver, ReceiverHost};
use pipelines::net::tls::{H2, HTTP_1_1, Renewing, ServerTls};
use pipelines::net::{Listen, ListenOptions, Listener, cannot_listen, container};
use pipelines::renewal::Renewals;
use pipelines::{Signal, Telemetry};

/// Bytes one request may be ahead of what was read of it. Large, so that a request comes in without waiting.
const STREAM_WINDOW: u32 = 8 << 20;

/// Bytes all requests of a connection may be ahead.
const CONNECTION_WINDOW: u32 = 32 << 20;

/// Largest frame, in bytes: a usual request fits into one and is never copied.
const MAX_FRAME: u32 = 1 << 20;

/// Largest list of headers, in bytes.
const MAX_HEADERS: u32 = 64 << 10;

/// Most that a connection of HTTP/1 reads at once, and so the largest head of a request, in bytes. It is not accounted,
/// and each connection may have two or three of them, so it must be small.
const MAX_BUFFER: usize = 32 << 10;

/// Time a client may take to say its first word over gRPC.
const FIRST_WORD: Duration = Duration::from_secs(30);

/// Time a client may take to answer a ping when the configuration does not say, as in grpc-go.
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// A receiver of OTLP.
pub(super) struct OtlpReceiver {
    config: Arc<Config>,
    renewals: Renewals,
    keys: Option<Arc<Keys>>,
    grpc: Guard,
    http: Guard,
}

// === impl OtlpReceiver ===

impl OtlpReceiver {
    /// A receiver that is not started yet.
    ///
    /// # Errors
    /// If an extension it names is not there, or its keys are wrong.
    pub(super) fn new(config: Arc<Config>, cx: &BuildContext) -> Result<Self, Failure> {
        let config::Protocols { grpc, http } = &config.protocols;
        let keys = config.keys.as_ref().map(|keys| Keys::new(keys, format!("receiver {} (keys)", cx.id), &cx.renewals));
        let keys = keys.transpose()?.map(Arc::new);
        let auth = grpc.as_ref().and_then(|grpc| grpc.auth.as_ref());
        let grpc = Guard::new("grpc", auth, keys.as_ref(), &cx.extensions)?;
        let auth = http.as_ref().and_then(|http| http.auth.as_ref());
        let http = Guard::new("http", auth, keys.as_ref(), &cx.extensions)?;
        Ok(Self { config, renewals: cx.renewals.clone(), keys, grpc, http })
    }
}

impl Receiver for OtlpReceiver {
    fn run(self: Box<Self>, host: ReceiverHost) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(run(*self, host))
    }

    fn sample(&self, signal: Signal) -> Option<Telemetry> {
        sample::sample(signal)
    }
}

async fn run(receiver: OtlpReceiver, mut host: ReceiverHost) -> Result<(), Failure> {
    let OtlpReceiver { config, renewals, keys, grpc: grpc_guard, http: http_guard } = receiver;
    if let Some(keys) = keys {
        keys.load()?;
    }
    let intake = |transport| {
        Arc::new(Intake {
            outputs: host.outputs.over(transport),
            requests: host.outputs.requests(transport),
            acknowledge: config.acknowledge,
            abandoned: Abandoned::default(),
            budget: host.budget.clone(),
            tasks: host.tasks.clone(),
        })
    };
    let (grpc, http) = (&config.protocols.grpc, &config.http());
    let door = |protocol, tls, limits, multiplexed| Door {
        protocol,
        tls,
        limits,
        multiplexed,
        stop: host.stop.clone(),
        tasks: host.tasks.clone(),
    };
    let grpc = match grpc {
        None => None,
        Some(grpc) => {
            let tls = secure("grpc", grpc.tls.as_ref(), &[H2], &host, &renewals)?;
            let listener = bind("grpc", grpc.listen(), grpc.reuse_port, &host).await?;
            Some((grpc, listener, door("grpc", tls, grpc_limits(grpc), true), intake("grpc")))
        }
    };
    let http = match http {
        None => None,
        Some(http) => {
            let tls = secure("http", http.tls.as_ref(), &[H2, HTTP_1_1], &host, &renewals)?;
            let listener = bind("http", http.listen(), http.reuse_port, &host).await?;
            Some((http, listener, door("http", tls, http_limits(http), false), intake("http")))
        }
    };
    let places = [("grpc", grpc.as_ref().map(|(_, at, ..)| at)), ("http", http.as_ref().map(|(_, at, ..)| at))];
    host.ready.tell(places.iter().filter_map(|(protocol, at)| Some(format!("{protocol} {}", (*at)?))).collect());
    let tasks = host.tasks.clone();
    let serve_grpc = async {
        if let Some((config, listener, door, intake)) = grpc {
            let grpc = Arc::new(Grpc {
                intake,
                limit: config.limit(),
                include_metadata: config.include_metadata,
                access: config.access(),
                guard: grpc_guard,
            });
            let builder = grpc_server(config, Spawn(tasks.clone()));
            door.run(listener, move |io, activity, client| serve_grpc(&builder, grpc.clone(), io, activity, client))
                .await;
        }
    };
    let serve_http = async {
        if let Some((settings, listener, door, intake)) = http {
            if http_guard.is_alone() && settings.access().1 == Access::Required {
                tracing::info!(id = %host.id, "requests to /v2 are refused: they need API keys, and `keys` names none");
            }
            let http = Arc::new(Http::new(settings, http_guard, intake));
            let builder = http_server(settings, Spawn(tasks.clone()));
            door.run(listener, move |io, activity, client| serve_http(&builder, http.clone(), io, activity, client))
                .await;
        }
    };
    tokio::join!(serve_grpc, serve_http);
    Ok(())
}

fn grpc_server(config: &config::Grpc, spawn: Spawn) -> http2::Builder<Spawn> {
    let mut server = http2::Builder::new(spawn);
    server
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(MAX_FRAME)
        .max_header_list_size(MAX_HEADERS)
        .max_concurrent_streams((config.max_concurrent_streams > 0).then_some(config.max_concurrent_streams))
        .auto_date_header(false);
    let parameters = config.keepalive.as_ref().and_then(|keepalive| keepalive.server_parameters.as_ref());
    if let Some(parameters) = parameters
        && !parameters.time.is_zero()
    {
        let timeout = if parameters.timeout.is_zero() { PING_TIMEOUT } else { parameters.timeout.get() };
        server.keep_alive_interval(parameters.time.get()).keep_alive_timeout(timeout);
    }
    server
}

fn http_server(config: &config::Http, spawn: Spawn) -> auto::Builder<Spawn> {
    let mut server = auto::Builder::new(spawn);
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(MAX_BUFFER)
        .keep_alive(config.keep_alives_enabled);
    server
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(MAX_FRAME)
        .max_header_list_size(MAX_HEADERS);
    server
}

fn serve_grpc(
    server: &http2::Builder<Spawn>,
    grpc: Arc<Grpc>,
    io: Watched,
    activity: Arc<Activity>,
    client: Option<SocketAddr>,
) -> impl Served + Send + use<> {
    let peer = Arc::new(GrpcPeer::new(grpc, activity, client));
    let service = service_fn(move |request: Request<Incoming>| peer.clone().answer(request));
    Connection {
        hyper: Box::pin(server.serve_connection(TokioIo::new(io), service)),
        drain: |connection| connection.as_mut().graceful_shutdown(),
    }
}

fn serve_http(
    server: &auto::Builder<Spawn>,
    http: Arc<Http>,
    io: Watched,
    activity: Arc<Activity>,
    client: Option<SocketAddr>,
) -> impl Served + Send + use<> {
    let peer = Arc::new(HttpPeer::new(http, activity, client));
    let service = service_fn(move |request: Request<Incoming>| peer.clone().answer(request));
    Connection {
        hyper: Box::pin(server.serve_connection(TokioIo::new(io), service).into_owned()),
        drain: |connection| connection.as_mut().graceful_shutdown(),
    }
}

/// A connection of hyper and how it is asked to end. Boxed, because moving it through futures would make each of them
/// as large as all its copies.
struct Connection<C> {
    hyper: Pin<Box<C>>,
    drain: fn(&mut Pin<Box<C>>),
}

// === impl Connection ===

impl<C: Future<Output = Result<(), E>>, E> Future for Connection<C> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // How a connection ends, e.g. by a reset, is the client's business.
        self.hyper.as_mut().poll(cx).map(drop)
    }
}

impl<C: Future<Output = Result<(), E>>, E> Served for Connection<C> {
    fn drain(mut self: Pin<&mut Self>) {
        let drain = self.drain;
        drain(&mut self.hyper);
    }
}

fn grpc_limits(config: &config::Grpc) -> Limits {
    let parameters =
        config.keepalive.as_ref().and_then(|keepalive| keepalive.server_parameters.clone()).unwrap_or_default();
    Limits {
        header: Some(FIRST_WORD),
        idle: limit(parameters.max_connection_idle),
        age: limit(parameters.max_connection_age),
        grace: limit(parameters.max_connection_age_grace),
    }
}

fn http_limits(config: &config::Http) -> Limits {
    Limits { header: limit(config.read_header_timeout), idle: limit(config.idle_timeout), age: None, grace: None }
}

fn limit(duration: pipelines::config::Duration) -> Option<Duration> {
    (!duration.is_zero()).then(|| duration.get())
}

/// TLS that follows its files. Files that cannot be used keep the receiver from starting.
fn secure(
    protocol: &str,
    tls: Option<&ServerTls>,
    alpn: &[&[u8]],
    host: &ReceiverHost,
    renewals: &Renewals,
) -> Result<Option<Arc<Renewing<ServerConfig>>>, Failure> {
    let Some(tls) = tls else { return Ok(None) };
    let renewing = Arc::new(tls.renewing(format!("receiver {} ({protocol})", host.id), alpn));
    renewing.current().map_err(|error| Failure(format!("{protocol}: {error}")))?;
    renewals.add(&renewing);
    Ok(Some(renewing))
}

async fn bind(
    protocol: &str,
    listen: Result<Listen, String>,
    reuse_port: bool,
    host: &ReceiverHost,
) -> Result<Listener, Failure> {
    let listen = listen?;
    let bound = host.sockets.bind(&listen, ListenOptions { reuse_port }).await;
    let key = format!("receivers.{}.protocols.{protocol}.endpoint", host.id);
    let listener = bound.map_err(|error| Failure(format!("{protocol} {}", cannot_listen(&listen, &error, &key))))?;
    if listen.is_loopback() && listener.address().is_some() && container::is_inside() {
        let port = listener.address().map_or(0, |address| address.port());
        tracing::warn!(
            "{protocol} listens on {listener}, which nothing outside this container can reach; \
             set protocols.{protocol}.endpoint to 0.0.0.0:{port}"
        );
    }
    Ok(listener)
}
