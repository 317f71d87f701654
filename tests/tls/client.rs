//! Clients that make a new connection for each request and look at the certificate they are shown.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pipelines::config::Secret;
use pipelines::net::tls::ClientTls;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::authority::{Authority, Pair};

/// One log record in OTLP JSON.
const BODY: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}}]}]}]}"#;

/// What clients saw: when the handshake began, and the certificate or why there was no answer of 200.
type Seen = Vec<(Instant, Result<Vec<u8>, String>)>;

/// Clients in a loop.
pub(crate) struct Load {
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

/// A client that trusts `authority` and shows `own` if it is asked.
pub(crate) fn tls(authority: &Authority, own: Option<&Pair>) -> ClientTls {
    ClientTls {
        ca_pem: Some(Secret::new(authority.pem())),
        cert_pem: own.map(|own| Secret::new(own.cert.as_str())),
        key_pem: own.map(|own| Secret::new(own.key.as_str())),
        ..ClientTls::default()
    }
}

/// Posts a record over a new connection; the certificate of the server, or why the answer is not 200.
pub(crate) async fn post(to: SocketAddr, tls: &ClientTls) -> Result<Vec<u8>, String> {
    let connector = tls.renewing("test", &[b"http/1.1"]).connector().map_err(|error| error.to_string())?;
    let stream = TcpStream::connect(to).await.map_err(|error| error.to_string())?;
    let name = tls.server_name("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
    let shown = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    stream.write_all(request("a", BODY).as_bytes()).await.map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer).await;
    if answer.starts_with(b"HTTP/1.1 200") {
        return Ok(shown);
    }
    Err(format!("{read:?} {}", String::from_utf8_lossy(&answer)))
}

/// Posts a record, calls `between`, and posts another over the same connection; whether both answers are 200.
pub(crate) async fn post_twice(to: SocketAddr, tls: &ClientTls, between: impl AsyncFnOnce()) -> bool {
    let connector = tls.renewing("test", &[b"http/1.1"]).connector().unwrap();
    let stream = TcpStream::connect(to).await.unwrap();
    let mut stream = connector.connect(tls.server_name("localhost").unwrap(), stream).await.unwrap();
    let kept = request("a", BODY).replace("Connection: close\r\n", "");
    let mut answer = vec![0; 4096];
    stream.write_all(kept.as_bytes()).await.unwrap();
    let length = stream.read(&mut answer).await.unwrap();
    let first = answer[..length].starts_with(b"HTTP/1.1 200");
    between().await;
    stream.write_all(request("a", BODY).as_bytes()).await.unwrap();
    let length = stream.read(&mut answer).await.unwrap();
    first && answer[..length].starts_with(b"HTTP/1.1 200")
}

/// Posts a record without TLS; the status line.
pub(crate) async fn post_plain(to: &str) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(request("a", BODY).as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer.lines().next().unwrap_or_default().to_owned()
}

/// The answer to a GET.
pub(crate) async fn get(to: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

fn request(host: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /v1/logs HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

// === impl Load ===

impl Load {
    pub(crate) fn start(clients: usize, to: SocketAddr, tls: &ClientTls) -> Self {
        let mut load = Self { seen: Arc::default(), stop: Arc::default(), tasks: JoinSet::new() };
        for _ in 0..clients {
            let (seen, stop, tls) = (load.seen.clone(), load.stop.clone(), tls.clone());
            load.tasks.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    let posted = post(to, &tls).await;
                    seen.lock().unwrap().push((began, posted));
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            });
        }
        load
    }

    /// Waits until the certificate is shown; how long that took.
    pub(crate) async fn until_shown(&self, der: &[u8]) -> Duration {
        let began = Instant::now();
        while !self.seen.lock().unwrap().iter().any(|(_, posted)| posted.as_deref() == Ok(der)) {
            assert!(began.elapsed() < Duration::from_secs(20), "the new certificate is never shown");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        began.elapsed()
    }

    /// Ends all clients; what they saw, in the order the handshakes began.
    pub(crate) async fn end(mut self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        let mut seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.sort_by_key(|(began, _)| *began);
        seen
    }
}
