//! Connections: taking them, serving them and ending them.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use http::HeaderMap;
use hyper::rt::Executor;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::rustls::ServerConfig;

use super::activity::{Activity, Limits, Verdict};
use pipelines::net::tls::Renewing;
use pipelines::net::{Listener, ServerStream};
use pipelines::runtime::{Stop, Tasks};
use pipelines::{Context, Identity, RequestContext};

/// Time a client may take for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Rest after a failed accept, which is a lack of descriptors or memory: trying again at once would only burn CPU.
const REST: Duration = Duration::from_millis(100);

/// How long a connection of HTTP/1 that is to end stays open for one more request, whose answer says that it is the last.
const LAST_REQUEST: Duration = Duration::from_millis(500);

/// How often a connection that was asked to end is looked at; without open requests it is closed then.
const DRAINING: Duration = Duration::from_secs(1);

/// What accepting connections needs.
#[derive(Clone)]
pub(super) struct Door {
    /// `grpc` or `http`, for messages.
    pub(super) protocol: &'static str,
    /// Shakes hands, where TLS is on.
    pub(super) tls: Option<Arc<Renewing<ServerConfig>>>,
    /// How long connections may take for what.
    pub(super) limits: Limits,
    /// Whether every connection is HTTP/2.
    pub(super) multiplexed: bool,
    /// Requested when no more connections are taken and those there are must end.
    pub(super) stop: Stop,
    /// Where connections run.
    pub(super) tasks: Tasks,
}

/// A connection of hyper that can be asked to end.
pub(super) trait Served: Future<Output = ()> {
    /// Takes no more requests; ends when those there are are answered.
    fn drain(self: Pin<&mut Self>);
}

/// Runs the futures of hyper as tasks of the engine.
#[derive(Clone)]
pub(super) struct Spawn(pub(super) Tasks);

/// A connection that tells its activity about incoming bytes.
pub(super) struct Watched {
    stream: ServerStream,
    activity: Arc<Activity>,
}

/// What requests on a connection from `client` bring along; `headers` only where the user wants them.
pub(super) fn client_context(
    client: Option<SocketAddr>,
    headers: Option<&HeaderMap>,
    identity: Option<Arc<Identity>>,
) -> Context {
    if client.is_none() && headers.is_none() && identity.is_none() {
        return Context::default();
    }
    let entry = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((Box::from(name.as_str()), Box::from(value.to_str().ok()?)))
    };
    let metadata = headers.map_or_else(Vec::new, |headers| headers.iter().filter_map(entry).collect());
    Context::new(RequestContext { client, metadata, identity })
}

// === impl Door ===

impl Door {
    /// Takes connections until the stop is requested, then waits until all of them have ended. `serve` makes a served
    /// connection of an accepted one.
    pub(super) async fn run<S, C>(self, listener: Listener, serve: S)
    where
        S: Fn(Watched, Arc<Activity>, Option<SocketAddr>) -> C + Clone + Send + Sync + 'static,
        C: Served + Send + 'static,
    {
        // Every connection holds a sender; the receiver ends when the last is gone.
        let (alive, mut gone) = tokio::sync::mpsc::channel::<()>(1);
        let mut stop = self.stop.clone();
        loop {
            let accepted = tokio::select! {
                () = stop.requested() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, client)) => {
                    let (door, serve, alive) = (self.clone(), serve.clone(), alive.clone());
                    self.tasks.spawn(async move {
                        door.connection(stream, client, serve).await;
                        drop(alive);
                    });
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(protocol = self.protocol, %error, "a connection could not be accepted");
                    tokio::time::sleep(REST).await;
                }
            }
        }
        drop((listener, alive));
        gone.recv().await;
    }

    async fn connection<S, C>(self, stream: ServerStream, client: Option<SocketAddr>, serve: S)
    where
        S: Fn(Watched, Arc<Activity>, Option<SocketAddr>) -> C,
        C: Served,
    {
        let stream = match &self.tls {
            None => stream,
            Some(tls) => match tokio::time::timeout(HANDSHAKE, shake_hands(tls, stream)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    tracing::debug!(protocol = self.protocol, ?client, %error, "tls handshake failed");
                    return;
                }
                Err(_) => {
                    tracing::debug!(protocol = self.protocol, ?client, "tls handshake took too long");
                    return;
                }
            },
        };
        let activity = Arc::new(Activity::new(self.multiplexed, self.limits.idle.is_some()));
        let watched = Watched { stream, activity: activity.clone() };
        let served = serve(watched, activity.clone(), client);
        drive(served, &activity, &self.limits, self.stop.clone()).await;
    }
}

async fn shake_hands(tls: &Renewing<ServerConfig>, stream: ServerStream) -> io::Result<ServerStream> {
    let acceptor = tls.acceptor().map_err(io::Error::other)?;
    stream.secure(&acceptor).await
}

/// Lets a connection run until it ends, reaches a limit or is asked to stop.
async fn drive<C: Served>(served: C, activity: &Activity, limits: &Limits, mut stop: Stop) {
    let mut served = pin!(served);
    let verdict = tokio::select! {
        biased;
        () = served.as_mut() => return,
        () = stop.requested() => Verdict::Drain(None),
        verdict = activity.expired(limits) => verdict,
    };
    let Verdict::Drain(grace) = verdict else { return };
    if stop.is_requested() && activity.end() {
        // To close it now would cut off a request that is on its way, and the first one of a connection just made.
        tokio::select! {
            biased;
            () = served.as_mut() => return,
            () = tokio::time::sleep(LAST_REQUEST) => {}
        }
    }
    served.as_mut().drain();
    let end = async {
        match grace {
            Some(grace) => tokio::time::sleep(grace).await,
            None => std::future::pending().await,
        }
    };
    let quiet = async {
        loop {
            tokio::time::sleep(DRAINING).await;
            if activity.is_quiet() {
                return;
            }
        }
    };
    tokio::select! {
        biased;
        () = served.as_mut() => {}
        () = quiet => {}
        () = end => {}
    }
}

// === impl Spawn ===

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Spawn {
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}

// === impl Watched ===

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Some(read) = buf.filled().get(before..).filter(|read| !read.is_empty()) {
            self.activity.read(read);
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The client hung up before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, NotConnected};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | ConnectionRefused | Interrupted | NotConnected)
}
