//! [`Sockets`]: listening sockets that one component can hand over to the one that takes its place.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::listen::{Family, Listen, ListenOptions};
use super::listener::{Listener, Socket};

/// Where a component of an engine gets its listening sockets from. Cheap to clone.
///
/// Usually a port is bound and belongs to who bound it. While a component is about to be replaced its sockets are on
/// offer: who asks for the same address then gets a second handle of the same socket, so that connections are taken
/// without a gap, whichever of the two ends first.
#[derive(Clone, Debug, Default)]
pub struct Sockets {
    pool: Arc<Mutex<Vec<Bound>>>,
    on_offer: Arc<AtomicBool>,
}

/// A socket somebody listens on.
#[derive(Debug)]
struct Bound {
    at: Address,
    socket: Weak<Socket>,
    on_offer: Arc<AtomicBool>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    Tcp(SocketAddr, Family),
    Unix(PathBuf),
}

/// Why nobody can listen there, with the setting to change: `key` is its dotted path.
#[must_use]
pub fn cannot_listen(listen: &Listen, error: &io::Error, key: &str) -> String {
    let reason = format!("cannot listen on {listen}: {error}");
    match (error.kind(), listen) {
        (io::ErrorKind::AddrInUse, Listen::Tcp { port, .. }) => {
            let other = listen.with_port(port.checked_add(10).unwrap_or(0));
            format!("{reason}; end the process that has the port, or choose another one: `--set {key}={other}`")
        }
        (io::ErrorKind::PermissionDenied | io::ErrorKind::AddrNotAvailable, _) => format!("{reason}; change {key}"),
        _ => reason,
    }
}

// === impl Sockets ===

impl Sockets {
    /// The sockets of another component of the same engine.
    #[must_use]
    pub fn of_another(&self) -> Self {
        Self { pool: self.pool.clone(), on_offer: Arc::default() }
    }

    /// Whether whoever asks for the address of one of these sockets may share it.
    pub fn offer(&self, on_offer: bool) {
        self.on_offer.store(on_offer, Ordering::Relaxed);
    }

    pub(super) fn tcp(&self, address: SocketAddr, family: Family, options: ListenOptions) -> io::Result<Listener> {
        let at = Address::Tcp(address, family);
        let socket = match self.offered(&at) {
            Some(socket) => socket,
            None => Socket::tcp(address, family, options)?,
        };
        let bound = match &socket {
            Socket::Tcp(_, bound) => *bound,
            Socket::Unix(..) => address,
        };
        // Port 0 asks for any port, so nobody asks for that of another; the real one can be asked for.
        Ok(self.add(Address::Tcp(bound, family), socket))
    }

    pub(super) fn unix(&self, path: &Path) -> io::Result<Listener> {
        let at = Address::Unix(path.to_owned());
        let socket = match self.offered(&at) {
            Some(socket) => socket,
            None => Socket::unix(path)?,
        };
        Ok(self.add(at, socket))
    }

    /// Another handle of a socket that is on offer.
    fn offered(&self, at: &Address) -> Option<Socket> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let mut there = pool.iter().filter(|bound| bound.at == *at && bound.on_offer.load(Ordering::Relaxed));
        // One that cannot be shared is bound anew, which then says why not.
        there.find_map(|bound| bound.socket.upgrade()?.share().ok())
    }

    fn add(&self, at: Address, socket: Socket) -> Listener {
        let socket = Arc::new(socket);
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.retain(|bound| bound.socket.strong_count() > 0);
        pool.push(Bound { at, socket: Arc::downgrade(&socket), on_offer: self.on_offer.clone() });
        Listener::new(socket)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::listen::Transport;
    use super::*;

    fn listen(text: &str) -> Listen {
        Listen::parse(text, Transport::Tcp).unwrap()
    }

    /// Scenario: one component takes another's place on the same port. Guarantee: only while that is on offer; then both
    /// listen, and the port stays open whichever ends first.
    #[tokio::test]
    async fn a_port_is_handed_over() {
        let old = Sockets::default();
        let new = old.of_another();
        let first = old.bind(&listen("127.0.0.1:0"), ListenOptions::default()).await.unwrap();
        let place = listen(&first.to_string());
        let taken = new.bind(&place, ListenOptions::default()).await.err().unwrap();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        old.offer(true);
        let second = new.bind(&place, ListenOptions::default()).await.unwrap();
        assert_eq!(first.to_string(), second.to_string());
        drop(first);
        let connecting = tokio::net::TcpStream::connect(second.to_string());
        assert!(tokio::join!(connecting, second.accept()).1.is_ok());
        let third = new.bind(&place, ListenOptions::default()).await.err().unwrap();
        assert_eq!(third.kind(), io::ErrorKind::AddrInUse, "nobody offers it any more");
        drop(second);
        assert!(new.bind(&place, ListenOptions::default()).await.is_ok());
    }

    /// Guarantee: the file of a Unix socket stays until the last of those who share it is gone.
    #[tokio::test]
    async fn a_unix_socket_is_handed_over() {
        let directory = tempfile::tempdir().unwrap();
        let place = Listen::Unix(directory.path().join("o.sock"));
        let old = Sockets::default();
        let first = old.bind(&place, ListenOptions::default()).await.unwrap();
        old.offer(true);
        let second = old.of_another().bind(&place, ListenOptions::default()).await.unwrap();
        drop(first);
        assert!(directory.path().join("o.sock").exists());
        drop(second);
        assert!(!directory.path().join("o.sock").exists());
    }

    /// Guarantee: who finds a port taken reads what to write instead.
    #[test]
    fn a_taken_port_comes_with_advice() {
        let taken = io::Error::from(io::ErrorKind::AddrInUse);
        let text = cannot_listen(&listen("[::]:4317"), &taken, "receivers.otlp.protocols.grpc.endpoint");
        assert!(text.ends_with("`--set receivers.otlp.protocols.grpc.endpoint=[::]:4327`"), "{text}");
        assert!(text.starts_with("cannot listen on [::]:4317: "), "{text}");
    }
}
