//! The counters over HTTP: `GET /` reads them, `POST /reset` sets them to zero.

use super::Sink;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::rc::Rc;
use tokio::net::TcpStream;

pub(super) async fn serve(stream: TcpStream, sink: Rc<Sink>) {
    let service = service_fn(|request: Request<Incoming>| {
        if request.method() == Method::POST && request.uri().path() == "/reset" {
            sink.counts.borrow_mut().reset();
        }
        let json = sink.counts.borrow().json().to_string() + "\n";
        std::future::ready(Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(json)))))
    });
    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}
