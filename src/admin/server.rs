//! The small HTTP server behind extensions.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use pipelines::component::{ExtensionHost, Failure, Problems};
use pipelines::net::tls::Renewing;
use pipelines::net::{self, Listen, ListenOptions, ServerStream, Transport, cannot_listen};
use pipelines::runtime::Stop;
use tokio_rustls::rustls::ServerConfig;

use super::bounded::Bounded;
use super::secured::Secured;

/// Pause after a failed accept, which mostly means that no file descriptor is left: as axum waits.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// A listening socket of the engine as axum wants it.
struct Socket(net::Listener);

/// Reports an endpoint that nobody can listen on.
pub(crate) fn validate(endpoint: &str, problems: &mut Problems) {
    if let Err(reason) = Listen::parse(endpoint, Transport::Tcp) {
        problems.error("endpoint", reason);
    }
}

/// Serves `router` on `endpoint`, over TLS if there is some, until the host's stop is requested.
pub(crate) async fn serve(
    endpoint: &str,
    tls: Option<Arc<Renewing<ServerConfig>>>,
    router: Router,
    mut host: ExtensionHost,
) -> Result<(), Failure> {
    let listen = Listen::parse(endpoint, Transport::Tcp).map_err(Failure)?;
    let listener = host.sockets.bind(&listen, ListenOptions::default()).await;
    let key = format!("extensions.{}.endpoint", host.id);
    let listener = listener.map_err(|error| Failure(cannot_listen(&listen, &error, &key)))?;
    let bound = listener.address().map_or_else(|| listen.to_string(), |bound| bound.to_string());
    host.ready.tell(vec![format!("http {bound}")]);
    let served = match tls {
        None => answer(listener, router, host.stop).await,
        Some(tls) => answer_on(Secured::new(listener, tls, host.tasks), router, host.stop).await,
    };
    served.map_err(|error| Failure(format!("cannot serve on {bound}: {error}")))
}

/// Answers what comes to a socket until the stop is requested.
pub(crate) async fn answer(listener: net::Listener, router: Router, stop: Stop) -> io::Result<()> {
    answer_on(Socket(listener), router, stop).await
}

/// The next connection, once there is one that works.
pub(super) async fn accept(listener: &net::Listener) -> (ServerStream, Option<SocketAddr>) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn answer_on<L>(listener: L, router: Router, mut stop: Stop) -> io::Result<()>
where
    L: Listener<Addr = Option<SocketAddr>>,
{
    axum::serve(Bounded::new(listener), router).with_graceful_shutdown(async move { stop.requested().await }).await
}

// === impl Socket ===

impl Listener for Socket {
    type Io = ServerStream;
    type Addr = Option<SocketAddr>;

    async fn accept(&mut self) -> (ServerStream, Option<SocketAddr>) {
        accept(&self.0).await
    }

    fn local_addr(&self) -> io::Result<Option<SocketAddr>> {
        Ok(self.0.address())
    }
}
