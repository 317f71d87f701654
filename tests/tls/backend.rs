//! A backend over HTTPS whose certificate and client authority a test swaps.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use pipelines::net::tls::ServerTls;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, Pair};

/// A server that takes every request and keeps who sent it.
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    acceptor: Arc<Mutex<TlsAcceptor>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// Who sent a request.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) certificate: Vec<u8>,
    pub(crate) head: String,
}

fn acceptor(own: &Pair, clients: &Authority) -> TlsAcceptor {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Some(path)
    };
    let tls = ServerTls {
        cert_file: file("tls.crt", &own.cert),
        key_file: file("tls.key", &own.key),
        client_ca_file: file("clients.crt", &clients.pem()),
        ..ServerTls::default()
    };
    tls.settings(&[]).unwrap().into()
}

impl Backend {
    pub(crate) async fn start(own: &Pair, clients: &Authority) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(acceptor(own, clients)));
        let (acceptor, seen) = (shared.clone(), Arc::<Mutex<Vec<Seen>>>::default());
        let kept = seen.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, kept) = (acceptor.lock().unwrap().clone(), kept.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let certificate = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
                    let mut head = vec![0; 64 << 10];
                    let length = stream.read(&mut head).await.unwrap_or_default();
                    let head = String::from_utf8_lossy(&head[..length]).to_lowercase();
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                    if length > 0 && stream.write_all(answer).await.is_ok() {
                        let _ = stream.shutdown().await;
                        kept.lock().unwrap().push(Seen { certificate, head });
                    }
                });
            }
        });
        Self { address, acceptor: shared, seen }
    }

    /// Shows another certificate and lets in other clients from the next connection on.
    pub(crate) fn become_another(&self, own: &Pair, clients: &Authority) {
        *self.acceptor.lock().unwrap() = acceptor(own, clients);
    }

    pub(crate) fn last(&self) -> Option<Seen> {
        self.seen.lock().unwrap().last().cloned()
    }
}
