//! [`Listener`]: a socket that takes connections.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, TcpKeepalive, Type};
use tokio::net::{TcpListener, UnixListener};

use super::listen::{Family, ListenOptions};
use super::stream::ServerStream;

/// Connections the system holds until they are accepted.
const BACKLOG: i32 = 4096;

/// Silence after which the system asks whether the peer still exists. It costs no wake-up here.
const KEEPALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(15)).with_retries(4);

/// An open server socket. A Unix socket's file is removed when the last handle of it is dropped.
#[derive(Debug)]
pub struct Listener(Arc<Socket>);

/// A handle of a socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpListener, SocketAddr),
    Unix(UnixListener, Arc<SocketFile>),
}

/// The file of a Unix socket, removed when it is dropped.
#[derive(Debug)]
pub(super) struct SocketFile(PathBuf);

// === impl Listener ===

impl Listener {
    pub(super) fn new(socket: Arc<Socket>) -> Self {
        Self(socket)
    }

    /// Takes the next connection, with the address of the client if it has one.
    ///
    /// # Errors
    /// Whatever the system says; it concerns this connection or a lack of resources, never the listener.
    pub async fn accept(&self) -> io::Result<(ServerStream, Option<SocketAddr>)> {
        match &*self.0 {
            Socket::Tcp(listener, _) => {
                let (stream, client) = listener.accept().await?;
                stream.set_nodelay(true)?;
                SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE)?;
                Ok((ServerStream::Tcp(stream), Some(client)))
            }
            Socket::Unix(listener, _) => Ok((ServerStream::Unix(listener.accept().await?.0), None)),
        }
    }

    /// The address it is bound to, with the real port; `None` for Unix sockets.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match &*self.0 {
            Socket::Tcp(_, address) => Some(*address),
            Socket::Unix(..) => None,
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Socket::Tcp(_, address) => address.fmt(f),
            Socket::Unix(_, file) => write!(f, "unix:{}", file.0.display()),
        }
    }
}

// === impl Socket ===

impl Socket {
    pub(super) fn tcp(address: SocketAddr, family: Family, options: ListenOptions) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
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
        Ok(Self::Tcp(listener, address))
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
        Ok(Self::Unix(bound, Arc::new(SocketFile(path.to_owned()))))
    }

    /// Another handle of the same socket: both take connections, each goes to one of them.
    pub(super) fn share(&self) -> io::Result<Self> {
        Ok(match self {
            Self::Tcp(listener, address) => {
                let handle = listener.as_fd().try_clone_to_owned()?;
                Self::Tcp(TcpListener::from_std(handle.into())?, *address)
            }
            Self::Unix(listener, file) => {
                let handle = listener.as_fd().try_clone_to_owned()?;
                Self::Unix(UnixListener::from_std(handle.into())?, file.clone())
            }
        })
    }
}

// === impl SocketFile ===

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody may have removed it already.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn is_dead(path: &Path) -> bool {
    let probed = std::os::unix::net::UnixStream::connect(path);
    probed.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
