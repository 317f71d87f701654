//! [`Listener`]: a socket that takes connections.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, UnixListener};

use super::listen::{Family, ListenOptions};
use super::stream::ServerStream;

/// Connections the system holds until they are accepted.
const BACKLOG: i32 = 4096;

/// Silence after which the system asks whether the peer still exists. It costs no wake-up here.
const KEEPALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(15)).with_retries(4);

/// An open server socket. A Unix socket's file is removed when it is dropped.
#[derive(Debug)]
pub struct Listener(Socks);

#[derive(Debug)]
enum Socks {
    Tcp(TcpListener, SocketAddr),
    Unix(UnixListener, PathBuf),
}

// === impl Listener ===

impl Listener {
    /// Takes the next connection, with the address of the client if it has one.
    ///
    /// # Errors
    /// Whatever the system says; it concerns this connection or a lack of resources, never the listener.
    pub async fn accept(&self) -> io::Result<(ServerStream, Option<SocketAddr>)> {
        match &self.0 {
            Socks::Tcp(listener, _) => {
                let (stream, client) = listener.accept().await?;
                stream.set_nodelay(true)?;
                SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE)?;
                Ok((ServerStream::Tcp(stream), Some(client)))
            }
            Socks::Unix(listener, _) => Ok((ServerStream::Unix(listener.accept().await?.0), None)),
        }
    }

    /// The address it is bound to, with the real port; `None` for Unix sockets.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Socks::Tcp(_, address) => Some(*address),
            Socks::Unix(..) => None,
        }
    }

    pub(super) fn tcp(address: SocketAddr, family: Family, options: ListenOptions) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        if options.reuse_port {
            socket.set_reuse_port(true)?;
        }
        if address.is_ipv6() {
            socket.set_only_v6(family == Family::V6)?;
        }
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        let listener = TcpListener::from_std(socket.into())?;
        let address = listener.local_addr()?;
        Ok(Self(Socks::Tcp(listener, address)))
    }

    pub(super) fn unix(path: &Path) -> io::Result<Self> {
        let bound = match UnixListener::bind(path) {
            // A process that was killed leaves its socket behind; nobody answers there.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_dead(path) => {
                std::fs::remove_file(path)?;
                UnixListener::bind(path)?
            }
            bound => bound?,
        };
        Ok(Self(Socks::Unix(bound, path.to_owned())))
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Socks::Tcp(_, address) => address.fmt(f),
            Socks::Unix(_, path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Socks::Unix(_, path) = &self.0 {
            // Somebody may have removed it already.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn is_dead(path: &Path) -> bool {
    let probed = std::os::unix::net::UnixStream::connect(path);
    probed.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
