//! The connections of the sink and what happens to a request on its way in.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::answer::Answer;
use super::{Act, Shared};
use crate::records::{Signal, read};

/// The body of every answer.
pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Takes connections until it is aborted, which breaks them.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(connection(stream, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let cut = Arc::new(Notify::new());
    let service = service_fn(|request| answer(request, shared.clone(), cut.clone()));
    let builder = auto::Builder::new(TokioExecutor::new());
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A peer that is killed resets its connections; that is no news.
        _ = serving => {}
        () = cut.notified() => {}
    }
}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>, cut: Arc<Notify>) -> io::Result<Response<Body>> {
    let (head, mut body) = request.into_parts();
    let signal = Signal::of_path(head.uri.path());
    let grpc = head.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    let respond = |answer: Answer| Ok(if grpc { answer.into_grpc() } else { answer.into_http() });
    let act = shared.act();
    if let Act::Reset | Act::Cut = act {
        let _ = body.frame().await;
        if let Act::Cut = act {
            shared.seen.lock().unwrap().cuts += 1;
            cut.notify_one();
            std::future::pending::<()>().await;
        }
        return Err(io::Error::other("reset half way"));
    }
    let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if let Act::Hang = act {
        std::future::pending::<()>().await;
    }
    if let Act::Refuse(http, grpc, wait) = act {
        return respond(Answer::Refused { http, grpc, wait });
    }
    let message = if grpc { bytes.slice(5..) } else { bytes };
    let Ok(records) = read(signal, &message) else {
        shared.seen.lock().unwrap().unreadable += 1;
        return respond(Answer::Rejected);
    };
    match act {
        Act::TakeLate(wait) => tokio::time::sleep(wait).await,
        Act::TakePaced(rate) => tokio::time::sleep_until(shared.paced(records.len(), rate).into()).await,
        _ => {}
    }
    let rejected = match act {
        Act::Reject => {
            shared.take(records, |_| true);
            return respond(Answer::Rejected);
        }
        Act::TakePart(every) => shared.take(records, |number| number % every == 0),
        _ => shared.take(records, |_| false),
    };
    if let Act::TakeAndCut = act {
        shared.seen.lock().unwrap().cuts += 1;
        cut.notify_one();
        std::future::pending::<()>().await;
    }
    respond(Answer::Taken { rejected })
}
