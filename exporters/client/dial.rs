//! [`Dialer`]: makes connections to one server.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use pipelines::component::Finding;
use tokio::net::{TcpStream, UnixStream};

use super::address::{Address, resolve};
use super::endpoint::{Endpoint, Place};
use super::failure::{Failed, Stage};
use super::stream::Stream;
use super::tls::{Tls, is_encrypted};

/// Makes connections to one server, encrypted or not.
pub(crate) struct Dialer {
    place: Place,
    tls: Option<Arc<Tls>>,
    /// What the client offers to speak inside TLS, best first (RFC 7301).
    protocols: &'static [&'static [u8]],
    timeout: Duration,
}

/// Longest wait for a connection when the configuration sets no timeout, as in gRPC.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);

// === impl Dialer ===

impl Dialer {
    /// A dialer for the place of `endpoint`, which offers `protocols` inside TLS. `timeout` bounds one attempt of a
    /// whole export; connecting gets most of it, so that the error tells what could not be reached.
    pub(crate) fn new(
        endpoint: &Endpoint,
        tls: &Arc<Tls>,
        protocols: &'static [&'static [u8]],
        timeout: Option<Duration>,
    ) -> Self {
        let timeout =
            timeout.filter(|timeout| !timeout.is_zero()).map_or(DEFAULT_TIMEOUT, |timeout| timeout.mul_f64(0.9));
        Self {
            place: endpoint.place.clone(),
            tls: is_encrypted(endpoint, tls.config()).then(|| tls.clone()),
            protocols,
            timeout,
        }
    }

    /// Where it connects to.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Whether connections are encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Reads the certificates and keys the connections need, without connecting, and says how long they are valid.
    ///
    /// # Errors
    /// [`Stage::Tls`] naming the file that cannot be used.
    pub(crate) fn read_files(&self) -> Result<Vec<Finding>, Failed> {
        let (Some(tls), Place::Tcp { host, .. }) = (&self.tls, &self.place) else { return Ok(Vec::new()) };
        tls.connector(host)?;
        Ok(tls.expiry())
    }

    /// Connects to the first address of the place that can be reached.
    ///
    /// # Errors
    /// The step that failed and why, of the last address.
    pub(crate) async fn connect(&self) -> Result<(Address, Stream), Failed> {
        let mut failed = Failed::new(Stage::Resolve, "there is no address");
        for address in resolve(&self.place).await? {
            match self.dial(&address).await {
                Ok(stream) => return Ok((address, stream)),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// Connects to one address of the place.
    ///
    /// # Errors
    /// The step that failed and why.
    pub(crate) async fn dial(&self, address: &Address) -> Result<Stream, Failed> {
        let dial = tokio::time::timeout(self.timeout, self.dial_unbounded(address));
        dial.await.unwrap_or_else(|_| {
            Err(Failed::new(
                Stage::Connect,
                format!("cannot connect to {} within {:?}", self.named(address), self.timeout),
            ))
        })
    }

    async fn dial_unbounded(&self, address: &Address) -> Result<Stream, Failed> {
        let refused =
            |error| Failed::new(Stage::Connect, format!("cannot connect to {}: {error}", self.named(address)));
        let tcp = match address {
            Address::Unix(path) => return UnixStream::connect(path).await.map(Stream::Unix).map_err(refused),
            Address::Tcp(tcp) => TcpStream::connect(tcp).await.map_err(refused)?,
        };
        // Requests are written whole: waiting for more to fill a packet would only delay them.
        let _ = tcp.set_nodelay(true);
        let (Some(tls), Place::Tcp { host, .. }) = (&self.tls, &self.place) else { return Ok(Stream::Tcp(tcp)) };
        let (connector, name) = tls.connector(host)?;
        let protocols = self.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let stream = connector.with_alpn(protocols).connect(name, tcp).await;
        let stream = stream.map_err(|error| self.not_secured(address, &error))?;
        Ok(Stream::Tls(Box::new(stream)))
    }

    fn named(&self, address: &Address) -> String {
        match &self.place {
            Place::Tcp { host, .. } if host.parse::<std::net::IpAddr>().is_err() => {
                format!("{} ({address})", self.place)
            }
            _ => self.place.to_string(),
        }
    }

    fn not_secured(&self, address: &Address, error: &io::Error) -> Failed {
        let text = error.to_string();
        let help = if text.contains("InvalidContentType") || text.contains("corrupt message") {
            "; the server does not speak TLS on this port: use `tls: {insecure: true}` or http:// if that is intended"
        } else if text.contains("UnknownIssuer") {
            "; set `tls.ca_file` to the certificate authority of the server"
        } else {
            ""
        };
        Failed::new(Stage::Tls, format!("cannot agree on TLS with {}: {text}{help}", self.named(address)))
    }
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialer").field("place", &self.place).field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}
