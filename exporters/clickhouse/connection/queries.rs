//! [`Queries`]: asks one host through the `clickhouse` crate.

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use clickhouse::Client;
use clickhouse::error::Error;
use http::Uri;
use hyper::rt::Executor;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use pipelines::runtime::Tasks;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_service::Service;

use super::super::fault::{Fault, Kind};
use super::super::target::Target;
use crate::client::{Authority, Dialer, Endpoint, Failed, Scheme, Stream};

/// Asks one host.
pub(super) struct Queries {
    client: Client,
    tasks: Arc<Tasks>,
}

/// A connection that carries one answer, and ends when that is too long: the crate holds answers as a whole.
struct Limited<S> {
    stream: S,
    /// Bytes that may yet be read.
    left: usize,
}

/// Makes the crate's connections as all others are made.
#[derive(Clone)]
struct Connector(Arc<Dialer>);

/// Runs what drives the crate's connections.
#[derive(Clone)]
struct Drivers(Arc<Tasks>);

/// Bytes of an answer, headers included; a column of a table takes some hundred.
const ANSWER_LIMIT: usize = 4 << 20;

// === impl Queries ===

impl Queries {
    pub(super) fn new(target: &Target, endpoint: &Endpoint, dialer: Dialer) -> Self {
        let tasks = Arc::new(Tasks::default());
        let http = legacy::Client::builder(Drivers(tasks.clone()))
            .pool_max_idle_per_host(0)
            .build(Connector(Arc::new(dialer)));
        let scheme = if endpoint.scheme == Some(Scheme::Tls) { "https" } else { "http" };
        let mut client = Client::with_http_client(http)
            .with_url(format!("{scheme}://{}{}", Authority(&endpoint.place), target.params.path))
            .with_user(&target.user)
            .with_password(target.password.reveal())
            .with_product_info("tfo", env!("CARGO_PKG_VERSION"));
        for (name, value) in &target.params.settings {
            client = client.with_setting(name, value);
        }
        Self { client, tasks }
    }

    pub(super) async fn execute(&self, sql: &str) -> Result<(), Fault> {
        self.client.query_raw(sql).execute().await.map_err(fault)
    }

    pub(super) async fn rows<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>, Fault> {
        let mut cursor = self.client.query_raw(sql).fetch_bytes("JSONEachRow").map_err(fault)?;
        let rows = cursor.collect().await.map_err(fault)?;
        let row = |line: &[u8]| {
            let wrong = |error| Fault::new(Kind::Other, format!("does not answer like ClickHouse: {error}"));
            serde_json::from_slice(line).map_err(wrong)
        };
        rows.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).map(row).collect()
    }

    pub(super) async fn close(&self, patience: Duration) {
        self.tasks.finish(patience).await;
    }
}

impl fmt::Debug for Queries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client knows the password.
        f.debug_struct("Queries").finish_non_exhaustive()
    }
}

// === impl Connector ===

impl Service<Uri> for Connector {
    type Response = TokioIo<Limited<Stream>>;
    type Error = Failed;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failed>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let dialer = self.0.clone();
        Box::pin(async move {
            let (_, stream) = dialer.connect().await?;
            Ok(TokioIo::new(Limited { stream, left: ANSWER_LIMIT }))
        })
    }
}

// === impl Limited ===

impl Connection for Limited<Stream> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Limited<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::Error::other("the answer is too long for a question to ClickHouse")));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.left = self.left.saturating_sub(buf.filled().len() - before);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Limited<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

// === impl Drivers ===

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Drivers {
    fn execute(&self, driver: F) {
        self.0.spawn(driver);
    }
}

/// What an error of the crate means. Our own failure to connect is somewhere among its causes.
fn fault(error: Error) -> Fault {
    match error {
        Error::BadResponse(words) => match Fault::said(None, &words) {
            // A question holds no data that could be to blame.
            fault if fault.kind == Kind::Data => Fault { kind: Kind::Other, ..fault },
            fault => fault,
        },
        Error::Network(_) => {
            let mut causes = Vec::new();
            let mut cause = error.source();
            while let Some(known) = cause {
                if let Some(failed) = known.downcast_ref::<Failed>() {
                    return failed.clone().into();
                }
                causes.push(known.to_string());
                cause = known.source();
            }
            Fault::new(Kind::Broken, format!("the connection broke: {}", causes.join(": ")))
        }
        error => Fault::new(Kind::Other, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// Scenario: an answer that never ends. Guarantee: it is given up, with the reason, at the bound.
    #[tokio::test]
    async fn an_endless_answer_is_given_up() {
        let mut read = Vec::new();
        let mut answer = Limited { stream: tokio::io::repeat(b'x'), left: ANSWER_LIMIT };
        let error = answer.read_to_end(&mut read).await.unwrap_err();
        assert!(error.to_string().contains("too long") && read.len() < 2 * ANSWER_LIMIT, "{error}, {}", read.len());
    }
}
