//! One connection that exports: HTTP/2 for gRPC, HTTP/1.1 for HTTP; it reconnects after a failure.

use super::Args;
use super::outcome::Outcome;
use crate::args::{Compression, Encoding, Protocol};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex;

/// Runs hyper's background tasks on the current thread.
#[derive(Clone, Copy)]
pub(crate) struct Local;

/// A connection and everything that is the same in each of its requests.
pub(super) struct Client {
    args: Rc<Args>,
    sender: Mutex<Option<Sender>>,
}

/// The sending half of a connection.
enum Sender {
    Grpc(http2::SendRequest<Full<Bytes>>),
    Http(http1::SendRequest<Full<Bytes>>),
}

// === impl Local ===

impl<F: Future + 'static> hyper::rt::Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}

// === impl Client ===

impl Client {
    /// A client that is not connected yet.
    pub(super) fn new(args: &Args) -> Self {
        Self { args: Rc::new(args.clone()), sender: Mutex::new(None) }
    }

    /// Another connection to the same place.
    pub(super) fn connection(&self) -> Rc<Self> {
        Rc::new(Self { args: Rc::clone(&self.args), sender: Mutex::new(None) })
    }

    /// The body as it goes over the wire: gRPC puts a compression flag and the length in front.
    pub(super) fn frame(&self, payload: &Bytes) -> Bytes {
        if self.args.protocol == Protocol::Http {
            return payload.clone();
        }
        let mut framed = BytesMut::with_capacity(payload.len() + 5);
        framed.put_u8(u8::from(self.args.compression != Compression::None));
        framed.put_u32(payload.len() as u32);
        framed.extend_from_slice(payload);
        framed.freeze()
    }

    /// Sends one framed body and waits for the answer.
    pub(super) async fn export(&self, body: Bytes) -> Outcome {
        let timeout = Duration::from_secs_f64(self.args.timeout.max(0.001));
        match tokio::time::timeout(timeout, self.attempt(body)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => {
                self.sender.lock().await.take();
                Outcome::Retryable(error.to_string())
            }
            Err(_) => {
                // An HTTP/1.1 connection still owes the answer, so it cannot carry another request.
                if self.args.protocol == Protocol::Http {
                    self.sender.lock().await.take();
                }
                Outcome::Retryable(format!("no answer after {timeout:?}"))
            }
        }
    }

    async fn attempt(&self, body: Bytes) -> Result<Outcome, crate::Error> {
        let request = self.request(body)?;
        let mut sender = self.sender.lock().await;
        if sender.as_ref().is_none_or(Sender::is_closed) {
            *sender = Some(self.connect().await?);
        }
        match sender.as_mut() {
            // A clone shares the connection, so other streams go on while this one waits.
            Some(Sender::Grpc(grpc)) => {
                let mut grpc = grpc.clone();
                drop(sender);
                grpc.ready().await?;
                grpc_outcome(grpc.send_request(request).await?).await
            }
            Some(Sender::Http(http)) => {
                http.ready().await?;
                let answer = http.send_request(request).await?;
                let status = answer.status();
                answer.into_body().collect().await?;
                Ok(Outcome::of_http(status))
            }
            None => Err("not connected".into()),
        }
    }

    async fn connect(&self) -> Result<Sender, crate::Error> {
        let endpoint = self.args.endpoint;
        let stream = TcpStream::connect(endpoint).await.map_err(|error| format!("cannot reach {endpoint}: {error}"))?;
        stream.set_nodelay(true)?;
        Ok(match self.args.protocol {
            Protocol::Grpc => {
                let (sender, connection) = http2::Builder::new(Local)
                    .timer(TokioTimer::new())
                    .initial_stream_window_size(1 << 20)
                    .initial_connection_window_size(4 << 20)
                    .max_send_buf_size(1 << 20)
                    .handshake(TokioIo::new(stream))
                    .await?;
                tokio::task::spawn_local(connection);
                Sender::Grpc(sender)
            }
            Protocol::Http => {
                let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::task::spawn_local(connection);
                Sender::Http(sender)
            }
        })
    }

    fn request(&self, body: Bytes) -> Result<Request<Full<Bytes>>, http::Error> {
        let Args { endpoint, signal, compression, encoding, protocol, .. } = &*self.args;
        let builder = Request::builder().method("POST");
        let builder = match protocol {
            Protocol::Grpc => {
                let builder = builder
                    .uri(format!("http://{endpoint}{}", signal.grpc_path()))
                    .header("content-type", "application/grpc")
                    .header("te", "trailers");
                if *compression == Compression::None {
                    builder
                } else {
                    builder.header("grpc-encoding", compression.name())
                }
            }
            Protocol::Http => {
                let json = *encoding == Encoding::Json;
                let builder = builder
                    .uri(signal.http_path())
                    .header("host", endpoint.to_string())
                    .header("content-type", if json { "application/json" } else { "application/x-protobuf" });
                if *compression == Compression::None {
                    builder
                } else {
                    builder.header("content-encoding", compression.name())
                }
            }
        };
        builder.body(Full::new(body))
    }
}

// === impl Sender ===

impl Sender {
    fn is_closed(&self) -> bool {
        match self {
            Self::Grpc(sender) => sender.is_closed(),
            Self::Http(sender) => sender.is_closed(),
        }
    }
}

/// The status is in the trailers, or in the headers when there is no body.
async fn grpc_outcome(answer: Response<Incoming>) -> Result<Outcome, crate::Error> {
    if !answer.status().is_success() {
        return Ok(Outcome::of_http(answer.status()));
    }
    let (head, body) = answer.into_parts();
    let collected = body.collect().await?;
    let trailers = collected.trailers().unwrap_or(&head.headers);
    let field = |name| text(trailers, name).or_else(|| text(&head.headers, name)).unwrap_or_default();
    match field("grpc-status") {
        "" => Ok(Outcome::Retryable("an answer without grpc-status".into())),
        status => Ok(Outcome::of_grpc(status, field("grpc-message"))),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
