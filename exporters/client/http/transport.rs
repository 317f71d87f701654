//! [`Transport`]: the connections to one server, HTTP/1.1 or, where TLS agrees on it, HTTP/2.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};

use super::pool::{Connection, Pool};
use crate::client::Dialer;
use crate::client::h2::{CallError, Channel, Rope};

/// The connections to one server.
#[derive(Debug)]
pub(crate) struct Transport {
    dialer: Dialer,
    pool: Arc<Pool>,
    channel: Channel,
    /// Whether the server has chosen HTTP/2 before.
    http2: AtomicBool,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Answers hold a count and a sentence; OTLP asks clients to stop reading at this size, in bytes.
const ANSWER_LIMIT: usize = 4 << 20;

// === impl Transport ===

impl Transport {
    /// `dialer` offers what may be spoken; `channel` is used once a server has chosen HTTP/2.
    pub(crate) fn new(dialer: Dialer, pool: Pool, channel: Channel) -> Self {
        Self { dialer, pool: Arc::new(pool), channel, http2: AtomicBool::new(false) }
    }

    /// Sends a request and reads the whole answer. `request` is called again when a kept connection turns out to be
    /// closed.
    ///
    /// # Errors
    /// When there is no connection or it broke.
    pub(crate) async fn call(&self, request: impl Fn() -> (Request<()>, Rope)) -> Result<Answer, CallError> {
        if !self.http2.load(Ordering::Relaxed) {
            let _permit = self.pool.permit().await;
            while let Some(connection) = self.pool.take() {
                match self.over_http1(connection, &request).await {
                    Ok(answer) => return Ok(answer),
                    // The server has closed it while it was idle.
                    Err(error) if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {}
                    Err(error) => return Err(self.broke(&error)),
                }
            }
            let (address, stream) = self.dialer.connect().await?;
            if !stream.chose_http2() {
                let connection = self.pool.open(stream).await.map_err(|error| self.broke(&error))?;
                return self.over_http1(connection, &request).await.map_err(|error| self.broke(&error));
            }
            self.channel.adopt(&address, stream).await?;
            self.http2.store(true, Ordering::Relaxed);
        }
        self.over_http2(&request).await
    }

    /// Closes every connection.
    pub(crate) async fn close(&self, patience: Duration) {
        self.pool.close(patience).await;
        self.channel.close(patience).await;
    }

    async fn over_http1(
        &self,
        mut connection: Connection,
        request: &impl Fn() -> (Request<()>, Rope),
    ) -> Result<Answer, hyper::Error> {
        let (mut head, body) = request();
        // HTTP/1 asks an origin server for the path alone (RFC 9112, 3.2.1).
        if let Some(path) = head.uri().path_and_query().filter(|_| head.uri().authority().is_some()) {
            *head.uri_mut() = Uri::from(path.clone());
        }
        let response = connection.sender.send_request(head.map(|()| Full::new(body))).await?;
        let (head, mut body) = response.into_parts();
        let mut all = BytesMut::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                all.extend_from_slice(&data);
            }
            if all.len() > ANSWER_LIMIT {
                // The rest is not worth reading; without it the connection cannot be used again.
                return Ok(Answer { status: head.status, headers: head.headers, body: all.freeze() });
            }
        }
        self.pool.put(connection).await;
        Ok(Answer { status: head.status, headers: head.headers, body: all.freeze() })
    }

    async fn over_http2(&self, request: &impl Fn() -> (Request<()>, Rope)) -> Result<Answer, CallError> {
        let answer = self.channel.call(|| {
            let (mut head, body) = request();
            *head.version_mut() = http::Version::HTTP_2;
            head.headers_mut().remove(http::header::HOST);
            (head, body)
        });
        let mut answer = answer.await?;
        let mut all = BytesMut::new();
        while let Some(data) = answer.response.body_mut().data().await {
            let data =
                data.map_err(|error| CallError::Broken(format!("the connection broke within the answer: {error}")))?;
            let _ = answer.response.body_mut().flow_control().release_capacity(data.len());
            all.extend_from_slice(&data);
            if all.len() > ANSWER_LIMIT {
                break;
            }
        }
        let (head, _) = answer.response.into_parts();
        Ok(Answer { status: head.status, headers: head.headers, body: all.freeze() })
    }

    fn broke(&self, error: &hyper::Error) -> CallError {
        let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
        CallError::Broken(format!("the connection to {} broke: {error}{source}", self.dialer.place()))
    }
}
