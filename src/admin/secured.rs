//! A socket with TLS as axum wants it. Handshakes run beside the listener, so that a client that dawdles holds up nobody.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use pipelines::component::{ComponentId, Failure};
use pipelines::net::tls::{HTTP_1_1, Renewing, ServerTls};
use pipelines::net::{self, ServerStream};
use pipelines::renewal::Renewals;
use pipelines::runtime::Tasks;
use tokio::sync::mpsc;
use tokio_rustls::rustls::ServerConfig;

use super::server::accept;

/// Longest time a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Connections that may be shaking hands or wait to be served; more are hung up on.
const WAITING: usize = 64;

type Accepted = (ServerStream, Option<SocketAddr>);

/// A listening socket and the TLS of its connections.
pub(super) struct Secured {
    listener: net::Listener,
    tls: Arc<Renewing<ServerConfig>>,
    tasks: Tasks,
    done: mpsc::Sender<Accepted>,
    ready: mpsc::Receiver<Accepted>,
}

/// TLS of an extension that follows its files. Files that cannot be used keep it from starting.
pub(crate) fn renewing(
    tls: &ServerTls,
    id: &ComponentId,
    renewals: &Renewals,
) -> Result<Arc<Renewing<ServerConfig>>, Failure> {
    let renewing = Arc::new(tls.renewing(format!("extension {id}"), &[HTTP_1_1]));
    renewing.current().map_err(|error| Failure(error.to_string()))?;
    renewals.add(&renewing);
    Ok(renewing)
}

// === impl Secured ===

impl Secured {
    pub(super) fn new(listener: net::Listener, tls: Arc<Renewing<ServerConfig>>, tasks: Tasks) -> Self {
        let (done, ready) = mpsc::channel(WAITING);
        Self { listener, tls, tasks, done, ready }
    }

    fn shake_hands(&self, (stream, client): Accepted) {
        let (Ok(place), tls) = (self.done.clone().try_reserve_owned(), self.tls.clone()) else { return };
        self.tasks.spawn(async move {
            let handshake = async {
                let acceptor = tls.acceptor().map_err(io::Error::other)?;
                stream.secure(&acceptor).await
            };
            match tokio::time::timeout(HANDSHAKE, handshake).await {
                Ok(Ok(stream)) => drop(place.send((stream, client))),
                Ok(Err(error)) => tracing::debug!(?client, %error, "tls handshake failed"),
                Err(_) => tracing::debug!(?client, "tls handshake took too long"),
            }
        });
    }
}

impl Listener for Secured {
    type Io = ServerStream;
    type Addr = Option<SocketAddr>;

    async fn accept(&mut self) -> Accepted {
        loop {
            tokio::select! {
                Some(ready) = self.ready.recv() => return ready,
                accepted = accept(&self.listener) => self.shake_hands(accepted),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Option<SocketAddr>> {
        Ok(self.listener.address())
    }
}
