//! Destinations that misbehave.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a destination does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// Answers with these bytes, whatever came.
    Answers(&'static str),
    /// The same, after a while.
    AnswersLate(&'static str, Duration),
    /// Takes the connection and never says anything.
    Silent,
    /// Reads some and resets the connection.
    Resets,
    /// Reads a request and answers with the first bytes once and the second ones without end.
    Floods(&'static str, &'static str),
}

/// A destination over plain TCP that misbehaves until it is told to do otherwise.
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    /// Requests, or connections where no request is read.
    seen: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

/// A port on which nobody listens.
pub(crate) async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// The text of every log record in a file of the `file` exporter, and how many there are.
pub(crate) fn recorded(file: &Path) -> (BTreeSet<String>, usize) {
    let (mut texts, mut count) = (BTreeSet::new(), 0);
    for line in std::fs::read_to_string(file).unwrap().lines() {
        let request: serde_json::Value = serde_json::from_str(line).expect("every line is whole");
        for record in
            each(&request, "resourceLogs").flat_map(|r| each(r, "scopeLogs")).flat_map(|s| each(s, "logRecords"))
        {
            texts.insert(record["body"]["stringValue"].as_str().unwrap().to_owned());
            count += 1;
        }
    }
    (texts, count)
}

fn each<'a>(value: &'a serde_json::Value, key: &str) -> impl Iterator<Item = &'a serde_json::Value> + use<'a> {
    value[key].as_array().into_iter().flatten()
}

/// Reads a request of HTTP/1.1 with a length.
async fn request(stream: &mut TcpStream) -> Option<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length: usize = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())?;
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(())
}

async fn serve(mut stream: TcpStream, manner: Manner, seen: Arc<AtomicUsize>) {
    match manner {
        Manner::Silent => {
            seen.fetch_add(1, Ordering::Relaxed);
            std::future::pending().await
        }
        Manner::Resets => {
            seen.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0; 16]).await;
            // With unread bytes the system sends a reset.
            drop(stream);
        }
        Manner::Floods(start, forever) => {
            seen.fetch_add(1, Ordering::Relaxed);
            let _ = request(&mut stream).await;
            let _ = stream.write_all(start.as_bytes()).await;
            let chunk = forever.repeat(4096);
            while !chunk.is_empty() && stream.write_all(chunk.as_bytes()).await.is_ok() {}
            std::future::pending().await
        }
        Manner::Answers(answer) => answer_all(&mut stream, answer, Duration::ZERO, &seen).await,
        Manner::AnswersLate(answer, wait) => answer_all(&mut stream, answer, wait, &seen).await,
    }
}

async fn answer_all(stream: &mut TcpStream, answer: &str, wait: Duration, seen: &AtomicUsize) {
    while request(stream).await.is_some() {
        seen.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(wait).await;
        let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

// === impl Backend ===

impl Backend {
    pub(crate) async fn start(manner: Manner) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), manner).await
    }

    pub(crate) async fn start_at(address: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manner.clone(), counted.clone()));
            }
        });
        Self { address, seen, task }
    }

    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::Relaxed)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.task.abort();
    }
}
