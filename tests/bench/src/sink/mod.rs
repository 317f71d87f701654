//! A server that accepts OTLP over gRPC and HTTP, counts what arrives, and can be slow or refuse.

mod answer;
mod body;
mod control;
mod count;

use crate::Error;
use crate::args::{self, Signal};
use answer::Answer;
use count::Counts;
use http::{Request, Response};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Options of `tfo-bench sink`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where OTLP/gRPC is accepted (HTTP/2 without TLS).
    #[arg(long, default_value = "127.0.0.1:5317")]
    listen: SocketAddr,
    /// Where OTLP/HTTP is accepted (HTTP/1.1, protobuf or JSON).
    #[arg(long, default_value = "127.0.0.1:5318")]
    http: SocketAddr,
    /// Where the counters are served as JSON: GET / reads, POST /reset sets them to zero.
    #[arg(long, default_value = "127.0.0.1:5300")]
    control: SocketAddr,
    /// Answer every request this late.
    #[arg(long, value_parser = args::duration, default_value = "0s")]
    delay: Duration,
    /// Answer with this gRPC status code; over HTTP with its counterpart (8 is 429, 14 is 503, others 400). Refused
    /// requests are not counted as items.
    #[arg(long, default_value_t = 0)]
    status: u8,
    /// Count the items and the resources that have this attribute, in protobuf only. May be given several times.
    #[arg(long = "marker", value_name = "KEY")]
    markers: Vec<String>,
}

/// What all connections share.
struct Sink {
    delay: Duration,
    status: u8,
    counts: RefCell<Counts>,
}

/// The body of every answer.
type Reply = Response<UnsyncBoxBody<bytes::Bytes, Infallible>>;

pub(crate) async fn run(args: Args) -> Result<ExitCode, Error> {
    let counts = RefCell::new(Counts::new(args.markers));
    let sink = Rc::new(Sink { delay: args.delay, status: args.status, counts });
    let [grpc, http, control] = [listen(args.listen).await?, listen(args.http).await?, listen(args.control).await?];
    eprintln!("tfo-bench sink: gRPC {}, HTTP {}, counters http://{}/", args.listen, args.http, args.control);
    accept(grpc, Rc::clone(&sink), serve_grpc);
    accept(http, Rc::clone(&sink), serve_http);
    accept(control, Rc::clone(&sink), control::serve);
    tokio::signal::ctrl_c().await?;
    println!("{}", sink.counts.borrow().json());
    Ok(ExitCode::SUCCESS)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}").into())
}

fn accept<F: Future<Output = ()> + 'static>(
    listener: TcpListener,
    sink: Rc<Sink>,
    serve: impl Fn(TcpStream, Rc<Sink>) -> F + 'static,
) {
    tokio::task::spawn_local(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    stream.set_nodelay(true).ok();
                    sink.counts.borrow_mut().connections += 1;
                    tokio::task::spawn_local(serve(stream, Rc::clone(&sink)));
                }
                Err(error) => {
                    eprintln!("tfo-bench sink: cannot accept: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    });
}

async fn serve_grpc(stream: TcpStream, sink: Rc<Sink>) {
    let service = service_fn(|request| export(request, Rc::clone(&sink), true));
    // Large frames and windows, so that the sink is never what a peer waits for.
    let connection = hyper::server::conn::http2::Builder::new(crate::send::Local)
        .timer(TokioTimer::new())
        .initial_stream_window_size(8 << 20)
        .initial_connection_window_size(64 << 20)
        .max_frame_size(1 << 20)
        .max_concurrent_streams(4096)
        .serve_connection(TokioIo::new(stream), service);
    // A peer that is stopped resets its connections; that is no news.
    connection.await.ok();
}

async fn serve_http(stream: TcpStream, sink: Rc<Sink>) {
    let service = service_fn(|request| export(request, Rc::clone(&sink), false));
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .max_buf_size(1 << 20)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .ok();
}

async fn export(request: Request<Incoming>, sink: Rc<Sink>, grpc: bool) -> Result<Reply, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    sink.counts.borrow_mut().arrived(body.len());
    if !sink.delay.is_zero() {
        tokio::time::sleep(sink.delay).await;
    }
    let answer = match Signal::of_path(head.uri.path()) {
        None => Answer::refuse(12, format!("no OTLP service at {}", head.uri.path())),
        Some(_) if sink.status != 0 => Answer::refuse(sink.status, "refused by --status".into()),
        Some(signal) => {
            let counted = body::plain(&head.headers, body, grpc)
                .and_then(|plain| sink.counts.borrow_mut().add(signal, &plain, body::is_json(&head.headers)));
            counted.map_or_else(|error| Answer::refuse(3, error.to_string()), |()| Answer::ok())
        }
    };
    sink.counts.borrow_mut().answered(&answer);
    Ok(if grpc { answer.into_grpc() } else { answer.into_http(body::is_json(&head.headers)) })
}
