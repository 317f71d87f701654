//! Connections to the first server that can be written to.

mod pool;
mod session;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pipelines::net::tls::Renewing;
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::config::SslMode as Encryption;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::ClientConfig;

pub(super) use self::pool::Pool;
pub(super) use self::session::Session;
use super::config::SslMode;
use super::error::{Error, Kind};
use super::target::Target;
use crate::client::{Address, Place, Stream, resolve};

/// Makes connections.
#[derive(Debug)]
pub(super) struct Connector {
    target: Target,
    login: tokio_postgres::Config,
    tls: Arc<Renewing<ClientConfig>>,
    /// Sent on every new connection.
    greeting: String,
    /// The server that took the last connection.
    preferred: AtomicUsize,
}

// === impl Connector ===

impl Connector {
    /// Connects to nothing yet. `owner` is whose it is, for the log; `timeout` bounds every statement.
    pub(super) fn new(target: Target, owner: &str, timeout: Duration) -> Self {
        let mut login = tokio_postgres::Config::new();
        login
            .channel_binding(target.channel_binding)
            .user(&target.username)
            .dbname(&target.database)
            .application_name(&target.application_name);
        if !target.password.is_empty() {
            login.password(target.password.reveal());
        }
        if !target.options.is_empty() {
            login.options(&target.options);
        }
        login.ssl_mode(match target.mode {
            SslMode::Disable => Encryption::Disable,
            SslMode::Prefer => Encryption::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => Encryption::Require,
        });
        let tls = Arc::new(target.tls.renewing(owner, &[]));
        Self { target, login, tls, greeting: greeting(timeout), preferred: AtomicUsize::new(0) }
    }

    /// Certificates and keys.
    pub(super) fn tls(&self) -> &Arc<Renewing<ClientConfig>> {
        &self.tls
    }

    /// Connects to the first server that can be written to, beginning with the one that could last.
    ///
    /// # Errors
    /// What is wrong with each of them.
    pub(super) async fn connect(&self) -> Result<Session, Error> {
        let servers = &self.target.servers;
        let first = self.preferred.load(Ordering::Relaxed);
        let mut failed: Option<Error> = None;
        for index in (0..servers.len()).map(|step| (first + step) % servers.len()) {
            match self.server(&servers[index]).await {
                Ok(session) => {
                    self.preferred.store(index, Ordering::Relaxed);
                    return Ok(session);
                }
                Err(error) => {
                    let error = error.context(&servers[index]);
                    failed = Some(failed.map_or_else(|| error.clone(), |before| before.and(&error)));
                }
            }
        }
        Err(failed.unwrap_or_else(|| Error::new(Kind::Lost, "there is no server")))
    }

    async fn server(&self, server: &Place) -> Result<Session, Error> {
        let lost = |failed: crate::client::Failed| Error::new(Kind::Lost, failed.reason);
        let mut failed = None;
        for address in resolve(server).await.map_err(lost)? {
            let (timeout, connect) = (self.target.connect_timeout, self.address(server, &address));
            let connected = match timeout.is_zero() {
                true => connect.await,
                false => tokio::time::timeout(timeout, connect)
                    .await
                    .unwrap_or_else(|_| Err(Error::new(Kind::Lost, format!("no connection within {timeout:?}")))),
            };
            match connected {
                Ok(session) => return Ok(session),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| Error::new(Kind::Lost, "the name has no address")))
    }

    async fn address(&self, server: &Place, address: &Address) -> Result<Session, Error> {
        let refused = |error: io::Error| Error::new(Kind::Lost, format!("cannot connect: {error}"));
        let stream = match address {
            Address::Unix(path) => Stream::Unix(UnixStream::connect(path).await.map_err(refused)?),
            Address::Tcp(tcp) => Stream::Tcp(TcpStream::connect(tcp).await.map_err(refused)?),
        };
        if let Stream::Tcp(tcp) = &stream {
            // What is sent is whole: waiting for more to fill a packet would only delay it.
            let _ = tcp.set_nodelay(true);
        }
        let mut session = match (server, self.target.mode) {
            (Place::Unix(_), _) | (_, SslMode::Disable) => {
                let mut login = self.login.clone();
                let (client, driver) = login.ssl_mode(Encryption::Disable).connect_raw(stream, NoTls).await?;
                Session::new(client, Box::pin(driver))
            }
            (Place::Tcp { host, .. }, _) => {
                let name = self.target.tls.server_name_override.as_deref().unwrap_or(host);
                let settings = self.tls.current().map_err(|error| Error::new(Kind::Denied, error.to_string()))?;
                let mut tls = MakeRustlsConnect::new((*settings).clone());
                let tls = MakeTlsConnect::<Stream>::make_tls_connect(&mut tls, name)
                    .map_err(|error| Error::new(Kind::Lost, error.to_string()))?;
                let connected = self.login.connect_raw(stream, tls).await;
                let (client, driver) = connected.map_err(|error| advised(error.into()))?;
                Session::new(client, Box::pin(driver))
            }
        };
        session.run(async |client| self.greet(client).await).await?;
        Ok(session)
    }

    /// Sets up the session and asks whether it can write.
    async fn greet(&self, client: &Client) -> Result<(), Error> {
        let answers = client.simple_query(&self.greeting).await?;
        let is_read_only = answers.iter().any(|answer| match answer {
            SimpleQueryMessage::Row(row) => row.get(0) == Some("on"),
            _ => false,
        });
        if is_read_only {
            return Err(Error::new(Kind::ReadOnly, "the server takes reads only; is it a replica?"));
        }
        Ok(())
    }
}

/// Settings of every session, and the question whether it can write.
fn greeting(timeout: Duration) -> String {
    let timeout = timeout.as_millis();
    // A server whose client has vanished without a word rolls back after two minutes, not after the two hours that
    // systems wait by default: until then it would block the attempt that follows.
    format!(
        "SET statement_timeout = {timeout}; SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 15; \
         SET tcp_keepalives_count = 4; SHOW transaction_read_only"
    )
}

/// Adds what to do about the usual errors of encryption.
fn advised(error: Error) -> Error {
    let text = error.to_string();
    let advice = if text.contains("does not support TLS") {
        "; set `sslmode: disable` if it is meant to be reached without encryption"
    } else if text.contains("UnknownIssuer") || text.contains("BadSignature") {
        "; set `tls.ca_file` to the certificate authority of the server"
    } else {
        return error;
    };
    Error::new(error.kind, text + advice)
}
