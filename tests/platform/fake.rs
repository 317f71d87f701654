//! A listener in the place of a platform that does what it is told to.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Longest wait for requests, on a machine that also compiles.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

/// What is done with a request.
pub(crate) enum Reply {
    /// These bytes, and the end of the connection.
    Bytes(Vec<u8>),
    /// This header, and then zeros until the other side has enough.
    Endless(Vec<u8>),
    /// Nothing, for as long as the other side waits.
    Hang,
}

/// The listener.
pub(crate) struct Fake {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    _runtime: tokio::runtime::Runtime,
}

// === impl Reply ===

impl Reply {
    /// A proper answer.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::with(status, "Content-Type: application/json\r\n", body)
    }

    /// An answer with further header lines.
    pub(crate) fn with(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let text =
            format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        Self::Bytes(text.into_bytes())
    }
}

// === impl Fake ===

impl Fake {
    /// Listens; `reply` gets each request and how many came before it.
    pub(crate) fn start(reply: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Vec<Request>>>::default();
        let (kept, reply) = (seen.clone(), Arc::new(reply));
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (kept, reply) = (kept.clone(), reply.clone());
                tokio::spawn(async move { answer(stream, &kept, &*reply).await });
            }
        });
        Self { port, seen, _runtime: runtime }
    }

    /// Waits for so many requests whose path ends so.
    pub(crate) fn wait(&self, count: usize, end: &str) -> Vec<Request> {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.seen(end);
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < until, "{} of {count} requests for {end} came", found.len());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The requests whose path ends so.
    pub(crate) fn seen(&self, end: &str) -> Vec<Request> {
        self.seen.lock().unwrap().iter().filter(|request| request.path.ends_with(end)).cloned().collect()
    }

    /// Forgets what came.
    pub(crate) fn clear(&self) {
        self.seen.lock().unwrap().clear();
    }
}

async fn answer(
    mut stream: TcpStream,
    kept: &Mutex<Vec<Request>>,
    reply: &(impl Fn(&Request, usize) -> Reply + ?Sized),
) {
    let Some(request) = read(&mut stream).await else { return };
    let before = kept.lock().unwrap().len();
    let reply = reply(&request, before);
    kept.lock().unwrap().push(request);
    match reply {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Endless(head) => {
            let _ = stream.write_all(&head).await;
            while stream.write_all(&[b'0'; 4096]).await.is_ok() {}
        }
        Reply::Hang => {
            let _ = stream.read(&mut [0]).await;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.ok()?;
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let low = head.to_lowercase();
            let length =
                low.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let path = head.split_whitespace().nth(1)?.to_owned();
                return Some(Request { path, head: low, body: body.to_owned(), at: Instant::now() });
            }
        }
        if read == 0 {
            return None;
        }
    }
}
